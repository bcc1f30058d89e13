import assert from 'node:assert/strict';
import { dayMs, errorOf, startTime, type TokenBody, VenafiStage } from './stage';

describe('venafi sandbox: signing in and refreshing', () => {
  let stage: VenafiStage;
  beforeEach(async () => {
    stage = await VenafiStage.start();
  });
  afterEach(() => stage.running.close());

  const credentials = () => ({
    client_id: stage.sample.clientId,
    username: stage.sample.administrator.username,
    password: stage.sample.administrator.password,
    scope: stage.sample.scope,
    state: 'x',
  });
  const alive = async (token: string) => (await stage.sdk(token, 'Identity/Self')).status === 200;

  for (const as of ['json', 'form'] as const) {
    it(`by name and password (${as}): the documented fields`, async () => {
      const before = stage.count();
      const answer = await stage.auth('authorize/oauth', credentials(), as);
      const { access_token: access, refresh_token: refresh, ...rest } = answer.json<TokenBody>();
      assert.deepEqual(rest, {
        expires: (startTime + 90 * dayMs) / 1000,
        expires_in: 7_776_000,
        identity: stage.sample.administrator.grantee,
        refresh_until: (startTime + 365 * dayMs) / 1000,
        scope: stage.sample.scope,
        token_type: 'Bearer',
      });
      assert.notEqual(access, refresh);
      assert.ok(await alive(access));
      assert.equal(stage.count(), before + 1);
    });
  }

  it('refuses wrong passwords, unknown clients, and scopes beyond the application’s', async () => {
    stage.control.seed({ identities: [{ name: 'no-password' }] });
    const rows: [Record<string, string>, string][] = [
      [{ password: 'wrong' }, '400 invalid_grant'],
      [{ username: 'nobody' }, '400 invalid_grant'],
      [{ username: 'no-password' }, '400 invalid_grant'],
      [{ client_id: 'Reconsent' }, '400 invalid_client'],
      [{ scope: 'admin:delete,manage' }, '400 invalid_scope'],
      [{ scope: 'certificate' }, '400 invalid_scope'],
      [{ scope: 'admin delete' }, '400 invalid_scope'],
      [{ scope: '' }, '400 invalid_request'],
      [{ password: '' }, '400 invalid_request'],
    ];
    const before = stage.count();
    for (const [change, error] of rows) {
      const answer = await stage.auth('authorize/oauth', { ...credentials(), ...change }, 'json');
      assert.equal(errorOf(answer), error, JSON.stringify(change));
    }
    assert.equal(stage.count(), before);
  });

  it('refreshes once for each refresh token; the old access token ends', async () => {
    const { accessToken, refreshToken = '' } = stage.grant('tpp-admin');
    const grants = stage.count();
    stage.running.control.clock.advance(dayMs);
    const fresh = (await stage.refresh(refreshToken)).json<TokenBody>();
    assert.ok(await alive(fresh.access_token));
    assert.ok(!(await alive(accessToken)));
    assert.equal(fresh.expires, (startTime + 91 * dayMs) / 1000);
    assert.equal(fresh.refresh_until, (startTime + 365 * dayMs) / 1000);
    assert.equal(stage.count(), grants);
    const again = await stage.refresh(refreshToken);
    assert.equal(errorOf(again), '400 invalid_grant');
    assert.match(again.text, /Grant has been revoked, has expired, or the refresh token is invalid/);
    assert.ok(await alive(fresh.access_token));
    assert.equal((await stage.refresh(fresh.refresh_token)).status, 200);
  });

  it('lets one of two who refresh at the same moment win', async () => {
    const { refreshToken = '' } = stage.grant('tpp-admin');
    const answers = await Promise.all([stage.refresh(refreshToken), stage.refresh(refreshToken)]);
    assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 400]);
  });

  it('refuses the refresh token of another client, of a dead grant, and one made up', async () => {
    const { refreshToken = '' } = stage.grant('tpp-admin');
    assert.equal(errorOf(await stage.refresh(refreshToken, 'build-pipeline')), '400 invalid_grant');
    assert.equal(errorOf(await stage.refresh('made-up')), '400 invalid_grant');
    assert.equal(errorOf(await stage.refresh('constructor')), '400 invalid_grant');
    assert.equal(errorOf(await stage.refresh('')), '400 invalid_request');
    stage.running.control.clock.advance(365 * dayMs);
    assert.equal(errorOf(await stage.refresh(refreshToken)), '400 invalid_grant');
  });

  it('turns: the old access token lives on; reuse ends the grant', async () => {
    stage.control.setSwitches({ accessTokenAfterRefresh: 'lives', refreshReuse: 'revokes-grant' });
    const { accessToken, refreshToken = '' } = stage.grant('tpp-admin');
    const fresh = (await stage.refresh(refreshToken)).json<TokenBody>();
    assert.ok(await alive(accessToken));
    assert.equal(errorOf(await stage.refresh(refreshToken)), '400 invalid_grant');
    assert.ok(!(await alive(fresh.access_token)));
  });

  it('gives no refresh token where the application is not renewable, no longer life than the grant has', async () => {
    stage.control.setApplication('reconsent', { renewable: false, grantValidityS: 60, accessValidityS: 3_600 });
    const body = (await stage.auth('authorize/oauth', credentials())).json<TokenBody>();
    assert.equal(body.expires_in, 60);
    assert.ok(!('refresh_token' in body) && !('refresh_until' in body));
  });

  it('knows two grant types', async () => {
    const fields = { client_id: 'reconsent', grant_type: 'password' };
    assert.equal(errorOf(await stage.auth('authorize/token', fields)), '400 unsupported_grant_type');
    assert.equal(errorOf(await stage.auth('authorize/token', {})), '400 invalid_request');
  });

  it('expires access tokens on request; the refresh token goes on', async () => {
    const { accessToken, refreshToken = '' } = stage.grant('bob.test');
    assert.equal(stage.control.expireAccessTokens({ grantee: 'bob.test', application: 'reconsent' }), 1);
    assert.ok(!(await alive(accessToken)));
    assert.equal((await stage.refresh(refreshToken)).status, 200);
  });
});

describe('venafi sandbox: verifying and revoking a token', () => {
  let stage: VenafiStage;
  beforeEach(async () => {
    stage = await VenafiStage.start();
  });
  afterEach(() => stage.running.close());

  it('verifies: the end is that of the grant', async () => {
    const { refreshToken = '' } = stage.grant('tpp-admin');
    stage.running.control.clock.advance(1_000);
    const { access_token: token } = (await stage.refresh(refreshToken)).json<TokenBody>();
    const answer = await stage.authGet('authorize/verify', token);
    assert.deepEqual([answer.status, answer.reason], [200, 'Token is valid']);
    assert.deepEqual(answer.json(), {
      access_issued_on: `/Date(${startTime + 1_000})/`,
      access_issued_on_ISO8601: '2026-06-05T04:00:12Z',
      access_issued_on_unix_time: startTime / 1000 + 1,
      application: 'reconsent',
      expires: `/Date(${startTime + 365 * dayMs})/`,
      expires_ISO8601: '2027-06-05T04:00:11Z',
      expires_unix_time: (startTime + 365 * dayMs) / 1000,
      grant_issued_on: `/Date(${startTime})/`,
      grant_issued_on_ISO8601: '2026-06-05T04:00:11Z',
      grant_issued_on_unix_time: startTime / 1000,
      identity: stage.sample.administrator.grantee,
      scope: 'admin:delete;configuration',
      valid_for: 7_776_000,
    });
    assert.equal(errorOf(await stage.authGet('authorize/verify', 'made-up')), '401 invalid_token');
    assert.equal(errorOf(await stage.authGet('authorize/verify')), '401 invalid_token');
  });

  it('revokes the grant of the token: 200, and 202 when there is nothing to revoke', async () => {
    const { accessToken, refreshToken = '' } = stage.grant('tpp-admin');
    const before = stage.count();
    const first = await stage.authGet('Revoke/Token', accessToken);
    assert.equal(first.status, 200);
    assert.match(
      first.reason,
      /^Grant for identity local:\{.+\} with scope admin:delete;configuration has been revoked$/,
    );
    assert.equal(stage.count(), before - 1);
    assert.equal((await stage.refresh(refreshToken)).status, 400);
    for (const token of [accessToken, 'made-up', undefined]) {
      const answer = await stage.authGet('revoke/token', token);
      assert.deepEqual([answer.status, answer.reason, answer.text], [202, '[token] not found', '']);
    }
    assert.equal(stage.count(), before - 1);
  });

  it('says by a 202 that it is the authorization server; knows verbs and paths', async () => {
    assert.equal((await stage.authGet('authorize/isAuthServer')).status, 202);
    assert.equal((await stage.authGet('authorize/token')).status, 405);
    assert.equal((await stage.auth('revoke/token', {})).status, 405);
    assert.equal((await stage.auth('authorize/magic', {})).status, 404);
    assert.equal((await stage.auth('constructor', {})).status, 404);
  });
});
