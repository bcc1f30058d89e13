import assert from 'node:assert/strict';
import { IdentitySandbox, told } from './identitySandbox';

describe('identity sandbox: accounts:revokeToken', () => {
  let sandbox: IdentitySandbox;
  beforeEach(async () => {
    sandbox = await IdentitySandbox.start();
  });
  afterEach(() => sandbox.running.close());

  const apple = () => sandbox.control.apple;
  const native = () => ({ user: sandbox.carol.appleUser, clientId: sandbox.sample.apple.bundleId });
  const web = {
    clientId: 'com.example.reconsent.web',
    redirectUri: 'https://app.example.com/callback',
  };

  for (const tokenType of ['ACCESS_TOKEN', 2, '2', 'REFRESH_TOKEN', 1, '1']) {
    it(`ends the authorisation by an access or refresh token, sent as ${JSON.stringify(tokenType)}`, async () => {
      const isAccess = ['ACCESS_TOKEN', 2, '2'].includes(tokenType);
      const { accessToken, refreshToken } = sandbox.carol.apple;
      assert.equal(await sandbox.appleTakes(), true);
      const answer = await sandbox.revoke({ tokenType, token: isAccess ? accessToken : refreshToken });
      assert.deepEqual([answer.status, answer.json()], [200, {}]);
      assert.equal(await sandbox.appleTakes(), false);
      const [record] = sandbox.control.revocations();
      assert.deepEqual(
        [record?.tokenType, record?.tokenTypeSent, record?.effect, record?.uid, record?.via],
        [isAccess ? 'ACCESS_TOKEN' : 'REFRESH_TOKEN', tokenType, 'grant-ended', sandbox.carol.uid, 'api-key'],
      );
      assert.equal(await sandbox.appleTakes(sandbox.dave.apple.refreshToken), true);
    });
  }

  for (const tokenType of ['CODE', 3, '3']) {
    it(`exchanges and ends a native code, sent as ${JSON.stringify(tokenType)} without a redirect address`, async () => {
      const { code } = await apple().authorize(native());
      assert.equal((await sandbox.revoke({ tokenType, token: code })).status, 200);
      assert.equal(await sandbox.appleTakes(), false);
    });
  }

  it('exchanges and ends a web code with its redirect address', async () => {
    const { code } = await apple().authorize({ user: sandbox.carol.appleUser, ...web });
    const answer = await sandbox.revoke({ tokenType: 'CODE', token: code, redirectUri: web.redirectUri });
    assert.equal(answer.status, 200, answer.text);
    assert.equal(await sandbox.appleTakes(), false);
    assert.equal(sandbox.control.revocations()[0]?.redirectUri, web.redirectUri);
  });

  it('brings back the first-time sheet, with name and e-mail', async () => {
    const before = await apple().authorize(native());
    assert.deepEqual([before.firstTime, before.email, before.name], [false, undefined, undefined]);
    await sandbox.revoke();
    const { firstTime, email, name } = await apple().authorize(native());
    assert.deepEqual([firstTime, email, name], [true, 'carol.test@example.com', 'Carol Test']);
    assert.equal(await sandbox.appleTakes(), false, 'a new authorisation does not revive old tokens');
  });

  it('names what Apple said when a code is spent, too old, of another client or another redirect address', async () => {
    const refusal = async (changes: Record<string, unknown>) => {
      const [status, message] = told(await sandbox.revoke({ tokenType: 'CODE', ...changes }));
      assert.equal(status, 400);
      assert.match(message, /^INVALID_IDP_RESPONSE : Error getting access token from Apple\. OAuth2 redirect uri is: /);
      return message;
    };
    assert.match(await refusal({ token: 'made-up' }), /invalid_grant.*expired or has been revoked/);
    const { code: webCode } = await apple().authorize({ user: sandbox.carol.appleUser, ...web });
    assert.match(await refusal({ token: webCode }), /client_id mismatch/);
    const other = 'https://app.example.com/other';
    assert.match(
      await refusal({ token: webCode, redirectUri: other }),
      /is: https:\/\/app\.example\.com\/other, .*redirect/,
    );
    const { code } = await apple().authorize(native());
    assert.equal((await sandbox.apple('/auth/token', { grant_type: 'authorization_code', code })).status, 200);
    assert.match(await refusal({ token: code }), /invalid_grant/);
    const { code: old } = await apple().authorize(native());
    sandbox.running.control.clock.advance(300_000);
    assert.match(await refusal({ token: old }), /invalid_grant/);
    assert.equal(await sandbox.appleTakes(), true);
    assert.deepEqual(sandbox.effects(), []);
  });

  it('is INVALID_IDP_RESPONSE while the code flow settings are empty or wrong, for every type of token', async () => {
    const { bundleId, servicesId, teamId } = sandbox.sample.apple;
    const provider = { bundleIds: [bundleId], servicesId };
    const { code } = await apple().authorize(native());
    for (const codeFlow of [
      undefined,
      { teamId, keyId: 'UNKNOWNKEY' },
      { teamId: 'OTHERTEAM1', keyId: 'SANDBOXKY1' },
    ]) {
      sandbox.control.setProject(sandbox.sample.project, { apple: { ...provider, ...(codeFlow ? { codeFlow } : {}) } });
      for (const fields of [{ tokenType: 'CODE', token: code }, {}]) {
        assert.match(told(await sandbox.revoke(fields))[1], /^INVALID_IDP_RESPONSE : .*invalid_client/);
      }
    }
    sandbox.control.setSwitches({ revokeWithoutCodeFlow: 'accepted' });
    assert.equal((await sandbox.revoke()).status, 200);
  });

  describe('200 proves nothing about this token', () => {
    it('nonsense is accepted, and ends nothing', async () => {
      assert.equal((await sandbox.revoke({ token: 'nonsense' })).status, 200);
      assert.deepEqual(sandbox.effects(), ['nothing']);
      assert.equal(await sandbox.appleTakes(), true);
    });

    it('nonsense is refused when the switch says so', async () => {
      sandbox.control.setSwitches({ unknownAppleToken: 'invalid-idp-response' });
      assert.match(told(await sandbox.revoke({ token: 'nonsense' }))[1], /^INVALID_IDP_RESPONSE/);
    });

    it('after a success duplicates are ignored, until a new token is made', async () => {
      assert.equal((await sandbox.revoke()).status, 200);
      assert.equal((await sandbox.revoke()).status, 200);
      assert.equal((await sandbox.revoke({ tokenType: 'CODE', token: 'no code at all' })).status, 200);
      assert.deepEqual(sandbox.effects(), ['grant-ended', 'duplicate', 'duplicate']);
      const { code } = await apple().authorize(native());
      assert.equal((await sandbox.revoke({ tokenType: 'CODE', token: code })).status, 200);
      assert.equal(sandbox.effects().at(-1), 'grant-ended');
      assert.equal(
        apple()
          .grants()
          .filter(({ user, state }) => user === sandbox.carol.appleUser && state === 'authorized').length,
        0,
      );
    });

    it('a duplicate still needs a good ID token', async () => {
      await sandbox.revoke();
      assert.deepEqual(told(await sandbox.revoke({ idToken: 'x' })), [400, 'INVALID_ID_TOKEN']);
    });

    it('a success with the wrong token makes the right one a duplicate, or not, as the switch says', async () => {
      await sandbox.revoke({ token: 'nonsense' });
      await sandbox.revoke();
      assert.deepEqual(sandbox.effects(), ['nothing', 'duplicate']);
      assert.equal(await sandbox.appleTakes(), true);
      sandbox.control.setSwitches({ duplicateScope: 'token' });
      await sandbox.revoke({ token: 'nonsense' });
      await sandbox.revoke({ token: 'nonsense' });
      await sandbox.revoke();
      assert.deepEqual(sandbox.effects().slice(2), ['nothing', 'duplicate', 'grant-ended']);
    });

    it('duplicates are sent to Apple when the switch says so', async () => {
      sandbox.control.setSwitches({ duplicates: 'sent' });
      await sandbox.revoke({ token: 'nonsense' });
      await sandbox.revoke();
      assert.deepEqual(sandbox.effects(), ['nothing', 'grant-ended']);
    });

    it('a new authorisation alone ends the duplicates, or only a token, as the switch says', async () => {
      sandbox.control.setSwitches({ newTokenIs: 'exchange' });
      await sandbox.revoke();
      const { code } = await apple().authorize(native());
      await sandbox.revoke({ tokenType: 'CODE', token: code });
      assert.deepEqual(sandbox.effects(), ['grant-ended', 'duplicate']);
      const { accessToken } = apple().tokens(native());
      await sandbox.revoke({ token: accessToken });
      assert.equal(sandbox.effects().at(-1), 'grant-ended');
    });

    it('another user of the project is no duplicate', async () => {
      await sandbox.revoke();
      await sandbox.revoke({ token: sandbox.dave.apple.accessToken, idToken: await sandbox.idToken(sandbox.dave) });
      assert.deepEqual(sandbox.effects(), ['grant-ended', 'grant-ended']);
    });

    it('an access token of more than an hour ends nothing, unless the switch says so', async () => {
      sandbox.running.control.clock.advance(3_600_000);
      await sandbox.revoke();
      assert.deepEqual(sandbox.effects(), ['nothing']);
      sandbox.control.setSwitches({ expiredAccessTokenRevokes: true, duplicates: 'sent' });
      await sandbox.revoke();
      assert.deepEqual(sandbox.effects(), ['nothing', 'grant-ended']);
    });
  });

  it('Apple still takes the refresh token while a revocation propagates', async () => {
    sandbox.control.setSwitches({ revokePropagationMs: 60_000 });
    await sandbox.revoke();
    assert.equal(await sandbox.appleTakes(), true);
    sandbox.running.control.clock.advance(60_000);
    assert.equal(await sandbox.appleTakes(), false);
  });

  it('answers {} or nothing, as the switch says', async () => {
    sandbox.control.setSwitches({ successBody: 'empty' });
    const { status, text } = await sandbox.revoke();
    assert.deepEqual([status, text], [200, '']);
  });

  it('is there under the name of the real host and at the root, in v2 only', async () => {
    const idToken = await sandbox.idToken();
    const body = { providerId: 'apple.com', tokenType: 2, token: sandbox.carol.apple.accessToken, idToken };
    assert.equal((await sandbox.post('/identitytoolkit.googleapis.com/v2/accounts:revokeToken', body)).status, 200);
    assert.equal((await sandbox.post('/v1/accounts:revokeToken', body)).status, 404);
    assert.equal((await sandbox.post('/identitytoolkit.googleapis.com/v1/accounts:revokeToken', body)).status, 404);
    assert.deepEqual(sandbox.effects(), ['grant-ended']);
  });
});
