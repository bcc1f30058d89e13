import assert from 'node:assert/strict';
import type { HttpRequest } from '../../../src/core/ports';
import { BoundSecret } from '../../../src/core/redact';
import { prepare } from '../../../src/http/outgoing';

const origin = 'https://api.example';
const request = (changes: Partial<HttpRequest>): HttpRequest => ({
  method: 'POST',
  url: new URL('/x', origin),
  pathTemplate: '/x',
  effect: 'read',
  ...changes,
});
const sealed = (value: string, boundTo = origin): BoundSecret => new BoundSecret(value, [boundTo]);

describe('secrets in headers and in JSON fields', () => {
  it('come out for their own origin, and are known as secrets of the request', () => {
    const made = prepare(
      request({
        secretHeaders: { 'x-goog-api-key': sealed('planted-key') },
        body: { kind: 'json-fields', fields: { token: sealed('planted "token"'), list: ['a'], n: 1, yes: true } },
      }),
      undefined,
    );
    assert.ok(made.kind === 'prepared');
    const { headers, body } = made.outgoing;
    assert.equal(headers[headers.indexOf('x-goog-api-key') + 1], 'planted-key');
    assert.equal(headers[headers.indexOf('content-type') + 1], 'application/json');
    assert.deepEqual(JSON.parse(body ?? ''), { token: 'planted "token"', list: ['a'], n: 1, yes: true });
    assert.deepEqual(made.secrets, ['planted-key', 'planted "token"']);
  });

  const refused: readonly (readonly [string, Partial<HttpRequest>, string])[] = [
    [
      'header of another origin',
      { secretHeaders: { 'x-key': sealed('k', 'https://other.example') } },
      'foreign-origin',
    ],
    [
      'field of another origin',
      { body: { kind: 'json-fields', fields: { a: sealed('k', 'https://other.example') } } },
      'foreign-origin',
    ],
    ['line break', { secretHeaders: { 'x-key': sealed('a\r\nb: c') } }, 'invalid-request'],
    ['empty header', { secretHeaders: { 'x-key': sealed('') } }, 'invalid-request'],
    ['a header of the transport', { secretHeaders: { authorization: sealed('x') } }, 'invalid-request'],
  ];
  for (const [name, changes, cause] of refused) {
    it(`${name}: ${cause}`, () => {
      const made = prepare(request(changes), undefined);
      assert.ok(made.kind === 'not-sent');
      assert.equal(made.cause, cause);
    });
  }
});
