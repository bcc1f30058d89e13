/** The computer sleeps for eight hours in the middle of a reset: nothing is sent late, and what was sent is read, never repeated. */
import assert from 'node:assert/strict';
import { targetKey } from '../../../src/core/model';
import type { ResetStep } from '../../../src/core/resetSteps';
import type { OneWindow } from './oneWindow';
import { faultAtReset, isGranted, services } from './services';
import { assertNothingSent, assertStillSignedIn, hour, told, WindowStage } from './windowStage';

const clocks = [
  ['both clocks go on', true],
  ['the monotonic clock stands still', false],
] as const;

/**
 * What a read can tell eight hours later. A token that is dead by then may have ended by itself: only the list of a server
 * that knows no grant any more proves the reset.
 */
const provable = { googleDataPortability: false, identityPlatform: false, venafiTpp: true } as const;

for (const service of services) {
  describe(`fault 19: sleep of 8 h in flight, ${service}`, () => {
    let stage: WindowStage;
    let window: OneWindow;
    beforeEach(async () => {
      stage = await WindowStage.open();
      window = stage.window();
    });
    afterEach(() => stage.close());
    const sleepOnce = (monotonicToo: boolean) => () => {
      stage.sleep(8 * hour, monotonicToo);
      window.whenAnswered = () => undefined;
    };
    const sleepAt = (step: ResetStep, monotonicToo = true) => ({
      progress: (reached: ResetStep): void => {
        if (reached === step) stage.sleep(8 * hour, monotonicToo);
      },
    });

    for (const [how, monotonicToo] of clocks) {
      for (const step of ['locking', 'rereading', 'journaling', 'sending'] as const) {
        it(`after the confirmation, at ${step} (${how}): nothing is sent, and the next one is asked for anew`, async () => {
          const scene = await stage.signedIn(service, window);
          const outcome = await window.reset(scene, sleepAt(step, monotonicToo));
          assert.equal(told(outcome), 'not-sent: confirmation.expired');
          assertNothingSent(window.text(outcome));
          assert.equal(stage.posts(service), 0);
          assert.equal(isGranted(scene, stage.sandbox), true);
          await assertStillSignedIn(scene, window);
          assert.deepEqual(await stage.window().stores.journal.standing(), { unfinished: [], underWay: [] });
          let asked = 0;
          const again = await window.reset(scene, {
            confirm: async () => {
              asked += 1;
              return { kind: 'confirmed', by: 'modal' };
            },
          });
          assert.deepEqual([again.kind, asked, stage.posts(service)], ['verified', 1, 1], told(again));
        });
      }

      it(`once it has left (${how}): its answer counts, and it is verified where that can be told; no second one`, async () => {
        const scene = await stage.signedIn(service, window);
        window.whenAnswered = sleepOnce(monotonicToo);
        const outcome = await window.reset(scene);
        assert.equal(outcome.kind, provable[service] ? 'verified' : 'accepted', told(outcome));
        if (!provable[service]) assert.match(outcome.reason.cause?.code ?? '', /uncheckable\.tooLate$/);
        assert.deepEqual([stage.posts(service), isGranted(scene, stage.sandbox)], [1, false]);
      });

      it(`once it has left, and the answer is lost (${how}): read, and found gone where that can be told; no second one`, async () => {
        const scene = await stage.signedIn(service, window);
        faultAtReset(service, stage.sandbox, { kind: 'reset-after' });
        window.whenAnswered = sleepOnce(monotonicToo);
        const outcome = await window.reset(scene);
        assert.equal(outcome.kind, provable[service] ? 'verified' : 'unknown', told(outcome));
        if (!provable[service]) assert.match(window.text(outcome), /Verify/);
        assert.equal(stage.posts(service), 1);
      });
    }

    it('once it has left, and it never arrived: read, and found alive; Retry is offered, and not done', async () => {
      const scene = await stage.signedIn(service, window);
      faultAtReset(service, stage.sandbox, { kind: 'reset-before' });
      window.whenAnswered = sleepOnce(true);
      const outcome = await window.reset(scene);
      assert.equal(outcome.kind, 'not-reset', told(outcome));
      assert.deepEqual(
        outcome.reason.actions.map(({ kind }) => kind),
        ['retry'],
      );
      assert.deepEqual([stage.posts(service), isGranted(scene, stage.sandbox)], [1, true]);
    });

    it('once it has left, and nothing can be read: unknown, in every window; it is verified or dismissed, and nothing is repeated', async () => {
      const scene = await stage.signedIn(service, window);
      faultAtReset(service, stage.sandbox, { kind: 'reset-after' });
      const slept = sleepOnce(false);
      window.whenAnswered = () => {
        slept();
        // The network is not there yet when the computer wakes.
        stage.sandbox.control.faults.add({ match: {}, effect: { kind: 'reset-before' } });
      };
      const outcome = await window.reset(scene);
      assert.equal(outcome.kind, 'unknown', told(outcome));
      assert.match(window.text(outcome), /Verify/i);
      stage.sandbox.control.faults.clear();

      // Another window, and one after a restart, offer it, and hold back what would be sent without a word about it.
      const other = stage.window();
      const target = other.target(scene);
      await other.operations.load([target]);
      assert.equal(other.store.get(targetKey(target)).unfinished?.operationId, outcome.operationId);
      const held = await other.reset(scene, {
        confirm: async () => ({ kind: 'confirmed', recheck: () => other.operations.whyVerifyFirst(target) }),
      });
      assert.notEqual(held.kind, 'verified', told(held));
      assert.equal(stage.posts(service), 1);
      const operationId = outcome.operationId ?? '';
      const verified = await other.operations.verify(target, operationId, new AbortController().signal);
      assert.equal(verified.kind, provable[service] ? 'verified' : 'unknown', told(verified));
      if (!provable[service]) {
        assert.match(verified.reason.code, /uncheckable\.tooLate$/);
        await other.operations.dismiss(target, operationId);
      }
      const again = await window.reset(scene);
      // Whose dead token it is that is left, nobody can say; it is not thrown away.
      assert.equal(again.kind, provable[service] ? 'already-reset' : 'refused', told(again));
      assert.equal(stage.posts(service), 1);
    });

    it('while the question shows: its answer is as fresh as it is, and what was read is read anew', async () => {
      const scene = await stage.signedIn(service, window);
      const outcome = await window.reset(scene, {
        confirm: async () => {
          stage.sleep(8 * hour, true);
          return { kind: 'confirmed', by: 'modal' };
        },
      });
      assert.equal((await stage.entry())?.confirmedAt, stage.clock.now());
      assert.equal(stage.posts(service), 1);
      assert.equal(outcome.kind, 'verified', told(outcome));
      assert.equal(isGranted(scene, stage.sandbox), false);
    });
  });
}
