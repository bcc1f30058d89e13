import { nodeTimer, type StartTimer, type Timer } from './timers';

/**
 * The end of one request: by its caller, by the transport closing, or by its total time. Plain callbacks where possible:
 * making an `AbortSignal` costs more than all the rest of sending a small request.
 */
export class Deadline {
  readonly #caller: AbortSignal;
  readonly #timer: Timer;
  readonly #listeners = new Set<() => void>();
  #scope: AbortController | undefined;
  #endedBy: 'caller' | 'time' | undefined;

  constructor(caller: AbortSignal, totalMs: number, startTimer: StartTimer = nodeTimer) {
    this.#caller = caller;
    this.#timer = startTimer(totalMs, () => this.#end('time'));
    caller.addEventListener('abort', this.stop, { once: true });
    if (caller.aborted) this.stop();
  }

  /** For functions that take a signal. */
  get signal(): AbortSignal {
    this.#scope ??= new AbortController();
    if (this.#endedBy !== undefined) this.#scope.abort();
    return this.#scope.signal;
  }

  /** `undefined` while the request may go on. */
  get endedBy(): 'caller' | 'time' | undefined {
    return this.#endedBy;
  }

  /** Calls `listener` at the end, if that comes before `removeListener`. */
  addListener(listener: () => void): void {
    this.#listeners.add(listener);
  }

  removeListener(listener: () => void): void {
    this.#listeners.delete(listener);
  }

  /** Ends the request on behalf of its caller. */
  readonly stop = (): void => this.#end('caller');

  /** Lets go of the timer and of the caller's signal. */
  release(): void {
    this.#timer.stop();
    this.#caller.removeEventListener('abort', this.stop);
  }

  #end(by: 'caller' | 'time'): void {
    if (this.#endedBy !== undefined) return;
    this.#endedBy = by;
    this.#scope?.abort();
    for (const listener of [...this.#listeners]) listener();
  }
}
