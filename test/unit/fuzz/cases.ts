/**
 * How many cases a fuzz test tries, and which: a few, always the same ones, in `npm test`; many times as many, ever new
 * ones, in `npm run test:fuzz`, which prints the seed of what it has found.
 */
import assert from 'node:assert/strict';

/** Parameters of `fc.assert` for a test that usually tries so many. */
export function cases(usual: number): { readonly numRuns: number; readonly seed?: number; readonly path?: string } {
  const times = Number(process.env['RECONSENT_FUZZ_TIMES'] ?? 1);
  if (times === 1) return { numRuns: usual, seed: 20_300_102 };
  const seed = process.env['RECONSENT_FUZZ_SEED'];
  const path = process.env['RECONSENT_FUZZ_PATH'];
  return {
    numRuns: Math.ceil(usual * times),
    ...(seed !== undefined && { seed: Number(seed) }),
    ...(path !== undefined && { path }),
  };
}

/** Milliseconds that such a test may take: the usual limit, as many times over. */
export function patience(usualMs = 10_000): number {
  return usualMs * Math.max(1, Number(process.env['RECONSENT_FUZZ_TIMES'] ?? 1));
}

/** All of these have come up among the cases; of one that is tried again that says nothing. */
export function assertMet(seen: ReadonlySet<string>, ...wanted: readonly string[]): void {
  if (process.env['RECONSENT_FUZZ_PATH'] !== undefined) return;
  assert.deepEqual(
    wanted.filter((one) => !seen.has(one)),
    [],
    'never came up',
  );
}
