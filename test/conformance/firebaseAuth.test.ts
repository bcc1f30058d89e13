/** `@firebase/auth`, the official caller of `accounts:revokeToken`, judges Identity Platform in the sandbox. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import type { RunningSandbox } from '../../src/sandbox/api';
import type { IdentityPlatformSample } from '../../src/sandbox/identityPlatform/seedApi';
import { startSandbox } from '../../src/sandbox/server';
import type { Auth, FirebaseApp, FirebaseAuth } from './firebaseClient';
import { firebaseApp, firebaseAuth } from './firebaseClient';
import type { RecordingProxy, WireRequest } from './recordingProxy';
import { recordingProxy } from './recordingProxy';

const revokePath = '/identitytoolkit.googleapis.com/v2/accounts:revokeToken';

describe('@firebase/auth', () => {
  let firebase: FirebaseAuth;
  let apps: FirebaseApp;
  let sandbox: RunningSandbox;
  let proxy: RecordingProxy;
  let sample: IdentityPlatformSample;
  let app: object;
  let auth: Auth;

  before(function () {
    // The folder may have to be filled first.
    this.timeout(300_000);
    firebase = firebaseAuth();
    apps = firebaseApp();
  });

  beforeEach(async () => {
    sandbox = await startSandbox();
    sample = sandbox.control.identityPlatform.seedSample();
    proxy = await recordingProxy(sandbox.origin);
    app = apps.initializeApp({ apiKey: sample.apiKey, projectId: sample.project }, proxy.origin);
    auth = firebase.initializeAuth(app, { persistence: firebase.inMemoryPersistence });
    firebase.connectAuthEmulator(auth, proxy.origin, { disableWarnings: true });
  });

  afterEach(async () => {
    await apps.deleteApp(app);
    await proxy.close();
    await sandbox.close();
  });

  const apple = () => sandbox.control.identityPlatform.apple;
  const carol = () => {
    const [user] = sample.users;
    assert(user);
    return user;
  };

  /** The sheet on a device, and then the sign-in with what it gave. */
  async function signInWithApple(user = carol().appleUser) {
    const rawNonce = 'a nonce';
    const nonce = createHash('sha256').update(rawNonce).digest('hex');
    const { idToken } = await apple().authorize({ user, clientId: sample.apple.bundleId, nonce });
    const credential = new firebase.OAuthProvider('apple.com').credential({ idToken, rawNonce });
    return (await firebase.signInWithCredential(auth, credential)).user;
  }

  function revokeRequest(): WireRequest {
    const [request, ...others] = proxy.requests.filter(({ path }) => path === revokePath);
    assert(request);
    assert.deepEqual(others, []);
    return request;
  }

  it('signs in with Apple, sees the linked providers, and refreshes', async () => {
    const user = await signInWithApple();
    assert.deepEqual([user.uid, user.email], [carol().uid, carol().email]);
    assert.deepEqual(
      user.providerData.map(({ providerId, uid }) => [providerId, uid]),
      [
        ['apple.com', carol().appleUser],
        ['password', carol().email],
      ],
    );
    assert.equal(typeof (await user.getIdToken(true)), 'string');
    const refresh = proxy.requests.at(-1);
    assert.deepEqual([refresh?.path, refresh?.status], ['/securetoken.googleapis.com/v1/token', 200]);
  });

  it('makes an account for an Apple user whom the project has not seen', async () => {
    const [newcomer] = sandbox.control.identityPlatform.seed({
      appleUsers: [{ email: 'henry.test@example.com', name: 'Henry Test' }],
    }).appleUsers;
    const user = await signInWithApple(newcomer?.sub);
    assert.equal(user.email, 'henry.test@example.com');
  });

  it('revokes an access token, with the request that the contract describes', async () => {
    const user = await signInWithApple();
    await firebase.revokeAccessToken(auth, carol().apple.accessToken);
    const { method, query, headers, body, status } = revokeRequest();
    assert.deepEqual([method, query, status], ['POST', { key: sample.apiKey }, 200]);
    assert.match(headers.get('content-type') ?? '', /^application\/json/);
    // No redirectUri, and no tenantId where there is none.
    assert.deepEqual(JSON.parse(body), {
      providerId: 'apple.com',
      tokenType: 'ACCESS_TOKEN',
      token: carol().apple.accessToken,
      idToken: await user.getIdToken(),
    });
    const [record] = sandbox.control.identityPlatform.revocations();
    assert.deepEqual([record?.uid, record?.effect], [user.uid, 'grant-ended']);
    assert.equal(
      (await apple().authorize({ user: carol().appleUser, clientId: sample.apple.bundleId })).firstTime,
      true,
    );
  });

  for (const tokenType of ['ACCESS_TOKEN', 2, '2']) {
    it(`sends a request that is as good with ${JSON.stringify(tokenType)} for the type`, async () => {
      await signInWithApple();
      sandbox.control.identityPlatform.setSwitches({ duplicates: 'sent' });
      await firebase.revokeAccessToken(auth, 'nonsense');
      const { path, query, headers, body } = revokeRequest();
      const token = carol().apple.accessToken;
      const response = await fetch(`${sandbox.origin}${path}?${new URLSearchParams(query)}`, {
        method: 'POST',
        headers,
        body: JSON.stringify({ ...JSON.parse(body), tokenType, token }),
      });
      assert.deepEqual([response.status, await response.json()], [200, {}]);
      const effects = sandbox.control.identityPlatform.revocations().map(({ effect }) => effect);
      assert.deepEqual(effects, ['nothing', 'grant-ended']);
    });
  }

  it('names the tenant that the user is in', async () => {
    const { teamId, keyId, bundleId } = sample.apple;
    sandbox.control.identityPlatform.seed({
      projects: [
        {
          id: sample.project,
          number: sample.projectNumber,
          tenants: ['tenant-1'],
          apple: { bundleIds: [bundleId], codeFlow: { teamId, keyId } },
        },
      ],
    });
    auth.tenantId = 'tenant-1';
    await signInWithApple();
    await firebase.revokeAccessToken(auth, carol().apple.accessToken);
    assert.equal(JSON.parse(revokeRequest().body).tenantId, 'tenant-1');
    assert.equal(sandbox.control.identityPlatform.revocations()[0]?.tenantId, 'tenant-1');
  });

  it('signs in by password, custom token and sign-up', async () => {
    const { email, password, uid } = carol();
    assert.equal((await firebase.signInWithEmailAndPassword(auth, email, password)).user.uid, uid);
    const token = await sandbox.control.identityPlatform.customToken({ project: sample.project, uid });
    assert.equal((await firebase.signInWithCustomToken(auth, token)).user.uid, uid);
    const { user } = await firebase.createUserWithEmailAndPassword(auth, 'erin.test@example.com', 'secret');
    assert.equal(user.email, 'erin.test@example.com');
  });

  it('understands the refusals', async () => {
    const { email, uid } = carol();
    const control = sandbox.control.identityPlatform;
    const refused = (code: string, run: () => Promise<unknown>) => assert.rejects(run, { code: `auth/${code}` });
    await refused('invalid-credential', () => firebase.signInWithEmailAndPassword(auth, email, 'wrong-one'));
    await refused('email-already-in-use', () => firebase.createUserWithEmailAndPassword(auth, email, 'secret'));
    await signInWithApple();
    const revoke = () => firebase.revokeAccessToken(auth, carol().apple.accessToken);
    control.setProject(sample.project, { apple: { bundleIds: [sample.apple.bundleId] } });
    // What people meet: the error text with the redirect address is flattened to this.
    await refused('invalid-credential', revoke);
    control.setProject(sample.project, { apple: null });
    await refused('operation-not-allowed', revoke);
    control.setUser(uid, { disabled: true });
    await refused('user-disabled', revoke);
    assert.deepEqual(control.revocations(), []);
  });

  it('signs in at the sandbox as emulator, too, and hears that it has no revokeToken', async () => {
    const control = sandbox.control.identityPlatform;
    control.setSwitches({ emulator: true });
    const user = await signInWithApple();
    assert.match(await user.getIdToken(), /^[\w-]+\.[\w-]+\.$/);
    await assert.rejects(firebase.revokeAccessToken(auth, carol().apple.accessToken));
    assert.equal(revokeRequest().status, 501);
    assert.deepEqual(control.revocations(), []);
  });
});
