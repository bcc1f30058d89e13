/** Verification: asking again, patiently, whether a consent is gone; and settling entries a crash left behind. */
import type { CredentialSource } from './credentialSource';
import { type Credential, type Reason, reason, type Target, targetAddress } from './model';
import type { Outcome, OutcomeKind } from './outcome';
import type { Clock, Journal, JournalEntry, Log, VerificationHints } from './ports';
import type { CredentialTarget, Provider, Verification } from './provider';

/** Revocation propagates with a delay of a minute or two: "still works" before this is no failure. */
export const propagationMs = 120_000;

/** Pauses between reads; the last one repeats. Short at first, because most resets show at once. */
const pausesMs = [250, 750, 1_500, 3_000, 6_000, 12_000, 15_000] as const;

export interface VerificationPorts {
  readonly provider: Provider;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Reads until the consent is seen to be gone, nothing can be told, or `patienceMs` is over; the last read comes at its end.
 */
export async function verifyPatiently(
  ports: VerificationPorts,
  target: CredentialTarget,
  hints: VerificationHints,
  signal: AbortSignal,
  patienceMs: number = propagationMs,
): Promise<Verification> {
  const deadline = ports.clock.monotonic() + patienceMs;
  for (let attempt = 0; ; attempt++) {
    if (signal.aborted) return { kind: 'aborted' };
    const verification = await ports.provider.verify(target, hints, signal);
    if (verification.kind !== 'alive' && verification.kind !== 'failed') return verification;
    if (deadline - ports.clock.monotonic() <= 0) return verification;
    if (!(await pause(attempt, deadline, ports, signal))) return { kind: 'aborted' };
  }
}

/** Waits until the next read is due, but not beyond the deadline; `false` when aborted. */
async function pause(
  attempt: number,
  deadline: number,
  { clock }: Pick<VerificationPorts, 'clock'>,
  signal: AbortSignal,
): Promise<boolean> {
  const left = Math.max(0, deadline - clock.monotonic());
  try {
    await clock.sleep(Math.min(left, pausesMs[Math.min(attempt, pausesMs.length - 1)] ?? 15_000), signal);
    return true;
  } catch {
    return false;
  }
}

/**
 * The other credentials of an identity whose reset was verified: those the service does not accept any more are forgotten,
 * those that live come back. One that cannot be read is asked for again; in the end it is kept, and not counted as alive.
 */
export async function endOthers(
  target: Target,
  others: readonly Credential[],
  resetAt: number,
  ports: VerificationPorts & { readonly credentials: CredentialSource },
  signal: AbortSignal,
  patienceMs: number = propagationMs,
): Promise<readonly Credential[]> {
  const deadline = ports.clock.monotonic() + patienceMs;
  let left = others;
  for (let attempt = 0; ; attempt++) {
    const reading = await readLives(target, left, ports, signal);
    if (reading.dead.length > 0) {
      try {
        await ports.credentials.forgetDead(target, reading.dead, resetAt);
      } catch (error) {
        ports.log.error(`A dead credential could not be forgotten: ${messageOf(error)}`);
      }
    }
    const { alive } = reading;
    left = left.filter((one) => !reading.dead.includes(one));
    if (left.length === 0 || deadline - ports.clock.monotonic() <= 0) return alive;
    if (!(await pause(attempt, deadline, ports, signal))) return alive;
  }
}

async function readLives(
  target: Target,
  [first, ...more]: readonly Credential[],
  { provider }: VerificationPorts,
  signal: AbortSignal,
): Promise<{ readonly dead: readonly Credential[]; readonly alive: readonly Credential[] }> {
  if (!first) return { dead: [], alive: [] };
  const credentials = [first, ...more] as const;
  const probe = await provider.probe({ ...target, credentials }, signal);
  switch (probe.kind) {
    case 'dead-credential':
      return { dead: credentials, alive: [] };
    case 'granted': {
      const alive = new Map(probe.grant.credentials.map((one) => [one.storedAt, one.alive]));
      return {
        dead: credentials.filter(({ storedAt }) => alive.get(storedAt) === false),
        alive: credentials.filter(({ storedAt }) => alive.get(storedAt) === true),
      };
    }
    case 'not-granted':
    case 'failed':
    case 'aborted':
      return { dead: [], alive: [] };
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : 'unknown error';
}

export interface SettlingPorts extends VerificationPorts {
  readonly credentials: CredentialSource;
  readonly journal: Journal;
  /** The credentials are an operator's: any of them can read, and none has ended. */
  readonly byOperator: boolean;
}

/**
 * Verifies an operation whose result is not known, by reading only; nothing is ever sent again. The credential must be the
 * very one of the operation: a newer one belongs to a newer consent, whose life says nothing about the old reset.
 */
export async function settleUnfinished(
  entry: JournalEntry,
  target: Target,
  ports: SettlingPorts,
  signal: AbortSignal,
): Promise<Outcome> {
  const { outcome, ended, others } = await readOutcome(entry, target, ports, signal);
  if (outcome.kind === 'unknown') return outcome;
  try {
    await ports.journal.close(entry.operationId, outcome);
    if (ended && !ports.byOperator) {
      await ports.credentials.forgetDead(target, [ended], outcome.at);
      // Those stored later may belong to a newer consent, and others than the reset ended may have died of something else.
      const before = (others ?? []).filter(({ storedAt }) => entry.endsAll === true && storedAt <= entry.openedAt);
      await endOthers(target, before, outcome.at, ports, signal, 0);
    }
  } catch (error) {
    // What was read stays true; the entry, or the dead credential, is still there to be verified again.
    ports.log.error(`A verified reset could not be noted: ${messageOf(error)}`);
  }
  return outcome;
}

async function readOutcome(
  entry: JournalEntry,
  target: Target,
  ports: SettlingPorts,
  signal: AbortSignal,
): Promise<{ readonly outcome: Outcome; readonly ended?: Credential; readonly others?: readonly Credential[] }> {
  const as = (kind: OutcomeKind, why: Reason): { outcome: Outcome } => ({
    outcome: { kind, reason: why, at: ports.clock.now(), operationId: entry.operationId },
  });
  const { provider, origin, target: key } = targetAddress(target);
  if (key !== entry.address.target || origin !== entry.address.origin || provider !== entry.address.provider) {
    return as('unknown', reason('verify.targetChanged'));
  }
  const reading = await ports.credentials.read(target);
  const stored = reading.kind === 'present' ? reading.credentials : [];
  const own = stored.find(({ storedAt }) => storedAt === entry.credentialStoredAt);
  const credential = own ?? (ports.byOperator ? stored.at(-1) : undefined);
  if (!credential) return as('unknown', reason('verify.noCredential'));
  // A reset of long ago has spread by now: its verification need not be patient.
  const patienceMs = Math.max(0, entry.openedAt + propagationMs - ports.clock.now());
  const verification = await verifyPatiently(
    ports,
    { ...target, credential },
    entry.hints,
    signal,
    Math.min(patienceMs, propagationMs),
  );
  switch (verification.kind) {
    case 'gone':
      return {
        ...as('verified', verification.reason),
        ended: credential,
        others: stored.filter((one) => one !== credential),
      };
    case 'alive':
      return as('not-reset', { ...verification.reason, actions: [{ kind: 'retry' }] });
    case 'not-checkable':
      return as('unknown', verification.reason);
    case 'failed':
      return as('unknown', { ...reason('verify.failed', {}, [{ kind: 'verify' }]), cause: verification.reason });
    case 'aborted':
      return as('unknown', reason('cancelled.verification', {}, [{ kind: 'verify' }]));
  }
}
