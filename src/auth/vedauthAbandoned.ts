/** A sign-in that the user gives up after the request has left: its grant would live on with nobody knowing of it. */
import type { Transport } from '../core/ports';
import { type IssueResult, revokeOwnToken, type VedauthClient } from './vedauth';

export type AbandonedEnd =
  /** The server had issued tokens, and has ended their grant. */
  | 'ended'
  /** The server had issued none. */
  | 'none'
  /** Nobody can say whether there is a grant, or it could not be ended. */
  | 'left';

/** Milliseconds for ending the grant of an abandoned sign-in. */
const endingMs = 10_000;

/**
 * Runs `issue` with a transport whose requests `signal` stops only until they have left. After that, whoever gave up is
 * answered at once, the answer is waited for in the background, and what was issued is revoked; `onAbandoned` is told the end.
 */
export function issueOrEnd<T extends { readonly kind: string }>(
  client: VedauthClient,
  issue: (transport: Transport, signal: AbortSignal) => Promise<T | IssueResult>,
  { transport }: { readonly transport: Transport },
  signal: AbortSignal,
  onAbandoned: (end: AbandonedEnd) => void,
): Promise<T | IssueResult> {
  const scope = new AbortController();
  let sent = false;
  const watched: Transport = {
    send: (request, inner) =>
      transport.send(
        {
          ...request,
          onSent: () => {
            sent = true;
            request.onSent?.();
          },
        },
        inner,
      ),
  };
  return new Promise((resolve, reject) => {
    let abandoned = false;
    const giveUp = (): void => {
      if (!sent) {
        scope.abort();
        return;
      }
      abandoned = true;
      resolve({ kind: 'unanswered', result: { kind: 'aborted', sent: true } });
    };
    signal.addEventListener('abort', giveUp, { once: true });
    if (signal.aborted) giveUp();
    issue(watched, scope.signal)
      .finally(() => signal.removeEventListener('abort', giveUp))
      .then(async (result) => {
        if (!abandoned) return resolve(result);
        onAbandoned(await endOf(client, result, transport));
      })
      .catch((error: unknown) => (abandoned ? onAbandoned('left') : reject(error)));
  });
}

async function endOf(
  client: VedauthClient,
  result: { readonly kind: string } | IssueResult,
  transport: Transport,
): Promise<AbandonedEnd> {
  if ('tokens' in result) {
    const signal = AbortSignal.timeout(endingMs);
    const { kind } = await revokeOwnToken(client, result.tokens.accessToken, { transport }, signal);
    return kind === 'revoked' || kind === 'not-found' ? 'ended' : 'left';
  }
  if ('status' in result) return result.status >= 400 && result.status < 500 ? 'none' : 'left';
  return 'result' in result && result.result.kind === 'not-sent' ? 'none' : 'left';
}
