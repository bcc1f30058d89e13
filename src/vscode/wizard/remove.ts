/**
 * Remove Project… and Remove Identity…. The settings first: if they cannot be written, nothing at all is lost. What is stored
 * for what was removed goes then; what was granted at the service stays, and the question says so.
 */
import * as vscode from 'vscode';
import { credentialKey } from '../../core/credentialSource';
import { plainText } from '../../core/foreignText';
import { operatorKey, type Project, type Target, targetKey } from '../../core/model';
import { withoutIdentity } from '../../core/projectEntry';
import { commandIds } from '../commandIds';
import { configuredNow } from '../sameTarget';
import { isByOperator } from '../sharing';
import type { WizardPorts } from './ports';
import { saving } from './saving';

export async function removeIdentity(given: Target, ports: WizardPorts): Promise<void> {
  const { projects, prompts } = ports;
  const identity = plainText(given.identity.label, 80);
  if (await refusedWhileBusy([given], ports)) return;
  const byOperator = isByOperator(given, ports);
  const signedIn = !byOperator && (await hasCredential([given], ports));
  const removal = vscode.l10n.t('Remove Identity');
  const chosen = await askRemoval(
    vscode.l10n.t('Remove {0} from {1}?', identity, plainText(given.project.label, 80)),
    [
      byOperator
        ? vscode.l10n.t('It goes from your settings. The sign-in of the operator stays, for the other identities.')
        : signedIn
          ? vscode.l10n.t('It goes from your settings, and its credentials are deleted from this computer.')
          : vscode.l10n.t('It goes from your settings. No credential is stored for it on this computer.'),
      consentStays(signedIn),
      ...unfinishedNote([given], ports),
    ],
    { removal, offerReset: signedIn || byOperator },
    ports,
  );
  if (chosen === 'reset') return resetFirst(given);
  const target = chosen === 'remove' ? configuredNow(given, projects) : undefined;
  if (!target || (await refusedWhileBusy([target], ports))) return;
  const saved = await saving(
    () =>
      projects.save(target.project.id, (existing) => {
        if (!existing) throw new Error(vscode.l10n.t('The project is no longer there.'));
        return withoutIdentity(existing, target.identity.id);
      }),
    ports,
  );
  if (!saved) return;
  const withdrawal = () => withdrawAllowances([target], ports);
  if (byOperator) await erase([withdrawal], [], prompts, ports);
  else await erase([withdrawal, () => ports.vault.erase(target)], [target], prompts, ports);
  ports.log.info(`The identity ${targetKey(target)} was removed.`);
}

export async function removeProject(given: Project, ports: WizardPorts): Promise<void> {
  const { clients, projects, prompts, vault } = ports;
  const name = plainText(given.label, 80);
  const targets = targetsOf(given);
  if (await refusedWhileBusy(targets, ports)) return;
  const signedIn = await hasCredential([operatorOf(given), ...targets], ports);
  const chosen = await askRemoval(
    targets.length === 1
      ? vscode.l10n.t('Remove {0} with its identity?', name)
      : vscode.l10n.t('Remove {0} with its {1} identities?', name, targets.length),
    [
      vscode.l10n.t(
        'It goes from your settings. Its credentials and the secret of its OAuth client, as far as there are some, are deleted from this computer.',
      ),
      consentStays(signedIn),
      ...unfinishedNote(targets, ports),
    ],
    { removal: vscode.l10n.t('Remove Project'), offerReset: signedIn && targets.length > 0 },
    ports,
  );
  if (chosen === 'reset') return resetFirst(targets.length === 1 ? targets[0] : given);
  if (chosen !== 'remove') return;
  const now = projects.all.find(({ id, provider }) => id === given.id && provider === given.provider);
  if (!now || (await refusedWhileBusy(targetsOf(now), ports))) return;
  const removed = await saving(async () => {
    await projects.remove(now.id);
    return true;
  }, ports);
  if (!removed) return;
  const all = targetsOf(now);
  const erasures = [
    ...all.filter((target) => !isByOperator(target, ports)).map((target) => () => vault.erase(target)),
    ...(isByOperator(operatorOf(now), ports) ? [() => vault.erase(operatorOf(now))] : []),
    () => clients.forget(now),
    () => withdrawAllowances(all, ports),
  ];
  await erase(erasures, all, prompts, ports);
  ports.log.info(`The project ${plainText(now.id, 128)} was removed.`);
}

function targetsOf(project: Project): readonly Target[] {
  return project.identities.map((identity) => ({ project, identity }));
}

/** What the operator's credentials are filed under: no identity of the settings has an empty id. */
function operatorOf(project: Project): Target {
  return { project, identity: { id: '', label: project.label } };
}

async function hasCredential(targets: readonly Target[], ports: WizardPorts): Promise<boolean> {
  const markers = await ports.vault.markers();
  return targets.some((target) => {
    const key =
      target.identity.id === '' ? operatorKey(target.project) : credentialKey(target, isByOperator(target, ports));
    return (markers.get(key) ?? []).some(({ ended }) => ended === undefined);
  });
}

function consentStays(signedIn: boolean): string {
  return signedIn
    ? vscode.l10n.t(
        'At the service nothing changes: what was granted stays granted, and without the credential it can no longer be reset from here. Reset it first if it is to end.',
      )
    : vscode.l10n.t('At the service nothing changes: what was granted stays granted.');
}

function unfinishedNote(targets: readonly Target[], { store }: WizardPorts): readonly string[] {
  const open = targets.filter((target) => store.get(targetKey(target)).unfinished !== undefined);
  return open.length === 0
    ? []
    : [
        vscode.l10n.t(
          'The outcome of the last reset of {0} is not known. Without the credential it cannot be verified any more.',
          plainText(open.map(({ identity }) => identity.label).join(', '), 200),
        ),
      ];
}

async function refusedWhileBusy(targets: readonly Target[], { operations, prompts }: WizardPorts): Promise<boolean> {
  const busy = targets.find((target) => operations.isResetting(target));
  if (!busy) return false;
  await prompts.warn(
    vscode.l10n.t('A reset of {0} is under way. Nothing was removed.', plainText(busy.identity.label, 80)),
  );
  return true;
}

async function askRemoval(
  message: string,
  paragraphs: readonly string[],
  { removal, offerReset }: { readonly removal: string; readonly offerReset: boolean },
  { prompts }: WizardPorts,
): Promise<'remove' | 'reset' | undefined> {
  const reset = vscode.l10n.t('Reset First…');
  const chosen = await prompts.decide(message, paragraphs.join('\n\n'), offerReset ? [removal, reset] : [removal]);
  return chosen === removal ? 'remove' : chosen === reset ? 'reset' : undefined;
}

/** With its own confirmation. Whoever wants to remove afterwards says so again: by then it is known what became of it. */
async function resetFirst(what: Target | Project | undefined): Promise<void> {
  if (!what) return;
  if ('identity' in what)
    await vscode.commands.executeCommand(commandIds.resetConsent, { kind: 'identity', target: what });
  else await vscode.commands.executeCommand(commandIds.resetConsents, { kind: 'project', project: what });
}

/** Tasks may not reset what somebody adds under the same id one day. */
async function withdrawAllowances(targets: readonly Target[], { stores }: WizardPorts): Promise<void> {
  const removed = (await stores.allowances.list()).filter(({ project, identity }) =>
    targets.some((target) => target.project.id === project && target.identity.id === identity),
  );
  await Promise.all(removed.map((one) => stores.allowances.remove(one)));
}

/** All of them are tried, and those that failed once more as long as the user wants to. */
async function erase(
  erasures: readonly (() => Promise<void>)[],
  targets: readonly Target[],
  prompts: WizardPorts['prompts'],
  { operations }: WizardPorts,
): Promise<void> {
  for (const target of targets) operations.credentialChanged(target, { kind: 'not-signed-in' });
  const again = vscode.l10n.t('Try Again');
  for (let left = erasures; ; ) {
    const ends = await Promise.allSettled(left.map((one) => one()));
    left = left.filter((_, at) => ends[at]?.status === 'rejected');
    if (left.length === 0) return;
    const chosen = await prompts.error(
      vscode.l10n.t(
        'It was removed from your settings, but not everything that is stored for it could be deleted from this computer. Unlock the keyring, see that the disk can be written, and try again.',
      ),
      again,
    );
    if (chosen !== again) return;
  }
}
