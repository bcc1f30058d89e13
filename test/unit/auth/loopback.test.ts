import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { code, LoopbackStage, right, state, tokenUrl } from './loopbackStage';
import { ask, openRaw, requestHead, tryConnect } from './rawConnection';

describe('fault 45: what else comes to the loopback listener', () => {
  let stage: LoopbackStage;
  beforeEach(() => {
    stage = new LoopbackStage();
  });
  afterEach(() => stage.close());

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
});
