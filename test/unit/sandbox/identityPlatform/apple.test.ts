import assert from 'node:assert/strict';
import { createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { IdentitySandbox } from './identitySandbox';

interface AppleAnswer {
  readonly access_token: string;
  readonly refresh_token?: string;
  readonly id_token: string;
  readonly expires_in: number;
  readonly token_type: string;
}

describe('identity sandbox: Apple', () => {
  let sandbox: IdentitySandbox;
  beforeEach(async () => {
    sandbox = await IdentitySandbox.start();
  });
  afterEach(() => sandbox.running.close());

  const sheet = (more: object = {}) =>
    sandbox.control.apple.authorize({
      user: sandbox.carol.appleUser,
      clientId: sandbox.sample.apple.bundleId,
      ...more,
    });
  const exchange = (code: string, more: Record<string, string> = {}) =>
    sandbox.apple('/auth/token', { grant_type: 'authorization_code', code, ...more });

  it('exchanges a code once, for tokens that refresh, with an identity token that the published keys verify', async () => {
    const { code } = await sheet({ nonce: 'n-1' });
    const first = (await exchange(code)).json<AppleAnswer>();
    assert.deepEqual([first.expires_in, first.token_type], [3600, 'Bearer']);
    const keys = createRemoteJWKSet(new URL(`${sandbox.running.identityPlatform.appleUrl}/auth/keys`));
    const { payload } = await jwtVerify(first.id_token, keys, {
      issuer: 'https://appleid.apple.com',
      audience: sandbox.sample.apple.bundleId,
      currentDate: new Date(sandbox.running.control.clock.now()),
    });
    assert.deepEqual([payload.sub, payload['nonce']], [sandbox.carol.appleUser, 'n-1']);
    const again = await exchange(code);
    assert.deepEqual(
      [again.status, again.json()],
      [400, { error: 'invalid_grant', error_description: 'The code has expired or has been revoked.' }],
    );
    const refreshed = (
      await sandbox.apple('/auth/token', { grant_type: 'refresh_token', refresh_token: first.refresh_token ?? '' })
    ).json<AppleAnswer>();
    assert.equal(refreshed.refresh_token, undefined);
    assert.notEqual(refreshed.access_token, first.access_token);
  });

  it('signs identity tokens that another library verifies, too', async () => {
    const { idToken } = await sheet();
    const [header, payload, signature = ''] = idToken.split('.');
    const answer = await fetch(`${sandbox.running.origin}/auth/keys`);
    const { keys } = (await answer.json()) as { keys: { kty: string; n: string; e: string }[] };
    const [{ kty = '', n = '', e = '' } = {}] = keys;
    const key = createPublicKey({ key: { kty, n, e }, format: 'jwk' });
    const bytes = Buffer.from(signature, 'base64url');
    assert.equal(verify('RSA-SHA256', Buffer.from(`${header}.${payload}`), key, bytes), true);
    assert.deepEqual(Object.keys(keys[0] ?? {}).toSorted(), ['alg', 'e', 'kid', 'kty', 'n', 'use']);
  });

  it('tells name and e-mail on the first sign-in only', async () => {
    const [user] = sandbox.control.seed({
      appleUsers: [{ email: 'x1@privaterelay.example.com', name: 'Ivy Test', privateEmail: true }],
    }).appleUsers;
    const claims = async () => {
      const { idToken, name } = await sheet({ user: user?.sub });
      const [, payload = ''] = idToken.split('.');
      const { email, is_private_email: hidden } = JSON.parse(Buffer.from(payload, 'base64url').toString());
      return [name, email, hidden];
    };
    assert.deepEqual(await claims(), ['Ivy Test', 'x1@privaterelay.example.com', true]);
    assert.deepEqual(await claims(), [undefined, undefined, undefined]);
  });

  it('shares an authorisation among the clients of a group, but not their tokens', async () => {
    const { servicesId } = sandbox.sample.apple;
    assert.equal((await sheet({ clientId: servicesId })).firstTime, false);
    const refused = await sandbox.apple(
      '/auth/token',
      { grant_type: 'refresh_token', refresh_token: sandbox.carol.apple.refreshToken },
      servicesId,
    );
    assert.match(refused.text, /invalid_grant/);
    await sandbox.apple('/auth/revoke', { token: sandbox.carol.apple.refreshToken }, servicesId);
    assert.equal(await sandbox.appleTakes(), false);
  });

  it('a client of another group cannot end it, and hears 200 all the same', async () => {
    const { teamId } = sandbox.sample.apple;
    sandbox.control.seed({ appleClients: [{ clientId: 'com.example.other', teamId }] });
    const answer = await sandbox.apple(
      '/auth/revoke',
      { token: sandbox.carol.apple.refreshToken },
      'com.example.other',
    );
    assert.equal(answer.status, 200);
    assert.equal(await sandbox.appleTakes(), true);
  });

  for (const which of ['accessToken', 'refreshToken'] as const) {
    it(`revokes by the ${which}, whatever the hint says, and answers nonsense and repetition the same`, async () => {
      const token = sandbox.carol.apple[which];
      for (const text of ['nonsense', token, token]) {
        const answer = await sandbox.apple('/auth/revoke', { token: text, token_type_hint: 'refresh_token' });
        assert.deepEqual([answer.status, answer.text], [200, '']);
      }
      assert.equal(await sandbox.appleTakes(), false);
      assert.deepEqual(
        sandbox.control.apple.revocations().map(({ via, effect }) => [via, effect]),
        [
          ['apple', 'nothing'],
          ['apple', 'grant-ended'],
          ['apple', 'nothing'],
        ],
      );
    });
  }

  it('is there at the root, too', async () => {
    const { bundleId } = sandbox.sample.apple;
    const client = { client_id: bundleId, client_secret: await sandbox.clientSecret(bundleId) };
    assert.equal((await sandbox.form('/auth/revoke', { ...client, token: 'x' })).status, 200);
    assert.equal((await fetch(`${sandbox.running.origin}/auth/keys`)).status, 200);
  });

  describe('the client secret', () => {
    const { privateKey } = generateKeyPairSync('ec', {
      namedCurve: 'P-256',
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    });
    const month = 30 * 86_400;

    for (const [name, changes] of [
      ['of an unknown key', { kid: 'UNKNOWNKEY' }],
      ['of another team', { iss: 'OTHERTEAM1' }],
      ['of another client', { sub: 'com.example.other' }],
      ['for another audience', { aud: 'https://appleid.example.com' }],
      ['that is over', { lifetime: -1 }],
      ['that lasts longer than 6 months', { lifetime: 7 * month }],
      ['signed by another key', { pem: privateKey }],
    ] as const) {
      it(`${name} is invalid_client, and nothing is done`, async () => {
        const { bundleId } = sandbox.sample.apple;
        const client = { client_id: bundleId, client_secret: await sandbox.clientSecret(bundleId, changes) };
        for (const [path, fields] of [
          ['/auth/revoke', { token: sandbox.carol.apple.refreshToken }],
          ['/auth/token', { grant_type: 'refresh_token', refresh_token: sandbox.carol.apple.refreshToken }],
        ] as const) {
          const answer = await sandbox.form(path, { ...client, ...fields });
          assert.deepEqual([answer.status, answer.json()], [400, { error: 'invalid_client' }]);
        }
        assert.equal(await sandbox.appleTakes(), true);
      });
    }

    it('may last 6 months', async () => {
      const { bundleId } = sandbox.sample.apple;
      const client = {
        client_id: bundleId,
        client_secret: await sandbox.clientSecret(bundleId, { lifetime: 6 * month }),
      };
      assert.equal((await sandbox.form('/auth/revoke', { ...client, token: 'x' })).status, 200);
    });

    it('is taken from another library than the one that checks it', async () => {
      const { bundleId, teamId, keyId, privateKey: pem } = sandbox.sample.apple;
      const now = Math.floor(sandbox.running.control.clock.now() / 1000);
      const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
      const claims = { iss: teamId, sub: bundleId, aud: 'https://appleid.apple.com', iat: now, exp: now + 300 };
      const text = `${part({ alg: 'ES256', kid: keyId })}.${part(claims)}`;
      const signature = sign('sha256', Buffer.from(text), { key: pem, dsaEncoding: 'ieee-p1363' });
      const secret = `${text}.${signature.toString('base64url')}`;
      const fields = { client_id: bundleId, client_secret: secret, token: 'x' };
      assert.equal((await sandbox.form('/auth/revoke', fields)).status, 200);
      const der = sign('sha256', Buffer.from(text), pem).toString('base64url');
      const wrong = await sandbox.form('/auth/revoke', { ...fields, client_secret: `${text}.${der}` });
      assert.deepEqual(wrong.json(), { error: 'invalid_client' });
    });

    it('is checked with the public half that was seeded', async () => {
      const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      const publicKey = pair.publicKey.export({ type: 'spki', format: 'pem' }).toString();
      const pem = pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
      const { teamId, bundleId } = sandbox.sample.apple;
      sandbox.control.seed({ appleKeys: [{ keyId: 'OWNKEY0001', teamId, publicKey }] });
      const secret = await sandbox.clientSecret(bundleId, { kid: 'OWNKEY0001', pem });
      const fields = { client_id: bundleId, client_secret: secret, token: 'x' };
      assert.equal((await sandbox.form('/auth/revoke', fields)).status, 200);
    });
  });

  it('names what is missing or unknown', async () => {
    const refused = async (path: string, fields: Record<string, string>) => {
      const answer = await sandbox.apple(path, fields);
      return [answer.status, answer.json<{ error: string }>().error];
    };
    assert.deepEqual(await refused('/auth/revoke', {}), [400, 'invalid_request']);
    assert.deepEqual(await refused('/auth/token', {}), [400, 'invalid_request']);
    assert.deepEqual(await refused('/auth/token', { grant_type: 'refresh_token' }), [400, 'invalid_request']);
    assert.deepEqual(await refused('/auth/token', { grant_type: 'password' }), [400, 'unsupported_grant_type']);
    const bare = await sandbox.form('/auth/revoke', { token: 'x' });
    assert.deepEqual(bare.json(), { error: 'invalid_request' });
    const json = await sandbox.post('/auth/revoke', { token: 'x' });
    assert.deepEqual(json.json(), { error: 'invalid_request' });
  });
});
