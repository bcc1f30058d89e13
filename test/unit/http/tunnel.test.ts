import assert from 'node:assert/strict';
import * as http from 'node:http';
import * as https from 'node:https';
import * as net from 'node:net';
import type { NotSentCause } from '../../../src/core/ports';
import { BoundSecret } from '../../../src/core/redact';
import type { Limits } from '../../../src/http/limits';
import type { ProxySettings } from '../../../src/http/proxy';
import { Bench, type Listening, neverAborted, noProxy, post, sendCounting, until } from './bench';
import { TestAuthority } from './certificates';

/** A name that is not loopback, so that it goes through the proxy; the proxies here connect it to loopback. */
const target = 'https://service.example:8443';

describe('transport: proxies', () => {
  let authority: TestAuthority;
  let bench: Bench;
  before(async () => {
    authority = await TestAuthority.create();
  });
  beforeEach(() => {
    bench = new Bench();
  });
  afterEach(() => bench.close());

  function through(proxy: string, limits: Partial<Limits> = {}) {
    return bench.transport({
      proxy: () => ({ ...noProxy, proxy }),
      trust: { extraCertificates: () => [authority.pem] },
      limits,
    });
  }

  async function service(): Promise<Listening> {
    const certificate = await authority.issue({ name: 'service.example' });
    return bench.listen(
      https.createServer(certificate, (request, response) => response.end(JSON.stringify(request.headers))),
      'https',
    );
  }

  interface SeenConnect {
    readonly url: string | undefined;
    readonly headers: http.IncomingHttpHeaders;
  }

  /** A proxy that tunnels everything to `port`. */
  async function forwarding(port: number, server: http.Server = http.createServer()) {
    const seen: SeenConnect[] = [];
    server.on('connect', (request: http.IncomingMessage, client: net.Socket) => {
      seen.push({ url: request.url, headers: request.headers });
      const upstream = net.connect(port, '127.0.0.1', () => {
        client.write('HTTP/1.1 200 Connection established\r\n\r\n');
        upstream.pipe(client).pipe(upstream);
      });
      upstream.on('error', () => client.destroy());
      client.on('error', () => upstream.destroy());
    });
    return { listening: await bench.listen(server), seen };
  }

  it('tunnels with CONNECT and tells the proxy nothing but host and port', async () => {
    const { port } = await service();
    const { listening, seen } = await forwarding(port);
    const request = post(target, '/secret-path?secret', { bearer: new BoundSecret('tok', [target]) });
    for (const effect of ['irreversible', 'read'] as const) {
      const { result, sent } = await sendCounting(through(listening.origin), { ...request, effect });
      assert.equal(result.kind, 'response', JSON.stringify(result));
      assert.equal(JSON.parse(result.kind === 'response' ? result.body : '').authorization, 'Bearer tok');
      assert.equal(sent, 1);
    }
    assert.equal(seen.length, 2);
    for (const { url, headers } of seen) {
      assert.equal(url, 'service.example:8443');
      assert.deepEqual(Object.keys(headers).sort(), ['connection', 'host']);
    }
  });

  it('names the port also where it is the usual one', async () => {
    const { port } = await service();
    const { listening, seen } = await forwarding(port);
    const { result } = await sendCounting(through(listening.origin), post('https://service.example'));
    assert.equal(result.kind, 'response', JSON.stringify(result));
    assert.deepEqual(
      seen.map(({ url, headers }) => [url, headers.host]),
      [['service.example:443', 'service.example:443']],
    );
  });

  it('gives the proxy its credentials, and the service none of them', async () => {
    const { port } = await service();
    const { listening, seen } = await forwarding(port);
    const { result } = await sendCounting(through(listening.origin.replace('//', '//me:p%40ss@')), post(target));
    assert.equal(seen[0]?.headers['proxy-authorization'], `Basic ${Buffer.from('me:p@ss').toString('base64')}`);
    assert.equal('proxy-authorization' in JSON.parse(result.kind === 'response' ? result.body : ''), false);
  });

  it('reuses the tunnel for reads', async () => {
    const { port } = await service();
    const { listening, seen } = await forwarding(port);
    const transport = through(listening.origin);
    for (let i = 0; i < 20; i++) {
      assert.equal((await transport.send(post(target, '/', { effect: 'read' }), neverAborted)).kind, 'response');
    }
    assert.equal(seen.length, 1);
  });

  it('speaks TLS to a proxy that wants it', async () => {
    const { port } = await service();
    const { listening } = await forwarding(port, https.createServer(await authority.issue()));
    const { result } = await sendCounting(through(listening.origin.replace('http:', 'https:')), post(target));
    assert.equal(result.kind, 'response', JSON.stringify(result));
  });

  it('takes a changed setting from the next request on', async () => {
    const { port } = await service();
    const first = await forwarding(port);
    const second = await forwarding(port);
    let proxy = first.listening.origin;
    const transport = bench.transport({
      proxy: () => ({ ...noProxy, proxy }),
      trust: { extraCertificates: () => [authority.pem] },
    });
    await transport.send(post(target, '/', { effect: 'read' }), neverAborted);
    proxy = second.listening.origin;
    await transport.send(post(target, '/', { effect: 'read' }), neverAborted);
    assert.deepEqual([first.seen.length, second.seen.length], [1, 1]);
    await until(() => first.listening.open() === 0);
  });

  it('loopback goes past the proxy', async () => {
    const server = await bench.listen(http.createServer((_request, response) => response.end('direct')));
    const { result } = await sendCounting(through('http://127.0.0.1:1'), post(server.origin));
    assert.equal(result.kind === 'response' && result.body, 'direct');
  });

  const ways: readonly (readonly [string, boolean, (proxy: string) => Partial<ProxySettings>])[] = [
    ['http.proxy', true, (proxy) => ({ proxy })],
    ['HTTPS_PROXY', true, (proxy) => ({ env: { HTTPS_PROXY: proxy } })],
    ['HTTP_PROXY, in lower case', true, (proxy) => ({ env: { http_proxy: proxy } })],
    ['http.proxy, before the environment', true, (proxy) => ({ proxy, env: { HTTPS_PROXY: 'http://127.0.0.1:1' } })],
    ['http.noProxy', false, (proxy) => ({ proxy, noProxy: ['*.invalid'] })],
    ['NO_PROXY', false, (proxy) => ({ env: { HTTPS_PROXY: proxy, NO_PROXY: 'service.invalid:443' } })],
    ['http.proxySupport off', false, (proxy) => ({ proxy, support: 'off' })],
    ['no setting', false, () => ({})],
  ];
  for (const [name, proxied, settings] of ways) {
    it(`${proxied ? 'asks the proxy' : 'goes past the proxy'}: ${name}`, async () => {
      const proxy = await bench.raw((socket) => socket.end('HTTP/1.1 403 No\r\ncontent-length: 0\r\n\r\n'));
      const transport = bench.transport({ proxy: () => ({ ...noProxy, ...settings(proxy.origin) }) });
      const { result } = await sendCounting(transport, post('https://service.invalid'));
      assert.equal(
        result.kind === 'not-sent' && result.cause,
        proxied ? 'proxy-refused' : 'dns',
        JSON.stringify(result),
      );
      assert.equal(proxy.connections(), proxied ? 1 : 0);
    });
  }

  async function assertNotSent(proxy: string, cause: NotSentCause, detail: RegExp, limits?: Partial<Limits>) {
    for (const effect of ['irreversible', 'read'] as const) {
      const { result, sent } = await sendCounting(through(proxy, limits), { ...post(target), effect });
      assert.equal(result.kind === 'not-sent' && result.cause, cause, JSON.stringify(result));
      assert.match(result.kind === 'not-sent' ? result.detail : '', detail);
      assert.equal(sent, 0);
    }
  }

  const refusals: [string, string, RegExp][] = [
    ['407', 'HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n', /: status 407$/],
    ['502 with a page', 'HTTP/1.1 502 Bad Gateway\r\ncontent-type: text/html\r\n\r\n<html>', /: status 502$/],
    ['403', 'HTTP/1.1 403 Forbidden\r\n\r\n', /: status 403$/],
    ['302 to a portal', 'HTTP/1.1 302 Found\r\nlocation: http://portal.example/\r\n\r\n', /: status 302$/],
    ['200 with a page', 'HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 6\r\n\r\n<html>', /: a page/],
    ['200 with the type of a page', 'HTTP/1.1 200 OK\r\ncontent-type: text/html\r\n\r\n', /: a page/],
    ['200 with bytes of its own', 'HTTP/1.1 200 OK\r\n\r\n<html>', /: a page/],
    ['nonsense', 'SSH-2.0-OpenSSH_9.6\r\n', /: UND_ERR_HTTP_PARSER$/],
    ['headers without end', `HTTP/1.1 200 OK\r\nx: ${'x'.repeat(70_000)}\r\n\r\n`, /: UND_ERR_HEADERS_OVERFLOW$/],
  ];
  for (const [name, answer, detail] of refusals) {
    it(`proxy-refused: ${name}`, async () => {
      const proxy = await bench.raw((socket) => socket.write(answer));
      await assertNotSent(proxy.origin, 'proxy-refused', detail);
      assert.equal(proxy.connections(), 2);
      await until(() => proxy.open() === 0);
    });
  }

  it('proxy-refused: closes instead of answering', async () => {
    const proxy = await bench.raw((socket) => socket.destroy());
    await assertNotSent(proxy.origin, 'proxy-refused', /: UND_ERR_SOCKET$/);
  });

  it('proxy-unreachable: nobody listens', () =>
    assertNotSent('http://127.0.0.1:1', 'proxy-unreachable', /^127\.0\.0\.1:1: ECONNREFUSED$/));

  it('proxy-unreachable: a kind of proxy that is not spoken', () =>
    assertNotSent('socks5://127.0.0.1:1', 'proxy-unreachable', /socks5/));

  it('proxy-unreachable: its certificate is not trusted', async () => {
    const other = await TestAuthority.create('CN=Other Authority');
    const proxy = await bench.listen(https.createServer(await other.issue()), 'https');
    await assertNotSent(proxy.origin, 'proxy-unreachable', /UNABLE_TO_VERIFY_LEAF_SIGNATURE$/);
  });

  it('proxy-unreachable: it accepts, but does not get as far as being asked', async () => {
    const proxy = await bench.listen(net.createServer((socket) => socket.resume()));
    await assertNotSent(
      `https://127.0.0.1:${proxy.port}`,
      'proxy-unreachable',
      /^127\.0\.0\.1:\d+: no connection in time$/,
      { connectMs: 150 },
    );
  });

  it('connect-timeout: the proxy never answers', async () => {
    const proxy = await bench.raw(() => undefined);
    await assertNotSent(proxy.origin, 'connect-timeout', /^service\.example:8443: /, { connectMs: 150 });
    await until(() => proxy.open() === 0);
  });

  it('tells a fault of the service beyond the tunnel from one of the proxy', async () => {
    const server = await bench.listen(https.createServer(await authority.issue({ name: 'other.example' })), 'https');
    const { listening } = await forwarding(server.port);
    await assertNotSent(listening.origin, 'tls-name-mismatch', /^service\.example:8443: /);
  });
});
