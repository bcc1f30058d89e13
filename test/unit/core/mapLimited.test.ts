import assert from 'node:assert/strict';
import { mapLimited } from '../../../src/core/mapLimited';

describe('mapLimited', () => {
  const items = Array.from({ length: 20 }, (_, at) => at);

  for (const [limit, expected] of [
    [1, 1],
    [3, 3],
    [50, 20],
  ] as const) {
    it(`does every item once, with at most ${limit} at a time`, async () => {
      const done: number[] = [];
      let running = 0;
      let most = 0;
      await mapLimited(items, limit, async (item) => {
        most = Math.max(most, ++running);
        await new Promise((resolve) => setImmediate(resolve));
        running--;
        done.push(item);
      });
      assert.deepEqual(done, items);
      assert.equal(most, expected);
    });
  }

  it('has nothing to do for no items', () => mapLimited([], 5, () => assert.fail('called')));

  it('rejects with the first failure', async () => {
    const work = async (item: number): Promise<void> => {
      if (item === 3) throw new Error('three');
    };
    await assert.rejects(mapLimited(items, 2, work), { message: 'three' });
  });
});
