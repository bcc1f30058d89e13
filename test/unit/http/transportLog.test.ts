/** What is said of each ending: to the caller in full, to the log in one line. */
import assert from 'node:assert/strict';
import * as net from 'node:net';
import type { HttpRequest, HttpResult, Log } from '../../../src/core/ports';
import type { Limits } from '../../../src/http/limits';
import { Bench, get, neverAborted, noProxy, post, until } from './bench';

const ok = 'HTTP/1.1 200 OK\r\n';

describe('transport: what is said of an ending', () => {
  let bench: Bench;
  /** Level and line, without what differs from run to run. */
  let logged: string[];
  beforeEach(() => {
    bench = new Bench();
    logged = [];
  });
  afterEach(() => bench.close());

  function transport(limits: Partial<Limits> = {}) {
    const keep = (level: string) => (line: string) =>
      void logged.push(`${level} ${line.replace(/127\.0\.0\.1:\d+/, 'host').replace(/\d+ ms/, 'N ms')}`);
    const log: Log = { trace: keep('trace'), info: keep('info'), warn: keep('warn'), error: keep('error') };
    return bench.transport({ log, limits });
  }

  const without = (result: HttpResult): object =>
    'detail' in result ? { ...result, detail: result.detail.replace(/127\.0\.0\.1:\d+/, 'host') } : result;

  const rows: readonly (readonly [string, string, Partial<Limits>, object, string])[] = [
    [
      'an answer',
      `${ok}content-length: 2\r\n\r\nok`,
      {},
      { kind: 'response', status: 200, statusText: 'OK', headers: { 'content-length': '2' }, body: 'ok' },
      '200',
    ],
    [
      'a redirect',
      'HTTP/1.1 307 X\r\nlocation: https://other.example/x\r\n\r\n',
      {},
      { kind: 'redirect', status: 307, location: 'https://other.example' },
      '307',
    ],
    [
      'too much',
      `${ok}content-length: 11\r\n\r\n`,
      { bodyBytes: 10 },
      { kind: 'broken', cause: 'too-large', detail: 'host: body' },
      'broken too-large',
    ],
    [
      'nothing in time',
      '',
      { totalMs: 60 },
      { kind: 'broken', cause: 'timeout', detail: 'host: no end within 60 ms' },
      'broken timeout',
    ],
    [
      'what cannot be unpacked',
      `${ok}content-encoding: x\r\ncontent-length: 2\r\n\r\nok`,
      {},
      { kind: 'broken', cause: 'malformed', detail: 'host: unknown content encoding' },
      'broken malformed',
    ],
    [
      'no HTTP',
      'SSH-2.0-x\r\n',
      {},
      { kind: 'broken', cause: 'malformed', detail: 'host: UND_ERR_HTTP_PARSER' },
      'broken malformed',
    ],
  ];
  for (const [what, answer, limits, expected, word] of rows) {
    it(what, async () => {
      const server = await bench.raw((socket) => socket.write(answer));
      for (const make of [post, get]) {
        const result = await transport(limits).send(make(server.origin), neverAborted);
        assert.deepEqual(without(result), expected);
      }
      assert.deepEqual(logged, [
        `info POST host/{path} ${word} N ms fresh`,
        `trace GET host/{path} ${word} N ms fresh`,
      ]);
    });
  }

  it('no connection in time', async () => {
    const server = await bench.listen(net.createServer((socket) => socket.resume()));
    const url = `https://127.0.0.1:${server.port}`;
    const result = await transport({ totalMs: 60 }).send(post(url), neverAborted);
    const detail = 'host: no end within 60 ms';
    assert.deepEqual(without(result), { kind: 'not-sent', cause: 'connect-timeout', detail });
    assert.deepEqual(logged, ['info POST host/{path} not-sent connect-timeout N ms none']);
  });

  it('a stop, before and after it was sent', async () => {
    const server = await bench.raw(() => undefined);
    const stopped = async (wishes: (stop: () => void) => Partial<HttpRequest>) => {
      const stop = new AbortController();
      return transport().send(
        post(
          server.origin,
          '/',
          wishes(() => stop.abort()),
        ),
        stop.signal,
      );
    };
    assert.deepEqual(await stopped((stop) => ({ onSent: () => setImmediate(stop) })), { kind: 'aborted', sent: true });
    assert.deepEqual(
      await stopped((stop) => ({
        mayLeave: () => {
          stop();
          return true;
        },
      })),
      { kind: 'aborted', sent: false },
    );
    assert.deepEqual(logged, [
      'info POST host/{path} aborted after sending N ms fresh',
      'info POST host/{path} aborted N ms none',
    ]);
    // What was stopped before it came here leaves no trace.
    await transport().send(post(server.origin), AbortSignal.abort());
    assert.equal(logged.length, 2);
  });

  it('what was withdrawn', async () => {
    const server = await bench.raw(() => undefined);
    const result = await transport().send(post(server.origin, '/', { mayLeave: () => false }), neverAborted);
    assert.deepEqual(result, { kind: 'not-sent', cause: 'withdrawn', detail: 'withdrawn before it left' });
  });
});

describe('transport: connections whose settings change while they are used', () => {
  let bench: Bench;
  beforeEach(() => {
    bench = new Bench();
  });
  afterEach(() => bench.close());

  it('carry their request to its end, and close then', async () => {
    const held: net.Socket[] = [];
    const server = await bench.raw((socket) => void held.push(socket));
    let added: readonly string[] = [];
    const transport = bench.transport({ proxy: () => noProxy, trust: { extraCertificates: () => added } });
    const first = transport.send(get(server.origin), neverAborted);
    await until(() => held.length === 1);
    added = ['another authority'];
    const second = transport.send(get(server.origin), neverAborted);
    await until(() => held.length === 2);
    held[0]?.write(`${ok}content-length: 2\r\n\r\nok`);
    assert.equal((await first).kind, 'response');
    await until(() => server.open() === 1);
    held[1]?.write(`${ok}content-length: 2\r\n\r\nok`);
    assert.equal((await second).kind, 'response');
    assert.equal(server.open(), 1, 'the other one is kept');
  });
});
