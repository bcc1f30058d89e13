import { mapLimited } from '../../core/mapLimited';

/** How many reads of one identity are under way at once. */
const atOnce = 4;

/** The results of `work` for every item, in the order of the items; a few at a time. */
export async function inParallel<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<readonly R[]> {
  if (items.length <= atOnce) return Promise.all(items.map((item) => work(item)));
  const results = new Map<number, R>();
  await mapLimited([...items.entries()], atOnce, async ([index, item]) => {
    results.set(index, await work(item));
  });
  return [...results].sort(([one], [other]) => one - other).map(([, result]) => result);
}
