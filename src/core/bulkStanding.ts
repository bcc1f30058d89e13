/**
 * How long the one confirmation of a bulk is good.
 *
 * It is good for 60 s until the bulk starts, as any confirmation. From then on each target is read anew right before it is
 * sent, and what would be done to it has to be what was confirmed; each also keeps the 60 s of its own from that reading.
 * Nothing leaves any more when half an hour has passed since the answer, or when the computer has slept: users may have
 * consented anew by then.
 */
import { type Reason, reason } from './model';
import type { Clock } from './ports';
import { confirmationLifetimeMs } from './resetSteps';
import type { SleepWatch } from './sleepWatch';

/** Nothing of a bulk leaves later than this after its confirmation. */
export const bulkLifetimeMs = 30 * 60_000;

/** Two clocks that part by more than this: one stood still while the computer slept, or the other was set. */
const driftMs = 60_000;

/** Both clocks at one moment. */
export interface Moment {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly monotonic: number;
}

type Clocks = Pick<Clock, 'now' | 'monotonic'>;

export function momentOf(clock: Clocks): Moment {
  return { at: clock.now(), monotonic: clock.monotonic() };
}

export class BulkStanding {
  #ended: Reason | undefined;

  /** Made when the bulk starts. `answered`: when the user confirmed it. `watch` began by then. */
  constructor(
    private readonly clock: Clocks,
    private readonly answered: Moment,
    private readonly watch: Pick<SleepWatch, 'hasSlept'>,
  ) {
    const { wallMs, monotonicMs } = this.#passed();
    if (Math.max(wallMs, monotonicMs) > confirmationLifetimeMs) this.end(reason('confirmation.expired'));
  }

  get answeredAt(): number {
    return this.answered.at;
  }

  /** Milliseconds until the confirmation is too old. */
  get leftMs(): number {
    const { wallMs, monotonicMs } = this.#passed();
    return bulkLifetimeMs - Math.max(wallMs, monotonicMs);
  }

  /** Nothing else of the bulk may leave, for this reason; the first one stays. */
  end(why: Reason): void {
    this.#ended ??= why;
  }

  /** Why nothing may leave at this moment, or ever again. */
  obstacle(): Reason | undefined {
    const { wallMs, monotonicMs } = this.#passed();
    if (Math.abs(wallMs - monotonicMs) > driftMs || this.watch.hasSlept) this.end(reason('bulk.slept'));
    else if (this.leftMs < 0) this.end(reason('bulk.expired', { minutes: String(bulkLifetimeMs / 60_000) }));
    return this.#ended;
  }

  #passed(): { readonly wallMs: number; readonly monotonicMs: number } {
    return {
      wallMs: this.clock.now() - this.answered.at,
      monotonicMs: this.clock.monotonic() - this.answered.monotonic,
    };
  }
}
