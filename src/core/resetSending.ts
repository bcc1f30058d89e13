/** A reset that leaves: journal entry, the one request, what its answer means, verification, and what ends with it. */
import { type Reason, reason } from './model';
import type { Outcome } from './outcome';
import type { LockResult, NewJournalEntry } from './ports';
import type { Leaving, ResetAnswer } from './provider';
import { type Confirmed, ending, obstacleNow, type ResetPorts, withoutFailing } from './resetSteps';
import { endOthers, verifyPatiently } from './verification';

type HeldLock = Extract<LockResult, { kind: 'acquired' }>;

export async function sendAndVerify(
  confirmed: Confirmed,
  lock: Pick<HeldLock, 'isOurs'>,
  ports: ResetPorts,
  signal: AbortSignal,
): Promise<Outcome> {
  ports.progress('journaling');
  const attempt = await openEntry(confirmed, ports);
  if (attempt === undefined) return ending(ports, 'not-sent', reason('journal.unwritable', {}, [{ kind: 'retry' }]));
  const { operationId, ended } = await sendOnce(confirmed, attempt, lock, ports, signal);
  const outcome = { ...ended, operationId };
  // Closed before the credential is forgotten: until the journal says what happened, the dead credential is the only proof.
  const closed = await closeEntry(operationId, outcome, ports);
  return closed && outcome.kind === 'verified' ? forgetEnded(confirmed, outcome, ports, signal) : outcome;
}

/** The id of an entry that is on disk; `undefined` when it cannot be written. */
async function openEntry(confirmed: Confirmed, ports: ResetPorts): Promise<string | undefined> {
  const operationId = ports.random.id();
  const open = () => ports.journal.open(journalEntry(confirmed, operationId, ports));
  return (await withoutFailing('The journal entry could not be written', open, ports)) ? operationId : undefined;
}

function closeEntry(operationId: string, outcome: Outcome, ports: ResetPorts): Promise<boolean> {
  return withoutFailing(
    'The journal entry could not be closed',
    () => ports.journal.close(operationId, outcome),
    ports,
  );
}

/** The reset was seen to have worked: what it has ended is forgotten, and what still lives is told. */
async function forgetEnded(
  { target, prepared }: Confirmed,
  outcome: Outcome,
  ports: ResetPorts,
  signal: AbortSignal,
): Promise<Outcome> {
  // An operator's sign-ins live on, unless the consent was the operator's own.
  if (ports.byOperator && prepared.endsSignIn !== true) return outcome;
  const ended = [prepared.sentWith.credential, ...prepared.dead];
  const forget = () => ports.credentials.forgetDead(target, ended, outcome.at);
  await withoutFailing('The dead credential could not be forgotten', forget, ports);
  const others = prepared.alsoAlive.map(({ credential }) => credential);
  const alive = await endOthers(target, others, outcome.at, ports, signal);
  if (alive.length === 0) return outcome;
  return { ...outcome, reason: reason('reset.othersAlive', { count: String(alive.length) }) };
}

/**
 * Asked when the entry is on disk, as late as anything can be that has to be waited for: another window may have taken over
 * or said otherwise, the machine may have slept, and the settings may have been saved.
 */
async function lastLook(
  confirmed: Confirmed,
  lock: Pick<HeldLock, 'isOurs'>,
  ports: ResetPorts,
): Promise<Outcome | undefined> {
  const [isOurs, why] = await Promise.all([lock.isOurs(), confirmed.recheck?.()]);
  if (!isOurs) return ending(ports, 'not-sent', reason('lock.lost', {}, [{ kind: 'retry' }]));
  return why ? ending(ports, 'not-sent', why) : obstacleNow(confirmed, ports);
}

interface Sent {
  /** The entry of the last attempt; those before are closed. */
  readonly operationId: string;
  readonly ended: Outcome;
}

/** Sends and classifies, with the entry in the journal. A defect ends the operation, too, with as much as is known. */
async function sendOnce(
  confirmed: Confirmed,
  firstId: string,
  lock: Pick<HeldLock, 'isOurs'>,
  ports: ResetPorts,
  signal: AbortSignal,
): Promise<Sent> {
  let operationId = firstId;
  const obstacle = await lastLook(confirmed, lock, ports);
  if (obstacle) return { operationId, ended: obstacle };
  let sent = false;
  let withdrawn: Outcome | undefined;
  const leavingWith = (id: string): Leaving => ({
    ...(ports.carrier && { carrier: ports.carrier }),
    // Connecting takes its time, and the machine may sleep meanwhile.
    mayLeave: () => {
      withdrawn = obstacleNow(confirmed, ports);
      return withdrawn === undefined;
    },
    onSent: () => {
      sent = true;
      ports.journal.markSent(id, ports.clock.now());
      ports.progress('sent');
    },
    another: async (why) => {
      if (operationId !== firstId) throw new Error('There is no third attempt.');
      if (obstacleNow(confirmed, ports)) return undefined;
      const next = await openEntry(confirmed, ports);
      if (next === undefined) return undefined;
      // The first entry is closed when the second is on disk: at no time is there none of an operation under way.
      await closeEntry(firstId, { ...ending(ports, 'refused', why), operationId: firstId }, ports);
      operationId = next;
      sent = false;
      const still = (await lastLook(confirmed, lock, ports)) === undefined;
      return still ? leavingWith(next) : undefined;
    },
  });
  try {
    ports.progress('sending');
    const answer = await confirmed.prepared.send(leavingWith(firstId), signal);
    if (answer.kind === 'not-sent' && withdrawn) return { operationId, ended: withdrawn };
    sent = true;
    const mayHaveWorked = answer.kind === 'accepted' || answer.kind === 'unknown';
    if (mayHaveWorked && confirmed.prepared.endsSignIn === true) ports.signInEnded();
    return { operationId, ended: await classify(answer, confirmed, ports, signal) };
  } catch (error) {
    ports.log.error(`Defect while resetting: ${error instanceof Error ? (error.stack ?? error.message) : 'unknown'}`);
    const ended = sent
      ? ending(ports, 'unknown', reason('reset.crashed', {}, [{ kind: 'verify' }]))
      : ending(ports, 'not-sent', reason('reset.crashedBefore', {}, [{ kind: 'retry' }]));
    return { operationId, ended };
  }
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
    ...(confirmed.requestedBy !== undefined && { requestedBy: confirmed.requestedBy }),
    confirmedAt: confirmed.answeredAt,
    credentialStoredAt: prepared.sentWith.credential.storedAt,
    way: ports.way,
    ...(prepared.endsAll === true && { endsAll: true }),
    hints: prepared.sentWith.hints,
    openedAt: ports.clock.now(),
  };
}

function withActions(why: Reason, actions: Reason['actions']): Reason {
  return { ...why, actions: [...why.actions, ...actions] };
}
