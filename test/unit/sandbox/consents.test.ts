import assert from 'node:assert/strict';
import { submitConsent } from './consentForm';
import { dayMs, SampleSandbox, sampleProject, startTime } from './sampleSandbox';

describe('sandbox: the life of a consent', () => {
  let sandbox: SampleSandbox;
  beforeEach(async () => {
    sandbox = await SampleSandbox.start();
  });
  afterEach(() => sandbox.running.close());

  const google = () => sandbox.running.control.google;
  const advance = (ms: number) => sandbox.running.control.clock.advance(ms);

  it('once: granted, exhausted after one export, granted again after reset and a new consent', async () => {
    const { bob } = sandbox;
    assert.equal(sandbox.state(bob), 'granted');
    const job = (await sandbox.initiate(bob.accessToken, 'myactivity.search')).json<{ archiveJobId: string }>();
    assert.equal(sandbox.state(bob), 'exhausted');
    const refused = await sandbox.initiate(bob.accessToken, 'myactivity.search', 'play.installs');
    assert.equal(refused.status, 429);
    assert.deepEqual(refused.json().error, {
      code: 429,
      message: `Resource has been exhausted under previous job(s): ${job.archiveJobId}.`,
      status: 'RESOURCE_EXHAUSTED',
      details: [
        {
          '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
          reason: 'RESOURCE_EXHAUSTED_ONE_TIME',
          domain: 'dataportability.googleapis.com',
          metadata: { previous_job_ids: job.archiveJobId },
        },
      ],
    });
    assert.equal((await sandbox.api(bob.accessToken, 'authorization:reset')).text.trim(), '{}');
    assert.equal(sandbox.state(bob), 'none');
    assert.deepEqual(google().consents(bob.user, sampleProject).jobs, []);
    const tokens = await sandbox.signIn();
    assert.equal((await sandbox.initiate(tokens.access_token, 'myactivity.search')).status, 200);
  });

  it('180 days: granted, cools down for exactly 24 hours, granted', async () => {
    const { alice } = sandbox;
    assert.equal((await sandbox.initiate(alice.accessToken, 'chrome.history')).status, 200);
    assert.equal(sandbox.state(alice), 'cooldown');
    const refused = await sandbox.initiate(alice.accessToken, 'chrome.history');
    assert.equal(refused.status, 429);
    assert.equal(refused.json().error.details?.[0]?.reason, 'RESOURCE_EXHAUSTED_TIME_BASED');
    const until = new Date(startTime + dayMs).toISOString();
    assert.equal(refused.json().error.details?.[0]?.metadata?.['timestamp_after_24hrs'], until);
    assert.equal((await sandbox.initiate(alice.accessToken, 'youtube.subscriptions')).status, 200);

    advance(dayMs - 1);
    assert.equal(sandbox.state(alice), 'cooldown');
    advance(1);
    assert.equal(sandbox.state(alice), 'granted');
    const fresh = (await sandbox.refresh(alice)).json<{ access_token: string }>();
    assert.equal((await sandbox.initiate(fresh.access_token, 'chrome.history')).status, 200);
  });

  it('switches: cool-down per client, its 400 form, domain and texts', async () => {
    const { alice } = sandbox;
    google().setSwitches({
      cooldownPer: 'client',
      cooldownStatus: 400,
      errorDomain: 'other.example',
      errorMessages: { timeBased: 'Wait for {jobs} until {time}.' },
    });
    const job = (await sandbox.initiate(alice.accessToken, 'chrome.history')).json<{ archiveJobId: string }>();
    const { error } = (await sandbox.initiate(alice.accessToken, 'youtube.subscriptions')).json();
    assert.equal(error.code, 400);
    assert.equal(error.status, 'FAILED_PRECONDITION');
    assert.equal(error.details?.[0]?.domain, 'other.example');
    assert.equal(error.message, `Wait for ${job.archiveJobId} until ${new Date(startTime + dayMs).toISOString()}.`);
  });

  it('a live or exhausted grant stands in the way of consent for the same scope, not of another', async () => {
    const { bob } = sandbox;
    const blocked = async () => {
      const page = await fetch(sandbox.authorization(), { redirect: 'manual' });
      assert.equal(page.status, 400);
      const text = await page.text();
      assert.match(text, /Incremental auth is not allowed for the requested scopes/);
      assert.match(text, /Error 400: invalid_request/);
    };
    await blocked();
    await sandbox.initiate(bob.accessToken, 'myactivity.search');
    await blocked();
    const scope = 'https://www.googleapis.com/auth/dataportability.maps.reviews';
    const second = await sandbox.signIn({ access: '30-days' }, { scope });
    assert.equal(second.scope, scope);
    assert.deepEqual((await sandbox.api(second.access_token, 'accessType:check', {})).json<object>(), {
      timeBasedResources: ['maps.reviews'],
    });
    assert.deepEqual(Object.keys(google().consents(bob.user, sampleProject).scopes).sort(), [
      'maps.reviews',
      'myactivity.search',
      'myactivity.youtube',
      'play.installs',
    ]);
  });

  it('reset ends every token of the pair, other clients of the project included, and nobody else', async () => {
    const other = `${sampleProject}-other.apps.googleusercontent.com`;
    const { control } = sandbox.running;
    control.seed({ projects: [{ number: sampleProject, clients: [{ clientId: other, clientSecret: 'x' }] }] });
    const [second] = control.seed({
      grants: [{ user: sandbox.bob.user, clientId: other, scopes: ['maps.reviews'] }],
    }).grants;
    assert(second);
    assert.equal((await sandbox.api(sandbox.bob.accessToken, 'authorization:reset')).status, 200);
    assert.equal((await sandbox.api(second.accessToken, 'accessType:check')).status, 401);
    assert.equal((await sandbox.refresh(sandbox.bob)).json<{ error: string }>().error, 'invalid_grant');
    assert.equal((await sandbox.api(sandbox.alice.accessToken, 'accessType:check')).status, 200);
    assert.equal(sandbox.state(sandbox.alice), 'granted');
  });

  it('a reset propagates: old tokens read and refresh for a while, and never write', async () => {
    google().setSwitches({ resetPropagationMs: 60_000 });
    const { bob } = sandbox;
    assert.equal((await sandbox.api(bob.accessToken, 'authorization:reset')).status, 200);
    assert.equal(sandbox.state(bob), 'none');
    assert.equal((await sandbox.api(bob.accessToken, 'accessType:check')).status, 200);
    assert.equal((await sandbox.refresh(bob)).status, 200);
    assert.equal((await sandbox.api(bob.accessToken, 'authorization:reset')).status, 401);
    assert.equal((await sandbox.initiate(bob.accessToken, 'play.installs')).status, 401);
    advance(60_000);
    assert.equal((await sandbox.api(bob.accessToken, 'accessType:check')).status, 401);
    assert.equal((await sandbox.refresh(bob)).status, 400);
    assert.equal(google().resets().length, 1);
  });

  it('reset on a running job: lost, surviving or refused', async () => {
    google().setSwitches({ jobDurationMs: 3_600_000 });
    const before = sandbox.running.control.snapshot();
    const outcome = async (resetOnRunningJob: 'job-lost' | 'job-survives' | 'refused') => {
      sandbox.running.control.restore(before);
      google().setSwitches({ resetOnRunningJob });
      await sandbox.initiate(sandbox.bob.accessToken, 'play.installs');
      const { status } = await sandbox.api(sandbox.bob.accessToken, 'authorization:reset');
      const { state, jobs } = google().consents(sandbox.bob.user, sampleProject);
      return [status, state, jobs.map((job) => job.state)];
    };
    assert.deepEqual(await outcome('job-lost'), [200, 'none', []]);
    assert.deepEqual(await outcome('job-survives'), [200, 'none', ['IN_PROGRESS']]);
    assert.deepEqual(await outcome('refused'), [400, 'exhausted', ['IN_PROGRESS']]);
  });

  for (const [revokeClearsExhaustion, state, status] of [
    [false, 'exhausted', 429],
    [true, 'none', 200],
  ] as const) {
    it(`revoke ${revokeClearsExhaustion ? 'clears' : 'keeps'} exhaustion, as switched`, async () => {
      google().setSwitches({ revokeClearsExhaustion });
      await sandbox.initiate(sandbox.bob.accessToken, 'play.installs');
      assert.equal((await sandbox.form('/revoke', { token: sandbox.bob.refreshToken })).text.trim(), '{}');
      assert.equal(sandbox.state(sandbox.bob), state);
      assert.equal((await sandbox.api(sandbox.bob.accessToken, 'accessType:check')).status, 401);
      const again = await sandbox.form('/revoke', { token: sandbox.bob.accessToken });
      assert.equal(again.status, 400);
      assert.deepEqual(again.json<object>(), {
        error: 'invalid_token',
        error_description: 'Token expired or revoked',
      });
      const tokens = await sandbox.signIn();
      assert.equal((await sandbox.initiate(tokens.access_token, 'play.installs')).status, status);
    });
  }

  it('in a testing project everything ends after 7 days, and only testers may sign in', async () => {
    await sandbox.initiate(sandbox.bob.accessToken, 'play.installs');
    google().setProject(sampleProject, { testing: true, testUsers: [sandbox.bob.user] });
    const left = (await sandbox.refresh(sandbox.alice)).json<{ refresh_token_expires_in: number }>();
    assert.equal(left.refresh_token_expires_in, 7 * 86_400);
    advance(7 * dayMs);
    assert.equal(sandbox.state(sandbox.bob), 'none');
    assert.deepEqual((await sandbox.refresh(sandbox.bob)).json<object>(), {
      error: 'invalid_grant',
      error_description: 'Token has been expired or revoked.',
    });
    const stranger = await fetch(sandbox.authorization({ login_hint: sandbox.alice.user }));
    assert.equal(stranger.status, 403);
    assert.match(await stranger.text(), /Error 403: access_denied/);
    assert.equal((await submitConsent(sandbox.authorization())).status, 302);
  });

  it('each choice lives as long as it says', async () => {
    advance(14 * dayMs);
    assert.equal(sandbox.state(sandbox.bob), 'none');
    assert.equal(sandbox.state(sandbox.alice), 'granted');
    advance(166 * dayMs - 1);
    assert.equal((await sandbox.refresh(sandbox.alice)).status, 200);
    advance(1);
    assert.equal((await sandbox.refresh(sandbox.alice)).status, 400);
    assert.equal(sandbox.state(sandbox.alice), 'none');
  });
});
