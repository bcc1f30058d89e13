import assert from 'node:assert/strict';
import { frozenClock } from '../../../../src/sandbox/clock';
import type { IdentityPlatformFault, IdentityPlatformRoute } from '../../../../src/sandbox/identityPlatform/api';
import {
  identityPlatformFaultNames,
  identityPlatformRouteNames,
} from '../../../../src/sandbox/identityPlatform/presets';
import type { IdentityPlatformSample } from '../../../../src/sandbox/identityPlatform/seedApi';
import { startSandbox } from '../../../../src/sandbox/server';
import { startTime } from '../sampleSandbox';
import { IdentitySandbox } from './identitySandbox';

describe('identity sandbox: the control plane', () => {
  let sandbox: IdentitySandbox;
  beforeEach(async () => {
    sandbox = await IdentitySandbox.start();
  });
  afterEach(() => sandbox.running.close());

  async function control<Shape = Record<string, unknown>>(method: string, path: string, body?: unknown) {
    const response = await fetch(`${sandbox.running.origin}/__sandbox/${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: (await response.json()) as Shape };
  }
  const at = <Shape>(method: string, path: string, body?: unknown) =>
    control<Shape>(method, `identityPlatform/${path}`, body);

  it('gives the same sample after a restart with the same seed', async () => {
    const again = await startSandbox({ clock: frozenClock(startTime) });
    try {
      assert.deepEqual(again.control.identityPlatform.seedSample(), sandbox.sample);
    } finally {
      await again.close();
    }
    const other = await startSandbox({ clock: frozenClock(startTime), seed: 2 });
    try {
      const sample = other.control.identityPlatform.seedSample();
      assert.notEqual(sample.apple.privateKey, sandbox.sample.apple.privateKey);
      assert.notEqual(sample.users[0]?.refreshToken, sandbox.carol.refreshToken);
    } finally {
      await other.close();
    }
  });

  it('seeds the sample again: a live authorisation is kept, an ended one given anew', async () => {
    await sandbox.revoke();
    sandbox.control.setProject(sandbox.sample.project, { passwordSignIn: false });
    const { body } = await at<IdentityPlatformSample>('POST', 'seed-sample');
    const [carol, dave] = body.users;
    assert.equal(await sandbox.appleTakes(), false);
    assert.equal(await sandbox.appleTakes(carol?.apple.refreshToken), true);
    assert.equal(await sandbox.appleTakes(sandbox.dave.apple.refreshToken), true);
    assert.equal(await sandbox.appleTakes(dave?.apple.refreshToken), true);
    assert.equal((await sandbox.refresh(sandbox.carol.refreshToken)).status, 200);
    assert.equal(sandbox.control.apple.grants().length, 3);
    const { email, password } = sandbox.carol;
    const signIn = await sandbox.account('signInWithPassword', { email, password });
    assert.equal(signIn.status, 400, 'the project stays as it was set');
  });

  it('seeds, reads and changes over HTTP', async () => {
    const seeded = await at<{ users: { uid: string; refreshToken: string }[]; bearers: string[] }>('POST', 'seed', {
      projects: [{ id: 'p', number: '7', apiKeys: [{ key: 'k' }], tenants: ['t'] }],
      users: [{ project: 'p', tenantId: 't', email: 'erin.test@example.com', password: 'secret' }],
      bearers: [{ project: 'p' }],
    });
    const uid = seeded.body.users[0]?.uid ?? '';
    assert.equal((await sandbox.refresh(seeded.body.users[0]?.refreshToken ?? '', 'k')).status, 200);
    const users = await at<object[]>('GET', 'users?project=p&tenantId=t');
    const erin = { project: 'p', tenantId: 't', uid, email: 'erin.test@example.com', disabled: false };
    assert.deepEqual(users.body, [{ ...erin, validSince: Math.floor(startTime / 1000) * 1000 }]);
    assert.equal((await at<{ disabled: boolean }>('PATCH', `users/${uid}`, { disabled: true })).body.disabled, true);
    assert.equal((await sandbox.refresh(seeded.body.users[0]?.refreshToken ?? '', 'k')).status, 400);
    assert.equal((await at('DELETE', `users/${uid}?project=p`)).status, 200);
    assert.equal((await at('DELETE', `users/${uid}`)).status, 400);
    assert.equal((await at('PATCH', 'projects/p', { suspended: true })).status, 200);
    assert.equal((await sandbox.account('signUp', {}, { 'x-goog-api-key': 'k' })).status, 403);
  });

  it('makes tokens over HTTP that the services take', async () => {
    const { uid, appleUser } = sandbox.carol;
    const { idToken } = (await at<{ idToken: string }>('POST', 'sign-ins', { uid })).body;
    const wish = { project: sandbox.sample.project, uid };
    const { token } = (await at<{ token: string }>('POST', 'custom-tokens', wish)).body;
    assert.equal((await sandbox.account('signInWithCustomToken', { token })).status, 200);
    const request = { user: appleUser, clientId: sandbox.sample.apple.bundleId };
    const { code } = (await at<{ code: string }>('POST', 'apple/authorizations', request)).body;
    const tokens = (await at<{ refreshToken: string }>('POST', 'apple/tokens', request)).body;
    assert.equal(await sandbox.appleTakes(tokens.refreshToken), true);
    assert.equal((await sandbox.revoke({ tokenType: 3, token: code, idToken })).status, 200);
    assert.equal(await sandbox.appleTakes(tokens.refreshToken), false);
    const [record] = (await at<{ tokenType: string; effect: string }[]>('GET', 'revocations')).body;
    assert.deepEqual([record?.tokenType, record?.effect], ['CODE', 'grant-ended']);
    const grants = (await at<{ user: string; state: string; endedAt?: number }[]>('GET', 'apple/grants')).body;
    const own = grants.find(({ user }) => user === appleUser);
    assert.deepEqual([own?.state, own?.endedAt], ['ended', startTime]);
    const [ended] = (await at<{ via: string }[]>('GET', 'apple/revocations')).body;
    assert.equal(ended?.via, 'identity-platform');
  });

  it('turns switches, one at a time', async () => {
    const before = (await at<Record<string, unknown>>('GET', 'switches')).body;
    const patch = { duplicates: 'sent', fieldErrorCodes: { token: 'NO_TOKEN' } };
    const { body } = await at<Record<string, unknown>>('PATCH', 'switches', patch);
    const codes = { ...(before['fieldErrorCodes'] as object), token: 'NO_TOKEN' };
    assert.deepEqual(body, { ...before, duplicates: 'sent', fieldErrorCodes: codes });
  });

  it('400 for what is misspelt or refers to nothing', async () => {
    for (const [method, path, body] of [
      ['POST', 'seed', { project: [] }],
      ['POST', 'seed', { users: [{ project: 'nowhere' }] }],
      ['POST', 'seed', { users: [{ project: 'reconsent-sample', tenantId: 'none' }] }],
      ['POST', 'seed', { users: [{ project: 'reconsent-sample', apple: 'nobody' }] }],
      ['POST', 'seed', { users: [{ project: 'reconsent-sample', email: 'carol.test@example.com' }] }],
      ['POST', 'seed', { projects: [{ id: 'other', number: '210987654321' }] }],
      ['POST', 'seed', { bearers: [{ project: 'nowhere' }] }],
      ['POST', 'seed', { appleKeys: [{ keyId: 'K', teamId: 'T', publicKey: 'no PEM' }] }],
      ['PATCH', 'switches', { emulater: true }],
      ['PATCH', 'projects/nowhere', {}],
      ['PATCH', 'users/nobody', {}],
      ['POST', 'sign-ins', { uid: 'nobody' }],
      ['POST', 'custom-tokens', { project: 'nowhere', uid: 'x' }],
      ['POST', 'apple/authorizations', { user: 'nobody', clientId: 'com.example.reconsent' }],
      ['POST', 'apple/tokens', { user: '000000.carol.0001', clientId: 'nothing' }],
      ['POST', 'faults', { name: 'tokenExpired', route: 'nowhere' }],
    ] as const) {
      const { status, body: answer } = await at<{ error?: string }>(method, path, body);
      assert.deepEqual([status, typeof answer.error], [400, 'string'], `${method} ${path} ${JSON.stringify(body)}`);
    }
  });

  it('a snapshot holds users, sessions, Apple grants, switches and the ledger', async () => {
    sandbox.control.setSwitches({ successBody: 'empty' });
    const snapshot = JSON.parse(JSON.stringify(sandbox.running.control.snapshot()));
    await sandbox.revoke();
    sandbox.control.deleteUser(sandbox.dave.uid);
    sandbox.control.setSwitches({ successBody: 'braces' });
    sandbox.running.control.restore(snapshot);
    assert.deepEqual(sandbox.control.revocations(), []);
    assert.equal(await sandbox.appleTakes(), true);
    assert.equal((await sandbox.refresh(sandbox.dave.refreshToken)).status, 200);
    assert.equal((await sandbox.revoke()).text, '');
    sandbox.running.control.reset();
    assert.deepEqual(sandbox.control.users(), []);
    assert.equal(sandbox.control.switches().successBody, 'braces');
  });

  it('logs no key, no token and no body', async () => {
    const { apiKey } = sandbox.sample;
    const { email, password, refreshToken, apple } = sandbox.carol;
    const idToken = await sandbox.idToken();
    await sandbox.account(`signInWithPassword?key=${apiKey}`, { email, password });
    await sandbox.revoke({ idToken });
    await sandbox.refresh(refreshToken);
    await sandbox.apple('/auth/revoke', { token: apple.refreshToken });
    const log = JSON.stringify(sandbox.running.control.requests.list());
    assert.match(log, /"path":"\/v2\/accounts:revokeToken"/);
    for (const secret of [apiKey, password, refreshToken, idToken, apple.accessToken, apple.refreshToken]) {
      assert.ok(!log.includes(secret));
    }
  });

  it('lets every web page call the services, but not the control plane', async () => {
    const { origin } = sandbox.running;
    const preflight = await fetch(`${origin}/v2/accounts:revokeToken`, {
      method: 'OPTIONS',
      headers: {
        origin: 'https://app.example.com',
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'content-type,x-client-version',
      },
    });
    assert.equal(preflight.status, 204);
    assert.equal(preflight.headers.get('access-control-allow-origin'), '*');
    assert.match(preflight.headers.get('access-control-allow-headers') ?? '', /x-client-version/);
    const steered = await fetch(`${origin}/__sandbox/identityPlatform/users`, {
      headers: { origin: 'https://app.example.com' },
    });
    assert.equal(steered.status, 403);
  });

  it('names its addresses', () => {
    const { origin, identityPlatform } = sandbox.running;
    assert.deepEqual(identityPlatform, {
      identityToolkitUrl: `${origin}/identitytoolkit.googleapis.com`,
      secureTokenUrl: `${origin}/securetoken.googleapis.com`,
      appleUrl: `${origin}/appleid.apple.com`,
      emulatorHost: new URL(origin).host,
    });
  });

  describe('faults by name', () => {
    it('strike on each route, in both its spellings and on no other', async () => {
      const paths: Record<Exclude<IdentityPlatformRoute, 'any'>, string> = {
        revokeToken: '/identitytoolkit.googleapis.com/v2/accounts:revokeToken',
        signUp: '/identitytoolkit.googleapis.com/v1/accounts:signUp',
        signInWithPassword: '/identitytoolkit.googleapis.com/v1/accounts:signInWithPassword',
        signInWithCustomToken: '/identitytoolkit.googleapis.com/v1/accounts:signInWithCustomToken',
        signInWithIdp: '/identitytoolkit.googleapis.com/v1/accounts:signInWithIdp',
        lookup: '/identitytoolkit.googleapis.com/v1/accounts:lookup',
        token: '/securetoken.googleapis.com/v1/token',
        appleToken: '/appleid.apple.com/auth/token',
        appleRevoke: '/appleid.apple.com/auth/revoke',
        appleKeys: '/appleid.apple.com/auth/keys',
      };
      assert.deepEqual([...Object.keys(paths), 'any'], identityPlatformRouteNames);
      for (const [route, path] of Object.entries(paths)) {
        await at('POST', 'faults', { name: 'unavailable503', route });
        for (const [other, otherPath] of Object.entries(paths)) {
          for (const spelling of [otherPath, otherPath.replace(/^\/[a-z]+\.[a-z]+\.com/, '')]) {
            const method = other === 'appleKeys' ? 'GET' : 'POST';
            const { status } = await fetch(sandbox.running.origin + spelling, { method });
            assert.equal(status === 503, other === route, `${route}: ${spelling} of ${path}`);
          }
        }
        await control('DELETE', 'faults');
      }
    });

    const rows: Partial<Record<IdentityPlatformFault, readonly [number, RegExp]>> = {
      invalidIdToken: [400, /"message": "INVALID_ID_TOKEN"/],
      tokenExpired: [400, /"message": "TOKEN_EXPIRED",\s+"errors"/],
      userNotFound: [400, /USER_NOT_FOUND/],
      userDisabled: [400, /USER_DISABLED/],
      invalidProviderId: [400, /INVALID_PROVIDER_ID/],
      operationNotAllowed: [400, /OPERATION_NOT_ALLOWED/],
      invalidIdpResponse: [
        400,
        /INVALID_IDP_RESPONSE : Error getting access token from Apple\. OAuth2 redirect uri is/,
      ],
      tenantIdMismatch: [400, /TENANT_ID_MISMATCH/],
      unsupportedTenantOperation: [400, /UNSUPPORTED_TENANT_OPERATION/],
      invalidTenantId: [400, /INVALID_TENANT_ID/],
      tooManyAttempts: [400, /TOO_MANY_ATTEMPTS_TRY_LATER : /],
      quotaExceeded: [400, /QUOTA_EXCEEDED/],
      anyCode: [400, /"MADE_UP : Why\."/],
      apiKeyInvalid: [400, /API_KEY_INVALID/],
      apiKeyInvalidOld: [400, /"reason": "keyInvalid"/],
      apiKeyServiceBlocked: [403, /API_KEY_SERVICE_BLOCKED/],
      apiKeyHttpReferrerBlocked: [403, /API_KEY_HTTP_REFERRER_BLOCKED/],
      apiKeyIosAppBlocked: [403, /API_KEY_IOS_APP_BLOCKED/],
      apiKeyAndroidAppBlocked: [403, /API_KEY_ANDROID_APP_BLOCKED/],
      apiKeyIpAddressBlocked: [403, /API_KEY_IP_ADDRESS_BLOCKED/],
      serviceDisabled: [403, /SERVICE_DISABLED[\s\S]*projects\/42/],
      consumerSuspended: [403, /api_key:echoed-key[\s\S]*CONSUMER_SUSPENDED/],
      callerMissing: [403, /unregistered callers/],
      badBearer: [401, /UNAUTHENTICATED/],
      scopeMissing: [403, /ACCESS_TOKEN_SCOPE_INSUFFICIENT/],
      quotaProjectMissing: [403, /requires a quota project/],
      quotaProjectDenied: [403, /USER_PROJECT_DENIED/],
      invalidArgument: [400, /INVALID_ARGUMENT/],
      notImplemented: [501, /NOT_IMPLEMENTED/],
      invalidRefreshToken: [400, /INVALID_REFRESH_TOKEN[\s\S]*INVALID_ARGUMENT/],
      missingRefreshToken: [400, /MISSING_REFRESH_TOKEN/],
      invalidGrantType: [400, /INVALID_GRANT_TYPE/],
      projectNumberMismatch: [400, /PROJECT_NUMBER_MISMATCH/],
      secureTokenExpired: [400, /TOKEN_EXPIRED[\s\S]*INVALID_ARGUMENT/],
      secureTokenUserDisabled: [400, /USER_DISABLED[\s\S]*INVALID_ARGUMENT/],
      secureTokenUserNotFound: [400, /USER_NOT_FOUND[\s\S]*INVALID_ARGUMENT/],
      emailNotFound: [400, /EMAIL_NOT_FOUND/],
      invalidPassword: [400, /INVALID_PASSWORD/],
      invalidLoginCredentials: [400, /INVALID_LOGIN_CREDENTIALS/],
      appleInvalidGrant: [400, /"error":"invalid_grant"/],
      appleInvalidClient: [400, /"error":"invalid_client"/],
      appleInvalidRequest: [400, /"error":"invalid_request"/],
      unavailable503: [503, /UNAVAILABLE/],
      internal500: [500, /INTERNAL/],
      deadlineExceeded504: [504, /DEADLINE_EXCEEDED/],
      emptyError: [500, /^$/],
      empty200: [200, /^$/],
      html200: [200, /<h1>Sign in to the network/],
    };

    it('answer each row of the contract once, and nothing is done behind them', async () => {
      const idToken = await sandbox.idToken();
      const options = { route: 'revokeToken', times: 1, project: '42', apiKey: 'echoed-key', code: 'MADE_UP : Why.' };
      for (const [name, [status, text]] of Object.entries(rows)) {
        assert.equal((await at('POST', 'faults', { name, ...options })).status, 200);
        const answer = await sandbox.revoke({ idToken });
        assert.equal(answer.status, status, name);
        assert.match(answer.text, text);
      }
      assert.deepEqual(sandbox.control.revocations(), []);
      assert.equal((await sandbox.revoke()).status, 200);
    });

    it('break the connection or the answer, before or after the effect', async () => {
      const broken: IdentityPlatformFault[] = ['connectionResetBefore', 'cutBody', 'wrongLength'];
      for (const name of [...broken, 'connectionResetAfter'] as const) {
        sandbox.control.setSwitches({ duplicates: 'sent' });
        sandbox.control.fault(name, { route: 'revokeToken', times: 1 });
        await assert.rejects(sandbox.revoke(), name);
      }
      assert.deepEqual(sandbox.effects(), ['grant-ended', 'nothing', 'nothing']);
      const asked = ['noAnswer', 'slowLoris', 'hugeBody', 'gzipBomb'];
      assert.deepEqual(
        identityPlatformFaultNames.toSorted(),
        [...Object.keys(rows), ...broken, 'connectionResetAfter', ...asked].toSorted(),
      );
    });

    it('are carried out behind the answer when told so', async () => {
      sandbox.control.fault('deadlineExceeded504', { route: 'revokeToken', carryOut: true, times: 1 });
      assert.equal((await sandbox.revoke()).status, 504);
      assert.deepEqual(sandbox.effects(), ['grant-ended']);
    });
  });
});
