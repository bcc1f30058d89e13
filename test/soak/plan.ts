/** What a soak is to do: from `scripts/soak.ts` to the extension host, as JSON in `RECONSENT_SOAK`. */
export interface SoakPlan {
  /** Of the sandbox, which runs in a process of its own. */
  readonly origin: string;
  readonly seed: number;
  readonly operations: number;
  /** After so many resets it is measured for the first time, and again after as many more. */
  readonly warmUp: number;
  /** How many of the resets, of 1, meet a mishap. */
  readonly mishapShare: number;
  readonly limitMs: number;
}
