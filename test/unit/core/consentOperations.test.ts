import assert from 'node:assert/strict';
import { initialState } from '../../../src/core/consentStore';
import { reason } from '../../../src/core/model';
import { stopped } from '../../../src/core/resetSteps';
import { ConsentDesk, never } from '../../fakes/consentDesk';
import {
  alive,
  credential,
  deadCredential,
  gone,
  noon,
  notCheckable,
  present,
  type ResetStage,
  readFailed,
  told,
} from '../../fakes/resetStage';

describe('ConsentOperations', () => {
  let desk: ConsentDesk;
  let stage: ResetStage;
  beforeEach(() => {
    desk = new ConsentDesk();
    stage = desk.stage;
  });

  describe('reset', () => {
    it('follows the operation step by step and ends idle, in need of a consent', async () => {
      const activities: string[] = [];
      desk.store.subscribe(() => {
        const { activity } = desk.state;
        activities.push(activity.kind === 'resetting' ? activity.step : activity.kind);
      });
      const steps: string[] = [];
      const outcome = await desk.reset({ progress: (step) => steps.push(step) });
      assert.deepEqual(activities, [...stage.steps, ...steps, 'idle']);
      assert.deepEqual(steps, [
        'previewing',
        'confirming',
        'locking',
        'rereading',
        'journaling',
        'sending',
        'sent',
        'verifying',
      ]);
      assert.deepEqual(desk.state.consent, { kind: 'needs-consent', since: noon });
      assert.equal(desk.state.lastOutcome, outcome);
    });

    it('joins a second call while the first is under way: one question, one request', async () => {
      const first = desk.reset();
      assert.ok(desk.operations.isResetting(stage.target));
      const second = desk.reset({ confirm: () => assert.fail('asked a second time') });
      assert.equal(await first, await second);
      assert.equal(stage.sends, 1);
      assert.ok(!desk.operations.isResetting(stage.target));
    });

    it('a call after the first has ended is a reset of its own', async () => {
      await desk.reset();
      assert.equal(told(await desk.reset()), 'already-reset: reset.already');
      assert.equal(stage.sends, 1);
    });

    it('hands on the wish to take over the lock', async () => {
      stage.memoryLocks.holdElsewhere(stage.address, 400_000);
      assert.equal((await desk.reset()).kind, 'not-sent');
      assert.equal((await desk.reset({ takeOverLock: true })).kind, 'verified');
    });

    it('sends nothing when the identity was removed from the settings', async () => {
      stage.configured = undefined;
      assert.equal(told(await desk.reset()), 'not-sent: target.changed');
    });

    it('keeps what is known of the consent when nothing was done', async () => {
      await desk.operations.probe(stage.target, never);
      const { consent } = desk.state;
      assert.equal(consent.kind, 'granted');
      stage.confirmation = { kind: 'declined' };
      await desk.reset();
      assert.deepEqual(desk.state, { ...initialState, consent });
      stage.confirmation = { kind: 'confirmed' };
      stage.answer = { kind: 'refused', reason: reason('test.refused') };
      await desk.reset();
      assert.equal(desk.state.consent, consent);
      assert.equal(desk.state.lastOutcome?.kind, 'refused');
    });

    it('an unknown outcome is unfinished, until a later one settles it', async () => {
      stage.answer = { kind: 'unknown', reason: reason('test.unknown') };
      stage.verifications = [notCheckable];
      await desk.reset();
      const { unfinished } = desk.state;
      assert.deepEqual(unfinished, { operationId: 'operation-1', openedAt: noon, reason: reason('test.unknown') });
      stage.verifications = [alive];
      assert.equal((await desk.verify('operation-1')).kind, 'not-reset');
      assert.equal(desk.state.unfinished, undefined);
    });

    it('accepted, and nothing can tell: what was known no longer holds, and it is not shown as gone', async () => {
      await desk.operations.probe(stage.target, never);
      stage.verifications = [notCheckable];
      const outcome = await desk.reset();
      assert.equal(told(outcome), 'accepted: reset.acceptedNotCheckable');
      assert.deepEqual(desk.state.consent, { kind: 'unread', reason: outcome.reason });
      assert.equal(desk.state.unfinished, undefined);
      assert.deepEqual(desk.tokensForgotten, []);
    });

    it('accepted, and the reads failed: unknown, unfinished, and the consent is not shown as gone', async () => {
      await desk.operations.probe(stage.target, never);
      const { consent } = desk.state;
      stage.verifications = [readFailed];
      assert.equal(told(await desk.reset()), 'unknown: reset.acceptedUnchecked');
      assert.equal(desk.state.unfinished?.operationId, 'operation-1');
      assert.equal(desk.state.consent, consent);
    });

    it('refused because the credential is dead: it is shown as dead, not as granted', async () => {
      await desk.operations.probe(stage.target, never);
      const why = reason('test.dead', {}, [{ kind: 'replace-credential' }]);
      stage.previewResult = { kind: 'dead-credential', reason: why };
      assert.equal((await desk.reset()).kind, 'refused');
      assert.deepEqual(desk.state.consent, { kind: 'dead-credential', reason: why });
    });

    it('a credential stored while the old reset was verified: it is shown, and is not taken for the one that was reset', async () => {
      stage.verifications = [alive, gone];
      const newer = present(credential({ storedAt: noon + 5 }));
      stage.when('verify', () => {
        stage.reading = newer;
      });
      assert.equal((await desk.reset()).kind, 'verified');
      assert.deepEqual(desk.state.consent, { kind: 'stored' });
      stage.wallMs += 3_700_000;
      stage.previewResult = deadCredential;
      assert.equal((await desk.reset()).kind, 'refused');
      assert.deepEqual(stage.reading, newer);
    });

    it('drops the tokens that the provider keeps, once the consent is gone', async () => {
      await desk.reset();
      assert.deepEqual(desk.tokensForgotten, [desk.key]);
    });

    it('a keyring that breaks after it was verified changes nothing about it', async () => {
      let asked = 0;
      stage.when('generation', () => {
        if (++asked > 2) throw new Error('locked');
      });
      assert.equal((await desk.reset()).kind, 'verified');
      assert.equal(desk.state.consent.kind, 'needs-consent');
      assert.ok(stage.logLines.some((line) => line.includes('locked')));
    });

    it('is not sent while another window has left an unknown outcome since the question; the row offers to verify it', async () => {
      const confirm = async () =>
        ({ kind: 'confirmed', recheck: () => desk.operations.whyVerifyFirst(desk.stage.target) }) as const;
      desk.stage.when('reread', () => void desk.stage.leaveBehind({ operationId: 'of another window' }));
      const outcome = await desk.reset({ confirm });
      assert.deepEqual([outcome.kind, outcome.reason.code], ['not-sent', 'reset.earlierUnknown']);
      assert.deepEqual([desk.stage.sends, desk.stage.memory.entries.size], [0, 1]);
      assert.equal(desk.state.unfinished?.operationId, 'of another window');
      assert.equal((await desk.verify('of another window')).kind, 'verified');
    });

    it('stopped by whoever confirmed it while its entry is written is cancelled, in the journal, too', async () => {
      let isStopped = false;
      const confirm = async () => ({ kind: 'confirmed', obstacle: () => (isStopped ? stopped : undefined) }) as const;
      desk.stage.when('open', () => {
        isStopped = true;
      });
      const outcome = await desk.reset({ confirm });
      assert.deepEqual([outcome.kind, desk.stage.sends], ['cancelled', 0]);
      assert.equal(desk.stage.entry('operation-1').outcome?.kind, 'cancelled');
    });

    it('stays unfinished when a further reset was declined, held, or refused', async () => {
      stage.answer = { kind: 'unknown', reason: reason('test.unknown') };
      stage.verifications = [notCheckable];
      await desk.reset();
      const { unfinished } = desk.state;
      stage.confirmation = { kind: 'declined' };
      await desk.reset();
      assert.deepEqual(desk.state.unfinished, unfinished, 'declined');
      stage.confirmation = { kind: 'confirmed' };
      stage.memoryLocks.answerNext({ kind: 'held', heldForMs: 0, mayTakeOver: false });
      assert.equal((await desk.reset()).kind, 'not-sent');
      assert.deepEqual(desk.state.unfinished, unfinished, 'held');
      stage.answer = { kind: 'refused', reason: reason('test.refused') };
      assert.equal((await desk.reset()).kind, 'refused');
      assert.deepEqual(desk.state.unfinished, unfinished, 'refused');
    });

    describe('defects', () => {
      const rows = [
        ['loading the provider fails', () => (desk.loadProvider = () => Promise.reject(new Error('no module')))],
        ['the preview breaks', () => stage.failAt('preview')],
        ['the confirmation breaks', () => stage.failAt('confirm')],
        ['the keyring breaks', () => stage.failAt('read')],
        ['the provider breaks before the request left', () => stage.failAt('send')],
      ] as const;
      for (const [name, breakIt] of rows) {
        it(`${name}: not sent, and idle again`, async () => {
          breakIt();
          assert.equal(told(await desk.reset()), 'not-sent: reset.crashedBefore');
          assert.deepEqual(desk.state.activity, { kind: 'idle' });
          assert.ok(!desk.operations.isResetting(stage.target));
          assert.ok(stage.logLines.some((line) => line.startsWith('Defect while resetting')));
        });
      }

      it('the provider breaks after the request left: unknown and unfinished', async () => {
        stage.failAt('left');
        assert.equal(told(await desk.reset()), 'unknown: reset.crashed');
        assert.equal(desk.state.unfinished?.operationId, 'operation-1');
      });

      it('a listener of the caller that throws does not turn sent into not sent', async () => {
        const progress = (step: string): void => {
          if (step === 'sent') throw new Error('listener');
        };
        assert.equal((await desk.reset({ progress })).kind, 'unknown');
      });

      it('a listener of the store that throws loses no outcome', async () => {
        desk.store.subscribe(() => {
          throw new Error('tree');
        });
        assert.equal((await desk.reset()).kind, 'verified');
        assert.equal(desk.state.consent.kind, 'needs-consent');
        assert.ok(desk.listenerErrors.length > 0);
      });
    });
  });

  describe('verify and dismiss', () => {
    beforeEach(() => {
      stage.leaveBehind({ operationId: 'left-behind' });
    });

    it('shows that it verifies, and ends verified', async () => {
      const activities: string[] = [];
      desk.store.subscribe(() => activities.push(desk.state.activity.kind));
      assert.equal(told(await desk.verify('left-behind')), 'verified: test.gone');
      assert.deepEqual(activities, ['verifying', 'idle']);
      assert.deepEqual(desk.state.consent, { kind: 'needs-consent', since: noon });
    });

    it('stays unfinished while it cannot be told', async () => {
      stage.verifications = [readFailed];
      assert.equal(told(await desk.verify('left-behind')), 'unknown: verify.failed');
      assert.equal(desk.state.unfinished?.operationId, 'left-behind');
    });

    it('an operation of this window that was accepted and not checked can be verified later', async () => {
      stage.verifications = [readFailed];
      assert.equal(told(await desk.reset()), 'unknown: reset.acceptedUnchecked');
      stage.verifications = [gone];
      assert.equal(told(await desk.verify('operation-1')), 'verified: test.gone');
      assert.equal(stage.memory.entries.get('operation-1')?.outcome?.kind, 'verified');
      assert.equal(stage.sends, 1);
    });

    it('what another window has settled is told as settled, without any read', async () => {
      const outcome = { kind: 'verified', reason: reason('test.gone'), at: noon, operationId: 'left-behind' } as const;
      stage.leaveBehind({ operationId: 'left-behind', stage: 'closed', outcome });
      stage.reading = { kind: 'missing', resetAt: noon };
      assert.equal(await desk.verify('left-behind'), outcome);
      assert.deepEqual(desk.state.consent, { kind: 'needs-consent', since: noon });
      assert.equal(desk.state.unfinished, undefined);
      assert.ok(!stage.events.includes('verify') && !stage.events.includes('close'));
    });

    it('joins a reset that is under way: it goes on being shown, and its outcome is told', async () => {
      let answer = (): void => undefined;
      stage.when('confirm', () => new Promise((resolve) => (answer = resolve)));
      const resetting = desk.reset();
      while (!stage.events.includes('confirm')) await Promise.resolve();
      const verifying = desk.verify('left-behind');
      await Promise.resolve();
      assert.equal(desk.state.activity.kind, 'resetting');
      answer();
      assert.equal(await verifying, await resetting);
      assert.equal(stage.sends, 1);
    });

    describe('two open operations', () => {
      beforeEach(async () => {
        await stage.memory.dismiss('left-behind');
        stage.answer = { kind: 'unknown', reason: reason('test.unknown') };
        stage.verifications = [notCheckable];
        await desk.reset();
        stage.clock.pass(1_000);
        await desk.reset();
        assert.equal(desk.state.unfinished?.operationId, 'operation-2');
      });

      it('the first is shown once the second is dismissed', async () => {
        await desk.operations.dismiss(stage.target, 'operation-2');
        assert.equal(desk.state.unfinished?.operationId, 'operation-1');
        await desk.operations.dismiss(stage.target, 'operation-1');
        assert.equal(desk.state.unfinished, undefined);
      });

      it('the first is shown once the second is settled', async () => {
        stage.verifications = [alive];
        assert.equal((await desk.verify('operation-2')).kind, 'not-reset');
        assert.equal(desk.state.unfinished?.operationId, 'operation-1');
      });

      it('neither is shown once the credential of both is seen to be reset', async () => {
        stage.verifications = [gone];
        assert.equal((await desk.verify('operation-2')).kind, 'verified');
        assert.equal(desk.state.unfinished, undefined);
      });
    });

    it('an operation the journal no longer holds stays unknown', async () => {
      const outcome = await desk.verify('never-heard-of');
      assert.equal(told(outcome), 'unknown: verify.noEntry');
      assert.equal(outcome.operationId, 'never-heard-of');
    });

    it('a defect is unknown, and it can be verified again', async () => {
      stage.failAt('verify');
      const outcome = await desk.verify('left-behind');
      assert.equal(told(outcome), 'unknown: verify.crashed');
      assert.equal(desk.state.unfinished?.operationId, 'left-behind');
      assert.deepEqual(desk.state.activity, { kind: 'idle' });
    });

    it('dismiss lets go of the entry and of its outcome', async () => {
      stage.verifications = [readFailed];
      await desk.verify('left-behind');
      await desk.operations.dismiss(stage.target, 'left-behind');
      assert.deepEqual(desk.state, initialState);
      assert.deepEqual(await stage.memory.unfinished(), []);
    });
  });
});
