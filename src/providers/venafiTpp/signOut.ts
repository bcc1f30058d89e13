/** Ending the sign-in itself: `revoke/token` ends its grant on the server, and what was renewed of it is deleted here. */
import { type RevokeResult, revokeOwnToken } from '../../auth/vedauth';
import { signOutFailed } from '../../auth/vedauthReasons';
import { VedauthTokens } from '../../auth/vedauthTokens';
import type { Credential, Reason, Target } from '../../core/model';
import { AccessTokens } from './accessTokens';
import type { VenafiPorts } from './provider';
import { venafiAddresses } from './settings';

export type SignOutResult =
  /** The server has ended the grant. */
  | { readonly kind: 'revoked' }
  /** The server knows no such grant (any more). */
  | { readonly kind: 'not-found' }
  /** The grant may be alive; nothing was deleted. */
  | { readonly kind: 'failed'; readonly reason: Reason }
  | { readonly kind: 'aborted' };

/**
 * The stored credential is the caller's to forget, afterwards: a token that has ended is renewed once more, because only a
 * living one can be revoked. Rejects when what was renewed cannot be deleted.
 */
export async function signOut(
  target: Target,
  credential: Credential,
  ports: VenafiPorts,
  signal: AbortSignal,
): Promise<SignOutResult> {
  const rotated = new VedauthTokens(ports);
  const tokens = new AccessTokens(rotated, (one) => ports.ownerKey(one));
  const forget = () => rotated.forget({ key: ports.ownerKey(target), storedAt: credential.storedAt });
  const { authOrigin } = venafiAddresses(target.project);
  const client = { authOrigin, project: target.project.id };
  let reading = await tokens.current(target, credential, signal);
  for (let renewed = false; ; renewed = true) {
    if (reading.kind === 'aborted' || reading.kind === 'failed') return reading;
    if (reading.kind !== 'token') {
      await forget();
      return { kind: 'not-found' };
    }
    const { token } = reading;
    const result = await revokeOwnToken(client, token.accessToken, ports, signal);
    // The grant may live on under a newer token: another window has renewed it since this one was read.
    if (!renewed && isUnknownToken(result)) {
      reading = await tokens.renewed(target, credential, token, signal);
      continue;
    }
    if (result.kind === 'revoked' || result.kind === 'not-found') {
      await forget();
      return result;
    }
    if (result.kind === 'unanswered' && result.result.kind === 'aborted') return { kind: 'aborted' };
    return { kind: 'failed', reason: signOutFailed(result, authOrigin) };
  }
}

/** Either proves that nothing was ended: 202 `[token] not found`, or a 401 that says as much. */
function isUnknownToken(result: RevokeResult): boolean {
  return result.kind === 'not-found' || (result.kind === 'refused' && result.error === 'invalid_token');
}
