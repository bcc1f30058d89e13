import assert from 'node:assert/strict';
import { localTime } from '../../../src/core/localTime';
import { reason, type Target } from '../../../src/core/model';
import { confirmationLifetimeMs } from '../../../src/core/resetSteps';
import { credential, noon, origin, present, project, ResetStage, told } from '../../fakes/resetStage';

describe('resetOperation: when nothing may be sent', () => {
  let stage: ResetStage;
  beforeEach(() => {
    stage = new ResetStage();
  });

  it('declined', async () => {
    stage.confirmation = { kind: 'declined' };
    assert.equal(told(await stage.runSendingNothing()), 'cancelled: cancelled.nothingSent');
    assert.ok(!stage.events.includes('lock'));
  });

  it('aborted before it began: the user is not even asked', async () => {
    const outcome = await stage.runSendingNothing(AbortSignal.abort());
    assert.equal(told(outcome), 'cancelled: cancelled.nothingSent');
    assert.ok(!stage.events.includes('confirm'));
  });

  for (const event of ['read', 'preview', 'confirm', 'lock', 'ask-journal', 'generation'] as const) {
    it(`aborted at "${event}"`, async () => {
      const controller = new AbortController();
      stage.when(event, () => controller.abort());
      assert.equal(told(await stage.runSendingNothing(controller.signal)), 'cancelled: cancelled.nothingSent');
    });
  }

  it('aborted while the preview is read, as the provider says', async () => {
    stage.previewResult = { kind: 'aborted' };
    assert.equal(told(await stage.runSendingNothing()), 'cancelled: cancelled.nothingSent');
  });

  it('aborted while the entry is written: nothing leaves, and the entry says so', async () => {
    const controller = new AbortController();
    stage.when('open', () => controller.abort());
    const outcome = await stage.run(controller.signal);
    assert.equal(told(outcome), 'cancelled: cancelled.nothingSent');
    assert.ok(!stage.events.includes('left'));
    assert.equal(stage.entry().outcome?.kind, 'cancelled');
  });

  for (const outcome of ['refused', 'not-sent', 'unsupported'] as const) {
    it(`the preview stops it as ${outcome}`, async () => {
      stage.previewResult = { kind: 'stopped', outcome, reason: reason('test.stopped') };
      assert.equal(told(await stage.runSendingNothing()), `${outcome}: test.stopped`);
      assert.ok(!stage.events.includes('confirm'));
    });
  }

  describe('locks', () => {
    it('held by another window: says for how long', async () => {
      stage.memoryLocks.holdElsewhere(stage.address, 12_400);
      const outcome = await stage.runSendingNothing();
      assert.equal(told(outcome), 'not-sent: lock.held');
      assert.deepEqual(outcome.reason.params, { seconds: '12' });
      assert.deepEqual(outcome.reason.actions, []);
    });

    it('held for five minutes: taking over is offered', async () => {
      stage.memoryLocks.holdElsewhere(stage.address, 5 * 60_000);
      assert.deepEqual((await stage.runSendingNothing()).reason.actions, [{ kind: 'take-over-lock' }]);
    });

    for (const event of ['reread', 'open'] as const) {
      it(`taken over by another window at "${event}": nothing leaves, and the entry says so`, async () => {
        stage.when(event, () => void Object.assign(stage.memoryLocks, { takenOver: true }));
        const outcome = await stage.run();
        assert.equal(told(outcome), 'not-sent: lock.lost');
        assert.equal(stage.entry().outcome?.kind, 'not-sent');
        assert.ok(!stage.events.includes('send'));
      });
    }

    it('is not enough while a living window has an entry under way: the lock may have been taken from it', async () => {
      const entry = stage.leaveBehind({ operationId: 'elsewhere', openedAt: noon - 400_000 });
      stage.memory.entries.clear();
      stage.memory.underWay = [entry];
      stage.memoryLocks.holdElsewhere(stage.address, 400_000);
      const outcome = await stage.runSendingNothing(undefined, { takeOverLock: true });
      assert.equal(told(outcome), 'not-sent: reset.sentElsewhere');
      assert.deepEqual(outcome.reason.params, { seconds: '400' });
    });

    it('unavailable: says why', async () => {
      stage.memoryLocks.answerNext({ kind: 'unavailable', detail: 'EROFS' });
      const outcome = await stage.runSendingNothing();
      assert.equal(told(outcome), 'not-sent: lock.unavailable');
      assert.deepEqual(outcome.reason.params, { detail: 'EROFS' });
    });
  });

  it('the journal cannot be written', async () => {
    stage.failAt('open', 'ENOSPC');
    assert.equal(told(await stage.runSendingNothing()), 'not-sent: journal.unwritable');
    assert.ok(stage.logLines.some((line) => line.includes('ENOSPC')));
  });

  describe('an old confirmation', () => {
    const minute = confirmationLifetimeMs;
    const sleepWith = (wallMs: number, monotonicMs: number) => () => {
      stage.clock.pass(monotonicMs);
      stage.wallMs += wallMs - monotonicMs;
    };

    it('is good for a minute', () => assert.equal(minute, 60_000));

    for (const [name, wall, monotonic] of [
      ['by both clocks', minute + 1, minute + 1],
      ['by the wall clock: the machine slept', minute + 1, 0],
      ['by the monotonic clock: the wall clock was set back', -86_400_000, minute + 1],
      ['by the monotonic clock: the wall clock stands', 0, minute + 1],
    ] as const) {
      for (const event of ['lock', 'ask-journal', 'generation'] as const) {
        it(`${name}, at "${event}"`, async () => {
          stage.when(event, sleepWith(wall, monotonic));
          assert.equal(told(await stage.runSendingNothing()), 'not-sent: confirmation.expired');
        });
      }

      it(`${name}, while the entry is written: the entry is closed as not sent`, async () => {
        stage.when('open', sleepWith(wall, monotonic));
        const outcome = await stage.run();
        assert.equal(told(outcome), 'not-sent: confirmation.expired');
        assert.equal(stage.sends, 0);
        assert.deepEqual(stage.entry().outcome, outcome);
      });

      it(`${name}, while the connection is made: it is held back, and the entry is closed as not sent`, async () => {
        stage.when('send', sleepWith(wall, monotonic));
        const outcome = await stage.run();
        assert.equal(told(outcome), 'not-sent: confirmation.expired');
        assert.ok(!stage.events.includes('left') && !stage.events.includes('verify'));
        assert.equal(stage.entry().sentAt, undefined);
        assert.deepEqual(stage.entry().outcome, outcome);
      });
    }

    it('is still good after exactly a minute, and the minute begins with the answer', async () => {
      stage.when('confirm', () => stage.clock.pass(10 * minute));
      stage.when('lock', () => stage.clock.pass(minute));
      assert.equal((await stage.run()).kind, 'verified');
    });
  });

  describe('the target changed while it was confirmed', () => {
    const changes: Readonly<Record<string, (target: Target) => Target | undefined>> = {
      'another endpoint': (target) => ({ ...target, project: project({ endpoint: 'https://other.example' }) }),
      'another port': (target) => ({ ...target, project: project({ endpoint: `${origin}:8443` }) }),
      'other options': (target) => ({ ...target, project: project({ options: { apiVersion: 'v1beta' } }) }),
      'another provider': (target) => ({ ...target, project: project({ provider: 'other' }) }),
      removed: () => undefined,
    };
    for (const [name, change] of Object.entries(changes)) {
      it(name, async () => {
        stage.when('confirm', () => {
          stage.configured = change(stage.target);
        });
        assert.equal(told(await stage.runSendingNothing()), 'not-sent: target.changed');
      });
    }

    it('removed while the entry is written: the entry is closed as not sent', async () => {
      stage.when('open', () => {
        stage.configured = undefined;
      });
      assert.equal(told(await stage.run()), 'not-sent: target.changed');
      assert.equal(stage.sends, 0);
      assert.equal(stage.entry().outcome?.kind, 'not-sent');
    });

    it('changed while the connection is made: the request is held back, and the entry is closed as not sent', async () => {
      stage.when('send', () => {
        stage.configured = { ...stage.target, project: project({ endpoint: 'https://other.example' }) };
      });
      assert.equal(told(await stage.run()), 'not-sent: target.changed');
      assert.ok(!stage.events.includes('left'));
      assert.equal(stage.entry().outcome?.kind, 'not-sent');
    });

    it('changed once it has left: too late, and it is verified as ever', async () => {
      stage.when('left', () => {
        stage.configured = undefined;
      });
      assert.equal((await stage.run()).kind, 'verified');
    });

    it('another label is no change', async () => {
      stage.configured = { ...stage.target, project: project({ label: 'Shop 2' }) };
      assert.equal((await stage.run()).kind, 'verified');
    });
  });

  describe('the credential changed while it was confirmed', () => {
    for (const [name, reading] of [
      ['replaced by a newer one', present(credential({ storedAt: noon }))],
      ['a second one added', present(credential(), credential({ storedAt: noon }))],
      ['forgotten', { kind: 'missing' }],
      ['lost', { kind: 'lost', storedAt: noon }],
      ['moved to another address', { kind: 'foreign-origin', boundTo: ['https://old.example'] }],
      ['corrupt', { kind: 'corrupt' }],
      ['the keyring no longer answers', { kind: 'unreadable' }],
    ] as const) {
      it(name, async () => {
        stage.when('confirm', () => {
          stage.reading = reading;
        });
        assert.equal(told(await stage.runSendingNothing()), 'not-sent: credential.changed');
      });
    }
  });

  it('another window has stored a credential that this one has not heard of yet', async () => {
    stage.when('confirm', () => {
      stage.generationElsewhere = 'another';
    });
    assert.equal(told(await stage.runSendingNothing()), 'not-sent: credential.changed');
  });

  it('another window verified a reset of it meanwhile', async () => {
    stage.when('lock', () => stage.rememberVerified(noon + 500));
    const before = stage.memory.entries.size;
    const outcome = await stage.run();
    assert.equal(told(outcome), 'already-reset: reset.already');
    assert.deepEqual(outcome.reason.params, { when: localTime(noon + 500) });
    assert.equal(stage.sends, 0);
    assert.equal(stage.memory.entries.size, before + 1, 'only the other window has written');
  });

  it('another window verified a reset of an older credential meanwhile: that says nothing about this one', async () => {
    stage.when('confirm', () => stage.rememberVerified(noon, { credentialStoredAt: credential().storedAt - 1 }));
    assert.equal(told(await stage.run()), 'verified: test.gone');
    assert.equal(stage.sends, 1);
  });

  it('a verified reset of the same identity at another origin does not count', async () => {
    const elsewhere = { ...stage.address, origin: 'https://other.example' };
    stage.when('lock', () => {
      const outcome = { kind: 'verified', reason: reason('test.gone'), at: noon, operationId: 'elsewhere' } as const;
      stage.leaveBehind({ operationId: 'elsewhere', address: elsewhere, outcome });
    });
    assert.equal(told(await stage.run()), 'verified: test.gone');
  });
});
