/** The same reset by what a developer would take instead, each with its own way to keep connections. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { Agent as HttpsAgent } from 'node:https';
import { createRequire } from 'node:module';
import { connect, type TLSSocket } from 'node:tls';
import type { OAuth2Client } from 'google-auth-library';
import { Client } from 'undici';

export interface Peer {
  readonly name: string;
  /** With a token at hand. Rejects unless the reset was accepted. */
  reset(): Promise<unknown>;
  /** With a refresh token alone. */
  refreshAndReset?(): Promise<unknown>;
  close?(): unknown;
}

export interface PeerPlan {
  readonly origin: string;
  readonly authorityFile: string;
  /** A file in the folder that the official clients are installed in. */
  readonly officialClients: string;
}

const accessToken = 'ya29.bench-forever';
const refreshToken = '1//bench-forever';
const path = '/v1/authorization:reset';
const headers = { authorization: `Bearer ${accessToken}`, 'content-type': 'application/json' };
const client = { clientId: 'bench.apps.googleusercontent.com', clientSecret: 'GOCSPX-bench' };
const form = new URLSearchParams({
  grant_type: 'refresh_token',
  refresh_token: refreshToken,
  client_id: client.clientId,
  client_secret: client.clientSecret,
}).toString();

/** What nobody can be faster than comes first. */
export function peers(plan: PeerPlan): readonly Peer[] {
  return [rawSocket(plan), bareUndici(plan), editorFetch(plan), ...official(plan)];
}

/** Bytes on a connection that stands. */
function rawSocket({ origin, authorityFile }: PeerPlan): Peer {
  const { hostname, port, host } = new URL(origin);
  const lines = [`POST ${path} HTTP/1.1`, `host: ${host}`, `authorization: Bearer ${accessToken}`, 'content-length: 0'];
  const request = `${lines.join('\r\n')}\r\n\r\n`;
  let socket: TLSSocket | undefined;
  const reset = async (): Promise<void> => {
    if (!socket || socket.destroyed) {
      socket = connect({ host: hostname, port: Number(port), ca: readFileSync(authorityFile) });
      await once(socket, 'secureConnect');
      socket.setNoDelay(true);
    }
    socket.write(request);
    let answer = '';
    while (!answer.endsWith('\r\n\r\n{}')) answer += String((await once(socket, 'data'))[0]);
    if (!answer.startsWith('HTTP/1.1 200')) throw new Error('not accepted');
  };
  return {
    name: 'raw socket',
    reset,
    // What both are measured by: one round trip.
    refreshAndReset: reset,
    close: () => socket?.destroy(),
  };
}

function bareUndici({ origin, authorityFile }: PeerPlan): Peer {
  const undici = new Client(origin, { connect: { ca: readFileSync(authorityFile) } });
  return {
    name: 'undici',
    async reset() {
      const { statusCode, body } = await undici.request({ method: 'POST', path, headers });
      if (statusCode !== 200 || (await body.text()) !== '{}') throw new Error('not accepted');
    },
    close: () => undici.close(),
  };
}

/** The editor has patched it. */
function editorFetch({ origin }: PeerPlan): Peer {
  const reset = async (bearer = accessToken): Promise<void> => {
    const authorization = `Bearer ${bearer}`;
    const response = await fetch(`${origin}${path}`, { method: 'POST', headers: { ...headers, authorization } });
    if (response.status !== 200 || (await response.text()) !== '{}') throw new Error('not accepted');
  };
  return {
    name: 'fetch',
    reset,
    async refreshAndReset() {
      const type = { 'content-type': 'application/x-www-form-urlencoded' };
      const response = await fetch(`${origin}/token`, { method: 'POST', headers: type, body: form });
      const { access_token } = (await response.json()) as { readonly access_token: string };
      await reset(access_token);
    },
  };
}

/** The few members that are called: with the packages' own types the type check would need them installed. */
interface OfficialClients {
  readonly OAuth2Client: typeof OAuth2Client;
  dataportability(options: { version: 'v1'; rootUrl: string; auth: OAuth2Client }): {
    readonly authorization: { reset(parameters: object, options: { agent: HttpsAgent }): Promise<unknown> };
  };
}

function official({ origin, authorityFile, officialClients }: PeerPlan): readonly Peer[] {
  const load = createRequire(officialClients);
  const google: OfficialClients = {
    ...load('google-auth-library'),
    ...load('googleapis/build/src/apis/dataportability'),
  };
  const agent = new HttpsAgent({ ca: readFileSync(authorityFile), keepAlive: true });
  const url = `${origin}${path}`;
  const make = (): { readonly auth: OAuth2Client; readonly expire: () => void } => {
    const auth = new google.OAuth2Client({
      ...client,
      endpoints: { oauth2TokenUrl: `${origin}/token` },
      transporterOptions: { agent },
    });
    const hour = 3_600_000;
    auth.setCredentials({ access_token: accessToken, refresh_token: refreshToken, expiry_date: Date.now() + hour });
    return { auth, expire: () => auth.setCredentials({ refresh_token: refreshToken, expiry_date: Date.now() - hour }) };
  };
  const [library, whole] = [make(), make()];
  const api = google.dataportability({ version: 'v1', rootUrl: `${origin}/`, auth: whole.auth });
  const byLibrary = (): Promise<unknown> => library.auth.request({ url, method: 'POST', agent });
  const byApi = (): Promise<unknown> => api.authorization.reset({}, { agent });
  const refreshed = (expire: () => void, reset: () => Promise<unknown>) => (): Promise<unknown> => {
    expire();
    return reset();
  };
  return [
    { name: 'google-auth-library', reset: byLibrary, refreshAndReset: refreshed(library.expire, byLibrary) },
    { name: 'googleapis', reset: byApi, refreshAndReset: refreshed(whole.expire, byApi), close: () => agent.destroy() },
  ];
}
