import assert from 'node:assert/strict';
import { Deadline } from '../../../src/http/deadline';
import type { ExchangeEnd, Outgoing } from '../../../src/http/exchange';
import { type Fetch, fetchOnce, unsentCause } from '../../../src/http/fetchExchange';
import { defaultLimits } from '../../../src/http/limits';
import { ManualTimers } from '../../fakes/manualTimers';

const url = new URL('https://api.example/elsewhere');
const limits = { ...defaultLimits, bodyBytes: 10, headerBytes: 100 };
const outgoing: Outgoing = {
  method: 'POST',
  path: '/v1/x?a=b',
  headers: ['authorization', 'Bearer tok', 'x', 'y'],
  body: 'body',
};

/** As the network's errors come: with code and system call, if they have any. */
function told(code: string | undefined, more: object = {}): Error {
  return Object.assign(new Error('told by the network'), code === undefined ? {} : { code }, more);
}

describe("an exchange by somebody's fetch", () => {
  let timers: ManualTimers;
  let deadline: Deadline;
  beforeEach(() => {
    timers = new ManualTimers();
    deadline = new Deadline(new AbortController().signal, 1_000, timers.start);
  });

  const once = (fetch: Fetch, wishes: Partial<Outgoing> = {}): Promise<ExchangeEnd> =>
    fetchOnce(fetch, url, { ...outgoing, ...wishes }, { limits, deadline });
  const answered = (response: Response): Promise<ExchangeEnd> => once(async () => response);

  /** A body in pieces, which knows whether it was given up. */
  function pieces(...texts: readonly (string | Error)[]) {
    const state = { cancelled: false, left: [...texts] };
    const body = new ReadableStream<Uint8Array>(
      {
        pull: (controller) => {
          const next = state.left.shift();
          if (next === undefined) controller.close();
          else if (typeof next === 'string') controller.enqueue(Buffer.from(next));
          else controller.error(next);
        },
        cancel: () => {
          state.cancelled = true;
        },
      },
      { highWaterMark: 0 },
    );
    return { body, state };
  }

  it('sends what was prepared to the origin, once, and follows nothing', async () => {
    const calls: { readonly to: string; readonly init: RequestInit }[] = [];
    const fetch: Fetch = async (to, init) => {
      calls.push({ to, init });
      return new Response('fine');
    };
    await once(fetch);
    await once(fetch, { body: undefined });
    const [first, second] = calls;
    assert.deepEqual(first, {
      to: 'https://api.example/v1/x?a=b',
      init: {
        method: 'POST',
        headers: [
          ['authorization', 'Bearer tok'],
          ['x', 'y'],
        ],
        body: 'body',
        redirect: 'manual',
        credentials: 'omit',
        referrerPolicy: 'no-referrer',
        signal: deadline.signal,
      },
    });
    assert.equal(second?.init.body, null);
    assert.equal(calls.length, 2);
  });

  it('ends with the answer, without what describes the body as it came', async () => {
    const headers = { 'content-encoding': 'gzip', 'content-length': '4', 'x-seen': 'yes' };
    const { body } = pieces('ab', 'cd');
    const end = await answered(new Response(body, { status: 201, statusText: 'Made', headers }));
    assert.ok(end.kind === 'answer');
    assert.deepEqual(
      { ...end, raw: end.raw.toString() },
      {
        kind: 'answer',
        status: 201,
        statusText: 'Made',
        headers: { 'x-seen': 'yes' },
        raw: 'abcd',
      },
    );
  });

  it('ends with an answer that has no body', async () => {
    const end = await answered(new Response(null, { status: 204 }));
    assert.equal(end.kind === 'answer' && end.raw.length, 0);
  });

  for (const [status, redirect] of [
    [299, false],
    [300, true],
    [302, true],
    [399, true],
    [400, false],
  ] as const) {
    it(`${redirect ? 'hangs up on' : 'reads'} a ${status}`, async () => {
      const { body, state } = pieces('abc');
      const end = await answered(new Response(body, { status, headers: { location: 'https://other.example' } }));
      const headers = { location: 'https://other.example' };
      if (redirect) assert.deepEqual(end, { kind: 'redirect', status, headers });
      else assert.equal(end.kind, 'answer');
      assert.equal(state.cancelled, redirect);
    });
  }

  const oddly = (response: Response, changes: object): Response =>
    new Proxy(response, {
      get: (target, name) => (name in changes ? Reflect.get(changes, name) : Reflect.get(target, name, target)),
    });

  it('takes a redirect that fetch hides for one', async () => {
    const end = await answered(oddly(new Response(null), { type: 'opaqueredirect', status: 0 }));
    assert.deepEqual(end, { kind: 'redirect', status: 0, headers: {} });
  });

  it('trusts no answer behind a redirect that somebody has followed', async () => {
    const { body, state } = pieces('{"deleted":true}');
    const end = await answered(oddly(new Response(body), { redirected: true }));
    assert.ok(end.kind === 'failed' && end.error instanceof Error);
    assert.deepEqual([end.error.message, end.started, end.progress], ['redirected', true, 'none']);
    assert.equal(state.cancelled, true);
  });

  for (const [what, headers, texts, kind] of [
    ['a body of exactly the cap', {}, ['01234', '56789'], 'answer'],
    ['a body over the cap', {}, ['01234', '567890', 'more'], 'too-large'],
    ['an announced length of exactly the cap', { 'content-length': '10' }, ['0123456789'], 'answer'],
    ['an announced length over the cap', { 'content-length': '11' }, ['abc'], 'too-large'],
    ['headers of exactly the cap', { x: 'x'.repeat(99) }, ['abc'], 'answer'],
    ['headers over the cap', { x: 'x'.repeat(100) }, ['abc'], 'too-large'],
    ['two headers over the cap together', { x: 'x'.repeat(50), y: 'y'.repeat(49) }, ['abc'], 'too-large'],
  ] as const) {
    it(`${kind === 'answer' ? 'takes' : 'hangs up on'} ${what}`, async () => {
      const { body, state } = pieces(...texts);
      const end = await answered(new Response(body, { headers }));
      assert.equal(end.kind, kind);
      assert.equal(state.cancelled, kind === 'too-large');
    });
  }

  it('does not mind a body that cannot be given up', async () => {
    const stubborn = new ReadableStream({
      cancel: () => {
        throw new Error('no');
      },
    });
    assert.equal((await answered(new Response(stubborn, { status: 302 }))).kind, 'redirect');
    assert.equal((await answered(new Response(null, { status: 302 }))).kind, 'redirect');
  });

  it('ends as cut within the body, with what lies behind', async () => {
    const reset = told('ECONNRESET');
    const { body } = pieces('abc', Object.assign(new TypeError('terminated'), { cause: reset }));
    const end = await answered(new Response(body));
    assert.deepEqual(end, { kind: 'failed', error: reset, started: true, progress: 'body' });
  });

  it('fails with what lies behind, but not for ever', async () => {
    const wrap = (error: Error, times: number): Error =>
      times === 0 ? error : new TypeError('fetch failed', { cause: wrap(error, times - 1) });
    const reset = told('ECONNRESET');
    const failed = async (error: unknown) => {
      const end = await once(async () => Promise.reject(error));
      assert.ok(end.kind === 'failed');
      assert.deepEqual([end.started, end.progress], [true, 'none']);
      return end.error;
    };
    for (const times of [0, 1, 5]) assert.equal(await failed(wrap(reset, times)), reset);
    assert.notEqual(await failed(wrap(reset, 6)), reset);
    assert.equal(await failed('a text'), 'a text');
    const circle = new Error('circle');
    circle.cause = circle;
    assert.equal(await failed(circle), circle);
  });

  it('ends with the deadline, whatever fetch does', async () => {
    const end = once(() => new Promise(() => undefined));
    timers.advance(1_000);
    assert.deepEqual(await end, { kind: 'stopped', started: true });
  });

  it('does not listen to the deadline any more after its end', async () => {
    const left: (() => void)[] = [];
    deadline.removeListener = (listener) => void left.push(listener);
    await answered(new Response('fine'));
    assert.equal(left.length, 1);
  });
});

describe('whether a fetch has sent nothing', () => {
  const connect = { syscall: 'connect' };
  const several = (...errors: readonly unknown[]) => new AggregateError(errors);
  const rows: readonly (readonly [string, unknown, ReturnType<typeof unsentCause>])[] = [
    ['no connection in time', told('UND_ERR_CONNECT_TIMEOUT'), 'connect-timeout'],
    ['a tunnel that was refused', new Error('Proxy response (407) !== 200 when HTTP Tunneling'), 'proxy-refused'],
    ['the words of it within others', new Error('x: Proxy response (407) !== 200 when HTTP Tunneling'), undefined],
    ['the words of it by no error', { message: 'Proxy response (407) !== 200 when HTTP Tunneling' }, undefined],
    ['a proxy that speaks of something else', new Error('Proxy response (407) !== 200'), undefined],
    ['no name', told('ENOTFOUND', { syscall: 'getaddrinfo' }), 'dns'],
    ['nobody there', told('ECONNREFUSED', connect), 'refused'],
    ['nobody at any address', several(told('ECONNREFUSED', connect), told('ETIMEDOUT', connect)), 'refused'],
    [
      'one address that was reached',
      several(told('ECONNREFUSED', connect), told('ECONNRESET', { syscall: 'read' })),
      undefined,
    ],
    ['no address at all', several(), undefined],
    ['an unknown authority', told('UNABLE_TO_VERIFY_LEAF_SIGNATURE'), 'tls-untrusted'],
    ['another name', told('ERR_TLS_CERT_ALTNAME_INVALID'), 'tls-name-mismatch'],
    ['a reset while it was written', told('ECONNRESET', { syscall: 'write' }), undefined],
    ['a reset of no system call', told('ECONNRESET'), undefined],
    ['a system call that is no text', told('ECONNREFUSED', { syscall: 1 }), undefined],
    ['nothing', undefined, undefined],
    ['null', null, undefined],
    ['a text', 'connect', undefined],
  ];
  for (const [what, error, cause] of rows) {
    it(`${what}: ${cause}`, () => assert.equal(unsentCause(error), cause));
  }
});
