/** Two windows as processes, over one disk and one keyring, that do things at the same moment. */
import assert from 'node:assert/strict';
import { seeded, shuffled } from '../../fakes/seeded';
import { isGranted, refreshesOnWire, resetsOnWire, sceneOf, services } from './services';
import { TwoWindows } from './twoWindows';
import type { Answered } from './windowHost';

/** `npm run test:windows` goes more of them, and begins elsewhere each time unless it is told where. */
const rounds = Number(process.env['WINDOW_ROUNDS'] ?? 2);
const seed = Number(process.env['WINDOW_SEED'] ?? 1);

const told = ({ kind, code }: Answered): string => (code === undefined ? kind : `${kind}: ${code}`);

describe('two windows', () => {
  let windows: TwoWindows;
  before(async () => {
    windows = await TwoWindows.start();
  });
  after(() => windows.stop());
  beforeEach(() => windows.openAnew());

  for (const service of services) {
    describe(`fault 16: the same reset in both, ${service}`, () => {
      // So much later the other one begins: with the preview, with the lock, with the answer of the first.
      for (const laterMs of [0, 15, 40, 90]) {
        it(`one request, with the other ${laterMs} ms later`, async () => {
          const { one, sandbox } = windows;
          const scene = sceneOf(service, sandbox);
          await one.tell({ kind: 'sign-in', scene });
          assert.equal(isGranted(scene, sandbox), true);
          const reset = { kind: 'reset', scene } as const;
          const outcomes = await windows.atOnce(reset, reset, laterMs);

          assert.equal(resetsOnWire(service, sandbox), 1);
          assert.equal(isGranted(scene, sandbox), false);
          assert.equal(outcomes.filter(({ kind }) => kind === 'verified').length, 1, outcomes.map(told).join());
          const [loser] = outcomes.filter(({ kind }) => kind !== 'verified');
          assert.ok(loser);
          const kinds = ['not-sent: lock.held', 'already-reset: reset.already', 'not-sent: credential.changed'];
          const gone = ['already-reset: venafi.nothingToRevoke', 'not-sent: consent.rereadFailed'];
          assert.ok([...kinds, ...gone].includes(told(loser)), told(loser));
          assert.match(loser.text ?? '', /Nothing was sent|Nothing was reset|had been|already/i);
          assert.deepEqual(await windows.locksLeft(), []);
          assert.deepEqual(await one.tell({ kind: 'unfinished' }), { kind: '' });
        });
      }
    });
  }

  describe('a sign-in whose refresh token works once', () => {
    const operator = async () => {
      const { one, sandbox } = windows;
      const scene = sceneOf('venafiTpp', sandbox);
      await one.tell({ kind: 'sign-in', scene });
      const expire = () => sandbox.control.venafi.expireAccessTokens({ grantee: 'tpp-admin' });
      const grants = () => sandbox.control.venafi.grants({ grantee: 'tpp-admin' }).length;
      return { scene, sandbox, expire, grants };
    };

    // The second kind of server ends the whole grant when a spent token is shown to it: one refresh too many would be seen.
    for (const refreshReuse of ['refused', 'revokes-grant'] as const) {
      it(`fault 13: both refresh it, a check here and a check there (a spent one is ${refreshReuse})`, async () => {
        const { scene, sandbox, expire, grants } = await operator();
        sandbox.control.venafi.setSwitches({ refreshReuse });
        for (const laterMs of [0, 5, 30]) {
          const before = refreshesOnWire(sandbox);
          expire();
          const check = { kind: 'check', scene } as const;
          const consents = await windows.atOnce(check, check, laterMs);
          assert.deepEqual(consents.map(told), ['granted', 'granted'], `${laterMs} ms later`);
          assert.equal(refreshesOnWire(sandbox) - before, 1, `${laterMs} ms later`);
          assert.equal(grants(), 1, 'the operator is signed in');
        }
        assert.deepEqual(await windows.locksLeft(), []);
      });
    }

    it('fault 13: one refreshes for a check, the other for a reset; nobody is signed out and one reset leaves', async () => {
      const { scene, sandbox, expire, grants } = await operator();
      sandbox.control.venafi.setSwitches({ refreshReuse: 'revokes-grant' });
      expire();
      const [consent, outcome] = await windows.atOnce({ kind: 'check', scene }, { kind: 'reset', scene });
      assert.equal(told(outcome), 'verified: venafi.gone.noGrants');
      assert.ok(['granted', 'needs-consent'].includes(consent.kind), told(consent));
      assert.deepEqual([refreshesOnWire(sandbox), resetsOnWire('venafiTpp', sandbox), grants()], [1, 1, 1]);
    });

    it('fault 14: what a window still has in memory after the rotation of another one is not used', async () => {
      const { scene, sandbox, expire, grants } = await operator();
      sandbox.control.venafi.setSwitches({ refreshReuse: 'revokes-grant' });
      const { one, other } = windows;
      // Both have the tokens in memory. Nobody tells the other window of the rotations of the first.
      for (const check of [one, other]) assert.equal(told(await check.tell({ kind: 'check', scene })), 'granted');
      for (let rotation = 1; rotation <= 3; rotation++) {
        expire();
        assert.equal(told(await one.tell({ kind: 'check', scene })), 'granted');
        assert.equal(told(await other.tell({ kind: 'check', scene })), 'granted');
        assert.deepEqual([refreshesOnWire(sandbox), grants()], [rotation, 1]);
      }
    });

    it('fault 15: sign-out here while the other refreshes: signed out everywhere, and nothing is left behind', async () => {
      for (const laterMs of [0, 5, 15, 30]) {
        await windows.openAnew();
        const { scene, sandbox, expire, grants } = await operator();
        expire();
        const [end, consent] = await windows.atOnce({ kind: 'sign-out', scene }, { kind: 'check', scene }, laterMs);
        assert.ok(['revoked', 'not-found'].includes(end.kind), end.kind);
        assert.ok(['granted', 'not-signed-in', 'dead-credential', 'unread'].includes(consent.kind), told(consent));
        assert.equal(grants(), 0, 'the server has ended the sign-in');
        // A check between the revocation and what is forgotten after it shows a token that is over, and is told so.
        const refreshes = sandbox.control.requests.list({ path: '/vedauth/authorize/token' });
        const [renewed, ...late] = refreshes.map(({ status }) => status);
        assert.equal(renewed, 200);
        if (late.length > 0) assert.deepEqual([late, consent.kind], [[400], 'dead-credential']);
        // No token of the refresh survives the sign-out, and both windows say so.
        for (const window of [windows.one, windows.other]) {
          assert.equal(told(await window.tell({ kind: 'check', scene })), 'not-signed-in');
        }
        assert.deepEqual(await windows.secretsLeft(), []);
      }
    });
  });

  it('fault 16: reset, refresh and sign-out in both windows at the same moment: 0 double sends, 0 sign-outs by a lost race', async function () {
    this.timeout(20_000 + 5_000 * rounds);
    const random = seeded(seed);
    const wire = new Map<string, number>();
    const count = (operation: string, more: number) => wire.set(operation, (wire.get(operation) ?? 0) + more);
    const lag = () => Math.round(random() * 90);
    let [races, doubleSends, signOuts] = [0, 0, 0];
    for (let round = 1; round <= rounds; round++) {
      await windows.openAnew();
      const { sandbox } = windows;
      sandbox.control.venafi.setSwitches({ refreshReuse: random() < 0.5 ? 'revokes-grant' : 'refused' });
      const scenes = new Map(services.map((service) => [service, sceneOf(service, sandbox)]));
      for (const scene of scenes.values()) await windows.one.tell({ kind: 'sign-in', scene });
      const tpp = scenes.get('venafiTpp') ?? assert.fail();
      const isOperator = () => sandbox.control.venafi.grants({ grantee: 'tpp-admin' }).length === 1;
      const check = { kind: 'check', scene: tpp } as const;
      for (const service of shuffled([...services, 'refresh' as const], random)) {
        races += 1;
        if (service === 'refresh') {
          const before = refreshesOnWire(sandbox);
          sandbox.control.venafi.expireAccessTokens({ grantee: 'tpp-admin' });
          const consents = await windows.atOnce(check, check, lag());
          const spent = refreshesOnWire(sandbox) - before;
          count('refresh tokens spent', spent);
          doubleSends += Math.max(0, spent - 1);
          signOuts += isOperator() ? 0 : 1;
          const gone = consents.filter(({ kind }) => kind === 'dead-credential' || kind === 'not-signed-in');
          assert.deepEqual(gone, [], `round ${round}: ${consents.map(told).join()}`);
        } else {
          const scene = scenes.get(service) ?? assert.fail();
          const reset = { kind: 'reset', scene } as const;
          const outcomes = await windows.atOnce(reset, reset, lag());
          const sent = resetsOnWire(service, sandbox);
          count(`resets sent (${service})`, sent);
          doubleSends += Math.max(0, sent - 1);
          assert.equal(outcomes.filter(({ kind }) => kind === 'verified').length, 1, outcomes.map(told).join());
        }
      }
      races += 1;
      sandbox.control.venafi.expireAccessTokens({ grantee: 'tpp-admin' });
      await windows.atOnce({ kind: 'sign-out', scene: tpp }, check, lag());
      assert.equal(isOperator(), false, `round ${round}: signed out, and the grant lives`);
      for (const window of [windows.one, windows.other]) {
        assert.equal(told(await window.tell(check)), 'not-signed-in', `round ${round}`);
      }
    }
    const counted = [...wire].map(([operation, sent]) => `${operation}: ${sent}`).sort();
    const totals = [`double sends: ${doubleSends}`, `sign-outs by a lost race: ${signOuts}`];
    console.log(`      two processes: ${[`${rounds} rounds, ${races} races`, ...counted, ...totals].join(', ')}`);
    assert.deepEqual([doubleSends, signOuts], [0, 0]);
  });
});
