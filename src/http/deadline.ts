/** The end of one request: by a signal of its caller's side or by its total time. */
export class Deadline {
  readonly #scope = new AbortController();
  readonly #outer: readonly AbortSignal[];
  readonly #timer: NodeJS.Timeout;
  #endedBy: 'caller' | 'time' | undefined;

  /** @param totalMs on Node's timers, which run on the monotonic clock */
  constructor(outer: readonly AbortSignal[], totalMs: number) {
    this.#outer = outer;
    this.#timer = setTimeout(() => this.#end('time'), totalMs);
    for (const signal of outer) signal.addEventListener('abort', this.#onOuter, { once: true });
    if (outer.some((signal) => signal.aborted)) this.#end('caller');
  }

  get signal(): AbortSignal {
    return this.#scope.signal;
  }

  get endedBy(): 'caller' | 'time' | undefined {
    return this.#endedBy;
  }

  /** Lets go of the timer and of the caller's signal. */
  release(): void {
    clearTimeout(this.#timer);
    for (const signal of this.#outer) signal.removeEventListener('abort', this.#onOuter);
  }

  readonly #onOuter = (): void => this.#end('caller');

  #end(by: 'caller' | 'time'): void {
    this.#endedBy ??= by;
    this.#scope.abort();
  }
}
