import assert from 'node:assert/strict';
import type { BulkProgress, BulkResult } from '../../../src/core/bulkPreview';
import { type BulkPorts, resetAttempts, runBulk, sendingAtOnce } from '../../../src/core/bulkReset';
import { bulkLifetimeMs, momentOf } from '../../../src/core/bulkStanding';
import { reason, targetKey } from '../../../src/core/model';
import { confirmationLifetimeMs } from '../../../src/core/resetSteps';
import { BulkDesk, previewOf } from '../../fakes/bulkDesk';
import { noon } from '../../fakes/resetStage';

const never = new AbortController().signal;

function run(
  desk: BulkDesk,
  changes: Partial<BulkPorts> = {},
  signal = never,
  answered = momentOf(desk.clock),
): Promise<readonly BulkResult[]> {
  return runBulk(desk.items, answered, desk.ports(changes), signal);
}

const told = (results: readonly BulkResult[]): readonly string[] =>
  results.map(({ target, outcome }) => `${target.identity.id} ${outcome.kind}: ${outcome.reason.code}`);

describe('a bulk of resets', () => {
  it('sends each once, a few at a time, and says of each what became of it', async () => {
    const desk = new BulkDesk(50);
    desk.answers.set('user3', ['refused']).set('user4', ['unknown']);
    const results = await run(desk);
    assert.equal(desk.sends.length, 50);
    assert.equal(desk.mostOnTheWay, sendingAtOnce);
    assert.deepEqual(told(results).slice(2, 6), [
      'user2 verified: test.verified',
      'user3 refused: test.refused',
      'user4 unknown: test.unknown',
      'user5 verified: test.verified',
    ]);
  });

  it('asks for the next one while another waits for its lock', async () => {
    const desk = new BulkDesk(2);
    const locking = new Set<string>();
    let release = (): void => undefined;
    const second = new Promise<void>((resolve) => {
      release = resolve;
    });
    desk.onLocking = async (id) => {
      locking.add(id);
      if (id === 'user1') release();
      await second;
    };
    const results = await run(desk, { atOnce: 1 });
    assert.deepEqual(told(results), ['user0 verified: test.verified', 'user1 verified: test.verified']);
    assert.deepEqual([...locking], ['user0', 'user1']);
    assert.equal(desk.mostOnTheWay, 1);
  });

  it('counts what is done, and shows rows as waiting until it comes to them', async () => {
    const desk = new BulkDesk(20);
    const seen: number[] = [];
    let queued = 0;
    await run(desk, {
      progress: ({ done, total }) => {
        assert.equal(total, 20);
        seen.push(done);
        if (done === 0)
          queued = desk.targets.filter((one) => desk.store.get(targetKey(one)).activity.kind === 'queued').length;
      },
    });
    assert.deepEqual(seen, [...Array(21).keys()]);
    assert.equal(queued, 20);
    for (const target of desk.targets) assert.equal(desk.store.get(targetKey(target)).activity.kind, 'idle');
  });

  it('does not send what would do something else by now, and does not ask about it', async () => {
    const desk = new BulkDesk(3);
    desk.previews.set('user1', previewOf([reason('test.loss')]));
    assert.deepEqual(told(await run(desk)), [
      'user0 verified: test.verified',
      'user1 not-sent: bulk.changed',
      'user2 verified: test.verified',
    ]);
    assert.equal(desk.sendsOf('user1'), 0);
  });

  it('does not send for one that was reset since the answer: what is there by now is another consent', async () => {
    const desk = new BulkDesk(2);
    const [first, second] = desk.targets.map(targetKey);
    assert.ok(first && second);
    desk.resetsElsewhere.set(first, noon + 1).set(second, noon - 1);
    assert.deepEqual(told(await run(desk)), ['user0 not-sent: bulk.changed', 'user1 verified: test.verified']);
    assert.equal(desk.sendsOf('user0'), 0);
  });

  it('does not send where another window has left an unknown outcome, unless the question said so', async () => {
    const desk = new BulkDesk(2);
    for (const id of ['user0', 'user1']) desk.unknownElsewhere.add(id);
    const earlierUnknown = new Set(desk.targets.slice(1).map(targetKey));
    assert.deepEqual(told(await run(desk, { earlierUnknown })), [
      'user0 not-sent: reset.earlierUnknown',
      'user1 verified: test.verified',
    ]);
    assert.equal(desk.sendsOf('user0'), 0);
  });

  it('leaves alone what the user has begun to reset meanwhile', async () => {
    const desk = new BulkDesk(2);
    const [first] = desk.targets;
    assert.ok(first);
    const isResetting: BulkPorts['operations']['isResetting'] = (target) => target === first;
    const results = await run(desk, { operations: { ...desk.operations, isResetting } });
    assert.equal(told(results)[0], 'user0 not-sent: bulk.busy');
    assert.equal(desk.sendsOf('user0'), 0);
  });

  describe('pace', () => {
    it('waits as a whole when the service is asked too often, says until when, and sends the refused ones again', async () => {
      const desk = new BulkDesk(40);
      desk.answers.set('user5', [{ quota: 39 }]);
      const waits: (number | undefined)[] = [];
      const start = desk.clock.now();
      const results = await run(desk, {
        progress: ({ waitingUntil }: BulkProgress) => {
          if (waits.at(-1) !== waitingUntil) waits.push(waitingUntil);
        },
      });
      assert.ok(results.every(({ outcome }) => outcome.kind === 'verified'));
      assert.deepEqual(waits, [undefined, start + 39_000, undefined].slice(waits[0] === undefined ? 0 : 1));
      assert.equal(desk.sendsOf('user5'), 2);
      assert.equal(desk.sends.length, 41);
      const before = desk.sends.filter(({ at }) => at < start + 39_000);
      assert.ok(before.length <= 2 * sendingAtOnce, `${before.length} left before the end of the wait`);
      // Those that were refused go before those whose turn has not come.
      const after = desk.sends.filter(({ at }) => at >= start + 39_000).map(({ id }) => id);
      assert.ok(after.indexOf('user5') < sendingAtOnce, after.join());
    });

    it('waits a minute where the service does not say how long, and twice as long when that was not enough', async () => {
      const desk = new BulkDesk(1);
      desk.answers.set('user0', ['quota', 'quota']);
      const start = desk.clock.now();
      assert.deepEqual(told(await run(desk)), ['user0 verified: test.verified']);
      assert.deepEqual(
        desk.sends.map(({ at }) => at - start),
        [0, 60_000, 180_000],
      );
    });

    it('gives up on one that is refused again and again', async () => {
      const desk = new BulkDesk(2);
      desk.answers.set('user1', Array(20).fill({ quota: 1 }));
      assert.deepEqual(told(await run(desk)), ['user0 verified: test.verified', 'user1 refused: test.quota']);
      assert.equal(desk.sendsOf('user1'), resetAttempts);
      const [, second] = desk.targets;
      assert.ok(second);
      const { lastOutcome, activity } = desk.store.get(targetKey(second));
      assert.deepEqual([lastOutcome?.kind, activity.kind], ['refused', 'idle']);
    });

    it('does not wait for longer than the confirmation is good: the rest is not sent, and says why', async () => {
      const desk = new BulkDesk(30);
      desk.answers.set('user0', [{ quota: 2 * 3600 }]);
      const results = await run(desk);
      assert.equal(results[0]?.outcome.kind, 'refused');
      assert.equal(results.at(-1)?.outcome.reason.code, 'bulk.quotaTooLong');
      assert.ok(desk.sends.length <= 2 * sendingAtOnce);
      assert.deepEqual(desk.clock.sleeps, []);
    });

    for (const answer of ['unknown', 'not-reset', 'accepted', 'refused', 'unsupported'] as const) {
      it(`never sends again what ended as ${answer}`, async () => {
        const desk = new BulkDesk(5);
        desk.answers.set('user2', [answer]).set('user3', [{ quota: 5 }]);
        const results = await run(desk);
        assert.equal(desk.sendsOf('user2'), 1);
        assert.equal(results[2]?.outcome.kind, answer);
      });
    }
  });

  describe('cancelled', () => {
    it('leaves untouched what has not left; what has left ends with its answer', async () => {
      const desk = new BulkDesk(60);
      const stop = new AbortController();
      desk.onSent = () => {
        if (desk.sends.length === 12) stop.abort();
      };
      const results = await run(desk, {}, stop.signal);
      const sent = new Set(desk.sends.map(({ id }) => id));
      assert.equal(sent.size, 12);
      for (const { target, outcome } of results) {
        assert.equal(outcome.kind, sent.has(target.identity.id) ? 'verified' : 'cancelled', target.identity.id);
        if (outcome.kind === 'cancelled') assert.equal(desk.store.get(targetKey(target)).lastOutcome, undefined);
        assert.equal(desk.store.get(targetKey(target)).activity.kind, 'idle');
      }
    });

    it('while it waits for the quota ends at once; what was refused stays refused', async () => {
      const desk = new BulkDesk(30);
      desk.answers.set('user0', [{ quota: 600 }]);
      const stop = new AbortController();
      const progress = ({ waitingUntil }: BulkProgress): void => {
        if (waitingUntil !== undefined) stop.abort();
      };
      const results = await run(desk, { progress }, stop.signal);
      assert.equal(results[0]?.outcome.kind, 'refused');
      assert.equal(results.at(-1)?.outcome.kind, 'cancelled');
      assert.equal(desk.clock.sleeps.length, 0);
      const [first] = desk.targets;
      assert.ok(first);
      assert.equal(desk.store.get(targetKey(first)).lastOutcome?.kind, 'refused');
    });

    it('before it starts sends nothing', async () => {
      const desk = new BulkDesk(5);
      const results = await run(desk, {}, AbortSignal.abort());
      assert.ok(results.every(({ outcome }) => outcome.kind === 'cancelled'));
      assert.deepEqual(desk.sends, []);
    });

    it('for one of them alone, takes that one out and stops waiting for none of the others', async () => {
      const desk = new BulkDesk(30);
      desk.onSent = () => desk.stops.get('user29')?.();
      const results = await run(desk);
      assert.equal(results[29]?.outcome.kind, 'cancelled');
      assert.equal(desk.sends.length, 29);
      assert.equal(desk.stops.size, 0);
    });
  });

  describe('as long as its confirmation is good', () => {
    it('does not start later than a minute after the answer', async () => {
      const desk = new BulkDesk(2);
      const answered = momentOf(desk.clock);
      desk.clock.pass(confirmationLifetimeMs + 1);
      const results = await run(desk, {}, never, answered);
      assert.ok(results.every(({ outcome: { reason: why } }) => why.code === 'confirmation.expired'));
      assert.deepEqual(desk.sends, []);
    });

    it('goes on after that minute, and lets nothing leave after half an hour', async () => {
      const desk = new BulkDesk(40);
      desk.onSent = (id) => {
        if (id === 'user9') desk.clock.pass(confirmationLifetimeMs + 1);
        if (id === 'user20') desk.clock.pass(bulkLifetimeMs);
      };
      const results = await run(desk);
      assert.equal(results[12]?.outcome.kind, 'verified');
      assert.equal(results.at(-1)?.outcome.reason.code, 'bulk.expired');
      const late = desk.sends.findIndex(({ id }) => id === 'user20');
      assert.equal(desk.sends.length, late + 1, 'nothing has left since');
    });

    it('lets nothing leave after a wait that the computer has slept through', async () => {
      const desk = new BulkDesk(20);
      desk.answers.set('user0', [{ quota: 30 }]);
      desk.clock.sleep = async (ms) => desk.clock.pass(ms + 61_000);
      const results = await run(desk);
      assert.equal(results[0]?.outcome.kind, 'refused');
      assert.equal(results.at(-1)?.outcome.reason.code, 'bulk.slept');
      assert.equal(desk.sendsOf('user0'), 1);
    });

    it('lets nothing leave after a sleep during which both clocks went on', async () => {
      const desk = new BulkDesk(40);
      const watch = { hasSlept: false };
      desk.onSent = (id) => {
        if (id === 'user9') watch.hasSlept = true;
      };
      const results = await run(desk, { watch });
      assert.equal(results.at(-1)?.outcome.reason.code, 'bulk.slept');
      assert.equal(desk.sends.at(-1)?.id, 'user9');
    });

    it('lets nothing leave after the computer has slept', async () => {
      const desk = new BulkDesk(40);
      desk.onSent = (id) => {
        if (id === 'user9') desk.wallMs += 61_000;
      };
      const results = await run(desk);
      assert.equal(results.at(-1)?.outcome.reason.code, 'bulk.slept');
      assert.equal(desk.sends.at(-1)?.id, 'user9');
    });
  });
});
