/**
 * The reset: preview → confirm → lock → journal → send once → classify → verify → aftermath.
 *
 * The order is the product. Nothing that may have an effect leaves before the confirmation is fresh, the lock is held and
 * the journal entry is on disk; nothing is called verified without a read that is independent of the reset's own answer.
 */
import { whyUnusable } from './consentDerivation';
import { type CredentialSource, type NoCredential, wereEndedBy } from './credentialSource';
import { sameOrigins } from './endpoint';
import { localTime } from './localTime';
import { type Reason, reason, type Target, type TargetAddress, targetAddress } from './model';
import type { Outcome, OutcomeKind } from './outcome';
import type { Clock, ConfirmedBy, Journal, Log, NewJournalEntry, Random, TargetLocks } from './ports';
import type { Leaving, PreparedReset, Preview, Provider, ProviderTarget, ResetAnswer } from './provider';
import { endOthers, verifyPatiently } from './verification';

/** A confirmation is good for this long, until the operation starts. */
export const confirmationLifetimeMs = 60_000;

export type ResetStep =
  | 'previewing'
  | 'confirming'
  | 'locking'
  | 'rereading'
  | 'journaling'
  | 'sending'
  | 'sent'
  | 'verifying';

export interface Confirmation {
  readonly kind: 'confirmed' | 'declined';
  readonly by?: ConfirmedBy;
}

export interface ResetPorts {
  readonly provider: Provider;
  readonly credentials: CredentialSource;
  readonly locks: TargetLocks;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** The target as it is configured at this moment; `undefined` when it is gone. */
  currentTarget(): Target | undefined;
  /** `changed`: it was confirmed before, and what would be lost has changed since. */
  confirm(target: Target, preview: Preview, changed: boolean): Promise<Confirmation>;
  progress(step: ResetStep): void;
  /** Id of the provider's way to end the consent. */
  readonly way: string;
  /** The user wants to replace the live owner of the lock. */
  readonly takeOverLock?: boolean;
}

/** Everything known once the preview has been made. */
interface Ready {
  readonly target: ProviderTarget;
  readonly address: TargetAddress;
  readonly generation: string;
  readonly preview: Preview;
  readonly prepared: PreparedReset;
}

interface Confirmed extends Ready {
  readonly by: ConfirmedBy;
  readonly at: number;
  readonly atMonotonic: number;
}

/** Either the next step can be taken, or the operation has ended. */
type Step<T> = { readonly kind: 'go'; readonly with: T } | { readonly kind: 'end'; readonly outcome: Outcome };

/** Runs one reset. Never rejects for anything that is expected to happen; aborting `signal` ends it truthfully. */
export async function runReset(target: Target, ports: ResetPorts, signal: AbortSignal): Promise<Outcome> {
  ports.progress('previewing');
  const ready = await prepare(target, ports, signal);
  if (ready.kind === 'end') return ready.outcome;

  let { preview } = ready.with;
  for (let changed = false; ; changed = true) {
    ports.progress('confirming');
    const confirmed = await confirm({ ...ready.with, preview }, changed, ports, signal);
    if (confirmed.kind === 'end') return confirmed.outcome;
    const attempt = await underLock(confirmed.with, ports, signal);
    if (attempt.kind === 'end') return attempt.outcome;
    preview = attempt.with;
  }
}

/** Ends, or goes back to the confirmation with what would be lost by now. */
async function underLock(confirmed: Confirmed, ports: ResetPorts, signal: AbortSignal): Promise<Step<Preview>> {
  ports.progress('locking');
  const lock = await ports.locks.acquire(confirmed.address, { takeOver: ports.takeOverLock === true });
  if (lock.kind === 'held') {
    const seconds = String(Math.round(lock.heldForMs / 1000));
    const actions = lock.mayTakeOver ? ([{ kind: 'take-over-lock' }] as const) : [];
    return end(ending(ports, 'not-sent', reason('lock.held', { seconds }, actions)));
  }
  if (lock.kind === 'unavailable')
    return end(ending(ports, 'not-sent', reason('lock.unavailable', { detail: lock.detail })));
  try {
    const stillTrue = await recheck(confirmed, ports, signal);
    if (stillTrue.kind === 'end') return stillTrue;
    ports.progress('rereading');
    const reread = await confirmed.prepared.reread(signal);
    switch (reread.kind) {
      case 'changed':
        return go(reread.preview);
      case 'failed': {
        const why = reason('consent.rereadFailed', {}, [{ kind: 'retry' }]);
        return end(ending(ports, 'not-sent', { ...why, cause: reread.reason }));
      }
      case 'aborted':
        return end(ending(ports, 'cancelled', reason('cancelled.nothingSent')));
      case 'unchanged': {
        // Reading took its time: another window may have added or ended a credential meanwhile.
        const still = await recheck(confirmed, ports, signal);
        return still.kind === 'end' ? still : end(await sendAndVerify(confirmed, ports, signal));
      }
    }
  } finally {
    // What became of the reset is known by now; a lock that cannot be given back goes stale by itself.
    await withoutFailing('The lock could not be released', () => lock.release(), ports);
  }
}

async function prepare(target: Target, ports: ResetPorts, signal: AbortSignal): Promise<Step<Ready>> {
  const address = targetAddress(target);
  const reading = await ports.credentials.read(target);
  if (reading.kind !== 'present') return end(withoutCredential(reading, ports));
  const { credentials, generation } = reading;
  const providerTarget: ProviderTarget = { ...target, credentials };
  const result = await ports.provider.preview(providerTarget, ports.way, signal);
  switch (result.kind) {
    case 'aborted':
      return end(ending(ports, 'cancelled', reason('cancelled.nothingSent')));
    case 'stopped':
      return end(ending(ports, result.outcome, result.reason));
    case 'dead-credential': {
      // A dead token also fits a wrong or expired one: only a verified reset of this very credential tells them apart.
      const last = await ports.journal.lastVerifiedReset(address);
      if (!last || !wereEndedBy(last, credentials)) return end(ending(ports, 'refused', result.reason));
      const forget = () => ports.credentials.forgetDead(target, credentials, last.closedAt);
      await withoutFailing('The dead credential could not be forgotten', forget, ports);
      return end(alreadyReset(ports, last.closedAt));
    }
    case 'ready': {
      const { preview, prepared } = result;
      return go({ target: providerTarget, address, generation, preview, prepared });
    }
  }
}

function withoutCredential(reading: NoCredential, ports: ResetPorts): Outcome {
  if (reading.kind !== 'missing') return ending(ports, 'not-sent', whyUnusable(reading));
  return reading.resetAt !== undefined
    ? alreadyReset(ports, reading.resetAt)
    : ending(ports, 'not-sent', reason('credential.missing', {}, [{ kind: 'replace-credential' }]));
}

async function confirm(
  ready: Ready,
  changed: boolean,
  ports: ResetPorts,
  signal: AbortSignal,
): Promise<Step<Confirmed>> {
  if (signal.aborted) return end(ending(ports, 'cancelled', reason('cancelled.nothingSent')));
  const answer = await ports.confirm(ready.target, ready.preview, changed);
  if (answer.kind === 'declined' || signal.aborted) {
    return end(ending(ports, 'cancelled', reason('cancelled.nothingSent')));
  }
  return go({ ...ready, by: answer.by ?? 'modal', at: ports.clock.now(), atMonotonic: ports.clock.monotonic() });
}

/** With the lock held: is everything that was confirmed still so? Another window may have been faster. */
async function recheck(confirmed: Confirmed, ports: ResetPorts, signal: AbortSignal): Promise<Step<undefined>> {
  const { target, generation } = confirmed;
  const last = await ports.journal.lastVerifiedReset(confirmed.address);
  // It may have been sent with another one of them. A dead one that was left behind says nothing about a newer one.
  if (last && wereEndedBy(last, target.credentials)) return end(alreadyReset(ports, last.closedAt));
  // From the disk: another window's new credential may not have reached this window's memory yet.
  if ((await ports.credentials.storedGeneration(target)) !== generation) {
    return end(ending(ports, 'not-sent', reason('credential.changed', {}, [{ kind: 'retry' }])));
  }
  if (signal.aborted) return end(ending(ports, 'cancelled', reason('cancelled.nothingSent')));
  const obstacle = obstacleNow(confirmed, ports);
  return obstacle ? end(obstacle) : go(undefined);
}

/** What can be told at once, without waiting for anything: is the target still the one confirmed, and is it still fresh? */
function obstacleNow(confirmed: Confirmed, ports: ResetPorts): Outcome | undefined {
  const now = ports.currentTarget();
  if (!now || !sameTarget(now, confirmed.target))
    return ending(ports, 'not-sent', reason('target.changed', {}, [{ kind: 'retry' }]));
  if (isExpired(confirmed, ports))
    return ending(ports, 'not-sent', reason('confirmation.expired', {}, [{ kind: 'retry' }]));
  return undefined;
}

/** Both clocks: the monotonic one may stand still while the machine sleeps, the wall clock may be set back. */
function isExpired(confirmed: Confirmed, { clock }: ResetPorts): boolean {
  return Math.max(clock.monotonic() - confirmed.atMonotonic, clock.now() - confirmed.at) > confirmationLifetimeMs;
}

function sameTarget(now: Target, then: Target): boolean {
  return (
    now.project.provider === then.project.provider &&
    sameOrigins([now.project.endpoint], [then.project.endpoint]) &&
    JSON.stringify(now.project.options) === JSON.stringify(then.project.options)
  );
}

async function sendAndVerify(confirmed: Confirmed, ports: ResetPorts, signal: AbortSignal): Promise<Outcome> {
  const operationId = ports.random.id();
  ports.progress('journaling');
  try {
    await ports.journal.open(journalEntry(confirmed, operationId, ports));
  } catch (error) {
    ports.log.error(`The journal entry could not be written: ${messageOf(error)}`);
    return ending(ports, 'not-sent', reason('journal.unwritable', {}, [{ kind: 'retry' }]));
  }
  const outcome = { ...(await sendOnce(confirmed, operationId, ports, signal)), operationId };
  // Closed before the credential is forgotten: until the journal says what happened, the dead credential is the only proof.
  const close = () => ports.journal.close(operationId, outcome);
  const closed = await withoutFailing('The journal entry could not be closed', close, ports);
  return closed && outcome.kind === 'verified' ? forgetEnded(confirmed, outcome, ports, signal) : outcome;
}

/** The reset was seen to have worked: what it has ended is forgotten, and what still lives is told. */
async function forgetEnded(
  { target, prepared }: Confirmed,
  outcome: Outcome,
  ports: ResetPorts,
  signal: AbortSignal,
): Promise<Outcome> {
  const ended = [prepared.sentWith.credential, ...prepared.dead];
  const forget = () => ports.credentials.forgetDead(target, ended, outcome.at);
  await withoutFailing('The dead credential could not be forgotten', forget, ports);
  const others = prepared.alsoAlive.map(({ credential }) => credential);
  const alive = await endOthers(target, others, outcome.at, ports, signal);
  if (alive.length === 0) return outcome;
  return { ...outcome, reason: reason('reset.othersAlive', { count: String(alive.length) }) };
}

/** Sends and classifies, with the entry in the journal. A defect ends the operation, too, with as much as is known. */
async function sendOnce(
  confirmed: Confirmed,
  operationId: string,
  ports: ResetPorts,
  signal: AbortSignal,
): Promise<Outcome> {
  // The machine may have slept, or the settings may have been saved, while the entry was being written.
  const obstacle = obstacleNow(confirmed, ports);
  if (obstacle) return obstacle;
  let sent = false;
  let withdrawn: Outcome | undefined;
  try {
    ports.progress('sending');
    const leaving: Leaving = {
      // Connecting takes its time, and the machine may sleep meanwhile.
      mayLeave: () => {
        withdrawn = obstacleNow(confirmed, ports);
        return withdrawn === undefined;
      },
      onSent: () => {
        sent = true;
        ports.journal.markSent(operationId, ports.clock.now());
        ports.progress('sent');
      },
    };
    const answer = await confirmed.prepared.send(leaving, signal);
    if (answer.kind === 'not-sent' && withdrawn) return withdrawn;
    sent = true;
    return await classify(answer, confirmed, ports, signal);
  } catch (error) {
    ports.log.error(`Defect while resetting: ${error instanceof Error ? (error.stack ?? error.message) : 'unknown'}`);
    return sent
      ? ending(ports, 'unknown', reason('reset.crashed', {}, [{ kind: 'verify' }]))
      : ending(ports, 'not-sent', reason('reset.crashedBefore', {}, [{ kind: 'retry' }]));
  }
}

/** Whether `work` succeeded. It comes after the outcome is settled, so its failure is logged and changes nothing. */
async function withoutFailing(
  failure: string,
  work: () => Promise<void>,
  { log }: Pick<ResetPorts, 'log'>,
): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    log.error(`${failure}: ${messageOf(error)}`);
    return false;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : 'unknown error';
}

async function classify(
  answer: ResetAnswer,
  { target, prepared }: Confirmed,
  ports: ResetPorts,
  signal: AbortSignal,
): Promise<Outcome> {
  switch (answer.kind) {
    case 'refused':
    case 'not-sent':
    case 'unsupported':
      return ending(ports, answer.kind, answer.reason);
    case 'aborted':
      return answer.sent
        ? ending(ports, 'unknown', reason('cancelled.afterSend', {}, [{ kind: 'verify' }]))
        : ending(ports, 'cancelled', reason('cancelled.nothingSent'));
    case 'accepted':
    case 'unknown': {
      ports.progress('verifying');
      const { credential, hints } = prepared.sentWith;
      const verification = await verifyPatiently(ports, { ...target, credential }, hints, signal);
      switch (verification.kind) {
        case 'gone':
          return ending(ports, 'verified', verification.reason);
        case 'alive':
          return ending(ports, 'not-reset', withActions(verification.reason, [{ kind: 'retry' }]));
        case 'not-checkable':
          return answer.kind === 'unknown'
            ? ending(ports, 'unknown', answer.reason)
            : ending(ports, 'accepted', { ...reason('reset.acceptedNotCheckable'), cause: verification.reason });
        case 'failed':
        case 'aborted': {
          // Not settled: the entry stays open, so that it can be verified later.
          const unchecked = reason('reset.acceptedUnchecked', {}, [{ kind: 'verify' }]);
          return ending(ports, 'unknown', answer.kind === 'unknown' ? answer.reason : unchecked);
        }
      }
    }
  }
}

function journalEntry(confirmed: Confirmed, operationId: string, ports: ResetPorts): NewJournalEntry {
  const { target, prepared } = confirmed;
  return {
    operationId,
    address: confirmed.address,
    projectLabel: target.project.label,
    identityLabel: target.identity.label,
    confirmedBy: confirmed.by,
    confirmedAt: confirmed.at,
    credentialStoredAt: prepared.sentWith.credential.storedAt,
    way: ports.way,
    ...(prepared.endsAll === true && { endsAll: true }),
    hints: prepared.sentWith.hints,
    openedAt: ports.clock.now(),
  };
}

function alreadyReset(ports: Pick<ResetPorts, 'clock'>, at: number): Outcome {
  return ending(ports, 'already-reset', reason('reset.already', { when: localTime(at) }));
}

function ending(ports: Pick<ResetPorts, 'clock'>, kind: OutcomeKind, why: Reason): Outcome {
  return { kind, reason: why, at: ports.clock.now() };
}

function withActions(why: Reason, actions: Reason['actions']): Reason {
  return { ...why, actions: [...why.actions, ...actions] };
}

function go<T>(value: T): Step<T> {
  return { kind: 'go', with: value };
}

function end(outcome: Outcome): Step<never> {
  return { kind: 'end', outcome };
}
