import assert from 'node:assert/strict';
import type { VenafiFault, VenafiFaultOptions, VenafiSwitches } from '../../../../src/sandbox/venafi/api';
import { dayMs, errorOf, startTime, VenafiStage } from './stage';

const done = { Result: 0, Success: true };

describe('venafi sandbox: RevokeGrants', () => {
  let stage: VenafiStage;
  beforeEach(async () => {
    stage = await VenafiStage.start();
  });
  afterEach(() => stage.running.close());

  it('ends all grants of a user, in all applications, and nobody else’s', async () => {
    const alice = stage.id('alice.test');
    assert.equal(stage.count({ grantee: alice }), 3);
    const before = stage.count();
    const answer = await stage.revoke({ GranteePrefixedUniversal: alice });
    assert.deepEqual([answer.status, answer.json()], [200, done]);
    assert.deepEqual([stage.count({ grantee: alice }), stage.count()], [0, before - 3]);
    assert.deepEqual(stage.control.revocations(), [
      {
        time: startTime,
        caller: stage.sample.administrator.grantee,
        clientId: 'reconsent',
        grantee: alice,
        grants: 3,
        bodyLength: JSON.stringify({ GranteePrefixedUniversal: alice }).length,
        tokenFingerprint: stage.running.control.requests.list().at(-1)?.tokenFingerprint,
      },
    ]);
  });

  it('ends the grants of every user of an application', async () => {
    const { application } = stage.sample;
    assert.equal(stage.count({ application }), 9);
    assert.deepEqual((await stage.revoke({ ApplicationId: application })).json(), done);
    assert.equal(stage.count({ application }), 0);
    assert.equal(stage.count({ grantee: 'alice.test', application: 'cert-dashboard' }), 1);
    assert.equal(stage.control.revocations()[0]?.application, application);
  });

  it('takes a universal without its braces, method names in any case, and parameters it does not know', async () => {
    const bare = stage.id('alice.test').replace(/[{}]/g, '');
    const answer = await stage.sdk(stage.admin, 'OAUTH/revokeGRANTS', { GranteePrefixedUniversal: bare, Extra: 1 });
    assert.deepEqual(answer.json(), done);
    assert.equal(stage.count({ grantee: 'alice.test' }), 0);
  });

  it('takes parameter names and values literally', async () => {
    const alice = stage.id('alice.test');
    assert.equal(errorOf(await stage.revoke({ granteeprefixeduniversal: alice })), '400 invalid_request');
    assert.equal((await stage.revoke({ ApplicationId: 'Build-Pipeline' })).json()['Result'], 2);
    assert.equal((await stage.revoke({ GranteePrefixedUniversal: alice.toUpperCase() })).json()['Result'], 3);
    assert.equal(stage.count({ grantee: alice }), 3);
  });

  it('refuses a body without either parameter, of another type, and what is no JSON object', async () => {
    for (const body of [{}, { ApplicationId: '' }, { GranteePrefixedUniversal: 7 }, [], '"x"', '{', 'null']) {
      assert.equal(errorOf(await stage.revoke(body)), '400 invalid_request', JSON.stringify(body));
    }
  });

  const both: [VenafiSwitches['bothParameters'], number, number, number][] = [
    // switch, result, then what is left of alice's three and of the application's nine
    ['refused', 6, 3, 9],
    ['grantee', 0, 0, 7],
    ['application', 0, 1, 0],
    ['intersection', 0, 1, 7],
    ['union', 0, 0, 0],
  ];
  for (const [bothParameters, result, ofAlice, ofApplication] of both) {
    it(`both parameters at once: ${bothParameters}`, async () => {
      stage.control.setSwitches({ bothParameters });
      const { application } = stage.sample;
      const alice = stage.id('alice.test');
      const answer = await stage.revoke({ GranteePrefixedUniversal: alice, ApplicationId: application });
      assert.equal(answer.json()['Result'], result);
      assert.deepEqual([stage.count({ grantee: alice }), stage.count({ application })], [ofAlice, ofApplication]);
    });
  }

  for (const nothingToRevoke of [0, 3] as const) {
    it(`nothing to revoke: result ${nothingToRevoke}`, async () => {
      stage.control.setSwitches({ nothingToRevoke });
      stage.control.endGrants({ grantee: 'alice.test' });
      const answer = await stage.revoke({ GranteePrefixedUniversal: stage.id('alice.test') });
      assert.deepEqual([answer.json()['Result'], answer.json()['Success']], [nothingToRevoke, nothingToRevoke === 0]);
      assert.deepEqual(stage.control.revocations(), []);
    });
  }

  it('goes on showing grants while a revocation propagates, and takes no more orders from their tokens', async () => {
    stage.control.setSwitches({ propagationMs: 60_000 });
    const alice = stage.id('alice.test');
    const own = stage.grant('alice.test').accessToken;
    await stage.revoke({ GranteePrefixedUniversal: alice });
    const seen = async () =>
      (await stage.sdk(stage.admin, 'oauth/GetGrants', { GranteePrefixedUniversal: alice })).json<{
        Grants: object[];
      }>().Grants.length;
    assert.equal(await seen(), 4);
    assert.equal((await stage.sdk(own, 'Identity/Self')).status, 200);
    assert.equal((await stage.authGet('authorize/verify', own)).status, 200);
    assert.equal((await stage.revoke({ GranteePrefixedUniversal: alice })).json()['Result'], 3);
    assert.equal((await stage.authGet('revoke/token', own)).status, 202);
    assert.equal(errorOf(await stage.revoke({ GranteePrefixedUniversal: alice }, own)), '401 invalid_token');
    stage.running.control.clock.advance(60_000);
    assert.equal(await seen(), 0);
    assert.equal(errorOf(await stage.sdk(own, 'Identity/Self')), '401 invalid_token');
  });

  it('kills the token of the one who revokes oneself', async () => {
    const { grantee } = stage.sample.administrator;
    assert.deepEqual((await stage.revoke({ GranteePrefixedUniversal: grantee })).json(), done);
    assert.equal(errorOf(await stage.sdk(stage.admin, 'Identity/Self')), '401 invalid_token');
    assert.equal(errorOf(await stage.refresh(stage.sample.administrator.refreshToken)), '400 invalid_grant');
  });

  it('lets grants end by themselves', async () => {
    stage.running.control.clock.advance(365 * dayMs);
    assert.equal(stage.count(), 0);
  });
});

describe('venafi sandbox: who may revoke', () => {
  let stage: VenafiStage;
  before(async () => {
    stage = await VenafiStage.start();
    const { control } = stage;
    control.seed({
      identities: [
        { name: 'grants', role: 'grantAdmin' },
        { name: 'auditor', role: 'auditor' },
      ],
    });
    control.setApplication('cert-dashboard', { owners: ['carol.test'], maintainers: ['dave.test'] });
  });
  after(() => stage.running.close());

  const rows: [string, 'self' | 'alice.test' | { application: string }, boolean][] = [
    ['tpp-admin', 'alice.test', true],
    ['grants', 'alice.test', true],
    ['auditor', 'alice.test', false],
    ['bob.test', 'alice.test', false],
    ['bob.test', 'self', true],
    ['auditor', 'self', true],
    ['dave.test', 'alice.test', false],
    ['tpp-admin', { application: 'build-pipeline' }, true],
    ['grants', { application: 'build-pipeline' }, true],
    ['dave.test', { application: 'build-pipeline' }, true],
    ['carol.test', { application: 'cert-dashboard' }, true],
    ['dave.test', { application: 'cert-dashboard' }, false],
    ['auditor', { application: 'build-pipeline' }, false],
    ['alice.test', { application: 'build-pipeline' }, false],
  ];
  for (const [who, what, allowed] of rows) {
    it(`${who}, ${JSON.stringify(what)}: ${allowed ? 'yes' : 'no'}`, async () => {
      stage.control.seedSample();
      stage.control.setApplication('cert-dashboard', { owners: ['carol.test'], maintainers: ['dave.test'] });
      const caller = stage.grant(who);
      const body =
        typeof what === 'object'
          ? { ApplicationId: what.application }
          : { GranteePrefixedUniversal: what === 'self' ? caller.grantee : stage.id(what) };
      stage.control.setSwitches({ rightsDenied: 'result-9' });
      const asResult = await stage.revoke(body, caller.accessToken);
      assert.deepEqual([asResult.status, asResult.json()['Result']], [200, allowed ? 0 : 9]);
      if (allowed) return;
      stage.control.setSwitches({ rightsDenied: '401' });
      assert.equal(errorOf(await stage.revoke(body, caller.accessToken)), '401 insufficient_rights');
    });
  }
});

describe('venafi sandbox: every answer by name', () => {
  let stage: VenafiStage;
  before(async () => {
    stage = await VenafiStage.start();
  });
  after(() => stage.running.close());

  type Row = [string, VenafiFault, Partial<VenafiFaultOptions>, number, string | RegExp];
  const codes = [...Array.from({ length: 19 }, (_, code) => code), 99];
  const results = codes.map(
    (result): Row => [
      `result ${result}`,
      'result',
      { result },
      200,
      new RegExp(`"Result":${result},"Success":${result === 0}}$`),
    ],
  );
  const rows: Row[] = [
    ...results,
    ['result 0 without success', 'result', { result: 0, success: false }, 200, '{"Result":0,"Success":false}'],
    ['result 1 with success', 'result', { success: true }, 200, /"Result":1,"Success":true}$/],
    ['result as text', 'resultString', {}, 200, '{"Result":"0","Success":true}'],
    ['success as text', 'successString', {}, 200, '{"Result":0,"Success":"true"}'],
    ['no result', 'resultMissing', {}, 200, '{"Success":true}'],
    ['no success', 'successMissing', {}, 200, '{"Result":0}'],
    ['{}', 'emptyObject', {}, 200, '{}'],
    ['[]', 'emptyArray', {}, 200, '[]'],
    ['null', 'nullBody', {}, 200, 'null'],
    ['nothing', 'emptyBody', {}, 200, ''],
    ['a byte order mark', 'bom', {}, 200, '\ufeff{"Result":0,"Success":true}'],
    ['a web page', 'html', {}, 200, /^<!DOCTYPE html>/],
    ['202', 'accepted202', {}, 202, '{"Result":0,"Success":true}'],
    ['invalid_request', 'invalidRequest', {}, 400, /"error":"invalid_request"/],
    ['invalid_token', 'invalidToken', {}, 401, /"error":"invalid_token"/],
    ['insufficient_rights', 'insufficientRights', {}, 401, /"error":"insufficient_rights"/],
    ['insufficient_scope', 'insufficientScope', {}, 403, /"Grant rejected scope configuration"/],
    ['insufficient_scope before 20.4', 'insufficientScope401', {}, 401, /"error":"insufficient_scope"/],
    ['a reason phrase alone', 'reasonPhrase401', { description: 'invalid_token' }, 401, ''],
    ['a lost race', 'refreshTokenInvalid', {}, 400, /Grant has been revoked, has expired/],
    ['a hostile text', 'invalidToken', { description: '[x](command:y)' }, 401, /\[x\]\(command:y\)/],
    ['404', 'notFound404', {}, 404, /^<!DOCTYPE html>/],
    ['405', 'notAllowed405', {}, 405, /^<!DOCTYPE html>/],
    ['500', 'internal500', {}, 500, /^<!DOCTYPE html>/],
    ['503', 'unavailable503', {}, 503, /^<!DOCTYPE html>/],
  ];
  for (const [title, name, options, status, body] of rows) {
    it(title, async () => {
      const before = stage.count();
      stage.control.fault(name, { route: 'revokeGrants', times: 1, ...options });
      const response = await fetch(`${stage.running.venafi.webSdk}OAuth/RevokeGrants`, {
        method: 'POST',
        headers: { authorization: `Bearer ${stage.admin}` },
        body: JSON.stringify({ GranteePrefixedUniversal: stage.id('alice.test') }),
      });
      // Not `text()`: that drops a byte order mark.
      const text = Buffer.from(await response.arrayBuffer()).toString('utf8');
      assert.equal(response.status, status);
      if (typeof body === 'string') assert.equal(text, body);
      else assert.match(text, body);
      if (name === 'reasonPhrase401') assert.equal(response.statusText, 'invalid_token');
      assert.equal(stage.count(), before);
    });
  }

  it('carries the request out behind any of them when told to', async () => {
    stage.control.fault('emptyObject', { route: 'revokeGrants', times: 1, carryOut: true });
    assert.equal((await stage.revoke({ GranteePrefixedUniversal: stage.id('alice.test') })).text, '{}');
    assert.equal(stage.count({ grantee: 'alice.test' }), 0);
    stage.control.seedSample();
    stage.control.fault('connectionResetAfter', { route: 'revokeGrants', times: 1 });
    await assert.rejects(stage.revoke({ GranteePrefixedUniversal: stage.id('alice.test') }));
    assert.equal(stage.count({ grantee: 'alice.test' }), 0);
    stage.control.seedSample();
    stage.control.fault('connectionResetBefore', { route: 'any', times: 1 });
    await assert.rejects(stage.revoke({ GranteePrefixedUniversal: stage.id('alice.test') }));
    assert.equal(stage.count({ grantee: 'alice.test' }), 3);
  });
});
