/** The pace of a bulk: a service that is asked too often makes all of it wait, for as long as the service says. */
import type { QuotaRefusal } from './model';
import type { Clock } from './ports';

/** Waited where the service does not say how long: its quotas are counted by the minute. Doubled each time it was not enough. */
export const unsaidWaitMs = 60_000;
/** An answer that asks for no wait at all must not become a storm. */
const leastWaitMs = 1_000;
/** A wait that ends this much later than it should: the computer has slept. */
const oversleptMs = 60_000;

export interface PacePorts {
  readonly clock: Clock;
  /** Epoch milliseconds until which is waited; `undefined` when it goes on. */
  waiting(until: number | undefined): void;
  /** The computer has slept through the end of a wait. */
  overslept(): void;
}

export class BulkPace {
  #until = Number.NEGATIVE_INFINITY;
  #untilWall = Number.NEGATIVE_INFINITY;
  #refusals = 0;
  #pause: Promise<void> | undefined;

  /** `signal` ends the waiting for good. */
  constructor(
    private readonly ports: PacePorts,
    private readonly signal: AbortSignal,
  ) {}

  get isPaused(): boolean {
    return this.#until > this.ports.clock.monotonic();
  }

  /**
   * A service turned a request away: from now on all wait, unless that would be for longer than `longestMs`. `until` is in
   * epoch milliseconds.
   */
  refused(
    { seconds }: QuotaRefusal,
    longestMs: number,
  ): { readonly kind: 'waits' | 'too-long'; readonly until: number } {
    const { clock } = this.ports;
    // Those that were under way together are one refusal.
    if (!this.isPaused) this.#refusals++;
    const unsaidMs = unsaidWaitMs * 2 ** Math.min(this.#refusals - 1, 4);
    const waitMs = seconds === undefined ? unsaidMs : Math.max(seconds * 1000, leastWaitMs);
    const until = clock.now() + waitMs;
    if (waitMs > longestMs) return { kind: 'too-long', until };
    this.#until = Math.max(this.#until, clock.monotonic() + waitMs);
    this.#untilWall = Math.max(this.#untilWall, until);
    return { kind: 'waits', until };
  }

  /** The service takes requests. */
  accepted(): void {
    if (!this.isPaused) this.#refusals = 0;
  }

  /** Waits until the pause is over; `false` when one of the signals was aborted before. */
  async ready(signal: AbortSignal): Promise<boolean> {
    while (this.isPaused && !signal.aborted && !this.signal.aborted) {
      this.#pause ??= this.#wait().finally(() => {
        this.#pause = undefined;
      });
      await Promise.race([this.#pause, aborted(signal)]);
    }
    return !signal.aborted && !this.signal.aborted;
  }

  /** One wait for all: it is told once, and lasts as long as the longest that is asked for meanwhile. */
  async #wait(): Promise<void> {
    const { clock, waiting, overslept } = this.ports;
    try {
      while (this.isPaused) {
        waiting(this.#untilWall);
        await clock.sleep(this.#until - clock.monotonic(), this.signal);
      }
      const late = Math.max(clock.monotonic() - this.#until, clock.now() - this.#untilWall);
      if (late > oversleptMs) overslept();
    } catch {
      // Aborted: whoever waits looks at the signal.
    } finally {
      waiting(undefined);
    }
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
