/** Google's own Firebase Auth emulator, as `firebase emulators:start --only auth` runs it: from npm, without Java. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../scripts/host/freePort';
import { fillLockedFolder } from '../../scripts/host/lockedFolder';
import { spawnTree } from '../../scripts/host/processTree';

export interface RunningEmulator {
  /** For `FIREBASE_AUTH_EMULATOR_HOST`: host and port. */
  readonly host: string;
  readonly origin: string;
  stop(): Promise<void>;
}

const startLimitMs = 120_000;

/** Projects called `demo-…` are the emulator's own: it asks no Google service about them. */
export async function startEmulator(project: `demo-${string}`): Promise<RunningEmulator> {
  fillLockedFolder(__dirname);
  const folder = mkdtempSync(join(tmpdir(), 'reconsent-emulator-'));
  const [port, hub, logging] = [await freePort(), await freePort(), await freePort()];
  const at = (one: number): object => ({ host: '127.0.0.1', port: one });
  const emulators = { auth: at(port), hub: at(hub), logging: at(logging), ui: { enabled: false } };
  writeFileSync(join(folder, 'firebase.json'), JSON.stringify({ emulators }));
  const program = join(__dirname, 'node_modules', 'firebase-tools', 'lib', 'bin', 'firebase.js');
  const nowhere = `http://127.0.0.1:${await freePort()}`;
  const tree = spawnTree(process.execPath, [program, 'emulators:start', '--only', 'auth', '--project', project], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      // No Java, no account of this computer, and no way out of it.
      PATH: folder,
      HOME: folder,
      XDG_CONFIG_HOME: folder,
      CI: 'true',
      HTTP_PROXY: nowhere,
      HTTPS_PROXY: nowhere,
      NO_PROXY: '127.0.0.1,localhost',
      NO_UPDATE_NOTIFIER: '1',
    },
  });
  let said = '';
  for (const stream of [tree.child.stdout, tree.child.stderr]) stream?.on('data', (text) => (said += String(text)));
  const stop = async (): Promise<void> => {
    await tree.stop();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  const origin = `http://127.0.0.1:${port}`;
  const ended = tree.ended.then(() => 'ended' as const);
  const deadline = Date.now() + startLimitMs;
  for (;;) {
    if (await answers(origin)) return { host: `127.0.0.1:${port}`, origin, stop };
    const soon = new Promise<'later'>((later) => setTimeout(() => later('later'), 200));
    if ((await Promise.race([ended, soon])) === 'later' && Date.now() < deadline) continue;
    await stop();
    throw new Error(`The emulator did not start:\n${said}`);
  }
}

async function answers(origin: string): Promise<boolean> {
  try {
    return (await fetch(origin)).ok;
  } catch {
    return false;
  }
}
