import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync } from 'node:crypto';
import { createRemoteJWKSet, importPKCS8, jwtVerify, SignJWT } from 'jose';
import { claimsOf, IdentitySandbox, told } from './identitySandbox';

interface SignedIn {
  readonly localId: string;
  readonly idToken?: string;
  readonly refreshToken?: string;
  readonly expiresIn?: string;
  readonly isNewUser?: boolean;
  readonly email?: string;
  readonly mfaPendingCredential?: string;
  readonly oauthAccessToken?: string;
  readonly oauthRefreshToken?: string;
}

describe('identity sandbox: ways to an ID token', () => {
  let sandbox: IdentitySandbox;
  beforeEach(async () => {
    sandbox = await IdentitySandbox.start();
  });
  afterEach(() => sandbox.running.close());

  const refusal = async (method: string, body: object) => told(await sandbox.account(method, body));
  const good = async (method: string, body: object) => {
    const answer = await sandbox.account(method, body);
    assert.equal(answer.status, 200, answer.text);
    return answer.json<SignedIn>();
  };
  const newcomer = { email: 'Erin.Test@example.com', password: 'secret', returnSecureToken: true };

  it('signs ID tokens that the published key verifies, with the claims of the real ones', async () => {
    const idToken = await sandbox.idToken();
    const keys = '/www.googleapis.com/service_accounts/v1/jwk/securetoken@system.gserviceaccount.com';
    const keySet = await (await fetch(sandbox.running.origin + keys)).text();
    assert.doesNotMatch(keySet, /"(d|p|q)"/);
    const { payload, protectedHeader } = await jwtVerify(
      idToken,
      createRemoteJWKSet(new URL(sandbox.running.origin + keys)),
      {
        issuer: `https://securetoken.google.com/${sandbox.sample.project}`,
        audience: sandbox.sample.project,
        currentDate: new Date(sandbox.running.control.clock.now()),
      },
    );
    assert.equal(protectedHeader.alg, 'RS256');
    const now = Math.floor(sandbox.running.control.clock.now() / 1000);
    assert.deepEqual(payload, {
      name: 'Carol Test',
      iss: `https://securetoken.google.com/${sandbox.sample.project}`,
      aud: sandbox.sample.project,
      auth_time: now,
      user_id: 'sample-carol',
      sub: 'sample-carol',
      iat: now,
      exp: now + 3600,
      email: 'carol.test@example.com',
      email_verified: true,
      firebase: {
        identities: { 'apple.com': ['000000.carol.0001'], email: ['carol.test@example.com'] },
        sign_in_provider: 'apple.com',
      },
    });
  });

  describe('signUp', () => {
    it('makes an account with a password, once', async () => {
      const { localId, idToken, email, expiresIn } = await good('signUp', newcomer);
      assert.deepEqual([email, expiresIn, claimsOf(idToken).sub], ['erin.test@example.com', '3600', localId]);
      assert.deepEqual(await refusal('signUp', newcomer), [400, 'EMAIL_EXISTS']);
    });

    it('makes an anonymous account, and turns it into one with a password', async () => {
      const { localId, idToken } = await good('signUp', { returnSecureToken: true });
      assert.equal(claimsOf(idToken).firebase.sign_in_provider, 'anonymous');
      assert.equal((await good('signUp', { ...newcomer, idToken })).localId, localId);
      assert.equal((await good('signInWithPassword', newcomer)).localId, localId);
    });

    it('refuses what is missing, weak, no address, not enabled or not for everybody', async () => {
      const { project } = sandbox.sample;
      assert.deepEqual(await refusal('signUp', { password: 'secret' }), [400, 'MISSING_EMAIL']);
      assert.deepEqual(await refusal('signUp', { email: 'a@example.com' }), [400, 'MISSING_PASSWORD']);
      assert.deepEqual(await refusal('signUp', { ...newcomer, email: 'nobody' }), [400, 'INVALID_EMAIL']);
      assert.match((await refusal('signUp', { ...newcomer, password: '12345' }))[1], /^WEAK_PASSWORD : /);
      assert.match((await refusal('signUp', { localId: 'mine' }))[1], /^UNEXPECTED_PARAMETER : /);
      sandbox.control.setProject(project, { passwordSignIn: false, anonymousSignIn: false });
      assert.deepEqual(await refusal('signUp', newcomer), [400, 'OPERATION_NOT_ALLOWED']);
      assert.deepEqual(await refusal('signUp', {}), [400, 'ADMIN_ONLY_OPERATION']);
    });

    it('lets a developer name the uid, and signs nobody in', async () => {
      const [token] = sandbox.control.seed({ bearers: [{ project: sandbox.sample.project }] }).bearers;
      const admin = { authorization: `Bearer ${token}` };
      const body = { localId: 'mine', email: 'mine.test@example.com', disabled: true };
      const made = (await sandbox.account('signUp', body, admin)).json<SignedIn>();
      assert.deepEqual([made.localId, made.idToken], ['mine', undefined]);
      assert.deepEqual(told(await sandbox.account('signUp', { localId: 'mine' }, admin)), [400, 'DUPLICATE_LOCAL_ID']);
      assert.equal(sandbox.control.users().find(({ uid }) => uid === 'mine')?.disabled, true);
    });
  });

  describe('signInWithPassword', () => {
    const carol = () => ({ email: sandbox.carol.email, password: sandbox.carol.password, returnSecureToken: true });

    it('answers with tokens, a refresh token only when asked', async () => {
      const { idToken, refreshToken } = await good('signInWithPassword', carol());
      assert.equal(claimsOf(idToken).firebase.sign_in_provider, 'password');
      assert.equal((await sandbox.refresh(refreshToken ?? '')).status, 200);
      const short = await good('signInWithPassword', { ...carol(), returnSecureToken: false });
      assert.deepEqual([typeof short.idToken, short.refreshToken], ['string', undefined]);
    });

    it('does not tell an unknown address from a wrong password, unless protection is off', async () => {
      const wrong = { ...carol(), password: 'wrong-one' };
      const unknown = { ...carol(), email: 'nobody.test@example.com' };
      for (const body of [wrong, unknown]) {
        assert.deepEqual(await refusal('signInWithPassword', body), [400, 'INVALID_LOGIN_CREDENTIALS']);
      }
      sandbox.control.setSwitches({ emailEnumerationProtection: false });
      assert.deepEqual(await refusal('signInWithPassword', wrong), [400, 'INVALID_PASSWORD']);
      assert.deepEqual(await refusal('signInWithPassword', unknown), [400, 'EMAIL_NOT_FOUND']);
    });

    it('refuses disabled accounts and projects without passwords, and names what is missing', async () => {
      assert.deepEqual(await refusal('signInWithPassword', { password: 'x' }), [400, 'MISSING_EMAIL']);
      assert.deepEqual(await refusal('signInWithPassword', { email: 'x' }), [400, 'INVALID_EMAIL']);
      assert.deepEqual(await refusal('signInWithPassword', { email: 'x@y.example' }), [400, 'MISSING_PASSWORD']);
      sandbox.control.setUser(sandbox.carol.uid, { disabled: true });
      assert.deepEqual(await refusal('signInWithPassword', carol()), [400, 'USER_DISABLED']);
      sandbox.control.setProject(sandbox.sample.project, { passwordSignIn: false });
      assert.deepEqual(await refusal('signInWithPassword', carol()), [400, 'OPERATION_NOT_ALLOWED']);
    });

    it('wants a second factor where there is one', async () => {
      sandbox.control.setUser(sandbox.carol.uid, { secondFactor: true });
      const { idToken, refreshToken, mfaPendingCredential } = await good('signInWithPassword', carol());
      assert.deepEqual([idToken, refreshToken, typeof mfaPendingCredential], [undefined, undefined, 'string']);
    });
  });

  describe('signInWithCustomToken', () => {
    const { project } = { project: 'reconsent-sample' };
    const signIn = (token: string, more: object = {}) =>
      sandbox.account('signInWithCustomToken', { token, returnSecureToken: true, ...more });

    it('makes the account on first use, and carries the claims over a refresh', async () => {
      const token = await sandbox.control.customToken({ project, uid: 'frank', claims: { role: 'tester' } });
      const first = (await signIn(token)).json<SignedIn>();
      assert.equal(first.isNewUser, true);
      assert.equal((await signIn(token)).json<SignedIn>().isNewUser, false);
      const { sub, firebase, ['role']: role } = claimsOf(first.idToken);
      assert.deepEqual([sub, firebase.sign_in_provider, role], ['frank', 'custom', 'tester']);
      const refreshed = (await sandbox.refresh(first.refreshToken ?? '')).json<{ id_token: string }>();
      assert.equal(claimsOf(refreshed.id_token)['role'], 'tester');
    });

    it('takes the signature of a service account of the project, and of no other', async () => {
      const { publicKey, privateKey } = generateKeyPairSync('rsa', {
        modulusLength: 2048,
        publicKeyEncoding: { type: 'spki', format: 'pem' },
        privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
      });
      const email = 'signer@example.iam.gserviceaccount.com';
      const now = Math.floor(sandbox.running.control.clock.now() / 1000);
      const identityToolkit =
        'https://identitytoolkit.googleapis.com/google.identity.identitytoolkit.v1.IdentityToolkit';
      const sign = async (issuer: string, lifetime = 3600, audience = identityToolkit) =>
        new SignJWT({ uid: 'grace' })
          .setProtectedHeader({ alg: 'RS256' })
          .setIssuer(issuer)
          .setSubject(issuer)
          .setAudience(audience)
          .setExpirationTime(now + lifetime)
          .sign(await importPKCS8(privateKey, 'RS256'));
      assert.deepEqual(told(await signIn(await sign(email))), [400, 'CREDENTIAL_MISMATCH']);
      sandbox.control.seed({
        projects: [{ id: project, number: '210987654321', serviceAccounts: [{ email, publicKey }] }],
      });
      assert.equal((await signIn(await sign(email))).status, 200);
      const own = `firebase-adminsdk@${project}.iam.gserviceaccount.com`;
      assert.match(told(await signIn(await sign(own)))[1], /^INVALID_CUSTOM_TOKEN : /);
      assert.match(told(await signIn(await sign(email, -1)))[1], /^INVALID_CUSTOM_TOKEN : /);
      assert.match(told(await signIn(await sign(email, 3600, project)))[1], /^INVALID_CUSTOM_TOKEN : /);
    });

    it('refuses nothing, nonsense, reserved claims, other tenants and disabled accounts', async () => {
      assert.deepEqual(told(await signIn('')), [400, 'MISSING_CUSTOM_TOKEN']);
      assert.match(told(await signIn('a.b.c'))[1], /^INVALID_CUSTOM_TOKEN : /);
      const reserved = await sandbox.control.customToken({ project, uid: 'frank', claims: { firebase: 1 } });
      assert.deepEqual(told(await signIn(reserved)), [400, 'FORBIDDEN_CLAIM : firebase']);
      const tenant = await sandbox.control.customToken({ project, uid: 'frank', tenantId: 'tenant-1' });
      assert.deepEqual(told(await signIn(tenant)), [400, 'TENANT_ID_MISMATCH']);
      sandbox.control.setUser(sandbox.carol.uid, { disabled: true });
      const carols = await sandbox.control.customToken({ project, uid: sandbox.carol.uid });
      assert.deepEqual(told(await signIn(carols)), [400, 'USER_DISABLED']);
    });
  });

  describe('signInWithIdp', () => {
    const signIn = (postBody: Record<string, string>, more: object = {}) =>
      sandbox.account('signInWithIdp', {
        requestUri: 'http://localhost',
        returnSecureToken: true,
        postBody: new URLSearchParams({ providerId: 'apple.com', ...postBody }).toString(),
        ...more,
      });
    const newAppleUser = () =>
      sandbox.control.seed({ appleUsers: [{ email: 'henry.test@example.com' }] }).appleUsers[0]?.sub ?? '';
    const sheet = (user: string, more: object = {}) =>
      sandbox.control.apple.authorize({ user, clientId: sandbox.sample.apple.bundleId, ...more });

    it('makes an account that is linked to Apple, and finds it again', async () => {
      const user = newAppleUser();
      const first = (await signIn({ id_token: (await sheet(user)).idToken })).json<SignedIn>();
      assert.deepEqual([first.isNewUser, first.email], [true, 'henry.test@example.com']);
      const { firebase } = claimsOf(first.idToken);
      assert.deepEqual([firebase.sign_in_provider, firebase.identities['apple.com']], ['apple.com', [user]]);
      const again = (await signIn({ id_token: (await sheet(user)).idToken })).json<SignedIn>();
      assert.deepEqual([again.localId, again.isNewUser], [first.localId, undefined]);
    });

    it('exchanges a web code, and hands on what Apple gave', async () => {
      const user = newAppleUser();
      const redirectUri = 'https://app.example.com/__/auth/handler';
      const { code } = await sheet(user, { clientId: sandbox.sample.apple.servicesId, redirectUri });
      const signed = (await signIn({ code }, { requestUri: `${redirectUri}?state=1` })).json<SignedIn>();
      assert.equal(signed.isNewUser, true);
      const revoked = await sandbox.revoke({ token: signed.oauthAccessToken, idToken: signed.idToken });
      assert.equal(revoked.status, 200);
      assert.deepEqual(sandbox.effects(), ['grant-ended']);
      const spent = await signIn({ code }, { requestUri: redirectUri });
      assert.match(told(spent)[1], /^INVALID_IDP_RESPONSE : .*redirect uri is: https:\/\/app\.example\.com\/__\/auth/);
    });

    it('wants the nonce that was hashed into the token', async () => {
      const nonce = createHash('sha256').update('raw').digest('hex');
      const { idToken } = await sheet(newAppleUser(), { nonce });
      assert.match(told(await signIn({ id_token: idToken }))[1], /^MISSING_OR_INVALID_NONCE : /);
      assert.match(told(await signIn({ id_token: idToken, nonce: 'other' }))[1], /^MISSING_OR_INVALID_NONCE : /);
      assert.equal((await signIn({ id_token: idToken, nonce: 'raw' })).status, 200);
    });

    it('links to an account that is signed in, but not the Apple user of another', async () => {
      const { localId, idToken = '' } = await good('signUp', newcomer);
      const linked = await signIn({ id_token: (await sheet(newAppleUser())).idToken }, { idToken });
      assert.equal(linked.json<SignedIn>().localId, localId);
      const carols = (await sheet(sandbox.carol.appleUser)).idToken;
      assert.deepEqual(told(await signIn({ id_token: carols }, { idToken })), [
        400,
        'FEDERATED_USER_ID_ALREADY_LINKED',
      ]);
    });

    it('refuses other providers, other audiences, forged and old tokens, and requests without a credential', async () => {
      const { idToken } = await sheet(newAppleUser());
      assert.match(told(await signIn({ providerId: 'google.com', id_token: idToken }))[1], /^OPERATION_NOT_ALLOWED/);
      assert.match(told(await signIn({}))[1], /^INVALID_IDP_RESPONSE/);
      assert.match(told(await signIn({ id_token: idToken.slice(0, -8) }))[1], /^INVALID_IDP_RESPONSE/);
      assert.deepEqual(told(await signIn({}, { requestUri: undefined })), [400, 'MISSING_REQUEST_URI']);
      assert.match(told(await signIn({}, { postBody: 'id_token=x' }))[1], /^INVALID_CREDENTIAL_OR_PROVIDER_ID/);
      sandbox.control.seed({ appleClients: [{ clientId: 'com.example.other', teamId: 'T' }] });
      const other = await sheet(sandbox.carol.appleUser, { clientId: 'com.example.other' });
      assert.match(told(await signIn({ id_token: other.idToken }))[1], /audience in ID Token \[com\.example\.other\]/);
      sandbox.running.control.clock.advance(86_400_000);
      assert.match(told(await signIn({ id_token: idToken }))[1], /^INVALID_IDP_RESPONSE/);
      sandbox.control.setProject(sandbox.sample.project, { apple: null });
      assert.match(told(await signIn({ id_token: idToken }))[1], /^OPERATION_NOT_ALLOWED/);
    });
  });

  describe('lookup', () => {
    interface Looked {
      readonly users?: { localId: string; providerUserInfo: { providerId: string; rawId: string }[] }[];
    }

    it('shows the owner of an ID token with the linked providers', async () => {
      const { users } = (await sandbox.account('lookup', { idToken: await sandbox.idToken() })).json<Looked>();
      assert.deepEqual(
        users?.map(({ localId, providerUserInfo }) => [localId, providerUserInfo.map(({ providerId }) => providerId)]),
        [['sample-carol', ['apple.com', 'password']]],
      );
      assert.equal(users?.[0]?.providerUserInfo[0]?.rawId, sandbox.carol.appleUser);
      assert.deepEqual(await refusal('lookup', {}), [400, 'MISSING_ID_TOKEN']);
      assert.deepEqual(await refusal('lookup', { idToken: 'x' }), [400, 'INVALID_ID_TOKEN']);
    });

    it('takes the tenant from the token, and no other', async () => {
      sandbox.control.seed({
        projects: [{ id: 'multi', number: '42', apiKeys: [{ key: 'multi-key' }], tenants: ['tenant-1', 'tenant-2'] }],
        users: [{ project: 'multi', tenantId: 'tenant-1', uid: 'erin' }],
      });
      const idToken = await sandbox.idToken({ uid: 'erin' });
      const look = (body: object) => sandbox.account('lookup', { idToken, ...body }, { 'x-goog-api-key': 'multi-key' });
      assert.equal((await look({})).json<Looked>().users?.[0]?.localId, 'erin');
      assert.equal((await look({ tenantId: 'tenant-1' })).status, 200);
      assert.deepEqual(told(await look({ tenantId: 'tenant-2' })), [400, 'TENANT_ID_MISMATCH']);
    });

    it('finds for a developer whom he names', async () => {
      const [token] = sandbox.control.seed({ bearers: [{ project: sandbox.sample.project }] }).bearers;
      const look = async (body: object) =>
        (await sandbox.account('lookup', body, { authorization: `Bearer ${token}` })).json<Looked>().users;
      assert.equal((await look({ localId: ['sample-dave'] }))?.[0]?.localId, 'sample-dave');
      assert.equal((await look({ email: [sandbox.carol.email] }))?.[0]?.localId, 'sample-carol');
      assert.equal(await look({ localId: ['nobody'] }), undefined);
    });
  });
});
