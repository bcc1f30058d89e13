import assert from 'node:assert/strict';
import type { Credential } from '../../../../src/core/model';
import type { GrantSummary } from '../../../../src/core/provider';
import { ways } from '../../../../src/providers/googleDataPortability/ways';
import {
  accessCredential,
  byToken,
  GoogleScene,
  invalidGrant,
  lines,
  never,
  noName,
  quota,
  refreshCredential,
  rejected,
  type Service,
  targetWith,
  told,
} from '../../../fakes/googleScene';
import { noon } from '../../../fakes/resetStage';
import { response } from '../../../fakes/scriptedTransport';

const hour = 3_600_000;
const day = 24 * hour;

const old = refreshCredential('old', 0);
const recent = refreshCredential('recent', 1_000);
const pasted = accessCredential('pasted', 2_000);

/** A token for each refresh token, named after it. */
function fresh(name: string, more: object = {}) {
  return response(200, { access_token: `ya29.from-${name}`, expires_in: 3599, ...more });
}

const checked = (oneTime: readonly string[], timeBased: readonly string[]) =>
  response(200, { oneTimeResources: oneTime, timeBasedResources: timeBased });

const two: Service = {
  '/token': [byToken({ '1//old': fresh('old'), '1//recent': fresh('recent') })],
  '/v1/accessType:check': [
    byToken({
      'from-old': checked(['myactivity.maps'], ['maps.reviews', 'chrome.history']),
      'from-recent': checked(['chrome.history'], ['maps.reviews', 'maps.starred']),
      pasted: checked([], ['youtube.public']),
    }),
  ],
};

describe('Google Data Portability: several credentials', () => {
  it('a refresh token that was accepted is not called dead because its access token is rejected', async () => {
    const scene = new GoogleScene({
      ...two,
      '/v1/accessType:check': [byToken({ 'from-old': rejected, 'from-recent': checked([], ['maps.reviews']) })],
    });
    const probe = await scene.provider.probe(targetWith(old, recent), never);
    assert.ok(probe.kind === 'granted');
    assert.deepEqual(
      probe.grant.credentials.map(({ storedAt, alive }) => [storedAt, alive]),
      [[recent.storedAt, true]],
    );
  });

  describe('which one the reset is sent with', () => {
    const senderOf = async (service: Service, ...credentials: readonly [Credential, ...Credential[]]) => {
      const { prepared } = await new GoogleScene(service).ready(...credentials);
      return {
        sentWith: prepared.sentWith.credential.storedAt - noon,
        alsoAlive: prepared.alsoAlive.map(({ credential }) => credential.storedAt - noon),
        dead: prepared.dead.map(({ storedAt }) => storedAt - noon),
      };
    };
    const ends = (oldEnd: number | undefined, recentEnd: number | undefined): Service => ({
      ...two,
      '/token': [
        byToken({
          '1//old': fresh('old', { refresh_token_expires_in: oldEnd }),
          '1//recent': fresh('recent', { refresh_token_expires_in: recentEnd }),
        }),
      ],
    });

    it('a refresh token before a newer access token, whose end comes first', async () => {
      assert.deepEqual(await senderOf(two, old, pasted), { sentWith: 0, alsoAlive: [2_000], dead: [] });
      assert.equal((await senderOf(ends(600, undefined), old, pasted)).sentWith, 0, 'even with less life left');
    });

    it('the newest of equals', async () => {
      assert.deepEqual(await senderOf(two, old, recent), { sentWith: 1_000, alsoAlive: [0], dead: [] });
    });

    it('the longest life left before the newest', async () => {
      assert.equal((await senderOf(ends(7_200, 3_600), old, recent)).sentWith, 0);
      assert.equal((await senderOf(ends(3_600, 7_200), old, recent)).sentWith, 1_000);
      assert.equal((await senderOf(ends(undefined, 7_200), old, recent)).sentWith, 0);
    });

    it('of access tokens one whose end is known, as only that can be verified', async () => {
      const other = accessCredential('other', 3_000);
      const service: Service = {
        '/tokeninfo': [byToken({ pasted: response(200, { expires_in: '60' }), other: response(404) })],
      };
      assert.equal((await senderOf(service, pasted, other)).sentWith, 2_000);
    });

    it('never a dead one; it is told as dead', async () => {
      const service = { ...two, '/token': [byToken({ '1//old': fresh('old'), '1//recent': invalidGrant })] };
      assert.deepEqual(await senderOf(service, old, recent, pasted), {
        sentWith: 0,
        alsoAlive: [2_000],
        dead: [1_000],
      });
    });

    it('one that could not be read is neither alive nor dead', async () => {
      const service = { ...two, '/token': [byToken({ '1//old': fresh('old'), '1//recent': response(500) })] };
      assert.deepEqual(await senderOf(service, old, recent), { sentWith: 0, alsoAlive: [], dead: [] });
    });

    it('sends the token that was previewed, and renews none in between', async () => {
      const scene = new GoogleScene(two);
      const { prepared } = await scene.ready(old, recent);
      const before = scene.paths.length;
      await prepared.send({ mayLeave: () => true, onSent: () => undefined, another: async () => undefined }, never);
      assert.deepEqual(scene.paths.slice(before), ['/v1/authorization:reset']);
      assert.equal(scene.transport.requests.at(-1)?.bearer, 'ya29.from-recent');
    });

    it('each has the hints of its own for the verification', async () => {
      const { prepared } = await new GoogleScene({
        ...ends(7_200, undefined),
        '/tokeninfo': [response(200, { expires_in: '60' })],
      }).ready(old, recent, pasted);
      const hints = [prepared.sentWith, ...prepared.alsoAlive].map((one) => one.hints);
      assert.deepEqual(
        hints.map((one) => one['refreshTokenExpiresAt']),
        [undefined, noon + 7_200_000, undefined],
      );
      assert.equal(hints[2]?.['accessTokenExpiresAt'], noon + 60_000);
    });
  });

  describe('what the confirmation says of the tokens', () => {
    const effects = async (service: Service, ...credentials: readonly [Credential, ...Credential[]]) =>
      lines((await new GoogleScene(service).ready(...credentials)).preview.effects).slice(2);

    it('nothing more of a single one', async () => assert.deepEqual(await effects(two, old), []));
    it('how many end', async () =>
      assert.deepEqual(await effects(two, old, recent, pasted), ['google.effect.tokens | 3']));
    it('how many are dead, and how many could not be read', async () => {
      const mixed = {
        ...two,
        '/token': [byToken({ '1//old': fresh('old'), '1//recent': invalidGrant, '1//third': response(500) })],
      };
      assert.deepEqual(await effects(mixed, old, recent, refreshCredential('third', 3_000)), [
        'google.effect.deadTokens | 1',
        'google.effect.unreadTokens | 1',
      ]);
    });
  });

  describe('what is granted', () => {
    const grantOf = async (service: Service, ...credentials: readonly [Credential, ...Credential[]]) => {
      const result = await new GoogleScene(service).provider.probe(targetWith(...credentials), never);
      assert.ok(result.kind === 'granted', result.kind);
      return result.grant;
    };
    const storedAts = ({ credentials }: GrantSummary) =>
      credentials.map(({ storedAt, alive }) => [storedAt - noon, alive]);

    it('is merged; a resource of both kinds counts as one time', async () => {
      const { oneTime, timeBased } = await grantOf(two, old, recent);
      assert.deepEqual(oneTime, ['myactivity.maps', 'chrome.history']);
      assert.deepEqual(timeBased, ['maps.reviews', 'maps.starred']);
    });

    it('is told for each credential, dead ones too, and not for those that could not be read', async () => {
      const service = {
        ...two,
        '/token': [byToken({ '1//old': fresh('old'), '1//recent': invalidGrant, '1//third': response(500) })],
      };
      const noted = refreshCredential('recent', 1_000, { scopes: 'maps.starred  chrome.history' });
      const grant = await grantOf(service, old, noted, refreshCredential('third', 1_500));
      assert.deepEqual(storedAts(grant), [
        [0, true],
        [1_000, false],
      ]);
      assert.deepEqual(
        grant.credentials.map(({ grants }) => grants),
        [
          ['maps.reviews', 'chrome.history', 'myactivity.maps'],
          ['maps.starred', 'chrome.history'],
        ],
      );
      assert.deepEqual(grant.oneTime, ['myactivity.maps']);
    });

    it('what was noted at the sign-in goes before what the check says now', async () => {
      const grant = await grantOf(two, refreshCredential('old', 0, { scopes: 'maps.reviews' }));
      assert.deepEqual(grant.credentials[0]?.grants, ['maps.reviews']);
    });

    it('ends when the first of them ends; the access token is told apart', async () => {
      const service = {
        ...two,
        '/token': [
          byToken({
            '1//old': fresh('old', { refresh_token_expires_in: 7_200 }),
            '1//recent': fresh('recent', { refresh_token_expires_in: 9_000 }),
          }),
        ],
      };
      const grant = await grantOf(service, old, recent);
      assert.equal(grant.credentialExpiresAt, noon + 7_200_000);
      assert.deepEqual(
        grant.credentials.map(({ expiresAt }) => expiresAt),
        [noon + 7_200_000, noon + 9_000_000],
      );
      const end = grant.credentials[0]?.accessTokenExpiresAt ?? 0;
      assert.ok(end > noon + 3_590_000 && end <= noon + 3_599_000);
      const byAccess = await grantOf(two, pasted);
      assert.equal(byAccess.credentials[0]?.accessTokenExpiresAt, undefined);
      assert.equal(byAccess.credentials[0]?.expiresAt, noon + 1_800_000);
    });

    it('the end that was noted counts where the refresh says none', async () => {
      const noted = refreshCredential('old', 0, { refreshTokenExpiresAt: String(noon + 5 * day) });
      assert.equal((await grantOf(two, noted)).credentialExpiresAt, noon + 5 * day);
      const said = { ...two, '/token': [fresh('old', { refresh_token_expires_in: 60 })] };
      assert.equal((await grantOf(said, noted)).credentialExpiresAt, noon + 60_000);
      for (const odd of ['soon', '', '-5', '1e9', '9'.repeat(17)]) {
        const broken = refreshCredential('old', 0, { refreshTokenExpiresAt: odd });
        assert.equal((await grantOf(two, broken)).credentialExpiresAt, undefined, odd);
      }
    });

    for (const [lifetime, limit] of [
      [7 * day, 'google.limit.testing'],
      [7 * day - hour, 'google.limit.testing'],
      [7 * day + hour, 'google.limit.testing'],
      [7 * day + hour + 1, undefined],
      [30 * day - 1, 'google.limit.thirtyDays'],
      [180 * day + 1, 'google.limit.halfYear'],
      [90 * day, undefined],
    ] as const) {
      it(`a life of ${lifetime / day} days: ${limit ?? 'no known limit'}`, async () => {
        const facts = { consentedAt: String(noon - day), refreshTokenExpiresAt: String(noon - day + lifetime) };
        const grant = await grantOf(two, refreshCredential('old', 0, facts));
        assert.equal(grant.credentials[0]?.limit?.code, limit);
      });
    }

    it('a limit is not guessed without the time of the consent', async () => {
      const facts = { refreshTokenExpiresAt: String(noon + 7 * day) };
      assert.equal((await grantOf(two, refreshCredential('old', 0, facts))).credentials[0]?.limit, undefined);
    });
  });

  describe('dead, alive and unread ones', () => {
    const tokens = (oldAnswer: typeof invalidGrant, recentAnswer: typeof invalidGrant): Service => ({
      ...two,
      '/token': [byToken({ '1//old': oldAnswer, '1//recent': recentAnswer })],
    });
    const dead = invalidGrant;
    const unread = response(500);
    const alive = { old: fresh('old'), recent: fresh('recent') };
    const rows: readonly (readonly [string, Service, string, string])[] = [
      ['all dead', tokens(dead, dead), 'dead-credential: google.invalidGrant', 'dead-credential: google.invalidGrant'],
      ['one alive, one dead', tokens(dead, alive.recent), 'granted', 'ready'],
      ['one alive, one unread', tokens(alive.old, unread), 'granted', 'ready'],
      [
        'one dead, one unread',
        tokens(unread, dead),
        'failed: google.refreshFailed',
        'stopped: not-sent: google.refreshFailed',
      ],
      ['all unread', tokens(unread, unread), 'failed: google.refreshFailed', 'stopped: not-sent: google.refreshFailed'],
    ];
    for (const [name, service, probed, previewed] of rows) {
      it(`${name}: ${probed}`, async () => {
        const scene = new GoogleScene(service);
        const probe = await scene.provider.probe(targetWith(old, recent), never);
        assert.equal([probe.kind, 'reason' in probe ? probe.reason.code : ''].filter(Boolean).join(': '), probed);
        assert.equal(told(await scene.preview(ways.reset.id, old, recent)), previewed);
      });
    }

    it('one refused by the service while the other is dead: refused', async () => {
      const service: Service = {
        '/token': [byToken({ '1//old': alive.old, '1//recent': dead })],
        '/v1/accessType:check': [quota],
      };
      const result = await new GoogleScene(service).preview('reset', old, recent);
      assert.equal(told(result), 'stopped: refused: google.tooManyRequests');
    });

    it('aborted with one is aborted', async () => {
      const service = { ...two, '/token': [byToken({ '1//old': alive.old, '1//recent': noName })] };
      const aborted = { ...service, '/v1/accessType:check': [{ kind: 'aborted', sent: true } as const] };
      assert.equal((await new GoogleScene(aborted).preview('reset', old, recent)).kind, 'aborted');
      assert.equal((await new GoogleScene(aborted).provider.probe(targetWith(old, recent), never)).kind, 'aborted');
    });

    it('a kept token is renewed for its own credential alone', async () => {
      let rejecting = false;
      const scene = new GoogleScene({
        ...two,
        '/v1/accessType:check': [
          ({ bearer }) => (rejecting && bearer === 'ya29.from-old' ? rejected : checked([], ['maps.reviews'])),
        ],
      });
      await scene.ready(old, recent);
      rejecting = true;
      const before = scene.transport.requests.length;
      await scene.ready(old, recent);
      const renewals = scene.transport.requests.slice(before).filter(({ url }) => url.endsWith('/token'));
      assert.deepEqual(
        renewals.map(({ body }) => new URLSearchParams(body).get('refresh_token')),
        ['1//old'],
      );
      const after = scene.transport.requests.length;
      await scene.ready(old, recent);
      const later = scene.transport.requests.slice(after).map(({ body }) => body);
      assert.ok(!later.some((body) => body.includes('recent')), 'the other is still kept');
    });

    it('reads four at a time', async () => {
      let underWay = 0;
      let most = 0;
      const many = Array.from({ length: 9 }, (_, index) => accessCredential(`n${index}`, index)) as [Credential];
      const scene = new GoogleScene({
        '/v1/accessType:check': [
          async () => {
            most = Math.max(most, ++underWay);
            await new Promise((resolve) => setImmediate(resolve));
            underWay--;
            return checked([], ['maps.reviews']);
          },
        ],
      });
      const { prepared } = await scene.ready(...many);
      assert.equal(most, 4);
      assert.equal(prepared.alsoAlive.length, 8);
    });
  });

  it('knows no other way than its own', async () => {
    await assert.rejects(new GoogleScene({}).preview('burn', old));
  });
});
