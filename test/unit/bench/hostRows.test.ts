/** What is made of the times of the windows, and the way that is as long as it is told. */
import assert from 'node:assert/strict';
import { DelayedPipe } from '../../bench/host/delayedPipe';
import { busyMs } from '../../bench/host/rows';

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
