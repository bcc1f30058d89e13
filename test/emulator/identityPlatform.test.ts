/** Google's Firebase Auth emulator judges what the provider of Identity Platform sends, and what it makes of the answers. */
import assert from 'node:assert/strict';
import type { Outcome } from '../../src/core/outcome';
import { reasonParagraph, untranslated } from '../../src/core/outcomeText';
import type { Preview } from '../../src/core/provider';
import { identityPlatform } from '../../src/providers/identityPlatform/description';
import { defaultEndpoint } from '../../src/providers/identityPlatform/settings';
import { type RecordingProxy, recordingProxy } from '../conformance/recordingProxy';
import { ResetWorld } from '../fakes/resetWorld';
import { type RunningEmulator, startEmulator } from './emulator';

const project = 'demo-reconsent';
const email = 'carol.test@example.com';
const password = ' a "password" ';
const toolkit = '/identitytoolkit.googleapis.com';
const secureToken = '/securetoken.googleapis.com';

interface SignedUp {
  readonly localId: string;
  readonly idToken: string;
  readonly refreshToken: string;
}

describe('Identity Platform against the Firebase Auth emulator', () => {
  let emulator: RunningEmulator;
  let proxy: RecordingProxy;
  let world: ResetWorld;
  let user: SignedUp;
  let previews: Preview[];

  before(async function () {
    // The folder may have to be filled first.
    this.timeout(600_000);
    emulator = await startEmulator(project);
    const { localId, idToken } = await ask<SignedUp>('accounts:signUp', { email, password, returnSecureToken: true });
    // As an app that links Sign in with Apple does; the emulator takes what an ID token of Apple would say.
    const postBody = new URLSearchParams({
      providerId: 'apple.com',
      id_token: JSON.stringify({ sub: '001.carol', email }),
    });
    user = await ask<SignedUp>('accounts:signInWithIdp', {
      idToken,
      postBody: String(postBody),
      requestUri: 'http://localhost',
      returnSecureToken: true,
    });
    assert.equal(user.localId, localId);
  });
  beforeEach(async () => {
    proxy = await recordingProxy(emulator.origin);
    world = await ResetWorld.open();
    // What FIREBASE_AUTH_EMULATOR_HOST says is the endpoint of projects that name none.
    const endpoint = defaultEndpoint(new URL(proxy.origin).host);
    assert.equal(endpoint, proxy.origin);
    world.project = {
      id: 'app',
      label: 'App',
      provider: 'identityPlatform',
      endpoint,
      options: { identityProvider: 'apple.com', firebaseProject: project },
      identities: [{ id: 'carol', label: email }],
    };
    previews = [];
    world.confirm = async (preview) => {
      if (preview) previews.push(preview);
      return { kind: 'confirmed', by: 'modal' };
    };
  });
  afterEach(async () => {
    await world.close();
    await proxy.close();
  });
  after(() => emulator?.stop());

  /** Asks the emulator as an app does, past our code. */
  async function ask<Answer>(method: string, body: object): Promise<Answer> {
    const answer = await fetch(`${emulator.origin}${toolkit}/v1/${method}?key=any`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    assert.equal(answer.status, 200, await answer.clone().text());
    return (await answer.json()) as Answer;
  }

  async function reset(form: string, values: Readonly<Record<string, string>>): Promise<Outcome> {
    const shape = identityPlatform.credentialForms.find(({ id }) => id === form) ?? assert.fail(form);
    const token = { tokenType: 'REFRESH_TOKEN', token: 'r.planted' };
    await world.vault.replace(world.target('carol'), shape, { ...token, ...values });
    return world.reset('carol', undefined, 'revokeToken');
  }

  const told = (lines: Preview['effects']): readonly string[] =>
    lines.map((line) => reasonParagraph(line, world.texts, untranslated));
  const paths = (): readonly string[] => proxy.requests.map(({ method, path }) => `${method} ${path}`);

  it('exchanges the refresh token, looks the account up, and tells of its linked providers', async () => {
    await reset('refreshToken', { refreshToken: user.refreshToken });
    const [preview] = previews;
    const lines = told(preview?.effects ?? []);
    assert.equal(lines[0], `Firebase user ${user.localId} of the project ${project}; a token of apple.com.`);
    assert.match(lines[1] ?? '', /^Sign-in providers of this user: (apple\.com, password|password, apple\.com)\.$/);
    assert.deepEqual(paths().slice(0, 2), [`POST ${secureToken}/v1/token`, `POST ${toolkit}/v1/accounts:lookup`]);
  });

  it('reports that this emulator does not carry out revokeToken: unsupported, sent once, nothing unlinked', async () => {
    const outcome = await reset('refreshToken', { refreshToken: user.refreshToken });
    assert.equal(outcome.kind, 'unsupported', world.text(outcome));
    assert.match(world.text(outcome), /^The Firebase Auth emulator .*sandbox/i);
    const sent = proxy.requests.filter(({ path }) => path.endsWith('accounts:revokeToken'));
    assert.equal(sent.length, 1);
    const { idToken, ...fields } = JSON.parse(sent[0]?.body ?? '') as Record<string, unknown>;
    assert.deepEqual(fields, { providerId: 'apple.com', tokenType: 'REFRESH_TOKEN', token: 'r.planted' });
    assert.match(String(idToken), /^[\w-]+\.[\w-]+\.$/, 'unsigned, as the emulator makes them');
    const { users } = await ask<{ users: { providerUserInfo: { providerId: string }[] }[] }>('accounts:lookup', {
      idToken: user.idToken,
    });
    assert.deepEqual(users[0]?.providerUserInfo.map(({ providerId }) => providerId).sort(), ['apple.com', 'password']);
    assert.equal((await world.vault.read(world.target('carol'))).kind, 'present', 'the credential is kept');
  });

  it('signs in with the password, which is sent as it is, and takes a pasted ID token', async () => {
    for (const [form, values] of [
      ['password', { email, password }],
      ['idToken', { idToken: user.idToken }],
    ] as const) {
      assert.equal((await reset(form, values)).kind, 'unsupported', form);
    }
    assert.equal(previews.length, 2);
  });

  it('says what the emulator refuses: a wrong password, a refresh token of nobody', async () => {
    const wrong = await reset('password', { email, password: 'wrong' });
    assert.equal(wrong.kind, 'refused', world.text(wrong));
    const nobody = await reset('refreshToken', { refreshToken: 'nonsense' });
    assert.ok(['refused', 'not-sent'].includes(nobody.kind), world.text(nobody));
    assert.equal(previews.length, 0);
    assert.ok(!paths().some((path) => path.includes('revokeToken')));
  });

  it('shows the emulator no token of another project and no signed one', async () => {
    world.project = { ...world.project, options: { ...world.project.options, firebaseProject: 'demo-other' } };
    const other = await reset('idToken', { idToken: user.idToken });
    assert.match(world.text(other), new RegExp(project));
    const signed = `${user.idToken.replace(/^[^.]+/, Buffer.from('{"alg":"RS256"}').toString('base64url'))}c2ln`;
    assert.equal((await reset('idToken', { idToken: signed })).kind, 'not-sent');
    assert.deepEqual([...new Set(paths())], ['GET /'], 'what is asked is whether it is an emulator');
  });

  it('has no key and no token in an address', async () => {
    await reset('refreshToken', { refreshToken: user.refreshToken, apiKey: 'AIza-planted' });
    assert.ok(proxy.requests.length >= 3);
    for (const { query, headers } of proxy.requests) {
      assert.deepEqual(query, {});
      assert.equal(headers.get('x-goog-api-key'), 'AIza-planted');
    }
  });
});
