/** So many changes back, no news of one can still be on its way. */
const remembered = 1_000;

/** By name of a secret: whether this window has stored it, or has ended it. News of its own changes is none. */
export class OwnChanges {
  readonly #isLive = new Map<string, boolean>();

  get(name: string): boolean | undefined {
    return this.#isLive.get(name);
  }

  set(name: string, isLive: boolean): void {
    this.#isLive.delete(name);
    this.#isLive.set(name, isLive);
    // A window may be open for weeks, and every sign-in has a name of its own.
    const [oldest] = this.#isLive.size > remembered ? this.#isLive.keys() : [];
    if (oldest !== undefined) this.#isLive.delete(oldest);
  }
}
