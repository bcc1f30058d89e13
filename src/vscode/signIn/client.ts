/**
 * The OAuth client of a project for a sign-in: its id from the settings, its secret from where it was kept, a file or the
 * user. The secret is kept for the project, as it is needed again after a reset has ended every token.
 */
import * as vscode from 'vscode';
import type { ClientVault } from '../../auth/clientVault';
import type { CredentialVault } from '../../auth/credentialVault';
import { plainText } from '../../core/foreignText';
import type { Target } from '../../core/model';
import type { Log } from '../../core/ports';
import { withClient } from '../../core/projectEntry';
import { BoundSecret } from '../../core/redact';
import { parseOptions } from '../../providers/googleDataPortability/settings';
import { type Projects, writtenUnread } from '../projects';
import type { Prompts } from '../prompts';
import { readClientFile } from './clientFile';

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
  readonly clients: ClientVault;
  readonly log: Log;
}

/** `undefined` when the user escaped or was told why it cannot be. `askAnew`: the kept secret turned out to be wrong. */
export async function chooseClient(
  target: Target,
  origins: readonly string[],
  ports: ClientPorts,
  { askAnew = false }: { readonly askAnew?: boolean } = {},
): Promise<SignInClient | undefined> {
  const { clientId, redirectUri } = parseOptions(target.project);
  if (clientId !== undefined && !askAnew) {
    const known = await knownSecret(target, clientId, origins, ports);
    if (known) return withRedirect(clientId, known, redirectUri);
  }
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
  return chosen === typed ? enterClient(target, { clientId, redirectUri, askAnew }, origins, ports) : undefined;
}

/** The client secret that is kept for the project or, with an identity's credential, for this client. */
async function knownSecret(
  target: Target,
  clientId: string,
  origins: readonly string[],
  { clients, vault, log }: ClientPorts,
): Promise<BoundSecret | undefined> {
  const kept = await clients.read(target.project, clientId, origins);
  if (kept) return kept;
  for (const identity of target.project.identities) {
    const reading = await vault.read({ project: target.project, identity });
    const credentials = reading.kind === 'present' ? reading.credentials : [];
    const secret = credentials.findLast(({ facts }) => facts['clientId'] === clientId)?.secrets['clientSecret'];
    if (!secret) continue;
    // A reset will end that credential.
    await clients.store(target.project, clientId, secret, origins).catch(() => {
      log.warn('The client secret of a stored credential could not be kept for the project.');
    });
    return secret;
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
  ports: ClientPorts,
): Promise<SignInClient | undefined> {
  const [uri] =
    (await vscode.window.showOpenDialog({ filters: { JSON: ['json'] }, openLabel: vscode.l10n.t('Import') })) ?? [];
  if (!uri) return undefined;
  const parsed = await readClientFile(uri, origins, vscode.workspace.fs);
  if (parsed.kind === 'problem') {
    await ports.prompts.tell('error', vscode.l10n.t('Client file'), parsed.reason, []);
    return undefined;
  }
  const { clientId, clientSecret, clientKind, redirectUris } = parsed.client;
  const [redirectUri] = redirectUris;
  const web = clientKind === 'web' && redirectUri !== undefined ? { redirectUri } : {};
  return keepClient(target, { clientId, clientSecret, clientKind, ...web }, origins, ports);
}

async function enterClient(
  target: Target,
  known: {
    readonly clientId: string | undefined;
    readonly redirectUri: string | undefined;
    readonly askAnew: boolean;
  },
  origins: readonly string[],
  ports: ClientPorts,
): Promise<SignInClient | undefined> {
  const { prompts } = ports;
  const title = vscode.l10n.t('OAuth client');
  const value = known.clientId === undefined ? {} : { value: known.clientId };
  const clientId =
    known.clientId === undefined || known.askAnew
      ? await prompts.credential({ title, prompt: vscode.l10n.t('Client ID'), ...value })
      : known.clientId;
  if (clientId === undefined) return undefined;
  const secret = await prompts.credential({
    title,
    prompt: vscode.l10n.t(
      'Client secret. Stored in the secret storage of this computer, for the sign-ins of this project.',
    ),
    secret: true,
  });
  if (secret === undefined) return undefined;
  // An address is registered for one client, and not for another one.
  const isOther = known.clientId !== undefined && clientId !== known.clientId;
  const redirectUri = isOther ? undefined : known.redirectUri;
  const client = withRedirect(clientId, new BoundSecret(secret, origins), redirectUri);
  return keepClient(target, client, origins, ports);
}

/**
 * The secret first: a storage that does not take it would not take the tokens either, and by then the consent would be
 * alive. So the sign-in ends here, with nothing stored.
 */
async function keepClient(
  target: Target,
  client: SignInClient,
  origins: readonly string[],
  { projects, prompts, clients }: ClientPorts,
): Promise<SignInClient | undefined> {
  const { clientId, clientSecret, redirectUri } = client;
  const again = vscode.l10n.t('Try Again');
  for (;;) {
    try {
      await clients.store(target.project, clientId, clientSecret, origins);
      break;
    } catch {
      const chosen = await prompts.error(
        vscode.l10n.t(
          'The secret storage of this computer did not take the client secret. Nobody was asked for consent. Unlock the keyring and try again.',
        ),
        again,
      );
      if (chosen !== again) return undefined;
    }
  }
  const entry = redirectUri === undefined ? { clientId } : { clientId, redirectUri };
  try {
    await projects.save(target.project.id, (existing) => withClient(existing, target.project.id, entry));
  } catch (error) {
    const why = error instanceof Error ? plainText(error.message) : '';
    const isWritten = error instanceof Error && error.name === writtenUnread;
    await prompts.error(
      isWritten
        ? vscode.l10n.t('Your settings were written, but the project cannot be found in them. Look at them.')
        : vscode.l10n.t('The client could not be written into your settings. Nobody was asked for consent. {0}', why),
    );
    return undefined;
  }
  return client;
}
