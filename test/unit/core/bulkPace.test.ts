import assert from 'node:assert/strict';
import { BulkPace, unsaidWaitMs } from '../../../src/core/bulkPace';
import { ManualClock } from '../../fakes/manualClock';
import { noon } from '../../fakes/resetStage';

const never = new AbortController().signal;
const long = 3_600_000;

/** Lets what was woken go on. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A wall clock that can be set without time passing. */
class SetClock extends ManualClock {
  set = 0;
  override now(): number {
    return super.now() + this.set;
  }
}

describe('the pace of a bulk', () => {
  let clock: SetClock;
  let told: (number | undefined)[];
  let overslept: number;
  let whole: AbortController;
  let pace: BulkPace;
  beforeEach(() => {
    clock = new SetClock(noon);
    told = [];
    overslept = 0;
    whole = new AbortController();
    const waiting = (until: number | undefined) => void told.push(until);
    pace = new BulkPace({ clock, waiting, overslept: () => void overslept++ }, whole.signal);
  });

  const waitedMs = (seconds: number | undefined): number => {
    const { kind, until } = pace.refused(seconds === undefined ? {} : { seconds }, long);
    assert.equal(kind, 'waits');
    return until - clock.now();
  };
  /** Starts to wait, and says how that ends. */
  const waiting = (signal = never) => {
    const state: { ready: boolean | undefined } = { ready: undefined };
    void pace.ready(signal).then((ready) => {
      state.ready = ready;
    });
    return state;
  };

  it('does not wait, nor speaks of it, before the service asks for that', async () => {
    assert.equal(pace.isPaused, false);
    assert.equal(await pace.ready(never), true);
    assert.deepEqual(told, []);
  });

  it('waits to the millisecond as long as the service says, and tells it once', async () => {
    pace.refused({ seconds: 39 }, long);
    const [one, another] = [waiting(), waiting()];
    clock.advance(38_999);
    await turn();
    assert.deepEqual([one.ready, another.ready, pace.isPaused], [undefined, undefined, true]);
    clock.advance(1);
    await turn();
    assert.deepEqual([one.ready, another.ready, pace.isPaused], [true, true, false]);
    assert.deepEqual(told, [noon + 39_000, undefined]);
    assert.equal(overslept, 0);
  });

  it('waits anew after a wait that is over', async () => {
    for (const until of [noon + 5_000, noon + 10_000]) {
      pace.refused({ seconds: 5 }, long);
      const one = waiting();
      await turn();
      assert.equal(told.at(-1), until);
      clock.advance(5_000);
      await turn();
      assert.equal(one.ready, true);
    }
  });

  for (const [seconds, ms] of [
    [0, 1_000],
    [-5, 1_000],
    [0.5, 1_000],
    [2, 2_000],
    [undefined, unsaidWaitMs],
  ] as const) {
    it(`waits ${ms} ms when ${seconds ?? 'no'} seconds are asked for`, () => assert.equal(waitedMs(seconds), ms));
  }

  it('doubles what nobody has named, up to a quarter of an hour and a bit', () => {
    const waits = [1, 2, 4, 8, 16, 16].map((factor) => factor * 60_000);
    for (const expected of waits) {
      assert.equal(waitedMs(undefined), expected);
      clock.advance(expected);
    }
  });

  it('takes those that were under way together for one refusal', () => {
    for (let i = 0; i < 5; i++) assert.equal(waitedMs(undefined), 60_000);
  });

  it('begins with a minute again once the service took a request, but not for one that it took during a wait', () => {
    waitedMs(undefined);
    pace.accepted();
    clock.advance(60_000);
    assert.equal(waitedMs(undefined), 120_000);
    clock.advance(120_000);
    pace.accepted();
    assert.equal(waitedMs(undefined), 60_000);
  });

  it('does not wait for longer than it may', () => {
    assert.deepEqual(pace.refused({ seconds: 61 }, 60_000), { kind: 'too-long', until: noon + 61_000 });
    assert.equal(pace.isPaused, false);
    assert.deepEqual(pace.refused({ seconds: 60 }, 60_000), { kind: 'waits', until: noon + 60_000 });
    assert.equal(pace.isPaused, true);
  });

  it('is not shortened by a shorter wait, and goes on for a longer one', async () => {
    pace.refused({ seconds: 30 }, long);
    pace.refused({ seconds: 10 }, long);
    const one = waiting();
    await turn();
    pace.refused({ seconds: 45 }, long);
    clock.advance(30_000);
    await turn();
    assert.equal(one.ready, undefined);
    assert.deepEqual(told, [noon + 30_000, noon + 45_000]);
    clock.advance(15_000);
    await turn();
    assert.equal(one.ready, true);
    assert.deepEqual(told, [noon + 30_000, noon + 45_000, undefined]);
  });

  it('ends at once for one that is stopped, and goes on for the others', async () => {
    pace.refused({ seconds: 30 }, long);
    const stopped = new AbortController();
    const [one, another] = [waiting(stopped.signal), waiting()];
    stopped.abort();
    await turn();
    assert.deepEqual([one.ready, another.ready], [false, undefined]);
    clock.advance(30_000);
    await turn();
    assert.equal(another.ready, true);
  });

  it('ends at once for all when the whole is stopped, and leaves no timer behind', async () => {
    pace.refused({ seconds: 30 }, long);
    const one = waiting();
    await turn();
    assert.equal(clock.sleeping, 1);
    whole.abort();
    await turn();
    assert.deepEqual([one.ready, clock.sleeping], [false, 0]);
    assert.deepEqual(told, [noon + 30_000, undefined]);
    assert.equal(overslept, 0);
  });

  it('lets nothing go that was stopped before, pause or not', async () => {
    assert.equal(await pace.ready(AbortSignal.abort()), false);
    whole.abort();
    assert.equal(await pace.ready(never), false);
    pace.refused({ seconds: 30 }, long);
    assert.equal(await pace.ready(never), false);
    assert.deepEqual(told, []);
  });

  for (const [what, late, set, times] of [
    ['as late as a busy computer may be', 60_000, 0, 0],
    ['later than that', 60_001, 0, 1],
    ['late by the wall clock alone, which goes on during sleep', 0, 60_001, 1],
  ] as const) {
    it(`says ${times === 0 ? 'nothing' : 'that the computer has slept'} when a wait ends ${what}`, async () => {
      pace.refused({ seconds: 10 }, long);
      waiting();
      await turn();
      clock.set = set;
      clock.advance(10_000 + late);
      await turn();
      assert.equal(overslept, times);
    });
  }
});
