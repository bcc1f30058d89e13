/** The OAuth client of a project for a sign-in: its id from the settings, its secret from a stored credential, a file or the user. */
import * as vscode from 'vscode';
import type { CredentialVault } from '../../auth/credentialVault';
import { parseClientFile } from '../../auth/googleClientFile';
import { plainText } from '../../core/foreignText';
import type { Target } from '../../core/model';
import { withClient } from '../../core/projectEntry';
import { BoundSecret } from '../../core/redact';
import { parseOptions } from '../../providers/googleDataPortability/settings';
import type { Projects } from '../projects';
import type { Prompts } from '../prompts';

export interface SignInClient {
  readonly clientId: string;
  readonly clientSecret: BoundSecret;
  readonly clientKind: 'installed' | 'web';
  readonly redirectUri?: string;
}

export interface ClientPorts {
  readonly projects: Projects;
  readonly prompts: Prompts;
  readonly vault: CredentialVault;
}

/** `undefined` when the user escaped or was told why it cannot be. */
export async function chooseClient(
  target: Target,
  origins: readonly string[],
  ports: ClientPorts,
): Promise<SignInClient | undefined> {
  const { clientId, redirectUri } = parseOptions(target.project);
  const known = clientId === undefined ? undefined : await storedSecret(target, clientId, ports.vault);
  if (clientId !== undefined && known) return withRedirect(clientId, known, redirectUri);
  const file = {
    label: vscode.l10n.t('Import the client file…'),
    detail: vscode.l10n.t(
      'The JSON that the Google Cloud console offers for download. The id goes into the settings, the secret into the secret storage.',
    ),
  };
  const typed = {
    label: vscode.l10n.t('Enter client ID and secret'),
    detail: vscode.l10n.t('Of a client of type Desktop app, unless the project names a redirect address.'),
  };
  const title = vscode.l10n.t('OAuth client of {0}', plainText(target.project.label, 80));
  const chosen = await ports.prompts.pick(title, vscode.l10n.t('Which client does the test user sign in to?'), [
    file,
    typed,
  ]);
  if (chosen === file) return importClient(target, origins, ports);
  return chosen === typed ? enterClient(target, { clientId, redirectUri }, origins, ports) : undefined;
}

/** The client secret that any identity of the project has stored for this client. */
async function storedSecret(
  target: Target,
  clientId: string,
  vault: CredentialVault,
): Promise<BoundSecret | undefined> {
  for (const identity of target.project.identities) {
    const reading = await vault.read({ project: target.project, identity });
    if (reading.kind === 'present' && reading.credential.facts['clientId'] === clientId) {
      const secret = reading.credential.secrets['clientSecret'];
      if (secret) return secret;
    }
  }
  return undefined;
}

function withRedirect(clientId: string, clientSecret: BoundSecret, redirectUri: string | undefined): SignInClient {
  return redirectUri === undefined
    ? { clientId, clientSecret, clientKind: 'installed' }
    : { clientId, clientSecret, clientKind: 'web', redirectUri };
}

async function importClient(
  target: Target,
  origins: readonly string[],
  { projects, prompts }: ClientPorts,
): Promise<SignInClient | undefined> {
  const [uri] =
    (await vscode.window.showOpenDialog({ filters: { JSON: ['json'] }, openLabel: vscode.l10n.t('Import') })) ?? [];
  if (!uri) return undefined;
  const text = new TextDecoder().decode(await vscode.workspace.fs.readFile(uri));
  const parsed = parseClientFile(text, origins);
  if (parsed.kind === 'problem') {
    await prompts.tell('error', vscode.l10n.t('Client file'), parsed.reason, []);
    return undefined;
  }
  const { clientId, clientSecret, clientKind, redirectUris } = parsed.client;
  const [redirectUri] = redirectUris;
  const web = clientKind === 'web' && redirectUri !== undefined ? { redirectUri } : {};
  await projects.save(target.project.id, (existing) => withClient(existing, target.project.id, { clientId, ...web }));
  return { clientId, clientSecret, clientKind, ...web };
}

async function enterClient(
  target: Target,
  known: { readonly clientId: string | undefined; readonly redirectUri: string | undefined },
  origins: readonly string[],
  { projects, prompts }: ClientPorts,
): Promise<SignInClient | undefined> {
  const title = vscode.l10n.t('OAuth client');
  const clientId = known.clientId ?? (await prompts.credential({ title, prompt: vscode.l10n.t('Client ID') }));
  if (clientId === undefined) return undefined;
  const secret = await prompts.credential({
    title,
    prompt: vscode.l10n.t('Client secret. Stored in the secret storage of this computer with the sign-in.'),
    secret: true,
  });
  if (secret === undefined) return undefined;
  const { redirectUri } = known;
  const client = redirectUri === undefined ? { clientId } : { clientId, redirectUri };
  await projects.save(target.project.id, (existing) => withClient(existing, target.project.id, client));
  return withRedirect(clientId, new BoundSecret(secret, origins), redirectUri);
}
