import assert from 'node:assert/strict';
import { request } from 'node:http';
import { mountedFaults } from './presetRows';
import { SampleSandbox, sampleProject } from './sampleSandbox';

describe('sandbox: errors of the Data Portability API', () => {
  let sandbox: SampleSandbox;
  beforeEach(async () => {
    sandbox = await SampleSandbox.start();
  });
  afterEach(() => sandbox.running.close());

  const google = () => sandbox.running.control.google;
  const reset = (token: string, body?: unknown) => sandbox.api(token, 'authorization:reset', body);

  it('reset takes an empty body or {}, and nothing else', async () => {
    const refused = await reset(sandbox.bob.accessToken, { foo: 1 });
    assert.equal(refused.status, 400);
    const sentence = 'Invalid JSON payload received. Unknown name "foo": Cannot find field.';
    assert.deepEqual(refused.json<object>(), {
      error: {
        code: 400,
        message: sentence,
        status: 'INVALID_ARGUMENT',
        details: [
          { '@type': 'type.googleapis.com/google.rpc.BadRequest', fieldViolations: [{ description: sentence }] },
        ],
      },
    });
    for (const body of [[], 'text', 7, null]) assert.equal((await reset(sandbox.bob.accessToken, body)).status, 400);
    assert.equal(sandbox.state(sandbox.bob), 'granted');
    assert.deepEqual(google().resets(), []);
    assert.equal((await reset(sandbox.bob.accessToken, {})).status, 200);
    assert.equal((await reset(sandbox.alice.accessToken)).status, 200);
  });

  it('401: no credential, no bearer, made-up token, expired token', async () => {
    const url = `${sandbox.running.origin}/v1/accessType:check`;
    const reason = async (headers: Record<string, string>) => {
      const response = await fetch(url, { method: 'POST', headers });
      assert.equal(response.status, 401);
      assert.match(response.headers.get('www-authenticate') ?? '', /^Bearer realm=/);
      const body = (await response.json()) as { error: { details?: { reason: string }[] } };
      return body.error.details?.[0]?.reason;
    };
    assert.equal(await reason({}), 'CREDENTIALS_MISSING');
    assert.equal(await reason({ authorization: 'Basic YTpi' }), 'ACCESS_TOKEN_TYPE_UNSUPPORTED');
    assert.equal(await reason({ authorization: 'Bearer made-up' }), 'ACCESS_TOKEN_TYPE_UNSUPPORTED');
    assert.equal(await reason({ authorization: 'Bearer ya29.made-up' }), undefined);
    sandbox.running.control.clock.advance(3_599_000);
    assert.equal(await reason({ authorization: `Bearer ${sandbox.bob.accessToken}` }), 'ACCESS_TOKEN_EXPIRED');
  });

  it('403: API disabled, other scope only, resource not in the token, region', async () => {
    google().setProject(sampleProject, { apiEnabled: false });
    const disabled = (await reset(sandbox.bob.accessToken)).json().error.details?.[0];
    assert.equal(disabled?.reason, 'SERVICE_DISABLED');
    assert.equal(disabled?.metadata?.['consumer'], 'projects/123456789012');
    assert.equal(sandbox.state(sandbox.bob), 'granted');
    google().setProject(sampleProject, { apiEnabled: true });

    const [mail] = sandbox.running.control.seed({
      grants: [{ user: sandbox.bob.user, clientId: sandbox.bob.clientId, scopes: ['openid'] }],
    }).grants;
    const insufficient = (await reset(mail?.accessToken ?? '')).json().error;
    assert.equal(insufficient.code, 403);
    assert.equal(insufficient.details?.[0]?.reason, 'ACCESS_TOKEN_SCOPE_INSUFFICIENT');

    const foreign = (await sandbox.initiate(sandbox.bob.accessToken, 'chrome.history')).json().error;
    assert.equal(foreign.code, 403);
    assert.equal(foreign.details?.[0]?.['@type'], 'type.googleapis.com/google.rpc.DebugInfo');
    assert.equal(foreign.details?.[0]?.reason, undefined);

    google().setUser(sandbox.bob.user, { region: 'elsewhere' });
    assert.equal((await sandbox.api(sandbox.bob.accessToken, 'accessType:check')).status, 200);
    google().setSwitches({ regionError: 'api' });
    assert.equal((await sandbox.api(sandbox.bob.accessToken, 'accessType:check')).status, 403);
    assert.equal((await sandbox.api(sandbox.alice.accessToken, 'accessType:check')).status, 200);
  });

  it('429 for quota, with the time to wait', async () => {
    google().setProject(sampleProject, { quotaExceeded: true });
    const { error } = (await reset(sandbox.bob.accessToken)).json();
    assert.equal(error.code, 429);
    assert.equal(error.details?.[0]?.reason, 'RATE_LIMIT_EXCEEDED');
    assert.equal(error.details?.[1]?.['@type'], 'type.googleapis.com/google.rpc.RetryInfo');
  });

  it('400: bad JSON, bad times, no resources, unknown query parameter', async () => {
    const token = sandbox.bob.accessToken;
    const send = async (query: string, body: string) => {
      const response = await fetch(`${sandbox.running.origin}/v1/portabilityArchive:initiate${query}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body,
      });
      return response.status;
    };
    assert.equal(await send('', '{"resources":'), 400);
    assert.equal(await send('', '{"resources":"play.installs"}'), 400);
    assert.equal(await send('', '{"resources":[]}'), 400);
    assert.equal(await send('', '{"resources":["play.installs"],"startTime":"yesterday"}'), 400);
    assert.equal(await send('?user=bob', '{"resources":["play.installs"]}'), 400);
    assert.equal(sandbox.state(sandbox.bob), 'granted');
    assert.equal(await send('?alt=json&prettyPrint=false&$.xgafv=1', '{"resources":["play.installs"]}'), 200);
  });

  it('jobs of others and made-up jobs are not found; only failed jobs are retried, at most 3 times', async () => {
    const token = sandbox.bob.accessToken;
    let id = (await sandbox.initiate(token, 'play.installs')).json<{ archiveJobId: string }>().archiveJobId;
    const state = `archiveJobs/${id}/portabilityArchiveState`;
    assert.equal((await sandbox.api(token, state)).json<{ name: string }>().name, state);
    assert.equal((await sandbox.api(sandbox.alice.accessToken, state)).status, 404);
    assert.equal((await sandbox.api(token, 'archiveJobs/made-up/portabilityArchiveState')).status, 404);
    assert.equal((await sandbox.api(token, `archiveJobs/${id}:cancel`)).status, 400);
    assert.equal((await sandbox.api(token, `archiveJobs/${id}:retry`)).status, 400);
    for (let attempt = 1; attempt <= 3; attempt += 1) {
      google().setJobState(id, 'FAILED');
      const retried = await sandbox.api(token, `archiveJobs/${id}:retry`, {});
      assert.equal(retried.status, 200);
      id = retried.json<{ archiveJobId: string }>().archiveJobId;
    }
    google().setJobState(id, 'FAILED');
    assert.equal((await sandbox.api(token, `archiveJobs/${id}:retry`)).status, 400);
  });

  it('the front end answers HTML: 404 for unknown paths and methods, 411 without a length', async () => {
    const { origin } = sandbox.running;
    for (const [method, path] of [
      ['POST', '/v1/authorization'],
      ['POST', '/v1/authorization:reset2'],
      ['POST', '/v2/authorization:reset'],
      ['GET', '/v1/authorization:reset'],
      ['GET', '/revoke?token=x'],
    ] as const) {
      const response = await fetch(origin + path, { method });
      assert.equal(response.status, 404, `${method} ${path}`);
      assert.match(response.headers.get('content-type') ?? '', /^text\/html/);
      assert.match(await response.text(), /That’s an error/);
    }
    const lengthless = await new Promise<number | undefined>((resolve, reject) => {
      const post = request(`${origin}/v1/authorization:reset`, {
        method: 'POST',
        headers: { authorization: `Bearer ${sandbox.bob.accessToken}` },
      });
      post.removeHeader('content-length');
      post.removeHeader('transfer-encoding');
      post.useChunkedEncodingByDefault = false;
      post.on('response', (response) => resolve(response.resume().statusCode)).on('error', reject);
      post.end();
    });
    assert.equal(lengthless, 411);
    assert.equal(sandbox.state(sandbox.bob), 'granted');
  });

  for (const row of mountedFaults) {
    it(`row by name: ${row.name}`, async () => {
      google().fault(row.name, { route: 'reset', times: 1, jobIds: ['3f0c', '8ab1'], project: '42' });
      const answer = await reset(sandbox.bob.accessToken);
      assert.equal(answer.status, row.status);
      assert.match(answer.text, row.body);
      assert.equal(sandbox.state(sandbox.bob), 'granted');
      assert.equal((await reset(sandbox.bob.accessToken)).status, 200);
    });
  }
});
