/** google-auth-library signs in, refreshes and reads token facts against the sandbox. */
import assert from 'node:assert/strict';
import { CodeChallengeMethod, OAuth2Client } from 'google-auth-library';
import type { RunningSandbox } from '../../src/sandbox/api';
import { frozenClock } from '../../src/sandbox/clock';
import { startSandbox } from '../../src/sandbox/server';
import type { Choices } from '../unit/sandbox/consentForm';
import { consent } from '../unit/sandbox/consentForm';

const clientId = '123456789012-sample.apps.googleusercontent.com';
const clientSecret = 'GOCSPX-sandbox-test';
const scope = 'https://www.googleapis.com/auth/dataportability.myactivity.search';
const withoutRetry = { transporterOptions: { retry: false } };

describe('google-auth-library', () => {
  let sandbox: RunningSandbox;

  beforeEach(async () => {
    sandbox = await startSandbox({ clock: frozenClock(Date.now()) });
    sandbox.control.seed({
      users: [{ email: 'bob.test@example.com' }],
      projects: [{ number: '123456789012', clients: [{ clientId, clientSecret }] }],
    });
  });

  afterEach(() => sandbox.close());

  function client(secret = clientSecret): OAuth2Client {
    const { rootUrl: _, ...endpoints } = sandbox.google;
    return new OAuth2Client({
      clientId,
      clientSecret: secret,
      redirectUri: 'http://127.0.0.1:61234/',
      endpoints,
      ...withoutRetry,
    });
  }

  async function authorization(auth: OAuth2Client, scopes: readonly string[] = [scope]) {
    const { codeVerifier, codeChallenge = '' } = await auth.generateCodeVerifierAsync();
    const address = auth.generateAuthUrl({
      access_type: 'offline',
      prompt: 'consent',
      scope: [...scopes],
      state: 'state-1',
      login_hint: 'bob.test@example.com',
      code_challenge: codeChallenge,
      code_challenge_method: CodeChallengeMethod.S256,
    });
    return { address, codeVerifier };
  }

  async function code(
    auth: OAuth2Client,
    choices: Choices = { access: '30-days' },
    scopes: readonly string[] = [scope],
  ): Promise<{ code: string; codeVerifier: string }> {
    const { address, codeVerifier } = await authorization(auth, scopes);
    const back = await consent(address, choices);
    assert.equal(back.searchParams.get('state'), 'state-1');
    return { code: back.searchParams.get('code') ?? '', codeVerifier };
  }

  const dead = /"error":"invalid_grant","error_description":"Token has been expired or revoked\."/;

  function oauthFailure(description: string | RegExp): (error: { response?: { data?: unknown } }) => boolean {
    return (error) => {
      assert.match(JSON.stringify(error.response?.data), new RegExp(description));
      return true;
    };
  }

  it('exchanges a code with PKCE, refreshes, and reads the facts of the token', async () => {
    const auth = client();
    const { tokens } = await auth.getToken(await code(auth));
    assert.match(tokens.access_token ?? '', /^ya29\.sandbox-/);
    assert.match(tokens.refresh_token ?? '', /^1\/\/sandbox-/);
    assert.equal(tokens.scope, scope);
    auth.setCredentials({ refresh_token: tokens.refresh_token ?? '' });
    const refreshed = await auth.getAccessToken();
    assert.notEqual(refreshed.token, tokens.access_token);
    const facts = await auth.getTokenInfo(refreshed.token ?? '');
    assert.equal(facts.aud, clientId);
    assert.deepEqual(facts.scopes, [scope]);
    assert.equal(facts.access_type, 'offline');
    assert.equal(facts.sub, undefined);
  });

  it('is refused with a wrong verifier, a used code, or a wrong secret', async () => {
    const auth = client();
    const grant = await code(auth);
    const wrong = { ...grant, codeVerifier: 'x'.repeat(43) };
    await assert.rejects(auth.getToken(wrong), oauthFailure('Invalid code verifier'));
    await assert.rejects(client('wrong').getToken(grant), oauthFailure('invalid_client'));
    await auth.getToken(grant);
    await assert.rejects(auth.getToken(grant), oauthFailure('invalid_grant'));
  });

  it('hears invalid_grant after a reset and after a revocation', async () => {
    const auth = client();
    const { tokens } = await auth.getToken(await code(auth));
    const reset = await fetch(`${sandbox.google.rootUrl}v1/authorization:reset`, {
      method: 'POST',
      headers: { authorization: `Bearer ${tokens.access_token}` },
    });
    assert.equal(reset.status, 200);
    auth.setCredentials({ refresh_token: tokens.refresh_token ?? '' });
    await assert.rejects(auth.getAccessToken(), oauthFailure('Token has been expired or revoked'));

    const again = await auth.getToken(await code(auth));
    await auth.revokeToken(again.tokens.refresh_token ?? '');
    auth.setCredentials({ refresh_token: again.tokens.refresh_token ?? '' });
    await assert.rejects(auth.getAccessToken(), oauthFailure('Token has been expired or revoked'));
  });

  it('hears in the scope what the user ticked, and may ask for the rest later', async () => {
    const auth = client();
    const history = 'https://www.googleapis.com/auth/dataportability.chrome.history';
    const { tokens } = await auth.getToken(await code(auth, { untick: [history] }, [scope, history]));
    assert.equal(tokens.scope, scope);
    assert.deepEqual((await auth.getTokenInfo(tokens.access_token ?? '')).scopes, [scope]);
    const rest = await auth.getToken(await code(auth, {}, [history]));
    assert.equal(rest.tokens.scope, history);
    assert.notEqual(rest.tokens.refresh_token, tokens.refresh_token);
  });

  it('never gets back from the page that refuses incremental auth', async () => {
    const auth = client();
    await auth.getToken(await code(auth));
    const history = 'https://www.googleapis.com/auth/dataportability.chrome.history';
    for (const scopes of [[scope], [history, scope]]) {
      const page = await fetch((await authorization(auth, scopes)).address, { redirect: 'manual' });
      assert.equal(page.status, 400);
      assert.equal(page.headers.get('location'), null);
      const text = await page.text();
      assert.match(text, /Incremental auth is not allowed for the requested scopes/);
      assert.match(text, /Error 400: invalid_request/);
    }
  });

  for (const which of ['access_token', 'refresh_token'] as const) {
    it(`is cut off by a revocation in a form that names the ${which}`, async () => {
      const auth = client();
      const { tokens } = await auth.getToken(await code(auth));
      const revoke = async () => {
        const body = new URLSearchParams({ token: tokens[which] ?? '' });
        const response = await fetch(sandbox.google.oauth2RevokeUrl, { method: 'POST', body });
        return [response.status, await response.json()];
      };
      assert.deepEqual(await revoke(), [200, {}]);
      assert.deepEqual(await revoke(), [
        400,
        { error: 'invalid_token', error_description: 'Token expired or revoked' },
      ]);
      await assert.rejects(auth.getTokenInfo(tokens.access_token ?? ''), oauthFailure('invalid_token'));
      auth.setCredentials({ refresh_token: tokens.refresh_token ?? '' });
      await assert.rejects(auth.getAccessToken(), oauthFailure(dead));
      assert.equal((await auth.getToken(await code(auth))).tokens.scope, scope);
    });
  }

  it('counts down 7 days in a testing project, and then hears invalid_grant', async () => {
    sandbox.control.google.setProject('123456789012', { testing: true });
    const auth = client();
    const { tokens } = await auth.getToken(await code(auth, { access: '180-days' }));
    assert.equal(Object.entries(tokens).find(([name]) => name === 'refresh_token_expires_in')?.[1], 7 * 86_400);
    auth.setCredentials({ refresh_token: tokens.refresh_token ?? '' });
    sandbox.control.clock.advance(7 * 86_400_000 - 60_000);
    await auth.getAccessToken();
    assert.ok((auth.credentials.expiry_date ?? 0) <= Date.now() + 60_000, 'no token outlives the consent');
    sandbox.control.clock.advance(60_000);
    auth.setCredentials({ refresh_token: tokens.refresh_token ?? '' });
    await assert.rejects(auth.getAccessToken(), oauthFailure(dead));
  });
});
