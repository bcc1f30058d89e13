/** The clock of this computer is off by a day, or is set by a day in between, while that of the services is right. */
import assert from 'node:assert/strict';
import type { Outcome } from '../../../src/core/outcome';
import type { ResetStep } from '../../../src/core/resetSteps';
import type { OneWindow } from './oneWindow';
import { faultAtReset, isGranted, refreshesOnWire, type Scene, type Service, sceneOf, services } from './services';
import { assertNothingSent, assertStillSignedIn, day, told, WindowStage } from './windowStage';

const sides = [
  ['ahead', day],
  ['behind', -day],
] as const;

for (const [side, off] of sides) {
  describe(`fault 20: clock a day ${side}`, () => {
    let stage: WindowStage;
    let window: OneWindow;
    beforeEach(async () => {
      stage = await WindowStage.open();
      window = stage.window();
    });
    afterEach(() => stage.close());

    /** Apple is asked with a secret that is signed with the time of this computer, and takes none of yesterday. */
    const isCheckable = (service: Service): boolean => !(service === 'identityPlatform' && off < 0);
    const assertSeen = (service: Service, outcome: Outcome): void => {
      assert.equal(outcome.kind, isCheckable(service) ? 'verified' : 'accepted', told(outcome));
      if (!isCheckable(service)) assert.match(window.text(outcome), /Check the clock of this computer/);
    };

    for (const service of services) {
      it(`all along, ${service}: one reset, verified; a second one is already reset`, async () => {
        stage.aheadMs = off;
        const scene = await stage.signedIn(service, window);
        const outcome = await window.reset(scene);
        assertSeen(service, outcome);
        assert.deepEqual([stage.posts(service), isGranted(scene, stage.sandbox)], [1, false]);
        if (!isCheckable(service)) return;
        assert.equal((await window.reset(scene)).kind, 'already-reset');
        assert.equal(stage.posts(service), 1);
      });

      it(`set between sign-in and reset, ${service}: signed in all the same, one reset, verified`, async () => {
        const scene = await stage.signedIn(service, window);
        await window.check(scene);
        stage.aheadMs = off;
        for (const one of [window, stage.window()]) {
          const consent = await one.check(scene);
          assert.equal(consent.kind, 'granted');
        }
        assertSeen(service, await window.reset(scene));
        assert.equal(stage.posts(service), 1);
      });

      it(`a reset and a new consent after the clock was set, ${service}: neither is taken for the other`, async () => {
        const first = await stage.signedIn(service, window);
        assert.equal((await window.reset(first)).kind, 'verified');
        stage.aheadMs = off;
        const second = await stage.signedIn(service, window);
        assert.equal(isGranted(second, stage.sandbox), true);
        const other = stage.window();
        const outcome = await other.reset(second);
        assertSeen(service, outcome);
        assert.equal(stage.posts(service), 2);
        if (!isCheckable(service)) return;
        for (const one of [window, stage.window()]) {
          assert.equal((await one.reset(second)).kind, 'already-reset');
        }
        assert.equal(stage.posts(service), 2);
        const entries = await stage.window().stores.journal.recent(10);
        assert.deepEqual(
          entries.map(({ openedAt }) => openedAt),
          entries.map(({ openedAt }) => openedAt).sort((a, b) => b - a),
          'the journal is in the order that its times say',
        );
        assert.equal(entries.length, 2);
      });
    }

    it('set while a reset is on its way: forwards is too late to send, backwards is no harm', async () => {
      for (const service of services) {
        const scene = await stage.signedIn(service, window);
        const before = stage.posts(service);
        stage.aheadMs = 0;
        const progress = (step: ResetStep): void => {
          if (step === 'locking') stage.aheadMs = off;
        };
        const outcome = await window.reset(scene, { progress });
        const late = off > 0;
        // Seen alive tomorrow, and dead today: only the list of a server that knows no grant any more proves something.
        if (!late) assert.equal(outcome.kind, service === 'venafiTpp' ? 'verified' : 'accepted', told(outcome));
        else {
          assert.equal(told(outcome), 'not-sent: confirmation.expired');
          assertNothingSent(window.text(outcome));
          await assertStillSignedIn(scene, window);
        }
        assert.equal(stage.posts(service) - before, late ? 0 : 1);
      }
    });

    describe('a sign-in whose refresh token works once', () => {
      /** With a refresh token alone, so that the times of the access token are those that the product makes of the answer. */
      const byRefreshToken = (): Scene => {
        const { values, ...scene } = sceneOf('venafiTpp', stage.sandbox);
        const { clientId = '', refreshToken = '' } = values;
        return { ...scene, form: 'refreshToken', values: { clientId, refreshToken }, facts: { clientId } };
      };

      it('is renewed once, and not at every use', async () => {
        stage.aheadMs = off;
        const scene = byRefreshToken();
        await window.signIn(scene);
        for (let i = 0; i < 3; i++) assert.equal((await window.check(scene)).kind, 'granted');
        assert.equal((await stage.window().check(scene)).kind, 'granted');
        assert.equal(refreshesOnWire(stage.sandbox), 1);
      });

      it('goes on when the clock is set: renewed at most once more, signed out by nobody', async () => {
        const scene = byRefreshToken();
        await window.signIn(scene);
        await window.check(scene);
        stage.aheadMs = off;
        // To a clock that is ahead the token may have ended; with one that is behind only the service says so.
        stage.sandbox.control.venafi.expireAccessTokens({ grantee: 'tpp-admin' });
        for (const one of [window, stage.window(), window]) assert.equal((await one.check(scene)).kind, 'granted');
        assert.equal(refreshesOnWire(stage.sandbox), 2);
        assert.equal(stage.sandbox.control.venafi.grants({ grantee: 'tpp-admin' }).length, 1);
      });
    });

    describe('verification compares with the clock of the server', () => {
      it('a consent given anew after the reset is not taken for the old one', async () => {
        stage.aheadMs = off;
        const scene = await stage.signedIn('venafiTpp', window);
        const outcome = await window.reset(scene, {
          progress: (step) => {
            if (step !== 'verifying') return;
            stage.sandbox.control.clock.advance(3_000);
            sceneOf('venafiTpp', stage.sandbox);
          },
        });
        assert.equal(told(outcome), 'verified: venafi.gone.newGrants');
      });

      it('a consent that lives on is not taken for a new one', async () => {
        stage.aheadMs = off;
        const scene = await stage.signedIn('venafiTpp', window);
        faultAtReset('venafiTpp', stage.sandbox, { kind: 'answer', status: 200, body: { Result: 0, Success: true } });
        const outcome = await window.reset(scene);
        assert.equal(told(outcome), 'not-reset: venafi.alive.grants');
        assert.equal(stage.posts('venafiTpp'), 1);
      });
    });
  });
}
