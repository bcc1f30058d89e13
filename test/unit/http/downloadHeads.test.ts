/** What the head of an answer says of a file, and what is taken for none. */
import assert from 'node:assert/strict';
import * as net from 'node:net';
import type { DownloadAnswer, DownloadRequest } from '../../../src/core/downloadPorts';
import { BoundSecret } from '../../../src/core/redact';
import { Bench, neverAborted, until } from './bench';

const ok = 'HTTP/1.1 200 OK\r\n';
const partial = 'HTTP/1.1 206 Partial\r\n';
const chunked = 'transfer-encoding: chunked\r\n';
const three = 'content-length: 3\r\n';

describe('the head of a download', () => {
  let bench: Bench;
  /** The head of the last request. */
  let asked: string;
  beforeEach(() => {
    bench = new Bench();
    asked = '';
  });
  afterEach(() => bench.close());

  /** What is made of this answer, of which no more follows. */
  async function said(text: string, wishes: Partial<DownloadRequest> = {}): Promise<DownloadAnswer> {
    const server = await bench.raw((socket, head) => {
      asked = head;
      socket.write(text);
    });
    const address = new BoundSecret(`${server.origin}/x?signature=s`, [server.origin]);
    const answer = await bench.transport().download({ address, from: 0, ...wishes }, neverAborted);
    // Whatever is no file is hung up on, and whatever is none is told without its port.
    if (answer.kind === 'body') await answer.chunks.return();
    await until(() => server.open() === 0);
    return 'detail' in answer ? { ...answer, detail: answer.detail.replace(/:\d+:/, ':1:') } : answer;
  }

  /** What a file is said to be. */
  async function facts(text: string, from = 0): Promise<object> {
    const answer = await said(text, { from });
    assert.ok(answer.kind === 'body', JSON.stringify(answer));
    const { kind: _, chunks: __, ...rest } = answer;
    return rest;
  }

  const files: readonly (readonly [string, string, number, object])[] = [
    ['a length alone', `${ok}${three}`, 0, { status: 200, from: 0, totalBytes: 3 }],
    ['no length', `${ok}${chunked}`, 0, { status: 200, from: 0 }],
    [
      'a length beside the body',
      `${ok}${chunked}x-goog-stored-content-length: 12\r\n`,
      0,
      { status: 200, from: 0, totalBytes: 12 },
    ],
    ...['x12', '12x', '-1', '1e3', '1234567890123456'].map(
      (length) =>
        [
          `no length in ${length}`,
          `${ok}${chunked}x-goog-stored-content-length: ${length}\r\n`,
          0,
          { status: 200, from: 0 },
        ] as const,
    ),
    ['a range', `${partial}${three}content-range: bytes 10-12/13\r\n`, 10, { status: 206, from: 10, totalBytes: 13 }],
    [
      'a range of one byte',
      `${partial}${chunked}content-range: bytes 7-7/9\r\n`,
      7,
      { status: 206, from: 7, totalBytes: 9 },
    ],
    ['a range of who knows what', `${partial}${three}content-range: bytes 0-2/*\r\n`, 0, { status: 206, from: 0 }],
    ['a strong version', `${ok}${three}etag: "a!~"\r\n`, 0, { status: 200, from: 0, totalBytes: 3, etag: '"a!~"' }],
    ['a weak version', `${ok}${three}etag: W/"a"\r\n`, 0, { status: 200, from: 0, totalBytes: 3 }],
    ['what is no version', `${ok}${three}etag: "a"b\r\n`, 0, { status: 200, from: 0, totalBytes: 3 }],
    [
      'one hash',
      `${ok}${three}x-goog-hash: crc32c=n03x6A==\r\n`,
      0,
      { status: 200, from: 0, totalBytes: 3, crc32c: 'n03x6A==' },
    ],
    [
      'the other hash',
      `${ok}${three}x-goog-hash: md5=Ojk9c3dhfxgoKVVHYwFbHQ==\r\n`,
      0,
      { status: 200, from: 0, totalBytes: 3, md5: 'Ojk9c3dhfxgoKVVHYwFbHQ==' },
    ],
    [
      'what is no hash',
      `${ok}${three}x-goog-hash: md5=short==, xcrc32c=n03x6A==\r\n`,
      0,
      { status: 200, from: 0, totalBytes: 3 },
    ],
    [
      'another type that names HTML',
      `${ok}${three}content-type: application/zip; not=text/html\r\n`,
      0,
      { status: 200, from: 0, totalBytes: 3 },
    ],
    [
      'a coding that is none',
      `${ok}${three}content-encoding: Identity\r\n`,
      0,
      { status: 200, from: 0, totalBytes: 3 },
    ],
  ];
  for (const [what, head, from, expected] of files) {
    it(`is taken: ${what}`, async () => assert.deepEqual(await facts(`${head}\r\n`, from), expected));
  }

  const malformed: readonly (readonly [string, string, number, string])[] = [
    ['packed', `${ok}${three}content-encoding: br\r\n`, 0, 'packed, although that was not asked for'],
    ['a page', `${ok}${three}content-type: Text/HTML; charset=utf-8\r\n`, 0, 'a page instead of a file'],
    ['no end', `${ok}connection: close\r\n`, 0, 'no length'],
    ...[
      '',
      'content-range: bytes 6-8/10\r\n',
      'content-range: x bytes 7-9/10\r\n',
      'content-range: bytes 7-9/10x\r\n',
      'content-range: bytes 7-6/10\r\n',
      'content-range: bytes 7-/10\r\n',
      'content-range: bytes */10\r\n',
    ].map(
      (range) =>
        [`a range "${range.trim()}"`, `${partial}${three}${range}`, 7, 'another range than was asked for'] as const,
    ),
    [
      'a length of another range',
      `${partial}${three}content-range: bytes 7-8/10\r\n`,
      7,
      'a length that fits no range',
    ],
  ];
  for (const [what, head, from, detail] of malformed) {
    it(`is not taken: ${what}`, async () => {
      assert.deepEqual(await said(`${head}\r\n`, { from }), {
        kind: 'broken',
        cause: 'malformed',
        detail: `127.0.0.1:1: ${detail}`,
      });
    });
  }

  const code = (name: string) => `<Error><Code>${name}</Code></Error>`;
  const others: readonly (readonly [number, string, string, DownloadAnswer])[] = [
    [204, '', '', { kind: 'refused', status: 204 }],
    [299, three, 'abc', { kind: 'refused', status: 299 }],
    [
      300,
      'location: https://other.example/x\r\n',
      '',
      { kind: 'redirect', status: 300, location: 'https://other.example' },
    ],
    [399, '', '', { kind: 'redirect', status: 399, location: undefined }],
    [400, 'connection: close\r\n', code('ExpiredToken'), { kind: 'expired', status: 400 }],
    [401, 'connection: close\r\n', code('ExpiredToken'), { kind: 'refused', status: 401, code: 'ExpiredToken' }],
    [500, 'connection: close\r\n', code('a<b'), { kind: 'refused', status: 500 }],
    [416, 'content-range: x bytes */7\r\n', '', { kind: 'range-not-satisfiable' }],
    [416, 'content-range: bytes */7x\r\n', '', { kind: 'range-not-satisfiable' }],
    [416, 'content-range: bytes */17\r\n', '', { kind: 'range-not-satisfiable', totalBytes: 17 }],
  ];
  for (const [status, headers, body, expected] of others) {
    it(`is no file: ${status} ${headers.trim()} ${body}`, async () => {
      const length = headers.includes('content-length') ? '' : `content-length: ${body.length}\r\n`;
      assert.deepEqual(await said(`HTTP/1.1 ${status} X\r\n${headers}${length}\r\n${body}`), expected);
    });
  }

  it('asks for the version that is there only where some of it is there', async () => {
    await said(`${ok}${three}\r\n`, { from: 0, etag: '"v1"' });
    assert.doesNotMatch(asked, /range/);
    await said(`${ok}${three}\r\n`, { from: 0, to: 4, etag: '"v1"' });
    assert.match(asked, /\r\nrange: bytes=0-4\r\n/);
    assert.doesNotMatch(asked, /if-range/);
    await said(`${ok}${three}\r\n`, { from: 4, to: 5 });
    assert.match(asked, /\r\nrange: bytes=4-5\r\n/);
    assert.doesNotMatch(asked, /if-range/);
  });

  it('is not waited for any longer than the name of an error may be', async () => {
    const answer = await said(`HTTP/1.1 500 X\r\ncontent-length: 9000000\r\n\r\n${' '.repeat(16_000)}`);
    assert.deepEqual(answer, { kind: 'refused', status: 500 });
  });

  it('is not asked for at an address that is none, and it is said why without repeating it', async () => {
    const transport = bench.transport();
    const why = async (address: string, ...boundTo: readonly string[]) => {
      const answer = await transport.download({ address: new BoundSecret(address, boundTo), from: 0 }, neverAborted);
      assert.ok(answer.kind === 'not-sent');
      assert.equal(answer.cause, 'invalid-request');
      return answer.detail;
    };
    assert.equal(await why('https://a.example/secret'), 'an address that belongs to no origin');
    assert.equal(await why('https://a.example/secret', 'nowhere'), 'an address that belongs to no origin');
    assert.equal(await why('secret', 'https://a.example'), 'an address that is none');
    assert.equal(
      await why('https://b.example/secret', 'https://a.example'),
      'an address of another origin than https://a.example',
    );
    assert.deepEqual(bench.logged, []);
    assert.equal(await why('http://a.example/secret', 'http://a.example'), 'http to a.example: only https is used');
    assert.match(bench.logged.join(), /^GET a\.example\/\{signed address\} not-sent invalid-request \d+ ms$/);
  });

  it('is not there when there is no connection, and the log says why', async () => {
    const transport = bench.transport();
    const refused = { address: new BoundSecret('http://127.0.0.1:1/x', ['http://127.0.0.1:1']), from: 0 };
    const answer = await transport.download(refused, neverAborted);
    assert.deepEqual(answer, { kind: 'not-sent', cause: 'refused', detail: '127.0.0.1:1: ECONNREFUSED' });
    assert.match(bench.logged.at(-1) ?? '', / not-sent refused \d+ ms$/);
  });

  it('is not there when it is stopped while its connection is opened', async () => {
    const server = await bench.listen(net.createServer((socket) => socket.resume()));
    const origin = `https://127.0.0.1:${server.port}`;
    const stop = new AbortController();
    const address = new BoundSecret(`${origin}/x`, [origin]);
    const pending = bench.transport().download({ address, from: 0 }, stop.signal);
    await until(() => server.open() === 1);
    stop.abort();
    assert.deepEqual(await pending, { kind: 'aborted' });
    await until(() => server.open() === 0);
    assert.match(bench.logged.at(-1) ?? '', / aborted \d+ ms$/);
  });

  it('is not there when the connection breaks, and it is told where', async () => {
    const server = await bench.raw((socket) => socket.resetAndDestroy());
    const address = new BoundSecret(`${server.origin}/x`, [server.origin]);
    const answer = await bench.transport().download({ address, from: 0 }, neverAborted);
    const detail = `127.0.0.1:${server.port}: ECONNRESET`;
    assert.deepEqual(answer, { kind: 'broken', cause: 'connection-reset', detail });
  });
});
