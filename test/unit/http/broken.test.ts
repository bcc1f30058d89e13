import assert from 'node:assert/strict';
import * as http from 'node:http';
import type { Socket } from 'node:net';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import type { BrokenCause } from '../../../src/core/ports';
import type { Limits } from '../../../src/http/limits';
import { Bench, get, post, sendCounting, until } from './bench';

const ok = 'HTTP/1.1 200 OK\r\n';

describe('transport: sent, but no trustworthy answer', () => {
  let bench: Bench;
  beforeEach(() => {
    bench = new Bench();
  });
  afterEach(() => bench.close());

  async function assertBroken(answer: (socket: Socket) => void, cause: BrokenCause, limits: Partial<Limits> = {}) {
    let requests = 0;
    const server = await bench.raw((socket) => {
      requests++;
      answer(socket);
    });
    for (const request of [get(server.origin), post(server.origin)]) {
      const { result, sent } = await sendCounting(bench.transport({ limits }), request);
      assert.equal(result.kind === 'broken' && result.cause, cause, JSON.stringify(result));
      assert.match(result.kind === 'broken' ? result.detail : '', /^127\.0\.0\.1:\d+: /);
      assert.equal(sent, 1);
    }
    assert.equal(requests, 2, 'a request was sent again');
  }

  it('connection-reset: reset without an answer', () =>
    assertBroken((socket) => socket.resetAndDestroy(), 'connection-reset'));

  it('connection-reset: closed without an answer', () => assertBroken((socket) => socket.end(), 'connection-reset'));

  it('connection-reset: closed within the headers', () =>
    assertBroken((socket) => socket.end(`${ok}content-le`), 'connection-reset'));

  it('timeout: no answer', () => assertBroken(() => undefined, 'timeout', { totalMs: 80 }));

  it('timeout: a body that never ends', () =>
    assertBroken((socket) => socket.write(`${ok}content-length: 10\r\n\r\nabc`), 'timeout', { totalMs: 80 }));

  it('timeout: headers and a body that trickle, however steadily', () =>
    assertBroken(
      (socket) => {
        const bytes = [...`${ok}content-length: 1000000\r\n\r\n`];
        const drip = setInterval(() => socket.write(bytes.shift() ?? '.'), 1);
        socket.on('close', () => clearInterval(drip));
      },
      'timeout',
      { totalMs: 150 },
    ));

  it('cut-body: fewer bytes than announced', () =>
    assertBroken((socket) => socket.end(`${ok}content-length: 10\r\n\r\nabc`), 'cut-body'));

  it('cut-body: fewer bytes than announced on a connection said to close', () =>
    assertBroken((socket) => socket.end(`${ok}connection: close\r\ncontent-length: 10\r\n\r\nabc`), 'cut-body'));

  it('cut-body: reset within the body', () =>
    assertBroken((socket) => {
      socket.write(`${ok}content-length: 10\r\n\r\nabc`, () => setTimeout(() => socket.resetAndDestroy(), 20));
    }, 'cut-body'));

  it('cut-body: chunks without their end', () =>
    assertBroken((socket) => socket.end(`${ok}transfer-encoding: chunked\r\n\r\n3\r\nabc\r\n`), 'cut-body'));

  it('cut-body: chunks that turn into nonsense', () =>
    assertBroken((socket) => socket.end(`${ok}transfer-encoding: chunked\r\n\r\n3\r\nabc\r\nzz\r\n`), 'cut-body'));

  it('cut-body: gzip without its end', () => {
    const packed = gzipSync('a text that is long enough to be cut');
    return assertBroken((socket) => {
      socket.write(`${ok}content-encoding: gzip\r\ncontent-length: ${packed.length - 9}\r\n\r\n`);
      socket.end(packed.subarray(0, -9));
    }, 'cut-body');
  });

  it('malformed: not gzip at all', () =>
    assertBroken((socket) => socket.end(`${ok}content-encoding: gzip\r\ncontent-length: 4\r\n\r\nabcd`), 'malformed'));

  it('malformed: an unknown content encoding', () =>
    assertBroken((socket) => socket.end(`${ok}content-encoding: zstd9\r\ncontent-length: 4\r\n\r\nabcd`), 'malformed'));

  it('malformed: not HTTP', () => assertBroken((socket) => socket.end('220 mail.example ESMTP\r\n'), 'malformed'));

  it('malformed: two lengths that differ', () =>
    assertBroken((socket) => socket.end(`${ok}content-length: 1\r\ncontent-length: 2\r\n\r\nab`), 'malformed'));

  it('malformed: an informational answer nobody asked for, and a switch of protocol', async () => {
    await assertBroken((socket) => socket.write('HTTP/1.1 100 Continue\r\n\r\n'), 'malformed');
    await assertBroken(
      (socket) => socket.write('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n'),
      'malformed',
    );
  });

  it('too-large: a length over the cap, without reading the body', () =>
    assertBroken((socket) => socket.write(`${ok}content-length: 200000000\r\n\r\n`), 'too-large'));

  it('too-large: an endless body without a length', async () => {
    let written = 0;
    await assertBroken((socket) => {
      socket.write(`${ok}transfer-encoding: chunked\r\n\r\n`);
      const chunk = Buffer.alloc(65_536, 'x');
      const pour = () => {
        while (!socket.destroyed && socket.write(`10000\r\n${chunk.toString()}\r\n`)) written += chunk.length;
      };
      socket.on('drain', pour);
      pour();
    }, 'too-large');
    assert.ok(written < 30_000_000, `${written} bytes were taken`);
  });

  for (const [coding, pack] of [
    ['gzip', gzipSync],
    // The best of its qualities takes seconds for so much, and the bomb is no smaller.
    ['br', (text: Buffer) => brotliCompressSync(text, { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } })],
  ] as const) {
    it(`too-large: a ${coding} bomb, stopped while it unpacks`, async () => {
      const bomb = pack(Buffer.alloc(50_000_000));
      assert.ok(bomb.length < 100_000);
      const before = process.memoryUsage().arrayBuffers;
      await assertBroken((socket) => {
        socket.write(`${ok}content-encoding: ${coding}\r\ncontent-length: ${bomb.length}\r\n\r\n`);
        socket.end(bomb);
      }, 'too-large');
      assert.ok(process.memoryUsage().arrayBuffers - before < 20_000_000);
    });
  }

  it('too-large: a header over the cap', () =>
    assertBroken((socket) => socket.write(`${ok}x-long: ${'x'.repeat(70_000)}\r\n\r\n`), 'too-large'));

  it('too-large: ten thousand headers', () =>
    assertBroken((socket) => {
      const many = Array.from({ length: 10_000 }, (_, index) => `x-header-${index}: value`).join('\r\n');
      socket.write(`${ok}${many}\r\n\r\n`);
    }, 'too-large'));

  it('takes a body of exactly the cap', async () => {
    const server = await bench.listen(http.createServer((_request, response) => response.end('x'.repeat(1000))));
    const transport = bench.transport({ limits: { bodyBytes: 1000 } });
    const { result } = await sendCounting(transport, get(server.origin));
    assert.equal(result.kind === 'response' && result.body.length, 1000);
  });

  it('aborted after sending: says so, at once, and closes the connection', async () => {
    const server = await bench.raw(() => undefined);
    for (const make of [get, post]) {
      const abort = new AbortController();
      const transport = bench.transport();
      let sent = 0;
      const request = make(server.origin, '/', {
        onSent: () => {
          sent++;
          setTimeout(() => abort.abort(), 20);
        },
      });
      assert.deepEqual(await transport.send(request, abort.signal), { kind: 'aborted', sent: true });
      assert.equal(sent, 1);
      await until(() => server.open() === 0);
    }
    assert.equal(server.connections(), 2);
  });

  it('aborted within the body: says that it was sent', async () => {
    const server = await bench.raw((socket) => socket.write(`${ok}content-length: 10\r\n\r\nabc`));
    const abort = new AbortController();
    const sending = bench.transport().send(post(server.origin), abort.signal);
    await until(() => server.connections() === 1);
    setTimeout(() => abort.abort(), 30);
    assert.deepEqual(await sending, { kind: 'aborted', sent: true });
  });

  it('closing the transport ends what is under way', async () => {
    const server = await bench.raw(() => undefined);
    const transport = bench.transport();
    const sent: string[] = [];
    const ends = [get, post].map((make) =>
      transport.send(make(server.origin, '/', { onSent: () => void sent.push('sent') }), new AbortController().signal),
    );
    await until(() => sent.length === 2);
    await transport.close();
    assert.deepEqual(await Promise.all(ends), [
      { kind: 'aborted', sent: true },
      { kind: 'aborted', sent: true },
    ]);
    await until(() => server.open() === 0);
  });

  it('an early answer to a request stands, and a listener that throws changes nothing', async () => {
    const server = await bench.raw((socket) => socket.end(`${ok}content-length: 2\r\n\r\nok`));
    const request = post(server.origin, '/', {
      onSent: () => {
        throw new Error('listener');
      },
    });
    const result = await bench.transport().send(request, new AbortController().signal);
    assert.equal(result.kind === 'response' && result.body, 'ok');
  });
});
