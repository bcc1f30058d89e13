import assert from 'node:assert/strict';
import { format, formatWithOptions, inspect } from 'node:util';
import { BoundSecret, scrub } from '../../../src/core/redact';

const value = 'planted-secret-5d0b';
const origin = 'https://consent.example';

describe('BoundSecret', () => {
  const secret = new BoundSecret(value, [origin]);
  const everything = { showHidden: true, depth: null, getters: true } as const;

  const prints: Readonly<Record<string, () => unknown>> = {
    'in a template': () => `${secret}`,
    'joined to a text': () => `secret: ${String(secret)}`,
    'in an array as text': () => [secret, secret].join(),
    'as JSON': () => JSON.stringify(secret),
    'as JSON inside an object': () => JSON.stringify({ a: [{ secret }] }, null, 2),
    inspected: () => inspect(secret),
    'inspected with all hidden properties': () => inspect(secret, everything),
    'inspected without its own rendering': () => inspect(secret, { ...everything, customInspect: false }),
    'inspected deep inside': () => inspect({ a: { b: new Map([['c', [secret]]]) } }, everything),
    'as the console formats it': () => format('%s %o %O %j', secret, secret, secret, secret),
    'as the console formats it with options': () => formatWithOptions({ showHidden: true }, { secret }),
    'in an error': () => inspect(new Error('failed', { cause: { secret } }), everything),
    'as its own entries': () => JSON.stringify(Object.entries(secret)),
    'by reflection': () =>
      Reflect.ownKeys(secret)
        .map((key) => inspect(Reflect.get(secret, key), everything))
        .join(),
    'spread into an object': () => inspect({ ...secret }, everything),
    'assigned to an object': () => inspect(Object.assign({}, secret), everything),
    cloned: () => inspect(structuredClone(secret), everything),
    'as a number and as a primitive': () => `${Number(secret)} ${secret as unknown as string}`,
  };
  for (const [name, print] of Object.entries(prints)) {
    it(`does not print ${name}`, () => assert.ok(!String(print()).includes(value)));
  }

  it('says in each of its own renderings that there is one', () => {
    for (const text of [`${secret}`, inspect(secret), JSON.parse(JSON.stringify(secret))]) {
      assert.equal(text, '[secret]');
    }
  });

  it('comes out for a URL of its origin, whatever the path', () => {
    for (const url of [origin, `${origin}/a?b#c`, `${origin}:443`, 'https://user@consent.example/', `${origin}/../x`]) {
      assert.deepEqual(secret.revealFor(new URL(url)), { kind: 'revealed', value });
    }
  });

  for (const url of [
    'http://consent.example',
    'https://consent.example:8443',
    'https://consent.example.evil.example',
    'https://consent.example@evil.example',
    'https://evil.example/https://consent.example',
    'https://consent.example.',
    'https://xn--consent-.example',
    'file:///consent.example',
    'data:,x',
  ]) {
    it(`stays in for ${url}, and says where it belongs`, () => {
      const asked = new URL(url);
      assert.deepEqual(secret.revealFor(asked), { kind: 'foreign-origin', boundTo: [origin], asked: asked.origin });
    });
  }

  it('bound to nothing comes out nowhere, not even for opaque origins', () => {
    assert.equal(new BoundSecret(value, []).revealFor(new URL('data:,x')).kind, 'foreign-origin');
  });

  it('keeps its binding when the list it was given is changed later', () => {
    const origins = [origin];
    const bound = new BoundSecret(value, origins);
    origins.push('https://evil.example');
    assert.equal(bound.revealFor(new URL('https://evil.example')).kind, 'foreign-origin');
  });
});

describe('scrub', () => {
  const shapes: readonly (readonly [name: string, line: string, secret: string])[] = [
    ['a Google access token', 'got ya29.a0AfB_by-C~x/y+z== back', 'a0AfB_by'],
    ['a Google refresh token', 'sent 1//0gAbC-dEf_123 to', '0gAbC'],
    ['a Google client secret', 'GOCSPX-abc_DEF-123', 'abc_DEF'],
    ['a Google API key', 'key AIzaSyA1234567890abcdefghijklmn', 'SyA1234567890'],
    ['a JSON Web Token', 'eyJhbGciOi.eyJzdWIiOi.c2ln-_x', 'eyJzdWIiOi'],
    ['an unsigned JSON Web Token', 'eyJhbGciOi.eyJzdWIiOi.', 'eyJzdWIiOi'],
    ['a bearer header', 'authorization: Bearer abc.def-ghi', 'abc.def-ghi'],
    ['a bearer header in lower case', 'authorization: bearer abc.def-ghi', 'abc.def-ghi'],
    ['a basic header', 'Basic dXNlcjpwYXNz==', 'dXNlcjpwYXNz'],
    ['a form field', 'grant_type=x&refresh_token=opaque-value&client_id=1', 'opaque-value'],
    ['a JSON field', '{"client_secret": "opaque-value"}', 'opaque-value'],
    ['a field in single quotes', "access_token: 'opaque-value'", 'opaque-value'],
    ['a field in other letters', 'ACCESS_TOKEN=opaque-value', 'opaque-value'],
    ['a password', 'password=opaque-value', 'opaque-value'],
    ['a device code', 'device_code=opaque-value', 'opaque-value'],
    ['a PKCE verifier', 'code_verifier=opaque-value', 'opaque-value'],
    ['an API key by name', 'apikey=opaque-value api_key=opaque-value', 'opaque-value'],
    ['an ID token by name', 'id_token=opaque-value', 'opaque-value'],
  ];
  for (const [name, line, secret] of shapes) {
    it(`hides ${name}`, () => {
      const clean = scrub(line);
      assert.ok(!clean.includes(secret), clean);
      assert.ok(clean.includes('[secret]'), clean);
      assert.equal(scrub(clean).includes(secret), false);
    });
  }

  it('hides each of several, and keeps what is between', () => {
    assert.equal(
      scrub('POST refresh_token=aaa&x=1 Bearer bbb.ccc GOCSPX-ddd end'),
      'POST refresh_token=[secret]&x=1 Bearer [secret] [secret] end',
    );
  });

  it('keeps the same state between calls', () => {
    for (let times = 0; times < 3; times++) assert.equal(scrub('Bearer abc'), 'Bearer [secret]');
  });

  for (const harmless of [
    'POST dataportability.googleapis.com /v1/authorization:reset 200 412 ms',
    'Reset of shop/alice.test@example.com: verified (google.gone.invalidGrant)',
    'the refresh token is kept',
    'https://console.developers.google.com/apis/api?project=123456789012',
    'client_id=123456789012-abc.apps.googleusercontent.com',
    '2030-01-02T12:00:00.000Z',
    '',
  ]) {
    it(`keeps "${harmless}"`, () => assert.equal(scrub(harmless), harmless));
  }
});
