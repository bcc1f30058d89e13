/** A number of places that are taken for a while; who waits for one comes in order, or before all who came without haste. */
export class Slots {
  #free: number;
  readonly #first = new Set<() => void>();
  readonly #waiting = new Set<() => void>();

  constructor(count: number) {
    this.#free = count;
  }

  /** Resolves with what gives the place back, which does nothing when called again; `undefined` when aborted before. */
  async take(first: boolean, signal: AbortSignal): Promise<(() => void) | undefined> {
    if (signal.aborted) return undefined;
    if (this.#free > 0) this.#free--;
    else if (!(await this.#wait(first ? this.#first : this.#waiting, signal))) return undefined;
    let given = false;
    return () => {
      if (given) return;
      given = true;
      this.#give();
    };
  }

  /** Whether a place was handed on before `signal` was aborted. */
  #wait(queue: Set<() => void>, signal: AbortSignal): Promise<boolean> {
    return new Promise((resolve) => {
      const leave = (): void => {
        queue.delete(come);
        resolve(false);
      };
      const come = (): void => {
        signal.removeEventListener('abort', leave);
        resolve(true);
      };
      queue.add(come);
      signal.addEventListener('abort', leave, { once: true });
    });
  }

  #give(): void {
    for (const queue of [this.#first, this.#waiting]) {
      for (const come of queue) {
        queue.delete(come);
        // Handed on: it is not free in between.
        come();
        return;
      }
    }
    this.#free++;
  }
}

/** A place that is given back now and then, and taken again before those whose turn has not come. */
export class Place {
  #given = false;

  constructor(
    private readonly slots: Slots,
    private release: () => void,
  ) {}

  /** Resolves without a place when `signal` is aborted, or when the place was given back for good meanwhile. */
  async retake(signal: AbortSignal): Promise<void> {
    this.give();
    this.#given = false;
    const release = await this.slots.take(true, signal);
    if (this.#given) release?.();
    else if (release) this.release = release;
  }

  /** Nothing when it is given already. */
  give(): void {
    this.#given = true;
    this.release();
  }
}
