/** The same reset by everybody who can send it: ours as a bulk sends it, and what a developer would take instead. */
import { Agent as HttpsAgent } from 'node:https';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { OAuth2Client } from 'google-auth-library';
import { Agent, Client, Pool } from 'undici';
import { fillLockedFolder } from '../../scripts/host/lockedFolder';
import type { Project } from '../../src/core/model';
import type { Log } from '../../src/core/ports';
import { BoundSecret } from '../../src/core/redact';
import { createTransport } from '../../src/http/transport';
import { resetAuthorization } from '../../src/providers/googleDataPortability/api';
import { googleAddresses } from '../../src/providers/googleDataPortability/settings';
import { systemClock } from '../../src/vscode/systemPorts';
import type { Service } from './service';

/** Sends one reset, and rejects unless it was accepted. */
export type Reset = () => Promise<unknown>;

export interface Clients {
  /** Ours among them, under the name `ours`. */
  readonly resets: ReadonlyMap<string, Reset>;
  close(): Promise<void>;
}

export const token = 'ya29.bench-token-that-is-as-long-as-those-of-google-0123456789-abcdefghijklmnopqrstuvwxyz';

export const resetPath = '/v1/authorization:reset';
const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
const folder = __dirname;
const silent: Log = { trace: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/** Ours alone: the provider's call over the connections that a bulk keeps. */
export function ours({ origin, authority }: Service): { readonly reset: Reset; close(): Promise<void> } {
  const project: Project = {
    id: 'bench',
    label: 'Bench',
    provider: 'googleDataPortability',
    endpoint: origin,
    options: {},
    identities: [],
  };
  const transport = createTransport({
    log: silent,
    proxy: () => ({ support: 'off', proxy: '', noProxy: [], env: {} }),
    trust: { extraCertificates: () => [authority] },
    userAgent: 'reconsent/bench',
  });
  const carrier = transport.openBulk();
  const secret = new BoundSecret(token, [origin]);
  const leaving = { mayLeave: () => true, onSent: () => undefined, another: async () => undefined, carrier };
  const { signal } = new AbortController();
  // The preview has made it by then.
  const api = { addresses: googleAddresses(project), transport, clock: systemClock };
  return {
    reset: async () => {
      const answer = await resetAuthorization(api, secret, leaving, signal);
      if (answer.kind !== 'accepted') throw new Error(`not accepted: ${answer.kind}`);
    },
    close: () => transport.close(),
  };
}

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
