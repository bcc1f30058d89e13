/** When a request may go by the editor's own way: what was sent once must never be sent again. */
import assert from 'node:assert/strict';
import type { HttpRequest, Log, NotSentCause } from '../../../src/core/ports';
import { Deadline } from '../../../src/http/deadline';
import { EditorWay } from '../../../src/http/editorWay';
import type { ExchangeEnd } from '../../../src/http/exchange';
import { defaultLimits } from '../../../src/http/limits';
import { prepare } from '../../../src/http/outgoing';
import { ConnectFailure } from '../../../src/http/pool';
import type { ProxyChoice } from '../../../src/http/proxy';
import { Sending } from '../../../src/http/sending';
import { ManualTimers } from '../../fakes/manualTimers';
import { post } from './bench';

const origin = 'https://service.example:8443';
const place = 'service.example:8443';
const direct: ProxyChoice = { kind: 'direct', because: 'none-known' };

/** A connection that did not come about. */
function unconnected(cause: NotSentCause): ExchangeEnd {
  const error = new ConnectFailure({ kind: 'failed', cause, detail: `${place}: told` });
  return { kind: 'failed', error, started: false, progress: 'none' };
}

class Scene {
  readonly logged: string[] = [];
  readonly timers = new ManualTimers();
  readonly deadline = new Deadline(new AbortController().signal, 1_000, this.timers.start);
  fetched = 0;
  directly = 0;
  fetch: () => Promise<Response> = async () => new Response('ok');
  system = true;
  own = false;
  readonly #log: Log;
  readonly way: EditorWay;

  constructor() {
    const keep = (line: string) => void this.logged.push(line);
    this.#log = { trace: keep, info: keep, warn: keep, error: keep };
    const fetch = () => {
      this.fetched++;
      return this.fetch();
    };
    const trust = { isOwn: () => this.own, knowsSystem: () => this.system };
    this.way = new EditorWay({ fetch: () => fetch, trust, limits: defaultLimits, log: this.#log });
  }

  sending(wishes: Partial<HttpRequest> = {}, proxy = direct): Sending {
    const request = post(origin, '/', wishes);
    const prepared = prepare(request, undefined);
    assert.ok(prepared.kind === 'prepared');
    return new Sending(request, prepared, proxy, this.deadline, this.#log);
  }

  /** Sends where the direct way ends like this. */
  send(end: ExchangeEnd, sending = this.sending()): Promise<ExchangeEnd> {
    return this.way.send(sending, async () => {
      this.directly++;
      return end;
    });
  }
}

describe("the editor's own way", () => {
  let scene: Scene;
  beforeEach(() => {
    scene = new Scene();
  });

  const raw = Buffer.alloc(0);
  const ends: readonly (readonly [string, ExchangeEnd])[] = [
    ['there is an answer', { kind: 'answer', status: 500, statusText: '', headers: {}, raw }],
    ['there is a redirect', { kind: 'redirect', status: 302, headers: {} }],
    ['the answer is too large', { kind: 'too-large' }],
    ['the request was withdrawn', { kind: 'withdrawn' }],
    ['the request was stopped', { kind: 'stopped', started: false }],
    ['it broke otherwise', { kind: 'failed', error: new Error('x'), started: false, progress: 'none' }],
    [
      'connecting was stopped',
      {
        kind: 'failed',
        error: new ConnectFailure({ kind: 'stopped', onTheWayTo: 'server' }),
        started: false,
        progress: 'none',
      },
    ],
  ];
  for (const [what, end] of ends) {
    it(`is not taken when ${what}`, async () => {
      assert.equal(await scene.send(end), end);
      assert.deepEqual([scene.fetched, scene.logged], [0, []]);
    });
  }

  it('is not taken by what had begun to leave, whatever its end says', async () => {
    const sending = scene.sending();
    sending.start('reused');
    const end = unconnected('refused');
    assert.equal(await scene.send(end, sending), end);
    assert.equal(scene.fetched, 0);
  });

  it('is not taken once the request is over', async () => {
    const end = unconnected('refused');
    const sent = scene.way.send(scene.sending(), async () => {
      scene.timers.advance(1_000);
      return end;
    });
    assert.equal(await sent, end);
    assert.equal(scene.fetched, 0);
  });

  const tried: readonly NotSentCause[] = ['dns', 'refused', 'unreachable', 'connect-timeout'];
  const others: readonly NotSentCause[] = [
    'tls-name-mismatch',
    'tls-expired',
    'tls-not-yet-valid',
    'tls-other',
    'proxy-unreachable',
    'proxy-refused',
    'client-certificate-missing',
    'client-certificate-refused',
    'client-certificate-unusable',
  ];
  for (const system of [true, false]) {
    const where = system ? 'Node asks the system' : 'Node cannot ask the system';
    for (const cause of [...tried, ...others, 'tls-untrusted'] as const) {
      const takes = tried.includes(cause) || (cause === 'tls-untrusted' && !system);
      it(`${takes ? 'is' : 'is not'} taken after ${cause}, where ${where}`, async () => {
        scene.system = system;
        assert.equal((await scene.send(unconnected(cause))).kind, takes ? 'answer' : 'failed');
        assert.equal(scene.fetched, takes ? 1 : 0);
      });
    }
  }

  for (const [what, proxy] of [
    ['a proxy is configured', { kind: 'proxy', url: new URL('http://proxy.example') }],
    ['the proxy of the settings cannot be used', { kind: 'unusable', detail: 'd' }],
    ['it has to be direct', { kind: 'direct', because: 'wanted' }],
  ] as const) {
    it(`is not taken where ${what}, not even once it is known to work`, async () => {
      await scene.send(unconnected('dns'));
      assert.equal(scene.way.isUsedFor(origin), true);
      const end = unconnected('dns');
      assert.equal(await scene.send(end, scene.sending({}, proxy)), end);
      assert.deepEqual([scene.directly, scene.fetched], [2, 1]);
    });
  }

  it('is not taken where the project has something of its own there', async () => {
    scene.own = true;
    assert.equal((await scene.send(unconnected('dns'))).kind, 'failed');
    assert.equal(scene.fetched, 0);
  });

  it('asks whether the request may leave, right before', async () => {
    const sending = scene.sending({ mayLeave: () => false });
    assert.deepEqual(await scene.send(unconnected('dns'), sending), { kind: 'withdrawn' });
    assert.deepEqual([scene.fetched, sending.sent], [0, false]);
  });

  it('may be stopped in the middle of that question', async () => {
    const mayLeave = () => {
      scene.deadline.stop();
      return true;
    };
    const sending = scene.sending({ mayLeave });
    assert.deepEqual(await scene.send(unconnected('dns'), sending), { kind: 'stopped', started: false });
    assert.deepEqual([scene.fetched, sending.sent], [0, false]);
  });

  it('is remembered for an origin after any answer, and taken at once then', async () => {
    for (const status of [200, 302, 500]) {
      scene = new Scene();
      scene.fetch = async () => new Response(null, { status });
      assert.equal(scene.way.isUsedFor(origin), false);
      await scene.send(unconnected('dns'));
      await scene.send(unconnected('dns'));
      assert.deepEqual([scene.way.isUsedFor(origin), scene.directly, scene.fetched], [true, 1, 2]);
      assert.equal(scene.way.isUsedFor('https://other.example'), false);
      assert.deepEqual(scene.logged, [
        `network: no connection to ${place}: told; trying the editor's own way`,
        `network: ${origin} is reached through the editor's own way from now on`,
      ]);
    }
  });

  it('is not remembered for what was stopped', async () => {
    scene.fetch = () => {
      scene.timers.advance(1_000);
      return new Promise(() => undefined);
    };
    const sending = scene.sending();
    assert.deepEqual(await scene.send(unconnected('dns'), sending), { kind: 'stopped', started: true });
    assert.deepEqual([scene.way.isUsedFor(origin), sending.sent], [false, true]);
  });

  const failing = (code: string, syscall?: string) => async (): Promise<Response> => {
    throw new TypeError('fetch failed', { cause: Object.assign(new Error('x'), { code, syscall }) });
  };

  it('has sent nothing where its error proves that: the cause is that of the direct way', async () => {
    scene.fetch = failing('ECONNREFUSED', 'connect');
    const sending = scene.sending();
    const end = await scene.send(unconnected('dns'), sending);
    assert.ok(end.kind === 'failed' && end.error instanceof ConnectFailure);
    assert.deepEqual(end.error.opened, {
      kind: 'failed',
      cause: 'dns',
      detail: `${place}: told: through the editor: ECONNREFUSED`,
    });
    assert.deepEqual([end.started, end.progress, sending.sent], [false, 'none', false]);
    assert.equal(scene.logged.at(-1), `network: ${place}: told: through the editor: ECONNREFUSED`);
  });

  it('is forgotten where it leads nowhere, and the cause is its own then', async () => {
    await scene.send(unconnected('dns'));
    scene.fetch = failing('ECONNREFUSED', 'connect');
    const end = await scene.send(unconnected('dns'));
    assert.ok(end.kind === 'failed' && end.error instanceof ConnectFailure);
    assert.deepEqual(end.error.opened, {
      kind: 'failed',
      cause: 'refused',
      detail: `${place}: through the editor: ECONNREFUSED`,
    });
    assert.equal(scene.way.isUsedFor(origin), false);
  });

  it('says that its proxy has refused, whatever the direct way said', async () => {
    scene.fetch = async () => {
      throw new Error('Proxy response (407) !== 200 when HTTP Tunneling');
    };
    const end = await scene.send(unconnected('dns'));
    assert.ok(end.kind === 'failed' && end.error instanceof ConnectFailure && end.error.opened.kind === 'failed');
    assert.deepEqual(
      [end.error.opened.cause, end.error.opened.detail],
      ['proxy-refused', `${place}: told: through the editor: proxy-refused`],
    );
  });

  for (const [what, fetch, code] of [
    ['an error that may have come later', failing('ECONNRESET', 'read'), 'ECONNRESET'],
    ['an error without a code', () => Promise.reject(new RangeError('x')), 'RangeError'],
    ['what is no error', () => Promise.reject('x'), 'failed'],
    [
      'a connection that failed within the body',
      async () =>
        new Response(
          new ReadableStream({
            pull: (controller) => {
              controller.error(Object.assign(new Error('x'), { code: 'ECONNREFUSED', syscall: 'connect' }));
            },
          }),
        ),
      'ECONNREFUSED',
    ],
  ] as const) {
    it(`counts as sent after ${what}`, async () => {
      scene.fetch = fetch;
      const sending = scene.sending();
      const end = await scene.send(unconnected('dns'), sending);
      assert.ok(end.kind === 'failed' && !(end.error instanceof ConnectFailure));
      assert.deepEqual([end.started, sending.sent, scene.fetched], [true, true, 1]);
      assert.equal(scene.logged.at(-1), `network: ${place}: told: through the editor: ${code}`);
    });
  }
});
