/** What follows for an identity's state from a marker, a reading or an outcome. Pure. */
import type { ConsentState, IdentityState } from './consentStore';
import { sameOrigins } from './endpoint';
import { localTime } from './localTime';
import { type Reason, reason } from './model';
import { isGone, type Outcome } from './outcome';
import type { CredentialMarker, JournalEntry } from './ports';
import type { CredentialReading } from './resetOperation';

export type NoCredential = Exclude<CredentialReading, { kind: 'present' }>;

/** What the marker says of a credential that the secret storage does not have. */
export function readingWithoutSecret(marker: CredentialMarker | undefined): NoCredential {
  if (!marker) return { kind: 'missing' };
  switch (marker.ended?.by) {
    case undefined:
      return { kind: 'lost', storedAt: marker.storedAt };
    case 'forget':
      return { kind: 'missing' };
    case 'reset':
      return { kind: 'missing', resetAt: marker.ended?.at ?? marker.storedAt };
    case 'damage':
      return { kind: 'corrupt' };
  }
}

/** The state as the marker tells it, without reading a secret or asking a service. */
export function consentByMarker(marker: CredentialMarker | undefined, wantedOrigins: readonly string[]): ConsentState {
  if (!marker || marker.ended) return consentWithoutCredential(readingWithoutSecret(marker));
  return sameOrigins(marker.origins, wantedOrigins)
    ? { kind: 'stored', storedAt: marker.storedAt }
    : consentWithoutCredential({ kind: 'foreign-origin', boundTo: marker.origins });
}

/** What a missing or unusable credential means for the consent. */
export function consentWithoutCredential(reading: NoCredential): ConsentState {
  const unusable = (code: string, params: Record<string, string> = {}): ConsentState => {
    const why: Reason = reason(code, params, [{ kind: 'replace-credential' }]);
    return { kind: 'unusable-credential', reason: why };
  };
  switch (reading.kind) {
    case 'missing':
      return reading.resetAt === undefined
        ? { kind: 'not-signed-in' }
        : { kind: 'needs-consent', since: reading.resetAt };
    case 'lost':
      return unusable('credential.lost', { since: localTime(reading.storedAt) });
    case 'foreign-origin':
      return unusable('credential.foreignOrigin', { boundTo: reading.boundTo.join(', ') });
    case 'corrupt':
      return unusable('credential.corrupt');
    case 'newer':
      return unusable('credential.newer');
    case 'unreadable':
      return unusable('credential.unreadable');
  }
}

/** An operation that a window has left open. */
export function leftOpen(entry: JournalEntry): NonNullable<IdentityState['unfinished']> {
  const why = entry.outcome?.reason ?? reason('reset.interrupted', {}, [{ kind: 'verify' }]);
  return { operationId: entry.operationId, openedAt: entry.openedAt, reason: why };
}

/** The state after an operation. */
export function afterReset(state: IdentityState, outcome: Outcome): IdentityState {
  const { unfinished: before, ...rest } = state;
  const idle = { ...rest, activity: { kind: 'idle' } } as const;
  // An operation that was not sent, refused or cancelled says nothing about an earlier one whose result is not known.
  const stillOpen = before === undefined || before.operationId === outcome.operationId ? {} : { unfinished: before };
  if (outcome.kind === 'cancelled') return { ...idle, ...stillOpen };
  if (outcome.kind === 'unknown' && outcome.operationId !== undefined) {
    const unfinished = { operationId: outcome.operationId, openedAt: outcome.at, reason: outcome.reason };
    return { ...idle, lastOutcome: outcome, unfinished };
  }
  return { ...idle, ...stillOpen, lastOutcome: outcome, consent: consentAfter(state.consent, outcome) };
}

function consentAfter(before: ConsentState, outcome: Outcome): ConsentState {
  if (isGone(outcome.kind)) return { kind: 'needs-consent', since: outcome.at };
  // Accepted, and nothing can tell whether it is gone: what was known before no longer holds.
  if (outcome.kind === 'accepted') return { kind: 'unread', reason: outcome.reason };
  const notAccepted = outcome.reason.actions.some(({ kind }) => kind === 'replace-credential');
  return outcome.kind === 'refused' && notAccepted ? { kind: 'dead-credential', reason: outcome.reason } : before;
}
