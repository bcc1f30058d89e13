/** Addresses put together from the pieces that parsers disagree about. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { isLoopbackHost, parseEndpoint, sameOrigins } from '../../../src/core/endpoint';
import { BoundSecret } from '../../../src/core/redact';
import { redirectUriProblem } from '../../../src/providers/identityPlatform/settings';
import { readServerAddress } from '../../../src/providers/venafiTpp/settings';
import { cases, patience } from './cases';

const piece = fc.constantFrom(
  ...['https:', 'http:', 'HTTPS:', 'ftp:', 'file:', 'javascript:', 'https', ':'],
  ...['//', '/', '///', '\\\\', '\\', '/\\', '%2f', '%5c', '..', '.', '/../', '/./'],
  ...['tpp.corp.example', 'evil.example', 'TPP', 'xn--80ak6aa92e', 'bücher', 'ｅｖｉｌ', '%65vil', 'a_b', '-'],
  ...['127.0.0.1', '127.1', '0x7f.1', '2130706433', '0', 'localhost', '[::1]', '[::ffff:127.0.0.1]', '::1', '[', ']'],
  ...['@', 'user', 'user:pw@', '%40', '?', '#', '?x=', '%3f', '%23', '&', ';', ','],
  ...[':443', ':80', ':8443', ':0', ':99999', ':-1', ':8e1', ': 80'],
  ...[' ', '\t', '\r\n', '\n', '\u0000', '\u200b', '\u202e', '\ufeff', '\u3002', '\uff0f', '\uff20', '\u2044', 'ß'],
);
const pieces = fc.array(piece, { maxLength: 8 }).map((all) => all.join(''));
/** Right in all but one place, mostly. */
const shaped = fc
  .tuple(
    fc.constantFrom('https://', 'https://', 'http://', 'HTTPS://', 'https:/', 'https:'),
    fc.constantFrom('', '', '', '@', ':@', 'user@', 'user:pw@', '%40'),
    fc.constantFrom('tpp.corp.example', '127.0.0.1', 'localhost', '[::1]', 'xn--bcher-kva.example'),
    fc.constantFrom('', '', '.', ':443', ':8443', ':99999', '\u200b'),
    fc.constantFrom('', '', '/', '?', '#', '/?', '/#', '/../', '//', '/%2e%2e/', '\\', ' '),
  )
  .map((parts) => parts.join(''));
const address = fc.oneof(
  shaped,
  pieces,
  pieces.map((text) => `https://${text}`),
  pieces.map((text) => `https://tpp.corp.example${text}`),
  pieces.map((text) => `http://127.0.0.1${text}`),
  fc.webUrl({ withFragments: true, withQueryParameters: true }),
  fc.string({ unit: 'binary' }),
);

describe('any address', () => {
  it('is an endpoint only as a bare origin, of https or of this machine, and means the same to every reader', function () {
    this.timeout(patience());
    let taken = 0;
    fc.assert(
      fc.property(address, (text) => {
        const parsed = parseEndpoint(text);
        if (parsed.kind === 'problem') return;
        taken++;
        const { origin } = parsed;
        const url = new URL(origin);
        assert.equal(url.origin, origin);
        assert.equal(new URL(text).origin, origin);
        assert.ok(url.protocol === 'https:' || (url.protocol === 'http:' && isLoopbackHost(url.hostname)), origin);
        assert.deepEqual(parseEndpoint(origin), parsed);
        // Nothing before the host that one reader would skip, nothing behind it that another would take for the host.
        const bare = /^https?:\/\/([^/\\@?#\s]+)\/?$/i.exec(text);
        assert.ok(bare, `${JSON.stringify(text)} was taken`);
        assert.ok(!url.hostname.endsWith('.'));
        assert.match(url.hostname, /^(\[[0-9a-f:.]+\]|[^[\]:/\\@?#%\s]+)$/);
        // What is bound to it goes there, and nowhere else.
        const secret = new BoundSecret('x', [origin]);
        assert.equal(secret.revealFor(new URL('/a?b', origin)).kind, 'revealed');
        for (const other of [
          'https://evil.example',
          `${origin}0`,
          `${origin}.evil.example`,
          origin.replace('://', '://a.'),
        ])
          if (URL.canParse(other) && new URL(other).origin !== origin)
            assert.equal(secret.revealFor(new URL(other)).kind, 'foreign-origin', other);
        assert.ok(sameOrigins([origin], [origin]));
      }),
      cases(3_000),
    );
    assert.ok(taken > 20);
  });

  it('of a server is read as an origin, with or without its application behind it', function () {
    this.timeout(patience());
    fc.assert(
      fc.property(address, fc.constantFrom('vedsdk', 'vedauth'), (text, application) => {
        const origin = readServerAddress(text, application);
        if (origin === undefined) return;
        assert.deepEqual(parseEndpoint(origin), { kind: 'endpoint', origin });
        assert.equal(readServerAddress(`${origin}/${application}/`, application), origin);
      }),
      cases(1_000),
    );
  });

  it('to be sent back to is a domain of https, or told', function () {
    this.timeout(patience());
    fc.assert(
      fc.property(address, (text) => {
        if (redirectUriProblem(text) !== undefined) return;
        const { protocol, hostname, username, password } = new URL(text);
        assert.equal(protocol, 'https:');
        assert.equal(`${username}${password}`, '');
        assert.ok(!isLoopbackHost(hostname) && !/^[\d.]+$|^\[/.test(hostname), hostname);
      }),
      cases(1_000),
    );
  });
});
