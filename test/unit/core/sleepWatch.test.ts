import assert from 'node:assert/strict';
import { SleepWatch } from '../../../src/core/sleepWatch';
import { ManualClock } from '../../fakes/manualClock';
import { noon } from '../../fakes/resetStage';

/** Lets what was woken go on. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('a watch for sleep', () => {
  let clock: ManualClock;
  let watch: SleepWatch;
  beforeEach(() => {
    clock = new ManualClock(noon);
    watch = new SleepWatch(clock);
  });
  afterEach(() => watch.stop());

  it('says nothing while time passes as it should', async () => {
    for (let seconds = 0; seconds < 1_200; seconds += 10) {
      clock.advance(10_000);
      await turn();
      assert.equal(watch.hasSlept, false);
    }
  });

  it('knows of a sleep at once, before its own beat was woken, and for good', async () => {
    clock.advance(20_000);
    await turn();
    clock.advance(61_000);
    assert.equal(watch.hasSlept, true);
    await turn();
    clock.advance(1_000);
    assert.equal(watch.hasSlept, true);
  });

  it('knows of a sleep that nobody has asked about in between', async () => {
    clock.advance(61_000);
    await turn();
    clock.advance(10_000);
    await turn();
    assert.equal(watch.hasSlept, true);
  });

  it('leaves no timer behind when it is stopped', async () => {
    await turn();
    assert.equal(clock.sleeping, 1);
    watch.stop();
    await turn();
    assert.equal(clock.sleeping, 0);
  });
});
