/**
 * Many resets behind one confirmation. Each is an operation of its own, with everything that a single reset goes through:
 * preview, lock, journal, one more reading, one request, verification. It is "confirmed" only while it would do what was
 * confirmed for it; see {@link BulkStanding} for how long.
 *
 * A target is reset again only after an outcome that proves that nothing was done: the service was asked too often and
 * refused, or nothing was sent for the same reason. One whose outcome is unknown is left to *Verify*.
 */
import { BulkPace } from './bulkPace';
import type { BulkItem, BulkProgress, BulkResult } from './bulkPreview';
import { BulkStanding, type Moment } from './bulkStanding';
import type { ConsentOperations } from './consentOperations';
import type { ConsentStore, IdentityState } from './consentStore';
import { localTime } from './localTime';
import { mapLimited } from './mapLimited';
import {
  type QuotaRefusal,
  quotaOf,
  type Reason,
  reason,
  type Target,
  type TargetKey,
  targetAddress,
  targetKey,
} from './model';
import type { Outcome } from './outcome';
import type { Clock, Journal, Transport } from './ports';
import type { Preview } from './provider';
import { type Confirmation, ending, type ResetStep, stopped } from './resetSteps';
import type { SleepWatch } from './sleepWatch';
import { Place, Slots } from './slots';
import { wasConfirmed } from './wasConfirmed';

/** How many ask the service at a time, for what is to be reset or to reset it. */
export const sendingAtOnce = 8;

/**
 * The steps in which it is asked, without a wait between the last reading and the request. While one waits for its lock,
 * another asks; verification is patience, and has no limit.
 */
const asking: ReadonlySet<ResetStep> = new Set(['previewing', 'rereading', 'journaling', 'sending', 'sent']);

/** How many are under way in all, for each that asks: most of them wait for the reset to spread, to be verified. */
const underWayForEach = 8;

/** How often one target is tried at most. */
export const resetAttempts = 4;

export interface BulkPorts {
  readonly operations: Pick<ConsentOperations, 'reset' | 'isResetting' | 'whyVerifyFirst'>;
  readonly journal: Pick<Journal, 'lastVerifiedReset'>;
  readonly store: ConsentStore;
  readonly clock: Clock;
  readonly carrier?: Transport;
  /** In place of {@link sendingAtOnce}. */
  readonly atOnce?: number;
  /** Began when the user answered. */
  readonly watch: Pick<SleepWatch, 'hasSlept'>;
  /** Those of which the question said that the outcome of an earlier reset is not known. */
  readonly earlierUnknown: ReadonlySet<TargetKey>;
  progress(progress: BulkProgress): void;
  /** The user may stop a single target by this while the bulk is under way. Gives back what ends that. */
  stoppable(target: Target, stop: () => void): () => void;
}

/**
 * Resets the items, and says of each what became of it, in their order. Aborting `signal` leaves those untouched that have
 * not left; those that have end with what is known of them.
 *
 * @param answered when the user confirmed
 */
export function runBulk(
  items: readonly BulkItem[],
  answered: Moment,
  ports: BulkPorts,
  signal: AbortSignal,
): Promise<readonly BulkResult[]> {
  return new Bulk(items, new BulkStanding(ports.clock, answered, ports.watch), ports, signal).run();
}

/** One target of the bulk while it is under way. */
interface Entry {
  readonly item: BulkItem;
  readonly stop: AbortController;
  /** Its request has left: what comes now is waiting for the truth. */
  left: boolean;
}

class Bulk {
  readonly #entries: readonly Entry[];
  readonly #atOnce: number;
  readonly #sending: Slots;
  readonly #pace: BulkPace;
  readonly #outcomes = new Map<Entry, Outcome>();
  #waitingUntil: number | undefined;

  constructor(
    items: readonly BulkItem[],
    private readonly standing: BulkStanding,
    private readonly ports: BulkPorts,
    private readonly signal: AbortSignal,
  ) {
    this.#atOnce = ports.atOnce ?? sendingAtOnce;
    this.#sending = new Slots(this.#atOnce);
    this.#entries = items.map((item) => ({ item, stop: new AbortController(), left: false }));
    const waiting = (until: number | undefined): void => {
      this.#waitingUntil = until;
      this.#report();
    };
    const overslept = (): void => standing.end(reason('bulk.slept'));
    this.#pace = new BulkPace({ clock: ports.clock, waiting, overslept }, signal);
  }

  async run(): Promise<readonly BulkResult[]> {
    const stopAll = (): void => {
      for (const { left, stop } of this.#entries) if (!left) stop.abort();
    };
    const queue = (state: IdentityState): IdentityState =>
      state.activity.kind === 'idle' ? { ...state, activity: { kind: 'queued' } } : state;
    this.ports.store.updateAll(new Map(this.#entries.map(({ item }) => [targetKey(item.target), queue])));
    this.signal.addEventListener('abort', stopAll);
    const notStoppable = this.#entries.map(({ item, stop }) => this.ports.stoppable(item.target, () => stop.abort()));
    try {
      if (this.signal.aborted) stopAll();
      this.#report();
      await mapLimited(this.#entries, underWayForEach * this.#atOnce, (entry) => this.#settle(entry));
    } finally {
      this.signal.removeEventListener('abort', stopAll);
      for (const end of notStoppable) end();
    }
    return this.#entries.map((entry) => ({
      target: entry.item.target,
      outcome: this.#outcomes.get(entry) ?? this.#cancelled(),
    }));
  }

  async #settle(entry: Entry): Promise<void> {
    this.#outcomes.set(entry, await this.#resetPatiently(entry));
    this.#show(entry);
    this.#report();
  }

  async #resetPatiently(entry: Entry): Promise<Outcome> {
    /** One that was refused is never called unsent, whatever becomes of the attempts after it. */
    let last: Outcome | undefined;
    for (let attempt = 1, first = false; ; first = true) {
      const place = await this.#turn(entry, first);
      if (!place) return last ?? this.#cancelled();
      let outcome: Outcome;
      try {
        const why = this.standing.obstacle();
        if (why) return last ?? ending(this.ports, 'not-sent', why);
        outcome = await this.#reset(entry, place);
      } finally {
        place.give();
      }
      const nothingSent = outcome.kind === 'not-sent' || outcome.kind === 'cancelled';
      if (!nothingSent) last = outcome;
      const quota = refusedForQuota(outcome);
      if (!quota) {
        if (!nothingSent) this.#pace.accepted();
        return last ?? outcome;
      }
      // Kept here because another one was refused meanwhile: that one is counted.
      if (!isPaused(outcome)) {
        const answer = this.#pace.refused(quota, this.standing.leftMs);
        if (answer.kind === 'too-long') {
          const until = localTime(answer.until, this.ports.clock.now());
          this.standing.end(reason('bulk.quotaTooLong', { until }));
        }
        if (answer.kind === 'too-long' || attempt++ === resetAttempts) return last ?? outcome;
      }
      this.#queueAgain(entry, outcome);
    }
  }

  /** Waits for a place among those that ask; `undefined` when the entry was stopped before. */
  async #turn({ stop }: Entry, first: boolean): Promise<Place | undefined> {
    while (this.standing.obstacle() !== undefined || (await this.#pace.ready(stop.signal))) {
      const release = await this.#sending.take(first, stop.signal);
      if (!release) return undefined;
      const waits = this.#pace.isPaused && this.standing.obstacle() === undefined;
      if (!stop.signal.aborted && !waits) return new Place(this.#sending, release);
      release();
      if (stop.signal.aborted) return undefined;
    }
    return undefined;
  }

  async #reset(entry: Entry, place: Place): Promise<Outcome> {
    const { operations, carrier } = this.ports;
    const { target, way } = entry.item;
    // Begun by the user meanwhile, who is being asked for it: not ours.
    if (operations.isResetting(target)) return ending(this.ports, 'not-sent', reason('bulk.busy'));
    const outcome = await operations.reset(target, {
      signal: entry.stop.signal,
      way: way.id,
      ...(carrier && { carrier }),
      confirm: async (_target, now, changed) => this.#confirmed(entry.item, now, changed),
      progress: (step: ResetStep) => {
        if (step === 'sent') entry.left = true;
        if (!asking.has(step)) place.give();
      },
      turn: () => place.retake(entry.stop.signal),
    });
    entry.left = false;
    return outcome;
  }

  #confirmed({ target, preview: then }: BulkItem, now: Preview, changed: boolean): Confirmation {
    if (changed || !wasConfirmed(now, then)) return { kind: 'declined', because: otherThanConfirmed };
    const { answeredAt } = this.standing;
    const [obstacle, recheck] = [() => this.#obstacle(), () => this.#recheck(target)];
    return { kind: 'confirmed', by: 'modal', answeredAt, obstacle, recheck };
  }

  /** What looks as it was confirmed may be another consent by now, and another window may have sent for it. */
  async #recheck(target: Target): Promise<Reason | undefined> {
    const { operations, journal, earlierUnknown } = this.ports;
    const last = await journal.lastVerifiedReset(targetAddress(target));
    if (last && last.openedAt > this.standing.answeredAt) return otherThanConfirmed;
    return earlierUnknown.has(targetKey(target)) ? undefined : operations.whyVerifyFirst(target);
  }

  #obstacle() {
    if (this.signal.aborted) return stopped;
    return this.standing.obstacle() ?? (this.#pace.isPaused ? paused : undefined);
  }

  /** Its row waits as it did before; the refusal comes back if nothing follows it. */
  #queueAgain({ item }: Entry, refusal: Outcome): void {
    this.ports.store.update(targetKey(item.target), ({ lastOutcome, ...state }) => ({
      ...state,
      ...(lastOutcome && lastOutcome.at !== refusal.at && { lastOutcome }),
      activity: { kind: 'queued' },
    }));
  }

  /** The row says what the bulk says, also where no operation has said it. */
  #show(entry: Entry): void {
    const outcome = this.#outcomes.get(entry);
    this.ports.store.update(targetKey(entry.item.target), (state) => {
      const { kind } = state.activity;
      if (kind !== 'queued' && kind !== 'idle') return state;
      const told = outcome && outcome.kind !== 'cancelled' && state.lastOutcome !== outcome;
      return { ...state, activity: { kind: 'idle' }, ...(told && { lastOutcome: outcome }) };
    });
  }

  #cancelled(): Outcome {
    return ending(this.ports, 'cancelled', reason('cancelled.nothingSent'));
  }

  #report(): void {
    const { size: done } = this.#outcomes;
    this.ports.progress({ done, total: this.#entries.length, waitingUntil: this.#waitingUntil });
  }
}

const otherThanConfirmed = reason('bulk.changed', {}, [{ kind: 'retry' }]);

/** What keeps a request here that was getting ready when another one was refused. */
const paused = { ...reason('bulk.paused', {}, [{ kind: 'retry' }]), quota: {} };

function isPaused({ reason: { code } }: Outcome): boolean {
  return code === paused.code;
}

/** Provably without effect: refused by the service, or not sent at all. */
function refusedForQuota({ kind, reason: why }: Outcome): QuotaRefusal | undefined {
  return kind === 'refused' || kind === 'not-sent' ? quotaOf(why) : undefined;
}
