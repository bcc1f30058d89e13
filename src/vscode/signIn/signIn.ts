/**
 * Sign In: client, scopes, what to know before, the browser, and the tokens into the vault. A lazy part of the bundle, with
 * the scope data and the listener in it.
 */
import * as vscode from 'vscode';
import { type SignInResult, signIn as signInToGoogle } from '../../auth/googleSignIn';
import { signInDeadEnds } from '../../auth/signInDeadEnds';
import type { ConsentOperations } from '../../core/consentOperations';
import type { ConsentStore } from '../../core/consentStore';
import { plainText } from '../../core/foreignText';
import { type Target, targetKey } from '../../core/model';
import { type ReasonTexts, reasonParagraph } from '../../core/outcomeText';
import type { Clock, Log } from '../../core/ports';
import type { BoundSecret } from '../../core/redact';
import { credentialForms } from '../../providers/googleDataPortability/credentialForms';
import { scopeModel } from '../../providers/googleDataPortability/scopeSelection';
import { describeScope, scopeOf } from '../../providers/googleDataPortability/scopes';
import { googleAddresses, parseOptions } from '../../providers/googleDataPortability/settings';
import { commandIds } from '../commandIds';
import type { Network } from '../network';
import { pickScopes, recentScopeSets } from '../scopePicker';
import { translate } from '../translate';
import { type ClientPorts, chooseClient, type SignInClient } from './client';

export interface SignInPorts extends ClientPorts {
  readonly network: Network;
  readonly operations: ConsentOperations;
  readonly store: ConsentStore;
  readonly clock: Clock;
  readonly log: Log;
  readonly texts: ReasonTexts;
  readonly recent: vscode.Memento;
}

export async function signIn(target: Target, origins: readonly string[], ports: SignInPorts): Promise<void> {
  const client = await chooseClient(target, origins, ports);
  if (!client) return;
  const resources = await chooseScopes(target, ports);
  if (!resources) return;
  const way = await chooseWay(target, client, ports);
  if (!way) return;
  const addresses = googleAddresses(target.project);
  const transport = await ports.network.transport();
  const result = await vscode.window.withProgress(
    {
      location: vscode.ProgressLocation.Notification,
      title: vscode.l10n.t('Waiting for {0} to consent in the browser', plainText(target.identity.label, 80)),
      cancellable: true,
    },
    (_progress, token) => {
      const stop = new AbortController();
      token.onCancellationRequested(() => stop.abort());
      const loginHint = target.identity.id.includes('@') ? { loginHint: target.identity.id } : {};
      return signInToGoogle(
        {
          ...client,
          ...loginHint,
          scopes: resources.map(scopeOf),
          authUrl: addresses.authUrl,
          tokenUrl: addresses.tokenUrl,
          boundTo: origins,
        },
        {
          transport,
          clock: ports.clock,
          openExternal: (url) => way(url),
          ...(vscode.env.remoteName === undefined && vscode.env.uiKind === vscode.UIKind.Desktop
            ? {}
            : { askPasted: askPasted(ports.texts) }),
        },
        stop.signal,
      );
    },
  );
  await finish(target, client, result, ports);
}

async function chooseScopes(target: Target, ports: SignInPorts): Promise<readonly string[] | undefined> {
  const { consent } = ports.store.get(targetKey(target));
  const granted = consent.kind === 'granted' ? [...consent.grant.timeBased, ...consent.grant.oneTime] : [];
  const model = scopeModel({
    subject: target.identity.label,
    projectSet: parseOptions(target.project).scopes ?? [],
    recentSets: recentScopeSets(ports.recent),
    granted,
    resetFirst: false,
  });
  return pickScopes(model, vscode.window, ports.recent);
}

/** The dead ends that a careful developer meets all the same; the others are told when the wait has ended in vain. */
const shownBefore = new Set(['signIn.page.incrementalAuth', 'signIn.page.notTestUser']);

/** Shows which pages never lead back here, before one of them can be met; then the browser, or the link for another one. */
async function chooseWay(
  target: Target,
  client: SignInClient,
  { texts }: SignInPorts,
): Promise<((url: string) => Promise<boolean>) | undefined> {
  const pages = signInDeadEnds({ clientId: client.clientId, redirectUri: client.redirectUri ?? 'http://127.0.0.1' });
  const open = vscode.l10n.t('Open Browser');
  const copy = vscode.l10n.t('Copy Sign-in Link');
  const chosen = await vscode.window.showInformationMessage(
    vscode.l10n.t('Sign in as {0}', plainText(target.identity.label, 80)),
    {
      modal: true,
      detail: [
        vscode.l10n.t('If the browser stays on one of these pages, it never comes back; cancel the wait then.'),
        ...pages
          .filter(
            ({ code }) => shownBefore.has(code) || (code === 'signIn.page.redirectUriMismatch' && client.redirectUri),
          )
          .map((page) => `• ${reasonParagraph(page, texts, translate)}`),
      ].join('\n\n'),
    },
    open,
    copy,
  );
  if (chosen === open) return async (url) => vscode.env.openExternal(vscode.Uri.parse(url, true));
  if (chosen !== copy) return undefined;
  return async (url) => {
    await vscode.env.clipboard.writeText(url);
    void vscode.window.showInformationMessage(
      vscode.l10n.t('The link is in the clipboard. Open it in the browser profile of the test user.'),
    );
    return true;
  };
}

/** Where the browser may run on another machine, its way back may not lead here. */
function askPasted(texts: ReasonTexts): NonNullable<Parameters<typeof signInToGoogle>[1]['askPasted']> {
  return (check, signal) => {
    const source = new vscode.CancellationTokenSource();
    signal.addEventListener('abort', () => source.cancel(), { once: true });
    const asked = vscode.window.showInputBox(
      {
        title: vscode.l10n.t('Sign in'),
        prompt: vscode.l10n.t(
          'If the browser cannot reach this editor, paste the address it was sent to (http://127.0.0.1…).',
        ),
        ignoreFocusOut: true,
        validateInput: (text) => {
          const problem = text === '' ? undefined : check(text);
          return problem ? reasonParagraph(problem, texts, translate) : undefined;
        },
      },
      source.token,
    );
    return Promise.resolve(asked).finally(() => source.dispose());
  };
}

async function finish(target: Target, client: SignInClient, result: SignInResult, ports: SignInPorts): Promise<void> {
  const subject = plainText(target.identity.label, 80);
  if (result.kind !== 'signed-in') {
    if (result.kind === 'cancelled') return;
    if (result.kind === 'timed-out') {
      for (const page of result.pages) ports.log.info(reasonParagraph(page, ports.texts, translate));
    }
    const showLog = vscode.l10n.t('Show Log');
    const chosen = await ports.prompts.tell(
      result.kind === 'denied' ? 'information' : 'warning',
      subject,
      result.reason,
      [showLog],
    );
    if (chosen === showLog) await vscode.commands.executeCommand(commandIds.showLog);
    return;
  }
  const { tokenUrl } = googleAddresses(target.project);
  const reveal = (secret: BoundSecret): string => {
    const revealed = secret.revealFor(tokenUrl);
    if (revealed.kind !== 'revealed') throw new Error('A token is bound to another origin than its own.');
    return revealed.value;
  };
  const clientValues = { clientId: client.clientId, clientSecret: reveal(client.clientSecret) };
  const store = (): Promise<void> =>
    result.refreshToken
      ? ports.vault.store(target, credentialForms.refreshToken, {
          ...clientValues,
          refreshToken: reveal(result.refreshToken),
        })
      : ports.vault.store(target, credentialForms.accessToken, { accessToken: reveal(result.accessToken) });
  if (!(await storePersistently(store, subject, ports))) return;
  ports.operations.credentialChanged(target, { kind: 'stored', storedAt: ports.clock.now() });
  await ports.operations.probe(target, new AbortController().signal);
  if (result.missingScopes.length === 0) return;
  const missing = result.missingScopes.map((scope) => describeScope(scope).resource).join(', ');
  await ports.prompts.warn(
    vscode.l10n.t(
      '{0} has granted {1} of {2} scopes. Not granted: {3}.',
      subject,
      result.grantedScopes.length,
      result.grantedScopes.length + result.missingScopes.length,
      plainText(missing, 300),
    ),
  );
}

/** The consent is alive by now: a token that is not kept could only be ended from the account page. So it is not given up. */
async function storePersistently(store: () => Promise<void>, subject: string, ports: SignInPorts): Promise<boolean> {
  const again = vscode.l10n.t('Try Again');
  for (;;) {
    try {
      await store();
      return true;
    } catch {
      const chosen = await ports.prompts.error(
        vscode.l10n.t(
          '{0} has consented, but the secret storage of this computer did not take the tokens. Unlock the keyring and try again: without them the consent can only be removed at myaccount.google.com/connections.',
          subject,
        ),
        again,
      );
      if (chosen !== again) return false;
    }
  }
}
