import assert from 'node:assert/strict';
import type { ApiKeyRestriction } from '../../../../src/sandbox/identityPlatform/seedApi';
import type { Answered } from '../sampleSandbox';
import { type AccountFailure, IdentitySandbox, reason, told } from './identitySandbox';

describe('identity sandbox: who may call', () => {
  let sandbox: IdentitySandbox;
  beforeEach(async () => {
    sandbox = await IdentitySandbox.start();
  });
  afterEach(() => sandbox.running.close());

  const key = (name: string, headers: Record<string, string> = {}) => ({ 'x-goog-api-key': name, ...headers });
  const anonymous = (headers: Record<string, string>) => sandbox.account('signUp', {}, headers);
  const seedKey = (restriction: ApiKeyRestriction) =>
    sandbox.control.seed({
      projects: [{ id: 'restricted', number: '42', apiKeys: [{ key: 'restricted', restriction }] }],
    });

  it('takes the key in the address or in a header, and refuses a call without one', async () => {
    assert.equal((await anonymous(key(sandbox.sample.apiKey))).status, 200);
    assert.equal((await sandbox.account(`signUp?key=${sandbox.sample.apiKey}`, {}, {})).status, 200);
    const { error } = (await anonymous({})).json<AccountFailure>();
    assert.deepEqual([error.code, error.status], [403, 'PERMISSION_DENIED']);
    assert.match(error.message, /unregistered callers/);
    assert.equal((await anonymous({ authorization: 'Basic YTpi' })).status, 403);
  });

  it('does not know a key: in the new form and in the old one', async () => {
    assert.deepEqual(reason(await anonymous(key('made-up'))), [400, 'API_KEY_INVALID']);
    sandbox.control.setSwitches({ keyInvalidForm: 'old' });
    const { error } = (await anonymous(key('made-up'))).json<AccountFailure>();
    assert.deepEqual([error.code, error.errors?.[0]?.reason, error.details], [400, 'keyInvalid', undefined]);
  });

  async function blocks(
    expected: string,
    good: Record<string, string>,
    bad: Record<string, string>[],
  ): Promise<Answered> {
    for (const headers of bad) assert.deepEqual(reason(await anonymous(key('restricted', headers))), [403, expected]);
    const blocked = await anonymous(key('restricted', bad[0]));
    assert.equal((await anonymous(key('restricted', good))).status, 200);
    return blocked;
  }

  it('blocks by Referer', async () => {
    seedKey({ kind: 'referrers', patterns: ['https://app.example.com/*', '*.example.org/*'] });
    const empty = await blocks('API_KEY_HTTP_REFERRER_BLOCKED', { referer: 'https://app.example.com/login' }, [
      {},
      { referer: 'https://evil.example/?https://app.example.com/' },
      { referer: 'http://app.example.com/login' },
      { referer: 'https://app-example.com/login' },
    ]);
    assert.match(told(empty)[1], /referer <empty> are blocked/);
    assert.deepEqual(empty.json<AccountFailure>().error.details?.[0]?.metadata, {
      httpReferrer: '<empty>',
      service: 'identitytoolkit.googleapis.com',
      consumer: 'projects/42',
    });
    assert.equal((await anonymous(key('restricted', { referer: 'http://www.example.org/x' }))).status, 200);
  });

  it('blocks by bundle ID', async () => {
    seedKey({ kind: 'ios', bundleIds: ['com.example.app'] });
    const good = { 'x-ios-bundle-identifier': 'com.example.app' };
    await blocks('API_KEY_IOS_APP_BLOCKED', good, [{}, { 'x-ios-bundle-identifier': 'com.example.other' }]);
  });

  it('blocks by Android package and certificate', async () => {
    const certificate = 'AB:CD:EF:01:23:45:67:89:AB:CD:EF:01:23:45:67:89:AB:CD:EF:01';
    const sent = certificate.replaceAll(':', '').toLowerCase();
    seedKey({ kind: 'android', apps: [{ packageName: 'com.example.app', certificate }] });
    const good = { 'x-android-package': 'com.example.app', 'x-android-cert': sent };
    await blocks('API_KEY_ANDROID_APP_BLOCKED', good, [
      {},
      { 'x-android-package': 'com.example.app' },
      { ...good, 'x-android-package': 'com.example.other' },
      { ...good, 'x-android-cert': sent.replace('a', 'b') },
    ]);
  });

  it('blocks by address', async () => {
    seedKey({ kind: 'addresses', addresses: ['192.0.2.1'] });
    assert.deepEqual(reason(await anonymous(key('restricted'))), [403, 'API_KEY_IP_ADDRESS_BLOCKED']);
    seedKey({ kind: 'addresses', addresses: ['192.0.2.1', '127.0.0.1'] });
    assert.equal((await anonymous(key('restricted'))).status, 200);
  });

  it('blocks a key that is for another API: each of the two is named on its own', async () => {
    const { carol } = sandbox;
    const { project, projectNumber } = sandbox.sample;
    for (const [api, toolkit, token] of [
      ['identitytoolkit.googleapis.com', 200, 403],
      ['securetoken.googleapis.com', 403, 200],
    ] as const) {
      sandbox.control.seed({
        projects: [{ id: project, number: projectNumber, apiKeys: [{ key: 'half', apis: [api] }] }],
      });
      const account = await anonymous(key('half'));
      const refresh = await sandbox.refresh(carol.refreshToken, 'half');
      assert.deepEqual([account.status, refresh.status], [toolkit, token]);
      assert.equal(reason(account.status === 403 ? account : refresh)[1], 'API_KEY_SERVICE_BLOCKED');
    }
  });

  it('is disabled, or suspended with the key in the text', async () => {
    const { project, projectNumber, apiKey } = sandbox.sample;
    sandbox.control.setProject(project, { apiEnabled: false });
    const disabled = await anonymous(key(apiKey));
    assert.deepEqual(reason(disabled), [403, 'SERVICE_DISABLED']);
    assert.match(told(disabled)[1], new RegExp(`project ${projectNumber} before or it is disabled`));
    assert.deepEqual(reason(await sandbox.refresh(sandbox.carol.refreshToken)), [403, 'SERVICE_DISABLED']);
    sandbox.control.setProject(project, { apiEnabled: true, suspended: true });
    const suspended = await sandbox.revoke();
    assert.deepEqual(reason(suspended), [403, 'CONSUMER_SUSPENDED']);
    assert.ok(told(suspended)[1].includes(`api_key:${apiKey}`));
    assert.equal(await sandbox.appleTakes(), true);
  });

  describe('with an OAuth bearer', () => {
    const bearer = (token: string, project?: string) => ({
      authorization: `Bearer ${token}`,
      ...(project === undefined ? {} : { 'x-goog-user-project': project }),
    });
    const seedBearer = (...bearers: Parameters<typeof sandbox.control.seed>[0]['bearers'] & object) =>
      sandbox.control.seed({ bearers }).bearers[0] ?? '';

    it('a person names the quota project, by id or number', async () => {
      const { project, projectNumber } = sandbox.sample;
      const token = seedBearer({ quotaProjects: [project] });
      assert.deepEqual(reason(await sandbox.revoke({}, bearer(token))), [403, 'SERVICE_DISABLED']);
      assert.deepEqual(reason(await sandbox.revoke({}, bearer(token, 'nowhere'))), [403, 'USER_PROJECT_DENIED']);
      assert.equal(await sandbox.appleTakes(), true);
      assert.equal((await sandbox.revoke({}, bearer(token, projectNumber))).status, 200);
      assert.equal((await sandbox.revoke({}, bearer(token, project))).status, 200);
      assert.deepEqual(
        sandbox.control.revocations().map(({ via }) => via),
        ['bearer', 'bearer'],
      );
    });

    it('a project that the caller may not use is denied', async () => {
      sandbox.control.seed({ projects: [{ id: 'other', number: '7' }] });
      const token = seedBearer({ quotaProjects: [sandbox.sample.project] });
      assert.deepEqual(reason(await sandbox.revoke({}, bearer(token, 'other'))), [403, 'USER_PROJECT_DENIED']);
    });

    it('a service account needs no quota project', async () => {
      const token = seedBearer({ project: sandbox.sample.project });
      assert.equal((await sandbox.revoke({}, bearer(token))).status, 200);
    });

    it('one of three scopes is needed', async () => {
      const scope = (name: string) => [`https://www.googleapis.com/auth/${name}`];
      const { project } = sandbox.sample;
      for (const name of ['cloud-platform', 'identitytoolkit', 'firebase']) {
        assert.equal((await sandbox.revoke({}, bearer(seedBearer({ project, scopes: scope(name) })))).status, 200);
      }
      const drive = seedBearer({ project, scopes: scope('drive') });
      assert.deepEqual(reason(await sandbox.revoke({}, bearer(drive))), [403, 'ACCESS_TOKEN_SCOPE_INSUFFICIENT']);
    });

    it('401 for one that is unknown or over, also beside a good key', async () => {
      const token = seedBearer({ project: sandbox.sample.project, lifetimeMs: 1_000 });
      assert.equal((await sandbox.revoke({}, { ...key(sandbox.sample.apiKey), ...bearer('x') })).status, 401);
      assert.equal((await sandbox.revoke({}, bearer(token))).status, 200);
      sandbox.running.control.clock.advance(1_000);
      const { error } = (await sandbox.revoke({}, bearer(token))).json<AccountFailure>();
      assert.deepEqual([error.code, error.status, error.errors?.[0]?.reason], [401, 'UNAUTHENTICATED', 'authError']);
    });
  });
});
