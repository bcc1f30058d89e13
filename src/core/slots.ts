/** A number of places that are taken for a while; who waits for one comes in order, or before all others. */
export class Slots {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(count: number) {
    this.#free = count;
  }

  /** Resolves with what gives the place back; calling that twice does nothing more. */
  async take(first: boolean): Promise<() => void> {
    if (this.#free > 0) this.#free--;
    else
      await new Promise<void>((resolve) => {
        if (first) this.#waiting.unshift(resolve);
        else this.#waiting.push(resolve);
      });
    let given = false;
    return () => {
      if (given) return;
      given = true;
      // Handed on: it is not free in between.
      const next = this.#waiting.shift();
      if (next) next();
      else this.#free++;
    };
  }
}
