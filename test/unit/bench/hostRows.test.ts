/** What is made of the times of the windows, and the way that is as long as it is told. */
import assert from 'node:assert/strict';
import { DelayedPipe } from '../../bench/host/delayedPipe';
import { reconsentId, uiOnlyId } from '../../bench/host/ids';
import { busyMs, type Measured, rowsOf } from '../../bench/host/rows';
import { isMet } from '../../bench/row';

describe('the time in which something was waited for', () => {
  const read = (begunAt: number, endedAt: number) => ({ begunAt, endedAt });

  it('counts what overlaps once, and what lies between not at all', () => {
    assert.equal(busyMs([read(10, 20), read(0, 5), read(12, 15), read(18, 25)]), 20);
    assert.equal(busyMs([]), 0);
  });
});

describe('a pipe with a delay', () => {
  it('delivers in order, each as late as was asked for, and the end last', async () => {
    const arrived: [string, number][] = [];
    const begun = performance.now();
    const note = (what: string): void => void arrived.push([what, performance.now() - begun]);
    let delayMs = 40;
    await new Promise<void>((ended) => {
      const sink = {
        write: (chunk: Buffer) => note(String(chunk)),
        end: () => {
          note('end');
          ended();
        },
      };
      const pipe = new DelayedPipe(sink, () => delayMs);
      pipe.write(Buffer.from('first'));
      // It cannot overtake.
      delayMs = 10;
      pipe.write(Buffer.from('second'));
      pipe.end();
    });
    assert.deepEqual(
      arrived.map(([what]) => what),
      ['first', 'second', 'end'],
    );
    for (const [what, at] of arrived) assert.ok(at >= 40, `${what} after ${at} ms`);
  });

  it('holds nothing back where there is no delay', () => {
    const arrived: string[] = [];
    const pipe = new DelayedPipe({ write: (chunk) => arrived.push(String(chunk)), end: () => undefined }, () => 0);
    pipe.write(Buffer.from('at once'));
    assert.deepEqual(arrived, ['at once']);
  });
});

describe('what was measured in the windows', () => {
  const activated = (id: string, ms: number, heapMB: number) => ({
    id,
    loadMs: 1,
    activateMs: ms - 1,
    cpuMs: ms,
    heapMB,
  });
  const reset = (ms: number, secretReads: number) => {
    return { ms, requestMs: 51, previewMs: 100, connection: 'warm', secretReads };
  };
  const round = (ms: number) => ({ ours: reset(ms, 0), peers: { 'raw socket': 50, undici: 52, googleapis: 156 } });
  const counts = { connections: 20, resets: 500, connectionsOfResets: 8 };
  const measured: Measured = {
    activations: [
      [activated(reconsentId, 4, 0.9), activated(uiOnlyId, 2, 0.4)],
      [activated(uiOnlyId, 20, 0.4), activated(reconsentId, 22, 0.8)],
      [activated(reconsentId, 6, 1.4), activated(uiOnlyId, 5, 0.4)],
    ],
    busy: { ours: 6, bare: 4 },
    cold: [reset(74, 1), reset(80, 1)],
    resets: {
      bulk: { ms: 900, counts, secretReads: [{ key: 'a', begunAt: 0, endedAt: 30 }] },
      promiseAll: [20],
      connections: [{ ...counts, atOnce: 1, connectionsOfResets: 2 }],
      hot: { ours: [1.2, 1.2], undici: [1, 1], fetch: [2, 2], 'google-auth-library': [4, 4], googleapis: [6, 6] },
      cached: [round(54), round(56)],
      refreshed: [round(54), round(56)],
    },
    tree: { ours: { whole: [110], leaf: [9] }, bare: { whole: [100], leaf: [5] }, tooltips: 0 },
    roundTripMs: 50,
  };
  const row = (what: string) => {
    const found = rowsOf(measured).find((one) => one.what === what);
    assert.ok(found, what);
    return { ours: found.ours, ratio: found.ratio && Number(found.ratio.toFixed(3)), met: isMet(found) };
  };

  it('is compared within a window, and with the way as it was', () => {
    assert.deepEqual(row('activation, time'), { ours: 6, ratio: 1.2, met: true });
    assert.deepEqual(row('… main thread, by the profiles'), { ours: 6, ratio: 1.5, met: true });
    assert.deepEqual(row('a reset at 50 ms, token cached'), { ours: 55, ratio: 1.1, met: true });
    assert.deepEqual(row('hot reset, time against googleapis'), { ours: 1.2, ratio: 0.2, met: true });
  });

  it('that is over its goal is not met', () => {
    assert.deepEqual(row('connections of 500 resets, 1 at a time'), { ours: 2, ratio: undefined, met: false });
    assert.deepEqual(row('the first reset of a window, after the click'), { ours: 77, ratio: undefined, met: false });
    assert.deepEqual(row('… 1 of a bulk, time'), { ours: 30, ratio: 1.5, met: false });
    assert.deepEqual(row('… one leaf'), { ours: 9, ratio: 1.8, met: false });
  });

  it('of memory is what Reconsent has taken more', () => {
    assert.ok(Math.abs(row('memory at activation, more than UI only').ours - 0.5) < 1e-9);
  });
});
