/**
 * The reset: preview → confirm → lock → journal → send once → classify → verify → aftermath.
 *
 * The order is the product. Nothing that may have an effect leaves before the confirmation is fresh, the lock is held and
 * the journal entry is on disk; nothing is called verified without a read that is independent of the reset's own answer.
 */
import { whyUnusable } from './consentDerivation';
import { type NoCredential, wereEndedBy } from './credentialSource';
import { type Reason, reason, type Target, targetAddress } from './model';
import { isAbout, underWayElsewhere } from './openEntries';
import { earlierUnknown } from './openOperations';
import type { Outcome } from './outcome';
import type { Preview, ProviderTarget } from './provider';
import { sendAndVerify } from './resetSending';
import {
  alreadyReset,
  type Confirmed,
  end,
  ending,
  go,
  obstacleNow,
  type Ready,
  type ResetPorts,
  type Step,
  withoutFailing,
} from './resetSteps';
import { aborted, unlessAborted } from './unlessAborted';
import { wasConfirmed } from './wasConfirmed';

/** What was read longer ago than this when the user has answered is read anew. */
export const previewLifetimeMs = 60_000;

/** Runs one reset. Never rejects for anything that is expected to happen; aborting `signal` ends it truthfully. */
export async function runReset(target: Target, ports: ResetPorts, signal: AbortSignal): Promise<Outcome> {
  ports.progress('previewing');
  const prepared = await prepareReset(target, ports, signal);
  if (prepared.kind === 'end') return prepared.outcome;

  let ready = prepared.with;
  for (let changed = false; ; changed = true) {
    const { clock } = ports;
    const shown = [clock.now(), clock.monotonic()] as const;
    ports.progress('confirming');
    const confirmed = await confirm(ready, changed, ports, signal);
    if (confirmed.kind === 'end') return confirmed.outcome;
    let still = confirmed.with;
    if (Math.max(clock.now() - shown[0], clock.monotonic() - shown[1]) > previewLifetimeMs) {
      const anew = await prepareAnew(ready, ports, signal);
      if (anew.kind === 'end') return anew.outcome;
      const { preview } = ready;
      ready = anew.with;
      if (!wasConfirmed(ready.preview, preview)) continue;
      still = { ...still, ...ready };
    }
    const attempt = await underLock(still, ports, signal);
    if (attempt.kind === 'end') return attempt.outcome;
    ready = { ...ready, preview: attempt.with };
  }
}

/** With what was read now: the question was open for long, or the machine slept below it, and tokens end by the minute. */
async function prepareAnew(
  { target, generation }: Ready,
  ports: ResetPorts,
  signal: AbortSignal,
): Promise<Step<Ready>> {
  await ports.turn?.();
  ports.progress('rereading');
  const anew = await prepareReset(target, ports, signal);
  // The question was about the consent of the credentials that were there.
  const other = anew.kind === 'go' && anew.with.generation !== generation;
  return other ? end(ending(ports, 'not-sent', reason('credential.changed', {}, [{ kind: 'retry' }]))) : anew;
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
    const elsewhere = await sentElsewhere(confirmed, ports);
    if (elsewhere) return end(elsewhere);
    const stillTrue = await recheck(confirmed, ports, signal);
    if (stillTrue.kind === 'end') return stillTrue;
    await ports.turn?.();
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
        const [why, still] = await Promise.all([confirmed.recheck?.(), recheck(confirmed, ports, signal)]);
        if (why) return end(ending(ports, 'not-sent', why));
        return still.kind === 'end' ? still : end(await sendAndVerify(confirmed, lock, ports, signal));
      }
    }
  } finally {
    // What became of the reset is known by now; a lock that cannot be given back goes stale by itself.
    await withoutFailing('The lock could not be released', () => lock.release(), ports);
  }
}

/** The lock may have been taken over, or removed by hand, while its owner lives: what that has sent is not known to have ended. */
async function sentElsewhere({ address }: Confirmed, ports: ResetPorts): Promise<Outcome | undefined> {
  const entry = underWayElsewhere(await ports.journal.standing(), address);
  if (!entry) return undefined;
  return ending(ports, 'not-sent', reason('reset.sentElsewhere', { seconds: secondsSince(entry.openedAt, ports) }));
}

/** What a preview needs: nothing that could lock, write or send. */
export type PreviewPorts = Pick<ResetPorts, 'provider' | 'credentials' | 'clock' | 'log' | 'way' | 'byOperator'> & {
  readonly journal: Pick<ResetPorts['journal'], 'lastVerifiedReset' | 'standing'>;
};

/** The first step of a reset. It only reads; a dead credential that an earlier reset has ended is forgotten. */
export async function prepareReset(target: Target, ports: PreviewPorts, signal: AbortSignal): Promise<Step<Ready>> {
  const address = targetAddress(target);
  const reading = await unlessAborted(ports.credentials.read(target), signal);
  if (reading === aborted) return end(ending(ports, 'cancelled', reason('cancelled.nothingSent')));
  if (reading.kind !== 'present') return end(withoutCredential(reading, ports));
  const { credentials, generation } = reading;
  const providerTarget: ProviderTarget = { ...target, credentials };
  const result = await ports.provider.preview(providerTarget, ports.way, signal);
  switch (result.kind) {
    case 'aborted':
      return end(ending(ports, 'cancelled', reason('cancelled.nothingSent')));
    case 'stopped':
      return end(ending(ports, result.outcome, result.reason));
    case 'already-gone':
      return end(ending(ports, 'already-reset', result.reason));
    case 'dead-credential':
      return end(await withDeadCredential(providerTarget, result.reason, ports));
    case 'ready': {
      const { preview, prepared } = result;
      return go({ target: providerTarget, address, generation, preview, prepared });
    }
  }
}

/** A dead token also fits a wrong or expired one: only a verified reset of this very credential tells them apart. */
async function withDeadCredential(target: ProviderTarget, why: Reason, ports: PreviewPorts): Promise<Outcome> {
  const { credentials } = target;
  const address = targetAddress(target);
  const { byOperator = false } = ports;
  // Before what was verified is asked for: what ends in between is then found there.
  const standing = await ports.journal.standing();
  const last = await ports.journal.lastVerifiedReset(address);
  if (!byOperator && last && wereEndedBy(last, credentials)) {
    const forget = () => ports.credentials.forgetDead(target, credentials, last.closedAt);
    await withoutFailing('The dead credential could not be forgotten', forget, ports);
    return alreadyReset(ports, last.closedAt);
  }
  // Another window may be ending it right now, and has not seen to it yet that it is gone.
  const elsewhere = underWayElsewhere(standing, address);
  if (elsewhere) {
    return ending(ports, 'not-sent', reason('lock.held', { seconds: secondsSince(elsewhere.openedAt, ports) }));
  }
  const isUnknown = !byOperator && standing.unfinished.some((entry) => isAbout(entry, address, credentials));
  return isUnknown ? ending(ports, 'not-sent', earlierUnknown(target)) : ending(ports, 'refused', why);
}

function secondsSince(time: number, { clock }: Pick<ResetPorts, 'clock'>): string {
  return String(Math.max(0, Math.round((clock.now() - time) / 1000)));
}

function withoutCredential(reading: NoCredential, ports: Pick<ResetPorts, 'clock'>): Outcome {
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
  if (signal.aborted) return end(ending(ports, 'cancelled', reason('cancelled.nothingSent')));
  if (answer.kind === 'declined') {
    return end(
      answer.because
        ? ending(ports, 'not-sent', answer.because)
        : ending(ports, 'cancelled', reason('cancelled.nothingSent')),
    );
  }
  const at = ports.clock.now();
  const { by = 'modal', requestedBy, answeredAt = at, obstacle, recheck: again } = answer;
  const atMonotonic = ports.clock.monotonic();
  return go({ ...ready, by, requestedBy, at, atMonotonic, answeredAt, obstacle, recheck: again });
}

/** With the lock held: is everything that was confirmed still so? Another window may have been faster. */
async function recheck(confirmed: Confirmed, ports: ResetPorts, signal: AbortSignal): Promise<Step<undefined>> {
  const { target, generation } = confirmed;
  const [last, stored] = await Promise.all([
    ports.journal.lastVerifiedReset(confirmed.address),
    // From the disk: another window's new credential may not have reached this window's memory yet.
    ports.credentials.storedGeneration(target),
  ]);
  // It may have been sent with another one of them. A dead one that was left behind says nothing about a newer one.
  if (!ports.byOperator && last && wereEndedBy(last, target.credentials))
    return end(alreadyReset(ports, last.closedAt));
  if (stored !== generation) {
    return end(ending(ports, 'not-sent', reason('credential.changed', {}, [{ kind: 'retry' }])));
  }
  if (signal.aborted) return end(ending(ports, 'cancelled', reason('cancelled.nothingSent')));
  const obstacle = obstacleNow(confirmed, ports);
  return obstacle ? end(obstacle) : go(undefined);
}
