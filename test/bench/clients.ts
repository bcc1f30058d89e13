/** The same reset by everybody who can send it: ours as a bulk sends it, and what a developer would take instead. */
import { Agent as HttpsAgent } from 'node:https';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { OAuth2Client } from 'google-auth-library';
import { Agent, Client, Pool } from 'undici';
import { fillLockedFolder } from '../../scripts/host/lockedFolder';
import { token } from './ours';
import type { Service } from './service';
import { loadShipped } from './shipped';

/** Sends one reset, and rejects unless it was accepted. */
export type Reset = () => Promise<unknown>;

export interface Clients {
  /** Ours among them, under the name `ours`. */
  readonly resets: ReadonlyMap<string, Reset>;
  close(): Promise<void>;
}

export const resetPath = '/v1/authorization:reset';
const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
const folder = __dirname;

/** Ours as it ships: what everything else here runs in keeps the names of functions, which costs time in each call. */
export const { ours } = loadShipped<typeof import('./ours')>(join(__dirname, 'ours.ts'));

/** undici alone, on at most that many connections. */
export function bare(
  { origin, authority }: Service,
  connections: number,
): { readonly reset: Reset; close(): Promise<void> } {
  const pool = new Pool(origin, { connections, pipelining: 1, connect: { ca: authority } });
  return { reset: () => sendBare(pool), close: () => pool.close() };
}

async function sendBare(client: Pick<Client, 'request'>): Promise<void> {
  const { statusCode, body } = await client.request({ method: 'POST', path: resetPath, headers });
  if (statusCode !== 200 || (await body.text()) !== '{}') throw new Error('not accepted');
}

/** All of them, each with its own way to keep connections; the official ones only if wanted: they are installed on first use. */
export function clients(service: Service, withOfficial: boolean): Clients {
  const { origin, authority: ca } = service;
  const own = ours(service);
  const url = `${origin}${resetPath}`;
  const undici = new Client(origin, { connect: { ca } });
  const dispatcher = new Agent({ connect: { ca } });
  // Node's own fetch takes undici's dispatchers; the types of the two are of different versions.
  const sameTrust: object = { dispatcher };
  const agent = new HttpsAgent({ ca, keepAlive: true });
  const resets = new Map<string, Reset>([
    ['ours', own.reset],
    ['undici', () => sendBare(undici)],
    [
      'fetch',
      async () => {
        const response = await fetch(url, { method: 'POST', headers, ...sameTrust });
        if (response.status !== 200 || (await response.text()) !== '{}') throw new Error('not accepted');
      },
    ],
    ...(withOfficial ? officialResets(service, agent) : []),
  ]);
  return {
    resets,
    close: async () => {
      await Promise.all([own.close(), undici.close(), dispatcher.close()]);
      agent.destroy();
    },
  };
}

function officialResets({ origin }: Service, agent: HttpsAgent): readonly (readonly [string, Reset])[] {
  const google = officialClients();
  const auth = new google.OAuth2Client();
  auth.setCredentials({ access_token: token, expiry_date: Date.now() + 3_600_000 });
  const api = google.dataportability({ version: 'v1', rootUrl: `${origin}/`, auth });
  return [
    ['google-auth-library', () => auth.request({ url: `${origin}${resetPath}`, method: 'POST', agent })],
    ['googleapis', () => api.authorization.reset({}, { agent })],
  ];
}

/** The few members that are called: with the packages' own types the type check would need them installed. */
interface OfficialClients {
  readonly OAuth2Client: typeof OAuth2Client;
  dataportability(options: { version: 'v1'; rootUrl: string; auth: OAuth2Client }): {
    readonly authorization: { reset(parameters: object, options: { agent: HttpsAgent }): Promise<unknown> };
  };
}

function officialClients(): OfficialClients {
  fillLockedFolder(folder);
  const load = createRequire(join(folder, 'package.json'));
  return { ...load('google-auth-library'), ...load('googleapis/build/src/apis/dataportability') };
}
