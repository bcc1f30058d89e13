/** 202 says that something may come of it later: at no call is it a yes, and at none is it a no. */
import assert from 'node:assert/strict';
import { startDeviceSignIn } from '../../../src/auth/vedauthDevice';
import type { OutcomeKind } from '../../../src/core/outcome';
import { credentialOrigins } from '../../../src/providers/venafiTpp/settings';
import { signOut } from '../../../src/providers/venafiTpp/signOut';
import { type ProviderId, ProviderScene } from '../../fakes/providerScene';
import { never, VenafiWorld } from '../../fakes/venafiWorld';

const json = { 'content-type': 'application/json' };
const accepted = (body: unknown) => ({ kind: 'answer', status: 202, headers: json, body }) as const;

interface Case {
  /** What would be a success with 200: of the call with an effect, of the reading, and of the token endpoint. */
  readonly effect: object;
  readonly read: object;
  readonly token: object;
  /** Where nothing was done behind the 202, and where it was. */
  readonly nothingDone: OutcomeKind;
  readonly carriedOut: OutcomeKind;
}

const cases: Readonly<Record<ProviderId, Case>> = {
  googleDataPortability: {
    effect: {},
    read: { timeBasedResources: ['myactivity.search'] },
    token: { access_token: 'ya29.accepted-maybe', expires_in: 3599, token_type: 'Bearer' },
    nothingDone: 'not-reset',
    carriedOut: 'verified',
  },
  identityPlatform: {
    effect: {},
    read: { users: [{ localId: 'sample-carol', providerUserInfo: [{ providerId: 'apple.com' }] }] },
    token: { id_token: 'eyJhbGciOiJub25lIn0.eyJhdWQiOiJ4In0.', refresh_token: 'r', expires_in: '3600' },
    // Without Apple's key nobody else can be asked.
    nothingDone: 'unknown',
    carriedOut: 'unknown',
  },
  venafiTpp: {
    effect: { Result: 0, Success: true },
    read: { Grants: [], Result: 0, Success: true },
    token: { access_token: 'accepted-maybe', refresh_token: 'r', expires_in: 3600 },
    nothingDone: 'not-reset',
    carriedOut: 'verified',
  },
};

for (const [provider, { effect, read, token, nothingDone, carriedOut }] of Object.entries(cases) as [
  ProviderId,
  Case,
][]) {
  describe(`202 of ${provider}`, () => {
    let scene: ProviderScene;
    beforeEach(async () => {
      scene = await ProviderScene.open(provider);
    });
    afterEach(() => scene.close());
    const faults = () => scene.world.sandbox.control.faults;

    for (const [done, kind] of [
      [false, nothingDone],
      [true, carriedOut],
    ] as const) {
      it(`fault 44: to the reset, ${done ? 'carried out' : 'nothing done'}: ${kind}, by what a read says; one request`, async () => {
        faults().add({ match: scene.routes.effect, effect: accepted(effect), carryOut: done });
        const outcome = await scene.reset();
        assert.equal(outcome.kind, kind, scene.world.text(outcome));
        assert.equal(scene.requests().length, 1);
      });
    }

    it('fault 44: to the reset, and no read can say more: unknown, Verify is offered and Retry is not', async () => {
      faults().add({ match: scene.routes.effect, effect: accepted(effect) });
      const { transport } = scene.world;
      const { send } = Object.getPrototypeOf(transport) as typeof transport;
      transport.send = (request, signal) => {
        if (scene.requests().length > 0) scene.fault({ kind: 'html', status: 503 }, {});
        return send.call(transport, request, signal);
      };
      const outcome = await scene.reset();
      assert.equal(outcome.kind, 'unknown', scene.world.text(outcome));
      assert.match(scene.world.text(outcome), /202.*(not known|whether)/);
      const offered = outcome.reason.actions.map(({ kind }) => kind);
      assert.ok(offered.includes('verify') && !offered.includes('retry'), offered.join());
      assert.equal(scene.requests().length, 1);
    });

    it('fault 44: to the reading before it: nothing is sent, and nobody is told that nothing is granted', async () => {
      faults().add({ match: scene.routes.read, effect: accepted(read) });
      scene.world.confirm = () => assert.fail('nobody is asked');
      const outcome = await scene.reset();
      assert.equal(outcome.kind, 'not-sent', scene.world.text(outcome));
      assert.equal(scene.requests().length, 0);
    });

    it('fault 44: to the reading after it: not verified by it', async () => {
      const { transport } = scene.world;
      const { send } = Object.getPrototypeOf(transport) as typeof transport;
      transport.send = (request, signal) => {
        if (scene.requests().length > 0) {
          const gone = provider === 'venafiTpp' ? read : { error: 'invalid_grant' };
          const at = provider === 'venafiTpp' ? scene.routes.read : scene.routes.token;
          scene.fault(accepted(gone), at);
        }
        return send.call(transport, request, signal);
      };
      const outcome = await scene.reset();
      assert.notEqual(outcome.kind, 'verified', scene.world.text(outcome));
      assert.equal(scene.requests().length, 1);
    });

    it('fault 44: to the renewal of a token: nothing is sent, and the sign-in is kept', async () => {
      faults().add({ match: scene.routes.token, effect: accepted(token) });
      if (provider === 'venafiTpp') scene.world.sandbox.control.venafi.expireAccessTokens({ grantee: 'tpp-admin' });
      const outcome = await scene.reset();
      assert.equal(outcome.kind, 'not-sent', scene.world.text(outcome));
      assert.deepEqual([scene.requests().length, scene.requests(scene.routes.token).length], [0, 1]);
      assert.equal((await scene.world.vault.read(scene.target)).kind, 'present');
    });
  });
}

describe('202 of vedauth', () => {
  let world: VenafiWorld;
  beforeEach(async () => {
    world = await VenafiWorld.open();
  });
  afterEach(() => world.close());

  it('fault 44: to a sign-out: there was nothing to revoke, and that is what it says', async () => {
    const operator = { project: world.project, identity: { id: '', label: '' } };
    world.control.endGrants({ grantee: 'tpp-admin' });
    assert.deepEqual(await signOut(operator, world.credential, world.providerPorts, never), { kind: 'not-found' });
    const [request] = world.sandbox.control.requests.list({ path: '/vedauth/revoke/token' });
    assert.equal(request?.status, 202);
  });

  it('fault 44: to a poll of the device flow: no sign-in, though tokens stand in it', async () => {
    const boundTo = credentialOrigins(world.project);
    const { clientId, scope } = world.sample;
    const client = { authOrigin: world.sandbox.origin, clientId, boundTo, project: world.project.id };
    const { transport, clock } = world;
    const started = await startDeviceSignIn(client, scope, { transport, clock }, never);
    assert.ok(started.kind === 'started', started.kind);
    const tokens = accepted({ access_token: 'accepted-maybe', token_type: 'Bearer', expires_in: 60 });
    world.sandbox.control.faults.add({ match: { path: '/vedauth/authorize/token' }, effect: tokens });
    const waited = await started.waiting.wait(never);
    assert.equal(waited.kind, 'refused');
    assert.equal(world.requests('/authorize/token'), 1);
  });

  it('fault 44: to a start of the device flow: nothing is shown to the user', async () => {
    const { transport, clock, sample } = world;
    const code = { device_code: 'd', user_code: 'u', verification_uri: 'https://x.example', expires_in: 300 };
    world.sandbox.control.faults.add({ match: { path: '/vedauth/authorize/device' }, effect: accepted(code) });
    const boundTo = credentialOrigins(world.project);
    const client = { authOrigin: world.sandbox.origin, clientId: sample.clientId, boundTo, project: 'tpp' };
    const started = await startDeviceSignIn(client, sample.scope, { transport, clock }, never);
    assert.equal(started.kind, 'refused');
  });
});
