/** Operations whose outcome is not known: which of them are still to be asked about. Pure. */
import type { Credential, TargetAddress } from './model';
import type { JournalEntry, JournalStanding, VerifiedReset } from './ports';

export function sameAddress(one: TargetAddress, other: TargetAddress): boolean {
  return one.provider === other.provider && one.origin === other.origin && one.target === other.target;
}

/** Whether it is an operation of that target with one of these credentials. */
export function isAbout(entry: JournalEntry, address: TargetAddress, credentials: readonly Credential[]): boolean {
  const ownCredential = credentials.some(({ storedAt }) => storedAt === entry.credentialStoredAt);
  return ownCredential && sameAddress(entry.address, address);
}

/**
 * The operation that another window is at work on for this target. Ask before `lastVerifiedReset`: what ends in
 * between is then found there.
 */
export function underWayElsewhere({ underWay }: JournalStanding, address: TargetAddress): JournalEntry | undefined {
  return underWay.find((entry) => sameAddress(entry.address, address));
}

/** The newest of the open operations of one target that its last verified reset has not settled. */
export function newestOpen(
  open: readonly JournalEntry[],
  last: VerifiedReset | undefined,
  byOperator: boolean,
): JournalEntry | undefined {
  return open
    .filter((entry) => !isSettledBy(last, entry, byOperator))
    .reduce<JournalEntry | undefined>(
      (newest, one) => (newest && newest.openedAt >= one.openedAt ? newest : one),
      undefined,
    );
}

/** A credential of an identity ends with its reset; an operator's lives on, and then the order in time tells. */
function isSettledBy(last: VerifiedReset | undefined, entry: JournalEntry, byOperator: boolean): boolean {
  if (!last) return false;
  return byOperator ? entry.openedAt <= last.openedAt : entry.credentialStoredAt === last.credentialStoredAt;
}
