/** What was said of the resets, and whether it was true. */
import type { LoggedRequest } from '../../src/sandbox/api';

/** What the ledger has to say for each outcome; absent where both can be. */
const truth: Readonly<Record<string, boolean>> = {
  verified: true,
  accepted: true,
  'already-reset': true,
  'not-reset': false,
  refused: false,
  'not-sent': false,
  cancelled: false,
  unsupported: false,
  'left out': false,
};

/** A request has left for these, as far as they say themselves. */
const surelySent: readonly string[] = ['verified', 'accepted', 'not-reset', 'unknown'];

export class Tally {
  mishaps = 0;
  /** The first that were found. */
  readonly lies: string[] = [];
  readonly #outcomes = new Map<string, number>();
  readonly #settled = new Map<string, number>();
  /** Since requests were counted last. */
  readonly #recent = new Map<string, string[]>();
  #requests = 0;
  #told = 0;

  /** @param later whether it is what a verification has made of an unknown outcome */
  outcome(service: string, outcome: string, isGone: boolean, later: boolean, who: string): void {
    const kinds = later ? this.#settled : this.#outcomes;
    kinds.set(`${service}: ${outcome}`, (kinds.get(`${service}: ${outcome}`) ?? 0) + 1);
    if (!later) this.#recent.set(service, [...(this.#recent.get(service) ?? []), outcome]);
    const expected = truth[outcome];
    if (expected !== undefined && expected !== isGone) {
      this.#lie(`${service}, ${who}: ${outcome}, and the consent is ${isGone ? 'gone' : 'there'}`);
    }
    if (outcome === 'none') this.#lie(`${service}, ${who}: no outcome`);
    if (outcome === 'unknown' && later) this.#lie(`${service}, ${who}: still unknown after its verification`);
  }

  /** Those that may have had an effect; at most one for each reset, and none for what was not sent. */
  requests(service: string, requests: readonly LoggedRequest[], unsent: readonly string[]): void {
    const outcomes = this.#recent.get(service) ?? [];
    this.#recent.delete(service);
    this.#requests += requests.length;
    const most = outcomes.filter((outcome) => !unsent.includes(outcome)).length;
    const least = outcomes.filter((outcome) => surelySent.includes(outcome)).length;
    if (requests.length > most || requests.length < least) {
      this.#lie(`${service}: ${requests.length} requests for ${least} to ${most} resets that were sent`);
    }
    const tokens = requests.flatMap(({ tokenFingerprint }) => tokenFingerprint ?? []);
    // An operator's token serves all; elsewhere each reset has one of its own.
    if (service === 'soak-google' && new Set(tokens).size < tokens.length) {
      this.#lie(`${service}: ${tokens.length} requests with ${new Set(tokens).size} tokens`);
    }
  }

  /** Those that were found since the last time. */
  news(): readonly string[] {
    const news = this.lies.slice(this.#told);
    this.#told = this.lies.length;
    return news;
  }

  lines(): readonly string[] {
    const list = (kinds: ReadonlyMap<string, number>): string =>
      [...kinds]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([kind, count]) => `${kind} ${count}`)
        .join(', ');
    return [
      `outcomes: ${list(this.#outcomes)}`,
      `what verification made of the unknown: ${list(this.#settled)}`,
      `${this.mishaps} mishaps, ${this.#requests} requests that may have had an effect, ${this.lies.length} untrue`,
    ];
  }

  #lie(what: string): void {
    if (this.lies.length < 50) this.lies.push(what);
  }
}
