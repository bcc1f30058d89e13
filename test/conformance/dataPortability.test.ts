/** The official client runs the whole life of a consent against the sandbox, on both versions of the API. */
import assert from 'node:assert/strict';
import type { OAuth2Client } from 'google-auth-library';
import type { RunningSandbox } from '../../src/sandbox/api';
import { frozenClock } from '../../src/sandbox/clock';
import { startSandbox } from '../../src/sandbox/server';
import { consent } from '../unit/sandbox/consentForm';
import type { DataPortability, OfficialClient } from './officialClient';
import { discoveringClient, officialClient } from './officialClient';
import { callSixMethods } from './sixMethods';

const user = 'alice.test@example.com';
const project = '123456789012';
const clientId = `${project}-sample.apps.googleusercontent.com`;
const clientSecret = 'GOCSPX-sandbox-test';
const redirectUri = 'http://127.0.0.1:61234/callback';
const scope = ['myactivity.search', 'chrome.history'].map(
  (resource) => `https://www.googleapis.com/auth/dataportability.${resource}`,
);
const start = Date.parse('2026-06-05T04:00:11.532Z');

interface ApiFailure {
  readonly status: number;
  readonly response: { readonly data: { readonly error: ApiError } };
}

interface ApiError {
  readonly status: string;
  readonly message: string;
  readonly details?: ReadonlyArray<{ readonly reason?: string; readonly metadata?: Record<string, string> }>;
}

async function failure(call: Promise<unknown>): Promise<ApiError & { code: number }> {
  const error = await call.then(
    () => assert.fail('the call should have been refused'),
    (reason: ApiFailure) => reason,
  );
  return { ...error.response.data.error, code: error.status };
}

describe('the official Data Portability client', function () {
  this.timeout(300_000);
  let official: OfficialClient;
  let sandbox: RunningSandbox;

  before(() => {
    official = officialClient();
  });

  beforeEach(async () => {
    sandbox = await startSandbox({ clock: frozenClock(start) });
    sandbox.control.seed({
      users: [{ email: user }],
      projects: [{ number: project, clients: [{ clientId, clientSecret }] }],
    });
  });

  afterEach(() => sandbox.close());

  /** Signs in by the consent page. With the access token alone the client never refreshes and sends again by itself. */
  async function authorized(access: 'once' | '180-days', withRefreshToken = false): Promise<OAuth2Client> {
    const auth = new official.auth.OAuth2({
      clientId,
      clientSecret,
      redirectUri,
      endpoints: { oauth2AuthBaseUrl: sandbox.google.oauth2AuthBaseUrl, oauth2TokenUrl: sandbox.google.oauth2TokenUrl },
    });
    const address = auth.generateAuthUrl({
      access_type: 'offline',
      prompt: 'consent',
      scope,
      state: 's1',
      login_hint: user,
    });
    const back = await consent(address, { access });
    assert.equal(back.searchParams.get('state'), 's1');
    const { tokens } = await auth.getToken(back.searchParams.get('code') ?? '');
    const { access_token = '', refresh_token = '' } = tokens;
    auth.setCredentials(withRefreshToken ? { access_token, refresh_token } : { access_token });
    return auth;
  }

  async function signIn(version: 'v1' | 'v1beta', access: 'once' | '180-days'): Promise<DataPortability> {
    return official.dataportability({ version, rootUrl: sandbox.google.rootUrl, auth: await authorized(access) });
  }

  const resets = {
    'an empty body': (api: DataPortability) => api.authorization.reset(),
    'the body {}': (api: DataPortability) => api.authorization.reset({ requestBody: {} }),
  };

  for (const version of ['v1', 'v1beta'] as const) {
    it(`${version}: calls all six methods`, async () => {
      const auth = await authorized('once', true);
      const api = official.dataportability({ version, rootUrl: sandbox.google.rootUrl, auth });
      await callSixMethods(api, version, sandbox);
    });

    it(`${version}: calls all six methods as the discovery document describes them`, async () => {
      const url = `${sandbox.google.rootUrl}$discovery/rest?version=${version}`;
      const api = await discoveringClient().discoverAPI(url, { auth: await authorized('once', true) });
      await callSixMethods(api, version, sandbox);
    });

    for (const [body, reset] of Object.entries(resets)) {
      it(`${version}: consents once, exports, is exhausted, resets with ${body}, and consents again`, async () => {
        const api = await signIn(version, 'once');
        const access = await api.accessType.check();
        assert.deepEqual([...(access.data.oneTimeResources ?? [])].sort(), ['chrome.history', 'myactivity.search']);
        assert.equal(access.data.timeBasedResources, undefined);

        const resources = ['myactivity.search'];
        const job = await api.portabilityArchive.initiate({ requestBody: { resources } });
        assert.equal(job.data.accessType, 'ACCESS_TYPE_ONE_TIME');
        const state = await api.archiveJobs.getPortabilityArchiveState({
          name: `archiveJobs/${job.data.archiveJobId}/portabilityArchiveState`,
        });
        assert.equal(state.data.state, 'COMPLETE');

        const exhausted = await failure(api.portabilityArchive.initiate({ requestBody: { resources } }));
        assert.equal(exhausted.code, 429);
        assert.equal(exhausted.details?.[0]?.reason, 'RESOURCE_EXHAUSTED_ONE_TIME');
        assert.deepEqual(exhausted.details?.[0]?.metadata, { previous_job_ids: job.data.archiveJobId });

        assert.deepEqual((await reset(api)).data, {});
        assert.equal((await failure(reset(api))).code, 401);
        const dead = await failure(api.accessType.check());
        assert.equal(dead.code, 401);
        assert.equal(dead.details?.[0]?.reason, 'ACCESS_TOKEN_EXPIRED');

        const again = await signIn(version, 'once');
        const second = await again.portabilityArchive.initiate({ requestBody: { resources } });
        assert.notEqual(second.data.archiveJobId, job.data.archiveJobId);

        const [record, ...further] = sandbox.control.google.resets();
        assert.deepEqual(further, []);
        assert.equal(record?.version, version);
        assert.equal(record?.bodyLength, body === 'an empty body' ? 0 : 2);
      });
    }

    it(`${version}: a time-based consent cools down for 24 hours`, async () => {
      const api = await signIn(version, '180-days');
      assert.deepEqual(Object.keys((await api.accessType.check()).data), ['timeBasedResources']);
      const request = { requestBody: { resources: ['chrome.history'] } };
      const job = await api.portabilityArchive.initiate(request);
      assert.equal(job.data.accessType, 'ACCESS_TYPE_TIME_BASED');

      const cooling = await failure(api.portabilityArchive.initiate(request));
      assert.equal(cooling.code, 429);
      assert.equal(cooling.message, 'Please retry after 2026-06-06T04:00:11.532Z.');
      assert.equal(cooling.details?.[0]?.metadata?.['timestamp_after_24hrs'], '2026-06-06T04:00:11.532Z');
    });

    it(`${version}: a running job is reported, cancelled, and retried once it has failed`, async () => {
      sandbox.control.google.setSwitches({ jobDurationMs: 3_600_000 });
      const api = await signIn(version, 'once');
      const request = { requestBody: { resources: ['chrome.history'] } };
      const job = (await api.portabilityArchive.initiate(request)).data.archiveJobId;
      const running = await failure(api.portabilityArchive.initiate(request));
      assert.equal(running.code, 409);
      assert.equal(running.details?.[0]?.reason, 'ALREADY_EXISTS_ONE_TIME');
      assert.deepEqual(running.details?.[0]?.metadata, { job_id: job });

      sandbox.control.google.setJobState(job, 'FAILED');
      const retried = (await api.archiveJobs.retry({ name: `archiveJobs/${job}` })).data.archiveJobId;
      assert.notEqual(retried, job);
      await api.archiveJobs.cancel({ name: `archiveJobs/${retried}` });
      const name = `archiveJobs/${retried}/portabilityArchiveState`;
      assert.equal((await api.archiveJobs.getPortabilityArchiveState({ name })).data.state, 'CANCELLED');
    });
  }

  it('finds no discovery document of another version', async () => {
    const url = `${sandbox.google.rootUrl}$discovery/rest?version=v2`;
    const found = discoveringClient().discoverAPI(url, { auth: new official.auth.OAuth2() });
    await assert.rejects(found, (error: { status?: number }) => error.status === 404);
  });
});
