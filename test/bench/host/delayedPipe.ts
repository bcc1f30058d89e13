/** One direction of a connection whose bytes arrive later than they were sent, in their order. */
export interface Sink {
  write(chunk: Buffer): unknown;
  end(): unknown;
}

/** Timers are late by a millisecond or two, which is much of a round trip: the rest of the time is waited through. */
const timerErrorMs = 2;

export class DelayedPipe {
  readonly #waiting: { readonly dueAt: number; readonly deliver: () => void }[] = [];
  #busy = false;

  /** `delayMs` is asked for each chunk. */
  constructor(
    private readonly sink: Sink,
    private readonly delayMs: () => number,
  ) {}

  write(chunk: Buffer): void {
    this.#queue(() => this.sink.write(chunk));
  }

  end(): void {
    this.#queue(() => this.sink.end());
  }

  #queue(deliver: () => void): void {
    const last = this.#waiting.at(-1)?.dueAt ?? 0;
    this.#waiting.push({ dueAt: Math.max(last, performance.now() + this.delayMs()), deliver });
    if (!this.#busy) this.#next();
  }

  #next(): void {
    const [first] = this.#waiting;
    this.#busy = first !== undefined;
    if (!first) return;
    const leftMs = first.dueAt - performance.now();
    if (leftMs > timerErrorMs) setTimeout(() => this.#next(), leftMs - timerErrorMs);
    else if (leftMs > 0) setImmediate(() => this.#next());
    else {
      this.#waiting.shift();
      first.deliver();
      this.#next();
    }
  }
}
