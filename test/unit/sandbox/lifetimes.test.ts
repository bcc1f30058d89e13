import assert from 'node:assert/strict';
import { consent } from './consentForm';
import type { Tokens } from './sampleSandbox';
import { dayMs, SampleSandbox, sampleProject, startTime } from './sampleSandbox';

const hourMs = 3_600_000;

/** Every period of the service, to its last millisecond, by moving the sandbox's clock. */
describe('sandbox: what ends when', () => {
  let sandbox: SampleSandbox;
  beforeEach(async () => {
    sandbox = await SampleSandbox.start();
    await sandbox.api(sandbox.bob.accessToken, 'authorization:reset');
  });
  afterEach(() => sandbox.running.close());

  const google = () => sandbox.running.control.google;
  const advance = (ms: number) => sandbox.running.control.clock.advance(ms);
  const refresh = (tokens: Tokens) => sandbox.refresh({ ...sandbox.bob, refreshToken: tokens.refresh_token ?? '' });
  const fresh = async (tokens: Tokens) => (await refresh(tokens)).json<Tokens>();

  for (const [name, testing, access, days] of [
    ['once', false, 'once', 14],
    ['30 days', false, '30-days', 30],
    ['180 days', false, '180-days', 180],
    ['once, testing', true, 'once', 7],
    ['30 days, testing', true, '30-days', 7],
    ['180 days, testing', true, '180-days', 7],
  ] as const) {
    it(`a consent (${name}) ends after ${days} days with everything that came of it`, async () => {
      google().setProject(sampleProject, { testing });
      const tokens = await sandbox.signIn({ access });
      assert.equal(tokens.refresh_token_expires_in, days * 86_400);

      advance(dayMs);
      const next = await fresh(tokens);
      assert.equal(next.refresh_token_expires_in, (days - 1) * 86_400);
      assert.equal(next.expires_in, 3599);

      advance((days - 1) * dayMs - 1);
      const last = await fresh(tokens);
      assert.equal(last.refresh_token_expires_in, 0);
      assert.equal(last.expires_in, 0);
      assert.equal((await sandbox.api(last.access_token, 'accessType:check')).status, 200);
      assert.equal(sandbox.state(sandbox.bob), 'granted');
      assert.equal((await fetch(sandbox.authorization())).status, 400);

      advance(1);
      assert.equal((await sandbox.api(last.access_token, 'accessType:check')).status, 401);
      const refused = await refresh(tokens);
      assert.equal(refused.status, 400);
      assert.deepEqual(refused.json<object>(), {
        error: 'invalid_grant',
        error_description: 'Token has been expired or revoked.',
      });
      assert.equal((await sandbox.form('/revoke', { token: tokens.refresh_token ?? '' })).status, 400);
      assert.equal(sandbox.state(sandbox.bob), 'none');
      assert.equal((await sandbox.signIn({ access })).token_type, 'Bearer');
    });
  }

  it('an access token ends after 3599 seconds, a code after 10 minutes', async () => {
    const tokens = await sandbox.signIn();
    advance(3_599_000 - 1);
    assert.equal((await sandbox.api(tokens.access_token, 'accessType:check')).status, 200);
    advance(1);
    assert.equal((await sandbox.api(tokens.access_token, 'accessType:check')).status, 401);

    await sandbox.api((await fresh(tokens)).access_token, 'authorization:reset');
    for (const [ms, status] of [
      [599_999, 200],
      [600_000, 400],
    ] as const) {
      const code = (await consent(sandbox.authorization())).searchParams.get('code') ?? '';
      advance(ms);
      const answer = await sandbox.exchange(code);
      assert.equal(answer.status, status);
      if (status === 200) await sandbox.api(answer.json<Tokens>().access_token, 'authorization:reset');
    }
  });

  it('a cool-down ends after 24 hours, each resource by itself', async () => {
    const tokens = await sandbox.signIn({ access: '30-days' });
    const initiate = async (resource: string) => sandbox.initiate((await fresh(tokens)).access_token, resource);
    const until = async (resource: string) => {
      const refused = await initiate(resource);
      assert.equal(refused.status, 429);
      return Date.parse(refused.json().error.details?.[0]?.metadata?.['timestamp_after_24hrs'] ?? '') - startTime;
    };
    assert.equal((await initiate('myactivity.search')).status, 200);
    advance(hourMs);
    assert.equal((await initiate('play.installs')).status, 200);
    assert.equal(await until('myactivity.search'), 24 * hourMs);
    assert.equal(await until('play.installs'), 25 * hourMs);
    advance(23 * hourMs - 1);
    assert.equal(await until('myactivity.search'), 24 * hourMs);
    advance(1);
    assert.equal((await initiate('myactivity.search')).status, 200);
    assert.equal(await until('play.installs'), 25 * hourMs);
    advance(hourMs);
    assert.equal((await initiate('play.installs')).status, 200);
  });

  it('exhaustion does not end by itself while the grant lives, and outlives it where the project is in production', async () => {
    google().setSwitches({ oneTimeLifetimeMs: 30 * dayMs });
    const tokens = await sandbox.signIn();
    assert.equal((await sandbox.initiate(tokens.access_token, 'play.installs')).status, 200);
    advance(30 * dayMs - 1);
    const late = await fresh(tokens);
    assert.equal((await sandbox.initiate(late.access_token, 'play.installs')).status, 429);
    advance(1);
    const again = await sandbox.signIn();
    assert.equal((await sandbox.initiate(again.access_token, 'play.installs')).status, 429);
  });

  it('an address of an archive ends after 6 hours and the archive after 14 days', async () => {
    google().setSwitches({ archiveParts: 1 });
    const tokens = await sandbox.signIn({ access: '30-days' });
    const job = (await sandbox.initiate(tokens.access_token, 'play.installs')).json<{ archiveJobId: string }>();
    const url = async () => {
      const { access_token: token } = await fresh(tokens);
      const answer = await sandbox.api(token, `archiveJobs/${job.archiveJobId}/portabilityArchiveState`);
      return answer.json<{ urls?: string[] }>().urls?.[0];
    };
    const status = async (address: string | undefined) => (await fetch(address ?? '', { method: 'HEAD' })).status;
    let newest = await url();
    let renewed = 0;
    // Addresses count in whole seconds, hence the one that is left over.
    for (let gone = 0; gone + 6 * hourMs < 14 * dayMs; gone += 6 * hourMs) {
      advance(6 * hourMs - 1000);
      assert.equal(await status(newest), 200);
      advance(1000);
      assert.equal(await status(newest), 400);
      newest = await url();
      renewed += 1;
      assert.equal(await status(newest), 200);
    }
    assert.equal(renewed, 55);
    advance(6 * hourMs - 1000);
    assert.equal(await status(newest), 200);
    advance(1000);
    assert.equal(await url(), undefined);
  });
});
