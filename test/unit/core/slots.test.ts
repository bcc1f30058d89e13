import assert from 'node:assert/strict';
import { Place, Slots } from '../../../src/core/slots';

const never = new AbortController().signal;

describe('slots', () => {
  const order: string[] = [];
  beforeEach(() => {
    order.length = 0;
  });

  async function take(slots: Slots, first = false): Promise<() => void> {
    return (await slots.take(first, never)) ?? assert.fail();
  }
  /** Takes a place for an instant. */
  async function pass(slots: Slots, name: string, first = false, signal = never): Promise<void> {
    const release = await slots.take(first, signal);
    order.push(release ? name : `${name} left`);
    release?.();
  }

  it('are given in order, and first to those in haste, in their order', async () => {
    const slots = new Slots(1);
    const release = await take(slots);
    const all = [pass(slots, 'a'), pass(slots, 'b'), pass(slots, 'c', true), pass(slots, 'd', true), pass(slots, 'e')];
    release();
    await Promise.all(all);
    assert.deepEqual(order, ['c', 'd', 'a', 'b', 'e']);
  });

  it('are never more than there are, also when one is given back twice', async () => {
    const slots = new Slots(2);
    const [one, two] = [await take(slots), await take(slots)];
    one();
    one();
    const three = await take(slots);
    let fourth = false;
    const waiting = take(slots, true).then(() => {
      fourth = true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(fourth, false);
    for (const release of [two, three]) release();
    await waiting;
  });

  it('are waited for no longer when it is aborted, and are handed to those who still wait', async () => {
    const slots = new Slots(1);
    const release = await take(slots);
    const [a, b] = [new AbortController(), new AbortController()];
    const all = [pass(slots, 'a', true, a.signal), pass(slots, 'b', false, b.signal), pass(slots, 'c')];
    for (const one of [a, b]) one.abort();
    await Promise.all(all.slice(0, 2));
    assert.deepEqual(order, ['a left', 'b left']);
    await pass(slots, 'd', true, a.signal);
    release();
    await Promise.all(all);
    assert.deepEqual(order.slice(2), ['d left', 'c']);
    // One that was taken before is not lost by what is aborted later.
    const late = new AbortController();
    const held = await slots.take(false, late.signal);
    late.abort();
    held?.();
    await pass(slots, 'e');
    assert.equal(order.at(-1), 'e');
  });

  it('are taken again before those whose turn has not come, and given at the end', async () => {
    const slots = new Slots(1);
    const place = new Place(slots, await take(slots));
    const others = [pass(slots, 'a'), pass(slots, 'b')];
    place.give();
    place.give();
    await place.retake(never);
    order.push('again');
    const held = pass(slots, 'c', true);
    await place.retake(never);
    order.push('once more');
    place.give();
    await Promise.all([...others, held]);
    assert.deepEqual(order, ['a', 'again', 'c', 'once more', 'b']);
  });

  it('are not lost when one is given back for good, or aborted, while it waits to be taken again', async () => {
    const slots = new Slots(1);
    const place = new Place(slots, await take(slots));
    const other = pass(slots, 'a', true);
    const again = place.retake(never);
    place.give();
    await Promise.all([other, again]);
    const stop = new AbortController();
    const second = new Place(slots, await take(slots));
    second.give();
    const release = await take(slots);
    const stopped = second.retake(stop.signal);
    stop.abort();
    await stopped;
    second.give();
    release();
    await pass(slots, 'b');
    assert.deepEqual(order, ['a', 'b']);
  });
});
