import type { Clock } from '../../src/core/ports';

/** Time of somebody else, moved by sleeping: a sleep ends at once and moves that time on. */
export class FakeClock implements Clock {
  #monotonic = 0;
  readonly sleeps: number[] = [];

  constructor(private readonly wall: { now(): number; advance(ms: number): void }) {}

  now(): number {
    return this.wall.now();
  }

  monotonic(): number {
    return this.#monotonic;
  }

  /** Time that passes while the program waits for something. */
  pass(ms: number): void {
    this.#monotonic += ms;
    this.wall.advance(ms);
  }

  sleep(ms: number, signal: AbortSignal): Promise<void> {
    // A time limit that loses its race must not move time: it is over only once everything else has had its turn.
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      const onAbort = (): void => {
        clearImmediate(turn);
        reject(signal.reason);
      };
      const turn = setImmediate(() => {
        signal.removeEventListener('abort', onAbort);
        this.sleeps.push(ms);
        this.pass(ms);
        resolve();
      });
      signal.addEventListener('abort', onAbort, { once: true });
    });
  }
}
