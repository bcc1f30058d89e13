/** Time limits that are over when the test says so. */
import type { StartTimer } from '../../src/http/timers';

interface Running {
  readonly ring: () => void;
  until: number;
}

export class ManualTimers {
  #now = 0;
  readonly #running = new Set<Running>();

  readonly start: StartTimer = (ms, ring) => {
    const timer: Running = { ring, until: this.#now + ms };
    this.#running.add(timer);
    let stopped = false;
    return {
      // As Node's do, one that has rung runs again.
      restart: () => {
        timer.until = this.#now + ms;
        if (!stopped) this.#running.add(timer);
      },
      stop: () => {
        stopped = true;
        this.#running.delete(timer);
      },
    };
  };

  advance(ms: number): void {
    this.#now += ms;
    for (const timer of [...this.#running]) {
      if (timer.until > this.#now) continue;
      this.#running.delete(timer);
      timer.ring();
    }
  }
}
