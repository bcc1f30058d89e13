/**
 * An extension host as a process of its own, for the tests that need two: started with a folder, the origin of a sandbox and
 * the id of an API integration. What is on the disk is the real thing; the keyring is a file in the folder. Reads lines of
 * JSON, a {@link Task} each, and answers each with one line.
 */
import { createInterface } from 'node:readline';
import { VedauthTokens } from '../../src/auth/vedauthTokens';
import type { TargetKey } from '../../src/core/model';
import type { Log } from '../../src/core/ports';
import { BoundSecret } from '../../src/core/redact';
import { createTransport } from '../../src/http/transport';
import { createFileGenerations } from '../../src/storage/fileGenerations';
import { createFileLocks } from '../../src/storage/fileLocks';
import { createProcessIdentity } from '../../src/storage/processIdentity';
import { systemClock } from '../../src/vscode/systemPorts';
import { fileKeyring } from './fileKeyring';
import './editor';

/** A sign-in whose access token has ended, and whose refresh token works once. */
export interface Task {
  readonly storedAt: number;
  readonly accessToken: string;
  readonly refreshToken: string;
  /** Epoch milliseconds at which to begin. */
  readonly beginAt: number;
}

export type Answer =
  | { readonly kind: 'token'; readonly accessToken: string; readonly generation: number }
  | { readonly kind: string; readonly code?: string };

async function host(folder: string, origin: string, clientId: string): Promise<void> {
  const log: Log = { trace() {}, info() {}, warn() {}, error() {} };
  const owner = createProcessIdentity({ windowId: `window-${process.pid}`, clock: systemClock });
  const transport = createTransport({
    log,
    proxy: () => ({ support: 'off', proxy: '', noProxy: [], env: {} }),
    trust: { extraCertificates: () => [] },
  });
  const tokens = new VedauthTokens({
    transport,
    clock: systemClock,
    log,
    secrets: fileKeyring(folder),
    generations: createFileGenerations({ folder }),
    locks: createFileLocks({ folder, clock: systemClock, owner }),
    isStored: async () => true,
  });

  async function obtain({ storedAt, accessToken, refreshToken, beginAt }: Task): Promise<Answer> {
    const { signal } = new AbortController();
    await systemClock.sleep(Math.max(0, beginAt - Date.now()), signal);
    const reading = await tokens.current(
      {
        owner: { key: 'tpp/operator' as TargetKey, storedAt },
        client: { authOrigin: origin, clientId, boundTo: [origin], project: 'tpp' },
        accessToken: new BoundSecret(accessToken, [origin]),
        accessTokenExpiresAt: beginAt - 1,
        refreshToken: new BoundSecret(refreshToken, [origin]),
        refreshUntil: undefined,
      },
      signal,
    );
    if (reading.kind !== 'token')
      return { kind: reading.kind, ...('reason' in reading && { code: reading.reason.code }) };
    const revealed = reading.token.accessToken.revealFor(new URL(origin));
    if (revealed.kind !== 'revealed') return { kind: revealed.kind };
    return { kind: 'token', accessToken: revealed.value, generation: reading.token.generation };
  }

  process.stdout.write('"ready"\n');
  for await (const line of createInterface({ input: process.stdin })) {
    process.stdout.write(`${JSON.stringify(await obtain(JSON.parse(line)))}\n`);
  }
  await transport.close();
}

const [folder, origin, clientId] = process.argv.slice(2);
if (folder === undefined || origin === undefined || clientId === undefined)
  throw new Error('folder, origin, client id');
void host(folder, origin, clientId);
