import assert from 'node:assert/strict';
import { type AccountFailure, IdentitySandbox, told } from './identitySandbox';

describe('identity sandbox: what accounts:revokeToken refuses', () => {
  let sandbox: IdentitySandbox;
  beforeEach(async () => {
    sandbox = await IdentitySandbox.start();
  });
  afterEach(() => sandbox.running.close());

  const refused = async (changes: Record<string, unknown>) => {
    const answer = told(await sandbox.revoke(changes));
    assert.deepEqual(sandbox.control.revocations(), []);
    assert.equal(await sandbox.appleTakes(), true);
    return answer;
  };

  it('writes the envelope of Identity Toolkit', async () => {
    assert.deepEqual((await sandbox.revoke({ idToken: 'x' })).json<object>(), {
      error: {
        code: 400,
        message: 'INVALID_ID_TOKEN',
        errors: [{ message: 'INVALID_ID_TOKEN', domain: 'global', reason: 'invalid' }],
      },
    });
  });

  it('an ID token that is none, is unsigned, has a foreign signature or is of another project', async () => {
    const idToken = await sandbox.idToken();
    const [header, payload, signature = ''] = idToken.split('.');
    const none = Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url');
    const wrong = signature.replace(/^./, (first) => (first === 'A' ? 'B' : 'A'));
    sandbox.control.seed({
      projects: [{ id: 'other', number: '7' }],
      users: [{ project: 'other', uid: 'foreign', email: 'foreign.test@example.com' }],
    });
    const foreign = await sandbox.idToken({ uid: 'foreign' });
    for (const bad of ['x', `${none}.${payload}.`, `${header}.${payload}.${wrong}`, foreign]) {
      assert.deepEqual(await refused({ idToken: bad }), [400, 'INVALID_ID_TOKEN']);
    }
  });

  it('an ID token after its hour, or of a session that was ended', async () => {
    const idToken = await sandbox.idToken();
    sandbox.running.control.clock.advance(3_599_000);
    sandbox.control.setUser(sandbox.carol.uid, { revokeSessions: true });
    assert.deepEqual(await refused({ idToken }), [400, 'TOKEN_EXPIRED']);
    sandbox.running.control.clock.advance(1_000);
    const fresh = await sandbox.idToken();
    sandbox.running.control.clock.advance(3_600_000);
    assert.deepEqual(await refused({ idToken: fresh }), [400, 'TOKEN_EXPIRED']);
  });

  it('a user who is gone, or disabled', async () => {
    const [carols, daves] = [await sandbox.idToken(), await sandbox.idToken(sandbox.dave)];
    sandbox.control.setUser(sandbox.carol.uid, { disabled: true });
    assert.deepEqual(await refused({ idToken: carols }), [400, 'USER_DISABLED']);
    sandbox.control.deleteUser(sandbox.dave.uid);
    assert.deepEqual(await refused({ idToken: daves }), [400, 'USER_NOT_FOUND']);
  });

  it('another provider, and Apple where it is not enabled', async () => {
    assert.deepEqual(await refused({ providerId: 'google.com' }), [400, 'INVALID_PROVIDER_ID']);
    sandbox.control.setProject(sandbox.sample.project, { apple: null });
    assert.deepEqual(await refused({}), [400, 'OPERATION_NOT_ALLOWED']);
    sandbox.control.setProject(sandbox.sample.project, { apple: { enabled: false } });
    assert.deepEqual(await refused({}), [400, 'OPERATION_NOT_ALLOWED']);
  });

  it('too much', async () => {
    sandbox.control.setProject(sandbox.sample.project, { quotaExceeded: true });
    assert.deepEqual(await refused({}), [400, 'QUOTA_EXCEEDED']);
  });

  it('a missing field, with a code that a switch can change', async () => {
    const fields = { providerId: 'A', tokenType: 'B', token: 'C', idToken: 'D', redirectUri: 'E' };
    sandbox.control.setSwitches({ fieldErrorCodes: fields });
    for (const [name, code] of Object.entries(fields)) {
      const changes = name === 'redirectUri' ? { redirectUri: 'http://app.example.com/' } : { [name]: undefined };
      assert.deepEqual(await refused(changes), [400, code]);
    }
    assert.deepEqual(await refused({ tokenType: 0 }), [400, 'B']);
    assert.deepEqual(await refused({ tokenType: 'TOKEN_TYPE_UNSPECIFIED' }), [400, 'B']);
  });

  it('a redirect address that is not https, no domain name, or this machine', async () => {
    for (const redirectUri of [
      'http://app.example.com/callback',
      'https://127.0.0.1/callback',
      'https://[::1]/callback',
      'https://192.0.2.7/callback',
      'https://localhost/callback',
      'https://app.localhost/callback',
      'com.example.app:/callback',
      'callback',
    ]) {
      assert.deepEqual(await refused({ redirectUri }), [400, 'INVALID_REDIRECT_URI'], redirectUri);
    }
    assert.equal((await sandbox.revoke({ redirectUri: 'https://app.example.com/callback' })).status, 200);
  });

  it('a code without a redirect address, when the documentation is taken by its word', async () => {
    sandbox.control.setSwitches({ codeWithoutRedirectUri: 'refused' });
    const { carol, sample } = sandbox;
    const { code } = await sandbox.control.apple.authorize({ user: carol.appleUser, clientId: sample.apple.bundleId });
    assert.deepEqual(await refused({ tokenType: 'CODE', token: code }), [400, 'INVALID_REDIRECT_URI']);
  });

  it('tenants: unknown, not the one of the token, not supported at all', async () => {
    assert.deepEqual(await refused({ tenantId: 'tenant-1' }), [400, 'UNSUPPORTED_TENANT_OPERATION']);
    const { apple } = sandbox.sample;
    sandbox.control.seed({
      projects: [
        {
          id: 'multi',
          number: '42',
          apiKeys: [{ key: 'multi-key' }],
          tenants: ['tenant-1', 'tenant-2'],
          apple: { bundleIds: [apple.bundleId], codeFlow: { teamId: apple.teamId, keyId: apple.keyId } },
        },
      ],
      users: [{ project: 'multi', tenantId: 'tenant-1', uid: 'erin', apple: sandbox.carol.appleUser }],
    });
    const idToken = await sandbox.idToken({ uid: 'erin', tenantId: 'tenant-1' });
    const key = { 'x-goog-api-key': 'multi-key' };
    const revoke = (tenantId?: string) => sandbox.revoke({ idToken, tenantId }, key);
    assert.deepEqual(told(await revoke('tenant-9')), [400, 'INVALID_TENANT_ID']);
    assert.deepEqual(told(await revoke('tenant-2')), [400, 'TENANT_ID_MISMATCH']);
    assert.deepEqual(told(await revoke()), [400, 'TENANT_ID_MISMATCH']);
    assert.equal(await sandbox.appleTakes(), true);
    assert.equal((await revoke('tenant-1')).status, 200);
    assert.equal(sandbox.control.revocations()[0]?.tenantId, 'tenant-1');
    sandbox.control.setSwitches({ tenantlessRequest: 'from-token' });
    assert.equal((await revoke()).status, 200);
  });

  it('complains in this order: caller, body, provider, type, token, ID token, tenant, configuration', async () => {
    const good = { providerId: 'apple.com', tokenType: 2, token: 't', idToken: await sandbox.idToken() };
    sandbox.control.setProject(sandbox.sample.project, { apple: null });
    const post = async (body: unknown, headers?: Record<string, string>) => {
      const { error } = (await sandbox.post('/v2/accounts:revokeToken', body, headers)).json<AccountFailure>();
      return error.details?.[0]?.reason ?? (error.status ? `${error.code} ${error.status}` : error.message);
    };
    assert.equal(await post('{', {}), '403 PERMISSION_DENIED');
    assert.equal(await post('{', { authorization: 'Bearer x', 'x-goog-api-key': 'bad' }), '401 UNAUTHENTICATED');
    assert.equal(await post('{', { 'x-goog-api-key': 'bad' }), 'API_KEY_INVALID');
    assert.equal(await post('{'), '400 INVALID_ARGUMENT');
    assert.equal(await post({ ...good, providerId: 'x', tokenType: 'FOO' }), '400 INVALID_ARGUMENT');
    assert.equal(await post({ tenantId: 'x' }), 'UNSUPPORTED_TENANT_OPERATION');
    assert.equal(await post({ tokenType: 0 }), 'INVALID_PROVIDER_ID');
    assert.equal(await post({ providerId: 'apple.com' }), 'INVALID_TOKEN_TYPE');
    assert.equal(await post({ providerId: 'apple.com', tokenType: 2 }), 'MISSING_TOKEN');
    assert.equal(await post({ ...good, idToken: undefined }), 'MISSING_ID_TOKEN');
    assert.equal(await post({ ...good, idToken: 'x' }), 'INVALID_ID_TOKEN');
    assert.equal(await post(good), 'OPERATION_NOT_ALLOWED');
  });

  it('400 for what is no JSON object, has unknown names, wrong types, unknown enums or another media type', async () => {
    const idToken = await sandbox.idToken();
    const good = { providerId: 'apple.com', tokenType: 2, token: 'x', idToken };
    const bodies = ['[]', 'null', '"x"', { ...good, foo: 1 }, { ...good, token: 7 }];
    for (const body of [...bodies, ...['FOO', 4, -1, 1.5, '4', true].map((tokenType) => ({ ...good, tokenType }))]) {
      const { error } = (await sandbox.post('/v2/accounts:revokeToken', body)).json<AccountFailure>();
      assert.deepEqual([error.code, error.status], [400, 'INVALID_ARGUMENT'], JSON.stringify(body));
    }
    const headers = { 'x-goog-api-key': sandbox.sample.apiKey, 'content-type': 'application/x-www-form-urlencoded' };
    const form = await sandbox.post('/v2/accounts:revokeToken', 'providerId=apple.com', headers);
    assert.deepEqual(told(form), [400, 'Invalid content type: application/x-www-form-urlencoded']);
    const snake = { provider_id: 'apple.com', token_type: 2, token: 'x', id_token: idToken };
    assert.equal((await sandbox.post('/v2/accounts:revokeToken', snake)).status, 200);
  });
});
