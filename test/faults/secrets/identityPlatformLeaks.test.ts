/** Every way to call Identity Platform and Apple, and then every place that it could have left a secret in. */
import assert from 'node:assert/strict';
import { targetKey } from '../../../src/core/model';
import type { OutcomeKind } from '../../../src/core/outcome';
import { identityPlatform } from '../../../src/providers/identityPlatform/description';
import type { IdentityPlatformSample } from '../../../src/sandbox/identityPlatform/seedApi';
import { ResetWorld } from '../../fakes/resetWorld';
import { type HostileAnswer, hostileAnswers } from './hostile';
import { LeakStage, wayOf } from './leakStage';
import type { TappedRequest } from './wireTap';

const never = new AbortController().signal;
const answers = Object.keys(hostileAnswers) as HostileAnswer[];

/** The calls that carry secrets, by what their addresses hold. */
const calls = {
  'the token service': /\/v1\/token/,
  'the sign-in': /accounts:signIn/,
  'the revocation': /accounts:revokeToken/,
  'the revocation at Apple': /\/auth\/revoke/,
  'the verification at Apple': /\/auth\/token/,
} as const;

describe('fault 12: flows of Identity Platform leave no secret anywhere', () => {
  let world: ResetWorld;
  let stage: LeakStage;
  let sample: IdentityPlatformSample;
  beforeEach(async () => {
    world = await ResetWorld.open({ transportLimits: { totalMs: 250 } });
    stage = new LeakStage(world.texts);
    sample = world.sandbox.control.identityPlatform.seedSample();
    world.project = {
      id: 'shop',
      label: 'Shop',
      provider: 'identityPlatform',
      endpoint: world.sandbox.origin,
      options: { identityProvider: 'apple.com' },
      identities: [{ id: 'carol', label: 'carol.test@example.com' }],
    };
  });
  afterEach(async () => {
    stage.close();
    await world.close();
  });

  /** Stores it as *Set Credential…* does; every value of a secret field is searched for, sent or not. */
  async function store(formId: string, more: Readonly<Record<string, string>> = {}): Promise<void> {
    const form = identityPlatform.credentialForms.find(({ id }) => id === formId) ?? assert.fail(formId);
    // Fresh ones: Apple's are gone after a revocation.
    const [user] = world.sandbox.control.identityPlatform.seedSample().users;
    assert.ok(user);
    const { privateKey, keyId, teamId, bundleId } = sample.apple;
    const all: Readonly<Record<string, string>> = {
      apiKey: sample.apiKey,
      refreshToken: user.refreshToken,
      tokenType: 'REFRESH_TOKEN',
      token: user.apple.refreshToken,
      appleKey: privateKey,
      appleKeyId: keyId,
      appleTeamId: teamId,
      appleClientId: bundleId,
      ...more,
    };
    const values = Object.fromEntries(form.fields.flatMap(({ id }) => (all[id] ? [[id, all[id]]] : [])));
    for (const { id, secret } of form.fields) {
      const value = values[id];
      if (secret && value !== undefined) stage.search.plant(`typed ${id}`, value);
    }
    await world.vault.replace(world.target('carol'), form, values);
  }

  async function reset(way = 'revokeToken'): Promise<OutcomeKind> {
    const carol = world.target('carol');
    const state = () => world.store.get(targetKey(carol));
    const outcome = await world.operations.reset(carol, {
      signal: never,
      way,
      confirm: async (_target, preview) => {
        stage.preview(carol, state(), preview, wayOf(carol, way));
        return { kind: 'confirmed', by: 'modal' };
      },
    });
    stage.outcome(carol, outcome);
    stage.state(carol, state());
    return outcome.kind;
  }

  async function clean(kinds: readonly string[]): Promise<void> {
    await stage.journal(world.journal);
    await world.journal.dispose();
    stage.logged(world.logLines);
    stage.search.lookBelow('storage', world.folder);
    stage.search.lookInto('value: credentials', await world.vault.read(world.target('carol')));
    stage.assertClean(kinds, ['log', 'storage: journal', 'tree: row', 'shown: question', 'exported: CSV']);
  }

  it('by each form of a credential and each way, and what the form says of nonsense', async () => {
    const { identityPlatform: service } = world.sandbox.control;
    const [user] = sample.users;
    assert.ok(user);
    const { bearers } = service.seed({ bearers: [{ project: sample.project }] });
    const oauthToken = bearers[0] ?? assert.fail('no bearer');
    const rows: readonly (readonly [string, Readonly<Record<string, string>>, string?])[] = [
      ['refreshToken', {}],
      ['refreshToken', { apiKey: '', oauthToken }],
      ['password', { email: user.email, password: user.password }],
      ['customToken', { customToken: await service.customToken({ project: sample.project, uid: user.uid }) }],
      ['idToken', { idToken: (await service.signIn({ uid: user.uid })).idToken }],
      ['refreshToken', {}, 'appleRevoke'],
      ['appleOnly', {}, 'appleRevoke'],
    ];
    const kinds: OutcomeKind[] = [];
    for (const [form, values, way] of rows) {
      await store(form, values);
      await world.operations.probe(world.target('carol'), never);
      kinds.push(await reset(way));
    }
    assert.deepEqual(new Set(kinds), new Set(['verified']));
    for (const { fields } of identityPlatform.credentialForms) {
      for (const { check } of fields) {
        const why = check?.(oauthToken);
        if (why) stage.search.look('shown: problem of an input', stage.text(why));
      }
    }
    await clean([
      'x-goog-api-key',
      'authorization',
      'refresh_token',
      'password',
      'idtoken',
      'client_secret',
      ...['apiKey', 'oauthToken', 'refreshToken', 'password', 'customToken', 'idToken', 'token', 'appleKey'].map(
        (id) => `typed ${id}`,
      ),
    ]);
  });

  it('a code of Apple that is good once, and the tokens behind it', async () => {
    const { apple } = world.sandbox.control.identityPlatform;
    const user = sample.users[0]?.appleUser ?? assert.fail('nobody');
    for (const fault of [undefined, 'noAnswer', 'connectionResetAfter', 'invalidIdpResponse'] as const) {
      const { code, idToken } = await apple.authorize({ user, clientId: sample.apple.bundleId });
      stage.search.plant('ID token of Apple', idToken);
      await store('refreshToken', { tokenType: 'CODE', clientKind: 'native', token: code });
      if (fault) world.sandbox.control.identityPlatform.fault(fault, { route: 'revokeToken', times: 1 });
      await reset();
    }
    await clean(['typed token', 'ID token of Apple', 'token']);
  });

  for (const [call, pattern] of Object.entries(calls)) {
    it(`a server that repeats ${call} in every spelling, at every place of an answer`, async () => {
      const isCall = ({ url }: TappedRequest): boolean => pattern.test(url);
      const [user] = sample.users;
      assert.ok(user);
      const way = call === 'the revocation at Apple' ? 'appleRevoke' : 'revokeToken';
      // A verification asks for two minutes: those that say the most about it are enough.
      const given = call.includes('verification') ? answers.slice(0, 2) : answers;
      for (const answer of given) {
        if (call === 'the sign-in') await store('password', { email: user.email, password: user.password });
        else await store('refreshToken');
        stage.hostile(answer, isCall);
        await reset(way);
        stage.kind();
      }
      assert.ok(stage.echoed >= given.length, `${stage.echoed} echoes`);
      await stage.journal(world.journal);
      stage.logged(world.logLines);
      stage.search.lookBelow('storage', world.folder);
      stage.assertClean(
        ['typed apiKey', 'typed token', 'typed appleKey'],
        ['log', 'shown: outcome', 'storage: markers'],
      );
    });
  }
});
