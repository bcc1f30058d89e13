import assert from 'node:assert/strict';
import * as http from 'node:http';
import * as https from 'node:https';
import type { Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import type { BodyEnd, DownloadAnswer, DownloadBody, DownloadRequest } from '../../../src/core/downloadPorts';
import { BoundSecret } from '../../../src/core/redact';
import type { TransportOptions } from '../../../src/http/transport';
import { ManualTimers } from '../../fakes/manualTimers';
import { Bench, type Listening, neverAborted, until } from './bench';
import { TestAuthority } from './certificates';

const ok = 'HTTP/1.1 200 OK\r\n';
const signature = 'c2lnbmF0dXJlLXRoYXQtbm9ib2R5LW1heS1zZWU';
const pathSecret = 'path-that-nobody-may-see';

function request(server: Listening, wishes: Partial<DownloadRequest> = {}): DownloadRequest {
  const url = `${server.origin}/${pathSecret}/1.zip?expires=9&signature=${signature}`;
  return { address: new BoundSecret(url, [server.origin]), from: 0, ...wishes };
}

async function read(body: DownloadBody): Promise<{ readonly text: string; readonly end: BodyEnd }> {
  const read: Uint8Array[] = [];
  for (;;) {
    const { done, value } = await body.chunks.next();
    if (done) return { text: Buffer.concat(read).toString('latin1'), end: value };
    read.push(value);
  }
}

function assertBody(answer: DownloadAnswer): asserts answer is DownloadBody {
  assert.equal(answer.kind, 'body', JSON.stringify(answer));
}

describe('transport: downloads', () => {
  let bench: Bench;
  beforeEach(() => {
    bench = new Bench();
  });
  afterEach(async () => {
    await bench.close();
    assert.doesNotMatch(bench.logged.join('\n'), new RegExp(`${signature}|${pathSecret}|expires`));
  });

  const ask = (server: Listening, wishes: Partial<DownloadRequest> = {}, options: Partial<TransportOptions> = {}) =>
    bench.transport(options).download(request(server, wishes), neverAborted);

  /** Answers every request with `text`. */
  const saying = (text: string | Buffer) => bench.raw((socket) => socket.end(text));

  async function assertAnswer(text: string | Buffer, expected: Record<string, unknown>, from = 0) {
    const answer = await ask(await saying(text), { from });
    const { detail, ...rest } = answer as { readonly detail?: string };
    assert.deepEqual(rest, expected);
    assert.doesNotMatch(detail ?? '', /signature|nobody|zip/);
  }

  it('reads a file to its end and says what the head says of it', async () => {
    const hash = 'x-goog-hash: crc32c=n03x6A==\r\nx-goog-hash: md5=Ojk9c3dhfxgoKVVHYwFbHQ==\r\n';
    const answer = await ask(await saying(`${ok}content-length: 5\r\netag: "v1"\r\n${hash}\r\nhello`));
    assertBody(answer);
    const { chunks: _, ...head } = answer;
    assert.deepEqual(head, {
      kind: 'body',
      status: 200,
      from: 0,
      totalBytes: 5,
      etag: '"v1"',
      md5: 'Ojk9c3dhfxgoKVVHYwFbHQ==',
      crc32c: 'n03x6A==',
    });
    assert.deepEqual(await read(answer), { text: 'hello', end: { kind: 'complete' } });
    assert.match(bench.logged.join('\n'), /^GET 127\.0\.0\.1:\d+\/\{signed address\} 200 \d+ ms$/);
  });

  it('asks plainly: no bearer, nothing packed, the whole path and query, a connection of its own', async () => {
    let head = '';
    const server = await bench.raw((socket, text) => {
      head = text;
      socket.end(`${ok}content-length: 0\r\n\r\n`);
    });
    const transport = bench.transport({ userAgent: 'test/1' });
    for (let times = 0; times < 2; times += 1) {
      const answer = await transport.download(request(server), neverAborted);
      assertBody(answer);
      await read(answer);
    }
    assert.match(head, new RegExp(`^GET /${pathSecret}/1\\.zip\\?expires=9&signature=${signature} HTTP/1\\.1\r\n`));
    assert.match(head, /accept-encoding: identity\r\n/);
    assert.match(head, /user-agent: test\/1\r\n/);
    assert.doesNotMatch(head, /authorization|range|cookie/i);
    assert.equal(server.connections(), 2);
  });

  it('asks for the rest of the version that is there, and for single bytes', async () => {
    const heads: string[] = [];
    const server = await bench.raw((socket, text) => {
      heads.push(text);
      const from = /bytes=(\d+)-/.exec(text)?.[1];
      socket.end(
        `HTTP/1.1 206 Partial\r\ncontent-range: bytes ${from}-9/10\r\ncontent-length: ${10 - Number(from)}\r\n\r\n${'x'.repeat(10 - Number(from))}`,
      );
    });
    const answer = await ask(server, { from: 7, etag: '"v1"' });
    assertBody(answer);
    assert.deepEqual([answer.status, answer.from, answer.totalBytes], [206, 7, 10]);
    assert.deepEqual(await read(answer), { text: 'xxx', end: { kind: 'complete' } });
    assert.match(heads[0] ?? '', /range: bytes=7-\r\nif-range: "v1"\r\n/);
    await ask(server, { from: 7, etag: 'W/"v1"' });
    assert.doesNotMatch(heads[1] ?? '', /if-range/);
    await ask(server, { from: 0, to: 0 });
    assert.match(heads[2] ?? '', /range: bytes=0-0\r\n/);
  });

  it('takes the whole file where the server knows no ranges, or has another version', async () => {
    const answer = await ask(await saying(`${ok}content-length: 5\r\n\r\nhello`), { from: 3, etag: '"v1"' });
    assertBody(answer);
    assert.deepEqual([answer.status, answer.from], [200, 0]);
    await read(answer);
  });

  it('tells what no file is', async () => {
    const status = (code: number, headers = '', body = '') =>
      `HTTP/1.1 ${code} X\r\n${headers}content-length: ${body.length}\r\n\r\n${body}`;
    const xml = (code: string) => `<?xml version='1.0'?><Error><Code>${code}</Code><Message>m</Message></Error>`;
    await assertAnswer(status(400, '', xml('ExpiredToken')), { kind: 'expired', status: 400 });
    await assertAnswer(status(403, '', xml('AccessDenied')), { kind: 'expired', status: 403 });
    await assertAnswer(status(400, '', xml('InvalidArgument')), {
      kind: 'refused',
      status: 400,
      code: 'InvalidArgument',
    });
    await assertAnswer(status(400, '', 'ExpiredToken'), { kind: 'refused', status: 400 });
    await assertAnswer(status(503), { kind: 'refused', status: 503 });
    await assertAnswer(status(404), { kind: 'gone', status: 404 });
    await assertAnswer(status(410), { kind: 'gone', status: 410 });
    await assertAnswer(
      status(416, 'content-range: bytes */10\r\n'),
      { kind: 'range-not-satisfiable', totalBytes: 10 },
      10,
    );
    await assertAnswer(status(416), { kind: 'range-not-satisfiable' }, 10);
  });

  it('follows no redirect and names no more of it than the origin', async () => {
    let followed = 0;
    const other = await bench.raw((socket) => {
      followed += 1;
      socket.end(`${ok}content-length: 0\r\n\r\n`);
    });
    for (const code of [301, 302, 303, 307, 308]) {
      const location = `${other.origin}/?signature=${signature}`;
      const expected = { kind: 'redirect', status: code, location: other.origin };
      await assertAnswer(`HTTP/1.1 ${code} X\r\nlocation: ${location}\r\ncontent-length: 0\r\n\r\n`, expected);
    }
    assert.equal(followed, 0);
  });

  it('takes nothing for a file whose bytes, length or place cannot be trusted', async () => {
    const malformed = { kind: 'broken', cause: 'malformed' };
    const packed = gzipSync('hello');
    const head = `${ok}content-encoding: gzip\r\ncontent-length: ${packed.length}\r\n\r\n`;
    await assertAnswer(Buffer.concat([Buffer.from(head), packed]), malformed);
    await assertAnswer(`${ok}content-type: text/html\r\ncontent-length: 2\r\n\r\n<>`, malformed);
    await assertAnswer(`${ok}connection: close\r\n\r\nhello`, malformed);
    const partial = 'HTTP/1.1 206 Partial\r\ncontent-length: 3\r\n';
    await assertAnswer(`${partial}\r\nabc`, malformed, 7);
    await assertAnswer(`${partial}content-range: bytes 6-8/10\r\n\r\nabc`, malformed, 7);
    await assertAnswer(`${partial}content-range: bytes 7-8/10\r\n\r\nabc`, malformed, 7);
    await assertAnswer('SSH-2.0-x\r\n', malformed);
    await assertAnswer('', { kind: 'broken', cause: 'connection-reset' });
    await assertAnswer(`${ok}x: ${'y'.repeat(70_000)}\r\n\r\n`, { kind: 'broken', cause: 'too-large' });
  });

  const cuts: [string, (socket: Socket) => void][] = [
    ['closed', (socket) => socket.end()],
    ['reset', (socket) => setTimeout(() => socket.resetAndDestroy(), 20)],
  ];
  for (const [name, cut] of cuts) {
    it(`hands on what came before the connection was ${name}, and tells the cut`, async () => {
      const server = await bench.raw((socket) => {
        socket.write(`${ok}content-length: 10\r\n\r\nabc`, () => cut(socket));
      });
      const answer = await ask(server);
      assertBody(answer);
      const { text, end } = await read(answer);
      assert.equal(text, 'abc');
      assert.equal(end.kind === 'cut' && end.cause, 'cut-body', JSON.stringify(end));
      assert.match(bench.logged.join('\n'), /200 broken cut-body \d+ ms$/);
    });
  }

  it('tells chunks without their end', async () => {
    const answer = await ask(await saying(`${ok}transfer-encoding: chunked\r\n\r\n3\r\nabc\r\n`));
    assertBody(answer);
    assert.equal(answer.totalBytes, undefined);
    assert.equal((await read(answer)).end.kind, 'cut');
  });

  it('gives up when no byte comes for too long, before the head and within the body', async () => {
    const timers = new ManualTimers();
    const startTimer = timers.start;
    const silent = await bench.raw(() => timers.advance(30_000));
    const none = await ask(silent, {}, { startTimer });
    assert.equal(none.kind === 'broken' && none.cause, 'timeout');
    const server = await bench.raw((socket) => socket.write(`${ok}content-length: 10\r\n\r\nabc`));
    const answer = await ask(server, {}, { startTimer });
    assertBody(answer);
    const first = await answer.chunks.next();
    assert.equal(Buffer.from(first.done ? '' : first.value).toString(), 'abc');
    timers.advance(29_999);
    const rest = read(answer);
    timers.advance(1);
    const { text, end } = await rest;
    assert.deepEqual([text, end.kind === 'cut' && end.cause], ['', 'timeout']);
    await until(() => server.open() === 0);
  });

  it('has no limit for the whole, neither of time nor of size', async () => {
    const total = 40;
    const timers = new ManualTimers();
    let drip = (): void => undefined;
    const server = await bench.raw((socket) => {
      socket.write(`${ok}content-length: ${total}\r\n\r\n`);
      drip = () => void socket.write('x');
    });
    const answer = await ask(server, {}, { startTimer: timers.start, limits: { totalMs: 50, bodyBytes: 10 } });
    assertBody(answer);
    for (let read = 0; read < total; read++) {
      timers.advance(29_999);
      drip();
      assert.equal((await answer.chunks.next()).done, false);
    }
    assert.deepEqual(await answer.chunks.next(), { done: true, value: { kind: 'complete' } });
  });

  it('lets the server wait for a slow reader', async () => {
    const bytes = 30_000_000;
    let written = 0;
    const server = await bench.listen(
      http.createServer((_request, response) => {
        response.writeHead(200, { 'content-length': bytes });
        const chunk = Buffer.alloc(100_000, 'x');
        const pour = (): void => {
          while (written < bytes) {
            written += chunk.length;
            if (!response.write(chunk)) return void response.once('drain', pour);
          }
          response.end();
        };
        pour();
      }),
    );
    const answer = await ask(server);
    assertBody(answer);
    let taken = 0;
    let ahead = 0;
    for (;;) {
      // The server, and what lies between, have more turns than the reader.
      for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
      ahead = Math.max(ahead, written - taken);
      const { done, value } = await answer.chunks.next();
      if (done) {
        assert.deepEqual([taken, value], [bytes, { kind: 'complete' }]);
        break;
      }
      taken += value.length;
    }
    assert.ok(ahead < bytes / 2, `the server was ${ahead} bytes ahead`);
  });

  it('notices silence after its reader has taken all there was', async () => {
    const timers = new ManualTimers();
    const server = await bench.raw((socket) =>
      socket.write(`${ok}content-length: 9000000\r\n\r\n${'x'.repeat(3_000_000)}`),
    );
    const answer = await ask(server, {}, { startTimer: timers.start });
    assertBody(answer);
    for (let taken = 0; taken < 3_000_000; ) {
      const { done, value } = await answer.chunks.next();
      assert.ok(!done);
      taken += value.length;
    }
    timers.advance(30_000);
    const { text, end } = await read(answer);
    assert.deepEqual([text, end.kind === 'cut' && end.cause], ['', 'timeout']);
  });

  it('tells a server that goes away while its reader is busy, after what had come', async () => {
    let gone = (): boolean => false;
    const server = await bench.raw((socket) => {
      socket.write(`${ok}content-length: 9000000\r\n\r\n${'x'.repeat(3_000_000)}`);
      gone = () => socket.bytesWritten - socket.writableLength > 1_100_000;
    });
    const answer = await ask(server);
    assertBody(answer);
    await until(() => gone());
    server.dropConnections();
    const { text, end } = await read(answer);
    assert.ok(text.length >= 1_000_000 && text.length <= 3_000_000, String(text.length));
    assert.equal(end.kind, 'cut');
  });

  it('hangs up when its reader has seen enough', async () => {
    const server = await bench.raw((socket) => socket.write(`${ok}content-length: 10\r\n\r\nabc`));
    const answer = await ask(server);
    assertBody(answer);
    assert.deepEqual(await answer.chunks.return(), { done: true, value: { kind: 'aborted' } });
    assert.deepEqual(await answer.chunks.next(), { done: true, value: { kind: 'aborted' } });
    await until(() => server.open() === 0);
  });

  it('hangs up while the server has to wait', async () => {
    const head = `${ok}connection: close\r\ncontent-length: 9000000\r\n\r\n`;
    let waits = (): boolean => false;
    const server = await bench.raw((socket) => {
      socket.write(head);
      // In pieces, as it is told of each when it is gone.
      for (let piece = 0; piece < 80; piece++) socket.write('x'.repeat(100_000));
      waits = () => socket.writableNeedDrain && socket.bytesWritten - socket.writableLength > 1_000_000;
    });
    for (const by of ['reader', 'signal'] as const) {
      const stop = new AbortController();
      const answer = await bench.transport().download(request(server), stop.signal);
      assertBody(answer);
      await until(() => waits());
      if (by === 'reader') await answer.chunks.return();
      else stop.abort();
      assert.deepEqual(await answer.chunks.next(), { done: true, value: { kind: 'aborted' } });
      await until(() => server.open() === 0);
    }
  });

  it('calls nothing complete that its reader has not read', async () => {
    const answer = await ask(await saying(`${ok}content-length: 5\r\n\r\nhello`));
    assertBody(answer);
    await until(() => bench.logged.length > 0);
    assert.deepEqual(await answer.chunks.return(), { done: true, value: { kind: 'aborted' } });
  });

  it('ends by its signal, and when the transport closes', async () => {
    const server = await bench.raw((socket, head) => {
      if (!head.includes('if-range')) socket.write(`${ok}content-length: 10\r\n\r\nabc`);
    });
    for (const wishes of [{}, { from: 1, etag: '"waiting-for-the-head"' }]) {
      for (const by of ['signal', 'close'] as const) {
        const transport = bench.transport();
        const stop = new AbortController();
        const connections = server.connections();
        const pending = transport.download(request(server, wishes), stop.signal);
        await until(() => server.connections() > connections);
        if (!('from' in wishes)) {
          const answer = await pending;
          assertBody(answer);
          await answer.chunks.next();
          setImmediate(() => (by === 'signal' ? stop.abort() : void transport.close()));
          assert.deepEqual(await answer.chunks.next(), { done: true, value: { kind: 'aborted' } });
        } else {
          if (by === 'signal') stop.abort();
          else await transport.close();
          assert.deepEqual(await pending, { kind: 'aborted' });
        }
      }
    }
    await until(() => server.open() === 0);
    assert.deepEqual(await bench.transport().download(request(server), AbortSignal.abort()), { kind: 'aborted' });
  });

  it('sends nothing to another origin, by plain HTTP, or to what is no address', async () => {
    const server = await saying(`${ok}content-length: 0\r\n\r\n`);
    const transport = bench.transport();
    const addresses = [
      new BoundSecret(`${server.origin}/?signature=${signature}`, ['http://127.0.0.1:1']),
      new BoundSecret(`http://example.com/?signature=${signature}`, ['http://example.com']),
      new BoundSecret(`${server.origin.replace('//', '//user@')}/?signature=${signature}`, [server.origin]),
      new BoundSecret(`signature=${signature}`, [server.origin]),
      new BoundSecret(`${server.origin}/?signature=${signature}`, []),
    ];
    for (const address of addresses) {
      const answer = await transport.download({ address, from: 0 }, neverAborted);
      assert.equal(answer.kind === 'not-sent' && answer.cause, 'invalid-request', JSON.stringify(answer));
      assert.doesNotMatch(JSON.stringify(answer), new RegExp(signature));
    }
    assert.equal(server.connections(), 0);
  });

  it('says not-sent with its cause when there is no connection', async () => {
    const server = await bench.raw(() => undefined);
    const gone = { ...server, origin: 'http://127.0.0.1:1' };
    const answer = await ask(gone);
    assert.equal(answer.kind === 'not-sent' && answer.cause, 'refused');
  });

  it('trusts what the transport trusts', async () => {
    const authority = await TestAuthority.create();
    const certificate = await authority.issue();
    const server = await bench.listen(
      https.createServer(certificate, (_request, response) => response.end('secure')),
      'https',
    );
    const refused = await ask(server);
    assert.equal(refused.kind === 'not-sent' && refused.cause, 'tls-untrusted');
    const answer = await ask(server, {}, { trust: { extraCertificates: () => [authority.pem] } });
    assertBody(answer);
    assert.equal((await read(answer)).text, 'secure');
  });

  it('goes through the proxy that is configured', async () => {
    const asked: string[] = [];
    const proxy = await bench.raw((socket, head) => {
      asked.push(head.split('\r\n')[0] ?? '');
      socket.end('HTTP/1.1 407 No\r\ncontent-length: 0\r\n\r\n');
    });
    const settings = { support: 'on', proxy: proxy.origin, noProxy: [], env: {} } as const;
    const address = new BoundSecret(`https://storage.example.com/?signature=${signature}`, [
      'https://storage.example.com',
    ]);
    const answer = await bench.transport({ proxy: () => settings }).download({ address, from: 0 }, neverAborted);
    assert.equal(answer.kind === 'not-sent' && answer.cause, 'proxy-refused');
    assert.deepEqual(asked, ['CONNECT storage.example.com:443 HTTP/1.1']);
  });
});
