/** Before and while the browser is with the user: what to know, how to get there, and the wait that can be cancelled. */
import * as vscode from 'vscode';
import { type SignInResult, signIn as signInToGoogle } from '../../auth/googleSignIn';
import { signInDeadEnds } from '../../auth/signInDeadEnds';
import { plainText } from '../../core/foreignText';
import type { Target } from '../../core/model';
import { type ReasonTexts, reasonParagraph } from '../../core/outcomeText';
import type { Clock } from '../../core/ports';
import { scopeOf } from '../../providers/googleDataPortability/scopes';
import { googleAddresses } from '../../providers/googleDataPortability/settings';
import { inert } from '../inertText';
import type { Network } from '../network';
import type { Prompts } from '../prompts';
import { translate } from '../translate';
import type { SignInClient } from './client';

export interface WaitingPorts {
  readonly network: Network;
  readonly clock: Clock;
  readonly texts: ReasonTexts;
  readonly prompts: Prompts;
}

/** One consent to ask for. */
export interface ConsentRequest {
  readonly client: SignInClient;
  /** Origins the tokens will be bound to. */
  readonly origins: readonly string[];
  readonly resources: readonly string[];
}

/** Opens the way to the consent page. `tell` says beside the wait what is to be done. */
export type Way = (url: string, tell: (message: string) => void) => Promise<boolean>;

/** The dead ends that a careful developer meets all the same; the others are told when the wait has ended in vain. */
const shownBefore = new Set(['signIn.page.incrementalAuth', 'signIn.page.notTestUser']);

/** Shows which pages never lead back here, before one of them can be met; then the browser, or the link for another one. */
export async function chooseWay(
  target: Target,
  { client, resources }: ConsentRequest,
  { texts, prompts }: WaitingPorts,
): Promise<Way | undefined> {
  const pages = signInDeadEnds({ clientId: client.clientId, redirectUri: client.redirectUri ?? 'http://127.0.0.1' });
  const open = vscode.l10n.t('Open Browser');
  const copy = vscode.l10n.t('Copy Sign-in Link');
  const chosen = await prompts.page(
    vscode.l10n.t('Sign in as {0}', plainText(target.identity.label, 80)),
    [
      vscode.l10n.t('Asked for: {0}.', plainText(resources.join(', '), 600)),
      vscode.l10n.t(
        'Google does not tell which account has consented: make sure that the browser shows the right one. A reset ends the consent of the account that was used.',
      ),
      vscode.l10n.t('If the browser stays on one of these pages, it never comes back; cancel the wait then.'),
      ...pages
        .filter(
          ({ code }) => shownBefore.has(code) || (code === 'signIn.page.redirectUriMismatch' && client.redirectUri),
        )
        .map((page) => `• ${reasonParagraph(page, texts, translate)}`),
    ],
    [open, copy],
  );
  if (chosen === open) return openBrowser;
  if (chosen !== copy) return undefined;
  return async (url, tell) => {
    await vscode.env.clipboard.writeText(url);
    tell(vscode.l10n.t('The link is in the clipboard. Open it in the browser profile of the test user.'));
    return true;
  };
}

/**
 * VS Code decodes a `Uri` and does not encode it again: of `%2B` in the account's name a `+` is left, which the page reads as
 * a space. The text it opens as it is, although its type does not say so.
 */
async function openBrowser(url: string): Promise<boolean> {
  return vscode.env.openExternal(url as unknown as vscode.Uri);
}

/** Ends by itself, and at once when it is cancelled. */
export async function waitForConsent(
  target: Target,
  { client, origins, resources }: ConsentRequest,
  way: Way,
  { network, clock, texts }: WaitingPorts,
): Promise<SignInResult> {
  const { authUrl, tokenUrl } = googleAddresses(target.project);
  const transport = await network.transport();
  return vscode.window.withProgress(
    {
      location: vscode.ProgressLocation.Notification,
      title: inert(vscode.l10n.t('Waiting for {0} to consent in the browser', plainText(target.identity.label, 80))),
      cancellable: true,
    },
    async (progress, token) => {
      const stop = new AbortController();
      const cancelling = token.onCancellationRequested(() => stop.abort());
      const loginHint = target.identity.id.includes('@') ? { loginHint: target.identity.id } : {};
      const here = vscode.env.remoteName === undefined && vscode.env.uiKind === vscode.UIKind.Desktop;
      const openExternal = (url: string) => way(url, (message) => progress.report({ message }));
      const pasting = here ? {} : { askPasted: askPasted(texts) };
      try {
        return await signInToGoogle(
          { ...client, ...loginHint, scopes: resources.map(scopeOf), authUrl, tokenUrl, boundTo: origins },
          { transport, clock, openExternal, ...pasting },
          stop.signal,
        );
      } finally {
        cancelling.dispose();
      }
    },
  );
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
          return problem ? inert(reasonParagraph(problem, texts, translate)) : undefined;
        },
      },
      source.token,
    );
    return Promise.resolve(asked).finally(() => source.dispose());
  };
}
