/** A dialogue of several pages: forward, back, and away. Nothing is written before its end. */
import { back, type StepPlace } from '../steps';

/** Asks for one thing; resolves with the state with the answer in it, `undefined` when the user escaped. */
export type Page<S> = (state: S, place: StepPlace) => Promise<S | typeof back | undefined>;

/**
 * Goes through the pages that the state asks for, which may become others with each answer. What was answered stays when the
 * user goes back. Resolves with `undefined` when the user escaped.
 */
export async function walk<S>(pagesOf: (state: S) => readonly Page<S>[], start: S): Promise<S | undefined> {
  let state = start;
  for (let index = 0; ; ) {
    const pages = pagesOf(state);
    const page = pages[index];
    if (!page) return state;
    const answer = await page(state, { step: index + 1, total: pages.length, canGoBack: index > 0 });
    if (answer === undefined) return undefined;
    if (answer === back) {
      index = Math.max(0, index - 1);
      continue;
    }
    state = answer;
    index += 1;
  }
}
