/** Notices that the computer has slept. */
import type { Clock } from './ports';

const beatMs = 10_000;
/** A beat that comes this much after the one before: nothing ran in between. */
const latestMs = 60_000;

/**
 * Where the monotonic clock stands still during sleep, the wall clock parts from it; elsewhere, on macOS for one
 * (libuv/libuv#2894), both go on together, and only a beat that comes late tells.
 */
export class SleepWatch {
  readonly #stop = new AbortController();
  #lastBeat: number;
  #slept = false;

  constructor(private readonly clock: Pick<Clock, 'monotonic' | 'sleep'>) {
    this.#lastBeat = clock.monotonic();
    void this.#beat();
  }

  /** Since it was made. Right at any moment: what is woken before the beat may ask already. */
  get hasSlept(): boolean {
    if (this.clock.monotonic() - this.#lastBeat > latestMs) this.#slept = true;
    return this.#slept;
  }

  stop(): void {
    this.#stop.abort();
  }

  async #beat(): Promise<void> {
    const { signal } = this.#stop;
    try {
      while (!this.hasSlept) {
        this.#lastBeat = this.clock.monotonic();
        await this.clock.sleep(beatMs, signal);
      }
    } catch {
      // Stopped.
    }
  }
}
