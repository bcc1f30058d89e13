import assert from 'node:assert/strict';
import { decodeProtectedHeader } from 'jose';
import { startSandbox } from '../../../../src/sandbox/server';
import { type AccountFailure, claimsOf, IdentitySandbox, told } from './identitySandbox';

describe('identity sandbox: as the Firebase Auth emulator', () => {
  let sandbox: IdentitySandbox;
  beforeEach(async () => {
    sandbox = await IdentitySandbox.start();
    sandbox.control.setSwitches({ emulator: true });
  });
  afterEach(() => sandbox.running.close());

  const fakeKey = { 'x-goog-api-key': 'fake-api-key' };
  const revokePath = '/identitytoolkit.googleapis.com/v2/accounts:revokeToken';

  it('routes and checks revokeToken, and answers 501: 403, 401, 400 come first', async () => {
    const error = async (body: unknown, headers: Record<string, string>) =>
      (await sandbox.post(revokePath, body, headers)).json<AccountFailure>().error;
    const idToken = await sandbox.idToken();
    const good = { providerId: 'apple.com', tokenType: 'ACCESS_TOKEN', token: 'x', idToken };
    const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
    assert.equal((await error('{', {})).code, 403);
    assert.equal((await error('{', bearer('x'))).code, 401);
    for (const body of ['{', { ...good, tokenType: 'FOO' }]) assert.equal((await error(body, fakeKey)).code, 400);
    const text = { ...fakeKey, 'content-type': 'text/plain' };
    assert.equal((await error(JSON.stringify(good), text)).code, 400);
    for (const headers of [fakeKey, bearer('owner'), bearer('OWNER'), bearer('ya29.x')]) {
      const { code, status, message } = await error(good, headers);
      assert.deepEqual([code, status], [501, 'NOT_IMPLEMENTED']);
      assert.match(message, /revokeToken is not implemented in the Auth Emulator/);
    }
    assert.deepEqual(sandbox.control.revocations(), []);
    assert.equal(await sandbox.appleTakes(), true);
  });

  it('writes unsigned tokens and reads them, and has refresh tokens of its own look', async () => {
    const body = { email: 'erin.test@example.com', password: 'secret', returnSecureToken: true };
    const made = await sandbox.account('signUp', body, fakeKey);
    const { idToken, refreshToken } = made.json<{ idToken: string; refreshToken: string }>();
    assert.deepEqual(decodeProtectedHeader(idToken), { alg: 'none', typ: 'JWT' });
    assert.match(idToken, /\.$/);
    const inside = JSON.parse(Buffer.from(refreshToken, 'base64').toString());
    assert.equal(inside._AuthEmulatorRefreshToken, 'DO NOT MODIFY');
    const refreshed = (await sandbox.refresh(refreshToken, 'fake-api-key')).json<{ id_token: string }>();
    assert.equal(decodeProtectedHeader(refreshed.id_token).alg, 'none');
    assert.equal((await sandbox.account('lookup', { idToken: refreshed.id_token }, fakeKey)).status, 200);
  });

  it('a token of the emulator is worth nothing in the other mode', async () => {
    const idToken = await sandbox.idToken();
    sandbox.control.setSwitches({ emulator: false });
    assert.deepEqual(told(await sandbox.revoke({ idToken })), [400, 'INVALID_ID_TOKEN']);
  });

  it('takes bare JSON as custom token and as identity token', async () => {
    const custom = { token: JSON.stringify({ uid: 'frank', claims: { role: 'tester' } }) };
    const signed = (await sandbox.account('signInWithCustomToken', custom, fakeKey)).json<{ idToken: string }>();
    assert.deepEqual([claimsOf(signed.idToken).sub, claimsOf(signed.idToken)['role']], ['frank', 'tester']);
    const claims = { sub: 'apple-1', email: 'erin.test@example.com', email_verified: true };
    const postBody = new URLSearchParams({ providerId: 'apple.com', id_token: JSON.stringify(claims) });
    const body = { requestUri: 'http://localhost', postBody: postBody.toString(), returnSecureToken: true };
    const linked = (await sandbox.account('signInWithIdp', body, fakeKey)).json<{ idToken: string }>();
    assert.deepEqual(claimsOf(linked.idToken).firebase.identities, {
      'apple.com': ['apple-1'],
      email: ['erin.test@example.com'],
    });
    const broken = told(await sandbox.account('signInWithCustomToken', { token: '{x' }, fakeKey));
    assert.match(broken[1], /^INVALID_CUSTOM_TOKEN/);
  });

  it('ignores restrictions of keys, and needs no project', async () => {
    const bare = await startSandbox();
    try {
      bare.control.identityPlatform.setSwitches({ emulator: true });
      const response = await fetch(`${bare.origin}/identitytoolkit.googleapis.com/v1/accounts:signUp?key=any`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{"returnSecureToken":true}',
      });
      const { idToken } = (await response.json()) as { idToken: string };
      assert.equal(claimsOf(idToken).aud, 'demo-sandbox');
    } finally {
      await bare.close();
    }
    const { project, projectNumber } = sandbox.sample;
    const restriction = { kind: 'ios', bundleIds: ['com.example.app'] } as const;
    sandbox.control.seed({
      projects: [{ id: project, number: projectNumber, apiKeys: [{ key: 'limited', restriction }] }],
    });
    assert.equal((await sandbox.account('signUp', {}, { 'x-goog-api-key': 'limited' })).status, 200);
  });

  it('tells at the root that it is an emulator, and only then', async () => {
    const root = () => fetch(`${sandbox.running.origin}/`);
    const { authEmulator } = (await (await root()).json()) as { authEmulator: { ready: boolean } };
    assert.equal(authEmulator.ready, true);
    sandbox.control.setSwitches({ emulator: false });
    assert.equal((await root()).status, 404);
  });
});
