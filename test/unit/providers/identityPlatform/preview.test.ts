import assert from 'node:assert/strict';
import type { HttpResult } from '../../../../src/core/ports';
import {
  account,
  appleAlive,
  appleEnded,
  brokenOff,
  type CredentialChanges,
  codes,
  credentialWith,
  exchanged,
  freely,
  IdentityPlatformScene,
  idToken,
  jwt,
  nativeCode,
  never,
  noName,
  paragraph,
  planted,
  type Script,
  told,
  toolkit,
  toolkitError,
  webCode,
  withKey,
} from '../../../fakes/identityPlatformScene';
import { noon } from '../../../fakes/resetStage';
import { response } from '../../../fakes/scriptedTransport';

const password: CredentialChanges = {
  form: 'password',
  secrets: { password: planted.password },
  facts: { email: 'alice.test@example.com' },
};
const pasted = (token: string): CredentialChanges => ({ form: 'idToken', secrets: { idToken: token } });
const custom = (token: string): CredentialChanges => ({ form: 'customToken', secrets: { customToken: token } });
const bearer: CredentialChanges = { secrets: { apiKey: null, oauthToken: planted.oauthToken } };
const appleOnly: CredentialChanges = { form: 'appleOnly', secrets: { apiKey: null } };

describe('Identity Platform: preview', () => {
  it('names user, project and provider, and sends nothing with an effect', async () => {
    const scene = new IdentityPlatformScene();
    const { preview } = await scene.ready('revokeToken', credentialWith());
    assert.deepEqual(scene.calls, ['token', 'lookup']);
    assert.ok(scene.requests.every(({ effect }) => effect === 'read'));
    const shown = preview.effects.map(paragraph).join('\n');
    assert.match(shown, /Firebase user uid-alice of the project demo-shop; a token of apple\.com/);
    assert.match(shown, /Sign-in providers of this user: apple\.com, password/);
    assert.match(shown, /cannot be verified.*\.p8/);
    assert.ok(!shown.includes(planted.appleToken));
  });

  const effects: readonly (readonly [string, CredentialChanges, Script, string])[] = [
    ['without a key', {}, {}, 'who linked ends accountStays notVerifiedKey'],
    ['not linked', {}, { lookup: [account('password')] }, 'who notLinked ends accountStays notVerifiedKey'],
    ['with a key', withKey, {}, 'who linked ends accountStays verified'],
    ['Apple is silent', withKey, { appleToken: [noName] }, 'who linked ends accountStays appleUnread'],
    [
      'access token',
      { ...withKey, facts: { ...withKey.facts, tokenType: '2' } },
      {},
      'who linked ends accountStays notVerifiedToken',
    ],
    ['code', nativeCode, {}, 'who linked ends accountStays code notVerifiedToken'],
    [
      'old code',
      { ...nativeCode, storedAt: noon - 300_000 },
      {},
      'who linked ends accountStays code codeOld notVerifiedToken',
    ],
  ];
  for (const [name, changes, script, expected] of effects) {
    it(`${name}: ${expected}`, async () => {
      const { preview } = await new IdentityPlatformScene(script).ready('revokeToken', credentialWith(changes));
      const codesShown = preview.effects.map((line) => codes(line).replace('effect.', '').replace(/ < .*/, ''));
      assert.equal(codesShown.join(' '), expected);
    });
  }

  it('tells when what is stored ends: a code, a pasted ID token', async () => {
    const expiresAt = noon + 1_200_000;
    const scene = new IdentityPlatformScene();
    const ends = async (changes: CredentialChanges): Promise<number | undefined> =>
      (await scene.ready('revokeToken', credentialWith(changes))).preview.grant.credentialExpiresAt;
    assert.equal(await ends({}), undefined);
    assert.equal(await ends(nativeCode), noon + 300_000);
    assert.equal(await ends(pasted(idToken({ expiresAt }))), expiresAt);
  });

  const stops: readonly (readonly [string, CredentialChanges, Script, string])[] = [
    ['session over', {}, { token: [toolkitError(400, 'TOKEN_EXPIRED')] }, 'dead-credential: sessionExpired'],
    ['damaged', {}, { token: [toolkitError(400, 'INVALID_REFRESH_TOKEN')] }, 'dead-credential: invalidRefreshToken'],
    ['missing', {}, { token: [toolkitError(400, 'MISSING_REFRESH_TOKEN')] }, 'dead-credential: invalidRefreshToken'],
    ['deleted', {}, { token: [toolkitError(400, 'USER_NOT_FOUND')] }, 'dead-credential: userNotFound'],
    ['disabled', {}, { token: [toolkitError(400, 'USER_DISABLED')] }, 'stopped: refused: userDisabled'],
    ['grant type', {}, { token: [toolkitError(400, 'INVALID_GRANT_TYPE')] }, 'stopped: refused: invalidGrantType'],
    [
      'other project',
      {},
      { token: [toolkitError(400, 'PROJECT_NUMBER_MISMATCH')] },
      'dead-credential: otherProjectsSession',
    ],
    [
      'key blocked',
      {},
      { token: [toolkitError(403, 'x', { reason: 'API_KEY_SERVICE_BLOCKED' })] },
      'stopped: refused: apiKeyServiceBlocked',
    ],
    ['token service fails', {}, { token: [response(500, {})] }, 'stopped: not-sent: consent.unreadable < gatewayPage'],
    ['no token service', {}, { token: [noName] }, 'stopped: not-sent: consent.unreadable < http.dns'],
    ['nonsense', {}, { token: [exchanged('x.y')] }, 'stopped: not-sent: notAnIdToken'],
    ['portal', {}, { token: [response(200, '<html>')] }, 'stopped: not-sent: consent.unreadable < unexpectedAnswer'],
    [
      'unknown e-mail',
      password,
      { password: [toolkitError(400, 'EMAIL_NOT_FOUND')] },
      'dead-credential: wrongPassword',
    ],
    [
      'wrong password',
      password,
      { password: [toolkitError(400, 'INVALID_LOGIN_CREDENTIALS')] },
      'dead-credential: wrongPassword',
    ],
    [
      'passwords off',
      password,
      { password: [toolkitError(400, 'OPERATION_NOT_ALLOWED')] },
      'stopped: refused: passwordSignInDisabled',
    ],
    [
      'second factor',
      password,
      { password: [response(200, { mfaPendingCredential: 'x', mfaInfo: [] })] },
      'stopped: refused: secondFactor',
    ],
    [
      'custom token of another account',
      custom(jwt({ uid: 'x' })),
      { custom: [toolkitError(400, 'CREDENTIAL_MISMATCH')] },
      'dead-credential: customTokenMismatch',
    ],
    [
      'old custom token',
      custom(jwt({ uid: 'x' })),
      { custom: [toolkitError(400, 'INVALID_CUSTOM_TOKEN : old')] },
      'dead-credential: invalidCustomToken',
    ],
    ['pasted nonsense', pasted('nonsense'), {}, 'stopped: not-sent: notAnIdToken'],
    ['pasted, over', pasted(idToken({ expiresAt: noon })), {}, 'dead-credential: idTokenOver'],
    ['lookup: invalid', {}, { lookup: [toolkitError(400, 'INVALID_ID_TOKEN')] }, 'dead-credential: invalidIdToken'],
    ['lookup: nobody', {}, { lookup: [response(200, {})] }, 'dead-credential: noSuchAccount'],
    ['lookup: fails', {}, { lookup: [noName] }, 'stopped: not-sent: consent.unreadable < http.dns'],
    ['lookup: breaks', {}, { lookup: [brokenOff] }, 'stopped: not-sent: consent.unreadable < http.timeout'],
    ['ended at Apple', withKey, { appleToken: [appleEnded] }, 'dead-credential: appleEnded'],
    [
      'the token of somebody else',
      withKey,
      { appleToken: [appleAlive('009999.mallory')] },
      'stopped: not-sent: appleUserDiffers',
    ],
    ['no sign-in', { ...withKey, ...appleOnly }, {}, 'stopped: not-sent: needsSignIn'],
    ['aborted', {}, { token: [{ kind: 'aborted', sent: true }] }, 'aborted'],
    ['aborted later', {}, { lookup: [{ kind: 'aborted', sent: true }] }, 'aborted'],
  ];
  for (const [name, changes, script, expected] of stops) {
    it(`${name}: ${expected}`, async () => {
      const scene = new IdentityPlatformScene(script);
      const result = await scene.preview(credentialWith(changes, appleOnlyKeys(changes)));
      assert.equal(told(result), expected);
      assert.equal(scene.sent('revoke').length, 0);
    });
  }

  it('repeats a lookup that met an unavailable service', async () => {
    const scene = new IdentityPlatformScene({ lookup: [toolkitError(503, 'UNAVAILABLE'), account('apple.com')] });
    await scene.ready('revokeToken', credentialWith());
    assert.deepEqual(scene.calls, ['token', 'lookup', 'lookup']);
  });

  it('compares project and tenant of the ID token with the settings', async () => {
    const rows: readonly (readonly [Record<string, unknown>, HttpResult, string])[] = [
      [{ firebaseProject: 'demo-shop' }, exchanged(), 'ready'],
      [{ firebaseProject: 'demo-other' }, exchanged(), 'stopped: not-sent: otherProject'],
      [{ tenantId: 'blue' }, exchanged(idToken({ tenant: 'blue' })), 'ready'],
      [{ tenantId: 'blue' }, exchanged(idToken({ tenant: 'red' })), 'stopped: not-sent: otherTenant'],
      [{ tenantId: 'blue' }, exchanged(), 'stopped: not-sent: otherTenant'],
    ];
    for (const [options, token, expected] of rows) {
      const scene = new IdentityPlatformScene({ token: [token] }, options);
      assert.equal(told(await scene.preview(credentialWith())), expected);
      assert.equal(scene.sent('lookup').length, expected === 'ready' ? 1 : 0);
    }
  });
});

/** With the key where the row is about Apple alone. */
function appleOnlyKeys({ form }: CredentialChanges): CredentialChanges {
  return form === 'appleOnly' ? { secrets: { appleKey: withKey.secrets?.['appleKey'] ?? null } } : {};
}

describe('Identity Platform: the request that revokes', () => {
  it('has the fields of the contract, with the key in a header and the address free of secrets', async () => {
    const scene = new IdentityPlatformScene({}, { keyReferer: 'https://app.example.com/' });
    assert.deepEqual(await scene.reset('revokeToken', credentialWith()), { kind: 'accepted' });
    const [sent] = scene.sent('revoke');
    assert.deepEqual(
      [sent?.method, sent?.origin, sent?.path, sent?.effect],
      ['POST', toolkit, '/v2/accounts:revokeToken', 'irreversible'],
    );
    assert.deepEqual(sent?.fields, {
      providerId: 'apple.com',
      tokenType: 'REFRESH_TOKEN',
      token: planted.appleToken,
      idToken: idToken(),
    });
    assert.equal(sent?.headers['x-goog-api-key'], planted.apiKey);
    assert.equal(sent?.headers['referer'], 'https://app.example.com/');
    assert.equal(sent?.headers['content-type'], 'application/json');
    assert.equal(sent?.headers['authorization'], undefined);
  });

  const restrictions: readonly (readonly [Record<string, unknown>, Record<string, string>])[] = [
    [{ keyIosBundleId: 'com.example.app' }, { 'x-ios-bundle-identifier': 'com.example.app' }],
    [
      { keyAndroidPackage: 'com.example', keyAndroidCert: 'ab:'.repeat(19).concat('cd') },
      { 'x-android-package': 'com.example', 'x-android-cert': 'AB'.repeat(19).concat('CD') },
    ],
  ];
  for (const [options, headers] of restrictions) {
    it(`carries what the key is restricted to, in every call: ${Object.keys(headers)[0]}`, async () => {
      const scene = new IdentityPlatformScene({}, options);
      await scene.reset('revokeToken', credentialWith());
      for (const sent of scene.requests) {
        for (const [name, value] of Object.entries(headers)) assert.equal(sent.headers[name], value);
      }
    });
  }

  it('with an OAuth bearer: the quota project, no key, and the account is named by its id', async () => {
    const scene = new IdentityPlatformScene({}, { firebaseProject: 'demo-shop' });
    await scene.reset('revokeToken', credentialWith(bearer));
    for (const { headers } of scene.requests) {
      assert.equal(headers['authorization'], `Bearer ${planted.oauthToken}`);
      assert.equal(headers['x-goog-user-project'], 'demo-shop');
      assert.equal(headers['x-goog-api-key'], undefined);
    }
    assert.deepEqual(scene.sent('lookup')[0]?.fields, { localId: ['uid-alice'] });
    const named = new IdentityPlatformScene({}, { firebaseProject: 'demo-shop', quotaProject: '42-quota' });
    await named.reset('revokeToken', credentialWith(bearer));
    assert.equal(named.sent('revoke')[0]?.headers['x-goog-user-project'], '42-quota');
  });

  it('takes the tenant from the settings, else from the ID token', async () => {
    const tenant = exchanged(idToken({ tenant: 'blue' }));
    for (const options of [{}, { tenantId: 'blue' }]) {
      const scene = new IdentityPlatformScene({ token: [tenant] }, options);
      await scene.reset('revokeToken', credentialWith());
      assert.equal(scene.sent('revoke')[0]?.fields['tenantId'], 'blue');
    }
  });

  it('has the redirect URI of a web code, and none for an app or a token', async () => {
    const uri = async (...changes: CredentialChanges[]): Promise<unknown> => {
      const scene = new IdentityPlatformScene({}, { appleRedirectUri: 'https://set.example.com/cb' });
      await scene.reset('revokeToken', credentialWith(...changes));
      return scene.sent('revoke')[0]?.fields['redirectUri'];
    };
    assert.equal(await uri(webCode), 'https://app.example.com/callback');
    assert.equal(await uri({ facts: { tokenType: 'CODE', clientKind: 'web' } }), 'https://set.example.com/cb');
    assert.equal(await uri(nativeCode), undefined);
    assert.equal(await uri({}), undefined);
  });

  for (const [entered, sent] of [
    ['1', 'REFRESH_TOKEN'],
    ['ACCESS_TOKEN', 'ACCESS_TOKEN'],
    ['access_token', 'ACCESS_TOKEN'],
    ['2', 'ACCESS_TOKEN'],
  ] as const) {
    it(`token type ${entered} goes as ${sent}`, async () => {
      const scene = new IdentityPlatformScene();
      await scene.reset('revokeToken', credentialWith({ facts: { tokenType: entered } }));
      assert.equal(scene.sent('revoke')[0]?.fields['tokenType'], sent);
    });
  }

  it('signs in by each source', async () => {
    const rows: readonly (readonly [CredentialChanges, readonly string[]])[] = [
      [{}, ['token', 'lookup', 'token', 'revoke']],
      [password, ['password', 'lookup', 'revoke']],
      [custom(jwt({ uid: 'x' })), ['custom', 'lookup', 'revoke']],
      [pasted(idToken()), ['lookup', 'revoke']],
    ];
    for (const [changes, calls] of rows) {
      const scene = new IdentityPlatformScene();
      await scene.reset('revokeToken', credentialWith(changes));
      assert.deepEqual(scene.calls, calls);
      for (const { path, headers } of scene.requests) {
        assert.ok(!path.includes(planted.apiKey));
        assert.equal(headers['x-goog-api-key'], planted.apiKey);
      }
    }
  });

  it('sends e-mail, password and tenant as JSON', async () => {
    const scene = new IdentityPlatformScene(
      { password: [response(200, { idToken: idToken({ tenant: 'blue' }) })] },
      { tenantId: 'blue' },
    );
    await scene.reset('revokeToken', credentialWith(password));
    assert.deepEqual(scene.sent('password')[0]?.fields, {
      email: 'alice.test@example.com',
      password: planted.password,
      returnSecureToken: true,
      tenantId: 'blue',
    });
  });

  it('goes with a fresh ID token of the same user, and with that of nobody else', async () => {
    const later = idToken({ expiresAt: noon + 7_200_000 });
    const scene = new IdentityPlatformScene({ token: [exchanged(), exchanged(later)] });
    await scene.reset('revokeToken', credentialWith());
    assert.equal(scene.sent('revoke')[0]?.fields['idToken'], later);
    const changed = new IdentityPlatformScene({ token: [exchanged(), exchanged(idToken({ uid: 'uid-bob' }))] });
    const { prepared } = await changed.ready('revokeToken', credentialWith());
    assert.equal(told(await prepared.reread(never)), 'failed: userChanged');
  });

  it('signs in anew where the ID token is about to run out', async () => {
    const scene = new IdentityPlatformScene();
    const { prepared } = await scene.ready('revokeToken', credentialWith(password));
    scene.wall += 3_600_000 - 60_000;
    await prepared.reread(never);
    assert.equal(scene.sent('password').length, 2);
  });

  it('is sent once', async () => {
    const { prepared } = await new IdentityPlatformScene().ready('revokeToken', credentialWith());
    await prepared.send(freely, never);
    await assert.rejects(prepared.send(freely, never), /sent before/);
  });

  it('is held back at the last moment', async () => {
    const scene = new IdentityPlatformScene();
    const { prepared } = await scene.ready('revokeToken', credentialWith());
    const answer = await prepared.send({ ...freely, mayLeave: () => false }, never);
    assert.equal(told(answer), 'not-sent: http.withdrawn');
    assert.equal(scene.sent('revoke').length, 0);
  });
});

describe('Identity Platform: a code is good once', () => {
  const answers: readonly (readonly [HttpResult, string, boolean])[] = [
    [brokenOff, 'unknown: codeUnknown < http.timeout', true],
    [response(200, {}), 'accepted', true],
    [{ kind: 'aborted', sent: true }, 'aborted', true],
    [toolkitError(500, 'INTERNAL'), 'unknown: codeUnknown < serverError', true],
    [toolkitError(403, 'x', { reason: 'API_KEY_IOS_APP_BLOCKED' }), 'refused: apiKeyIosBlocked', false],
    [noName, 'not-sent: http.dns', false],
  ];
  for (const [answer, outcome, spent] of answers) {
    it(`${outcome}: ${spent ? 'it is not sent again' : 'it can be sent again'}`, async () => {
      const scene = new IdentityPlatformScene({ revoke: [answer, response(200, {})] });
      assert.equal(told(await scene.reset('revokeToken', credentialWith(nativeCode))), outcome);
      const again = await scene.preview(credentialWith(nativeCode));
      assert.equal(told(again), spent ? 'stopped: not-sent: codeSpent' : 'ready');
      assert.equal(scene.sent('revoke').length, 1);
      // A newer code is another.
      assert.equal(told(await scene.preview(credentialWith(nativeCode, { storedAt: noon + 1 }))), 'ready');
    });
  }

  it('access and refresh tokens may be sent again', async () => {
    const scene = new IdentityPlatformScene({ revoke: [brokenOff, response(200, {})] });
    assert.equal(told(await scene.reset('revokeToken', credentialWith())), 'unknown: http.timeout');
    assert.equal(told(await scene.reset('revokeToken', credentialWith())), 'accepted');
  });
});
