/** Whether the authorization is gone, told by Apple itself: the 200 of a revocation proves nothing about a token. */
import { reason } from '../../core/model';
import type { VerificationHints } from '../../core/ports';
import type { CredentialTarget, Verification } from '../../core/provider';
import { readAppleLife } from './apple';
import type { CredentialReader, ReadyReading } from './credentialReader';
import { readFilledForm } from './filledForm';

/** An `invalid_grant` is evidence of the reset only this long after the token was seen alive. */
const evidenceMs = 3_600_000;

/** What a later verification needs to know of a credential that was read. */
export function verificationHints({ life, seenAt }: ReadyReading): VerificationHints {
  return life?.kind === 'alive' ? { aliveAt: seenAt } : {};
}

export async function verifyAtApple(
  reader: CredentialReader,
  target: CredentialTarget,
  { aliveAt }: VerificationHints,
  signal: AbortSignal,
): Promise<Verification> {
  const read = readFilledForm(target);
  if (read.kind === 'invalid') return { kind: 'not-checkable', reason: read.reason };
  const { appleKey, token } = read.form;
  if (!appleKey) return { kind: 'not-checkable', reason: reason('identityPlatform.uncheckable.noKey') };
  if (token.type !== 'REFRESH_TOKEN') {
    return { kind: 'not-checkable', reason: reason('identityPlatform.uncheckable.noRefreshToken') };
  }
  const life = await readAppleLife(reader.api(target), appleKey, token.secret, signal);
  switch (life.kind) {
    case 'alive':
      return { kind: 'alive', reason: reason('identityPlatform.alive') };
    case 'ended':
      // A wrong token gets the same answer: only one that was seen alive shortly before has ended by the reset.
      if (typeof aliveAt !== 'number') {
        return { kind: 'not-checkable', reason: reason('identityPlatform.uncheckable.notSeenAlive') };
      }
      return Math.abs(reader.clock.now() - aliveAt) <= evidenceMs
        ? { kind: 'gone', reason: reason('identityPlatform.gone') }
        : { kind: 'not-checkable', reason: reason('identityPlatform.uncheckable.tooLate') };
    case 'unclear':
      return life.lasting ? { kind: 'not-checkable', reason: life.reason } : { kind: 'failed', reason: life.reason };
    case 'aborted':
      return life;
  }
}
