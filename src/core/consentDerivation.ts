/** What follows for an identity's state from a marker, a reading or an outcome. Pure. */
import type { ConsentState, IdentityState } from './consentStore';
import type { NoCredential } from './credentialSource';
import { sameOrigins } from './endpoint';
import { localTime } from './localTime';
import { type Reason, reason } from './model';
import { isGone, type Outcome } from './outcome';
import type { CredentialMarker, JournalEntry } from './ports';

/** What the markers of an identity say when the secret storage has none of its credentials. */
export function readingWithoutSecret(markers: readonly CredentialMarker[]): NoCredential {
  const live = newest(markers.filter(({ ended }) => ended === undefined));
  if (live) return { kind: 'lost', storedAt: live.storedAt };
  const last = markers.reduce<CredentialMarker['ended']>(
    (latest, { ended }) => (ended && (latest === undefined || ended.at >= latest.at) ? ended : latest),
    undefined,
  );
  switch (last?.by) {
    case undefined:
    case 'forget':
    case 'dead':
      return { kind: 'missing' };
    case 'reset':
      return { kind: 'missing', resetAt: last?.at ?? 0 };
    case 'damage':
      return { kind: 'corrupt' };
  }
}

/** The state as the markers tell it, without reading a secret or asking a service. */
export function consentByMarkers(markers: readonly CredentialMarker[], wantedOrigins: readonly string[]): ConsentState {
  const live = markers.filter(({ ended }) => ended === undefined);
  if (live.some(({ origins }) => sameOrigins(origins, wantedOrigins))) return { kind: 'stored' };
  const foreign = newest(live);
  if (!foreign) return consentWithoutCredential(readingWithoutSecret(markers));
  const reading = { kind: 'foreign-origin', boundTo: foreign.origins } as const;
  return consentWithoutCredential(besideForeign(reading, markers, wantedOrigins));
}

/** What is told when none of the stored credentials can be used, the newest last. */
export function readingOfNone(
  unusable: readonly NoCredential[],
  markers: readonly CredentialMarker[],
  wantedOrigins: readonly string[] = [],
): NoCredential {
  const newest = unusable.find(({ kind }) => kind === 'unreadable') ?? unusable.at(-1);
  // One that was added meanwhile was not looked for, and is not lost.
  if (!newest) return readingWithoutSecret(markers.filter(({ ended }) => ended));
  const allForeign = newest.kind === 'foreign-origin' && unusable.every(({ kind }) => kind === 'foreign-origin');
  return allForeign ? besideForeign(newest, markers, wantedOrigins) : newest;
}

/** Only credentials for other origins are left: the one for the wanted origins may have been ended by a reset. */
function besideForeign(
  foreign: Extract<NoCredential, { kind: 'foreign-origin' }>,
  markers: readonly CredentialMarker[],
  wantedOrigins: readonly string[],
): NoCredential {
  const own = readingWithoutSecret(
    markers.filter(({ ended, origins }) => ended && sameOrigins(origins, wantedOrigins)),
  );
  return own.kind === 'missing' && own.resetAt !== undefined ? own : foreign;
}

function newest(markers: readonly CredentialMarker[]): CredentialMarker | undefined {
  return markers.reduce<CredentialMarker | undefined>(
    (latest, one) => (latest === undefined || one.storedAt >= latest.storedAt ? one : latest),
    undefined,
  );
}

/** What a missing or unusable credential means for the consent. */
export function consentWithoutCredential(reading: NoCredential): ConsentState {
  if (reading.kind !== 'missing') return { kind: 'unusable-credential', reason: whyUnusable(reading) };
  return reading.resetAt === undefined ? { kind: 'not-signed-in' } : { kind: 'needs-consent', since: reading.resetAt };
}

/** Why a credential cannot be used, and what helps. */
export function whyUnusable(reading: Exclude<NoCredential, { kind: 'missing' }>): Reason {
  const replace = [{ kind: 'replace-credential' }] as const;
  switch (reading.kind) {
    case 'lost': {
      const since = localTime(reading.storedAt);
      return reason('credential.lost', { since }, [...replace, { kind: 'lost-token-help' }]);
    }
    case 'foreign-origin':
      return reason('credential.foreignOrigin', { boundTo: reading.boundTo.join(', ') }, replace);
    case 'corrupt':
      return reason('credential.corrupt', {}, replace);
    case 'newer':
      return reason('credential.newer');
    case 'unreadable':
      return reason('credential.unreadable', {}, [{ kind: 'retry' }]);
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
