import assert from 'node:assert/strict';
import type { Credential } from '../../../../src/core/model';
import type { HttpResult } from '../../../../src/core/ports';
import type { PreviewResult, ProviderTarget, Verification } from '../../../../src/core/provider';
import { BoundSecret } from '../../../../src/core/redact';
import { createGoogleDataPortability } from '../../../../src/providers/googleDataPortability/provider';
import { FakeClock } from '../../../fakes/clock';
import { noon, project } from '../../../fakes/resetStage';
import { type Answer, response, ScriptedTransport } from '../../../fakes/scriptedTransport';

const api = 'https://dataportability.googleapis.com';
const oauth = 'https://oauth2.googleapis.com';
const origins = [api, oauth];
const never = new AbortController().signal;
const sealed = (value: string) => new BoundSecret(value, origins);

const byRefresh: Credential = {
  form: 'refreshToken',
  secrets: { refreshToken: sealed('1//refresh'), clientSecret: sealed('client-secret') },
  facts: { clientId: 'client-1' },
  storedAt: noon,
  generation: 1,
};
const byAccess: Credential = {
  form: 'accessToken',
  secrets: { accessToken: sealed('ya29.stored') },
  facts: {},
  storedAt: noon,
  generation: 1,
};

function targetWith(credential: Credential): ProviderTarget {
  const google = project({ provider: 'googleDataPortability', endpoint: api });
  return { project: google, identity: { id: 'alice', label: 'alice' }, credential };
}

const access = response(200, { oneTimeResources: ['myactivity.maps'], timeBasedResources: ['maps.reviews'] });
const rejected = response(401, {
  error: {
    code: 401,
    message: 'Request had invalid authentication credentials.',
    status: 'UNAUTHENTICATED',
    details: [{ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'ACCESS_TOKEN_EXPIRED' }],
  },
});
const invalidGrant = response(400, { error: 'invalid_grant' });
const unavailable = response(503, { error: { code: 503, status: 'UNAVAILABLE', message: 'Soon.' } });
const quota = response(429, { error: { code: 429, status: 'RESOURCE_EXHAUSTED', message: 'Slow down.' } });
const broken = { kind: 'broken', cause: 'connection-reset', detail: '' } as const;
const noName = { kind: 'not-sent', cause: 'dns', detail: '' } as const;
const page = response(200, '<html>sign in to the network</html>');

/** What each address of the service answers; an answer in a list is given once, the last one for good. */
interface Service {
  readonly '/token'?: readonly Answer[];
  readonly '/tokeninfo'?: readonly Answer[];
  readonly '/v1/accessType:check'?: readonly Answer[];
  readonly '/v1/authorization:reset'?: readonly Answer[];
}

class Scene {
  readonly transport: ScriptedTransport;
  wall = noon;
  readonly clock = new FakeClock({
    now: () => this.wall,
    advance: (ms) => {
      this.wall += ms;
    },
  });
  readonly provider;

  constructor(service: Service) {
    let tokens = 0;
    const all: Required<Service> = {
      '/token': [() => response(200, { access_token: `ya29.fresh-${++tokens}`, expires_in: 3599 })],
      '/tokeninfo': [response(200, { expires_in: '1800' })],
      '/v1/accessType:check': [access],
      '/v1/authorization:reset': [response(200)],
      ...service,
    };
    const lines = new Map(Object.entries(all).map(([path, answers]) => [path, [...answers]]));
    this.transport = new ScriptedTransport((request) => {
      const line = lines.get(new URL(request.url).pathname);
      const answer = line && line.length > 1 ? line.shift() : line?.[0];
      assert.ok(answer, `nobody answers at ${request.url}`);
      return typeof answer === 'function' ? answer(request) : answer;
    });
    this.provider = createGoogleDataPortability({ transport: this.transport, clock: this.clock });
  }

  /** What was asked for, in order, as paths. */
  get paths(): readonly string[] {
    return this.transport.requests.map(({ url }) => new URL(url).pathname);
  }

  async ready(credential: Credential): Promise<Extract<PreviewResult, { kind: 'ready' }>> {
    const result = await this.provider.preview(targetWith(credential), never);
    assert.ok(result.kind === 'ready', `${result.kind} instead of ready`);
    return result;
  }
}

const told = (result: PreviewResult | Verification): string =>
  [result.kind, 'outcome' in result ? result.outcome : '', 'reason' in result ? result.reason.code : '']
    .filter(Boolean)
    .join(': ');

describe('Google Data Portability: preview', () => {
  it('with a refresh token: renews, reads, and tells what a reset ends', async () => {
    const scene = new Scene({});
    const { preview, prepared } = await scene.ready(byRefresh);
    assert.deepEqual(scene.paths, ['/token', '/v1/accessType:check']);
    assert.deepEqual([preview.grant.timeBased, preview.grant.oneTime], [['maps.reviews'], ['myactivity.maps']]);
    assert.ok(preview.effects.length > 0 && preview.losses.length > 0);
    assert.ok(typeof prepared.hints['accessTokenExpiresAt'] === 'number');
    assert.ok(
      scene.transport.requests.every(({ effect }) => effect === 'read'),
      'reads alone',
    );
  });

  it('with an access token: asks for its end by a header, never by the address', async () => {
    const scene = new Scene({});
    const { prepared } = await scene.ready(byAccess);
    assert.deepEqual(scene.paths, ['/v1/accessType:check', '/tokeninfo']);
    assert.deepEqual(prepared.hints, { accessTokenExpiresAt: noon + 1_800_000 });
    for (const { url, bearer, body } of scene.transport.requests) {
      assert.equal(bearer, 'ya29.stored');
      assert.ok(!`${url} ${body}`.includes('ya29'));
    }
  });

  it('goes on when nobody tells how long the access token lives', async () => {
    for (const answer of [response(400, {}), page, response(200, { expires_in: 'soon' }), noName]) {
      const { prepared } = await new Scene({ '/tokeninfo': [answer] }).ready(byAccess);
      assert.deepEqual(prepared.hints, {});
    }
  });

  it('uses the renewed token again while it has life left, and renews it two minutes before its end', async () => {
    const scene = new Scene({});
    await scene.ready(byRefresh);
    await scene.ready(byRefresh);
    assert.equal(scene.paths.filter((path) => path === '/token').length, 1);
    scene.wall += 3_599_000 - 110_000;
    await scene.ready(byRefresh);
    assert.equal(scene.paths.filter((path) => path === '/token').length, 2);
  });

  it('a newer credential never meets the token of the older one', async () => {
    const scene = new Scene({});
    await scene.ready(byRefresh);
    await scene.ready({ ...byRefresh, generation: 2 });
    assert.deepEqual(
      scene.transport.requests.filter(({ bearer }) => bearer).map(({ bearer }) => bearer),
      ['ya29.fresh-1', 'ya29.fresh-2'],
    );
  });

  it('renews a kept token that died meanwhile, once', async () => {
    const scene = new Scene({ '/v1/accessType:check': [access, rejected, access] });
    await scene.ready(byRefresh);
    await scene.ready(byRefresh);
    assert.deepEqual(scene.paths.slice(2), ['/v1/accessType:check', '/token', '/v1/accessType:check']);
  });

  const rows: readonly (readonly [string, Credential, Service, string])[] = [
    ['dead refresh token', byRefresh, { '/token': [invalidGrant] }, 'dead-credential: google.invalidGrant'],
    ['dead access token', byAccess, { '/v1/accessType:check': [rejected] }, 'dead-credential: google.tokenExpired'],
    ['fresh token rejected', byRefresh, { '/v1/accessType:check': [rejected] }, 'dead-credential: google.tokenExpired'],
    [
      'wrong client',
      byRefresh,
      { '/token': [response(401, { error: 'invalid_client' })] },
      'stopped: refused: google.invalidClient',
    ],
    ['token endpoint fails', byRefresh, { '/token': [response(500)] }, 'stopped: not-sent: google.refreshFailed'],
    ['no way to the token endpoint', byRefresh, { '/token': [noName] }, 'stopped: not-sent: google.refreshUnanswered'],
    ['quota', byAccess, { '/v1/accessType:check': [quota] }, 'stopped: refused: google.tooManyRequests'],
    ['no way to the API', byAccess, { '/v1/accessType:check': [noName] }, 'stopped: not-sent: consent.unreadable'],
    ['unavailable', byAccess, { '/v1/accessType:check': [unavailable] }, 'stopped: not-sent: consent.unreadable'],
    ['captive portal', byAccess, { '/v1/accessType:check': [page] }, 'stopped: not-sent: consent.unreadable'],
    ['aborted', byAccess, { '/v1/accessType:check': [{ kind: 'aborted', sent: true }] }, 'aborted'],
    ['aborted while renewing', byRefresh, { '/token': [{ kind: 'aborted', sent: true }] }, 'aborted'],
    ['incomplete record', { ...byRefresh, secrets: {} }, {}, 'stopped: not-sent: credential.corrupt'],
    ['record without its token', { ...byAccess, secrets: {} }, {}, 'stopped: not-sent: credential.corrupt'],
  ];
  for (const [name, credential, service, expected] of rows) {
    it(`${name}: ${expected}`, async () => {
      const scene = new Scene(service);
      assert.equal(told(await scene.provider.preview(targetWith(credential), never)), expected);
      assert.ok(!scene.paths.includes('/v1/authorization:reset'));
    });
  }

  it('repeats a read that met an unavailable service or a broken connection, twice at most', async () => {
    const scene = new Scene({ '/v1/accessType:check': [unavailable, broken, access] });
    await scene.ready(byAccess);
    assert.deepEqual(scene.clock.sleeps, [200, 800]);
    const stubborn = new Scene({ '/v1/accessType:check': [unavailable] });
    await stubborn.provider.preview(targetWith(byAccess), never);
    assert.equal(stubborn.transport.requests.length, 3);
  });

  for (const [name, answer] of [
    ['429', quota],
    ['500', response(500)],
    ['401', rejected],
    ['a request that was not sent', noName],
  ] as const) {
    it(`does not repeat a read after ${name}`, async () => {
      const scene = new Scene({ '/v1/accessType:check': [answer] });
      await scene.provider.preview(targetWith(byAccess), never);
      assert.equal(scene.transport.requests.length, 1);
    });
  }
});

describe('Google Data Portability: send', () => {
  const send = async (answer: HttpResult, credential = byAccess) => {
    const scene = new Scene({ '/v1/authorization:reset': [answer] });
    const { prepared } = await scene.ready(credential);
    const reads = scene.transport.requests.length;
    let left = 0;
    const result = await prepared.send(() => left++, never);
    const requests = scene.transport.requests.slice(reads);
    return { result, requests, left, prepared, scene };
  };

  it('posts once, with an empty body, on a way of its own, with the very token of the preview', async () => {
    const { result, requests, left } = await send(response(200), byRefresh);
    assert.deepEqual(result, { kind: 'accepted' });
    assert.equal(left, 1);
    assert.deepEqual(requests, [
      {
        method: 'POST',
        url: `${api}/v1/authorization:reset`,
        pathTemplate: '/v1/authorization:reset',
        effect: 'irreversible',
        bearer: 'ya29.fresh-1',
        contentType: undefined,
        body: '',
      },
    ]);
  });

  it('cannot be sent a second time', async () => {
    const { prepared, scene } = await send(response(200));
    await assert.rejects(prepared.send(() => undefined, never));
    assert.equal(scene.paths.filter((path) => path.endsWith(':reset')).length, 1);
  });

  const rows: readonly (readonly [string, HttpResult, string])[] = [
    ['{}', response(200, '{}'), 'accepted'],
    ['{} with space', response(200, ' {\n} '), 'accepted'],
    ['a page', page, 'unknown: google.unexpectedAnswer'],
    ['a list', response(200, '[]'), 'unknown: google.unexpectedAnswer'],
    ['null', response(200, 'null'), 'unknown: google.unexpectedAnswer'],
    ['something more than {}', response(200, '{"done":true}'), 'unknown: google.unexpectedAnswer'],
    ['a cut body', response(200, '{'), 'unknown: google.unexpectedAnswer'],
    ['202', response(202, '{}'), 'unknown: google.unexpectedAnswer'],
    ['401: the token was good a moment ago', rejected, 'refused: google.tokenExpired'],
    ['429', quota, 'refused: google.tooManyRequests'],
    ['503', unavailable, 'unknown: google.unavailable'],
    ['502 with a page', response(502, '<html>'), 'unknown: google.gatewayPage'],
    ['a broken connection', broken, 'unknown: http.connection-reset'],
    ['a redirect', { kind: 'redirect', status: 307, location: 'https://evil.example' }, 'unknown: http.redirect'],
    ['not sent', noName, 'not-sent: http.dns'],
    ['aborted before', { kind: 'aborted', sent: false }, 'aborted: false'],
    ['aborted after', { kind: 'aborted', sent: true }, 'aborted: true'],
  ];
  for (const [name, answer, expected] of rows) {
    it(`${name}: ${expected}, after one request`, async () => {
      const { result, requests } = await send(answer);
      const detail = 'reason' in result ? result.reason.code : 'sent' in result ? String(result.sent) : '';
      assert.equal([result.kind, detail].filter(Boolean).join(': '), expected);
      assert.equal(requests.length, 1);
    });
  }
});

describe('Google Data Portability: verify', () => {
  const verify = async (credential: Credential, service: Service, hints: Record<string, number> = {}) => {
    const scene = new Scene(service);
    const verification = await scene.provider.verify(targetWith(credential), hints, never);
    return { told: told(verification), scene };
  };
  const later = noon + 3_600_000;

  describe('with a refresh token', () => {
    const rows: readonly (readonly [string, Service, Record<string, number>, string])[] = [
      ['invalid_grant', { '/token': [invalidGrant] }, {}, 'gone: google.gone.invalidGrant'],
      [
        'invalid_grant before its own end',
        { '/token': [invalidGrant] },
        { refreshTokenExpiresAt: later },
        'gone: google.gone.invalidGrant',
      ],
      [
        'invalid_grant at its own end',
        { '/token': [invalidGrant] },
        { refreshTokenExpiresAt: noon + 14_000 },
        'not-checkable: google.uncheckable.refreshTokenEnded',
      ],
      ['a new token', {}, {}, 'alive: google.alive.refresh'],
      ['wrong client', { '/token': [response(401, { error: 'invalid_client' })] }, {}, 'failed: google.invalidClient'],
      ['500', { '/token': [response(500)] }, {}, 'failed: google.refreshFailed'],
      ['no way', { '/token': [noName] }, {}, 'failed: google.refreshUnanswered'],
      ['a page', { '/token': [page] }, {}, 'failed: google.refreshFailed'],
      ['aborted', { '/token': [{ kind: 'aborted', sent: true }] }, {}, 'aborted'],
    ];
    for (const [name, service, hints, expected] of rows) {
      it(`${name}: ${expected}`, async () => {
        assert.equal((await verify(byRefresh, service, hints)).told, expected);
      });
    }

    it('asks anew each time, whatever token is still kept', async () => {
      const scene = new Scene({
        '/token': [response(200, { access_token: 'ya29.x', expires_in: 3599 }), invalidGrant],
      });
      await scene.ready(byRefresh);
      const verification = await scene.provider.verify(targetWith(byRefresh), {}, never);
      assert.equal(verification.kind, 'gone');
    });
  });

  describe('with an access token', () => {
    const hints = { accessTokenExpiresAt: later };
    const check = (answer: Answer): Service => ({ '/v1/accessType:check': [answer] });
    const reasonless = response(401, { error: { code: 401, status: 'UNAUTHENTICATED', message: 'x' } });
    const because = (reason: string) =>
      response(401, { error: { code: 401, message: 'x', status: 'UNAUTHENTICATED', details: [{ reason }] } });
    const rows: readonly (readonly [string, Service, Record<string, number>, string])[] = [
      ['401 before its end', check(rejected), hints, 'gone: google.gone.rejected'],
      ['401 without a reason', check(reasonless), hints, 'gone: google.gone.rejected'],
      ['still accepted', check(access), hints, 'alive: google.alive.check'],
      [
        '401 at its end',
        check(rejected),
        { accessTokenExpiresAt: noon + 14_000 },
        'not-checkable: google.uncheckable.accessTokenEnded',
      ],
      ['end not known', check(rejected), {}, 'not-checkable: google.uncheckable.lifetimeUnknown'],
      ['401 with a page of somebody else', check(response(401, '<html>')), hints, 'failed: google.tokenRejected'],
      ['401 without a body', check(response(401)), hints, 'failed: google.tokenRejected'],
      ['the token did not arrive', check(because('CREDENTIALS_MISSING')), hints, 'failed: google.credentialsMissing'],
      [
        'another kind of token',
        check(because('ACCESS_TOKEN_TYPE_UNSUPPORTED')),
        hints,
        'failed: google.tokenTypeUnsupported',
      ],
      ['403', check(response(403, { error: { code: 403 } })), hints, 'failed: google.permissionDenied'],
      ['captive portal', check(page), hints, 'failed: google.unexpectedAnswer'],
      ['503', check(unavailable), hints, 'failed: google.unavailable'],
      ['no way', check(noName), hints, 'failed: http.dns'],
      ['aborted', check({ kind: 'aborted', sent: true }), hints, 'aborted'],
    ];
    for (const [name, service, given, expected] of rows) {
      it(`${name}: ${expected}`, async () => {
        const { told: result, scene } = await verify(byAccess, service, given);
        assert.equal(result, expected);
        assert.ok(scene.transport.requests.every(({ effect }) => effect === 'read'));
      });
    }
  });
});

describe('Google Data Portability: probe', () => {
  const probe = (service: Service, credential = byAccess) =>
    new Scene(service).provider.probe(targetWith(credential), never);

  it('tells what is granted', async () => {
    const result = await probe({});
    assert.ok(result.kind === 'granted');
    assert.deepEqual([result.grant.timeBased, result.grant.oneTime], [['maps.reviews'], ['myactivity.maps']]);
  });

  for (const [name, service, expected] of [
    ['dead token', { '/v1/accessType:check': [rejected] }, 'dead-credential'],
    ['refusal', { '/v1/accessType:check': [quota] }, 'failed'],
    ['no way', { '/v1/accessType:check': [noName] }, 'failed'],
    ['aborted', { '/v1/accessType:check': [{ kind: 'aborted', sent: true }] }, 'aborted'],
  ] as const) {
    it(`${name}: ${expected}`, async () => assert.equal((await probe(service)).kind, expected));
  }
});
