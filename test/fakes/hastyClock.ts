/** Time that really passes, only faster: for tests in which many operations wait for each other. */
import { FakeClock } from './clock';

export class HastyClock extends FakeClock {
  readonly #startedAt = performance.now();
  readonly #wallStart: number;

  /** @param speed how many milliseconds here pass in a real one */
  constructor(
    wall: ConstructorParameters<typeof FakeClock>[0],
    private readonly speed: number,
  ) {
    super(wall);
    this.#wallStart = wall.now();
  }

  override now(): number {
    return Math.round(this.#wallStart + this.monotonic());
  }

  override monotonic(): number {
    return (performance.now() - this.#startedAt) * this.speed;
  }

  override sleep(ms: number, signal: AbortSignal): Promise<void> {
    this.sleeps.push(ms);
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      const abort = (): void => {
        clearTimeout(timer);
        reject(signal.reason);
      };
      const timer = setTimeout(
        () => {
          signal.removeEventListener('abort', abort);
          resolve();
        },
        ms / this.speed + 1,
      );
      signal.addEventListener('abort', abort, { once: true });
    });
  }
}
