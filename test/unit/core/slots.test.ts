import assert from 'node:assert/strict';
import { Place, Slots } from '../../../src/core/slots';

describe('slots', () => {
  const order: string[] = [];
  beforeEach(() => {
    order.length = 0;
  });

  /** Takes a place for an instant. */
  async function pass(slots: Slots, name: string, first = false): Promise<void> {
    const release = await slots.take(first);
    order.push(name);
    release();
  }

  it('are given in order, and first to those in haste, in their order', async () => {
    const slots = new Slots(1);
    const release = await slots.take(false);
    const all = [pass(slots, 'a'), pass(slots, 'b'), pass(slots, 'c', true), pass(slots, 'd', true), pass(slots, 'e')];
    release();
    await Promise.all(all);
    assert.deepEqual(order, ['c', 'd', 'a', 'b', 'e']);
  });

  it('are never more than there are, also when one is given back twice', async () => {
    const slots = new Slots(2);
    const [one, two] = [await slots.take(false), await slots.take(false)];
    one();
    one();
    const three = await slots.take(false);
    let fourth = false;
    const waiting = slots.take(true).then(() => {
      fourth = true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(fourth, false);
    for (const release of [two, three]) release();
    await waiting;
  });

  it('are taken again before those whose turn has not come, and given at the end', async () => {
    const slots = new Slots(1);
    const place = new Place(slots, await slots.take(false));
    const others = [pass(slots, 'a'), pass(slots, 'b')];
    place.give();
    place.give();
    await place.retake();
    order.push('again');
    const held = pass(slots, 'c', true);
    await place.retake();
    order.push('once more');
    place.give();
    await Promise.all([...others, held]);
    assert.deepEqual(order, ['a', 'again', 'c', 'once more', 'b']);
  });
});
