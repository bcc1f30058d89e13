import assert from 'node:assert/strict';
import { BulkStanding, bulkLifetimeMs, momentOf } from '../../../src/core/bulkStanding';
import { reason } from '../../../src/core/model';
import { confirmationLifetimeMs } from '../../../src/core/resetSteps';
import { noon } from '../../fakes/resetStage';

const half = 30 * 60_000;

/** Both clocks, each moved by itself. */
class TwoClocks {
  wall = noon;
  steady = 5_000;
  readonly now = () => this.wall;
  readonly monotonic = () => this.steady;

  pass(wallMs: number, steadyMs = wallMs): void {
    this.wall += wallMs;
    this.steady += steadyMs;
  }
}

describe('the standing of the one confirmation of a bulk', () => {
  let clock: TwoClocks;
  let watch: { hasSlept: boolean };
  beforeEach(() => {
    clock = new TwoClocks();
    watch = { hasSlept: false };
  });

  /** As it is when the bulk starts that much later than it was confirmed. */
  const started = (wallMs = 0, steadyMs = wallMs): BulkStanding => {
    const answered = momentOf(clock);
    clock.pass(wallMs, steadyMs);
    return new BulkStanding(clock, answered, watch);
  };
  const obstacle = (standing: BulkStanding): string | undefined => standing.obstacle()?.code;

  it('knows when it was given, by both clocks', () => {
    assert.deepEqual(momentOf(clock), { at: noon, monotonic: 5_000 });
    assert.equal(started(10).answeredAt, noon);
  });

  for (const [what, wallMs, steadyMs, code] of [
    ['at once', 0, 0, undefined],
    ['right before it is too old', confirmationLifetimeMs, confirmationLifetimeMs, undefined],
    ['too late', confirmationLifetimeMs + 1, confirmationLifetimeMs + 1, 'confirmation.expired'],
    ['too late by the wall clock alone', confirmationLifetimeMs + 1, 1, 'confirmation.expired'],
    ['too late by the steady clock alone', 1, confirmationLifetimeMs + 1, 'confirmation.expired'],
  ] as const) {
    it(`${code ? 'does not stand' : 'stands'} when the bulk starts ${what}`, () => {
      assert.equal(obstacle(started(wallMs, steadyMs)), code);
    });
  }

  it('lasts half an hour from the answer, by whichever clock is ahead', () => {
    assert.equal(bulkLifetimeMs, half);
    const standing = started();
    assert.equal(standing.leftMs, half);
    clock.pass(20_000, 10_000);
    assert.equal(standing.leftMs, half - 20_000);
    clock.pass(0, 30_000);
    assert.equal(standing.leftMs, half - 40_000);
  });

  it('ends right after that, and says after how long', () => {
    const standing = started();
    clock.pass(half);
    assert.equal(obstacle(standing), undefined);
    clock.pass(1);
    assert.equal(obstacle(standing), 'bulk.expired');
    assert.deepEqual(standing.obstacle()?.params, { minutes: '30' });
  });

  for (const [what, wallMs, steadyMs, code] of [
    ['the wall clock runs ahead a little', 60_000, 0, undefined],
    ['the wall clock runs ahead, as after sleep', 60_001, 0, 'bulk.slept'],
    ['the wall clock was set back a little', -60_000, 0, undefined],
    ['the wall clock was set back', -60_001, 0, 'bulk.slept'],
  ] as const) {
    it(`${code ? 'ends' : 'stands'} when ${what}`, () => {
      const standing = started();
      clock.pass(wallMs, steadyMs);
      assert.equal(obstacle(standing), code);
    });
  }

  it('ends for good when the computer has slept, also where both clocks agree', () => {
    const standing = started();
    watch.hasSlept = true;
    assert.equal(obstacle(standing), 'bulk.slept');
    watch.hasSlept = false;
    assert.equal(obstacle(standing), 'bulk.slept');
  });

  it('keeps the first reason for its end', () => {
    const standing = started();
    standing.end(reason('test.first'));
    standing.end(reason('test.second'));
    clock.pass(half + 1, 0);
    assert.equal(obstacle(standing), 'test.first');
  });
});
