import assert from 'node:assert/strict';
import type { HttpRequest } from '../../../src/core/ports';
import { BoundSecret } from '../../../src/core/redact';
import { prepare } from '../../../src/http/outgoing';

const origin = 'https://api.example';
const formType = 'application/x-www-form-urlencoded';
const sealed = (value: string, ...boundTo: readonly string[]): BoundSecret =>
  new BoundSecret(value, boundTo.length > 0 ? boundTo : [origin]);

function made(changes: Partial<HttpRequest>, userAgent?: string) {
  const request: HttpRequest = {
    method: 'POST',
    url: new URL('/v1/x?a=b#c', origin),
    pathTemplate: '/v1/x',
    effect: 'irreversible',
    ...changes,
  };
  return prepare(request, userAgent);
}

function outgoing(changes: Partial<HttpRequest>, userAgent?: string) {
  const prepared = made(changes, userAgent);
  assert.ok(prepared.kind === 'prepared', JSON.stringify(prepared));
  const { headers, ...rest } = prepared.outgoing;
  const names = headers.filter((_, at) => at % 2 === 0);
  assert.equal(new Set(names).size, names.length, 'a header twice');
  return {
    ...rest,
    secrets: prepared.secrets,
    headers: Object.fromEntries(names.map((name, at) => [name, headers[2 * at + 1]])),
  };
}

describe('what goes over the wire', () => {
  it('is method, path and query, and little else', () => {
    assert.deepEqual(outgoing({}), {
      method: 'POST',
      path: '/v1/x?a=b',
      body: undefined,
      headers: { 'accept-encoding': 'identity' },
      secrets: [],
    });
  });

  it('names the program where its name can be sent', () => {
    assert.equal(outgoing({}, 'reconsent/1.2.3').headers['user-agent'], 'reconsent/1.2.3');
    for (const name of [undefined, 'a\r\nb: c', 'ü']) assert.equal('user-agent' in outgoing({}, name).headers, false);
  });

  it('carries headers, plain and sealed, and the bearer', () => {
    const { headers, secrets } = outgoing({
      headers: { 'x-plain': 'a\tb ~', 'x-empty': '' },
      bearer: sealed('tok-1'),
      secretHeaders: { 'x-key': sealed('key-1') },
    });
    assert.deepEqual(headers, {
      'x-plain': 'a\tb ~',
      'x-empty': '',
      'accept-encoding': 'identity',
      authorization: 'Bearer tok-1',
      'x-key': 'key-1',
    });
    assert.deepEqual(secrets, ['tok-1', 'key-1']);
  });

  const own = [
    'authorization',
    'accept-encoding',
    'connection',
    'content-length',
    'content-type',
    'expect',
    'host',
    'keep-alive',
    'proxy-authorization',
    'proxy-connection',
    'te',
    'trailer',
    'transfer-encoding',
    'upgrade',
    'user-agent',
  ];
  for (const name of [...own, 'x a', 'X-Upper', 'x:', 'x\r\ny', '']) {
    it(`has no header ${JSON.stringify(name)} of the caller's`, () => {
      const refusal = { kind: 'not-sent', cause: 'invalid-request', detail: 'a header name that cannot be sent' };
      assert.deepEqual(made({ headers: { [name]: 'x' } }), refusal);
      assert.deepEqual(made({ secretHeaders: { [name]: sealed('x') } }), refusal);
    });
  }

  for (const value of ['a\r\nb', 'a\nb', '\0', 'ü', '\x7f']) {
    it(`has no value ${JSON.stringify(value)}`, () => {
      const refused = (detail: string) => ({ kind: 'not-sent', cause: 'invalid-request', detail });
      const header = refused('header x-a: characters that cannot be sent');
      assert.deepEqual(made({ headers: { 'x-a': value } }), header);
      assert.deepEqual(made({ secretHeaders: { 'x-a': sealed(value) } }), header);
      assert.deepEqual(made({ bearer: sealed(value) }), refused('credential: characters that cannot be sent'));
      const body = { kind: 'text', contentType: value, value: sealed('text') } as const;
      assert.deepEqual(made({ body }), refused('content type that cannot be sent'));
    });
  }

  it('has no credential that is empty', () => {
    assert.equal(made({ bearer: sealed('') }).kind, 'not-sent');
    assert.equal(made({ secretHeaders: { 'x-a': sealed('') } }).kind, 'not-sent');
  });

  const addresses: readonly (readonly [string, string | undefined])[] = [
    ['https://api.example/', undefined],
    ['http://127.0.0.1:9400/', undefined],
    ['http://[::1]:9400/', undefined],
    ['http://localhost/', undefined],
    ['http://api.example/', 'http to api.example: only https is used'],
    ['http://192.168.0.1/', 'http to 192.168.0.1: only https is used'],
    ['ftp://127.0.0.1/', 'ftp to 127.0.0.1: only https is used'],
    ['https://user@api.example/', 'api.example: a user name in the address'],
    ['https://:pass@api.example/', 'api.example: a user name in the address'],
  ];
  for (const [address, detail] of addresses) {
    it(`${detail === undefined ? 'goes' : 'does not go'} to ${address}`, () => {
      const prepared = made({ url: new URL(address) });
      if (detail === undefined) assert.equal(prepared.kind, 'prepared');
      else assert.deepEqual(prepared, { kind: 'not-sent', cause: 'invalid-request', detail });
    });
  }

  describe('a credential of another origin', () => {
    const theirs = sealed('very-secret', 'https://old.example', 'https://older.example');
    const places: Readonly<Record<string, Partial<HttpRequest>>> = {
      'as the bearer': { bearer: theirs },
      'in a header': { secretHeaders: { 'x-a': theirs } },
      'in a form': { body: { kind: 'form', fields: { a: 'b', token: theirs } } },
      'in JSON': { body: { kind: 'json-fields', fields: { a: 'b', token: theirs } } },
      'as the body': { body: { kind: 'text', contentType: 'text/plain', value: theirs } },
    };
    for (const [where, changes] of Object.entries(places)) {
      it(`does not leave ${where}, and the refusal does not repeat it`, () => {
        const detail = 'https://api.example: the credential belongs to https://old.example, https://older.example';
        assert.deepEqual(made(changes), { kind: 'not-sent', cause: 'foreign-origin', detail });
      });
    }

    it('may belong to none', () => {
      assert.deepEqual(made({ bearer: new BoundSecret('very-secret', []) }), {
        kind: 'not-sent',
        cause: 'foreign-origin',
        detail: 'https://api.example: the credential belongs to no address',
      });
    });
  });

  describe('a body', () => {
    it('may be empty', () => {
      const { body, headers } = outgoing({ body: { kind: 'empty' } });
      assert.deepEqual([body, 'content-type' in headers], [undefined, false]);
    });

    it('may be JSON, if there is such a form of it', () => {
      const { body, headers, secrets } = outgoing({ body: { kind: 'json', value: { a: [1, 'ü'] } } });
      assert.deepEqual([body, headers['content-type'], secrets], ['{"a":[1,"ü"]}', 'application/json', []]);
      const circle: Record<string, unknown> = {};
      circle['circle'] = circle;
      for (const value of [undefined, () => 1, 1n, circle]) {
        assert.deepEqual(made({ body: { kind: 'json', value } }), {
          kind: 'not-sent',
          cause: 'invalid-request',
          detail: 'a body that has no JSON form',
        });
      }
    });

    it('may be JSON with secrets in it', () => {
      const fields = { token: sealed('tok-1'), name: 'a', list: ['b'], n: 1, yes: true, other: sealed('tok-2') };
      const { body, headers, secrets } = outgoing({ body: { kind: 'json-fields', fields } });
      assert.deepEqual(JSON.parse(body ?? ''), {
        token: 'tok-1',
        name: 'a',
        list: ['b'],
        n: 1,
        yes: true,
        other: 'tok-2',
      });
      assert.deepEqual([headers['content-type'], secrets], ['application/json', ['tok-1', 'tok-2']]);
    });

    it('may be a form, of whose fields the sealed ones are secret', () => {
      const fields = { client_id: 'client.apps', token: sealed('r&=+'), other: sealed('s') };
      const { body, headers, secrets } = outgoing({ body: { kind: 'form', fields } });
      assert.equal(body, 'client_id=client.apps&token=r%26%3D%2B&other=s');
      assert.deepEqual([headers['content-type'], secrets], [formType, ['r&=+', 's']]);
    });

    it('may be a text of any type, which is secret as a whole', () => {
      const { body, headers, secrets } = outgoing({
        body: { kind: 'text', contentType: `text/plain; of=${formType}`, value: sealed('a=b&code=4/0-long-one') },
      });
      assert.equal(body, 'a=b&code=4/0-long-one');
      assert.deepEqual([headers['content-type'], secrets], [`text/plain; of=${formType}`, ['a=b&code=4/0-long-one']]);
    });

    it('may be a ready-made form, of whose fields the long ones are secret that are not known to be public', () => {
      const fields = {
        grant_type: 'authorization_code',
        client_id: 'client.apps.example',
        redirect_uri: 'http://127.0.0.1:1/callback',
        scope: 'openid email',
        code: '4/0A b+c/d',
        nine: '123456789',
        eight: '12345678',
      };
      const value = sealed(new URLSearchParams(fields).toString());
      for (const contentType of [formType, `${formType};charset=UTF-8`, formType.toUpperCase()]) {
        const { secrets, headers } = outgoing({ body: { kind: 'text', contentType, value } });
        assert.deepEqual(secrets, ['4/0A b+c/d', '123456789']);
        assert.equal(headers['content-type'], contentType);
      }
    });

    it('has its secrets beside those of the headers', () => {
      const body = { kind: 'form', fields: { token: sealed('tok-2') } } as const;
      assert.deepEqual(outgoing({ bearer: sealed('tok-1'), body }).secrets, ['tok-1', 'tok-2']);
    });
  });
});
