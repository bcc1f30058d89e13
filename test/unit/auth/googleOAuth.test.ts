import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { type RefreshResult, refreshAccessToken } from '../../../src/auth/googleOAuth';
import type { BrokenCause, HttpResult, NotSentCause } from '../../../src/core/ports';
import { BoundSecret } from '../../../src/core/redact';
import { FakeClock } from '../../fakes/clock';
import { noon } from '../../fakes/resetStage';
import { type Answer, response, ScriptedTransport } from '../../fakes/scriptedTransport';

const tokenUrl = new URL('https://oauth2.googleapis.com/token');
const api = 'https://dataportability.googleapis.com';
const planted = {
  refreshToken: '1//planted-refresh-a81c',
  clientSecret: 'planted-client-secret-77d2',
  accessToken: 'ya29.planted-access-3b19',
} as const;

const clock = new FakeClock({ now: () => noon, advance: () => undefined });

interface Refreshed {
  readonly result: RefreshResult;
  readonly transport: ScriptedTransport;
}

async function refresh(
  answer: Answer,
  { signal = new AbortController().signal, boundTo = [api, tokenUrl.origin] } = {},
): Promise<Refreshed> {
  const transport = new ScriptedTransport(answer);
  const request = {
    tokenUrl,
    clientId: 'client-1.apps.googleusercontent.com',
    clientSecret: new BoundSecret(planted.clientSecret, boundTo),
    refreshToken: new BoundSecret(planted.refreshToken, boundTo),
    boundTo: [api],
  };
  const result = await refreshAccessToken(request, transport, clock, signal);
  const printed = inspect(result, { depth: null, showHidden: true, getters: true }) + JSON.stringify(result);
  for (const [name, secret] of Object.entries(planted)) {
    for (const form of [secret, encodeURIComponent(secret), Buffer.from(secret).toString('base64')]) {
      assert.ok(!printed.includes(form), `the result shows the ${name}: ${printed}`);
    }
  }
  return { result, transport };
}

describe('refreshAccessToken', () => {
  it('sends one form with the fields of RFC 6749 §6, and the secrets nowhere but in the body', async () => {
    const { transport } = await refresh(response(200, { access_token: planted.accessToken, expires_in: 3599 }));
    const [request, ...more] = transport.requests;
    assert.ok(request);
    assert.equal(more.length, 0);
    assert.deepEqual(
      { method: request.method, url: request.url, effect: request.effect, template: request.pathTemplate },
      { method: 'POST', url: tokenUrl.href, effect: 'read', template: '/token' },
    );
    assert.match(request.contentType ?? '', /^application\/x-www-form-urlencoded/);
    assert.equal(request.bearer, undefined);
    assert.deepEqual(Object.fromEntries(new URLSearchParams(request.body)), {
      grant_type: 'refresh_token',
      refresh_token: planted.refreshToken,
      client_id: 'client-1.apps.googleusercontent.com',
      client_secret: planted.clientSecret,
    });
  });

  it('gives the new token sealed, bound to the given origins alone, and both ends', async () => {
    const { result } = await refresh(
      response(200, {
        access_token: planted.accessToken,
        expires_in: 3599,
        refresh_token_expires_in: 604_800,
        scope: 'https://www.googleapis.com/auth/dataportability.maps.reviews',
        token_type: 'Bearer',
      }),
    );
    assert.ok(result.kind === 'refreshed');
    assert.deepEqual(result.accessToken.revealFor(new URL(api)), { kind: 'revealed', value: planted.accessToken });
    assert.equal(result.accessToken.revealFor(tokenUrl).kind, 'foreign-origin');
    assert.equal(result.refreshTokenExpiresAt, noon + 604_800_000);
    const end = result.accessTokenExpiresAt ?? 0;
    assert.ok(end <= noon + 3_599_000 && end > noon + 3_590_000, 'by the given clock');
  });

  it('does not invent the ends that the answer does not tell', async () => {
    const { result } = await refresh(response(200, { access_token: planted.accessToken }));
    assert.ok(result.kind === 'refreshed');
    assert.deepEqual([result.accessTokenExpiresAt, result.refreshTokenExpiresAt], [undefined, undefined]);
  });

  const error = (code: string) => ({ error: code, error_description: 'Token has been expired or revoked.' });
  const rows: readonly (readonly [name: string, answer: HttpResult, result: RefreshResult])[] = [
    ['400 invalid_grant', response(400, error('invalid_grant')), { kind: 'invalid-grant' }],
    [
      '503 invalid_grant',
      response(503, error('invalid_grant')),
      { kind: 'refused', status: 503, error: 'invalid_grant' },
    ],
    [
      'invalid_grant that asks for a new sign-in',
      response(400, JSON.stringify({ error: 'invalid_grant', error_subtype: 'invalid_rapt' })),
      { kind: 'refused', status: 400, error: 'invalid_grant (invalid_rapt)' },
    ],
    ['401 invalid_client', response(401, error('invalid_client')), { kind: 'invalid-client' }],
    ['401 unauthorized_client', response(401, error('unauthorized_client')), { kind: 'invalid-client' }],
    [
      '400 invalid_request',
      response(400, error('invalid_request')),
      { kind: 'refused', status: 400, error: 'invalid_request' },
    ],
    [
      '400 admin_policy_enforced',
      response(400, error('admin_policy_enforced')),
      { kind: 'refused', status: 400, error: 'admin_policy_enforced' },
    ],
    [
      '400 with an error that is no code',
      response(400, { error: 7 }),
      { kind: 'refused', status: 400, error: 'HTTP 400' },
    ],
    ['400 without a body', response(400), { kind: 'refused', status: 400, error: 'HTTP 400' }],
    ['403 with a page', response(403, '<html>no</html>'), { kind: 'refused', status: 403, error: 'HTTP 403' }],
    [
      '429',
      response(429, error('rate_limit_exceeded'), { 'retry-after': '1' }),
      { kind: 'refused', status: 429, error: 'rate_limit_exceeded' },
    ],
    ['500', response(500, error('internal_failure')), { kind: 'refused', status: 500, error: 'internal_failure' }],
    ['502 with a page', response(502, '<html></html>'), { kind: 'refused', status: 502, error: 'HTTP 502' }],
    ['503', response(503, '', { 'retry-after': '0' }), { kind: 'refused', status: 503, error: 'HTTP 503' }],
    [
      '200 with a page',
      response(200, '<html>sign in to the network</html>'),
      { kind: 'refused', status: 200, error: 'no access token in the answer' },
    ],
    ['200 {}', response(200, {}), { kind: 'refused', status: 200, error: 'no access token in the answer' }],
    [
      '200 with an empty token',
      response(200, { access_token: '' }),
      { kind: 'refused', status: 200, error: 'no access token in the answer' },
    ],
    [
      '200 with a token of a wrong type',
      response(200, { access_token: [planted.accessToken] }),
      { kind: 'refused', status: 200, error: 'no access token in the answer' },
    ],
  ];
  for (const [name, answer, expected] of rows) {
    it(`${name}: ${expected.kind}, after one request`, async () => {
      const { result, transport } = await refresh(answer);
      assert.deepEqual(result, expected);
      assert.equal(transport.requests.length, 1);
    });
  }

  it('understands an answer whose type is not JSON', async () => {
    const { result } = await refresh(response(400, error('invalid_grant'), { 'content-type': 'text/plain' }));
    assert.deepEqual(result, { kind: 'invalid-grant' });
  });

  const endings: readonly Exclude<HttpResult, { kind: 'response' }>[] = [
    ...(['dns', 'refused', 'tls-untrusted', 'proxy-refused'] satisfies NotSentCause[]).map(
      (cause) => ({ kind: 'not-sent', cause, detail: 'd' }) as const,
    ),
    ...(['connection-reset', 'timeout', 'cut-body', 'too-large', 'malformed'] satisfies BrokenCause[]).map(
      (cause) => ({ kind: 'broken', cause, detail: 'd' }) as const,
    ),
    { kind: 'redirect', status: 307, location: 'https://evil.example' },
    { kind: 'aborted', sent: true },
  ];
  for (const ending of endings) {
    it(`${ending.kind} ${'cause' in ending ? ending.cause : ''}: handed on as it is, after one request`, async () => {
      const { result, transport } = await refresh(ending);
      assert.deepEqual(result, { kind: 'unanswered', result: ending });
      assert.equal(transport.requests.length, 1);
    });
  }

  it('sends nothing once aborted', async () => {
    const { result, transport } = await refresh(response(200), { signal: AbortSignal.abort() });
    assert.deepEqual(result, { kind: 'unanswered', result: { kind: 'aborted', sent: false } });
    assert.equal(transport.requests.length, 0);
  });

  it('sends nothing to an origin the secrets do not belong to', async () => {
    const { result, transport } = await refresh(response(200), { boundTo: [api] });
    assert.deepEqual(result, {
      kind: 'unanswered',
      result: { kind: 'not-sent', cause: 'foreign-origin', detail: tokenUrl.origin },
    });
    assert.equal(transport.requests.length, 0);
  });

  describe('shows no secret (checked in every test here), also', () => {
    for (const [name, echo] of Object.entries(planted)) {
      it(`when the answer echoes the ${name} as its error`, async () => {
        const { result } = await refresh(response(400, { error: echo, error_description: echo }));
        assert.deepEqual(result, { kind: 'refused', status: 400, error: 'HTTP 400' });
      });

      it(`when the answer echoes the ${name} as text`, async () => {
        const { result } = await refresh(response(500, `cannot handle ${echo}`));
        assert.equal(result.kind, 'refused');
      });
    }

    it('when the transport breaks its word and rejects', async () => {
      const failure = new Error(`failed with ${planted.refreshToken}`);
      const { result, transport } = await refresh(() => Promise.reject(failure));
      assert.deepEqual(result, { kind: 'refused', status: 0, error: 'the sign-in library failed' });
      assert.equal(transport.requests.length, 1);
    });
  });
});
