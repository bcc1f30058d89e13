/** The editor's secret storage with a time limit: a keyring that waits for its password may never answer. */
import type { Clock, SecretStore } from '../core/ports';

const answerWithinMs = 10_000;

/** Why a time limit is over. Without a reason of our own, an error is made for each. */
const answered = 'answered';

/** In milliseconds; the time limit of some is shorter by so much. */
const sameMomentMs = 5;

interface TimeLimit {
  /** Of a clock that never goes back. */
  readonly begunAt: number;
  readonly timer: AbortController;
  /** Rejects when the time is over. */
  readonly over: Promise<never>;
  /** How many have no answer yet. */
  waiting: number;
}

/** Every call rejects when there is no answer within ten seconds. */
export class Keyring implements SecretStore {
  #limit: TimeLimit | undefined;

  constructor(
    private readonly secrets: SecretStore,
    private readonly clock: Clock,
  ) {}

  async get(key: string): Promise<string | undefined> {
    return this.#within(this.secrets.get(key));
  }

  async store(key: string, value: string): Promise<void> {
    await this.#within(this.secrets.store(key, value));
  }

  /**
   * Stores under a name that is used for nothing else, before or after. When this rejects, and the secret is stored after
   * all, it is deleted again: nobody would look for it.
   */
  async storeOrTakeBack(key: string, value: string): Promise<void> {
    const storing = this.secrets.store(key, value);
    try {
      await this.#within(storing);
    } catch (error) {
      storing.then(() => this.secrets.delete(key)).catch(() => undefined);
      throw error;
    }
  }

  async delete(key: string): Promise<void> {
    await this.#within(this.secrets.delete(key));
  }

  async #within<T>(answer: Promise<T>): Promise<T> {
    const limit = this.#limitOfNow();
    limit.waiting += 1;
    try {
      return await Promise.race([answer, limit.over]);
    } finally {
      limit.waiting -= 1;
      if (limit.waiting === 0) limit.timer.abort(answered);
    }
  }

  /** One for all who ask at the same moment: hundreds do. */
  #limitOfNow(): TimeLimit {
    const begunAt = this.clock.monotonic();
    const last = this.#limit;
    if (last && last.waiting > 0 && begunAt - last.begunAt < sameMomentMs) return last;
    const timer = new AbortController();
    const over = this.clock.sleep(answerWithinMs, timer.signal).then(
      () => Promise.reject(new Error('The secret storage does not answer.')),
      () => new Promise<never>(() => undefined),
    );
    this.#limit = { begunAt, timer, over, waiting: 0 };
    return this.#limit;
  }
}
