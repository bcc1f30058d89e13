import assert from 'node:assert/strict';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { decodeBody, joinHeaders, redirectOrigin } from '../../../src/http/incoming';

const text = 'a text, with an umlaut: ü';
const raw = Buffer.from(text);
const limit = 1_000;

describe('headers of an answer', () => {
  it('are joined where they are repeated, and none sets a prototype', () => {
    const headers = Object.fromEntries([
      ['a', 'one'],
      ['b', ['one', 'two']],
      ['c', ''],
      ['__proto__', 'x'],
    ]) as Record<string, string | string[]>;
    const joined = joinHeaders({ ...headers, gone: undefined as unknown as string });
    assert.deepEqual(joined, { a: 'one', b: 'one, two', c: '' });
    assert.equal(Object.getPrototypeOf(joined), Object.prototype);
  });
});

describe('where a redirect points', () => {
  const base = new URL('https://api.example/v1/x?key=1');
  const cases: readonly (readonly [string, string | string[] | undefined, string | undefined])[] = [
    [
      'another origin, and no more of it',
      'https://elsewhere.example:8443/p?token=secret#f',
      'https://elsewhere.example:8443',
    ],
    ['a path', '/login', 'https://api.example'],
    ['another scheme', '//elsewhere.example/x', 'https://elsewhere.example'],
    ['the first of several', ['https://one.example/', 'https://two.example/'], 'https://one.example'],
    ['nowhere', undefined, undefined],
    ['an empty list', [], undefined],
    ['what is no address', 'http://[', undefined],
    ['what has no origin', 'data:text/plain,x', undefined],
    ['a script', 'javascript:alert(1)', undefined],
  ];
  for (const [what, location, origin] of cases) {
    it(`${what}: ${origin}`, () =>
      assert.equal(redirectOrigin(location === undefined ? {} : { location }, base), origin));
  }
});

describe('the body of an answer', () => {
  const packings: readonly (readonly [string, Buffer])[] = [
    ['gzip', gzipSync(raw)],
    ['x-gzip', gzipSync(raw)],
    ['GZip', gzipSync(raw)],
    [' gzip ', gzipSync(raw)],
    ['deflate', deflateSync(raw)],
    ['deflate', deflateRawSync(raw)],
    ['br', brotliCompressSync(raw)],
    ['identity', raw],
    ['', raw],
    ['identity, gzip', gzipSync(raw)],
    ['gzip,,identity', gzipSync(raw)],
    ['br, deflate, gzip', gzipSync(deflateSync(brotliCompressSync(raw)))],
  ];
  for (const [coding, bytes] of packings) {
    it(`is unpacked by "${coding}"`, async () => {
      assert.deepEqual(await decodeBody(bytes, { 'content-encoding': coding }, limit), { kind: 'text', text });
    });
  }

  it('is taken as it is where no coding is named, without its byte-order mark', async () => {
    assert.deepEqual(await decodeBody(Buffer.from(`\ufeff${text}`), {}, limit), { kind: 'text', text });
  });

  it('is unpacked by each coding that is named in a list', async () => {
    const headers = { 'content-encoding': ['br', 'gzip'] };
    assert.deepEqual(await decodeBody(gzipSync(brotliCompressSync(raw)), headers, limit), { kind: 'text', text });
  });

  it('may be empty, whatever it is called', async () => {
    for (const coding of ['gzip', 'unheard-of']) {
      assert.deepEqual(await decodeBody(Buffer.alloc(0), { 'content-encoding': coding }, limit), {
        kind: 'text',
        text: '',
      });
    }
  });

  it('is unpacked up to the limit, and no further', async () => {
    const { length } = raw;
    for (const pack of [gzipSync, deflateSync, deflateRawSync, brotliCompressSync]) {
      const coding = pack === gzipSync ? 'gzip' : pack === brotliCompressSync ? 'br' : 'deflate';
      const headers = { 'content-encoding': coding };
      assert.equal((await decodeBody(pack(raw), headers, length)).kind, 'text');
      assert.deepEqual(await decodeBody(pack(raw), headers, length - 1), {
        kind: 'broken',
        cause: 'too-large',
        detail: 'body, unpacked',
      });
    }
  });

  const broken: readonly (readonly [string, string, Buffer, string, string])[] = [
    ['it was cut', 'gzip', gzipSync(raw).subarray(0, -9), 'cut-body', 'Z_BUF_ERROR'],
    ['it is something else', 'gzip', raw, 'malformed', 'Z_DATA_ERROR'],
    ['nobody knows its coding', 'zstd9', raw, 'malformed', 'unknown content encoding'],
    ['nobody knows one of its codings', 'zstd9, gzip', gzipSync(raw), 'malformed', 'unknown content encoding'],
    ['it is not packed twice', 'gzip, gzip', gzipSync(raw), 'malformed', 'Z_DATA_ERROR'],
  ];
  for (const [what, coding, bytes, cause, detail] of broken) {
    it(`is broken when ${what}: ${cause}`, async () => {
      assert.deepEqual(await decodeBody(bytes, { 'content-encoding': coding }, limit), {
        kind: 'broken',
        cause,
        detail,
      });
    });
  }
});
