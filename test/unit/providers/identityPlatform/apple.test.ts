import assert from 'node:assert/strict';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import type { Credential } from '../../../../src/core/model';
import type { HttpResult, VerificationHints } from '../../../../src/core/ports';
import {
  apple,
  appleAlive,
  appleEnded,
  brokenOff,
  type CredentialChanges,
  credentialWith,
  exchanged,
  freely,
  IdentityPlatformScene,
  nativeCode,
  never,
  noName,
  paragraph,
  planted,
  type Script,
  told,
  toolkitError,
  withKey,
} from '../../../fakes/identityPlatformScene';
import { noon } from '../../../fakes/resetStage';
import { response } from '../../../fakes/scriptedTransport';

const accessToken: CredentialChanges = { ...withKey, facts: { ...withKey.facts, tokenType: 'ACCESS_TOKEN' } };
const alone: CredentialChanges = { form: 'appleOnly', secrets: { ...withKey.secrets, apiKey: null } };
const invalidClient = response(400, { error: 'invalid_client' });

describe('Identity Platform: verification at Apple', () => {
  const verify = async (
    scene: IdentityPlatformScene,
    credential: Credential,
    hints: VerificationHints = { aliveAt: noon },
  ): Promise<string> => {
    const { credentials: _, ...target } = scene.target(credential);
    return told(await scene.provider.verify({ ...target, credential }, hints, never));
  };

  const rows: readonly (readonly [string, CredentialChanges, HttpResult, string])[] = [
    ['invalid_grant', withKey, appleEnded, 'gone: gone'],
    ['still alive', withKey, appleAlive(), 'alive: alive'],
    ['no key', {}, appleEnded, 'not-checkable: uncheckable.noKey'],
    ['access token', accessToken, appleEnded, 'not-checkable: uncheckable.noRefreshToken'],
    [
      'code',
      { ...withKey, facts: { ...withKey.facts, ...nativeCode.facts } },
      appleEnded,
      'not-checkable: uncheckable.noRefreshToken',
    ],
    [
      'a credential that can no longer be read',
      { ...withKey, facts: { ...withKey.facts, tokenType: 'SOMETHING' } },
      appleEnded,
      'not-checkable: invalidCredential < field.tokenType',
    ],
    ['key refused', withKey, invalidClient, 'not-checkable: apple.invalidClient'],
    ['no way there', withKey, noName, 'failed: http.dns'],
    ['breaks', withKey, brokenOff, 'failed: http.timeout'],
    ['throttled', withKey, response(429, '<html>'), 'failed: apple.readFailed'],
    ['a page', withKey, response(200, '<html>'), 'failed: apple.readFailed'],
    ['invalid_grant of a gateway', withKey, response(502, { error: 'invalid_grant' }), 'failed: apple.readFailed'],
    ['aborted', withKey, { kind: 'aborted', sent: true }, 'aborted'],
  ];
  for (const [name, changes, answer, expected] of rows) {
    it(`${name}: ${expected}`, async () => {
      assert.equal(
        await verify(new IdentityPlatformScene({ appleToken: [answer] }), credentialWith(changes)),
        expected,
      );
    });
  }

  it('takes invalid_grant as evidence only soon after the token was seen alive', async () => {
    const scene = new IdentityPlatformScene({ appleToken: [appleEnded] });
    assert.equal(await verify(scene, credentialWith(withKey), {}), 'not-checkable: uncheckable.notSeenAlive');
    scene.wall += 3_600_001;
    assert.equal(await verify(scene, credentialWith(withKey)), 'not-checkable: uncheckable.tooLate');
  });

  it('proves who asks by a client secret of its own, signed with the key', async () => {
    const scene = new IdentityPlatformScene();
    await verify(scene, credentialWith(withKey));
    const [sent] = scene.sent('appleToken');
    assert.deepEqual([sent?.origin, sent?.path, sent?.effect], [apple, '/auth/token', 'read']);
    const { client_secret: secret, ...rest } = sent?.fields ?? {};
    assert.deepEqual(rest, {
      client_id: 'com.example.app',
      grant_type: 'refresh_token',
      refresh_token: planted.appleToken,
    });
    assert.deepEqual(decodeProtectedHeader(String(secret)), { alg: 'ES256', kid: 'KEY1234567' });
    const { iss, sub, aud } = decodeJwt(String(secret));
    assert.deepEqual([iss, sub, aud], ['TEAM123456', 'com.example.app', apple]);
    assert.ok(!sent?.body.includes('PRIVATE'));
    assert.equal(sent?.headers['x-goog-api-key'], undefined, 'the API key is none of Apple’s business');
  });

  it('hints at the time when the token was seen alive, and at nothing without that', async () => {
    const hints = async (script: Script, changes: CredentialChanges): Promise<VerificationHints> =>
      (await new IdentityPlatformScene(script).ready('revokeToken', credentialWith(changes))).prepared.sentWith.hints;
    assert.deepEqual(await hints({}, withKey), { aliveAt: noon });
    assert.deepEqual(await hints({ appleToken: [noName] }, withKey), {});
    assert.deepEqual(await hints({}, {}), {});
  });

  it('a key that is none stops nothing but the verification', async () => {
    const key = '-----BEGIN PRIVATE KEY-----\n'.concat('QUJD'.repeat(40), '\n-----END PRIVATE KEY-----');
    const scene = new IdentityPlatformScene();
    const { preview } = await scene.ready('revokeToken', credentialWith(withKey, { secrets: { appleKey: key } }));
    assert.match(paragraph(preview.effects.at(-1) ?? assert.fail()), /not be verified.*cannot be read/);
    assert.equal(scene.sent('appleToken').length, 0);
  });
});

describe('Identity Platform: straight to Apple', () => {
  it('revokes without Identity Platform', async () => {
    const scene = new IdentityPlatformScene();
    assert.deepEqual(await scene.reset('appleRevoke', credentialWith(withKey)), { kind: 'accepted' });
    assert.deepEqual(scene.calls, ['appleToken', 'appleRevoke']);
    const [sent] = scene.sent('appleRevoke');
    const { client_secret: _, ...rest } = sent?.fields ?? {};
    assert.deepEqual(rest, {
      client_id: 'com.example.app',
      token: planted.appleToken,
      token_type_hint: 'refresh_token',
    });
    assert.deepEqual([sent?.origin, sent?.path, sent?.effect], [apple, '/auth/revoke', 'irreversible']);
  });

  it('says so in the confirmation', async () => {
    const { preview } = await new IdentityPlatformScene().ready('appleRevoke', credentialWith(alone, withKey));
    assert.match(preview.effects.map(paragraph).join(), /client com\.example\.app of team TEAM123456/);
  });

  it('needs no sign-in', async () => {
    const scene = new IdentityPlatformScene();
    const credential = credentialWith(withKey, alone);
    assert.equal(told(await scene.reset('appleRevoke', credential)), 'accepted');
    assert.equal(told(await scene.preview(credential)), 'stopped: not-sent: needsSignIn');
  });

  const stops: readonly (readonly [string, CredentialChanges, Script, string])[] = [
    ['no key', {}, {}, 'stopped: not-sent: needsAppleKey'],
    [
      'a code',
      { ...withKey, facts: { ...withKey.facts, ...nativeCode.facts } },
      {},
      'stopped: not-sent: codeNotForApple',
    ],
    ['ended before', withKey, { appleToken: [appleEnded] }, 'dead-credential: appleEnded'],
  ];
  for (const [name, changes, script, expected] of stops) {
    it(`${name}: ${expected}`, async () => {
      const scene = new IdentityPlatformScene(script);
      const result = await scene.provider.preview(scene.target(credentialWith(changes)), 'appleRevoke', never);
      assert.equal(told(result), expected);
    });
  }

  const answers: readonly (readonly [HttpResult, string])[] = [
    [response(200, ''), 'accepted'],
    [invalidClient, 'refused: apple.invalidClient'],
    [response(400, { error: 'invalid_request' }), 'refused: apple.refused'],
    [response(400, 'echo '.concat(planted.appleToken)), 'refused: apple.refused'],
    [response(429, ''), 'refused: apple.refused'],
    [response(200, '<html>portal</html>'), 'unknown: apple.unclear'],
    [response(503, ''), 'unknown: apple.unclear'],
    [brokenOff, 'unknown: http.timeout'],
    [noName, 'not-sent: http.dns'],
    [{ kind: 'aborted', sent: false }, 'aborted'],
  ];
  for (const [answer, expected] of answers) {
    it(`${answer.kind === 'response' ? `${answer.status} ${answer.body}` : answer.kind}: ${expected}`, async () => {
      const result = await new IdentityPlatformScene({ appleRevoke: [answer] }).reset(
        'appleRevoke',
        credentialWith(withKey),
      );
      assert.equal(told(result), expected);
      assert.ok(!JSON.stringify(result).includes(planted.appleToken));
    });
  }

  it('cannot be sent with a key that is none', async () => {
    const key = '-----BEGIN PRIVATE KEY-----\n'.concat('QUJD'.repeat(40), '\n-----END PRIVATE KEY-----');
    const scene = new IdentityPlatformScene();
    const { prepared } = await scene.ready('appleRevoke', credentialWith(accessToken, { secrets: { appleKey: key } }));
    assert.equal(told(await prepared.send(freely, never)), 'not-sent: apple.badKey');
    assert.deepEqual(scene.calls, []);
  });

  it('is the way that is offered where the user is deleted already', async () => {
    const scene = new IdentityPlatformScene({ token: [toolkitError(400, 'USER_NOT_FOUND')] });
    const result = await scene.preview(credentialWith());
    assert.ok(result.kind === 'dead-credential');
    assert.ok(result.reason.actions.some((action) => action.kind === 'use-way' && action.way === 'appleRevoke'));
  });
});

describe('Identity Platform: several credentials', () => {
  const second = (changes: CredentialChanges): Credential =>
    credentialWith(changes, { storedAt: noon + 60_000, secrets: { token: 'r.second' } });

  it('are sent by the one whose end can be verified, and the others of that user end with it', async () => {
    const scene = new IdentityPlatformScene();
    const { prepared } = await scene.ready(
      'revokeToken',
      credentialWith(withKey),
      second(withKey),
      second({ storedAt: noon + 90_000 }),
    );
    assert.equal(prepared.sentWith.credential.storedAt, noon + 60_000);
    assert.deepEqual(
      prepared.alsoAlive.map(({ credential }) => credential.storedAt),
      [noon],
    );
  });

  it('counts those that Apple has ended, and no others, as dead', async () => {
    const scene = new IdentityPlatformScene({
      appleToken: [({ body }) => (body.includes('r.second') ? appleAlive() : appleEnded)],
    });
    const { prepared, preview } = await scene.ready('revokeToken', credentialWith(withKey), second(withKey));
    assert.deepEqual(
      prepared.dead.map(({ storedAt }) => storedAt),
      [noon],
    );
    assert.deepEqual(preview.grant.credentials, [
      { storedAt: noon, alive: false },
      { storedAt: noon + 60_000, alive: true },
    ]);
  });

  it('one whose Firebase session alone is over is not told as dead beside a living one', async () => {
    const scene = new IdentityPlatformScene({
      token: [({ body }) => (body.includes('other') ? toolkitError(400, 'TOKEN_EXPIRED') : exchanged())],
    });
    const over = credentialWith({ secrets: { refreshToken: 'AMf-other' } });
    const probe = await scene.provider.probe(scene.target(over, second({})), never);
    assert.ok(probe.kind === 'granted');
    assert.deepEqual(probe.grant.credentials, [{ storedAt: noon + 60_000, alive: true }]);
  });
});

describe('Identity Platform: the state for the tree', () => {
  const rows: readonly (readonly [string, CredentialChanges, Script, string])[] = [
    ['signed in', {}, {}, 'granted'],
    ['alive at Apple', withKey, {}, 'granted'],
    ['for Apple alone', { ...alone, facts: withKey.facts ?? {} }, {}, 'granted'],
    ['ended at Apple', withKey, { appleToken: [appleEnded] }, 'dead-credential: appleEnded'],
    ['session over', {}, { token: [toolkitError(400, 'TOKEN_EXPIRED')] }, 'dead-credential: sessionExpired'],
    ['no way there', {}, { token: [noName] }, 'failed: consent.unreadable < http.dns'],
    ['aborted', {}, { token: [{ kind: 'aborted', sent: false }] }, 'aborted'],
  ];
  for (const [name, changes, script, expected] of rows) {
    it(`${name}: ${expected}`, async () => {
      const scene = new IdentityPlatformScene(script);
      assert.equal(told(await scene.provider.probe(scene.target(credentialWith(changes)), never)), expected);
      assert.ok(scene.requests.every(({ effect }) => effect === 'read'));
    });
  }
});
