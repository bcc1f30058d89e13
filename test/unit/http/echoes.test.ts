import assert from 'node:assert/strict';
import * as http from 'node:http';
import { gzipSync } from 'node:zlib';
import type { HttpRequest } from '../../../src/core/ports';
import { BoundSecret } from '../../../src/core/redact';
import { withoutEchoes } from '../../../src/http/echoes';
import { Bench, neverAborted, post } from './bench';

/** Has every kind of character that an encoder changes and a header can carry. */
const token = 'ya29.a0/Ab+c=d~e"f\\g&h<i>j\'k l%m*n-o_p!q(r)';
const formType = 'application/x-www-form-urlencoded';

describe('fault 41: error answers that repeat our secrets', () => {
  let bench: Bench;
  beforeEach(() => {
    bench = new Bench();
  });
  afterEach(() => bench.close());

  async function answered(
    status: number,
    body: string | Buffer,
    wishes: (origin: string) => Partial<Omit<HttpRequest, 'url'>>,
    headers: http.OutgoingHttpHeaders = {},
  ) {
    const server = await bench.listen(
      http.createServer((request, response) => {
        request.resume().on('end', () => response.writeHead(status, headers).end(body));
      }),
    );
    const result = await bench.transport().send(post(server.origin, '/', wishes(server.origin)), neverAborted);
    assert.equal(result.kind, 'response', JSON.stringify(result));
    return result.kind === 'response' ? result : assert.fail();
  }

  const bearer = (value: string) => (origin: string) => ({ bearer: new BoundSecret(value, [origin]) });

  const spellings: Record<string, string> = {
    verbatim: token,
    'percent-encoded': encodeURIComponent(token),
    'percent-encoded in lower case': encodeURIComponent(token).replace(/%../g, (hex) => hex.toLowerCase()),
    'percent-encoded twice': encodeURIComponent(encodeURIComponent(token)),
    'form-encoded': new URLSearchParams({ t: token }).toString().slice(2),
    'JSON-escaped': JSON.stringify(token).slice(1, -1),
    'JSON-escaped with slashes': JSON.stringify(token).slice(1, -1).replaceAll('/', '\\/'),
    'JSON-escaped for HTML': JSON.stringify(token)
      .slice(1, -1)
      .replace(/[<>&='+]/g, (c) => `\\u00${c.charCodeAt(0).toString(16)}`),
    'JSON within JSON': JSON.stringify(JSON.stringify(token)).slice(3, -3),
    'HTML entities': token
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('"', '&quot;')
      .replaceAll("'", '&#39;')
      .replaceAll('/', '&#x2F;'),
    base64: Buffer.from(token).toString('base64'),
    'base64 in JSON': Buffer.from(token).toString('base64').replaceAll('/', '\\/'),
    base64url: Buffer.from(token).toString('base64url'),
  };
  for (const [name, spelling] of Object.entries(spellings)) {
    it(`${name}: in a JSON and in an HTML body`, async () => {
      const json = await answered(401, `{"error":"invalid_token","got":"${spelling}"}`, bearer(token));
      assert.equal(json.body, '{"error":"invalid_token","got":"[secret]"}');
      const html = await answered(502, `<p>Bearer ${spelling}</p><b>${spelling}</b>`, bearer(token));
      assert.equal(html.body, '<p>Bearer [secret]</p><b>[secret]</b>');
    });
  }

  it('base64 with any padding, alone and within something longer', () => {
    for (const secret of ['GOCSPX-a?b>c~1', 'GOCSPX-a?b>c~12', 'GOCSPX-a?b>c~123']) {
      for (const encoding of ['base64', 'base64url'] as const) {
        const alone = Buffer.from(secret).toString(encoding);
        assert.equal(withoutEchoes(`"${alone}"`, [secret]), '"[secret]"');
        for (const around of ['', 'i', 'id', 'id:']) {
          for (const behind of ['', '.', '..', '...']) {
            const echo = Buffer.from(`${around}${secret}${behind}`).toString(encoding);
            const left = withoutEchoes(`Basic ${echo}`, [secret]);
            // What stands before it by itself stays; the character that both share goes with it.
            const before = echo.slice(0, Math.floor((around.length * 8) / 6));
            assert.ok(left.startsWith(`Basic ${before}[secret]`), `${around}|${behind}: ${left}`);
            for (let at = 0; at + 4 <= secret.length; at++) {
              const decoded = left.split(/\[secret\]|Basic /).map((part) => Buffer.from(part, 'base64').toString());
              assert.equal(decoded.join('|').includes(secret.slice(at, at + 4)), false, left);
            }
          }
        }
      }
    }
  });

  it('in hexadecimal; and a text that spells letters in escapes is withheld as a whole', () => {
    const hex = Buffer.from(token).toString('hex');
    assert.equal(withoutEchoes(`got ${hex}, ${hex.toUpperCase()}`, [token]), 'got [secret], [secret]');
    const percent = hex.replace(/../g, '%$&');
    const unicode = hex.replace(/../g, '\\u00$&');
    const entities = hex.replace(/../g, '&#x$&;');
    const mixed = encodeURIComponent(entities);
    for (const spelling of [percent, unicode, entities, mixed, encodeURIComponent(percent)]) {
      assert.equal(withoutEchoes(`got ${spelling}.`, [token]), '[secret]', spelling);
    }
    const others = `100%25 of \\u0041, \\x41, &#65;, &#1114112; and &#x110000;${' '.repeat(token.length)}`;
    assert.equal(withoutEchoes(others, [token]), others);
  });

  describe('a text that spells letters in escapes is withheld', () => {
    const wide = 'p\u00e4ss-w\u00f6rd-\u{1f600}';
    const points = (value: string, spell: (code: number) => string) =>
      [...value].map((one) => spell(one.codePointAt(0) ?? 0)).join('');
    const units = (value: string, spell: (code: number) => string) =>
      value
        .split('')
        .map((one) => spell(one.charCodeAt(0)))
        .join('');
    const hex = (code: number, digits: number) => code.toString(16).padStart(digits, '0');
    const all = (value: string): Readonly<Record<string, string>> => ({
      'bytes in percent': Buffer.from(value).toString('hex').replace(/../g, '%$&'),
      'bytes in percent, in upper case': Buffer.from(value).toString('hex').toUpperCase().replace(/../g, '%$&'),
      'units of JSON': units(value, (code) => `\\u${hex(code, 4)}`),
      'units of JSON within JSON': units(value, (code) => `\\\\u${hex(code, 4)}`),
      'units of JSON eight deep': units(value, (code) => `${'\\'.repeat(8)}u${hex(code, 4).toUpperCase()}`),
      'decimal entities': points(value, (code) => `&#${code};`),
      'hexadecimal entities': points(value, (code) => `&#X${hex(code, 6)};`),
    });
    for (const value of ['tok-123456-xyz', wide]) {
      for (const [how, spelling] of Object.entries(all(value))) {
        it(`${how}: ${value}`, () => {
          assert.equal(withoutEchoes(`got ${spelling}.`, [value]), '[secret]');
          // Whichever of several it is.
          assert.equal(withoutEchoes(`got ${spelling}.`, ['another-one', value]), '[secret]');
        });
      }
    }

    it("JavaScript's own: tok-123456-xyz", () => {
      const spelling = units('tok-123456-xyz', (code) => `\\x${hex(code, 2)}`);
      assert.equal(withoutEchoes(`got ${spelling}.`, ['tok-123456-xyz']), '[secret]');
    });

    it('but not one whose escapes are none of ours, or beyond all characters', () => {
      const row = `&#1114112; &#x110000; %zz \\u00g1 \\x4 &#; ${'%41'.repeat(20)}`;
      assert.equal(withoutEchoes(row, ['tok-123456-xyz']), row);
    });
  });

  it('characters of several bytes, in every encoding of theirs', () => {
    const value = 'p\u00e4ss-w\u00f6rd-\u{1f600}';
    for (const spelling of [
      value,
      encodeURIComponent(value),
      JSON.stringify(value).replace(
        /[^\x20-\x7e]/g,
        (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
      ),
      value.replace(/[^\x20-\x7e]/gu, (character) => `&#${character.codePointAt(0)};`),
    ]) {
      assert.equal(withoutEchoes(`got ${spelling}.`, [value]).replaceAll('"', ''), 'got [secret].', spelling);
    }
  });

  it('and takes nothing for a secret that only looks like one', () => {
    for (const text of ['tok+123456', 'tok 123456', 'tok=123456', 'tok-12345', 'TOK-123456', 'tok%2B123456']) {
      assert.equal(withoutEchoes(`got ${text}.`, ['tok-123456']), `got ${text}.`);
    }
  });

  it('secrets of form fields, but not the plain fields', async () => {
    const { body } = await answered(400, 'client.apps refused: 1//refresh-token, GOCSPX-secret', (origin) => ({
      body: {
        kind: 'form',
        fields: {
          client_id: 'client.apps',
          refresh_token: new BoundSecret('1//refresh-token', [origin]),
          client_secret: new BoundSecret('GOCSPX-secret', [origin]),
        },
      },
    }));
    assert.equal(body, 'client.apps refused: [secret], [secret]');
  });

  it('field values of a ready-made form', async () => {
    const fields = {
      grant_type: 'authorization_code',
      client_id: 'client.apps',
      code: '4/0A b+c/d',
      code_verifier: 'verifier-1234',
      short: '12345678',
    };
    const { body } = await answered(
      400,
      'authorization_code client.apps 12345678 4/0A b+c/d 4%2F0A+b%2Bc%2Fd verifier-1234',
      (origin) => ({
        body: {
          kind: 'text',
          contentType: `${formType};charset=UTF-8`,
          value: new BoundSecret(new URLSearchParams(fields).toString(), [origin]),
        },
      }),
    );
    assert.equal(body, 'authorization_code client.apps 12345678 [secret] [secret] [secret]');
  });

  it('a ready-made body that is no form, as a whole', async () => {
    const { body } = await answered(400, 'bad assertion: eyJhbGciOi.J9', (origin) => ({
      body: { kind: 'text', contentType: 'text/plain', value: new BoundSecret('eyJhbGciOi.J9', [origin]) },
    }));
    assert.equal(body, 'bad assertion: [secret]');
  });

  it('headers, and bodies that came packed', async () => {
    const { body, headers } = await answered(401, gzipSync(`no: ${token}`), bearer(token), {
      'content-encoding': 'gzip',
      'retry-after': '7',
      'www-authenticate': `Bearer realm="x", error_description="${token}"`,
    });
    assert.equal(body, 'no: [secret]');
    assert.equal(headers['www-authenticate'], 'Bearer realm="x", error_description="[secret]"');
    assert.equal(headers['retry-after'], '7');
  });

  it('leaves successful answers alone', async () => {
    for (const status of [200, 202]) {
      assert.equal(
        (await answered(status, `{"access_token":"${'t'.repeat(9)}"}`, bearer('ttttttttt'))).body.length,
        28,
      );
    }
  });

  it('leaves secrets of fewer than 6 characters, and everything else', async () => {
    assert.equal((await answered(403, 'admin is no admin', bearer('admin'))).body, 'admin is no admin');
    assert.equal((await answered(403, 'error: expired', bearer('tok-123'))).body, 'error: expired');
    assert.equal((await answered(403, 'tok-123', bearer('tok-123'))).body, '[secret]');
  });

  describe('finds every spelling wherever it stands, whatever the secret is made of', () => {
    const json = (value: string) => JSON.stringify(value).slice(1, -1);
    const entities = (value: string) => value.replace(/[^\da-z]/giu, (one) => `&#${one.codePointAt(0)};`);
    const ways: Readonly<Record<string, (value: string) => string>> = {
      verbatim: (value) => value,
      'in percent': encodeURIComponent,
      'in JSON': json,
      'in JSON within JSON': (value) => json(json(value)),
      'as entities': entities,
      'in hexadecimal': (value) => Buffer.from(value).toString('hex'),
      'in upper-case hexadecimal': (value) => Buffer.from(value).toString('hex').toUpperCase(),
      ...Object.fromEntries(
        ['', ':', 'a:', 'ab:'].flatMap((before) =>
          (['base64', 'base64url'] as const).map((encoding) => [
            `in ${encoding} behind "${before}"`,
            (value: string) => Buffer.from(`${before}${value}`).toString(encoding),
          ]),
        ),
      ),
    };
    const values = [
      '------',
      '~?>~?>~?>',
      '/+/+/+/+/',
      'a-b-c-d-e-f',
      '\u00e4\u00f6\u00fc\u00df\u00e9\u{1f600}',
      'abcdef',
      token,
    ];
    for (const [how, spell] of Object.entries(ways)) {
      it(how, () => {
        for (const value of values) {
          const told = `{"error":"invalid_grant","got":"${spell(value)}","more":"${'of it '.repeat(30)}"}`;
          for (const secrets of [[value], ['another-one', value], [value, 'and-another-secret']]) {
            const left = withoutEchoes(told, secrets);
            assert.ok(left.includes('[secret]'), `${value}: ${left}`);
            assert.equal(left.includes(spell(value)), false, left);
          }
        }
      });
    }
  });

  it('leaves a text without an echo, at little cost', () => {
    const said = '{"error":"invalid_grant","error_description":"Token has been expired or revoked. It was not sent."}';
    const begun = process.cpuUsage();
    for (let at = 0; at < 2000; at++) assert.equal(withoutEchoes(said, [`1//${at}-${'r'.repeat(60)}`]), said);
    const { user, system } = process.cpuUsage(begun);
    assert.ok((user + system) / 2000 < 200, `${(user + system) / 2000} µs each`);
  });

  it('takes the longer of two secrets that begin alike, and does not take out its own mark', () => {
    assert.equal(withoutEchoes('tok-123-long tok-123', ['tok-123', 'tok-123-long']), '[secret] [secret]');
    assert.equal(withoutEchoes('secret tok-123', ['secret', 'tok-123']), '[secret] [secret]');
  });

  it('withholds the whole text when the secrets are too long for a pattern', () => {
    const huge = 'abc'.repeat(100_000);
    assert.equal(withoutEchoes(`x${huge}`, [huge]), '[secret]');
  });

  it('is not slowed down by long rows of escapes', () => {
    const text = '\\'.repeat(300_000) + '%25'.repeat(100_000) + '&amp;'.repeat(60_000);
    const begun = performance.now();
    assert.equal(withoutEchoes(text, ['//////x', '%%%%%%x', '&&&&&&x']), text);
    assert.ok(performance.now() - begun < 3000);
  });
});
