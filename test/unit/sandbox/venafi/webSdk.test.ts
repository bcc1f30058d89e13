import assert from 'node:assert/strict';
import type { VenafiSwitches } from '../../../../src/sandbox/venafi/api';
import { dayMs, errorOf, startTime, VenafiStage } from './stage';

interface ShownIdentity {
  readonly Name: string;
  readonly FullName: string;
  readonly PrefixedUniversal: string;
  readonly IsGroup?: boolean;
}

describe('venafi sandbox: the Web SDK', () => {
  let stage: VenafiStage;
  beforeEach(async () => {
    stage = await VenafiStage.start();
  });
  afterEach(() => stage.running.close());

  const methods: [string, object | undefined, string | undefined][] = [
    ['oauth/RevokeGrants', { ApplicationId: 'build-pipeline' }, 'admin:delete'],
    ['oauth/GetGrants', { GranteePrefixedUniversal: 'local:x' }, 'admin'],
    ['oauth/GrantCount', { ApplicationId: 'build-pipeline' }, 'admin'],
    ['oauth/UserCount', { ApplicationId: 'build-pipeline' }, 'admin'],
    ['oauth/EnumerateApplications', { Start: 0, Count: 10 }, 'admin'],
    ['oauth/GetRole', {}, 'admin'],
    ['Identity/Self', undefined, 'configuration'],
    ['Identity/Browse', { Filter: 'alice', Limit: 2, IdentityType: 1 }, 'configuration'],
    ['Identity/Validate', { ID: { PrefixedUniversal: 'local:x' } }, 'configuration'],
    ['SystemStatus/Version', undefined, undefined],
  ];
  for (const [path, body, scope] of methods) {
    it(`${path} wants a token${scope ? ` with ${scope}` : ''}, and its own verb`, async () => {
      for (const token of [undefined, 'made-up', stage.sample.administrator.refreshToken]) {
        assert.equal(errorOf(await stage.sdk(token, path, body)), '401 invalid_token');
      }
      const other = stage.grant('tpp-admin', scope === 'configuration' ? 'admin:delete' : 'configuration').accessToken;
      const withOther = await stage.sdk(other, path, body);
      if (scope === undefined) assert.equal(withOther.status, 200);
      else {
        assert.equal(errorOf(withOther), '403 insufficient_scope');
        assert.match(withOther.text, /Grant rejected scope (configuration|admin:delete)"/);
      }
      const wrongVerb = await stage.sdk(stage.admin, path, body === undefined ? {} : undefined);
      assert.equal(wrongVerb.status, 405);
      const enough = stage.grant('tpp-admin', scope ?? 'configuration').accessToken;
      assert.equal((await stage.sdk(enough, path, body)).status, 200);
      stage.running.control.clock.advance(90 * dayMs);
      assert.equal(errorOf(await stage.sdk(enough, path, body)), '401 invalid_token');
    });
  }

  it('knows no other methods', async () => {
    assert.equal((await stage.sdk(stage.admin, 'oauth/DeleteEverything', {})).status, 404);
    assert.equal((await stage.sdk(stage.admin, 'constructor', {})).status, 404);
  });

  it('asks for admin or admin:delete, as the switch says', async () => {
    const { accessToken } = stage.grant('tpp-admin', 'admin');
    const body = { GranteePrefixedUniversal: stage.id('alice.test') };
    assert.equal(errorOf(await stage.revoke(body, accessToken)), '403 insufficient_scope');
    stage.control.setSwitches({ revokeScope: 'admin' });
    assert.equal((await stage.revoke(body, accessToken)).json()['Result'], 0);
  });

  it('is as old as the switch says', async () => {
    stage.control.setSwitches({ version: '22.2.9.1' });
    assert.deepEqual((await stage.sdk(stage.admin, 'SystemStatus/Version')).json(), { Version: '22.2.9.1' });
    const revoke = () => stage.revoke({ GranteePrefixedUniversal: stage.id('alice.test') });
    assert.equal((await revoke()).status, 404);
    stage.control.setSwitches({ oldVersionStatus: 405 });
    assert.equal((await revoke()).status, 405);
    assert.equal((await stage.sdk(stage.admin, 'Identity/Self')).status, 200);
    stage.control.setSwitches({ version: '20.3' });
    const { accessToken } = stage.grant('tpp-admin', 'admin');
    assert.equal(errorOf(await stage.sdk(accessToken, 'Identity/Self')), '401 insufficient_scope');
    assert.equal(stage.count({ grantee: 'alice.test' }), 3);
    stage.control.setSwitches({ version: '22.3' });
    assert.equal((await revoke()).json()['Result'], 0);
  });

  const styles: [VenafiSwitches['errorStyle'], (text: string, reason: string) => void][] = [
    ['lower', (text) => assert.deepEqual(Object.keys(JSON.parse(text)), ['error', 'error_description'])],
    ['capital', (text) => assert.deepEqual(Object.keys(JSON.parse(text)), ['Error', 'Error_description'])],
    ['details', (text) => assert.deepEqual(Object.keys(JSON.parse(text)), ['Error', 'ErrorDetails'])],
    [
      'reason-phrase',
      (text, reason) => {
        assert.equal(text, '');
        assert.match(reason, /^invalid_token: /);
      },
    ],
  ];
  for (const [errorStyle, check] of styles) {
    it(`writes errors in the style ${errorStyle}`, async () => {
      stage.control.setSwitches({ errorStyle });
      const answer = await stage.sdk(undefined, 'Identity/Self');
      assert.equal(answer.status, 401);
      check(answer.text, answer.reason);
    });
  }

  it('dates its answers by the clock of the grants, or wrongly, or not at all', async () => {
    const date = async () => (await stage.sdk(stage.admin, 'Identity/Self')).headers.get('date');
    assert.equal(Date.parse((await date()) ?? ''), startTime);
    stage.running.control.clock.advance(5_000);
    assert.equal(Date.parse((await date()) ?? ''), startTime + 5_000);
    stage.control.setSwitches({ dateSkewMs: -dayMs });
    assert.equal(Date.parse((await date()) ?? ''), startTime + 5_000 - dayMs);
    stage.control.setSwitches({ dateHeader: 'missing' });
    assert.equal(await date(), null);
  });
});

describe('venafi sandbox: grants and roles', () => {
  let stage: VenafiStage;
  beforeEach(async () => {
    stage = await VenafiStage.start();
  });
  afterEach(() => stage.running.close());

  const getGrants = async (grantee: string, token = stage.admin) =>
    (await stage.sdk(token, 'oauth/GetGrants', { GranteePrefixedUniversal: grantee })).json<{
      Grants: Record<string, unknown>[];
      Result: number;
      Success: boolean;
    }>();

  it('lists the grants of a user with their times, and tokens only when told to', async () => {
    const alice = stage.id('alice.test');
    const { Grants: grants, Result: result, Success: success } = await getGrants(alice);
    assert.deepEqual([result, success, grants.length], [0, true, 3]);
    assert.deepEqual(grants[2], {
      AccessIssuedOn: `/Date(${startTime})/`,
      AccessIssuedOnISO8601: '2026-06-05T04:00:11Z',
      AccessIssuedOnUnixTime: startTime / 1000,
      Application: 'cert-dashboard',
      Expires: `/Date(${startTime + 365 * dayMs})/`,
      ExpiresISO8601: '2027-06-05T04:00:11Z',
      ExpiresUnixTime: (startTime + 365 * dayMs) / 1000,
      GrantIssuedOn: `/Date(${startTime})/`,
      GrantIssuedOnISO8601: '2026-06-05T04:00:11Z',
      GrantIssuedOnUnixTime: startTime / 1000,
      GrantedToPrefixedUniversal: alice,
      GranteePrefixedUniversal: alice,
      Scope: 'certificate:discover',
      ValidFor: 7_776_000,
    });
    stage.control.setSwitches({ grantsCarryTokens: true });
    const carrying = stage.grant('alice.test');
    const carried = (await getGrants(alice)).Grants.at(-1);
    assert.deepEqual(
      [carried?.['AccessToken'], carried?.['RefreshToken']],
      [carrying.accessToken, carrying.refreshToken],
    );
    assert.deepEqual(await getGrants('local:{nobody}'), { Grants: [], Result: 0, Success: true });
  });

  it('shows grants that never end, and those of an earlier time', async () => {
    stage.control.setApplication('cert-dashboard', { grantValidityS: null });
    const issuedAt = startTime - 3 * dayMs;
    stage.control.seed({ grants: [{ grantee: 'bob.test', application: 'cert-dashboard', issuedAt }] });
    const grant = (await getGrants(stage.id('bob.test'))).Grants.at(-1);
    assert.equal(grant?.['Expires'], null);
    assert.equal(grant?.['GrantIssuedOnUnixTime'], issuedAt / 1000);
  });

  it('shows a user the own grants, an owner those of the own applications', async () => {
    const [alice, bob] = [stage.id('alice.test'), stage.id('bob.test')];
    const asBob = stage.grant('bob.test').accessToken;
    assert.equal((await getGrants(bob, asBob)).Grants.length, 4);
    const refused = await stage.sdk(asBob, 'oauth/GetGrants', { GranteePrefixedUniversal: alice });
    assert.equal(errorOf(refused), '401 insufficient_rights');
    const asDave = stage.grant('dave.test').accessToken;
    const seen = (await getGrants(alice, asDave)).Grants.map(({ Application: application }) => application);
    assert.deepEqual(seen, ['build-pipeline', 'build-pipeline']);
  });

  it('counts 9 grants of 4 users', async () => {
    const count = async (what: string, application: string, token = stage.admin) =>
      (await stage.sdk(token, `oauth/${what}`, { ApplicationId: application })).json();
    const answer = { Result: 0, Success: true };
    assert.deepEqual(await count('GrantCount', 'build-pipeline'), { Count: 9, ...answer });
    assert.deepEqual(await count('UserCount', 'build-pipeline'), { Count: 4, ...answer });
    assert.equal((await count('GrantCount', 'none'))['Result'], 2);
    assert.equal((await count('GrantCount', 'build-pipeline', stage.grant('dave.test').accessToken))['Count'], 9);
    const asBob = await stage.sdk(stage.grant('bob.test').accessToken, 'oauth/UserCount', {
      ApplicationId: 'build-pipeline',
    });
    assert.equal(errorOf(asBob), '401 insufficient_rights');
    assert.equal(errorOf(await stage.sdk(stage.admin, 'oauth/GrantCount', {})), '400 invalid_request');
  });

  it('enumerates applications page by page', async () => {
    const page = async (start: unknown, size: unknown, token = stage.admin) =>
      stage.sdk(token, 'oauth/EnumerateApplications', { Start: start, Count: size });
    const ids = async (start: number, size: number, token = stage.admin) =>
      (await page(start, size, token)).json<{ Applications: { ID: string }[] }>().Applications.map(({ ID: id }) => id);
    assert.deepEqual(await ids(0, 2), ['reconsent', 'build-pipeline']);
    assert.deepEqual(await ids(2, 2), ['cert-dashboard']);
    assert.deepEqual(await ids(0, 9, stage.grant('dave.test').accessToken), ['build-pipeline']);
    assert.equal(errorOf(await page(0, 9, stage.grant('bob.test').accessToken)), '401 insufficient_rights');
    for (const wrong of [undefined, '0', -1, 0.5]) assert.equal((await page(wrong, 1)).status, 400);
  });

  it('tells everybody the own role', async () => {
    for (const body of ['[]', 'null', '"x"', '{']) {
      assert.equal(errorOf(await stage.sdk(stage.admin, 'oauth/GetRole', body)), '400 invalid_request', body);
    }
    const role = async (who: string) =>
      (await stage.sdk(stage.grant(who).accessToken, 'oauth/GetRole', {})).json<{ Role: unknown }>().Role;
    stage.control.setApplication('cert-dashboard', { owners: ['carol.test'], maintainers: ['dave.test', 'bob.test'] });
    assert.deepEqual(await role('tpp-admin'), { Role: 6 });
    assert.deepEqual(await role('alice.test'), { Role: 0 });
    assert.deepEqual(await role('carol.test'), {
      OwnedApplications: [{ ApplicationId: 'cert-dashboard', Role: 3 }],
      PermittedApplications: ['cert-dashboard'],
      Role: 3,
    });
    assert.equal(((await role('bob.test')) as { Role: number }).Role, 2);
    assert.deepEqual(await role('dave.test'), {
      OwnedApplications: [
        { ApplicationId: 'build-pipeline', Role: 3 },
        { ApplicationId: 'cert-dashboard', Role: 2 },
      ],
      PermittedApplications: ['build-pipeline', 'cert-dashboard'],
      Role: 4,
    });
    stage.control.setIdentity('alice.test', { role: 'grantAdmin' });
    assert.deepEqual(await role('alice.test'), { Role: 5 });
    stage.control.setIdentity('alice.test', { role: 'auditor' });
    assert.deepEqual(await role('alice.test'), { Role: 1 });
  });
});

describe('venafi sandbox: identities', () => {
  let stage: VenafiStage;
  beforeEach(async () => {
    stage = await VenafiStage.start();
  });
  afterEach(() => stage.running.close());

  const browse = async (body: object, token = stage.admin) =>
    (await stage.sdk(token, 'Identity/Browse', body)).json<{ Identities: ShownIdentity[] }>().Identities;
  const names = async (body: object, token = stage.admin) => (await browse(body, token)).map(({ Name: name }) => name);

  it('says who one is: oneself first, then the groups', async () => {
    const { accessToken } = stage.grant('alice.test');
    const answer = await stage.sdk(accessToken, 'identity/self');
    const { Identities: identities } = answer.json<{ Identities: ShownIdentity[] }>();
    assert.deepEqual(identities[0], {
      FullName: 'Alice Test',
      IsGroup: false,
      Name: 'alice.test',
      Prefix: 'local',
      PrefixedName: 'local:alice.test',
      PrefixedUniversal: stage.id('alice.test'),
      Type: 1,
      Universal: stage.id('alice.test').slice('local:'.length),
    });
    assert.deepEqual([identities[1]?.Name, identities[1]?.IsGroup], ['testers', true]);
  });

  it('finds by part of a name, so many, of that type', async () => {
    assert.deepEqual(await names({ Filter: 'ALICE', Limit: 2, IdentityType: 1 }), ['alice.test']);
    assert.equal((await names({ Filter: '' })).length, 8);
    assert.equal((await names({ Limit: 3 })).length, 3);
    assert.equal((await names({ Limit: 0 })).length, 8);
    assert.deepEqual(await names({ Filter: 'test', IdentityType: 2 }), ['testers']);
    assert.deepEqual(await names({ Filter: 'nobody' }), []);
    assert.equal(errorOf(await stage.sdk(stage.admin, 'Identity/Browse', { Filter: 1 })), '400 invalid_request');
  });

  it('finds two of one name', async () => {
    const found = await browse({ Filter: 'sam.test', Limit: 2 });
    assert.deepEqual(
      found.map(({ Name: name, FullName: full }) => [name, full]),
      [
        ['sam.test', 'Sam Test (Berlin)'],
        ['sam.test', 'Sam Test (Oslo)'],
      ],
    );
    const named = await stage.sdk(stage.admin, 'Identity/Validate', { ID: { PrefixedName: 'local:sam.test' } });
    assert.equal(named.text, '');
  });

  it('searches the provider of the caller only', async () => {
    stage.control.seed({
      identities: [
        { name: 'eve', prefixedUniversal: 'AD+corp:{0e1f4d2c-9b8a-4c7d-8e6f-5a4b3c2d1e0f}' },
        { name: 'frank', prefixedUniversal: 'AD+corp:{1e1f4d2c-9b8a-4c7d-8e6f-5a4b3c2d1e0f}' },
      ],
    });
    assert.deepEqual(await names({ Filter: 'frank' }), []);
    assert.deepEqual(await names({ Filter: '' }, stage.grant('eve').accessToken), ['eve', 'frank']);
  });

  it('leaves IsGroup out when told to, hands on hostile names as they are', async () => {
    stage.control.setSwitches({ identitiesSayIsGroup: false });
    const name = '[x](command:y)\u202e$(alert)\n';
    stage.control.seed({ identities: [{ name, fullName: name }] });
    const [found] = await browse({ Filter: 'command:' });
    assert.deepEqual([found?.Name, found?.FullName, found && 'IsGroup' in found], [name, name, false]);
  });

  it('validates, and answers 200 with nothing for nobody', async () => {
    const validate = (body: unknown) => stage.sdk(stage.admin, 'Identity/Validate', body);
    const alice = stage.id('alice.test');
    for (const id of [{ PrefixedUniversal: alice.replace(/[{}]/g, '') }, { PrefixedName: 'local:alice.test' }]) {
      const answer = (await validate({ ID: id })).json<{ ID: ShownIdentity }>();
      assert.equal(answer.ID.PrefixedUniversal, alice);
    }
    const nobody = await validate({ ID: { PrefixedUniversal: 'local:{nobody}' } });
    assert.deepEqual([nobody.status, nobody.text], [200, '']);
    for (const wrong of [{}, { ID: 'x' }, { ID: {} }]) assert.equal((await validate(wrong)).status, 400);
  });
});
