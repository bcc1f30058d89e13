import assert from 'node:assert/strict';
import type { Credential } from '../../../../src/core/model';
import {
  access,
  byAccess,
  byRefresh,
  credentialTarget,
  GoogleScene,
  invalidGrant,
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
import { type Answer, response } from '../../../fakes/scriptedTransport';

describe('Google Data Portability: verify', () => {
  const verify = async (credential: Credential, service: Service, hints: Record<string, number> = {}) => {
    const scene = new GoogleScene(service);
    const verification = await scene.provider.verify(credentialTarget(credential), hints, never);
    return { told: told(verification), scene };
  };
  const later = noon + 3_600_000;

  describe('with a refresh token', () => {
    const rows: readonly (readonly [string, Service, Record<string, number>, string])[] = [
      ['invalid_grant', { '/token': [invalidGrant] }, { aliveAt: noon }, 'gone: google.gone.invalidGrant'],
      [
        'invalid_grant an hour after it was seen alive',
        { '/token': [invalidGrant] },
        { aliveAt: noon - 3_600_000 },
        'gone: google.gone.invalidGrant',
      ],
      [
        'invalid_grant later than that',
        { '/token': [invalidGrant] },
        { aliveAt: noon - 3_600_001, refreshTokenExpiresAt: later },
        'not-checkable: google.uncheckable.tooLate',
      ],
      [
        'invalid_grant with a clock that was set back since',
        { '/token': [invalidGrant] },
        { aliveAt: noon + 3_600_001 },
        'not-checkable: google.uncheckable.tooLate',
      ],
      [
        'invalid_grant, never seen alive',
        { '/token': [invalidGrant] },
        { accessTokenExpiresAt: later },
        'not-checkable: google.uncheckable.tooLate',
      ],
      [
        'invalid_grant before its own end',
        { '/token': [invalidGrant] },
        { aliveAt: noon, refreshTokenExpiresAt: later },
        'gone: google.gone.invalidGrant',
      ],
      [
        'invalid_grant at its own end',
        { '/token': [invalidGrant] },
        { aliveAt: noon, refreshTokenExpiresAt: noon + 14_000 },
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
      const scene = new GoogleScene({
        '/token': [response(200, { access_token: 'ya29.x', expires_in: 3599 }), invalidGrant],
      });
      await scene.ready(byRefresh);
      const verification = await scene.provider.verify(credentialTarget(byRefresh), { aliveAt: noon }, never);
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
      [
        'a clock that was set back since it was seen alive',
        check(rejected),
        { ...hints, aliveAt: noon + 60_000 },
        'not-checkable: google.uncheckable.accessTokenEnded',
      ],
      ['seen alive before', check(rejected), { ...hints, aliveAt: noon - 60_000 }, 'gone: google.gone.rejected'],
      ['end not known', check(rejected), {}, 'not-checkable: google.uncheckable.lifetimeUnknown'],
      ['401 with a page of somebody else', check(response(401, '<html>')), hints, 'failed: google.tokenRejected'],
      [
        '401 with the JSON of somebody else',
        check(response(401, { error: { message: 'Unauthorized' } })),
        hints,
        'failed: google.tokenRejected',
      ],
      ['401 without a body', check(response(401)), hints, 'failed: google.tokenRejected'],
      ['the token did not arrive', check(because('CREDENTIALS_MISSING')), hints, 'failed: google.credentialsMissing'],
      [
        'another kind of token',
        check(because('ACCESS_TOKEN_TYPE_UNSUPPORTED')),
        hints,
        'failed: google.tokenTypeUnsupported',
      ],
      ['403', check(response(403, { error: { code: 403 } })), hints, 'failed: google.permissionDenied'],
      ['a list', check(response(200, [])), hints, 'failed: google.unexpectedAnswer'],
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
    new GoogleScene(service).provider.probe(targetWith(credential), never);

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
