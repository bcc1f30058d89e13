import assert from 'node:assert/strict';
import { once } from 'node:events';
import * as http from 'node:http';
import * as net from 'node:net';
import type { HttpRequest, NotSentCause } from '../../../src/core/ports';
import { BoundSecret } from '../../../src/core/redact';
import { tcpCause, tlsCause } from '../../../src/http/classify';
import { Bench, get, neverAborted, post, sendCounting, until } from './bench';

async function closedPort(): Promise<number> {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as net.AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

function systemError(code: string, syscall = 'connect'): Error {
  return Object.assign(new Error(code), { code, syscall });
}

describe('transport: nothing was sent', () => {
  let bench: Bench;
  beforeEach(() => {
    bench = new Bench();
  });
  afterEach(() => bench.close());

  async function assertNotSent(request: HttpRequest, cause: NotSentCause, detail?: RegExp) {
    // A busy computer takes longer for the other causes, too.
    const limits = cause === 'connect-timeout' ? { connectMs: 150 } : {};
    for (const effect of ['read', 'irreversible'] as const) {
      const { result, sent } = await sendCounting(bench.transport({ limits }), { ...request, effect });
      assert.equal(result.kind, 'not-sent', JSON.stringify(result));
      assert.equal(result.kind === 'not-sent' && result.cause, cause, JSON.stringify(result));
      if (detail) assert.match(result.kind === 'not-sent' ? result.detail : '', detail);
      assert.equal(sent, 0);
    }
  }

  it('refused: nobody listens, also on both addresses of localhost', async () => {
    const port = await closedPort();
    await assertNotSent(get(`http://127.0.0.1:${port}`), 'refused', /^127\.0\.0\.1:\d+: ECONNREFUSED$/);
    await assertNotSent(post(`http://localhost:${port}`), 'refused', /^localhost:\d+: ECONNREFUSED$/);
  });

  it('dns: the name does not exist', async () => {
    // `.invalid` never resolves (RFC 6761 §6.4). The limit is long enough for a resolver that has to give up first.
    const transport = bench.transport();
    const { result, sent } = await sendCounting(transport, get('https://no-such-host.invalid'));
    assert.equal(result.kind === 'not-sent' && result.cause, 'dns', JSON.stringify(result));
    assert.equal(sent, 0);
  });

  it('connect-timeout: TCP is accepted, TLS never answered', async () => {
    const server = await bench.listen(net.createServer((socket) => socket.resume()));
    await assertNotSent(get(`https://127.0.0.1:${server.port}`), 'connect-timeout');
    assert.equal(server.connections(), 2);
    await until(() => server.open() === 0);
  });

  it('connect-timeout: the total time ends first', async () => {
    const server = await bench.listen(net.createServer());
    const transport = bench.transport({ limits: { totalMs: 100 } });
    const { result, sent } = await sendCounting(transport, post(`https://127.0.0.1:${server.port}`));
    assert.equal(result.kind === 'not-sent' && result.cause, 'connect-timeout');
    assert.equal(sent, 0);
  });

  it('tls-other: a plain HTTP server on the port', async () => {
    const server = await bench.listen(http.createServer((_request, response) => response.end('plain')));
    await assertNotSent(get(`https://127.0.0.1:${server.port}`), 'tls-other');
  });

  it('tls-other: the server hangs up during the handshake', async () => {
    const server = await bench.listen(net.createServer((socket) => socket.once('data', () => socket.destroy())));
    await assertNotSent(get(`https://127.0.0.1:${server.port}`), 'tls-other', /ECONNRESET$/);
  });

  describe('checked before any connection', () => {
    const refusals: Record<string, [NotSentCause, (origin: string) => Partial<HttpRequest>]> = {
      'a bearer of another origin': [
        'foreign-origin',
        () => ({ bearer: new BoundSecret('tok', ['https://old.example']) }),
      ],
      'a bearer of the same host on another port': [
        'foreign-origin',
        () => ({ bearer: new BoundSecret('tok', ['http://127.0.0.1:1']) }),
      ],
      'a bearer of a look-alike origin': [
        'foreign-origin',
        (origin) => ({ bearer: new BoundSecret('tok', [`${origin}.evil.example`, `${origin}/`]) }),
      ],
      'a form secret of another origin': [
        'foreign-origin',
        () => ({ body: { kind: 'form', fields: { token: new BoundSecret('tok', ['https://old.example']) } } }),
      ],
      'a text of another origin': [
        'foreign-origin',
        () => ({ body: { kind: 'text', contentType: 'text/plain', value: new BoundSecret('tok', []) } }),
      ],
      'a line break in a header': ['invalid-request', () => ({ headers: { 'x-a': 'b\r\nx-c: d' } })],
      'a null in a header': ['invalid-request', () => ({ headers: { 'x-a': 'b\0' } })],
      'a header name with a space': ['invalid-request', () => ({ headers: { 'x a': 'b' } })],
      'a framing header': ['invalid-request', () => ({ headers: { 'transfer-encoding': 'chunked' } })],
      'a host header': ['invalid-request', () => ({ headers: { host: 'other.example' } })],
      'an unsealed credential': ['invalid-request', () => ({ headers: { authorization: 'Bearer x' } })],
      'a line break in the bearer': [
        'invalid-request',
        (origin) => ({ bearer: new BoundSecret('tok\r\nx: y', [origin]) }),
      ],
      'an empty bearer': ['invalid-request', (origin) => ({ bearer: new BoundSecret('', [origin]) })],
      'a body without JSON form': ['invalid-request', () => ({ body: { kind: 'json', value: undefined } })],
      'a user name in the URL': [
        'invalid-request',
        (origin) => ({ url: new URL(origin.replace('//', '//user:pass@')) }),
      ],
    };
    for (const [name, [cause, wishes]] of Object.entries(refusals)) {
      it(`${cause}: ${name}`, async () => {
        const server = await bench.raw((socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n'));
        await assertNotSent({ ...post(server.origin), ...wishes(server.origin) }, cause);
        assert.equal(server.connections(), 0);
      });
    }

    for (const url of [
      'http://example.com/',
      'http://192.168.0.1/',
      'http://127.0.0.1.example.com/',
      'ftp://127.0.0.1/',
    ]) {
      it(`invalid-request: ${url}`, () =>
        assertNotSent({ ...get('https://x.example'), url: new URL(url) }, 'invalid-request'));
    }

    it('keeps the secret out of the detail', async () => {
      const { result } = await sendCounting(
        bench.transport(),
        post('https://new.example', '/', { bearer: new BoundSecret('very-secret', ['https://old.example']) }),
      );
      assert.deepEqual(result, {
        kind: 'not-sent',
        cause: 'foreign-origin',
        detail: 'https://new.example: the credential belongs to https://old.example',
      });
    });
  });

  describe('aborted', () => {
    it('sends nothing when the signal has already fired', async () => {
      const server = await bench.raw((socket) => socket.end());
      for (const request of [get(server.origin), post(server.origin)]) {
        const { result, sent } = await sendCounting(bench.transport(), request, AbortSignal.abort());
        assert.deepEqual(result, { kind: 'aborted', sent: false });
        assert.equal(sent, 0);
      }
      assert.equal(server.connections(), 0);
    });

    it('stops a connection that is being opened', async () => {
      const server = await bench.listen(net.createServer((socket) => socket.resume()));
      for (const make of [get, post]) {
        const abort = new AbortController();
        const transport = bench.transport();
        const sending = sendCounting(transport, make(`https://127.0.0.1:${server.port}`), abort.signal);
        await until(() => server.open() === 1);
        abort.abort();
        const { result, sent } = await sending;
        assert.deepEqual(result, { kind: 'aborted', sent: false });
        assert.equal(sent, 0);
        await transport.close();
        await until(() => server.open() === 0);
      }
    });

    it('does not write a read that was stopped while its connection opened', async () => {
      let requests = 0;
      const server = await bench.raw((socket) => {
        requests++;
        socket.end('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n');
      });
      const transport = bench.transport();
      const abort = new AbortController();
      const sending = transport.send(get(server.origin), abort.signal);
      abort.abort();
      assert.deepEqual(await sending, { kind: 'aborted', sent: false });
      await until(() => server.connections() === 1);
      assert.equal((await transport.send(get(server.origin), neverAborted)).kind, 'response');
      assert.equal(requests, 1);
    });

    it('sends nothing once the transport is closed', async () => {
      const server = await bench.raw((socket) => socket.end());
      const transport = bench.transport();
      await transport.close();
      assert.deepEqual((await sendCounting(transport, post(server.origin))).result, { kind: 'aborted', sent: false });
      transport.warm(server.origin);
      // Another one is there by the time at which it would have come.
      await bench.transport().send(get(server.origin), neverAborted);
      assert.equal(server.connections(), 1);
    });
  });

  describe('causes of system errors', () => {
    const tcp: [Error, NotSentCause][] = [
      [systemError('ENOTFOUND', 'getaddrinfo'), 'dns'],
      [systemError('EAI_AGAIN', 'getaddrinfo'), 'dns'],
      [systemError('ECONNREFUSED'), 'refused'],
      [systemError('EHOSTUNREACH'), 'unreachable'],
      [systemError('ENETUNREACH'), 'unreachable'],
      [systemError('EADDRNOTAVAIL'), 'unreachable'],
      [systemError('ETIMEDOUT'), 'connect-timeout'],
      [new AggregateError([systemError('ENETUNREACH'), systemError('ECONNREFUSED')]), 'refused'],
      [new AggregateError([systemError('ETIMEDOUT'), systemError('ETIMEDOUT')]), 'connect-timeout'],
      [new AggregateError([systemError('ETIMEDOUT'), systemError('ENETUNREACH')]), 'unreachable'],
    ];
    for (const [error, cause] of tcp) {
      const inner =
        error instanceof AggregateError ? error.errors.map((each) => each.message).join(' and ') : error.message;
      it(`${inner}: ${cause}`, () => assert.equal(tcpCause(error), cause));
    }

    const certificates: Record<string, NotSentCause> = {
      UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'tls-untrusted',
      SELF_SIGNED_CERT_IN_CHAIN: 'tls-untrusted',
      DEPTH_ZERO_SELF_SIGNED_CERT: 'tls-untrusted',
      UNABLE_TO_GET_ISSUER_CERT: 'tls-untrusted',
      UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'tls-untrusted',
      ERR_TLS_CERT_ALTNAME_INVALID: 'tls-name-mismatch',
      CERT_HAS_EXPIRED: 'tls-expired',
      CERT_NOT_YET_VALID: 'tls-not-yet-valid',
      EPROTO: 'tls-other',
    };
    for (const [code, cause] of Object.entries(certificates)) {
      it(`${code}: ${cause}`, () => assert.equal(tlsCause(systemError(code)), cause));
    }
  });
});
