/** Add Identity from Venafi…: a user found by name or checked by id, or an application by its id, into the settings. */
import * as vscode from 'vscode';
import { plainText } from '../../core/foreignText';
import { type Project, type Target, targetKey } from '../../core/model';
import type { FoundIdentity } from '../../providers/venafiTpp/identities';
import { identityIdOf } from '../../providers/venafiTpp/subject';
import { Directory } from './directory';
import { nameIn } from './identityNames';
import { type Choice, pickIdentity } from './identityPick';
import { nameOf, operatorOf, sameProject, tellFailure } from './operator';
import type { VenafiPorts } from './ports';
import { signIn } from './signIn';

interface NewIdentity {
  readonly id: string;
  readonly name: string;
}

export async function addIdentity(given: Project, ports: VenafiPorts): Promise<void> {
  const { prompts, vault } = ports;
  if ((await vault.read(operatorOf(given))).kind !== 'present' && !(await signIn(given, undefined, ports))) return;
  const reading = await vault.read(operatorOf(given));
  if (reading.kind !== 'present') return;
  const target = { ...operatorOf(given), credentials: reading.credentials };
  const directory = new Directory(target, await ports.network.providerPorts());
  const choice = await pickIdentity(vscode.l10n.t('Add an identity to {0}', nameOf(given)), directory, ports);
  const identity = choice && (await resolve(given, choice, directory, ports));
  const project = identity && (await sameProject(given, ports));
  if (!project) return;
  if (project.identities.some(({ id }) => id === identity.id)) {
    await prompts.inform(vscode.l10n.t('{0} is an identity of {1} already.', plainText(identity.id), nameOf(project)));
    return;
  }
  await save(project, identity, ports);
}

async function resolve(
  project: Project,
  choice: Choice,
  directory: Directory,
  ports: VenafiPorts,
): Promise<NewIdentity | undefined> {
  switch (choice.kind) {
    case 'application': {
      const id = identityIdOf({ kind: 'application', applicationId: choice.applicationId });
      return { id, name: plainText(choice.applicationId, 120) };
    }
    case 'user':
      return choice.namesakes === 0 || (await isMeant(choice.identity, choice.namesakes, ports))
        ? newIdentity(choice.identity)
        : undefined;
    case 'id': {
      const { signal } = new AbortController();
      const result = await directory.validate(choice.prefixedUniversal, signal);
      if (result.kind === 'identity') return newIdentity(result.identity);
      if (result.kind !== 'aborted') await tellFailure(project, result.reason, ports);
      return undefined;
    }
  }
}

/** A name that several have is never taken by itself. */
function isMeant(identity: FoundIdentity, namesakes: number, { prompts }: VenafiPorts): Promise<boolean> {
  return prompts.confirm(
    vscode.l10n.t('Several have the name {0}. Is it this one?', plainText(nameIn(identity), 80)),
    [
      plainText(identity.prefixedUniversal, 512),
      vscode.l10n.t(
        'Others of that name in the list: {0}. A reset ends the grants of the one that is added.',
        namesakes,
      ),
    ].join('\n\n'),
    vscode.l10n.t('Add This One'),
  );
}

function newIdentity(identity: FoundIdentity): NewIdentity {
  return { id: identity.prefixedUniversal, name: plainText(nameIn(identity), 120) };
}

async function save(project: Project, { id, name }: NewIdentity, ports: VenafiPorts): Promise<void> {
  let saved: Project;
  try {
    saved = await ports.projects.save(project.id, (existing) => {
      const before: readonly unknown[] = Array.isArray(existing?.['identities']) ? existing['identities'] : [];
      return { ...existing, identities: [...before, name === '' || name === id ? { id } : { id, name }] };
    });
  } catch (error) {
    const detail = error instanceof Error ? error.message : '';
    await ports.prompts.error(vscode.l10n.t('The identity could not be added to your settings. {0}', detail));
    return;
  }
  const identity = saved.identities.find((one) => one.id === id);
  if (!identity) return;
  const target: Target = { project: saved, identity };
  ports.operations.credentialChanged(target, { kind: 'stored' });
  ports.log.info(`The identity ${targetKey(target)} was added.`);
  await ports.operations.probe(target, new AbortController().signal);
}
