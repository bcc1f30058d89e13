import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SandboxSnapshot } from '../../../../src/sandbox/api';
import type { VenafiSample } from '../../../../src/sandbox/venafi/api';
import { startTime, type TokenBody, VenafiStage } from './stage';

describe('venafi sandbox: the control plane', () => {
  let stage: VenafiStage;
  beforeEach(async () => {
    stage = await VenafiStage.start();
  });
  afterEach(() => stage.running.close());

  async function control<Shape = Record<string, unknown>>(
    method: string,
    path: string,
    body?: unknown,
  ): Promise<{ status: number; body: Shape }> {
    const response = await fetch(`${stage.running.origin}/__sandbox/${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: (await response.json()) as Shape };
  }

  it('has exactly the routes that its table names', async () => {
    const folder = join(__dirname, '../../../../src/sandbox/venafi');
    const table = await readFile(join(folder, 'api.ts'), 'utf8');
    const rows = [...table.matchAll(/^ \* \| `([A-Z]+) ([^\s`]+)`/gm)].map(([, method = '', path = '']) => ({
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
      const address = (path.split('?')[0] ?? '').replace(/\{\w+\}/, '1');
      const { status } = await control(method, address, method === 'GET' ? undefined : {});
      assert.ok(status === 200 || status === 400, `${method} ${path}: ${status}`);
    }
  });

  it('seeds the sample again and again: live grants stay, revoked ones come back, tokens work', async () => {
    const before = stage.control.grants();
    const again = await control<VenafiSample>('POST', 'venafi/seed-sample');
    assert.deepEqual(stage.control.grants(), before);
    assert.notEqual(again.body.administrator.accessToken, stage.admin);
    for (const token of [again.body.administrator.accessToken, stage.admin]) {
      assert.equal((await stage.sdk(token, 'Identity/Self')).status, 200);
    }
    await stage.revoke({ GranteePrefixedUniversal: stage.id('alice.test') });
    await stage.revoke({ GranteePrefixedUniversal: stage.sample.administrator.grantee });
    const third = await control<VenafiSample>('POST', 'venafi/seed-sample');
    assert.equal(stage.count(), before.length);
    assert.equal((await stage.sdk(third.body.administrator.accessToken, 'Identity/Self')).status, 200);
    assert.equal((await stage.sdk(stage.admin, 'Identity/Self')).status, 401);
  });

  it('seeds identities, applications and grants of one’s own', async () => {
    const seeded = await control<{ identities: { prefixedUniversal: string }[]; grants: { accessToken: string }[] }>(
      'POST',
      'venafi/seed',
      {
        identities: [
          { name: 'g', group: 'distribution' },
          { name: 'erin.test', memberOf: ['g'], role: 'admin', password: 'p' },
          { name: 'ad.test', prefixedUniversal: 'AD+corp:6ef23fe2-0728-4930-87a8-e1513d7087e4' },
        ],
        applications: [{ id: 'tool', scope: 'admin:delete;configuration', owners: ['ad.test'], accessValidityS: 60 }],
        grants: [{ grantee: 'erin.test', application: 'tool', scope: 'configuration', count: 2 }],
      },
    );
    assert.equal(seeded.status, 200);
    assert.match(seeded.body.identities[0]?.prefixedUniversal ?? '', /^local:\{[0-9a-f-]{36}\}$/);
    assert.equal(seeded.body.grants.length, 2);
    for (const { accessToken } of seeded.body.grants) {
      assert.equal((await stage.sdk(accessToken, 'Identity/Self')).status, 200);
    }
    const found = stage.control.applications().find(({ id }) => id === 'tool');
    assert.deepEqual(
      [found?.grants, found?.users, found?.owners],
      [2, 1, ['AD+corp:6ef23fe2-0728-4930-87a8-e1513d7087e4']],
    );
    assert.equal((await control('DELETE', 'venafi/grants?application=tool')).body['ended'], 2);
    assert.deepEqual((await control('GET', 'venafi/grants?application=tool')).body, []);
  });

  it('changes identities, applications and switches', async () => {
    assert.equal(
      (await control('PATCH', 'venafi/identities/alice.test', { role: 'auditor', name: 'a b' })).status,
      200,
    );
    assert.equal((await control('PATCH', 'venafi/identities/a%20b', { fullName: 'A B' })).status, 200);
    const alice = stage.control.identities().find(({ name }) => name === 'a b');
    assert.deepEqual([alice?.fullName, alice?.role], ['A B', 'auditor']);
    assert.equal((await control('PATCH', 'venafi/applications/build-pipeline', { owners: [] })).status, 200);
    assert.deepEqual(stage.control.applications().find(({ id }) => id === 'build-pipeline')?.owners, []);
    assert.equal((await control('PATCH', 'venafi/applications/build-pipeline', { scope: 'ssh' })).status, 200);
    assert.equal(stage.control.applications().find(({ id }) => id === 'build-pipeline')?.scope, 'ssh');
    const turned = await control('PATCH', 'venafi/switches', { nothingToRevoke: 0, grantsCarryTokens: true });
    assert.deepEqual([turned.body['nothingToRevoke'], turned.body['revokeScope']], [0, 'admin:delete']);
    assert.deepEqual((await control('GET', 'venafi/switches')).body, turned.body);
  });

  it('says what is wrong with a request', async () => {
    const wrong = async (method: string, path: string, body?: unknown) => {
      const answer = await control<{ error: string }>(method, path, body);
      assert.equal(answer.status, 400, path);
      return answer.body.error;
    };
    const seed = (body: unknown) => wrong('POST', 'venafi/seed', body);
    assert.match(await seed({ identity: [] }), /identity/);
    assert.match(await seed({ identities: [{ name: 'x', prefixedUniversal: 'nowhere:1' }] }), /no prefixed universal/);
    assert.match(await seed({ identities: [{ name: 'x', memberOf: ['none'] }] }), /No identity "none"/);
    assert.match(await seed({ applications: [{ id: 'x', scope: 'Admin Delete' }] }), /no scope/);
    assert.match(await seed({ grants: [{ grantee: 'alice.test', application: 'none' }] }), /No application/);
    assert.match(await seed({ grants: [{ grantee: 'sam.test', application: 'reconsent' }] }), /Several are called/);
    assert.match(await seed({ grants: [{ grantee: 'testers', application: 'reconsent' }] }), /is a group/);
    assert.match(
      await seed({ grants: [{ grantee: 'alice.test', application: 'reconsent', scope: 'ssh' }] }),
      /exceeds that of the application/,
    );
    assert.match(await wrong('PATCH', 'venafi/identities/none', {}), /No identity/);
    assert.match(await wrong('PATCH', 'venafi/applications/none', {}), /No application/);
    assert.match(await wrong('PATCH', 'venafi/applications/reconsent', { scope: '!' }), /no scope/);
    assert.match(await wrong('PATCH', 'venafi/switches', { version: 'new' }), /version/);
    assert.match(await wrong('PATCH', 'venafi/switches', { autoApproveDevice: 'none' }), /No identity/);
    assert.match(await wrong('POST', 'venafi/faults', { name: 'nonsense', route: 'any' }), /name/);
    assert.match(await wrong('POST', 'venafi/devices/BBBB', { deny: true }), /No device/);
    assert.match(await wrong('POST', 'venafi/listeners', { certificate: 'odd' }), /certificate/);
    assert.match(await wrong('POST', 'venafi/client-certificates', { name: 'a,CN=b' }), /name/);
    const { port } = new URL(stage.running.origin);
    assert.match(await wrong('POST', 'venafi/listeners', { port: Number(port) }), /in use/);
  });

  it('opens listeners, gives the authority and client certificates', async () => {
    const { body: opened } = await control('POST', 'venafi/listeners', { certificate: 'expired', serves: 'vedauth' });
    assert.deepEqual((await control('GET', 'venafi/listeners')).body, [opened]);
    assert.match(String((await control('GET', 'venafi/ca')).body['pem']), /^-----BEGIN CERTIFICATE-----\n/);
    const { body: client } = await control('POST', 'venafi/client-certificates', { name: 'alice.test' });
    assert.match(String(client['key']), /^-----BEGIN PRIVATE KEY-----\n/);
    assert.deepEqual((await control('DELETE', `venafi/listeners/${opened['port']}`)).body, { closed: true });
  });

  it('goes back to a snapshot with tokens, grants and switches; reset empties the world', async () => {
    const { body: snapshot } = await control<SandboxSnapshot>('GET', 'snapshot');
    const refreshToken = stage.sample.administrator.refreshToken;
    const first = (await stage.refresh(refreshToken)).json<TokenBody>();
    stage.control.setSwitches({ nothingToRevoke: 0 });
    await stage.revoke({ ApplicationId: 'build-pipeline' }, first.access_token);
    assert.equal((await control('POST', 'restore', snapshot)).status, 200);
    assert.deepEqual([stage.count({ application: 'build-pipeline' }), stage.control.revocations()], [9, []]);
    assert.equal(stage.control.switches().nothingToRevoke, 3);
    assert.deepEqual((await stage.refresh(refreshToken)).json(), first);
    await control('POST', 'reset');
    assert.deepEqual([stage.control.identities(), stage.count()], [[], 0]);
    assert.equal(stage.running.control.clock.now(), startTime);
  });

  it('keeps a log without secrets, and shows what RevokeGrants was sent', async () => {
    const device = await stage.startDevice();
    await fetch(device.verification_uri_complete);
    await stage.poll(device);
    await stage.refresh(stage.grant('bob.test').refreshToken ?? '');
    const { username, password } = stage.sample.administrator;
    await stage.auth('authorize/oauth', { client_id: 'reconsent', username, password, scope: 'admin' }, 'json');
    await stage.revoke({ ApplicationId: 'build-pipeline' });
    await stage.revoke({ ApplicationId: 'x', token: stage.admin });
    const { body } = await control('GET', 'requests');
    const log = JSON.stringify(body);
    for (const secret of ['tpp-sandbox-', device.device_code, device.user_code, password]) {
      assert.ok(!log.includes(secret), secret);
    }
    const { body: revokes } = await control<{ requests: { body?: string; status: number }[] }>(
      'GET',
      'requests?path=/vedsdk/oauth/revokegrants',
    );
    assert.deepEqual(
      revokes.requests.map(({ body: text, status }) => [text, status]),
      [
        ['{"ApplicationId":"build-pipeline"}', 200],
        [undefined, 200],
      ],
    );
  });
});
