/** A number of places that are taken for a while; who waits for one comes in order, or before all who came without haste. */
export class Slots {
  #free: number;
  readonly #first: (() => void)[] = [];
  readonly #waiting: (() => void)[] = [];

  constructor(count: number) {
    this.#free = count;
  }

  /** Resolves with what gives the place back; calling that twice does nothing more. */
  async take(first: boolean): Promise<() => void> {
    if (this.#free > 0) this.#free--;
    else await new Promise<void>((resolve) => (first ? this.#first : this.#waiting).push(resolve));
    let given = false;
    return () => {
      if (given) return;
      given = true;
      // Handed on: it is not free in between.
      const next = this.#first.shift() ?? this.#waiting.shift();
      if (next) next();
      else this.#free++;
    };
  }
}

/** A place that is given back now and then, and taken again before those whose turn has not come. */
export class Place {
  constructor(
    private readonly slots: Slots,
    private release: () => void,
  ) {}

  /** Not to be called again before it resolves. */
  async retake(): Promise<void> {
    this.release();
    this.release = await this.slots.take(true);
  }

  /** Nothing when it is given already. */
  give(): void {
    this.release();
  }
}
