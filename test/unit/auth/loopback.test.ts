import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { inspect } from 'node:util';
import {
  type LoopbackOptions,
  type OpenedLoopback,
  openLoopback,
  type RedirectResult,
} from '../../../src/auth/loopback';
import { readLoopbackAddress, suggestedRedirectUri } from '../../../src/auth/loopbackAddress';
import { listenOnAll } from '../../../src/auth/loopbackListen';
import { parsePastedRedirect } from '../../../src/auth/loopbackRequest';
import type { Reason } from '../../../src/core/model';
import { ManualClock } from '../../fakes/manualClock';
import { noon } from '../../fakes/resetStage';
import { ask, freePort, occupy, openRaw, requestHead, tryConnect } from './rawConnection';

const state = 'planted-state-5e1c';
const code = '4/0planted-code-91bd';
const tokenUrl = new URL('https://oauth2.googleapis.com/token');
const right = `/callback?state=${state}&code=${encodeURIComponent(code)}&scope=x`;

type Listening = Extract<OpenedLoopback, { kind: 'listening' }>;

class Stage {
  readonly clock = new ManualClock(noon);
  readonly stop = new AbortController();
  readonly options: LoopbackOptions = {
    state,
    codeFor: [tokenUrl.origin],
    redirect: { kind: 'any-port' },
    timeoutMs: 300_000,
    clock: this.clock,
  };
  listener: Listening | undefined;
  result: RedirectResult | undefined;
  port = 0;

  async open(redirect: LoopbackOptions['redirect'] = { kind: 'any-port' }): Promise<Listening> {
    const opened = await openLoopback({ ...this.options, redirect }, this.stop.signal);
    assert.ok(opened.kind === 'listening', opened.kind);
    this.listener = opened;
    this.port = Number(new URL(opened.redirectUri).port);
    void opened.result.then((result) => {
      this.result = result;
    });
    return opened;
  }

  /** The listener waits as before, and the right request still gets through. */
  async stillWaits(): Promise<void> {
    assert.equal(this.result, undefined);
    assert.equal((await ask(this.port, right)).status, 200);
    assert.equal((await this.listener?.result)?.kind, 'code');
  }
}

describe('the loopback listener', () => {
  let stage: Stage;
  beforeEach(() => {
    stage = new Stage();
  });
  afterEach(async () => {
    await stage.listener?.close();
    assert.equal(stage.clock.sleeping, 0, 'no timer is left');
  });

  it('brings the code, sealed for the token endpoint, and shows a page that repeats nothing', async () => {
    const { redirectUri, result } = await stage.open();
    assert.match(redirectUri, /^http:\/\/127\.0\.0\.1:\d+\/callback$/);
    const answer = await ask(stage.port, right);
    assert.equal(answer.status, 200);
    assert.match(answer.body, /Consent received/);
    const received = await result;
    assert.ok(received.kind === 'code');
    assert.deepEqual(received.code.revealFor(tokenUrl), { kind: 'revealed', value: code });
    assert.equal(received.code.revealFor(new URL('https://accounts.google.com')).kind, 'foreign-origin');
    assert.ok(!inspect(received, { depth: null, showHidden: true }).includes('planted'));
  });

  it('every page is fixed, uncached, without scripts, and closes the connection', async () => {
    await stage.open();
    const pages = [
      await ask(stage.port, '/other?echo=echoed'),
      await ask(stage.port, '/callback?state=echoed&code=echoed'),
      await ask(stage.port, '/callback?echo=echoed', { headers: { Host: 'echoed.example' } }),
      await ask(stage.port, '/callback?echo=echoed', { method: 'DELETE' }),
      await ask(stage.port, `/callback?${'echoed'.repeat(2000)}`),
      await ask(stage.port, `/callback?state=${state}&error=echoed`),
      await ask(stage.port, '/callback?echoed'),
    ];
    assert.deepEqual(
      pages.map(({ status }) => status),
      [404, 400, 421, 405, 414, 200, 410],
    );
    for (const { headers, body } of pages) {
      assert.equal(headers['cache-control'], 'no-store');
      assert.equal(headers['content-security-policy'], "default-src 'none'; style-src 'unsafe-inline'");
      assert.equal(headers['referrer-policy'], 'no-referrer');
      assert.equal(headers['x-content-type-options'], 'nosniff');
      assert.equal(headers['content-type'], 'text/html; charset=utf-8');
      assert.equal(headers['connection'], 'close');
      assert.match(body, /^<!doctype html>[\s\S]*<\/html>\n$/);
      assert.doesNotMatch(body, /echoed|planted|<script|href|src=/);
    }
  });

  const refused: readonly (readonly [what: string, target: string, status: number])[] = [
    ['another path', right.replace('/callback', '/'), 404],
    ['a path below', right.replace('/callback', '/callback/'), 404],
    ['a path written otherwise', right.replace('/callback', '//callback'), 404],
    ['a percent-encoded path', right.replace('/callback', '/%63allback'), 404],
    ['a whole address in place of the path', `http://127.0.0.1${right}`, 404],
    ['no parameters', '/callback', 400],
    ['another state', right.replace(state, `${state.slice(0, -1)}d`), 400],
    ['a longer state', right.replace(state, `${state}0`), 400],
    ['the start of the state', right.replace(state, state.slice(0, -1)), 400],
    ['an empty state', right.replace(state, ''), 400],
    ['a state in other letters', right.replace(state, state.toUpperCase()), 400],
    ['no state', `/callback?code=${code}`, 400],
    ['an error without state', '/callback?error=access_denied', 400],
    ['an error with another state', '/callback?error=access_denied&state=x', 400],
    ['two states', `${right}&state=${state}`, 400],
  ];
  for (const [what, target, status] of refused) {
    it(`${what}: ${status}, and goes on waiting`, async () => {
      await stage.open();
      assert.equal((await ask(stage.port, target)).status, status);
      await stage.stillWaits();
    });
  }

  const foreignHosts: readonly (readonly [what: string, host: (port: number) => string | undefined, status: number])[] =
    [
      ['a foreign Host', () => 'reset.evil.example', 421],
      ['a foreign Host with our port', (port) => `evil.example:${port}`, 421],
      ['our Host without the port', () => '127.0.0.1', 421],
      ['our Host with another port', (port) => `127.0.0.1:${port + 1}`, 421],
      ['the other name of this machine', (port) => `localhost:${port}`, 421],
      ['a Host that starts like ours', (port) => `127.0.0.1:${port}.evil.example`, 421],
      ['no Host', () => undefined, 400],
      ['two Hosts', (port) => `127.0.0.1:${port}\r\nHost: evil.example`, 421],
    ];
  for (const [what, host, status] of foreignHosts) {
    it(`${what}: ${status}, and goes on waiting`, async () => {
      await stage.open();
      assert.equal((await ask(stage.port, right, { headers: { Host: host(stage.port) } })).status, status);
      await stage.stillWaits();
    });
  }

  it('HTTP/1.0 without a Host: refused', async () => {
    await stage.open();
    const connection = await openRaw(stage.port);
    connection.write(`GET ${right} HTTP/1.0\r\n\r\n`);
    assert.equal((await connection.answer).status, 421);
    await stage.stillWaits();
  });

  for (const method of ['POST', 'HEAD', 'PUT', 'DELETE', 'OPTIONS', 'TRACE']) {
    it(`${method}: 405, and goes on waiting`, async () => {
      await stage.open();
      const answer = await ask(stage.port, right, { method });
      assert.equal(answer.status, 405);
      assert.equal(answer.headers['allow'], 'GET');
      await stage.stillWaits();
    });
  }

  it('POST with the parameters in a form: 405', async () => {
    await stage.open();
    const connection = await openRaw(stage.port);
    const body = right.slice(right.indexOf('?') + 1);
    const headers = { Host: `127.0.0.1:${stage.port}`, 'Content-Length': String(body.length) };
    connection.write(requestHead('/callback', { method: 'POST', headers }) + body);
    assert.equal((await connection.answer).status, 405);
    await stage.stillWaits();
  });

  it('an address of 8 kB is read, a longer one is 414', async () => {
    await stage.open();
    const padding = (length: number): string => `${right}&x=${'x'.repeat(length - right.length - 3)}`;
    assert.equal((await ask(stage.port, padding(8193))).status, 414);
    assert.equal(stage.result, undefined);
    assert.equal((await ask(stage.port, padding(8192))).status, 200);
  });

  it('an address of 1 MB: the connection ends, and it goes on waiting', async () => {
    await stage.open();
    const { status } = await ask(stage.port, `${right}&x=${'x'.repeat(1 << 20)}`);
    // The refusal may be lost when the connection is closed on the rest of the megabyte.
    assert.ok(status === 431 || status === 414 || status === 0, String(status));
    await stage.stillWaits();
  });

  it('takes the cookies of everything else on this host', async () => {
    await stage.open();
    const cookies = Array.from({ length: 12 }, (_, index) => `app${index}=${'c'.repeat(3500)}`).join('; ');
    assert.equal((await ask(stage.port, right, { headers: { Cookie: cookies } })).status, 200);
    assert.equal((await stage.listener?.result)?.kind, 'code');
  });

  describe('a port scan', () => {
    const probes: readonly (readonly [string, string | Buffer])[] = [
      ['connects and closes', ''],
      ['sends garbage', Buffer.from([0, 255, 1, 254, 13, 10, 13, 10])],
      ['sends a TLS hello', Buffer.from('16030100c8010000c40303', 'hex')],
      ['speaks another protocol', 'SSH-2.0-OpenSSH_9.6\r\n\r\n'],
      ['asks for HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
      ['asks for a tunnel', 'CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example\r\n\r\n'],
      ['asks for everything', 'OPTIONS * HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n'],
      ['breaks off in a header', `GET ${right} HTTP/1.1\r\nHo`],
    ];
    for (const [what, bytes] of probes) {
      it(`that ${what} changes nothing`, async () => {
        await stage.open();
        const connection = await openRaw(stage.port);
        if (bytes.length > 0) connection.write(bytes);
        if (what.startsWith('connects') || what.startsWith('breaks')) connection.destroy();
        assert.notEqual((await connection.answer).status, 200);
        await stage.stillWaits();
      });
    }

    it('of a hundred connections at once leaves room for the browser', async () => {
      await stage.open();
      const probes = await Promise.all(Array.from({ length: 100 }, () => openRaw(stage.port)));
      for (const probe of probes) probe.destroy();
      await Promise.all(probes.map(({ answer }) => answer));
      await stage.stillWaits();
    });
  });

  it('a slow client keeps nobody waiting, and is cut off at the end', async () => {
    const { result } = await stage.open();
    const slow = await openRaw(stage.port);
    slow.write(`GET ${right.slice(0, 12)}`);
    assert.equal((await ask(stage.port, right)).status, 200);
    assert.equal((await result).kind, 'code');
    slow.write(right.slice(12, 14));
    stage.clock.advance(1000);
    assert.equal((await slow.answer).status, 0);
    assert.equal(await tryConnect(stage.port), 'ECONNREFUSED');
  });

  it('Cancel on the page: denied', async () => {
    const { result } = await stage.open();
    assert.match((await ask(stage.port, `/callback?error=access_denied&state=${state}`)).body, /No consent was given/);
    assert.deepEqual(await result, { kind: 'denied' });
  });

  const endings: readonly (readonly [query: string, code: string])[] = [
    ['error=server_error', 'server_error'],
    ['error=admin_policy_enforced&error_description=planted', 'admin_policy_enforced'],
    ['error=%3Cb%3Eplanted%3C/b%3E', 'unrecognised_error'],
    ['error=', 'unrecognised_error'],
    ['', 'malformed_redirect'],
    ['code=', 'malformed_redirect'],
    ['code=a&code=b', 'malformed_redirect'],
    ['code=a&error=access_denied', 'malformed_redirect'],
    ['code=a%20b', 'malformed_redirect'],
    ['code=a%0D%0Ab', 'malformed_redirect'],
  ];
  for (const [query, expected] of endings) {
    it(`"${query}" with the right state: ${expected}`, async () => {
      const { result } = await stage.open();
      assert.match((await ask(stage.port, `/callback?state=${state}&${query}`)).body, /The sign-in was refused/);
      assert.deepEqual(await result, { kind: 'error', code: expected });
    });
  }

  it('a second request gets a fixed page and changes nothing', async () => {
    const { result } = await stage.open();
    assert.equal((await ask(stage.port, right)).status, 200);
    const seconds = [
      await ask(stage.port, right),
      await ask(stage.port, `/callback?error=access_denied&state=${state}`),
      await ask(stage.port, '/callback?state=x'),
    ];
    for (const { status, body } of seconds) {
      assert.equal(status, 410);
      assert.match(body, /This sign-in is over/);
    }
    const received = await result;
    assert.ok(received.kind === 'code');
    assert.deepEqual(received.code.revealFor(tokenUrl), { kind: 'revealed', value: code });
  });

  describe('is gone', () => {
    const gone = async (): Promise<void> => assert.equal(await tryConnect(stage.port), 'ECONNREFUSED');

    for (const [what, target] of [
      ['success', right],
      ['denial', `/callback?error=access_denied&state=${state}`],
      ['an error', `/callback?error=server_error&state=${state}`],
    ] as const) {
      it(`a second after ${what}, with every connection to it`, async () => {
        await stage.open();
        const idle = await openRaw(stage.port);
        await ask(stage.port, target);
        assert.equal(await tryConnect(stage.port), 'connected', 'for a browser that asks again');
        stage.clock.advance(1000);
        await idle.answer;
        await gone();
      });
    }

    it('at time-out, with every connection to it', async () => {
      const { result } = await stage.open();
      const idle = await openRaw(stage.port);
      stage.clock.advance(299_999);
      assert.equal(await tryConnect(stage.port), 'connected');
      assert.equal(stage.result, undefined);
      stage.clock.advance(1);
      assert.deepEqual(await result, { kind: 'timed-out' });
      await gone();
      await idle.answer;
    });

    it('at cancel, with every connection to it', async () => {
      const { result } = await stage.open();
      const idle = await openRaw(stage.port);
      idle.write('GET /callb');
      stage.stop.abort();
      assert.deepEqual(await result, { kind: 'cancelled' });
      await gone();
      await idle.answer;
    });

    it('at cancel after an answer, without waiting', async () => {
      await stage.open();
      await ask(stage.port, right);
      stage.stop.abort();
      await gone();
      assert.equal((await stage.listener?.result)?.kind, 'code');
    });

    it('when it is closed, twice too', async () => {
      const { close, result } = await stage.open();
      await Promise.all([close(), close()]);
      assert.deepEqual(await result, { kind: 'cancelled' });
      await gone();
      await close();
    });

    it('before it was there, when cancelled before', async () => {
      stage.stop.abort();
      assert.deepEqual(await openLoopback(stage.options, stage.stop.signal), { kind: 'cancelled' });
    });

    it('when cancelled while it opens', async () => {
      const port = await freePort();
      const redirect = { kind: 'fixed', uri: `http://127.0.0.1:${port}/` } as const;
      const opening = openLoopback({ ...stage.options, redirect }, stage.stop.signal);
      stage.stop.abort();
      assert.deepEqual(await opening, { kind: 'cancelled' });
      assert.equal(await tryConnect(port), 'ECONNREFUSED');
    });
  });

  describe('at a registered address', () => {
    it('keeps it as it is written, and takes its path alone', async () => {
      const port = await freePort();
      for (const [uri, path] of [
        [`http://127.0.0.1:${port}`, '/'],
        [`http://127.0.0.1:${port}/oauth2/back`, '/oauth2/back'],
      ] as const) {
        const { redirectUri, result, close } = await stage.open({ kind: 'fixed', uri });
        assert.equal(redirectUri, uri);
        assert.equal((await ask(port, right)).status, 404);
        assert.equal((await ask(port, right.replace('/callback', path))).status, 200);
        assert.equal((await result).kind, 'code');
        await close();
      }
    });

    it('says so when the port is in use, and leaves its owner alone', async () => {
      const port = await freePort();
      const leave = await occupy(port, '127.0.0.1');
      try {
        for (const host of ['127.0.0.1', 'localhost']) {
          const redirect = { kind: 'fixed', uri: `http://${host}:${port}/` } as const;
          const opened = await openLoopback({ ...stage.options, redirect }, stage.stop.signal);
          assert.deepEqual(opened, { kind: 'port-in-use', port });
        }
        assert.equal(await tryConnect(port), 'connected');
        assert.equal(await tryConnect(port, '::1'), 'ECONNREFUSED');
      } finally {
        await leave();
      }
    });

    it('localhost: fails when the port is in use by IPv6 alone, for the browser may go there', async () => {
      const port = await freePort();
      const leave = await occupy(port, '::1');
      try {
        const redirect = { kind: 'fixed', uri: `http://localhost:${port}/` } as const;
        const opened = await openLoopback({ ...stage.options, redirect }, stage.stop.signal);
        assert.deepEqual(opened, { kind: 'port-in-use', port });
        assert.equal(await tryConnect(port), 'ECONNREFUSED', 'the half that could be had is given back');
      } finally {
        await leave();
      }
    });

    for (const stack of ['127.0.0.1', '::1']) {
      it(`localhost: hears a browser that comes by ${stack}, and both are gone afterwards`, async () => {
        const port = await freePort();
        const { result, close } = await stage.open({ kind: 'fixed', uri: `http://localhost:${port}/callback` });
        const headers = { Host: `localhost:${port}` };
        assert.equal((await ask(port, right, { host: stack })).status, 421, 'by its name alone');
        assert.equal((await ask(port, right, { host: stack, headers })).status, 200);
        assert.equal((await result).kind, 'code');
        await close();
        assert.equal(await tryConnect(port), 'ECONNREFUSED');
        assert.equal(await tryConnect(port, '::1'), 'ECONNREFUSED');
      });
    }

    it('refuses what does not lead to this machine', async () => {
      const redirect = { kind: 'fixed', uri: 'https://app.example/callback' } as const;
      assert.deepEqual(await openLoopback({ ...stage.options, redirect }, stage.stop.signal), { kind: 'not-loopback' });
    });
  });
});

describe('listenOnAll', () => {
  // 2001:db8::/32 is for documentation: no machine has it, as one without IPv6 has no ::1.
  it('does without an address that the machine does not have', async () => {
    const listening = await listenOnAll(['127.0.0.1', '2001:db8::1'], await freePort(), () => createServer());
    assert.ok(listening.kind === 'listening');
    assert.equal(await tryConnect(listening.port), 'connected');
    await listening.stop();
  });

  it('fails when it has none of them', async () => {
    const listening = await listenOnAll(['2001:db8::1'], await freePort(), () => createServer());
    assert.deepEqual(listening, { kind: 'failed', code: 'EADDRNOTAVAIL' });
  });
});

describe('readLoopbackAddress', () => {
  it('takes loopback addresses with a port of their own', () => {
    for (const [uri, hostname, path] of [
      ['http://127.0.0.1:8080', '127.0.0.1', '/'],
      ['http://localhost:3000/auth/google', 'localhost', '/auth/google'],
      ['http://LOCALHOST:3000/', 'localhost', '/'],
      ['http://[::1]:9000/x', '[::1]', '/x'],
      [suggestedRedirectUri, '127.0.0.1', '/'],
    ] as const) {
      const address = readLoopbackAddress(uri);
      assert.deepEqual([address?.redirectUri, address?.hostname, address?.path], [uri, hostname, path]);
    }
  });

  for (const uri of [
    '',
    'localhost:8080',
    'https://localhost:8080/',
    'http://localhost/',
    'http://localhost:80/',
    'http://localhost:0/',
    'http://localhost:99999/',
    'http://localhost.evil.example:8080/',
    'http://127.0.0.2:8080/',
    'http://user@localhost:8080/',
    'http://localhost:8080/?x=1',
    'http://localhost:8080/#x',
    'http://localhost:8080/a b',
    'http://localhost\\@evil.example:8080/',
    'http://app.example:8080/',
    'com.example.app:/oauth2redirect',
    'urn:ietf:wg:oauth:2.0:oob',
  ]) {
    it(`refuses "${uri}"`, () => assert.equal(readLoopbackAddress(uri), undefined));
  }
});

describe('parsePastedRedirect', () => {
  const redirectUri = 'http://127.0.0.1:40123/callback';
  const expected = { state, codeFor: [tokenUrl.origin], redirectUri };
  const address = `http://127.0.0.1:40123${right}`;

  for (const text of [address, `  ${address}\n`, address.replace('http://', ''), address.replace('http', 'HTTP')]) {
    it(`takes ${JSON.stringify(text)}`, () => {
      const reading = parsePastedRedirect(text, expected);
      assert.ok(reading.kind === 'code');
      assert.deepEqual(reading.code.revealFor(tokenUrl), { kind: 'revealed', value: code });
    });
  }

  it('takes a refusal and an error', () => {
    const at = (query: string): string => `${redirectUri}?state=${state}&${query}`;
    assert.deepEqual(parsePastedRedirect(at('error=access_denied'), expected), { kind: 'denied' });
    assert.deepEqual(parsePastedRedirect(at('error=server_error'), expected), { kind: 'error', code: 'server_error' });
  });

  const problems: readonly (readonly [text: string, code: string])[] = [
    ['', 'signIn.pastedNothing'],
    [' \n', 'signIn.pastedNothing'],
    [`${address}&x=${'x'.repeat(8300)}`, 'signIn.pastedTooLong'],
    [code.replace('/', '-'), 'signIn.pastedNoAddress'],
    ['hello world', 'signIn.pastedNoAddress'],
    [`${address} ${address}`, 'signIn.pastedNoAddress'],
    ['http://', 'signIn.pastedNoAddress'],
    [code, 'signIn.pastedOtherAddress'],
    ['https://accounts.google.com/o/oauth2/v2/auth?state=planted', 'signIn.pastedOtherAddress'],
    [address.replace('http:', 'https:'), 'signIn.pastedOtherAddress'],
    [address.replace('40123', '40124'), 'signIn.pastedOtherAddress'],
    [address.replace('127.0.0.1', 'localhost'), 'signIn.pastedOtherAddress'],
    [address.replace('/callback', '/'), 'signIn.pastedOtherAddress'],
    [address.replace('http://', 'http://planted@'), 'signIn.pastedOtherAddress'],
    [redirectUri, 'signIn.pastedNoState'],
    [`${redirectUri}?code=${code}`, 'signIn.pastedNoState'],
    [`${redirectUri}?error=access_denied`, 'signIn.pastedNoState'],
    [address.replace(state, 'planted-other'), 'signIn.pastedOtherState'],
    [`${address}&state=${state}`, 'signIn.pastedOtherState'],
    [`${redirectUri}?state=${state}`, 'signIn.pastedNoCode'],
    [`${redirectUri}?state=${state}&code=`, 'signIn.pastedNoCode'],
    [`${redirectUri}?state=${state}&code=a&error=access_denied`, 'signIn.pastedNoCode'],
  ];
  for (const [text, problem] of problems) {
    it(`${JSON.stringify(text).slice(0, 100)}: ${problem}, and repeats none of it`, () => {
      const reading = parsePastedRedirect(text, expected);
      const reason: Reason | undefined = reading.kind === 'problem' ? reading.reason : undefined;
      assert.equal(reason?.code, problem);
      assert.doesNotMatch(JSON.stringify(reading), /planted|accounts\.google/);
    });
  }
});
