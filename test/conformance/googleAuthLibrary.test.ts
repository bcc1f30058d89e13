/** google-auth-library signs in, refreshes and reads token facts against the sandbox. */
import assert from 'node:assert/strict';
import { CodeChallengeMethod, OAuth2Client } from 'google-auth-library';
import type { RunningSandbox } from '../../src/sandbox/api';
import { startSandbox } from '../../src/sandbox/server';
import { consent } from '../unit/sandbox/consentForm';

const clientId = '123456789012-sample.apps.googleusercontent.com';
const clientSecret = 'GOCSPX-sandbox-test';
const scope = 'https://www.googleapis.com/auth/dataportability.myactivity.search';
const withoutRetry = { transporterOptions: { retry: false } };

describe('google-auth-library', () => {
  let sandbox: RunningSandbox;

  beforeEach(async () => {
    sandbox = await startSandbox();
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

  async function code(auth: OAuth2Client): Promise<{ code: string; codeVerifier: string }> {
    const { codeVerifier, codeChallenge = '' } = await auth.generateCodeVerifierAsync();
    const back = await consent(
      auth.generateAuthUrl({
        access_type: 'offline',
        scope,
        login_hint: 'bob.test@example.com',
        code_challenge: codeChallenge,
        code_challenge_method: CodeChallengeMethod.S256,
      }),
      { access: '30-days' },
    );
    return { code: back.searchParams.get('code') ?? '', codeVerifier };
  }

  function oauthFailure(description: string): (error: { response?: { data?: unknown } }) => boolean {
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
});
