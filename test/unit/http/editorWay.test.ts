import assert from 'node:assert/strict';
import * as https from 'node:https';
import type * as net from 'node:net';
import * as tls from 'node:tls';
import { gzipSync } from 'node:zlib';
import { ProxyAgent } from 'undici';
import { BoundSecret } from '../../../src/core/redact';
import { Deadline } from '../../../src/http/deadline';
import { EditorWay } from '../../../src/http/editorWay';
import type { Fetch } from '../../../src/http/fetchExchange';
import { defaultLimits } from '../../../src/http/limits';
import { prepare } from '../../../src/http/outgoing';
import { ConnectFailure } from '../../../src/http/pool';
import type { ProxySettings } from '../../../src/http/proxy';
import { Sending } from '../../../src/http/sending';
import type { TransportOptions } from '../../../src/http/transport';
import { ManualTimers } from '../../fakes/manualTimers';
import { ConnectProxy } from '../../faults/network/connectProxy';
import { Bench, get, type Listening, neverAborted, noProxy, post, sendCounting, until } from './bench';
import { TestAuthority } from './certificates';

/** A name that only the proxy knows. */
const host = 'service.invalid';
const target = `https://${host}`;

describe("transport: the editor's own way", () => {
  let authority: TestAuthority;
  let bench: Bench;
  let service: Listening;
  let proxy: ConnectProxy;
  /** What the service says, after its headers were read. */
  let answer: (socket: net.Socket, head: string) => void;
  let heads: string[];
  let fetched: { readonly url: string; readonly init: RequestInit }[];
  before(async () => {
    authority = await TestAuthority.create();
  });
  beforeEach(async () => {
    bench = new Bench();
    heads = [];
    fetched = [];
    answer = saying('HTTP/1.1 200 OK\r\nx-seen: yes\r\ncontent-length: 2\r\n\r\nok');
    const certificate = await authority.issue({ name: host });
    const server = tls.createServer(certificate, (socket) => {
      let head = '';
      socket.on('error', () => undefined);
      socket.on('data', (chunk) => {
        head += chunk.toString('latin1');
        if (!head.includes('\r\n\r\n')) return;
        heads.push(head);
        head = '';
        answer(socket, heads.at(-1) ?? '');
      });
    });
    service = await bench.listen(server, 'https');
    proxy = await ConnectProxy.open(() => service.port);
  });
  afterEach(async () => {
    await bench.close();
    await proxy.close();
  });

  const saying = (bytes: string | Buffer) => (socket: net.Socket) => void socket.end(bytes);

  /** The types that Node has of its own undici are of another version. */
  function throughProxy({ pem }: TestAuthority): object {
    return { dispatcher: new ProxyAgent({ uri: proxy.origin, requestTls: { ca: [pem] } }) };
  }

  /** As VS Code patches it: Node's own, with the proxy that the PAC script names and the system's authorities. */
  function editorFetch(): Fetch {
    return (url, init) => {
      fetched.push({ url, init });
      return fetch(url, { ...init, ...throughProxy(authority) });
    };
  }

  function transport(options: Partial<TransportOptions> = {}) {
    return bench.transport({ editorFetch, ...options });
  }

  const logged = () => bench.logged.join('\n');

  for (const make of [get, post]) {
    const effect = make(target).effect;

    it(`is tried when the name is not found, and gives the answer: ${effect}`, async () => {
      const bearer = new BoundSecret('tok-123', [target]);
      const { result, sent } = await sendCounting(
        transport({ userAgent: 'test/1' }),
        make(target, '/a?b=c', { bearer }),
      );
      assert.deepEqual(result.kind === 'response' && [result.status, result.body, result.headers['x-seen']], [
        200,
        'ok',
        'yes',
      ]);
      assert.equal(sent, 1);
      assert.equal(heads.length, 1);
      assert.match(heads[0] ?? '', /^(GET|POST) \/a\?b=c HTTP\/1\.1\r\n/);
      assert.match(heads[0] ?? '', /\r\nauthorization: Bearer tok-123\r\n/i);
      assert.match(heads[0] ?? '', /\r\naccept-encoding: identity\r\n/i);
      assert.match(heads[0] ?? '', /\r\nuser-agent: test\/1\r\n/i);
      assert.deepEqual(
        proxy.asked.map(({ target }) => target),
        [`${host}:443`],
      );
      assert.match(logged(), /no connection to service\.invalid:443: E[A-Z_]+; trying the editor's own way/);
      assert.match(logged(), / 200 \d+ ms editor$/m);
      assert.doesNotMatch(logged(), /tok-123|b=c/);
    });
  }

  it('is remembered for the origin, and is not tried anew directly', async () => {
    const one = transport();
    for (let times = 0; times < 3; times++) assert.equal((await one.send(get(target), neverAborted)).kind, 'response');
    assert.equal(fetched.length, 3);
    assert.equal(bench.logged.filter((line) => line.includes('trying')).length, 1);
    assert.equal(bench.logged.filter((line) => line.includes('from now on')).length, 1);
  });

  it('is forgotten when it leads nowhere', async () => {
    const one = transport();
    assert.equal((await one.send(get(target), neverAborted)).kind, 'response');
    proxy.stopListening();
    const lost = await one.send(get(target), neverAborted);
    assert.equal(lost.kind === 'not-sent' && lost.cause, 'refused', JSON.stringify(lost));
    await one.send(get(target), neverAborted);
    assert.equal(bench.logged.filter((line) => line.includes('trying')).length, 2);
  });

  it('asks whether the request may leave, once, and keeps it here if not', async () => {
    let asked = 0;
    const result = await transport().send(
      post(target, '/', {
        mayLeave: () => {
          asked += 1;
          return false;
        },
      }),
      neverAborted,
    );
    assert.deepEqual([result.kind === 'not-sent' && result.cause, asked, fetched.length], ['withdrawn', 1, 0]);
  });

  describe('is not taken', () => {
    const settings = (more: Partial<ProxySettings>) => ({ proxy: () => ({ ...noProxy, ...more }) });
    const pair = { kind: 'pair', certificates: '', key: new BoundSecret('', []) } as const;
    const rows: Readonly<Record<string, () => Partial<TransportOptions>>> = {
      'when the editor offers none': () => ({ editorFetch: () => undefined }),
      'past a proxy of the settings that refuses': () => {
        proxy.refusal = 'HTTP/1.1 407 No\r\ncontent-length: 0\r\n\r\n';
        return settings({ proxy: proxy.origin });
      },
      'past a proxy of the settings that is down': () => settings({ proxy: 'http://127.0.0.1:1' }),
      'past a proxy of the environment': () => settings({ env: { HTTPS_PROXY: 'http://127.0.0.1:1' } }),
      'when proxies are switched off': () => settings({ support: 'off' }),
      'for what is excepted from proxies': () => settings({ noProxy: [host] }),
      'for what the environment excepts': () => settings({ env: { NO_PROXY: '.invalid' } }),
      'with authorities of the project': () => ({ trust: { extraCertificates: () => [authority.pem] } }),
      'with a client certificate': () => ({
        trust: { extraCertificates: () => [], clientCertificate: () => pair },
      }),
    };
    for (const [name, options] of Object.entries(rows)) {
      it(name, async () => {
        const request = post(target, '/', { project: 'shop' });
        const { result, sent } = await sendCounting(transport(options()), request);
        assert.equal(result.kind, 'not-sent', JSON.stringify(result));
        assert.deepEqual([fetched.length, sent], [0, 0]);
      });
    }

    it('when the process checks no certificates', async () => {
      process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
      try {
        assert.equal((await transport().send(get(target), neverAborted)).kind, 'not-sent');
      } finally {
        delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
      }
      assert.equal(fetched.length, 0);
    });

    it('for this computer', async () => {
      assert.equal((await transport().send(get('http://127.0.0.1:1'), neverAborted)).kind, 'not-sent');
      assert.equal(fetched.length, 0);
    });

    it('when the request had begun to leave', async () => {
      const server = await bench.raw((socket) => socket.resetAndDestroy());
      assert.equal((await transport().send(post(server.origin), neverAborted)).kind, 'broken');
      assert.equal(fetched.length, 0);
    });

    it('after a wrong certificate', async () => {
      const expired = await authority.issue({ from: -20, until: -10 });
      const server = await bench.listen(https.createServer(expired), 'https');
      const result = await transport().send(get(server.origin), neverAborted);
      assert.equal(result.kind === 'not-sent' && fetched.length, 0);
    });
  });

  describe('after an authority that is not known', () => {
    for (const knowsSystem of [true, false]) {
      const expectation = knowsSystem ? 'is not taken where Node has asked the system' : 'is taken where Node cannot';
      it(expectation, async () => {
        const log = { trace() {}, info() {}, warn() {}, error() {} };
        const trust = { isOwn: () => false, knowsSystem: () => knowsSystem };
        const way = new EditorWay({ fetch: editorFetch, trust, limits: defaultLimits, log });
        const prepared = prepare(get(target), undefined);
        assert.ok(prepared.kind === 'prepared');
        const deadline = new Deadline(neverAborted, 10_000);
        const sending = new Sending(get(target), prepared, { kind: 'direct', because: 'none-known' }, deadline, log);
        const opened = { kind: 'failed', cause: 'tls-untrusted', detail: 'd' } as const;
        const untrusted = {
          kind: 'failed',
          error: new ConnectFailure(opened),
          started: false,
          progress: 'none',
        } as const;
        const end = await way.send(sending, async () => untrusted);
        deadline.release();
        assert.equal(end.kind, knowsSystem ? 'failed' : 'answer');
        assert.equal(fetched.length, knowsSystem ? 0 : 1);
      });
    }
  });

  describe('ends like any other', () => {
    async function both(bytes: (socket: net.Socket) => void) {
      answer = bytes;
      const results = [];
      for (const make of [get, post]) {
        const { result, sent } = await sendCounting(transport(), make(target));
        assert.equal(sent, 1);
        results.push(result);
      }
      assert.equal(heads.length, 2, 'one request each');
      return results;
    }

    async function assertBroken(cause: string, bytes: (socket: net.Socket) => void) {
      for (const result of await both(bytes)) {
        assert.equal(result.kind === 'broken' && result.cause, cause, JSON.stringify(result));
      }
    }

    it('a status with its words, and without what it repeats of ours', async () => {
      answer = saying('HTTP/1.1 401 no tok-123456\r\nx: tok-123456\r\ncontent-length: 10\r\n\r\ntok-123456');
      const bearer = new BoundSecret('tok-123456', [target]);
      const result = await transport().send(post(target, '/', { bearer }), neverAborted);
      assert.equal(result.kind === 'response' && result.status, 401);
      assert.doesNotMatch(JSON.stringify(result), /tok-123456/);
    });

    for (const status of [301, 302, 303, 307, 308]) {
      it(`a ${status} is not followed, and names the origin alone`, async () => {
        const redirect = `HTTP/1.1 ${status} X\r\nlocation: https://other.example/x?token=1\r\ncontent-length: 0\r\n\r\n`;
        for (const result of await both(saying(redirect))) {
          assert.deepEqual(result, { kind: 'redirect', status, location: 'https://other.example' });
        }
      });
    }

    it('an unpacked answer', async () => {
      const packed = gzipSync('packed text');
      const head = `HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: ${packed.length}\r\n\r\n`;
      for (const result of await both(saying(Buffer.concat([Buffer.from(head), packed])))) {
        assert.equal(result.kind === 'response' && result.body, 'packed text');
      }
    });

    it('a reset without an answer', () => assertBroken('connection-reset', (socket) => socket.destroy()));
    it('a cut body', () => assertBroken('cut-body', saying('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc')));
    it('nonsense', () => assertBroken('malformed', saying('SSH-2.0-x\r\n')));
    it('a length over the cap', () =>
      assertBroken('too-large', (socket) => void socket.write('HTTP/1.1 200 OK\r\ncontent-length: 200000000\r\n\r\n')));
    it('a body over the cap', () => {
      const chunk = `10000\r\n${' '.repeat(65_536)}\r\n`;
      return assertBroken('too-large', (socket) => {
        socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n');
        for (let at = 0; at < 20; at++) socket.write(chunk);
      });
    });
    it('a gzip bomb', () => {
      const bomb = gzipSync(Buffer.alloc(20_000_000));
      const head = `HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: ${bomb.length}\r\n\r\n`;
      return assertBroken('too-large', saying(Buffer.concat([Buffer.from(head), bomb])));
    });

    it('no answer in time, even where fetch does not heed its signal', async () => {
      for (const heeds of [true, false]) {
        const timers = new ManualTimers();
        answer = () => timers.advance(30_000);
        const real = editorFetch();
        const fetch: Fetch = (url, init) => real(url, heeds ? init : { ...init, signal: null });
        const { result, sent } = await sendCounting(
          transport({ startTimer: timers.start, editorFetch: () => fetch }),
          post(target),
        );
        assert.equal(result.kind === 'broken' && result.cause, 'timeout', JSON.stringify(result));
        assert.equal(sent, 1);
      }
    });

    it('a stop by the user', async () => {
      const stop = new AbortController();
      answer = () => stop.abort();
      const result = await transport().send(post(target), stop.signal);
      assert.deepEqual(result, { kind: 'aborted', sent: true });
      await until(() => service.open() === 0);
    });
  });

  describe('has sent nothing', () => {
    async function assertNotSent(cause: string, detail: RegExp, fetch: Fetch = editorFetch()) {
      const result = await transport({ editorFetch: () => fetch }).send(post(target), neverAborted);
      assert.equal(result.kind === 'not-sent' && result.cause, cause, JSON.stringify(result));
      assert.match(result.kind === 'not-sent' ? result.detail : '', detail);
      assert.equal(heads.length, 0);
      assert.match(logged(), / not-sent \S+ \d+ ms editor$/m);
    }

    it('when its proxy cannot be reached: the cause is that of the direct way, and both are told', async () => {
      proxy.stopListening();
      await assertNotSent('dns', /^service\.invalid:443: E[A-Z_]+: through the editor: ECONNREFUSED$/);
    });

    it('when its proxy refuses', async () => {
      proxy.refusal = 'HTTP/1.1 407 No\r\ncontent-length: 0\r\n\r\n';
      await assertNotSent('proxy-refused', /through the editor: UND_ERR_ABORTED$/);
    });

    it('when it knows no proxy either', () => assertNotSent('dns', /through the editor: E[A-Z_]+$/, fetch));

    it('when the certificate is not trusted', async () => {
      const other = await TestAuthority.create('CN=Other Authority');
      const untrusting: Fetch = (url, init) => fetch(url, { ...init, ...throughProxy(other) });
      await assertNotSent('dns', /through the editor: UNABLE_TO_VERIFY_LEAF_SIGNATURE$/, untrusting);
    });
  });
});
