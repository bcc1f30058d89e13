/** Whether a consent is gone, told by independent reads with one credential. */
import { reason } from '../../core/model';
import type { VerificationHints } from '../../core/ports';
import type { CredentialTarget, Verification } from '../../core/provider';
import type { BoundSecret } from '../../core/redact';
import { type GoogleApi, readTokenInfo, readTokenLife } from './api';
import { credentialForms } from './credentialForms';
import type { AliveReading, CredentialReader } from './credentialReader';

/** A 401 is evidence only this long before the access token would have ended anyway. */
const lifetimeMarginMs = 15_000;

/** An `invalid_grant` is evidence of the reset only this long after the consent was seen alive. */
const invalidGrantEvidenceMs = 3_600_000;

/** What a later verification needs to know of a credential that was seen alive. */
export function verificationHints({ token, witness, seenAt }: AliveReading): VerificationHints {
  return {
    aliveAt: seenAt,
    ...(token.expiresAt === undefined ? {} : { accessTokenExpiresAt: token.expiresAt }),
    ...(token.refreshTokenExpiresAt === undefined ? {} : { refreshTokenExpiresAt: token.refreshTokenExpiresAt }),
    // Where the API is disabled, only the witness of before can be asked again.
    ...(witness === 'tokenInfo' ? { witness } : {}),
  };
}

export function verifyCredential(
  reader: CredentialReader,
  target: CredentialTarget,
  hints: VerificationHints,
  now: () => number,
  signal: AbortSignal,
): Promise<Verification> {
  return target.credential.form === credentialForms.refreshToken.id
    ? verifyByRefresh(reader, target, hints, now, signal)
    : verifyByAccessToken(reader.api(target), target.credential.secrets['accessToken'], hints, now, signal);
}

/** The refresh token answers `invalid_grant` once the pair is reset. */
async function verifyByRefresh(
  { tokens }: CredentialReader,
  target: CredentialTarget,
  { refreshTokenExpiresAt: end, aliveAt }: VerificationHints,
  now: () => number,
  signal: AbortSignal,
): Promise<Verification> {
  const reading = await tokens.get(target, signal, true);
  switch (reading.kind) {
    case 'token':
      return { kind: 'alive', reason: reason('google.alive.refresh') };
    case 'dead-credential':
      if (typeof end === 'number' && now() >= end - lifetimeMarginMs) {
        return { kind: 'not-checkable', reason: reason('google.uncheckable.refreshTokenEnded') };
      }
      // A refresh token also ends by expiry, revocation or crowding out: only soon after it was seen alive is it the reset.
      return typeof aliveAt === 'number' && Math.abs(now() - aliveAt) <= invalidGrantEvidenceMs
        ? { kind: 'gone', reason: reason('google.gone.invalidGrant') }
        : { kind: 'not-checkable', reason: reason('google.uncheckable.tooLate') };
    case 'stopped':
      return { kind: 'failed', reason: reading.reason };
    case 'aborted':
      return reading;
  }
}

/**
 * A rejection counts only while the token's own lifetime has not run out: afterwards it says nothing. A clock that was set
 * back since the token was seen alive cannot tell.
 */
async function verifyByAccessToken(
  api: GoogleApi,
  secret: BoundSecret | undefined,
  { accessTokenExpiresAt: end, aliveAt, witness }: VerificationHints,
  now: () => number,
  signal: AbortSignal,
): Promise<Verification> {
  if (typeof end !== 'number' || !secret) {
    return { kind: 'not-checkable', reason: reason('google.uncheckable.lifetimeUnknown') };
  }
  const life =
    witness === 'tokenInfo' ? await readTokenInfo(api, secret, signal) : await readTokenLife(api, secret, signal);
  switch (life.kind) {
    case 'info':
    case 'alive':
      return { kind: 'alive', reason: reason('google.alive.check') };
    case 'rejected':
      return now() >= end - lifetimeMarginMs || (typeof aliveAt === 'number' && now() < aliveAt - lifetimeMarginMs)
        ? { kind: 'not-checkable', reason: reason('google.uncheckable.accessTokenEnded') }
        : { kind: 'gone', reason: reason('google.gone.rejected') };
    case 'unclear':
      return { kind: 'failed', reason: life.reason };
    case 'aborted':
      return { kind: 'aborted' };
  }
}
