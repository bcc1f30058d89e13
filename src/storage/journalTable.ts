/** What the events of journal files say about operations, whatever their order and however often they are read. */
import type { Outcome } from '../core/outcome';
import type { JournalEntry, NewJournalEntry } from '../core/ports';
import type { JournalEvent, Subject } from './journalEvents';
import type { NotedReset } from './verifiedIndex';

/** All that is known of one operation. Without `entry` only its later life was in the file. */
export interface Known {
  readonly operationId: string;
  readonly entry?: NewJournalEntry;
  readonly sentAt?: number;
  readonly outcome?: Outcome;
  readonly subject?: Subject;
  readonly dismissed?: boolean;
  /** The file's own window opened it, so that window may be at work on it. */
  readonly opened?: boolean;
}

export function knownFrom(event: JournalEvent): Known | undefined {
  switch (event.type) {
    case 'window':
      return undefined;
    case 'sending':
      return { operationId: event.entry.operationId, entry: event.entry, opened: true };
    case 'sent':
      return { operationId: event.operationId, sentAt: event.at };
    case 'closed': {
      const { type: _, ...known } = event;
      return known;
    }
    case 'dismissed':
      return { operationId: event.operationId, dismissed: true };
    case 'snapshot': {
      const { type: _, ...known } = event;
      return known;
    }
  }
}

/** Joins two pieces about the same operation. Commutative, associative and idempotent, so files may overlap. */
export function mergeKnown(a: Known, b: Known): Known {
  const entry = a.entry ?? b.entry;
  const sentAt =
    a.sentAt === undefined || b.sentAt === undefined ? (a.sentAt ?? b.sentAt) : Math.min(a.sentAt, b.sentAt);
  const outcome = a.outcome && b.outcome ? laterOutcome(a.outcome, b.outcome) : (a.outcome ?? b.outcome);
  const subject = a.subject ?? b.subject;
  return {
    operationId: a.operationId,
    ...(entry && { entry }),
    ...(sentAt !== undefined && { sentAt }),
    ...(outcome && { outcome }),
    ...(subject && { subject }),
    ...((a.dismissed || b.dismissed) && { dismissed: true }),
    ...((a.opened || b.opened) && { opened: true }),
  };
}

/**
 * A result beats "unknown", and "verified" beats every other result, since the index of verified resets never takes one
 * back; apart from that the later one counts.
 */
export function laterOutcome(a: Outcome, b: Outcome): Outcome {
  const [weightOfA, weightOfB] = [weight(a), weight(b)];
  if (weightOfA !== weightOfB) return weightOfA > weightOfB ? a : b;
  if (a.at !== b.at) return a.at > b.at ? a : b;
  return a.kind >= b.kind ? a : b;
}

function weight(outcome: Outcome): number {
  return outcome.kind === 'unknown' ? 0 : outcome.kind === 'verified' ? 2 : 1;
}

/** What the operation was about, if that is known. */
export function subjectOf(known: Known | undefined): Subject | undefined {
  if (!known?.entry) return known?.subject;
  const { address, credentialStoredAt, openedAt, endsAll } = known.entry;
  return { address, credentialStoredAt, openedAt, ...(endsAll !== undefined && { endsAll }) };
}

/** The reset for the index, if the operation is one that was seen to have worked. */
export function verifiedReset(known: Known): NotedReset | undefined {
  if (known.outcome?.kind !== 'verified') return undefined;
  const subject = subjectOf(known);
  return subject && { ...subject, closedAt: known.outcome.at, operationId: known.operationId };
}

/** Nothing is left to do about it. */
export function isSettled(known: Known): boolean {
  return known.dismissed === true || (known.outcome !== undefined && known.outcome.kind !== 'unknown');
}

/** The entry as the domain sees it, or `undefined` if only its later life is known. */
export function toEntry(known: Known): JournalEntry | undefined {
  if (!known.entry) return undefined;
  return {
    ...known.entry,
    stage: known.outcome ? 'closed' : known.sentAt === undefined ? 'sending' : 'sent',
    ...(known.sentAt !== undefined && { sentAt: known.sentAt }),
    ...(known.outcome && { outcome: known.outcome }),
    ...(known.dismissed && { dismissed: true }),
  };
}

/** The event that carries everything known over into another file. */
export function snapshotOf(known: Known): JournalEvent {
  const { opened: _, ...rest } = known;
  return { type: 'snapshot', ...rest };
}

/** Operations by id. Those that the file itself opened and settled are handed to `onSettled` and forgotten. */
export class JournalTable {
  readonly #known = new Map<string, Known>();
  readonly #onSettled: ((known: Known) => void) | undefined;

  constructor(onSettled?: (known: Known) => void) {
    this.#onSettled = onSettled;
  }

  apply(event: JournalEvent): void {
    const piece = knownFrom(event);
    if (piece) this.add(piece);
  }

  add(piece: Known): void {
    const before = this.#known.get(piece.operationId);
    const known = before ? mergeKnown(before, piece) : piece;
    // What was carried over may stand in another file as well, still open: there its end must stay known.
    if (known.opened && isSettled(known)) {
      this.#known.delete(known.operationId);
      this.#onSettled?.(known);
    } else {
      this.#known.set(known.operationId, known);
    }
  }

  get(operationId: string): Known | undefined {
    return this.#known.get(operationId);
  }

  values(): IterableIterator<Known> {
    return this.#known.values();
  }
}
