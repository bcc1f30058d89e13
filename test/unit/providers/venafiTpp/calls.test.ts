/** The reads of the Web SDK: nothing is evidence but an answer that says that it succeeded. */
import assert from 'node:assert/strict';
import type { HttpResult, VerificationHints } from '../../../../src/core/ports';
import {
  canRevokeGrants,
  countOf,
  getGrants,
  getRole,
  readVersion,
  type VenafiApi,
} from '../../../../src/providers/venafiTpp/api';
import { type Consent, readConsent } from '../../../../src/providers/venafiTpp/consent';
import { defaultScope, venafiAddresses } from '../../../../src/providers/venafiTpp/settings';
import { judge } from '../../../../src/providers/venafiTpp/verification';
import { FakeClock } from '../../../fakes/clock';
import { noon, project } from '../../../fakes/resetStage';
import { response, ScriptedTransport } from '../../../fakes/scriptedTransport';
import { alice, application, host, never, result, sealed } from '../../../fakes/venafiScene';

const token = sealed('access-0');
const broken: HttpResult = { kind: 'broken', cause: 'timeout', detail: '' };

function at(...answers: readonly HttpResult[]) {
  const transport = new ScriptedTransport(...answers);
  const clock = new FakeClock({ now: () => noon, advance: () => undefined });
  const of = project({ provider: 'venafiTpp', endpoint: host, options: { clientId: 'reconsent' } });
  const api: VenafiApi = { addresses: venafiAddresses(of), transport, clock, scope: defaultScope, project: of.id };
  return { transport, api };
}

describe('Venafi TPP: numbers of an application', () => {
  const read = async (answer: HttpResult) => countOf(at(answer).api, 'GrantCount', token, application, never);

  it('are those of the very application', async () => {
    const { transport, api } = at(result(0, { Count: 3 }));
    assert.deepEqual(await countOf(api, 'UserCount', token, application, never), { kind: 'count', count: 3 });
    assert.deepEqual(
      transport.requests.map(({ method, url, effect, body }) => [method, url, effect, JSON.parse(body)]),
      [['POST', `${host}/vedsdk/oauth/UserCount`, 'read', { ApplicationId: application }]],
    );
  });

  const none: readonly (readonly [string, HttpResult])[] = [
    ['a failure', result(1, { Count: 0 })],
    ['a refusal', result(9, { Count: 0 })],
    ['an answer that contradicts itself', response(200, { Result: 0, Success: false, Count: 0 })],
    ['an answer that leaves it open', response(200, { Result: 0, Count: 0 })],
    ['an answer without a result', response(200, { Count: 0 })],
    ['half a grant', result(0, { Count: 0.5 })],
    ['less than nothing', result(0, { Count: -1 })],
    ['a text', result(0, { Count: '0' })],
    ['no number', result(0)],
    ['a page', response(200, '<html>')],
    ['another status', response(203, { Result: 0, Success: true, Count: 0 })],
    ['no answer', broken],
  ];
  for (const [what, answer] of none) {
    it(`are not known from ${what}`, async () => {
      const reading = await read(answer);
      assert.notEqual(reading.kind, 'count', JSON.stringify(reading));
    });
  }

  it('are both needed', async () => {
    const subject = { kind: 'application', applicationId: application } as const;
    const consent = async (...answers: readonly HttpResult[]) => readConsent(at(...answers).api, token, subject, never);
    const [three, two, failed] = [result(0, { Count: 3 }), result(0, { Count: 2 }), result(1)];
    assert.deepEqual(await consent(three, two), { kind: 'of-application', grants: 3, users: 2, readAt: noon });
    for (const answers of [
      [failed, two],
      [three, failed],
    ]) {
      const reading = await consent(...answers);
      assert.ok(!reading.kind.startsWith('of-'), reading.kind);
    }
  });
});

describe('Venafi TPP: who is signed in', () => {
  const read = async (answer: HttpResult) => getRole(at(answer).api, token, never);

  it('is a role, with the applications of an owner', async () => {
    const owned = ['a', { ApplicationId: 'b' }, 7, {}];
    assert.deepEqual(await read(result(0, { Role: { Role: 3, OwnedApplications: owned } })), {
      kind: 'role',
      role: 3,
      ownedApplications: ['a', 'b'],
    });
    for (const OwnedApplications of [undefined, null, 'x']) {
      const { ownedApplications } = (await read(result(0, { Role: { Role: 6, OwnedApplications } }))) as {
        ownedApplications?: unknown;
      };
      assert.equal(ownedApplications, undefined);
    }
  });

  for (const [what, answer] of [
    ['a failure', result(1, { Role: { Role: 6 } })],
    ['a contradiction', response(200, { Result: 0, Success: false, Role: { Role: 6 } })],
    ['no role', result(0)],
    ['a role by name', result(0, { Role: { Role: 'Admin' } })],
  ] as const) {
    it(`is not known from ${what}`, async () => assert.notEqual((await read(answer)).kind, 'role'));
  }
});

describe('Venafi TPP: the version', () => {
  it('is asked for by a GET, and is nothing where it cannot be read', async () => {
    const { transport, api } = at(response(200, { Version: '25.1.0.2204' }));
    assert.equal(await readVersion(api, token, never), '25.1.0.2204');
    assert.deepEqual(
      transport.requests.map(({ method, url, effect, body }) => [method, url, effect, body]),
      [['GET', `${host}/vedsdk/SystemStatus/Version`, 'read', '']],
    );
    for (const answer of [broken, response(403, ''), response(200, { Version: 'x22.3' }), response(200, {})]) {
      assert.equal(await readVersion(at(answer).api, token, never), undefined);
    }
  });

  for (const [version, can] of [
    ['22.2', false],
    ['22.3', true],
    ['22.10', true],
    ['23.0', true],
    ['21.9', false],
  ] as const) {
    it(`${version}: grants ${can ? 'can' : 'cannot'} be revoked`, () => assert.equal(canRevokeGrants(version), can));
  }
});

describe('Venafi TPP: the grants of a user', () => {
  const read = async (body: unknown, headers: Readonly<Record<string, string>> = {}) =>
    getGrants(at(response(200, body, headers)).api, token, alice, never);

  it('are none where the server says so, one way or the other', async () => {
    const none = { kind: 'grants', grants: [], serverTime: undefined };
    assert.deepEqual(await read({ Result: 0, Success: true, Grants: [] }), none);
    assert.deepEqual(await read({ Result: 3, Success: false }), none);
  });

  for (const body of [
    { Result: 1, Success: false, Grants: [] },
    { Result: 0, Success: false, Grants: [] },
    { Result: 3, Success: true, Grants: [] },
    { Result: 0, Success: true },
    { Grants: [] },
  ]) {
    it(`are not known from ${JSON.stringify(body)}`, async () => {
      assert.notEqual((await read(body)).kind, 'grants');
    });
  }

  it('have the better of two times, or none', async () => {
    const iso = new Date(noon).toISOString();
    const times = [
      { GrantIssuedOnUnixTime: noon / 1000, GrantIssuedOnISO8601: '2001-01-01T00:00:00Z' },
      { GrantIssuedOnUnixTime: null, GrantIssuedOnISO8601: iso },
      { GrantIssuedOnISO8601: 'soon' },
      {},
    ];
    const reading = await read(
      { Result: 0, Success: true, Grants: times },
      { date: new Date(noon + 1_000).toUTCString() },
    );
    assert.ok(reading.kind === 'grants');
    assert.deepEqual(
      reading.grants.map(({ issuedAt }) => issuedAt),
      [noon, noon, undefined, undefined],
    );
    assert.equal(reading.serverTime, noon + 1_000);
  });
});

describe('Venafi TPP: what is left', () => {
  const user = (...issued: readonly (number | undefined)[]): Consent => ({
    kind: 'of-grantee',
    grants: issued.map((issuedAt) => ({ application: 'a', scope: 's', issuedAt, expiresAt: undefined })),
    serverTime: undefined,
    readAt: noon,
  });
  const all = (grants: number): Consent => ({ kind: 'of-application', grants, users: 1, readAt: noon });
  const rows: readonly (readonly [string, Consent, VerificationHints, string])[] = [
    ['nothing of a user', user(), {}, 'gone'],
    ['a newer one', user(noon + 1), { asOf: noon }, 'gone'],
    ['one of the same time', user(noon), { asOf: noon }, 'alive'],
    ['one of no time', user(undefined), { asOf: noon }, 'alive'],
    ['one of which nobody knows whether it is newer', user(noon + 1), {}, 'alive'],
    ['one whose hint is no time', user(noon + 1), { asOf: 'yesterday' }, 'alive'],
    ['nothing of an application', all(0), {}, 'gone'],
    ['as many', all(2), { grantCount: 2, readAt: noon }, 'failed'],
    ['more', all(3), { grantCount: 2 }, 'failed'],
    ['who knows how many fewer', all(1), {}, 'failed'],
    ['fewer than a hint that is no number', all(1), { grantCount: 'many' }, 'failed'],
    ['fewer, soon after', all(1), { grantCount: 2, readAt: noon }, 'failed'],
    ['fewer, at who knows what time', all(1), { grantCount: 2, readAt: 'then' }, 'not-checkable'],
    ['fewer, much later', all(1), { grantCount: 2, readAt: noon - 86_400_000 }, 'not-checkable'],
  ];
  for (const [what, consent, hints, kind] of rows) {
    it(`${what}: ${kind}`, () => assert.equal(judge(consent, hints, noon).kind, kind));
  }
});
