import assert from 'node:assert/strict';
import { reason } from '../../../src/core/model';
import type { ResetAnswer, Verification } from '../../../src/core/provider';
import { alive, gone, notCheckable, ResetStage, readFailed, told } from '../../fakes/resetStage';

const answers = {
  accepted: { kind: 'accepted' },
  unknown: { kind: 'unknown', reason: reason('test.unknown') },
  refused: { kind: 'refused', reason: reason('test.refused') },
  'not-sent': { kind: 'not-sent', reason: reason('test.notSent') },
  unsupported: { kind: 'unsupported', reason: reason('test.unsupported') },
  'aborted before it left': { kind: 'aborted', sent: false },
  'aborted after it left': { kind: 'aborted', sent: true },
} as const satisfies Record<string, ResetAnswer>;

const verifications = {
  gone,
  alive,
  'not-checkable': notCheckable,
  failed: readFailed,
  aborted: { kind: 'aborted' },
} as const satisfies Record<string, Verification>;

type Row = readonly [answer: keyof typeof answers, verification: keyof typeof verifications, told: string];

/** What each answer and each read together mean; answers that end it are not verified at all. */
const table: readonly Row[] = [
  ['accepted', 'gone', 'verified: test.gone'],
  ['accepted', 'alive', 'not-reset: test.alive'],
  ['accepted', 'not-checkable', 'accepted: reset.acceptedNotCheckable'],
  ['accepted', 'failed', 'unknown: reset.acceptedUnchecked'],
  ['accepted', 'aborted', 'unknown: reset.acceptedUnchecked'],
  ['unknown', 'gone', 'verified: test.gone'],
  ['unknown', 'alive', 'not-reset: test.alive'],
  ['unknown', 'not-checkable', 'unknown: test.unknown'],
  ['unknown', 'failed', 'unknown: test.unknown'],
  ['unknown', 'aborted', 'unknown: test.unknown'],
];
const unverified: readonly (readonly [answer: keyof typeof answers, told: string])[] = [
  ['refused', 'refused: test.refused'],
  ['not-sent', 'not-sent: test.notSent'],
  ['unsupported', 'unsupported: test.unsupported'],
  ['aborted before it left', 'cancelled: cancelled.nothingSent'],
  ['aborted after it left', 'unknown: cancelled.afterSend'],
];

describe('resetOperation: answer × verification → outcome', () => {
  let stage: ResetStage;
  beforeEach(() => {
    stage = new ResetStage();
  });

  for (const [answer, verification, expected] of table) {
    it(`${answer}, then ${verification}: ${expected}`, async () => {
      stage.answer = answers[answer];
      stage.verifications = [verifications[verification]];
      const outcome = await stage.run();
      assert.equal(told(outcome), expected);
      assert.equal(stage.sends, 1);
      assert.deepEqual(stage.entry().outcome, outcome, 'the journal says the same');
      assert.equal(stage.events.includes('forget'), outcome.kind === 'verified');
      assert.equal(stage.memoryLocks.heldCount, 0);
      const open = (await stage.memory.unfinished()).length;
      assert.equal(open, outcome.kind === 'unknown' ? 1 : 0, 'only what is not known can be verified later');
    });
  }

  it('accepted, and nothing can tell whether it is gone: says why it cannot be checked', async () => {
    stage.verifications = [notCheckable];
    const outcome = await stage.run();
    assert.deepEqual([outcome.kind, outcome.reason.cause], ['accepted', reason('test.notCheckable')]);
    assert.deepEqual(outcome.reason.actions, [], 'asking again would tell no more');
  });

  for (const [answer, expected] of unverified) {
    it(`${answer}: ${expected}, without any read`, async () => {
      stage.answer = answers[answer];
      const outcome = await stage.run();
      assert.equal(told(outcome), expected);
      assert.ok(!stage.events.includes('verify'));
      assert.ok(!stage.events.includes('forget'));
      assert.deepEqual(stage.entry().outcome, outcome);
      assert.equal(stage.memoryLocks.heldCount, 0);
    });
  }

  it('offers Retry only once it is seen to be alive, and Verify while it is not known', async () => {
    stage.verifications = [alive];
    assert.deepEqual((await stage.run()).reason.actions, [{ kind: 'retry' }]);
    stage = new ResetStage();
    stage.verifications = [readFailed];
    assert.deepEqual((await stage.run()).reason.actions, [{ kind: 'verify' }]);
    stage = new ResetStage();
    stage.answer = answers['aborted after it left'];
    assert.deepEqual((await stage.run()).reason.actions, [{ kind: 'verify' }]);
  });

  it('waits for the revocation to propagate: alive, alive, failed, gone is verified', async () => {
    stage.verifications = [alive, alive, readFailed, gone];
    assert.equal(told(await stage.run()), 'verified: test.gone');
    assert.equal(stage.sends, 1);
    assert.deepEqual(stage.clock.sleeps, [250, 750, 1_500]);
  });

  it('stopping to wait after the request left never sends again and never claims success', async () => {
    for (const answer of [answers.unknown, answers.accepted]) {
      for (const event of ['left', 'verify'] as const) {
        stage = new ResetStage();
        stage.answer = answer;
        stage.verifications = [alive];
        const controller = new AbortController();
        stage.when(event, () => controller.abort());
        const outcome = await stage.run(controller.signal);
        assert.equal(outcome.kind, 'unknown', `${answer.kind}, ${event}`);
        assert.equal(stage.sends, 1);
        assert.equal((await stage.memory.unfinished()).length, 1, 'it can be verified later');
      }
    }
  });

  it('a read of the consent before the reset does not verify it', async () => {
    stage.verifications = [notCheckable];
    stage.probeResult = { kind: 'dead-credential', reason: reason('test.dead') };
    assert.equal((await stage.run()).kind, 'accepted');
  });
});
