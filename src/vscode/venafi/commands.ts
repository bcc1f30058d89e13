/** Commands of projects that an operator signs in to: first the project, then what is done with it. */
import * as vscode from 'vscode';
import type { Project, Target } from '../../core/model';
import type { ProviderDescription } from '../../core/provider';
import { commandIds } from '../commandIds';
import type { Targets } from '../targets';
import type { VenafiPorts } from './ports';

export interface VenafiCommandPorts extends VenafiPorts {
  readonly descriptions: ReadonlyMap<string, ProviderDescription>;
  readonly targets: Targets;
}

type Run = (argument: unknown) => Promise<void>;

export function venafiCommands(
  ports: VenafiCommandPorts,
): Readonly<Record<typeof commandIds.signOut | typeof commandIds.browseIdentities, Run>> {
  const onProject =
    (title: string, act: (project: Project) => Promise<void>): Run =>
    async (argument) => {
      const project = await ports.targets.resolveProject(argument, title, {
        fits: (one) => signsInAtVedauth(one, ports),
        none: vscode.l10n.t('This is for projects of Venafi TPP. None of yours is.'),
      });
      if (project) await act(project);
    };
  return {
    [commandIds.browseIdentities]: onProject(vscode.l10n.t('Add an identity'), async (project) =>
      (await load()).addIdentity(project, ports),
    ),
    [commandIds.signOut]: onProject(vscode.l10n.t('Sign out'), async (project) =>
      (await load()).signOut(project, ports),
    ),
  };
}

export function signsInAtVedauth(
  { provider }: Project,
  { descriptions }: Pick<VenafiCommandPorts, 'descriptions'>,
): boolean {
  return descriptions.get(provider)?.signIn === 'vedauth';
}

/** Sign In… or Set Credential… of an identity, which is read with it afterwards, or of a project alone. */
export async function signInOperator(
  how: 'signIn' | 'pasteTokens',
  project: Project,
  identity: Target | undefined,
  ports: VenafiPorts,
): Promise<void> {
  await (await load())[how](project, identity, ports);
}

async function load() {
  return (await import('./venafiActions')).venafiActions;
}
