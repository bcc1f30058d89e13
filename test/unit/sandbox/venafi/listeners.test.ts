import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { request } from 'node:https';
import { isIPv6 } from 'node:net';
import { networkInterfaces } from 'node:os';
import { text } from 'node:stream/consumers';
import { SandboxInputError } from '../../../../src/sandbox/inputError';
import { startSandbox } from '../../../../src/sandbox/server';
import type { ListenerCertificate } from '../../../../src/sandbox/venafi/api';
import { type DeviceBody, VenafiStage } from './stage';

interface TlsOptions {
  readonly ca?: string;
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
  readonly cert?: string;
  readonly key?: string;
  /** Whose certificate is expected, when the Host header says something else. */
  readonly servername?: string;
}

/** One request on a connection of its own. */
function overTls(address: string, options: TlsOptions): Promise<{ status: number; body: string }> {
  const { body, ...rest } = options;
  return new Promise((resolve, reject) => {
    const call = request(address, { ...rest, agent: false }, (response) => {
      text(response).then((read) => resolve({ status: response.statusCode ?? 0, body: read }), reject);
    });
    call.on('error', reject).end(body);
  });
}

describe('venafi sandbox: over https', () => {
  let stage: VenafiStage;
  let ca: string;
  before(async () => {
    stage = await VenafiStage.start();
    ca = await stage.control.ca();
  });
  after(() => stage.running.close());

  const bearer = () => ({ authorization: `Bearer ${stage.admin}` });

  it('is the same world with a certificate of the private authority, under each name of this machine', async () => {
    const { origin, port, certificatePem } = await stage.control.listen();
    assert.ok(new X509Certificate(ca).ca);
    const leaf = new X509Certificate(certificatePem);
    assert.ok(!leaf.ca && leaf.checkIssued(new X509Certificate(ca)));
    assert.match(leaf.subjectAltName ?? '', /DNS:localhost, IP Address:127\.0\.0\.1, IP Address:0:0:0:0:0:0:0:1/);
    for (const base of [origin, `https://localhost:${port}`]) {
      const options = { ca, method: 'POST', headers: bearer(), body: '{"ApplicationId":"build-pipeline"}' };
      const answer = await overTls(`${base}/vedsdk/oauth/GrantCount`, options);
      assert.deepEqual([answer.status, JSON.parse(answer.body)], [200, { Count: 9, Result: 0, Success: true }]);
    }
    const device = await overTls(`https://localhost:${port}/vedauth/authorize/device`, {
      ca,
      method: 'POST',
      body: 'client_id=reconsent&scope=admin',
    });
    const { verification_uri: page, user_code: code } = JSON.parse(device.body) as DeviceBody;
    assert.equal(page, `https://localhost:${port}/vedauth/device`);
    const press = (from: string) =>
      overTls(page, {
        ca,
        method: 'POST',
        headers: { origin: from },
        body: new URLSearchParams({ user_code: code, decision: 'deny' }).toString(),
      });
    assert.equal((await press(`http://localhost:${port}`)).status, 403);
    assert.equal((await press(`https://localhost:${port}`)).status, 200);
    assert.equal((await overTls(`${origin}/__sandbox/clock`, { ca })).status, 200);
    const foreign = await overTls(`${origin}/__sandbox/clock`, {
      ca,
      headers: { host: 'evil.example' },
      servername: 'localhost',
    });
    assert.equal(foreign.status, 421);
  });

  it('notes requests and connections like the first listener', async () => {
    const { origin } = await stage.control.listen();
    const { requests } = stage.running.control;
    const connections = requests.connections();
    await overTls(`${origin}/vedsdk/Identity/Self`, { ca, headers: bearer() });
    const noted = requests.list({ path: '/vedsdk/identity/self' }).at(-1);
    assert.deepEqual(
      [noted?.connection, requests.connections(), noted?.status],
      [connections + 1, connections + 1, 200],
    );
    assert.ok(noted?.tokenFingerprint && !JSON.stringify(noted).includes(stage.admin));
  });

  const wrong: [ListenerCertificate, string][] = [
    ['wrong-name', 'ERR_TLS_CERT_ALTNAME_INVALID'],
    ['expired', 'CERT_HAS_EXPIRED'],
    ['not-yet-valid', 'CERT_NOT_YET_VALID'],
    ['untrusted', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
    ['self-signed', 'DEPTH_ZERO_SELF_SIGNED_CERT'],
  ];
  for (const [certificate, code] of wrong) {
    it(`with a certificate that is ${certificate}: nothing gets through`, async () => {
      const { origin } = await stage.control.listen({ certificate });
      const before = stage.running.control.requests.count();
      await assert.rejects(overTls(`${origin}/vedsdk/Identity/Self`, { ca }), { code });
      assert.equal(stage.running.control.requests.count(), before);
    });
  }

  it('is not trusted without its authority', async () => {
    const { origin } = await stage.control.listen();
    await assert.rejects(overTls(`${origin}/vedsdk/Identity/Self`, {}), { code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' });
  });

  it('asks for a client certificate, or demands one', async () => {
    const asking = await stage.control.listen({ clientCertificate: 'asked' });
    const path = '/vedsdk/Identity/Self';
    assert.equal((await overTls(asking.origin + path, { ca, headers: bearer() })).status, 200);
    const demanding = await stage.control.listen({ clientCertificate: 'demanded' });
    const before = stage.running.control.requests.count();
    await assert.rejects(overTls(demanding.origin + path, { ca, headers: bearer() }));
    assert.equal(stage.running.control.requests.count(), before);
    const client = await stage.control.clientCertificate('alice.test');
    assert.match(new X509Certificate(client.cert).subject, /CN=alice\.test/);
    assert.equal((await overTls(demanding.origin + path, { ca, headers: bearer(), ...client })).status, 200);
  });

  it('puts vedauth on another origin', async () => {
    const auth = await stage.control.listen({ serves: 'vedauth' });
    const sdk = await stage.control.listen({ serves: 'vedsdk', certificate: 'none' });
    assert.match(sdk.origin, /^http:/);
    stage.control.setSwitches({ vedauth: 'elsewhere' });
    const verify = '/vedauth/authorize/verify';
    const self = '/vedsdk/Identity/Self';
    const options = { ca, headers: bearer() };
    assert.equal((await overTls(auth.origin + verify, options)).status, 200);
    assert.equal((await overTls(auth.origin + self, options)).status, 404);
    assert.equal((await fetch(stage.running.origin + verify, options)).status, 404);
    assert.equal((await fetch(stage.running.origin + self, options)).status, 200);
    assert.equal((await fetch(sdk.origin + self, options)).status, 200);
    stage.control.setSwitches({ vedauth: 'here' });
    assert.equal((await fetch(stage.running.origin + verify, options)).status, 200);
    assert.equal((await fetch(sdk.origin + verify, options)).status, 404);
  });

  it('names the port that is in use, and closes a listener by its port', async () => {
    const { port, origin } = await stage.control.listen({ certificate: 'none' });
    await assert.rejects(stage.control.listen({ port }), (error) => {
      assert.ok(error instanceof SandboxInputError);
      assert.match(error.message, new RegExp(`Port ${port} is in use`));
      return true;
    });
    assert.ok(stage.control.listeners().some((listener) => listener.port === port));
    assert.equal(await stage.control.closeListener(port), true);
    assert.equal(await stage.control.closeListener(port), false);
    await assert.rejects(fetch(origin));
  });
});

describe('venafi sandbox: started with https', () => {
  it('names both origins, and leaves neither behind', async () => {
    const sandbox = await startSandbox({ https: {} });
    const { https, webSdk } = sandbox.venafi;
    assert.equal(webSdk, `${sandbox.origin}/vedsdk/`);
    assert.equal(https?.webSdk, `${https?.origin}/vedsdk/`);
    const ca = await sandbox.control.venafi.ca();
    assert.equal((await overTls(`${https?.auth}authorize/isAuthServer`, { ca })).status, 202);
    await sandbox.close();
    await sandbox.close();
    await assert.rejects(overTls(`${https?.auth}authorize/isAuthServer`, { ca }), { code: 'ECONNREFUSED' });
    await assert.rejects(fetch(sandbox.origin));
  });

  it('gives its first port back when the second one is taken', async () => {
    const first = await startSandbox({ https: {} });
    const taken = first.control.venafi.listeners()[0]?.port ?? 0;
    const free = await startSandbox();
    const port = Number(new URL(free.origin).port);
    await free.close();
    await assert.rejects(startSandbox({ port, https: { port: taken } }), { code: 'port-in-use' });
    const again = await startSandbox({ port });
    await Promise.all([first.close(), again.close()]);
  });

  it('works on IPv6, or says why not', async () => {
    const addresses = Object.values(networkInterfaces()).flat();
    const starting = startSandbox({ host: '::1', https: {} });
    // Some machines have none at all: then there is nothing to listen on.
    if (!addresses.some((entry) => entry && isIPv6(entry.address) && entry.internal)) {
      await assert.rejects(starting, { name: 'SandboxStartError', code: 'failed' });
      return;
    }
    const sandbox = await starting;
    const origin = sandbox.venafi.https?.origin ?? '';
    assert.match(origin, /^https:\/\/\[::1\]:\d+$/);
    const ca = await sandbox.control.venafi.ca();
    assert.equal((await overTls(`${origin}/vedauth/authorize/isAuthServer`, { ca })).status, 202);
    await sandbox.close();
  });
});
