import assert from 'node:assert/strict';
import { once } from 'node:events';
import * as http from 'node:http';
import type { AddressInfo } from 'node:net';
import { networkInterfaces } from 'node:os';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { BoundSecret } from '../../../src/core/redact';
import { Bench, get, neverAborted, post, sendCounting } from './bench';

describe('transport: answers', () => {
  let bench: Bench;
  beforeEach(() => {
    bench = new Bench();
  });
  afterEach(() => bench.close());

  function serve(handle: http.RequestListener) {
    return bench.listen(http.createServer(handle));
  }

  async function echo() {
    const server = await serve((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { method, url, headers } = request;
        response.end(JSON.stringify({ method, url, headers, body: Buffer.concat(chunks).toString() }));
      });
    });
    return server.origin;
  }

  async function echoed(origin: string, wishes: Parameters<typeof post>[2]) {
    const result = await bench
      .transport({ userAgent: 'reconsent/1.2.3' })
      .send(post(origin, '/a?b=c', wishes), neverAborted);
    assert.equal(result.kind, 'response');
    return JSON.parse(result.kind === 'response' ? result.body : '');
  }

  it('sends JSON with its type and length', async () => {
    const seen = await echoed(await echo(), { body: { kind: 'json', value: { name: 'Zoë' } } });
    assert.equal(seen.method, 'POST');
    assert.equal(seen.url, '/a?b=c');
    assert.equal(seen.body, '{"name":"Zoë"}');
    assert.equal(seen.headers['content-type'], 'application/json');
    assert.equal(seen.headers['content-length'], '15');
    assert.equal(seen.headers['user-agent'], 'reconsent/1.2.3');
    assert.equal(seen.headers['accept-encoding'], 'identity');
  });

  it('sends an empty POST with length 0 and without a type', async () => {
    const seen = await echoed(await echo(), { body: { kind: 'empty' } });
    assert.equal(seen.headers['content-length'], '0');
    assert.equal('content-type' in seen.headers, false);
  });

  it('reveals bearer and form secrets to the origin they are bound to', async () => {
    const origin = await echo();
    const seen = await echoed(origin, {
      bearer: new BoundSecret('tok-1', [origin]),
      body: { kind: 'form', fields: { grant_type: 'refresh_token', refresh_token: new BoundSecret('r&=+', [origin]) } },
    });
    assert.equal(seen.headers.authorization, 'Bearer tok-1');
    assert.equal(seen.headers['content-type'], 'application/x-www-form-urlencoded');
    assert.equal(seen.body, 'grant_type=refresh_token&refresh_token=r%26%3D%2B');
  });

  it('sends ready-made text under its own type', async () => {
    const origin = await echo();
    const seen = await echoed(origin, {
      body: { kind: 'text', contentType: 'text/plain', value: new BoundSecret('hello', [origin]) },
    });
    assert.equal(seen.headers['content-type'], 'text/plain');
    assert.equal(seen.body, 'hello');
  });

  it('joins repeated headers and lowers their names', async () => {
    const server = await serve((_request, response) => {
      response.setHeader('X-Twice', ['one', 'two']);
      response.end();
    });
    const { result } = await sendCounting(bench.transport(), get(server.origin));
    assert.equal(result.kind === 'response' && result.headers['x-twice'], 'one, two');
  });

  it('decodes UTF-8 and keeps the byte-order mark out', async () => {
    const server = await serve((_request, response) => response.end('\ufeff{"a":"ü"}'));
    const { result } = await sendCounting(bench.transport(), get(server.origin));
    assert.equal(result.kind === 'response' && result.body, '{"a":"ü"}');
  });

  it('hands on the words of the status line, plain and bounded, and without our own secrets', async () => {
    const phrases = ['invalid_token: tok-123456 has ended', 'a\tb\u202ec', 'x'.repeat(5000), ''];
    const server = await serve((request, response) => {
      response.socket?.end(
        Buffer.from(`HTTP/1.1 401 ${phrases[Number(request.url?.slice(1))]}\r\nContent-Length: 0\r\n\r\n`),
      );
    });
    const transport = bench.transport();
    const told: (string | undefined)[] = [];
    for (const at of phrases.keys()) {
      const bearer = new BoundSecret('tok-123456', [server.origin]);
      const result = await transport.send({ ...get(server.origin, `/${at}`), bearer }, neverAborted);
      assert.ok(result.kind === 'response', JSON.stringify(result));
      told.push(result.statusText);
    }
    assert.deepEqual(told.slice(0, 2), ['invalid_token: [secret] has ended', 'a b c']);
    assert.equal(told[2]?.length, 300);
    assert.equal(told[3], undefined);
  });

  for (const status of [200, 202, 400, 401, 403, 404, 409, 429, 500, 501, 503]) {
    it(`hands on ${status} with its body`, async () => {
      const server = await serve((_request, response) => response.writeHead(status).end('text'));
      const { result, sent } = await sendCounting(bench.transport(), post(server.origin));
      assert.deepEqual(result.kind === 'response' && [result.status, result.body], [status, 'text']);
      assert.equal(sent, 1);
    });
  }

  const packings = {
    gzip: gzipSync,
    'x-gzip': gzipSync,
    deflate: deflateSync,
    br: brotliCompressSync,
  };
  for (const [coding, pack] of Object.entries(packings)) {
    it(`unpacks ${coding} although it was not asked for`, async () => {
      const server = await serve((_request, response) => {
        response.setHeader('content-encoding', coding);
        response.end(pack(Buffer.from('packed text')));
      });
      const { result } = await sendCounting(bench.transport(), get(server.origin));
      assert.equal(result.kind === 'response' && result.body, 'packed text');
    });
  }

  it('unpacks a bare deflate stream and several codings in a row', async () => {
    const server = await serve((_request, response) => {
      response.setHeader('content-encoding', 'deflate, gzip');
      response.end(gzipSync(deflateRawSync(Buffer.from('twice'))));
    });
    const { result } = await sendCounting(bench.transport(), get(server.origin));
    assert.equal(result.kind === 'response' && result.body, 'twice');
  });

  describe('redirects', () => {
    for (const status of [300, 301, 302, 303, 304, 307, 308]) {
      it(`does not follow ${status} and names the other origin only`, async () => {
        let requests = 0;
        const server = await serve((_request, response) => {
          requests++;
          response.writeHead(status, { location: 'https://elsewhere.example:8443/path?token=secret' }).end();
        });
        for (const request of [get(server.origin), post(server.origin)]) {
          const { result, sent } = await sendCounting(bench.transport(), request);
          assert.deepEqual(result, { kind: 'redirect', status, location: 'https://elsewhere.example:8443' });
          assert.equal(sent, 1);
        }
        assert.equal(requests, 2);
      });
    }

    it('does not follow one within the same origin', async () => {
      const paths: (string | undefined)[] = [];
      const server = await serve((request, response) => {
        paths.push(request.url);
        response.writeHead(302, { location: '/login' }).end();
      });
      const { result } = await sendCounting(bench.transport(), post(server.origin));
      assert.deepEqual(result, { kind: 'redirect', status: 302, location: server.origin });
      assert.deepEqual(paths, ['/']);
    });

    for (const location of [undefined, 'http://[', 'data:text/plain,x']) {
      it(`reports no origin for the location ${location}`, async () => {
        const server = await serve((_request, response) => {
          response.writeHead(302, location === undefined ? {} : { location }).end();
        });
        const { result } = await sendCounting(bench.transport(), get(server.origin));
        assert.deepEqual(result, { kind: 'redirect', status: 302, location: undefined });
      });
    }
  });

  it('reaches localhost whichever of its addresses answers', async () => {
    const server = await serve((_request, response) => response.end('here'));
    const { result } = await sendCounting(bench.transport(), get(`http://localhost:${server.port}`));
    assert.equal(result.kind === 'response' && result.body, 'here');
  });

  const hasIpv6 = Object.values(networkInterfaces()).some((list) => list?.some(({ address }) => address === '::1'));
  if (hasIpv6) {
    it('reaches an IPv6 address', async () => {
      const server = http.createServer((_request, response) => response.end('six'));
      server.listen(0, '::1');
      await once(server, 'listening');
      const { port } = server.address() as AddressInfo;
      const { result } = await sendCounting(bench.transport(), get(`http://[::1]:${port}`));
      server.closeAllConnections();
      server.close();
      assert.equal(result.kind === 'response' && result.body, 'six');
    });
  }
});
