import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { noon, plantedSecret, ResetStage, told } from '../../fakes/resetStage';

describe('resetOperation: the order of effects', () => {
  let stage: ResetStage;
  beforeEach(() => {
    stage = new ResetStage();
  });

  it('confirms, locks, rechecks, opens the journal entry, sends, verifies, closes, forgets, unlocks', async () => {
    assert.equal(told(await stage.run()), 'verified: test.gone');
    const afterReading = stage.events.slice(stage.events.indexOf('preview'));
    assert.deepEqual(afterReading, [
      'preview',
      'confirm',
      'lock',
      'ask-journal',
      'generation',
      'reread',
      'ask-journal',
      'generation',
      'open',
      'send',
      'left',
      'verify',
      'close',
      'forget',
      'unlock',
    ]);
    assert.deepEqual(stage.violations, []);
  });

  it('waits for its turn before it reads once more and for nothing after that; what then speaks against it counts', async () => {
    const turns: (string | undefined)[] = [];
    const turn = async () => {
      turns.push(stage.events.at(-1));
    };
    assert.equal((await stage.run(undefined, { turn })).kind, 'verified');
    assert.deepEqual(turns, ['generation']);
    assert.equal(stage.events[stage.events.indexOf('generation') + 1], 'reread');

    stage = new ResetStage();
    const changing = async () => {
      stage.configured = undefined;
    };
    assert.equal(told(await stage.run(undefined, { turn: changing })), 'not-sent: target.changed');
    assert.equal(stage.sends, 0);

    stage = new ResetStage();
    const signingInAnew = async () => {
      stage.generationElsewhere = 'another';
    };
    assert.equal(told(await stage.run(undefined, { turn: signingInAnew })), 'not-sent: credential.changed');
    assert.equal(stage.sends, 0);

    stage = new ResetStage();
    const losing = async () => {
      stage.memoryLocks.takenOver = true;
    };
    assert.equal(told(await stage.run(undefined, { turn: losing })), 'not-sent: lock.lost');
    assert.equal(stage.sends, 0);
  });

  it('reports the steps in the same order', async () => {
    await stage.run();
    assert.deepEqual(stage.steps, [
      'previewing',
      'confirming',
      'locking',
      'rereading',
      'journaling',
      'sending',
      'sent',
      'verifying',
    ]);
  });

  it('has the entry on disk before sending begins: an open that takes long holds the send back', async () => {
    let written = false;
    stage.when('open', async () => {
      await stage.clock.sleep(5_000, new AbortController().signal);
      written = true;
    });
    stage.when('send', () => assert.ok(written, 'sent before the entry was written'));
    assert.equal((await stage.run()).kind, 'verified');
  });

  it('notes that the request left at the time it left, and only then', async () => {
    stage.when('send', () => stage.clock.pass(1_500));
    await stage.run();
    assert.deepEqual(
      stage.memory.calls.map(({ kind }) => kind),
      ['open', 'sent', 'close'],
    );
    assert.equal(stage.entry().sentAt, noon + 1_500);
  });

  it('writes what a later verification needs, and no secret', async () => {
    stage.when('confirm', () => stage.clock.pass(10_000));
    const outcome = await stage.run();
    const entry = stage.entry();
    assert.deepEqual(
      {
        address: entry.address,
        by: entry.confirmedBy,
        at: entry.confirmedAt,
        stored: entry.credentialStoredAt,
        hints: entry.hints,
      },
      {
        address: stage.address,
        by: 'modal',
        at: noon + 10_000,
        stored: noon - 60_000,
        hints: { tokenEndsAt: noon + 3_600_000 },
      },
    );
    for (const place of [outcome, entry, stage.logLines, stage.memory]) {
      assert.ok(!inspect(place, { depth: null, showHidden: true }).includes(plantedSecret));
    }
  });

  it('writes how a task was confirmed', async () => {
    stage.confirmation = { kind: 'confirmed', by: 'task-allowance' };
    await stage.run();
    assert.equal(stage.entry().confirmedBy, 'task-allowance');
  });

  it('closes the entry with the outcome it returns', async () => {
    const outcome = await stage.run();
    assert.deepEqual(stage.entry().outcome, outcome);
    assert.equal(outcome.operationId, 'operation-1');
  });

  it('takes over the lock only when asked to', async () => {
    stage.memoryLocks.holdElsewhere(stage.address, 6 * 60_000);
    assert.equal(told(await stage.runSendingNothing()), 'not-sent: lock.held');
    assert.equal((await stage.run(undefined, { takeOverLock: true })).kind, 'verified');
  });
});
