import assert from 'node:assert/strict';
import {
  type CredentialChanges,
  credentialWith,
  exchanged,
  IdentityPlatformScene,
  idToken,
  jwt,
  local,
  paragraph,
  planted,
  type Script,
  told,
  toolkitError,
} from '../../../fakes/identityPlatformScene';
import { response } from '../../../fakes/scriptedTransport';

const emulatorRefreshToken = Buffer.from(
  JSON.stringify({ _AuthEmulatorRefreshToken: 'DO NOT MODIFY', localId: 'uid-alice' }),
).toString('base64');
const emulator: Script = {
  root: [response(200, { authEmulator: { ready: true, docs: 'x' } })],
  token: [exchanged(idToken({ unsigned: true }))],
  revoke: [toolkitError(501, 'identitytoolkit.accounts.revokeToken is not implemented in the Auth Emulator.')],
};
const atHome = { origins: [local] } as const;
const unsignedToken: CredentialChanges = { form: 'idToken', secrets: { idToken: idToken({ unsigned: true }) } };
const signedToken: CredentialChanges = { form: 'idToken', secrets: { idToken: idToken() } };
const refreshToken = (token: string): CredentialChanges => ({ secrets: { refreshToken: token } });
const customToken = (token: string): CredentialChanges => ({ form: 'customToken', secrets: { customToken: token } });
const unsignedJwt = jwt({ uid: 'x' }, { alg: 'none', typ: 'JWT' }, '');

describe('Identity Platform: tokens stay where they belong', () => {
  const toProduction: readonly (readonly [string, CredentialChanges])[] = [
    ['ID token', unsignedToken],
    [
      'ID token, "None"',
      {
        ...unsignedToken,
        secrets: { idToken: idToken().replace(/^[^.]+/, jwt({}, { alg: 'None' }).split('.')[0] ?? '') },
      },
    ],
    ['ID token without its signature', { ...unsignedToken, secrets: { idToken: idToken().replace(/[^.]*$/, '') } }],
    ['refresh token', refreshToken(emulatorRefreshToken)],
    ['custom token', customToken(unsignedJwt)],
    ['custom token as bare JSON', customToken('{"uid":"x"}')],
  ];
  for (const [name, changes] of toProduction) {
    it(`an emulator’s ${name} is never sent to production: no request at all`, async () => {
      const scene = new IdentityPlatformScene();
      const result = await scene.preview(credentialWith(changes));
      assert.equal(told(result), 'stopped: not-sent: unsignedToProduction');
      assert.deepEqual(scene.requests, []);
    });
  }

  it('an unsigned ID token that a production service hands out is not used there either', async () => {
    const scene = new IdentityPlatformScene({ token: [exchanged(idToken({ unsigned: true }))] });
    assert.equal(told(await scene.preview(credentialWith())), 'stopped: not-sent: unsignedToProduction');
    assert.deepEqual(scene.calls, ['token']);
  });

  const toEmulator: readonly (readonly [string, CredentialChanges])[] = [
    ['ID token', signedToken],
    ['refresh token', refreshToken(planted.refreshToken)],
    ['custom token', customToken(jwt({ uid: 'x' }))],
  ];
  for (const [name, changes] of toEmulator) {
    it(`a signed ${name} is never sent to an emulator, which sees a request without secrets alone`, async () => {
      const scene = new IdentityPlatformScene(emulator, {}, local);
      const result = await scene.preview(credentialWith(changes, atHome));
      assert.equal(told(result), 'stopped: not-sent: signedToEmulator');
      assert.deepEqual(scene.calls, ['root']);
      assert.deepEqual(Object.keys(scene.requests[0]?.headers ?? {}), ['accept-encoding']);
    });
  }

  it('a signed token may go to a stand-in of this machine that is no emulator', async () => {
    const scene = new IdentityPlatformScene({}, {}, local);
    assert.equal(told(await scene.reset('revokeToken', credentialWith(signedToken, atHome))), 'accepted');
  });

  it('a credential of another address is not sent', async () => {
    const scene = new IdentityPlatformScene();
    const elsewhere: CredentialChanges = { origins: ['https://elsewhere.example'] };
    for (const changes of [{}, signedToken]) {
      assert.equal(
        told(await scene.preview(credentialWith(changes, elsewhere))),
        'stopped: not-sent: http.foreign-origin',
      );
    }
    assert.deepEqual(scene.requests, []);
  });
});

describe('Identity Platform: the Firebase Auth emulator', () => {
  it('is reached below the names of the real hosts, with any key, and its 501 is not the token’s fault', async () => {
    const scene = new IdentityPlatformScene(emulator, {}, local);
    const changes: CredentialChanges = { secrets: { apiKey: null, refreshToken: emulatorRefreshToken }, ...atHome };
    const result = await scene.reset('revokeToken', credentialWith(changes));
    assert.ok(result.kind === 'unsupported');
    assert.equal(told(result), 'unsupported: emulatorUnsupported');
    assert.match(paragraph(result.reason), /not at fault.*Start Sandbox/);
    assert.deepEqual(
      scene.requests.map(({ origin, path }) => `${origin}${path}`),
      [
        `${local}/securetoken.googleapis.com/v1/token`,
        `${local}/identitytoolkit.googleapis.com/v1/accounts:lookup`,
        `${local}/securetoken.googleapis.com/v1/token`,
        `${local}/identitytoolkit.googleapis.com/v2/accounts:revokeToken`,
      ],
    );
    for (const { headers } of scene.requests) assert.equal(headers['x-goog-api-key'], 'emulator');
  });
});
