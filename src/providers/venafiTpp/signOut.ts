/** Ending the sign-in itself: `revoke/token` ends its grant on the server, and what was renewed of it is deleted here. */
import { revokeOwnToken } from '../../auth/vedauth';
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
  const reading = await new AccessTokens(rotated, (one) => ports.ownerKey(one)).current(target, credential, signal);
  const forget = () => rotated.forget({ key: ports.ownerKey(target), storedAt: credential.storedAt });
  switch (reading.kind) {
    case 'aborted':
    case 'failed':
      return reading;
    case 'dead':
    case 'ended':
      await forget();
      return { kind: 'not-found' };
    case 'token': {
      const { authOrigin } = venafiAddresses(target.project);
      const result = await revokeOwnToken(
        { authOrigin, project: target.project.id },
        reading.token.accessToken,
        ports,
        signal,
      );
      if (result.kind === 'revoked' || result.kind === 'not-found') {
        await forget();
        return result;
      }
      if (result.kind === 'unanswered' && result.result.kind === 'aborted') return { kind: 'aborted' };
      return { kind: 'failed', reason: signOutFailed(result, authOrigin) };
    }
  }
}
