/** Sign Out…: the server ends the operator's sign-in first, then it is forgotten here. */
import * as vscode from 'vscode';
import type { Credential, Project } from '../../core/model';
import { venafiAddresses } from '../../providers/venafiTpp/settings';
import { signOut as endSignIn } from '../../providers/venafiTpp/signOut';
import { inert } from '../inertText';
import { identitiesOf } from '../sharing';
import { nameOf, operatorOf, sameProject, tellFailure, tellIdentities, whileWaiting } from './operator';
import type { VenafiPorts } from './ports';

export async function signOut(given: Project, ports: VenafiPorts): Promise<void> {
  const { prompts, vault } = ports;
  const { host } = new URL(venafiAddresses(given).authOrigin);
  if (!(await usable(given, ports))) return;
  const count = identitiesOf(given, ports).length;
  const yes = await prompts.confirm(
    vscode.l10n.t('Sign out of {0}?', nameOf(given)),
    [
      vscode.l10n.t('{0} ends the sign-in with its tokens; then it is deleted from this computer.', host),
      vscode.l10n.t(
        'It is the sign-in of the operator, which all identities of the project share (now: {0}). The grants of users stay as they are.',
        count,
      ),
      vscode.l10n.t('If the server cannot be reached, nothing is deleted.'),
    ].join('\n\n'),
    vscode.l10n.t('Sign Out'),
  );
  if (!yes) return;
  const project = await sameProject(given, ports);
  // Others may have been stored, or forgotten, since it was asked.
  const credentials = project && (await usable(project, ports));
  if (!project || !credentials) return;
  for (const credential of credentials) {
    if (!(await endOne(project, credential, host, ports))) break;
  }
  const left = await vault.read(operatorOf(project));
  tellIdentities(project, { kind: left.kind === 'missing' ? 'not-signed-in' : 'stored' }, ports);
}

async function usable(
  project: Project,
  { prompts, vault }: VenafiPorts,
): Promise<readonly [Credential, ...Credential[]] | undefined> {
  const reading = await vault.read(operatorOf(project));
  if (reading.kind === 'present') return reading.credentials;
  await prompts.warn(
    reading.kind === 'missing'
      ? vscode.l10n.t('Nobody is signed in to {0} on this computer.', nameOf(project))
      : vscode.l10n.t(
          'The stored sign-in of {0} cannot be used, so it cannot be ended on the server from here. "Forget Credential…" deletes it from this computer.',
          nameOf(project),
        ),
  );
  return undefined;
}

/** Resolves with whether it is over; otherwise the user knows why, and it is still stored. */
async function endOne(project: Project, credential: Credential, host: string, ports: VenafiPorts): Promise<boolean> {
  const operator = operatorOf(project);
  for (;;) {
    const providerPorts = await ports.network.providerPorts();
    const title = inert(vscode.l10n.t('Signing out at {0}', host));
    const result = await whileWaiting(title, (signal) => endSignIn(operator, credential, providerPorts, signal));
    if (result.kind === 'aborted') return false;
    if (result.kind !== 'failed') {
      return forget(project, credential, ports);
    }
    if (!(await tellFailure(project, result.reason, ports)) || !(await sameProject(project, ports))) return false;
  }
}

async function forget(project: Project, { storedAt }: Credential, { vault, prompts }: VenafiPorts): Promise<boolean> {
  try {
    await vault.forgetOne(operatorOf(project), storedAt);
    return true;
  } catch {
    await prompts.error(
      vscode.l10n.t(
        'The server has ended the sign-in of {0}, but the secret storage of this computer did not delete it. Unlock the keyring and use "Forget Credential…".',
        nameOf(project),
      ),
    );
    return false;
  }
}
