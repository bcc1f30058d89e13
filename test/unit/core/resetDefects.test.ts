import assert from 'node:assert/strict';
import { alive, deadCredential, present, ResetStage, readFailed, told } from '../../fakes/resetStage';

describe('resetOperation: when something breaks', () => {
  let stage: ResetStage;
  beforeEach(() => {
    stage = new ResetStage();
  });
  afterEach(() => assert.equal(stage.memoryLocks.heldCount, 0, 'the lock is still held'));

  for (const event of ['read', 'preview', 'confirm', 'lock'] as const) {
    it(`a defect at "${event}" sends nothing`, async () => {
      stage.failAt(event);
      await assert.rejects(stage.run(), { message: `broken at ${event}` });
      assert.equal(stage.sends, 0);
      assert.equal(stage.memory.entries.size, 0);
    });
  }

  for (const event of ['ask-journal', 'generation'] as const) {
    it(`a defect at "${event}" under the lock sends nothing and gives the lock back`, async () => {
      stage.failAt(event);
      await assert.rejects(stage.run());
      assert.equal(stage.sends, 0);
      assert.equal(stage.memory.entries.size, 0);
      assert.ok(stage.events.includes('unlock'));
    });
  }

  it('a journal that cannot tell why a credential is dead lets nothing be called already reset', async () => {
    stage.previewResult = deadCredential;
    stage.failAt('ask-journal');
    await assert.rejects(stage.run());
    assert.equal(stage.reading.kind, 'present');
  });

  it('a defect of the provider before the request left: not sent, and the entry says so', async () => {
    stage.failAt('send');
    const outcome = await stage.run();
    assert.equal(told(outcome), 'not-sent: reset.crashedBefore');
    assert.deepEqual(stage.entry().outcome, outcome);
    assert.ok(stage.logLines.some((line) => line.includes('broken at send')));
  });

  it('a defect of the provider after the request left: unknown, and it can be verified', async () => {
    stage.failAt('left');
    const outcome = await stage.run();
    assert.equal(told(outcome), 'unknown: reset.crashed');
    assert.deepEqual(outcome.reason.actions, [{ kind: 'verify' }]);
    assert.equal(outcome.operationId, 'operation-1');
    assert.deepEqual(
      (await stage.memory.unfinished()).map(({ operationId }) => operationId),
      ['operation-1'],
    );
  });

  it('a defect of the verification: unknown, also when the service had accepted and onSent was not called', async () => {
    stage.leaves = false;
    stage.failAt('verify');
    assert.equal(told(await stage.run()), 'unknown: reset.crashed');
    assert.equal(stage.sends, 1);
  });

  it('a journal that cannot be closed keeps the true outcome, and the credential as the only proof', async () => {
    stage.failAt('close', 'ENOSPC');
    const outcome = await stage.run();
    assert.equal(told(outcome), 'verified: test.gone');
    assert.ok(stage.logLines.some((line) => line.includes('ENOSPC')));
    assert.equal(stage.entry().stage, 'sent', 'a later window can still verify it');
    assert.deepEqual(stage.reading, present());
  });

  it('a credential that cannot be forgotten keeps the true outcome; the next try is already reset', async () => {
    stage.failAt('forget');
    assert.equal(told(await stage.run()), 'verified: test.gone');
    assert.equal(stage.entry().stage, 'closed');
    stage.previewResult = deadCredential;
    assert.equal(told(await stage.run()), 'already-reset: reset.already');
    assert.equal(stage.sends, 1);
  });

  it('a lock that cannot be given back keeps the true outcome', async () => {
    stage.failAt('unlock', 'EACCES');
    assert.equal(told(await stage.run()), 'verified: test.gone');
    assert.ok(stage.logLines.some((line) => line.includes('EACCES')));
  });

  it('a listener for progress that throws ends it truthfully', async () => {
    const at = (step: string) => ({
      progress: (reached: string) => {
        if (reached === step) throw new Error('listener');
      },
    });
    assert.equal(told(await stage.run(undefined, at('sending'))), 'not-sent: reset.crashedBefore');
    assert.equal(stage.sends, 0);
    stage = new ResetStage();
    assert.equal(told(await stage.run(undefined, at('sent'))), 'unknown: reset.crashed');
    stage = new ResetStage();
    assert.equal(told(await stage.run(undefined, at('verifying'))), 'unknown: reset.crashed');
  });

  it('gives the lock back after every ending', async () => {
    for (const verification of [alive, readFailed]) {
      stage = new ResetStage();
      stage.verifications = [verification];
      await stage.run();
      assert.equal(stage.memoryLocks.heldCount, 0);
      assert.equal(stage.memoryLocks.acquired.length, 1);
    }
  });
});
