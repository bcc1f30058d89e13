import assert from 'node:assert/strict';
import type { HttpResult } from '../../../../src/core/ports';
import { googleDataPortability } from '../../../../src/providers/googleDataPortability/description';
import {
  accessCredential,
  broken,
  byAccess,
  byRefresh,
  credentialTarget,
  GoogleScene,
  invalidGrant,
  jobState,
  lines,
  never,
  noName,
  page,
  refreshCredential,
  type Service,
  told,
  trackedJob,
  unavailable,
} from '../../../fakes/googleScene';
import { noon } from '../../../fakes/resetStage';
import { response } from '../../../fakes/scriptedTransport';

const invalidToken = response(400, { error: 'invalid_token', error_description: 'Invalid Value' });
const disabled = response(403, { error: { code: 403, status: 'PERMISSION_DENIED', message: 'No.' } });
const tokenInfo = (changes: object = {}) =>
  response(200, {
    aud: 'client-1',
    azp: 'client-1',
    scope: 'https://www.googleapis.com/auth/dataportability.maps.reviews https://www.googleapis.com/auth/drive',
    expires_in: '1800',
    ...changes,
  });

/** The API does not work at all: only Google's OAuth endpoints do. */
const noApi: Service = { '/v1/accessType:check': [disabled], '/tokeninfo': [tokenInfo()] };

describe('Google Data Portability: the ways to end a consent', () => {
  it('are the reset, and the revocation where that is impossible', () => {
    assert.deepEqual(
      googleDataPortability.ways.map(({ id, verb }) => [id, verb]),
      [
        ['reset', 'Reset Consent'],
        ['revoke', 'Revoke Grant'],
      ],
    );
    for (const { question } of googleDataPortability.ways) assert.match(question, /\{identity\}.*\{project\}/);
  });
});

describe('Google Data Portability: preview of a revocation', () => {
  it('with a refresh token: it was just renewed, that is all that is asked', async () => {
    const scene = new GoogleScene(noApi);
    const { preview, prepared } = await scene.readyFor('revoke', refreshCredential('r', 0, { scopes: 'maps.reviews' }));
    assert.deepEqual(scene.paths, ['/token']);
    assert.deepEqual(lines(preview.effects), [
      'google.effect.revoke',
      'google.effect.revokeIsNoReset',
      'google.effect.revokeJobs',
    ]);
    assert.deepEqual(preview.grant.credentials[0]?.grants, ['maps.reviews']);
    assert.equal(prepared.sentWith.hints['aliveAt'], noon);
  });

  it('a kept token is no evidence: it is renewed anew', async () => {
    const scene = new GoogleScene({
      '/token': [response(200, { access_token: 'ya29.x', expires_in: 3599 }), invalidGrant],
    });
    await scene.ready(byRefresh);
    assert.equal(told(await scene.preview('revoke', byRefresh)), 'dead-credential: google.invalidGrant');
  });

  it('with an access token: asks what Google knows of it, in a header', async () => {
    const scene = new GoogleScene(noApi);
    const { preview, prepared } = await scene.readyFor('revoke', byAccess);
    assert.deepEqual(scene.paths, ['/tokeninfo']);
    assert.equal(scene.transport.requests[0]?.bearer, 'ya29.stored');
    assert.deepEqual(preview.grant.credentials[0]?.grants, ['maps.reviews'], 'without scopes of other APIs');
    assert.equal(prepared.sentWith.hints['accessTokenExpiresAt'], noon + 1_800_000);
  });

  for (const [name, service, expected] of [
    ['dead', { '/tokeninfo': [invalidToken] }, 'dead-credential: google.tokenRejected'],
    [
      'another 400',
      { '/tokeninfo': [response(400, { error: 'invalid_request' })] },
      'stopped: not-sent: consent.unreadable',
    ],
    ['a page', { '/tokeninfo': [page] }, 'stopped: not-sent: consent.unreadable'],
    ['503', { '/tokeninfo': [response(503)] }, 'stopped: not-sent: consent.unreadable'],
    ['no way', { '/tokeninfo': [noName] }, 'stopped: not-sent: consent.unreadable'],
    ['aborted', { '/tokeninfo': [{ kind: 'aborted', sent: true }] }, 'aborted'],
  ] as const) {
    it(`an access token, ${name}: ${expected}`, async () =>
      assert.equal(told(await new GoogleScene(service).preview('revoke', byAccess)), expected));
  }

  it('tells the losses as far as they can be read', async () => {
    const scene = new GoogleScene({
      ...noApi,
      '/v1/archiveJobs/a/portabilityArchiveState': [jobState('IN_PROGRESS')],
      '/v1/archiveJobs/b/portabilityArchiveState': [disabled],
    });
    await scene.track(trackedJob('a', { trackedAt: noon - 2 }), trackedJob('b', { trackedAt: noon - 1 }));
    const { preview, prepared } = await scene.readyFor('revoke', byRefresh);
    assert.deepEqual(
      lines(preview.losses).map((line) => line.split(' | ')[0]),
      ['google.loss.sumWithUnread', 'google.loss.running', 'google.loss.unreadJob'],
    );
    assert.equal((await prepared.reread(never)).kind, 'unchanged');
  });

  it('ends the tokens of the same client only; the others are told, and not counted on', async () => {
    const same = refreshCredential('same', 0);
    const other = refreshCredential('other', 1, { clientId: 'client-2' });
    const unknown = accessCredential('unknown', 2);
    const sender = refreshCredential('sender', 3);
    const scene = new GoogleScene({ ...noApi, '/tokeninfo': [tokenInfo({ aud: undefined })] });
    const { preview, prepared } = await scene.readyFor('revoke', same, other, unknown, sender);
    assert.equal(prepared.sentWith.credential.storedAt, noon + 3);
    assert.deepEqual(
      prepared.alsoAlive.map(({ credential }) => credential.storedAt),
      [noon],
    );
    assert.deepEqual(lines(preview.effects).slice(3), ['google.effect.revokeLeaves | 2', 'google.effect.tokens | 2']);
  });
});

describe('Google Data Portability: what a way ends', () => {
  const endedBy = async (way: 'reset' | 'revoke') => {
    const scene = new GoogleScene({
      '/token': [invalidGrant, invalidGrant, response(200, { access_token: 'ya29.x', expires_in: 3599 })],
      '/v1/accessType:check': [response(200, { timeBasedResources: ['maps.reviews'] })],
    });
    const same = refreshCredential('same', 0);
    const other = refreshCredential('other', 1, { clientId: 'client-2' });
    const { prepared } = await scene.readyFor(way, same, other, refreshCredential('sender', 2));
    return [prepared.endsAll, ...prepared.dead.map(({ storedAt }) => storedAt - noon)];
  };

  it('a reset ends the whole pair, and with it the grants of all dead tokens', async () =>
    assert.deepEqual(await endedBy('reset'), [true, 0, 1]));
  it('a revocation ends one client, and says nothing about the dead tokens of others', async () =>
    assert.deepEqual(await endedBy('revoke'), [false, 0]));
});

describe('Google Data Portability: sending a revocation', () => {
  const send = async (answer: HttpResult, credential = byRefresh, mayLeave = () => true) => {
    const scene = new GoogleScene({ ...noApi, '/revoke': [answer] });
    const { prepared } = await scene.readyFor('revoke', credential);
    const reads = scene.transport.requests.length;
    let left = 0;
    const result = await prepared.send({ mayLeave, onSent: () => void left++, another: async () => undefined }, never);
    return { result, requests: scene.transport.requests.slice(reads), left, prepared };
  };

  it('posts once, on a connection of its own, the refresh token in the form', async () => {
    const { result, requests, left } = await send(response(200, {}));
    assert.deepEqual(result, { kind: 'accepted' });
    assert.equal(left, 1);
    assert.deepEqual(requests, [
      {
        method: 'POST',
        url: 'https://oauth2.googleapis.com/revoke',
        pathTemplate: '/revoke',
        effect: 'irreversible',
        bearer: undefined,
        contentType: 'application/x-www-form-urlencoded',
        body: 'token=1%2F%2Frefresh',
      },
    ]);
  });

  it('or the access token, where there is nothing else', async () => {
    assert.equal((await send(response(200, {}), byAccess)).requests[0]?.body, 'token=ya29.stored');
  });

  it('is held back when it may not leave, and never sent twice', async () => {
    const held = await send(response(200, {}), byRefresh, () => false);
    assert.equal(held.result.kind === 'not-sent' && held.result.reason.code, 'http.withdrawn');
    assert.deepEqual([held.requests, held.left], [[], 0]);
    const { prepared } = await send(response(200, {}));
    await assert.rejects(
      prepared.send({ mayLeave: () => true, onSent: () => undefined, another: async () => undefined }, never),
    );
  });

  const rows: readonly (readonly [string, HttpResult, string])[] = [
    ['an empty answer', response(200), 'accepted'],
    ['a page of the network', page, 'unknown: google.revoke.unclear'],
    ['400 invalid_token', invalidToken, 'refused: google.revoke.invalidToken'],
    ['400 invalid_request', response(400, { error: 'invalid_request' }), 'refused: google.revoke.refused'],
    ['404 with a page', response(404, '<html>'), 'refused: google.revoke.refused'],
    ['429', response(429, { error: 'rate_limit_exceeded' }), 'refused: google.revoke.refused'],
    ['408', response(408), 'unknown: google.revoke.unclear'],
    ['503', unavailable, 'unknown: google.revoke.unclear'],
    ['502 with a page', response(502, '<html>'), 'unknown: google.revoke.unclear'],
    ['a broken connection', broken, 'unknown: http.connection-reset'],
    ['a redirect', { kind: 'redirect', status: 307, location: 'https://evil.example' }, 'unknown: http.redirect'],
    ['not sent', noName, 'not-sent: http.dns'],
    ['aborted', { kind: 'aborted', sent: true }, 'aborted'],
  ];
  for (const [name, answer, expected] of rows) {
    it(`${name}: ${expected}, after one request`, async () => {
      const { result, requests } = await send(answer);
      assert.equal([result.kind, 'reason' in result ? result.reason.code : ''].filter(Boolean).join(': '), expected);
      assert.equal(requests.length, 1);
    });
  }

  it('shows no token that the answer echoes', async () => {
    const { result } = await send(response(400, { error: '1//refresh', error_description: '1//refresh' }));
    assert.ok(!JSON.stringify(result).includes('1//'));
  });
});

describe('Google Data Portability: verifying a revocation with an access token', () => {
  const hints = async () => (await new GoogleScene(noApi).readyFor('revoke', byAccess)).prepared.sentWith.hints;
  const verify = async (service: Service, wall = noon) => {
    const given = await hints();
    const scene = new GoogleScene(service);
    scene.wall = wall;
    const verification = await scene.provider.verify(credentialTarget(byAccess), given, never);
    return { told: told(verification), paths: scene.paths };
  };

  it('asks where it was seen alive, as the API may be disabled', async () => {
    const { told: result, paths } = await verify({ ...noApi, '/tokeninfo': [invalidToken] });
    assert.equal(result, 'gone: google.gone.rejected');
    assert.deepEqual(paths, ['/tokeninfo']);
  });

  it('still known: alive', async () => assert.equal((await verify(noApi)).told, 'alive: google.alive.check'));
  it('rejected at its own end: not checkable', async () =>
    assert.equal(
      (await verify({ ...noApi, '/tokeninfo': [invalidToken] }, noon + 1_790_000)).told,
      'not-checkable: google.uncheckable.accessTokenEnded',
    ));
  it('no answer: failed', async () =>
    assert.equal((await verify({ ...noApi, '/tokeninfo': [page] })).told, 'failed: google.tokenInfoFailed'));
});
