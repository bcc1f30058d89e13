import assert from 'node:assert/strict';
import type { HttpRequest, HttpResult } from '../../../src/core/ports';
import { asFetch, findTransportFailure, TransportFailure } from '../../../src/http/fetchAdapter';

const origin = 'https://token.example';

function recording(result: HttpResult) {
  const requests: HttpRequest[] = [];
  const fetch = asFetch(
    {
      send: (request) => {
        requests.push(request);
        return Promise.resolve(result);
      },
    },
    { effect: 'read', allowedOrigins: [origin], pathTemplate: '/token' },
  );
  return { fetch, requests };
}

const fine: HttpResult = {
  kind: 'response',
  status: 200,
  headers: { 'content-type': 'application/json', 'content-encoding': 'gzip', 'content-length': '3' },
  body: '{"a":1}',
};

function bodyOf(request: HttpRequest | undefined): unknown {
  assert.ok(request?.body?.kind === 'text');
  const { contentType, value } = request.body;
  return { contentType, value: value.revealFor(new URL(origin)) };
}

describe('asFetch', () => {
  it('answers with a real Response', async () => {
    const response = await recording(fine).fetch(`${origin}/token`);
    assert.ok(response instanceof Response);
    assert.equal(response.status, 200);
    assert.equal(response.headers.get('content-type'), 'application/json');
    assert.equal(response.headers.has('content-encoding'), false);
    assert.deepEqual(await response.json(), { a: 1 });
  });

  it('answers 204 without a body', async () => {
    const response = await recording({ kind: 'response', status: 204, headers: {}, body: '' }).fetch(new URL(origin));
    assert.equal(response.status, 204);
  });

  const form = new URLSearchParams({ grant_type: 'refresh_token', refresh_token: '1//abc' });
  const bodies: [string, string | URLSearchParams | Uint8Array][] = [
    ['a form', form],
    ['a string', form.toString()],
    ['bytes', new TextEncoder().encode(form.toString())],
  ];
  for (const [name, body] of bodies) {
    it(`takes ${name} and seals it`, async () => {
      const { fetch, requests } = recording(fine);
      const headers = new Headers({ 'content-type': 'application/x-www-form-urlencoded', 'X-Extra': 'yes' });
      await fetch(new URL(`${origin}/token`), { method: 'POST', headers, body });
      assert.equal(requests[0]?.method, 'POST');
      assert.deepEqual(requests[0]?.headers, { 'x-extra': 'yes' });
      assert.deepEqual(bodyOf(requests[0]), {
        contentType: 'application/x-www-form-urlencoded',
        value: { kind: 'revealed', value: form.toString() },
      });
      assert.equal(JSON.stringify(requests[0]).includes('abc'), false);
    });
  }

  it('sends a POST without a body as an empty one, and others without any', async () => {
    const { fetch, requests } = recording(fine);
    for (const method of ['POST', 'GET', 'DELETE']) await fetch(origin, { method });
    await fetch(origin, { method: 'POST', body: null });
    assert.deepEqual(
      requests.map(({ method, body }) => [method, body]),
      [
        ['POST', { kind: 'empty' }],
        ['GET', undefined],
        ['DELETE', undefined],
        ['POST', { kind: 'empty' }],
      ],
    );
  });

  it('takes a body of no type for a form', async () => {
    const { fetch, requests } = recording(fine);
    await fetch(origin, { method: 'POST', body: form.toString() });
    assert.deepEqual(bodyOf(requests[0]), {
      contentType: 'application/x-www-form-urlencoded;charset=UTF-8',
      value: { kind: 'revealed', value: form.toString() },
    });
  });

  it('sends no bytes that are no text', async () => {
    const { fetch, requests } = recording(fine);
    await assert.rejects(fetch(origin, { method: 'POST', body: new Uint8Array([0x61, 0xff]) }));
    assert.equal(requests.length, 0);
  });

  it('takes a Request', async () => {
    const { fetch, requests } = recording(fine);
    await fetch(new Request(`${origin}/token`, { method: 'POST', body: form }));
    assert.deepEqual(bodyOf(requests[0]), {
      contentType: 'application/x-www-form-urlencoded;charset=UTF-8',
      value: { kind: 'revealed', value: form.toString() },
    });
  });

  it('seals a bearer for the allowed origins', async () => {
    const { fetch, requests } = recording(fine);
    await fetch(origin, { headers: { authorization: 'Bearer ya29.x' } });
    assert.deepEqual(requests[0]?.bearer?.revealFor(new URL(origin)), { kind: 'revealed', value: 'ya29.x' });
    assert.deepEqual(requests[0]?.headers, {});
  });

  for (const url of [
    'https://token.example.evil',
    'http://token.example',
    'https://token.example:8443',
    'https://other.example',
  ]) {
    it(`sends nothing to ${url}`, async () => {
      const { fetch, requests } = recording(fine);
      await assert.rejects(fetch(url, { method: 'POST', body: form }), (error: unknown) => {
        const failure = findTransportFailure(error);
        assert.equal(failure?.result.kind === 'not-sent' && failure.result.cause, 'foreign-origin');
        return true;
      });
      assert.equal(requests.length, 0);
    });
  }

  for (const [name, init] of [
    ['another method', { method: 'PUT' }],
    ['a basic authorization', { headers: { authorization: 'Basic abc' } }],
    ['an authorization that only ends in a bearer', { headers: { authorization: 'Basic Bearer abc' } }],
    ['a bearer of two words', { headers: { authorization: 'Bearer abc def' } }],
    ['a stream', { method: 'POST', body: new Blob(['x']) }],
  ] as const) {
    it(`refuses ${name}`, async () => {
      const { fetch, requests } = recording(fine);
      await assert.rejects(fetch(origin, init), (error: unknown) => {
        const failure = findTransportFailure(error);
        assert.equal(failure?.result.kind === 'not-sent' && failure.result.cause, 'invalid-request');
        return true;
      });
      assert.equal(requests.length, 0);
    });
  }

  const endings: [Exclude<HttpResult, { kind: 'response' }>, string][] = [
    [
      { kind: 'not-sent', cause: 'dns', detail: 'token.example:443: ENOTFOUND' },
      'Not sent (dns): token.example:443: ENOTFOUND',
    ],
    [
      { kind: 'broken', cause: 'timeout', detail: 'token.example:443' },
      'No trustworthy answer (timeout): token.example:443',
    ],
    [
      { kind: 'redirect', status: 302, location: 'https://x.example' },
      'Redirected with status 302 to https://x.example',
    ],
    [{ kind: 'redirect', status: 302, location: undefined }, 'Redirected with status 302'],
    [{ kind: 'aborted', sent: true }, 'Aborted after sending'],
    [{ kind: 'aborted', sent: false }, 'Aborted before sending'],
  ];
  for (const [result, message] of endings) {
    it(`throws "${message}"`, async () => {
      await assert.rejects(recording(result).fetch(origin), (error: unknown) => {
        assert.ok(error instanceof TransportFailure);
        assert.equal(error.message, message);
        assert.deepEqual(error.result, result);
        return true;
      });
    });
  }

  for (const status of [101, 199, 600, 999]) {
    it(`treats ${status}, a status that no Response can have, as malformed`, async () => {
      await assert.rejects(recording({ kind: 'response', status, headers: {}, body: '' }).fetch(origin), (error) => {
        const detail = `status ${status}`;
        assert.deepEqual(findTransportFailure(error)?.result, { kind: 'broken', cause: 'malformed', detail });
        return true;
      });
    });
  }

  it('answers with what the body is by now, not as it came', async () => {
    const headers = { 'content-encoding': 'br', 'content-length': '9', 'transfer-encoding': 'chunked', etag: 'x' };
    for (const status of [200, 205, 599]) {
      const body = status === 205 ? '' : 'text';
      const response = await recording({ kind: 'response', status, headers, body }).fetch(origin);
      assert.deepEqual([response.status, await response.text()], [status, body]);
      assert.deepEqual(
        [...response.headers.keys()].filter((name) => name !== 'content-type'),
        ['etag'],
      );
    }
  });

  it('says where it may go when it was asked to go elsewhere', async () => {
    const fetch = asFetch(
      { send: () => assert.fail('sent') },
      { effect: 'read', allowedOrigins: [origin, 'https://more.example'], pathTemplate: '/token' },
    );
    await assert.rejects(fetch('https://other.example/x?secret'), {
      message:
        'Not sent (foreign-origin): https://other.example: not one of https://token.example, https://more.example',
    });
  });

  it('finds nothing in other errors, even in circles', () => {
    const circle = new Error('circle');
    circle.cause = circle;
    for (const error of [circle, new Error('x'), 'text', undefined])
      assert.equal(findTransportFailure(error), undefined);
  });
});
