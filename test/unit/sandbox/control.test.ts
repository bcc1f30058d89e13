import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { frozenClock, movableClock } from '../../../src/sandbox/clock';
import type { ConsentReadout, SampleWorld } from '../../../src/sandbox/google/api';
import { startSandbox } from '../../../src/sandbox/server';
import { dayMs, SampleSandbox, sampleProject, startTime } from './sampleSandbox';

describe('sandbox: the control plane', () => {
  let sandbox: SampleSandbox;
  beforeEach(async () => {
    sandbox = await SampleSandbox.start();
  });
  afterEach(() => sandbox.running.close());

  async function control<Shape = Record<string, unknown>>(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<{ status: number; body: Shape }> {
    const response = await fetch(`${sandbox.running.origin}/__sandbox/${path}`, {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: (await response.json()) as Shape };
  }

  const readConsents = (user: string) =>
    control<ConsentReadout>('GET', `google/consents?user=${encodeURIComponent(user)}&project=${sampleProject}`);

  it('seeds the sample again: a live consent is kept, a reset one is granted anew', async () => {
    await sandbox.api(sandbox.bob.accessToken, 'authorization:reset');
    const { body } = await control<SampleWorld>('POST', 'seed-sample');
    const [alice, bob] = body.users;
    assert.equal((await sandbox.api(sandbox.alice.accessToken, 'accessType:check')).status, 200);
    assert.equal((await sandbox.api(sandbox.bob.accessToken, 'accessType:check')).status, 401);
    assert.equal((await sandbox.api(alice?.accessToken ?? '', 'accessType:check')).status, 200);
    assert.equal((await sandbox.api(bob?.accessToken ?? '', 'accessType:check')).status, 200);
  });

  it('reads consents before and after a reset', async () => {
    const { body } = await readConsents(sandbox.bob.user);
    assert.equal(body.state, 'granted');
    assert.deepEqual(body.scopes['play.installs'], {
      state: 'granted',
      granted: true,
      access: 'once',
      grantedAt: startTime,
      expiresAt: startTime + 14 * dayMs,
      jobIds: [],
    });
    await sandbox.api(sandbox.bob.accessToken, 'authorization:reset');
    assert.deepEqual((await readConsents(sandbox.bob.user)).body, {
      user: sandbox.bob.user,
      project: sampleProject,
      state: 'none',
      scopes: {},
      jobs: [],
    });
    const resets = await control<Record<string, unknown>[]>('GET', 'google/resets');
    assert.deepEqual(resets.body, [
      {
        time: startTime,
        user: sandbox.bob.user,
        project: sampleProject,
        clientId: sandbox.bob.clientId,
        version: 'v1',
        bodyLength: 0,
        tokenFingerprint: sandbox.running.control.requests.list().at(-1)?.tokenFingerprint,
      },
    ]);
  });

  it('reset empties the world, seed fills it', async () => {
    assert.equal((await control('POST', 'reset')).status, 200);
    assert.equal((await readConsents(sandbox.bob.user)).body.state, 'none');
    assert.equal((await sandbox.api(sandbox.bob.accessToken, 'accessType:check')).status, 401);
    const seeded = await control<{ grants: { accessToken: string; refreshToken?: string }[] }>('POST', 'seed', {
      users: [{ email: 'carol.test@example.com' }],
      projects: [{ number: '7', clients: [{ clientId: '7-a', clientSecret: 's' }], testing: true }],
      grants: [
        {
          user: 'carol.test@example.com',
          clientId: '7-a',
          scopes: ['maps.reviews', 'https://www.googleapis.com/auth/dataportability.chrome.history'],
          access: { 'maps.reviews': '30-days' },
          online: true,
        },
      ],
    });
    const [grant] = seeded.body.grants;
    assert.equal(grant?.refreshToken, undefined);
    const check = await sandbox.api(grant?.accessToken ?? '', 'accessType:check');
    assert.deepEqual(check.json<object>(), {
      oneTimeResources: ['chrome.history'],
      timeBasedResources: ['maps.reviews'],
    });
  });

  it('says what is wrong with a request', async () => {
    const wrong = async (method: string, path: string, body?: unknown) => {
      const answer = await control<{ error: string }>(method, path, body);
      assert.equal(answer.status, 400, path);
      return answer.body.error;
    };
    assert.match(await wrong('POST', 'seed', { user: [] }), /user/);
    const project = { number: '7', clients: [{ clientId: '8-a', clientSecret: 's' }] };
    assert.match(await wrong('POST', 'seed', { projects: [project] }), /must start with "7-"/);
    const grant = { user: 'nobody@example.com', clientId: sandbox.bob.clientId, scopes: ['maps.reviews'] };
    assert.match(await wrong('POST', 'seed', { grants: [grant] }), /No user/);
    assert.match(await wrong('POST', 'seed', { grants: [{ ...grant, clientId: '1-x' }] }), /No client/);
    const again = { user: sandbox.bob.user, clientId: sandbox.bob.clientId, scopes: sandbox.bob.scopes };
    assert.match(await wrong('POST', 'seed', { grants: [again] }), /granted already/);
    assert.match(await wrong('POST', 'clock/advance', { ms: -1 }), /ms/);
    assert.match(await wrong('POST', 'faults', { match: {}, effect: { kind: 'explode' } }), /kind/);
    assert.match(await wrong('POST', 'google/faults', { name: 'nonsense', route: 'reset' }), /name/);
    assert.match(await wrong('PATCH', 'google/switches', { jobDuration: 1 }), /jobDuration/);
    for (const archiveParts of [0, 1.5, 101, 'all']) {
      assert.match(await wrong('PATCH', 'google/switches', { archiveParts }), /archiveParts/);
    }
    assert.match(await wrong('PATCH', 'google/switches', { archiveBytes: 64_000_001 }), /archiveBytes/);
    assert.match(await wrong('PATCH', 'google/switches', { expiredUrlStatus: 404 }), /expiredUrlStatus/);
    assert.match(await wrong('POST', 'clock/set', { time: 'now' }), /time/);
    assert.match(await wrong('PATCH', 'google/projects/1', {}), /No project 1/);
    assert.match(await wrong('PATCH', 'google/users/nobody@example.com', {}), /No user/);
    assert.match(await wrong('PATCH', 'google/jobs/1', { state: 'FAILED' }), /No job 1/);
    assert.match(await wrong('POST', 'restore', { format: 'reconsent-sandbox-1', time: 0, world: 1 }), /snapshot/);
    assert.match(await wrong('GET', 'google/consents?user=a'), /project/);
    assert.equal((await control('GET', 'nonsense')).status, 404);
  });

  it('has exactly the routes that its table names', async () => {
    const folder = join(__dirname, '../../../src/sandbox');
    const table = await readFile(join(folder, 'api.ts'), 'utf8');
    const rows = [...table.matchAll(/^ \* \| `([A-Z]+) (\S+)`/gm)].map(([, method = '', path = '']) => ({
      method,
      path,
    }));
    const routes = await readFile(join(folder, 'controlRoutes.ts'), 'utf8');
    const mounted = [...routes.matchAll(/\bon\('([A-Z]+)', '([^']+)'/g)];
    assert.deepEqual(
      mounted.map(([, method, path = '']) => `${method} ${path.replace(/:(\w+)/, '{$1}')}`).sort(),
      rows.map(({ method, path }) => `${method} ${path.split('?')[0]}`).sort(),
    );
    for (const { method, path } of rows) {
      const { status } = await control(method, path.replace(/\{\w+\}/, 'x'), method === 'GET' ? undefined : {});
      assert.ok(status === 200 || status === 400, `${method} ${path}: ${status}`);
    }
  });

  it('moves the clock, forward by so much and to any time', async () => {
    const clock = async (path: string, body: object) => (await control('POST', `clock/${path}`, body)).body['now'];
    assert.equal(await clock('advance', { ms: dayMs }), startTime + dayMs);
    assert.equal(await clock('set', { time: startTime - dayMs }), startTime - dayMs);
    assert.equal(sandbox.running.control.clock.now(), startTime - dayMs);
  });

  it('takes the world back to a snapshot, clock included, and goes on with the same ids', async () => {
    const { body: snapshot } = await control('GET', 'snapshot');
    const first = (await sandbox.refresh(sandbox.bob)).json<object>();
    await sandbox.api(sandbox.bob.accessToken, 'authorization:reset');
    await control('POST', 'clock/advance', { ms: dayMs });
    assert.equal((await control('POST', 'restore', snapshot)).status, 200);
    assert.deepEqual((await control('GET', 'clock')).body, { now: startTime, iso: new Date(startTime).toISOString() });
    assert.equal(sandbox.state(sandbox.bob), 'granted');
    assert.deepEqual(sandbox.running.control.google.resets(), []);
    assert.deepEqual((await sandbox.refresh(sandbox.bob)).json<object>(), first);
  });

  it('adds, lists and removes faults; turns switches; steers projects, users and jobs', async () => {
    const { body: added } = await control<{ id: string }>('POST', 'faults', {
      match: { path: '/v1/*' },
      effect: { kind: 'answer', status: 500, body: 'x' },
    });
    await control('POST', 'google/faults', { name: 'serviceDisabled', route: 'check', times: 1 });
    assert.equal((await control<unknown[]>('GET', 'faults')).body.length, 2);
    assert.equal((await sandbox.api(sandbox.bob.accessToken, 'accessType:check')).status, 403);
    assert.equal((await sandbox.api(sandbox.bob.accessToken, 'accessType:check')).status, 500);
    assert.deepEqual((await control('DELETE', `faults/${added.id}`)).body, { removed: true });
    assert.equal((await sandbox.api(sandbox.bob.accessToken, 'accessType:check')).status, 200);

    const switches = await control('PATCH', 'google/switches', { jobDurationMs: 1_000, autoApprove: false });
    assert.equal(switches.body['jobDurationMs'], 1_000);
    assert.equal((await control('GET', 'google/switches')).body['cooldownPer'], 'resource');
    const job = (await sandbox.initiate(sandbox.bob.accessToken, 'play.installs')).json<{ archiveJobId: string }>();
    await control('PATCH', `google/jobs/${job.archiveJobId}`, { state: 'FAILED' });
    assert.equal((await readConsents(sandbox.bob.user)).body.jobs[0]?.state, 'FAILED');
    await control('PATCH', `google/projects/${sampleProject}`, { quotaExceeded: true });
    assert.equal((await sandbox.api(sandbox.bob.accessToken, 'accessType:check')).status, 429);
    assert.equal((await control('PATCH', `google/users/${sandbox.bob.user}`, { region: 'elsewhere' })).status, 200);
  });

  it('keeps a log without secrets', async () => {
    await sandbox.signIn({}, { scope: 'https://www.googleapis.com/auth/dataportability.maps.reviews' });
    await sandbox.refresh(sandbox.bob);
    await sandbox.initiate(sandbox.bob.accessToken, 'play.installs');
    await fetch(`${sandbox.running.google.tokenInfoUrl}?access_token=${sandbox.bob.accessToken}`, {
      headers: { 'x-api-key': 'planted-key', cookie: 'planted=1' },
    });
    await sandbox.api(sandbox.bob.accessToken, 'authorization:reset', { refresh_token: sandbox.bob.refreshToken });
    const log = await control<{ count: number; connections: number; requests: Record<string, unknown>[] }>(
      'GET',
      'requests',
    );
    assert.equal(log.body.count, log.body.requests.length);
    assert.ok(log.body.connections >= 1);
    const text = JSON.stringify(log.body);
    for (const secret of ['ya29.', '1//', '4/0', 'GOCSPX', 'planted', 'state-1', 'vvvvv']) {
      assert.ok(!text.includes(secret), secret);
    }
    const initiated = await control<{ requests: Record<string, unknown>[] }>(
      'GET',
      'requests?path=/v1/portabilityArchive:*',
    );
    assert.deepEqual(
      initiated.body.requests.map(({ method, status, body }) => ({ method, status, body })),
      [{ method: 'POST', status: 200, body: '{"resources":["play.installs"]}' }],
    );
    await control('DELETE', 'requests');
    assert.equal((await control('GET', 'requests')).body['count'], 0);
  });

  it('refuses web pages and foreign host names', async () => {
    const { origin } = sandbox.running;
    const { port } = new URL(origin);
    const pages = [
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { origin: `http://localhost:${Number(port) + 1}` },
      { 'sec-fetch-site': 'cross-site' },
    ];
    for (const headers of pages) {
      const response = await fetch(`${origin}/__sandbox/reset`, { method: 'POST', headers });
      assert.equal(response.status, 403, JSON.stringify(headers));
    }
    assert.equal((await fetch(`${origin}/__sandbox/clock`, { headers: { origin } })).status, 200);
    const byHost = (host: string, path: string) =>
      new Promise<number | undefined>((resolve, reject) => {
        const call = request(origin + path, { headers: { host } }, (response) => resolve(response.resume().statusCode));
        call.on('error', reject).end();
      });
    for (const host of ['evil.example', `evil.example:${port}`, `127.0.0.1.evil.example:${port}`, '127.0.0.1']) {
      assert.equal(await byHost(host, '/__sandbox/clock'), 421, host);
      assert.equal(await byHost(host, '/o/oauth2/v2/auth'), 421, host);
    }
    for (const host of [`127.0.0.1:${port}`, `LOCALHOST:${port}`, `[::1]:${port}`]) {
      assert.equal(await byHost(host, '/__sandbox/clock'), 200, host);
    }
    assert.equal(sandbox.state(sandbox.bob), 'granted');
  });

  it('takes a body of 1 MB at most', async () => {
    const response = await fetch(`${sandbox.running.origin}/token`, { method: 'POST', body: 'x'.repeat(1_048_577) });
    assert.equal(response.status, 413);
  });
});

describe('sandbox: clock and seed', () => {
  it('moves with the real time, and forward on request', () => {
    let real = 1_000;
    const clock = movableClock(() => real);
    clock.advance(500);
    real += 10;
    assert.equal(clock.now(), 1_510);
    clock.setTo(5_000);
    real += 10;
    assert.equal(clock.now(), 5_010);
    for (const ms of [-1, Number.NaN, Number.POSITIVE_INFINITY]) assert.throws(() => clock.advance(ms), RangeError);
  });

  it('stands still when frozen', () => {
    const clock = frozenClock(5);
    clock.advance(2);
    assert.equal(clock.now(), 7);
  });

  it('gives the same sample tokens after a restart with the same seed, others with another', async () => {
    const sample = async (seed?: number): Promise<SampleWorld> => {
      const sandbox = await startSandbox({ clock: frozenClock(startTime), ...(seed === undefined ? {} : { seed }) });
      const world = sandbox.control.seedSample();
      await sandbox.close();
      return world;
    };
    const first = await sample(7);
    assert.deepEqual(await sample(7), first);
    assert.notEqual((await sample(8)).users[0]?.refreshToken, first.users[0]?.refreshToken);
  });
});
