import assert from 'node:assert/strict';
import type { Credential } from '../../../../src/core/model';
import type { HttpResult } from '../../../../src/core/ports';
import type { Leaving } from '../../../../src/core/provider';
import {
  access,
  api,
  broken,
  byAccess,
  byRefresh,
  GoogleScene,
  invalidGrant,
  lines,
  never,
  noName,
  page,
  quota,
  rejected,
  type Service,
  targetWith,
  told,
  unavailable,
} from '../../../fakes/googleScene';
import { noon } from '../../../fakes/resetStage';
import { response } from '../../../fakes/scriptedTransport';

describe('Google Data Portability: preview', () => {
  it('with a refresh token: renews, reads, and tells what a reset ends', async () => {
    const scene = new GoogleScene({});
    const { preview, prepared } = await scene.ready(byRefresh);
    assert.deepEqual(scene.paths, ['/token', '/v1/accessType:check']);
    assert.deepEqual([preview.grant.timeBased, preview.grant.oneTime], [['maps.reviews'], ['myactivity.maps']]);
    assert.deepEqual(lines(preview.effects), ['google.effect.pair', 'google.effect.unknownJobs']);
    assert.deepEqual(preview.losses, []);
    assert.ok(typeof prepared.sentWith.hints['accessTokenExpiresAt'] === 'number');
    assert.ok(
      scene.transport.requests.every(({ effect }) => effect === 'read'),
      'reads alone',
    );
  });

  it('with an access token: asks for its end by a header, never by the address', async () => {
    const scene = new GoogleScene({});
    const { prepared } = await scene.ready(byAccess);
    assert.deepEqual(scene.paths, ['/v1/accessType:check', '/tokeninfo']);
    assert.deepEqual(prepared.sentWith.hints, { aliveAt: noon, accessTokenExpiresAt: noon + 1_800_000 });
    for (const { url, bearer, body } of scene.transport.requests) {
      assert.equal(bearer, 'ya29.stored');
      assert.ok(!`${url} ${body}`.includes('ya29'));
    }
  });

  it('goes on when nobody tells how long the access token lives', async () => {
    for (const answer of [response(400, {}), page, response(200, { expires_in: 'soon' }), noName]) {
      const { prepared } = await new GoogleScene({ '/tokeninfo': [answer] }).ready(byAccess);
      assert.deepEqual(prepared.sentWith.hints, { aliveAt: noon });
    }
  });

  it('uses the renewed token again while it has life left, and renews it two minutes before its end', async () => {
    const scene = new GoogleScene({});
    await scene.ready(byRefresh);
    await scene.ready(byRefresh);
    assert.equal(scene.paths.filter((path) => path === '/token').length, 1);
    scene.wall += 3_599_000 - 110_000;
    await scene.ready(byRefresh);
    assert.equal(scene.paths.filter((path) => path === '/token').length, 2);
  });

  it('a newer credential never meets the token of the older one', async () => {
    const scene = new GoogleScene({});
    await scene.ready(byRefresh);
    await scene.ready({ ...byRefresh, storedAt: noon + 1 });
    assert.deepEqual(
      scene.transport.requests.filter(({ bearer }) => bearer).map(({ bearer }) => bearer),
      ['ya29.fresh-1', 'ya29.fresh-2'],
    );
  });

  it('drops the kept token when it is told to, of this identity alone', async () => {
    const scene = new GoogleScene({});
    await scene.ready(byRefresh);
    const { identity, ...rest } = targetWith(byRefresh);
    scene.provider.forget({ ...rest, identity: { ...identity, id: 'bob' } });
    await scene.ready(byRefresh);
    assert.equal(scene.paths.filter((path) => path === '/token').length, 1);
    scene.provider.forget(targetWith(byRefresh));
    await scene.ready(byRefresh);
    assert.equal(scene.paths.filter((path) => path === '/token').length, 2);
  });

  it('renews a kept token that died meanwhile, once', async () => {
    const scene = new GoogleScene({ '/v1/accessType:check': [access, rejected, access] });
    await scene.ready(byRefresh);
    await scene.ready(byRefresh);
    assert.deepEqual(scene.paths.slice(2), ['/v1/accessType:check', '/token', '/v1/accessType:check']);
  });

  const rejects: Service = { '/v1/accessType:check': [rejected] };
  const rows: readonly (readonly [string, Credential, Service, string])[] = [
    ['dead refresh token', byRefresh, { '/token': [invalidGrant] }, 'dead-credential: google.invalidGrant'],
    ['dead access token', byAccess, { '/v1/accessType:check': [rejected] }, 'dead-credential: google.tokenExpired'],
    [
      'fresh token rejected: the refresh token was accepted',
      byRefresh,
      { '/v1/accessType:check': [rejected] },
      'stopped: refused: google.tokenExpired',
    ],
    [
      'fresh token that another window has ended at once: the refresh token tells',
      byRefresh,
      { '/token': [response(200, { access_token: 'ya29.a', expires_in: 3599 }), invalidGrant], ...rejects },
      'dead-credential: google.invalidGrant',
    ],
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
    ['a list', byAccess, { '/v1/accessType:check': [response(200, [])] }, 'stopped: not-sent: consent.unreadable'],
    ['aborted', byAccess, { '/v1/accessType:check': [{ kind: 'aborted', sent: true }] }, 'aborted'],
    ['aborted while renewing', byRefresh, { '/token': [{ kind: 'aborted', sent: true }] }, 'aborted'],
    ['incomplete record', { ...byRefresh, secrets: {} }, {}, 'stopped: not-sent: credential.corrupt'],
    ['record without its token', { ...byAccess, secrets: {} }, {}, 'stopped: not-sent: credential.corrupt'],
  ];
  for (const [name, credential, service, expected] of rows) {
    it(`${name}: ${expected}`, async () => {
      const scene = new GoogleScene(service);
      assert.equal(told(await scene.preview('reset', credential)), expected);
      assert.ok(!scene.paths.includes('/v1/authorization:reset'));
    });
  }

  it('repeats a read that met an unavailable service or a broken connection, twice at most', async () => {
    const scene = new GoogleScene({ '/v1/accessType:check': [unavailable, broken, access] });
    await scene.ready(byAccess);
    assert.deepEqual(scene.clock.sleeps, [200, 800]);
    const stubborn = new GoogleScene({ '/v1/accessType:check': [unavailable] });
    await stubborn.preview('reset', byAccess);
    assert.equal(stubborn.transport.requests.length, 3);
  });

  for (const [name, answer] of [
    ['429', quota],
    ['500', response(500)],
    ['401', rejected],
    ['a request that was not sent', noName],
  ] as const) {
    it(`does not repeat a read after ${name}`, async () => {
      const scene = new GoogleScene({ '/v1/accessType:check': [answer] });
      await scene.preview('reset', byAccess);
      assert.equal(scene.transport.requests.length, 1);
    });
  }
});

describe('Google Data Portability: send', () => {
  const send = async (answer: HttpResult, credential = byAccess, mayLeave = () => true) => {
    const scene = new GoogleScene({ '/v1/authorization:reset': [answer] });
    const { prepared } = await scene.ready(credential);
    const reads = scene.transport.requests.length;
    let left = 0;
    const leaving: Leaving = { mayLeave, onSent: () => void left++, another: async () => undefined };
    const result = await prepared.send(leaving, never);
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

  it('is held back when it may not leave any more', async () => {
    const { result, requests, left } = await send(response(200), byRefresh, () => false);
    assert.equal(result.kind === 'not-sent' && result.reason.code, 'http.withdrawn');
    assert.deepEqual([requests, left], [[], 0]);
  });

  it('cannot be sent a second time', async () => {
    const { prepared, scene } = await send(response(200));
    await assert.rejects(
      prepared.send({ mayLeave: () => true, onSent: () => undefined, another: async () => undefined }, never),
    );
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
    ['408', response(408, {}), 'unknown: google.unexpectedAnswer'],
    ['421', response(421, {}), 'unknown: google.unexpectedAnswer'],
    ['499 of something on the way', response(499, '<html>'), 'unknown: google.unexpectedAnswer'],
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
