/** A clock that stands still until it is moved; sleeps end when their time has come. */
import type { Clock } from '../../src/core/ports';

export class ManualClock implements Clock {
  #now: number;
  #monotonic = 0;
  readonly #sleepers = new Set<{ readonly until: number; readonly wake: () => void }>();

  constructor(start: number) {
    this.#now = start;
  }

  /** How many are asleep. */
  get sleeping(): number {
    return this.#sleepers.size;
  }

  now(): number {
    return this.#now;
  }

  monotonic(): number {
    return this.#monotonic;
  }

  advance(ms: number): void {
    this.#now += ms;
    this.#monotonic += ms;
    for (const sleeper of this.#sleepers) if (sleeper.until <= this.#monotonic) sleeper.wake();
  }

  sleep(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      const end = (settle: () => void) => (): void => {
        this.#sleepers.delete(sleeper);
        signal.removeEventListener('abort', abort);
        settle();
      };
      const abort = end(() => reject(signal.reason));
      const sleeper = { until: this.#monotonic + ms, wake: end(resolve) };
      this.#sleepers.add(sleeper);
      signal.addEventListener('abort', abort, { once: true });
    });
  }
}
