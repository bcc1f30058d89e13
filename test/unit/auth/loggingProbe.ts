/** Run as a process of its own, with the library's own logging switched on: signs in and refreshes, and prints nothing itself. */
import { exchangeCode, refreshAccessToken } from '../../../src/auth/googleOAuth';
import { BoundSecret } from '../../../src/core/redact';
import { ManualClock } from '../../fakes/manualClock';
import { response, ScriptedTransport } from '../../fakes/scriptedTransport';

const tokenUrl = new URL('https://oauth2.googleapis.com/token');
const boundTo = [tokenUrl.origin];
const sealed = (name: string): BoundSecret => new BoundSecret(`planted-${name}`, boundTo);
const client = { tokenUrl, clientId: 'client-1', clientSecret: sealed('client-secret'), boundTo };
const clock = new ManualClock(0);
const { signal } = new AbortController();

async function probe(): Promise<void> {
  for (const answer of [
    response(200, { access_token: 'planted-access', refresh_token: 'planted-refresh', expires_in: 1 }),
    response(400, { error: 'invalid_grant', error_description: 'planted-echo' }),
    response(503),
  ]) {
    const transport = new ScriptedTransport(answer);
    await refreshAccessToken({ ...client, refreshToken: sealed('refresh') }, transport, clock, signal);
    const code = { code: sealed('code'), codeVerifier: sealed('verifier'), redirectUri: 'http://127.0.0.1:1/' };
    await exchangeCode({ ...client, ...code }, transport, clock, signal);
    if (transport.requests.length !== 2) process.exitCode = 1;
  }
}

void probe();
