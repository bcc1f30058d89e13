import assert from 'node:assert/strict';
import { Deadline } from '../../../src/http/deadline';
import { nodeTimer } from '../../../src/http/timers';
import { ManualTimers } from '../../fakes/manualTimers';

describe('the end of a request', () => {
  let timers: ManualTimers;
  let caller: AbortController;
  beforeEach(() => {
    timers = new ManualTimers();
    caller = new AbortController();
  });
  const begin = () => new Deadline(caller.signal, 1_000, timers.start);

  /** What a listener that is told of the end sees. */
  const ends = (deadline: Deadline): (string | undefined)[] => {
    const seen: (string | undefined)[] = [];
    deadline.addListener(() => void seen.push(deadline.endedBy));
    return seen;
  };

  it('comes by its time, not sooner', () => {
    const deadline = begin();
    const seen = ends(deadline);
    timers.advance(999);
    assert.deepEqual([deadline.endedBy, deadline.signal.aborted, seen], [undefined, false, []]);
    timers.advance(1);
    assert.deepEqual([deadline.endedBy, deadline.signal.aborted, seen], ['time', true, ['time']]);
  });

  it('comes by its caller', () => {
    const deadline = begin();
    const seen = ends(deadline);
    const { signal } = deadline;
    caller.abort();
    assert.deepEqual([deadline.endedBy, signal.aborted, seen], ['caller', true, ['caller']]);
  });

  it('comes on behalf of its caller', () => {
    const deadline = begin();
    deadline.stop();
    assert.deepEqual([deadline.endedBy, deadline.signal.aborted], ['caller', true]);
  });

  it('was there before it began', () => {
    caller.abort();
    const deadline = begin();
    assert.equal(deadline.endedBy, 'caller');
    assert.equal(deadline.signal.aborted, true);
  });

  it('comes once: the first reason stays, and nobody is told twice', () => {
    const deadline = begin();
    const seen = ends(deadline);
    timers.advance(1_000);
    caller.abort();
    deadline.stop();
    assert.deepEqual([deadline.endedBy, seen], ['time', ['time']]);
  });

  it('tells nobody who does not listen any more, and all others', () => {
    const deadline = begin();
    let told = 0;
    const listener = () => void told++;
    deadline.addListener(listener);
    deadline.removeListener(listener);
    // One that leaves while all are told keeps none of the others from it.
    const leaving = () => deadline.removeListener(leaving);
    deadline.addListener(leaving);
    const seen = ends(deadline);
    deadline.stop();
    assert.deepEqual([told, seen], [0, ['caller']]);
  });

  it('does not come any more once the request has let go of it', () => {
    const deadline = begin();
    const seen = ends(deadline);
    deadline.release();
    timers.advance(10_000);
    caller.abort();
    assert.deepEqual([deadline.endedBy, deadline.signal.aborted, seen], [undefined, false, []]);
  });
});

describe('a timer of Node', () => {
  const soon = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

  it('rings once, and not when it was stopped', async () => {
    let rung = 0;
    nodeTimer(1, () => void rung++);
    nodeTimer(1, () => void rung++).stop();
    await soon(20);
    assert.equal(rung, 1);
  });

  it('rings again after a new beginning', async () => {
    let rung = 0;
    const timer = nodeTimer(1, () => void rung++);
    await soon(10);
    timer.restart();
    await soon(20);
    assert.equal(rung, 2);
  });
});
