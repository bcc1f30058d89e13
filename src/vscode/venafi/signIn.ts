/** Sign In… of an operator: by a code in the browser, with a password, or with tokens that are pasted. */
import * as vscode from 'vscode';
import { type IssuedTokens, revokeOwnToken, type VedauthClient } from '../../auth/vedauth';
import { signInFailed } from '../../auth/vedauthReasons';
import { mapLimited } from '../../core/mapLimited';
import { type Project, type Target, targetKey } from '../../core/model';
import type { Transport } from '../../core/ports';
import { venafiTpp } from '../../providers/venafiTpp/description';
import { credentialOrigins, parseOptions, venafiAddresses } from '../../providers/venafiTpp/settings';
import { signedIn } from '../../providers/venafiTpp/signedIn';
import { askFields } from '../commands/credentialFields';
import { chooseForm } from '../commands/credentials';
import { forgetLost } from '../forgetLost';
import { signInByDevice } from './device';
import { nameOf, operatorOf, sameProject, tellFailure, tellIdentities } from './operator';
import { signInByPassword } from './password';
import type { VenafiPorts } from './ports';

/** So many identities are read by themselves after a sign-in; of more, the others when they are checked. */
const readAtOnce = 50;
const readLimitMs = 60_000;

type Way = 'device' | 'password' | 'paste';

/** Resolves with whether somebody is signed in by it. `identity`: the one that is to be read with the new sign-in. */
export async function signIn(project: Project, identity: Target | undefined, ports: VenafiPorts): Promise<boolean> {
  const { vault } = ports;
  const before = await vault.read(operatorOf(project));
  const way = await chooseWay(project, before.kind === 'present', ports);
  if (way === undefined) return false;
  if (way === 'paste') return pasteTokens(project, identity, ports);
  const clientId = await clientIdOf(project, ports);
  if (clientId === undefined) return false;
  const { authOrigin } = venafiAddresses(project);
  const client: VedauthClient = { authOrigin, clientId, boundTo: credentialOrigins(project), project: project.id };
  for (;;) {
    const { transport } = await ports.network.providerPorts();
    const { scope } = parseOptions(project);
    const sign = way === 'device' ? signInByDevice : signInByPassword;
    const result = await sign(project, client, scope, ports, transport);
    if (result === undefined) return false;
    if (result.kind === 'issued') return keep(project, identity, client, result.tokens, ports, transport);
    const why = signInFailed(result, authOrigin);
    if (!why || !(await tellFailure(project, why, ports)) || !(await sameProject(project, ports))) return false;
  }
}

async function chooseWay(project: Project, isSignedIn: boolean, { prompts }: VenafiPorts): Promise<Way | undefined> {
  const { host } = new URL(venafiAddresses(project).authOrigin);
  const items: readonly (vscode.QuickPickItem & { readonly way: Way })[] = [
    {
      label: vscode.l10n.t('With a code in the browser'),
      detail: vscode.l10n.t('No password passes through the editor, and single sign-on works.'),
      way: 'device',
    },
    {
      label: vscode.l10n.t('User name and password'),
      detail: vscode.l10n.t('Sent once to {0}; the password is not stored.', host),
      way: 'password',
    },
    {
      label: vscode.l10n.t('Paste tokens'),
      detail: vscode.l10n.t('A refresh token or an access token that you have.'),
      way: 'paste',
    },
  ];
  const placeholder = isSignedIn
    ? vscode.l10n.t('The new sign-in takes the place of the stored one. Sign out first to end that on the server.')
    : vscode.l10n.t('You sign in as the operator, for all identities of this project');
  return (await prompts.pick(vscode.l10n.t('Sign in to {0}', nameOf(project)), placeholder, items))?.way;
}

async function clientIdOf(project: Project, { prompts }: VenafiPorts): Promise<string | undefined> {
  const { clientId } = parseOptions(project);
  if (clientId !== undefined) return clientId;
  return prompts.credential({
    title: vscode.l10n.t('Sign in to {0}', nameOf(project)),
    prompt: vscode.l10n.t(
      'Client ID of the API integration, as its administrator has registered it. Set "clientId" in the project, and it is not asked for.',
    ),
    placeholder: 'reconsent',
  });
}

async function keep(
  given: Project,
  identity: Target | undefined,
  client: VedauthClient,
  tokens: IssuedTokens,
  ports: VenafiPorts,
  transport: Transport,
): Promise<boolean> {
  const project = await sameProject(given, ports);
  if (!project || !(await store(project, client.clientId, tokens, ports))) {
    // A sign-in that is kept nowhere ends on the server as well, if that can be reached.
    await revokeOwnToken(client, tokens.accessToken, { transport }, AbortSignal.timeout(10_000));
    return false;
  }
  await tellSignedIn(project, identity, ports);
  return true;
}

/** Set Credential…: tokens of the operator, by the provider's forms. Resolves with whether they were stored. */
export async function pasteTokens(given: Project, identity: Target | undefined, ports: VenafiPorts): Promise<boolean> {
  const { prompts, vault } = ports;
  const form = await chooseForm(operatorOf(given), venafiTpp, prompts);
  const values = form && (await askFields(operatorOf(given), form, credentialOrigins(given), prompts));
  // The user was told where it will be sent to, and nowhere else.
  const project = values && (await sameProject(given, ports));
  if (!project) return false;
  try {
    await vault.replace(operatorOf(project), form, values);
  } catch {
    await prompts.error(
      vscode.l10n.t(
        'The secret storage of this computer did not take the credential. Nothing was stored. Unlock the keyring and try again.',
      ),
    );
    return false;
  }
  await tellSignedIn(project, identity, ports);
  return true;
}

async function tellSignedIn(project: Project, identity: Target | undefined, ports: VenafiPorts): Promise<void> {
  await forgetLost(operatorOf(project), ports.vault, ports.log);
  tellIdentities(project, { kind: 'stored' }, ports);
  // As it is configured now: it may have been renamed or taken out since the sign-in was begun.
  const now = identity && ports.projects.targets.get(targetKey(identity));
  const signal = AbortSignal.timeout(readLimitMs);
  if (now) return ports.operations.probe(now, signal, { dropRejected: true });
  const all = [...ports.projects.targets.values()].filter((target) => target.project.id === project.id);
  await mapLimited(all.slice(0, readAtOnce), 4, (target) => ports.operations.probe(target, signal));
}

async function store(
  project: Project,
  clientId: string,
  tokens: IssuedTokens,
  { vault, prompts }: VenafiPorts,
): Promise<boolean> {
  const { form, values, facts, grants } = signedIn(project, clientId, tokens);
  for (;;) {
    try {
      await vault.replace(operatorOf(project), form, values, facts, grants);
      return true;
    } catch {
      // The error of the secret storage could repeat what it was given, so it is not shown.
      const again = await prompts.confirm(
        vscode.l10n.t(
          'The secret storage of this computer did not take the sign-in of {0}. Try again?',
          nameOf(project),
        ),
        vscode.l10n.t('Unlock the keyring first. Otherwise the sign-in is ended on the server, and nothing is stored.'),
        vscode.l10n.t('Try Again'),
      );
      if (!again) return false;
    }
  }
}
