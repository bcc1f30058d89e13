import assert from 'node:assert/strict';
import { type Target, targetKey } from '../../src/core/model';
import type { Outcome } from '../../src/core/outcome';
import type { Leaving } from '../../src/core/provider';
import { browseIdentities, identityByName, validateIdentity } from '../../src/providers/venafiTpp/identities';
import { apiOf } from '../../src/providers/venafiTpp/provider';
import type { VenafiFault, VenafiFaultOptions } from '../../src/sandbox/venafi/api';
import { never, VenafiWorld } from '../fakes/venafiWorld';

const told = ({ kind, reason }: Outcome): string =>
  `${kind} ${reason.code}${reason.cause ? ` < ${reason.cause.code}` : ''}`;

describe('Venafi TPP against the sandbox', () => {
  let world: VenafiWorld;
  let alice: string;
  beforeEach(async () => {
    world = await VenafiWorld.open();
    alice = world.id('alice.test');
  });
  afterEach(() => world.close());
  const posts = () => world.requests('/oauth/revokegrants');
  const grants = (grantee: string) => world.control.grants({ grantee }).length;

  it('by user: three grants are shown, one request ends them, and reads show it', async () => {
    const outcome = await world.revoke(alice);
    assert.equal(told(outcome), 'verified venafi.gone.noGrants', world.text(outcome));
    const [preview] = world.previews;
    assert.deepEqual(preview?.losses[0]?.params, { grants: '3', applications: '2' });
    assert.equal(preview?.losses.length, 4);
    assert.deepEqual([posts(), grants(alice), grants('bob.test')], [1, 0, 3]);
    const [record] = world.control.revocations();
    assert.deepEqual([record?.grantee, record?.application, record?.grants], [alice, undefined, 3]);
  });

  it('by application: 9 grants of 4 users', async () => {
    const outcome = await world.revoke('application:build-pipeline');
    assert.equal(told(outcome), 'verified venafi.gone.noGrants', world.text(outcome));
    assert.deepEqual(world.previews[0]?.losses[0]?.params, { grants: '9', users: '4' });
    assert.equal(grants(alice), 1, 'other applications keep theirs');
  });

  it('signed in by device, over https of a private authority, with vedauth on another host', async () => {
    const [sdk, auth] = await Promise.all([
      world.control.listen({ certificate: 'good', serves: 'vedsdk' }),
      world.control.listen({ certificate: 'good', serves: 'vedauth' }),
    ]);
    world.control.setSwitches({ vedauth: 'elsewhere' });
    world.project = {
      ...world.project,
      endpoint: sdk.origin,
      options: { ...world.project.options, authEndpoint: auth.origin },
    };
    await assert.rejects(world.signInByDevice(), /unanswered/);
    world.trust(await world.control.ca());
    await world.signInByDevice();
    world.control.expireAccessTokens({ grantee: 'tpp-admin' });
    const outcome = await world.revoke(alice);
    assert.equal(told(outcome), 'verified venafi.gone.noGrants', world.text(outcome));
  });

  it('waits while the revocation spreads', async () => {
    world.control.setSwitches({ propagationMs: 60_000 });
    assert.equal(told(await world.revoke(alice)), 'verified venafi.gone.noGrants');
    assert.equal(told(await world.revoke('application:build-pipeline')), 'verified venafi.gone.noGrants');
    assert.equal(posts(), 2);
  });

  it('an id as long as the service makes them', async () => {
    const id = `LDAP+Directory:cn=${'x'.repeat(512 - 18)}`;
    assert.equal(id.length, 512);
    world.control.seed({
      identities: [{ name: 'long.test', prefixedUniversal: id }],
      grants: [{ grantee: 'long.test', application: 'build-pipeline', count: 2 }],
    });
    assert.equal(told(await world.revoke(id)), 'verified venafi.gone.noGrants');
    assert.equal(grants(id), 0);
  });

  it('fault 35: oneself: said beforehand, and accepted, as nothing can be asked afterwards', async () => {
    const own = world.sample.administrator.grantee;
    const bob: Target = { project: world.project, identity: { id: world.id('bob.test'), label: 'bob' } };
    world.others = [bob];
    const grant = { timeBased: [], oneTime: [], credentials: [] };
    const consent = { kind: 'granted', grant, readAt: 0, unusable: [] } as const;
    world.store.update(targetKey(bob), (state) => ({ ...state, consent }));
    const outcome = await world.revoke(own);
    assert.equal(told(outcome), 'accepted reset.acceptedNotCheckable < venafi.uncheckable.self', world.text(outcome));
    assert.ok(world.previews[0]?.effects.some(({ code }) => code === 'venafi.effect.self'));
    assert.deepEqual(world.store.get(targetKey(bob)).consent, { kind: 'stored' });
    assert.equal(grants(own), 0);
  });

  it('asks again when 9 grants have become 10 since', async () => {
    let more = true;
    world.whileConfirming = () => {
      if (more) world.control.seed({ grants: [{ grantee: 'bob.test', application: 'build-pipeline' }] });
      more = false;
    };
    assert.equal((await world.revoke('application:build-pipeline')).kind, 'verified');
    assert.deepEqual(
      world.previews.map(({ losses }) => losses[0]?.params['grants']),
      ['9', '10'],
    );
    assert.equal(posts(), 1);
  });

  it('new grants after the revocation are no failure, and are told', async () => {
    world.control.setSwitches({ propagationMs: 3000 });
    const sleep = world.clock.sleep.bind(world.clock);
    let consented = false;
    world.clock.sleep = async (ms, signal) => {
      await sleep(ms, signal);
      if (consented || posts() === 0 || ms < 1000) return;
      consented = true;
      world.control.seed({ grants: [{ grantee: 'alice.test', application: 'cert-dashboard' }] });
    };
    const outcome = await world.revoke(alice);
    assert.equal(told(outcome), 'verified venafi.gone.newGrants', world.text(outcome));
  });

  const rows: readonly (readonly [fault: VenafiFault, options: Partial<VenafiFaultOptions>, outcome: string])[] = [
    ['result', { result: 1, carryOut: true }, 'verified venafi.gone.noGrants'],
    ['result', { result: 1 }, 'not-reset venafi.alive.grants'],
    ['result', { result: 0 }, 'not-reset venafi.alive.grants'],
    ['result', { result: 3 }, 'not-reset venafi.alive.grants'],
    ['result', { result: 2 }, 'refused venafi.result.refused'],
    ['result', { result: 9 }, 'refused venafi.insufficientRights'],
    ['result', { result: 11 }, 'refused venafi.result.signIn'],
    ['result', { result: 99, carryOut: true }, 'verified venafi.gone.noGrants'],
    ['resultString', {}, 'not-reset venafi.alive.grants'],
    ['successString', {}, 'not-reset venafi.alive.grants'],
    ['resultMissing', {}, 'not-reset venafi.alive.grants'],
    ['successMissing', {}, 'not-reset venafi.alive.grants'],
    ['emptyObject', {}, 'not-reset venafi.alive.grants'],
    ['emptyArray', {}, 'not-reset venafi.alive.grants'],
    ['emptyBody', {}, 'not-reset venafi.alive.grants'],
    ['bom', {}, 'not-reset venafi.alive.grants'],
    ['html', {}, 'not-reset venafi.alive.grants'],
    ['accepted202', {}, 'not-reset venafi.alive.grants'],
    ['invalidRequest', {}, 'refused venafi.invalidRequest'],
    ['insufficientRights', {}, 'refused venafi.insufficientRights'],
    ['insufficientScope', {}, 'refused venafi.insufficientScope'],
    ['insufficientScope401', {}, 'refused venafi.insufficientScope'],
    ['reasonPhrase401', { description: 'insufficient_rights' }, 'refused venafi.insufficientRights'],
    ['reasonPhrase401', { description: 'No way' }, 'refused venafi.unauthorized'],
    ['notFound404', {}, 'unsupported venafi.noSuchMethod'],
    ['notAllowed405', {}, 'unsupported venafi.noSuchMethod'],
    ['internal500', { carryOut: true }, 'verified venafi.gone.noGrants'],
    ['unavailable503', {}, 'not-reset venafi.alive.grants'],
    ['connectionResetAfter', {}, 'verified venafi.gone.noGrants'],
    ['cutBody', { carryOut: true }, 'verified venafi.gone.noGrants'],
  ];
  for (const [fault, options, outcome] of rows) {
    it(`${fault} ${JSON.stringify(options)}: ${outcome}; one request, no refresh`, async () => {
      world.control.fault(fault, { route: 'revokeGrants', times: 1, ...options });
      const ended = await world.revoke(alice);
      assert.equal(told(ended), outcome, world.text(ended));
      assert.deepEqual([posts(), world.requests('/authorize/token')], [1, 0]);
    });
  }

  it('fault 32: over the wire, of all codes and bodies only 0 with Success is taken for success', async () => {
    const codes = [...Array.from({ length: 19 }, (_, code) => code), 99];
    const bodies = [
      'resultString',
      'successString',
      'resultMissing',
      'successMissing',
      'emptyObject',
      'emptyArray',
    ] as const;
    const answers: readonly (readonly [fault: VenafiFault, options: Partial<VenafiFaultOptions>])[] = [
      ...codes.map((result) => ['result', { result }] as const),
      ['result', { result: 0, success: false }],
      ['result', { result: 2, success: true }],
      ...[...bodies, 'nullBody', 'emptyBody', 'html', 'accepted202'].map(
        (fault) => [fault as VenafiFault, {}] as const,
      ),
    ];
    const accepted: string[] = [];
    for (const [fault, options] of answers) {
      const identity = { id: alice, label: 'alice' };
      const target = { project: world.project, identity, credentials: [world.credential] } as const;
      const previewed = await world.provider.preview(target, 'revokeGrants', never);
      assert.ok(previewed.kind === 'ready', previewed.kind);
      world.control.fault(fault, { route: 'revokeGrants', times: 1, ...options });
      const leaving: Leaving = { mayLeave: () => true, onSent: () => undefined, another: async () => undefined };
      const { kind } = await previewed.prepared.send(leaving, never);
      if (kind === 'accepted') accepted.push(`${fault} ${JSON.stringify(options)}`);
      else assert.ok(['refused', 'unknown'].includes(kind), `${fault} ${kind}`);
    }
    assert.deepEqual(accepted, ['result {"result":0}']);
    assert.equal(posts(), answers.length);
  });

  it('a role that may not: refused before anybody is asked', async () => {
    world.credential = world.credentialOf(
      world.control.seed({ grants: [{ grantee: 'bob.test', application: world.sample.clientId }] }).grants[0] ??
        world.sample.administrator,
    );
    assert.equal(told(await world.revoke(alice)), 'refused venafi.roleForGrantee');
    assert.deepEqual([posts(), world.previews.length], [0, 0]);
  });

  it('a server that is too old', async () => {
    world.control.setSwitches({ version: '22.2.1.900' });
    assert.equal(told(await world.revoke(alice)), 'unsupported venafi.tooOld');
    assert.equal(posts(), 0);
  });

  it('fault 38: grants that carry tokens leave them nowhere', async () => {
    world.control.setSwitches({ grantsCarryTokens: true });
    const outcome = await world.revoke(alice);
    assert.equal(outcome.kind, 'verified');
    const everything = JSON.stringify([world.logLines, world.previews, [...world.journal.entries.values()], outcome]);
    assert.doesNotMatch(everything, /tpp-sandbox-/);
  });

  it('a token that ended is renewed before anybody is asked, with the refresh token once', async () => {
    world.control.expireAccessTokens({ grantee: 'tpp-admin' });
    assert.equal((await world.revoke(alice)).kind, 'verified');
    assert.equal((await world.revoke(world.id('bob.test'))).kind, 'verified');
    assert.deepEqual([posts(), world.requests('/authorize/token')], [2, 1]);
  });

  it('401 invalid_token: one refresh, one more request, and only while the confirmation is fresh', async () => {
    for (const [freshFor, answer, sent, refreshed] of [
      [1, 'refused', 1, 0],
      [2, 'refused', 2, 1],
      [9, 'accepted', 4, 2],
    ] as const) {
      const identity = { id: alice, label: 'alice' };
      const target = { project: world.project, identity, credentials: [world.credential] } as const;
      const previewed = await world.provider.preview(target, 'revokeGrants', never);
      assert.ok(previewed.kind === 'ready', previewed.kind);
      world.control.fault('invalidToken', { route: 'revokeGrants', times: 1 });
      let asked = 0;
      const leaving: Leaving = {
        mayLeave: () => ++asked <= freshFor,
        onSent: () => undefined,
        another: async () => (asked < freshFor ? leaving : undefined),
      };
      assert.equal((await previewed.prepared.send(leaving, never)).kind, answer);
      assert.deepEqual([posts(), world.requests('/authorize/token')], [sent, refreshed]);
    }
    assert.equal(grants(alice), 0);
  });

  for (const [certificate, words] of [
    ['untrusted', /is not trusted by this computer/],
    ['self-signed', /is not trusted by this computer/],
    ['wrong-name', /was made for another name/],
    ['expired', /has expired/],
    ['not-yet-valid', /is not valid yet/],
  ] as const) {
    it(`a certificate that is ${certificate}: nothing is sent, and the text says what it is`, async () => {
      world.trust(await world.control.ca());
      const { origin } = await world.control.listen({ certificate });
      world.project = { ...world.project, endpoint: origin };
      world.credential = world.credentialOf(world.sample.administrator);
      const before = world.sandbox.control.requests.count();
      const outcome = await world.revoke(alice);
      assert.equal(outcome.kind, 'not-sent', told(outcome));
      assert.match(world.text(outcome), words);
      assert.deepEqual([world.sandbox.control.requests.count() - before, world.previews.length], [0, 0]);
    });
  }

  it('what was granted anew is revoked anew, with the same sign-in, by a request of its own', async () => {
    assert.equal(told(await world.revoke(alice)), 'verified venafi.gone.noGrants');
    assert.equal(told(await world.revoke(alice)), 'already-reset venafi.nothingToRevoke');
    assert.equal(posts(), 1);
    world.clock.pass(60_000);
    world.control.seed({ grants: [{ grantee: 'alice.test', application: 'cert-dashboard', count: 2 }] });
    assert.equal(told(await world.revoke(alice)), 'verified venafi.gone.noGrants');
    assert.deepEqual([posts(), grants(alice)], [2, 0]);
    assert.deepEqual(
      [...world.journal.entries.values()].map(({ outcome }) => outcome?.kind),
      ['verified', 'verified'],
    );
  });

  it('the second attempt after invalid_token has a journal entry of its own', async () => {
    world.control.fault('invalidToken', { route: 'revokeGrants', times: 1 });
    assert.equal(told(await world.revoke(alice)), 'verified venafi.gone.noGrants');
    assert.deepEqual([posts(), world.requests('/authorize/token')], [2, 1]);
    assert.deepEqual(
      [...world.journal.entries.values()].map(({ outcome }) => outcome?.kind),
      ['refused', 'verified'],
    );
  });

  it('invalid_token that stands in the reason phrase alone is renewed and tried again like any other', async () => {
    world.control.fault('reasonPhrase401', { route: 'revokeGrants', times: 1 });
    assert.equal(told(await world.revoke(alice)), 'verified venafi.gone.noGrants');
    assert.deepEqual([posts(), world.requests('/authorize/token')], [2, 1]);
  });

  describe('looking for a user', () => {
    const api = () => apiOf({ project: world.project }, world);
    const token = () => {
      const secret = world.credential.secrets['accessToken'];
      assert.ok(secret);
      return secret;
    };
    const code = (result: object) => ('reason' in result ? (result.reason as { code: string }).code : 'identity');

    for (const saysIsGroup of [true, false]) {
      it(`by name, where the answers ${saysIsGroup ? '' : 'do not '}say what a group is`, async () => {
        world.control.setSwitches({ identitiesSayIsGroup: saysIsGroup });
        assert.equal(code(await identityByName(api(), token(), 'alice.test', never)), 'identity');
        assert.equal(code(await identityByName(api(), token(), 'sam.test', never)), 'venafi.identity.ambiguous');
        assert.equal(code(await identityByName(api(), token(), 'testers', never)), 'venafi.identity.group');
        assert.equal(code(await identityByName(api(), token(), 'nobody', never)), 'venafi.identity.unknown');
      });
    }

    it('with type-ahead, and by id', async () => {
      const found = await browseIdentities(api(), token(), 'test', 20, never);
      assert.ok(found.kind === 'found');
      assert.equal(found.identities.length, 7);
      assert.equal(code(await validateIdentity(api(), token(), alice, never)), 'identity');
      assert.equal(code(await validateIdentity(api(), token(), 'local:{x}', never)), 'venafi.identity.unknown');
    });
  });
});
