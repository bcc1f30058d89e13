import assert from 'node:assert/strict';
import { claimsOf, IdentitySandbox, reason, told } from './identitySandbox';

describe('identity sandbox: the token service', () => {
  let sandbox: IdentitySandbox;
  beforeEach(async () => {
    sandbox = await IdentitySandbox.start();
  });
  afterEach(() => sandbox.running.close());

  it('exchanges a refresh token for a fresh ID token, in strings and snake_case', async () => {
    sandbox.running.control.clock.advance(10_000_000);
    const { refreshToken, uid } = sandbox.carol;
    const answer = await sandbox.refresh(refreshToken);
    const { id_token: idToken, access_token: accessToken, ...rest } = answer.json<Record<string, string>>();
    assert.equal(accessToken, idToken);
    assert.deepEqual(rest, {
      expires_in: '3600',
      token_type: 'Bearer',
      refresh_token: refreshToken,
      user_id: uid,
      project_id: sandbox.sample.projectNumber,
    });
    const { exp, auth_time: authTime, sub } = claimsOf(idToken);
    const now = Math.floor(sandbox.running.control.clock.now() / 1000);
    assert.deepEqual([sub, exp, authTime], [uid, now + 3600, now - 10_000]);
    assert.equal((await sandbox.revoke({ idToken })).status, 200);
  });

  it('takes JSON as well, in camelCase, and is there under the name of the real host', async () => {
    const { refreshToken } = sandbox.carol;
    for (const body of [
      { grantType: 'refresh_token', refreshToken },
      { grant_type: 'refresh_token', refresh_token: refreshToken },
    ]) {
      assert.equal((await sandbox.post('/securetoken.googleapis.com/v1/token', body)).status, 200);
    }
  });

  it('refuses, with the status of the newer envelope', async () => {
    const { apiKey } = sandbox.sample;
    const send = async (fields: Record<string, string>) => told(await sandbox.form(`/v1/token?key=${apiKey}`, fields));
    const grant = { grant_type: 'refresh_token' };
    assert.deepEqual((await sandbox.form(`/v1/token?key=${apiKey}`, grant)).json<object>(), {
      error: { code: 400, message: 'MISSING_REFRESH_TOKEN', status: 'INVALID_ARGUMENT' },
    });
    assert.deepEqual(await send({}), [400, 'MISSING_GRANT_TYPE']);
    assert.deepEqual(await send({ grant_type: 'password' }), [400, 'INVALID_GRANT_TYPE']);
    assert.deepEqual(await send({ ...grant, refresh_token: 'made-up' }), [400, 'INVALID_REFRESH_TOKEN']);
    assert.match((await send({ ...grant, refresh_tokens: 'x' }))[1], /Unknown name "refresh_tokens"/);
    const text = await sandbox.post('/v1/token', 'x', { 'x-goog-api-key': apiKey, 'content-type': 'text/plain' });
    assert.deepEqual(told(text), [400, 'Invalid content type: text/plain']);
  });

  it('refuses the token of a user who is disabled, gone, signed out, or of another project', async () => {
    const { refreshToken, uid } = sandbox.carol;
    const refused = async (key?: string) => told(await sandbox.refresh(refreshToken, key));
    sandbox.control.setUser(uid, { revokeSessions: true });
    assert.deepEqual(await refused(), [400, 'TOKEN_EXPIRED']);
    sandbox.control.setUser(uid, { disabled: true });
    assert.deepEqual(await refused(), [400, 'USER_DISABLED']);
    sandbox.control.seed({ projects: [{ id: 'other', number: '7', apiKeys: [{ key: 'other-key' }] }] });
    assert.deepEqual(await refused('other-key'), [400, 'PROJECT_NUMBER_MISMATCH']);
    sandbox.control.deleteUser(uid);
    assert.deepEqual(await refused(), [400, 'USER_NOT_FOUND']);
    assert.deepEqual(reason(await sandbox.refresh(refreshToken, 'made-up')), [400, 'API_KEY_INVALID']);
  });
});
