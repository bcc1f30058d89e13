import assert from 'node:assert/strict';
import { chooseProxy, type ProxySettings } from '../../../src/http/proxy';

function choose(url: string, settings: Partial<ProxySettings>): string {
  const choice = chooseProxy(new URL(url), { support: 'override', proxy: '', noProxy: [], env: {}, ...settings });
  return choice.kind === 'proxy' ? choice.url.href : choice.kind;
}

const one = 'http://one.example:3128/';
const two = 'http://two.example:3128/';
const https = 'https://api.corp.example/x';

describe('chooseProxy', () => {
  const cases: [string, string, Partial<ProxySettings>, string][] = [
    ['nothing is configured', https, {}, 'direct'],
    ['the setting', https, { proxy: one }, one],
    ['the setting before the environment', https, { proxy: one, env: { HTTPS_PROXY: two } }, one],
    ['the environment', https, { env: { HTTPS_PROXY: two } }, two],
    ['the environment in lower case first', https, { env: { HTTPS_PROXY: one, https_proxy: two } }, two],
    ['HTTP_PROXY when there is no HTTPS_PROXY', https, { env: { HTTP_PROXY: two } }, two],
    ['HTTPS_PROXY before HTTP_PROXY', https, { env: { HTTP_PROXY: one, HTTPS_PROXY: two } }, two],
    ['an empty variable is none', https, { env: { HTTPS_PROXY: ' ', HTTP_PROXY: '' } }, 'direct'],
    ['without scheme', https, { proxy: 'one.example:3128' }, one],
    ['blank is none', https, { proxy: ' ', env: { HTTPS_PROXY: two } }, two],
    ['with spaces around it', https, { proxy: ` ${one} ` }, one],
    ['without scheme, though one stands within it', https, { proxy: 'one.example:3128/http://x' }, `${one}http://x`],
    ['over TLS', https, { proxy: 'https://one.example' }, 'https://one.example/'],
    ['support off', https, { support: 'off', proxy: one, env: { HTTPS_PROXY: two } }, 'direct'],
    ['support on', https, { support: 'on', proxy: one }, one],
    ['support fallback', https, { support: 'fallback', proxy: one }, one],
    ['localhost', 'https://localhost:8443', { proxy: one }, 'direct'],
    ['127.x', 'http://127.1.2.3:80', { proxy: one }, 'direct'],
    ['::1', 'https://[::1]:8443', { proxy: one }, 'direct'],
    ['a name that only begins like loopback', 'https://127.0.0.1.example', { proxy: one }, one],
    ['not a URL', https, { proxy: 'http://:x' }, 'unusable'],
    ['a kind that is not spoken', https, { proxy: 'socks5://one.example' }, 'unusable'],
    [
      'exceptions of the setting replace those of the environment',
      https,
      { proxy: one, noProxy: ['x.example'], env: { NO_PROXY: '*' } },
      one,
    ],
    [
      'exceptions of the environment',
      https,
      { proxy: one, env: { NO_PROXY: 'x.example, api.corp.example' } },
      'direct',
    ],
    [
      'exceptions of the environment in lower case',
      https,
      { proxy: one, env: { no_proxy: 'api.corp.example' } },
      'direct',
    ],
    ['blank exceptions are none', https, { proxy: one, noProxy: ['', ' '], env: { NO_PROXY: '*' } }, 'direct'],
  ];
  for (const [name, url, settings, expected] of cases) {
    it(name, () => assert.equal(choose(url, settings), expected));
  }

  const exceptions: [string, string, boolean][] = [
    ['*', https, true],
    ['api.corp.example', https, true],
    ['API.Corp.Example', https, true],
    ['corp.example', https, true],
    ['.corp.example', https, true],
    ['*.corp.example', https, true],
    ['.corp.example', 'https://corp.example', true],
    ['orp.example', https, false],
    ['corp.example.evil', https, false],
    ['api.corp.example:443', https, true],
    ['api.corp.example:8443', https, false],
    ['.corp.example:8443', 'https://api.corp.example:8443', true],
    ['10.0.0.0/8', 'https://10.1.2.3', true],
    ['10.0.0.0/8', 'https://11.1.2.3', false],
    ['10.0.0.0/8', https, false],
    ['10.0.0.0/99', 'https://10.1.2.3', false],
    ['10.1.2.3', 'https://10.1.2.3', true],
    ['1.2.3', 'https://10.1.2.3', false],
    ['2.3', 'https://10.1.2.3', false],
    ['2001:db8::1', 'https://[2001:db8::1]', true],
    ['[2001:db8::1]:443', 'https://[2001:db8::1]', true],
    ['2001:db8::/32', 'https://[2001:db8::1]', true],
    ['2001:db9::/32', 'https://[2001:db8::1]', false],
    ['*corp.example', https, true],
    [' api.corp.example ', https, true],
    ['api.corp.example:443x', https, false],
    ['x:api.corp.example:443', https, false],
    ['api.corp.example:80', 'http://api.corp.example', true],
    ['api.corp.example:443', 'http://api.corp.example', false],
    ['[2001:db8::1]', 'https://[2001:db8::1]', true],
    ['[2001:db8::1]:8443', 'https://[2001:db8::1]', false],
    ['[2001:db8::1]x', 'https://[2001:db8::1]', false],
    ['x[2001:db8::1]', 'https://[2001:db8::1]', false],
    ['10.1.2.3/32', 'https://10.1.2.3', true],
    ['10.1.2.3/32', 'https://10.1.2.4', false],
    ['10.1.2.3/33', 'https://10.1.2.3', false],
    ['2001:db8::1/128', 'https://[2001:db8::1]', true],
    ['2001:db8::1/129', 'https://[2001:db8::1]', false],
    ['2001:db8::/32', 'https://10.1.2.3', false],
    ['10.0.0.0/8', 'https://[2001:db8::1]', false],
    ['0.0.0.0/0', 'https://10.1.2.3', true],
    ['10.0.0.0/x8', 'https://10.1.2.3', false],
    ['10.0.0.0/8x', 'https://10.1.2.3', false],
    ['10.0.0.0/', 'https://10.1.2.3', false],
    ['api.corp.example/8', https, false],
    ['', https, false],
    ['.', https, false],
    ['/', https, false],
  ];
  for (const [rule, url, direct] of exceptions) {
    it(`exception "${rule}" ${direct ? 'covers' : 'does not cover'} ${url}`, () => {
      assert.equal(choose(url, { proxy: one, noProxy: [rule, 'unrelated.example'] }), direct ? 'direct' : one);
    });
  }

  it('says whether it is direct because that is wanted, or because nothing is known of a proxy', () => {
    const because = (settings: Partial<ProxySettings>, url = https) => {
      const choice = chooseProxy(new URL(url), { support: 'on', proxy: '', noProxy: [], env: {}, ...settings });
      return choice.kind === 'direct' ? choice.because : choice.kind;
    };
    assert.equal(because({}), 'none-known');
    assert.equal(because({ noProxy: ['other.example'] }), 'none-known');
    assert.equal(because({ support: 'off' }), 'wanted');
    assert.equal(because({ noProxy: ['api.corp.example'] }), 'wanted');
    assert.equal(because({ env: { NO_PROXY: '*' } }), 'wanted');
    assert.equal(because({}, 'https://localhost'), 'wanted');
  });

  const unusable: readonly (readonly [Partial<ProxySettings>, string])[] = [
    [{ proxy: 'http://:x' }, 'http.proxy is not a URL'],
    [{ proxy: 'socks5://one.example' }, 'http.proxy names a socks5 proxy; only http and https work'],
    [{ env: { HTTPS_PROXY: 'http://:x' } }, 'HTTPS_PROXY is not a URL'],
    [{ env: { http_proxy: 'ftp://one.example' } }, 'HTTP_PROXY names a ftp proxy; only http and https work'],
  ];
  for (const [settings, detail] of unusable) {
    it(`says where it stands what cannot be used: ${detail}`, () => {
      const choice = chooseProxy(new URL(https), { support: 'on', proxy: '', noProxy: [], env: {}, ...settings });
      assert.deepEqual(choice, { kind: 'unusable', detail });
    });
  }

  describe('its credentials', () => {
    const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;
    const rows: readonly (readonly [string, Partial<ProxySettings>, string | undefined])[] = [
      ['are none by themselves', { proxy: one }, undefined],
      ['are none where the authorization is blank', { proxy: one, authorization: ' ' }, undefined],
      ['are none without a user name', { proxy: 'http://:pass@one.example:3128' }, undefined],
      ['may have no password', { proxy: 'http://me@one.example:3128' }, basic('me:')],
      ['may hold what is no escape', { proxy: 'http://100%zz:p@one.example:3128' }, basic('100%zz:p')],
      ['stand in the environment', { env: { HTTPS_PROXY: 'http://me:p@one.example:3128' } }, basic('me:p')],
      ['are trimmed', { proxy: one, authorization: ' Negotiate abc ' }, 'Negotiate abc'],
    ];
    for (const [what, settings, value] of rows) {
      it(what, () => {
        const choice = chooseProxy(new URL(https), { support: 'on', proxy: '', noProxy: [], env: {}, ...settings });
        assert.ok(choice.kind === 'proxy');
        assert.equal(choice.url.href, one);
        assert.equal('credentials' in choice, value !== undefined);
        if (value !== undefined) {
          assert.deepEqual(choice.credentials?.revealFor(choice.url), { kind: 'revealed', value });
        }
      });
    }
  });

  it('takes user name and password out of the URL and seals them for the proxy', () => {
    const choice = chooseProxy(new URL(https), {
      support: 'on',
      proxy: 'http://me:p%40%3Ass@one.example:3128',
      noProxy: [],
      env: {},
    });
    assert.ok(choice.kind === 'proxy');
    assert.equal(choice.url.href, one);
    assert.deepEqual(choice.credentials?.boundTo, ['http://one.example:3128']);
    assert.deepEqual(choice.credentials?.revealFor(choice.url), {
      kind: 'revealed',
      value: `Basic ${Buffer.from('me:p@:ss').toString('base64')}`,
    });
    assert.equal(choice.credentials?.revealFor(new URL(https)).kind, 'foreign-origin');
  });

  it('prefers the authorization of the settings', () => {
    const choice = chooseProxy(new URL(https), {
      support: 'on',
      proxy: 'http://me:pass@one.example:3128',
      authorization: 'Negotiate abc',
      noProxy: [],
      env: {},
    });
    assert.ok(choice.kind === 'proxy');
    assert.deepEqual(choice.credentials?.revealFor(choice.url), { kind: 'revealed', value: 'Negotiate abc' });
  });

  it('keeps the password out of what it says about a proxy it cannot use', () => {
    for (const proxy of ['socks5://me:hunter2@one.example', 'http://me:hunter2@:99999']) {
      const choice = chooseProxy(new URL(https), { support: 'on', proxy, noProxy: [], env: {} });
      assert.equal(choice.kind, 'unusable');
      assert.equal(JSON.stringify(choice).includes('hunter2'), false);
    }
  });
});
