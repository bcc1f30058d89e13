import assert from 'node:assert/strict';
import { reason } from '../../../src/core/model';
import type { Preview } from '../../../src/core/provider';
import { credential, noon, present, ResetStage, told } from '../../fakes/resetStage';

const minute = 60_000;
const changed: Preview = {
  effects: [],
  losses: [reason('test.newLoss')],
  grant: { timeBased: [], oneTime: [], credentials: [] },
};

describe('resetOperation: what would be lost is read once more before sending', () => {
  let stage: ResetStage;
  beforeEach(() => {
    stage = new ResetStage();
  });

  it('asks again when it has changed, with the new preview, and sends once', async () => {
    stage.rereads = [{ kind: 'changed', preview: changed }];
    const shown: (readonly string[])[] = [];
    const outcome = await stage.run(undefined, {
      confirm: async (_target, preview, again) => {
        shown.push([...preview.losses.map(({ code }) => code), String(again)]);
        assert.equal(stage.sends, 0);
        assert.equal(stage.memoryLocks.heldCount, 0, 'the lock is held while the user is asked');
        return { kind: 'confirmed', by: 'modal' };
      },
    });
    assert.equal(told(outcome), 'verified: test.gone');
    assert.deepEqual(shown, [
      ['test.loss', 'false'],
      ['test.newLoss', 'true'],
    ]);
    assert.equal(stage.sends, 1);
  });

  it('asks as often as it changes', async () => {
    stage.rereads = [1, 2, 3].map(() => ({ kind: 'changed', preview: changed }));
    assert.equal((await stage.run()).kind, 'verified');
    assert.deepEqual(stage.askedAgain, [false, true, true, true]);
    assert.equal(stage.sends, 1);
  });

  it('sends nothing when the second question is declined', async () => {
    stage.rereads = [{ kind: 'changed', preview: changed }];
    const answers = [{ kind: 'confirmed', by: 'modal' }, { kind: 'declined' }] as const;
    let asked = 0;
    const outcome = await stage.runSendingNothing(undefined, {
      confirm: async () => answers[asked++] ?? assert.fail('asked a third time'),
    });
    assert.equal(told(outcome), 'cancelled: cancelled.nothingSent');
  });

  it('sends nothing when it cannot be read, and says why', async () => {
    stage.rereads = [{ kind: 'failed', reason: reason('test.offline') }];
    const outcome = await stage.runSendingNothing();
    assert.equal(told(outcome), 'not-sent: consent.rereadFailed');
    assert.equal(outcome.reason.cause?.code, 'test.offline');
  });

  it('sends nothing when it is cancelled meanwhile', async () => {
    stage.rereads = [{ kind: 'aborted' }];
    assert.equal(told(await stage.runSendingNothing()), 'cancelled: cancelled.nothingSent');
  });

  it('reads with the lock held', async () => {
    stage.when('reread', () => assert.equal(stage.memoryLocks.heldCount, 1));
    assert.equal((await stage.run()).kind, 'verified');
  });

  it('a credential stored while it was read keeps the request here', async () => {
    stage.when('reread', () => {
      stage.generationElsewhere = 'another';
    });
    assert.equal(told(await stage.runSendingNothing()), 'not-sent: credential.changed');
  });

  it('a reset that another window verified while it was read is told as such', async () => {
    stage.when('reread', () => stage.rememberVerified(noon + 500));
    const outcome = await stage.run();
    assert.equal(told(outcome), 'already-reset: reset.already');
    assert.equal(stage.sends, 0);
  });

  it('a confirmation that grew old while it was read is not used', async () => {
    stage.when('reread', () => stage.clock.pass(2 * minute));
    assert.equal(told(await stage.runSendingNothing()), 'not-sent: confirmation.expired');
  });

  describe('a question that was open for more than a minute', () => {
    const answerAfter = (ms: number, meanwhile: () => void = () => undefined) =>
      stage.when('confirm', () => {
        stage.clock.pass(ms);
        meanwhile();
        stage.when('confirm', () => undefined);
      });
    const previews = () => stage.events.filter((event) => event === 'preview').length;

    for (const [ms, expected] of [
      [minute, 1],
      [minute + 1, 2],
      [8 * 60 * minute, 2],
    ] as const) {
      it(`${ms} ms: previewed ${expected} times, asked once, sent once`, async () => {
        answerAfter(ms);
        assert.equal((await stage.run()).kind, 'verified');
        assert.deepEqual([previews(), stage.askedAgain, stage.sends], [expected, [false], 1]);
      });
    }

    it('is noticed by the clock of the wall, too', async () => {
      stage.when('confirm', () => {
        stage.wallMs += 2 * minute;
      });
      assert.equal((await stage.run()).kind, 'verified');
      assert.equal(previews(), 2);
    });

    it('is asked once more when it would say something else now', async () => {
      answerAfter(5 * minute, () => {
        const ready = stage.ready();
        stage.previewResult = ready.kind === 'ready' ? { ...ready, preview: changed } : ready;
      });
      assert.equal((await stage.run()).kind, 'verified');
      assert.deepEqual([stage.askedAgain, stage.sends], [[false, true], 1]);
    });

    it('was about the credentials of then', async () => {
      answerAfter(5 * minute, () => {
        stage.reading = present(credential({ storedAt: noon + 7 }));
      });
      assert.equal(told(await stage.runSendingNothing()), 'not-sent: credential.changed');
    });

    it('ends with what the new reading says', async () => {
      answerAfter(5 * minute, () => {
        stage.previewResult = { kind: 'already-gone', reason: reason('test.gone') };
      });
      assert.equal(told(await stage.runSendingNothing()), 'already-reset: test.gone');
    });
  });

  it('the second confirmation counts from its own time', async () => {
    stage.rereads = [{ kind: 'changed', preview: changed }];
    let asked = 0;
    stage.when('confirm', () => {
      if (++asked === 2) stage.clock.pass(10 * minute);
    });
    assert.equal((await stage.run()).kind, 'verified');
  });
});
