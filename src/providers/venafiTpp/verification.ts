/** Whether the grants are gone, told by reads that do not rest on the answer of the revocation. */
import { reason } from '../../core/model';
import type { VerificationHints } from '../../core/ports';
import type { Verification } from '../../core/provider';
import type { Consent } from './consent';

/** A count that is smaller so soon may still be falling. */
const settlingMs = 20_000;

/** Whoever ends the grants of the sign-in itself can ask no more. */
export function isOwnEnd(hints: VerificationHints): boolean {
  return hints['self'] === 'yes';
}

export const ownEnd: Verification = { kind: 'not-checkable', reason: reason('venafi.uncheckable.self') };

export function judge(consent: Consent, hints: VerificationHints, now: number): Verification {
  if (consent.kind === 'of-application') return judgeCount(consent.grants, hints, now);
  const { grants } = consent;
  if (grants.length === 0) return { kind: 'gone', reason: reason('venafi.gone.noGrants') };
  const { asOf } = hints;
  // Seconds are all that a grant tells of its time; one of the same second counts as old.
  const isNew = (issuedAt: number | undefined): boolean =>
    typeof asOf === 'number' && issuedAt !== undefined && issuedAt > asOf;
  const old = grants.filter(({ issuedAt }) => !isNew(issuedAt)).length;
  if (old > 0) return { kind: 'alive', reason: reason('venafi.alive.grants', { count: String(old) }) };
  return { kind: 'gone', reason: reason('venafi.gone.newGrants', { count: String(grants.length) }) };
}

/** The grants of an application have no names: only their number says something. */
function judgeCount(count: number, hints: VerificationHints, now: number): Verification {
  if (count === 0) return { kind: 'gone', reason: reason('venafi.gone.noGrants') };
  const { grantCount: before, readAt } = hints;
  const params = { count: String(count), before: typeof before === 'number' ? String(before) : '?' };
  if (typeof before !== 'number' || count >= before) {
    return { kind: 'failed', reason: reason('venafi.unclear.sameCount', params, [{ kind: 'verify' }]) };
  }
  if (typeof readAt === 'number' && Math.abs(now - readAt) < settlingMs) {
    return { kind: 'failed', reason: reason('venafi.unclear.fewerYet', params, [{ kind: 'verify' }]) };
  }
  return { kind: 'not-checkable', reason: reason('venafi.uncheckable.fewer', params) };
}
