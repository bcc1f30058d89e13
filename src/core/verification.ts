/** Verification: asking again, patiently, whether a consent is gone; and settling entries a crash left behind. */
import { type Reason, reason, type Target, targetAddress } from './model';
import type { Outcome, OutcomeKind } from './outcome';
import type { Clock, Journal, JournalEntry, Log, VerificationHints } from './ports';
import type { Provider, ProviderTarget, Verification } from './provider';
import type { CredentialSource } from './resetOperation';

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
  target: ProviderTarget,
  hints: VerificationHints,
  signal: AbortSignal,
  patienceMs: number = propagationMs,
): Promise<Verification> {
  const deadline = ports.clock.monotonic() + patienceMs;
  for (let attempt = 0; ; attempt++) {
    if (signal.aborted) return { kind: 'aborted' };
    const verification = await ports.provider.verify(target, hints, signal);
    if (verification.kind !== 'alive' && verification.kind !== 'failed') return verification;
    const left = deadline - ports.clock.monotonic();
    if (left <= 0) return verification;
    const pause = Math.min(left, pausesMs[Math.min(attempt, pausesMs.length - 1)] ?? 15_000);
    try {
      await ports.clock.sleep(pause, signal);
    } catch {
      return { kind: 'aborted' };
    }
  }
}

export interface SettlingPorts extends VerificationPorts {
  readonly credentials: CredentialSource;
  readonly journal: Journal;
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
  const { outcome, deadGeneration } = await readOutcome(entry, target, ports, signal);
  if (outcome.kind === 'unknown') return outcome;
  try {
    await ports.journal.close(entry.operationId, outcome);
    if (deadGeneration !== undefined) await ports.credentials.forgetDead(target, deadGeneration, outcome.at);
  } catch (error) {
    // What was read stays true; the entry, or the dead credential, is still there to be verified again.
    ports.log.error(`A verified reset could not be noted: ${error instanceof Error ? error.message : 'unknown error'}`);
  }
  return outcome;
}

async function readOutcome(
  entry: JournalEntry,
  target: Target,
  ports: SettlingPorts,
  signal: AbortSignal,
): Promise<{ readonly outcome: Outcome; readonly deadGeneration?: number }> {
  const as = (kind: OutcomeKind, why: Reason): { outcome: Outcome } => ({
    outcome: { kind, reason: why, at: ports.clock.now(), operationId: entry.operationId },
  });
  const { provider, origin, target: key } = targetAddress(target);
  if (key !== entry.address.target || origin !== entry.address.origin || provider !== entry.address.provider) {
    return as('unknown', reason('verify.targetChanged'));
  }
  const reading = await ports.credentials.read(target);
  if (reading.kind !== 'present' || reading.credential.storedAt !== entry.credentialStoredAt) {
    return as('unknown', reason('verify.noCredential'));
  }
  const providerTarget: ProviderTarget = { ...target, credential: reading.credential };
  // A reset of long ago has spread by now: its verification need not be patient.
  const patienceMs = Math.max(0, entry.openedAt + propagationMs - ports.clock.now());
  const verification = await verifyPatiently(
    ports,
    providerTarget,
    entry.hints,
    signal,
    Math.min(patienceMs, propagationMs),
  );
  switch (verification.kind) {
    case 'gone':
      return { ...as('verified', verification.reason), deadGeneration: reading.credential.generation };
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
