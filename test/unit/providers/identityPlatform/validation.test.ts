import assert from 'node:assert/strict';
import {
  type CredentialChanges,
  credentialWith,
  IdentityPlatformScene,
  p8,
  planted,
  told,
  withKey,
} from '../../../fakes/identityPlatformScene';

const web = (redirectUri: string): CredentialChanges => ({
  facts: { tokenType: 'CODE', clientKind: 'web', redirectUri },
});
const key = (changes: Record<string, string>): CredentialChanges => ({
  ...withKey,
  facts: { ...withKey.facts, ...changes },
});

describe('Identity Platform: what is checked before anything is sent', () => {
  const wrong: readonly (readonly [CredentialChanges, string])[] = [
    [{ facts: { tokenType: '' } }, 'tokenType'],
    [{ facts: { tokenType: '0' } }, 'tokenType'],
    [{ facts: { tokenType: '4' } }, 'tokenType'],
    [{ facts: { tokenType: 'TOKEN_TYPE_UNSPECIFIED' } }, 'tokenType'],
    [{ facts: { tokenType: 'ID_TOKEN' } }, 'tokenType'],
    [{ secrets: { token: null } }, 'token'],
    [{ secrets: { refreshToken: null } }, 'signIn'],
    [{ form: 'password', secrets: { password: 'x' } }, 'signIn'],
    [{ form: 'password', facts: { email: 'a@example.com' } }, 'signIn'],
    [{ form: 'idToken' }, 'signIn'],
    [{ form: 'unknown' }, 'signIn'],
    [{ secrets: { apiKey: null } }, 'caller'],
    [{ facts: { tokenType: 'CODE' } }, 'clientKind'],
    [{ facts: { tokenType: '3', clientKind: 'desktop' } }, 'clientKind'],
    [{ facts: { tokenType: 'CODE', clientKind: 'web' } }, 'redirectMissing'],
    [web(''), 'redirectMissing'],
    [web('http://app.example.com/cb'), 'redirectNotHttps'],
    [web('app.example.com/cb'), 'redirectNotHttps'],
    [web('https:app.example.com'), 'redirectNotHttps'],
    [web('https://u:p@app.example.com/cb'), 'redirectNotHttps'],
    [web('https://app.example.com/a b'), 'redirectNotHttps'],
    [web('https://app.example.com/\r\nx'), 'redirectNotHttps'],
    [web('com.example.app://cb'), 'redirectNotHttps'],
    [web('https://app.example.com/cb#x'), 'redirectFragment'],
    [web('https://192.0.2.1/cb'), 'redirectIpAddress'],
    [web('https://3221225985/cb'), 'redirectIpAddress'],
    [web('https://0xC0000201/cb'), 'redirectIpAddress'],
    [web('https://[2001:db8::1]/cb'), 'redirectIpAddress'],
    [web('https://localhost/cb'), 'redirectLocalhost'],
    [web('https://LOCALHOST:8443/cb'), 'redirectLocalhost'],
    [web('https://app.localhost/cb'), 'redirectLocalhost'],
    [web('https://localhost./cb'), 'redirectLocalhost'],
    [web('https://intranet/cb'), 'redirectNoDomain'],
    [{ ...withKey, secrets: { appleKey: 'key' } }, 'appleKey'],
    [{ ...withKey, secrets: { appleKey: p8.replaceAll('PRIVATE', 'PUBLIC') } }, 'appleKey'],
    [{ secrets: { appleKey: p8 } }, 'appleKeyIncomplete'],
    [key({ appleKeyId: '' }), 'appleKeyIncomplete'],
    [key({ appleKeyId: 'short' }), 'appleId'],
    [key({ appleTeamId: 'team123456' }), 'appleId'],
    [key({ appleClientId: 'com example' }), 'appleClientId'],
  ];
  for (const [changes, field] of wrong) {
    it(`${JSON.stringify(changes).slice(0, 100)}: ${field}`, async () => {
      const scene = new IdentityPlatformScene();
      const result = await scene.preview(credentialWith(changes));
      assert.equal(told(result), `stopped: not-sent: invalidCredential < field.${field}`);
      assert.deepEqual(scene.requests, []);
      assert.ok(!JSON.stringify(result).includes(planted.appleToken));
    });
  }

  const right: readonly CredentialChanges[] = [
    web('https://app.example.com/callback?x=1'),
    web('https://app.example.com:8443'),
    web('https://xn--bcher-kva.example/'),
    { facts: { tokenType: 'CODE', clientKind: 'native' } },
    { facts: { tokenType: ' refresh_token ' } },
    { ...withKey, secrets: { appleKey: p8.replaceAll('\n', ' ') } },
    { ...withKey, secrets: { appleKey: p8.replaceAll('\n', '') } },
    { ...withKey, secrets: { appleKey: p8.replaceAll('\n', '\r\n') } },
  ];
  for (const changes of right) {
    it(`${JSON.stringify(changes).slice(0, 100)}: fine`, async () => {
      assert.equal(told(await new IdentityPlatformScene().preview(credentialWith(changes))), 'ready');
    });
  }

  it('takes the ids that go with the key from the settings, too', async () => {
    const options = { appleTeamId: 'TEAM123456', appleKeyId: 'KEY1234567', appleClientId: 'com.example.app' };
    const scene = new IdentityPlatformScene({}, options);
    assert.equal(told(await scene.preview(credentialWith({ secrets: { appleKey: p8 } }))), 'ready');
    assert.equal(scene.sent('appleToken')[0]?.fields['client_id'], 'com.example.app');
  });
});
