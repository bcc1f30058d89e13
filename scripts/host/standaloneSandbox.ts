import { join } from 'node:path';
import { ToolingError } from './failure';
import { freePort } from './freePort';
import { repoRoot } from './paths';
import { spawnTree } from './processTree';

const usualPort = 9400;
const startLimitMs = 20_000;

/** A sandbox in a process of its own. */
export interface StandaloneSandbox {
  readonly port: number;
  stop(): Promise<void>;
}

/**
 * Runs the sandbox as a process of its own, so that its consents outlive a reload of the window and are the same in
 * every window. The extension joins it by its port.
 *
 * @param port where to listen; without it the usual port, or another one where that is taken: sign-ins are bound to the
 *   address that they were made for
 * @throws ToolingError when it does not start
 */
export async function startStandaloneSandbox(port?: number): Promise<StandaloneSandbox> {
  const sandbox =
    port === undefined ? ((await startOn(usualPort)) ?? (await startOn(await freePort()))) : await startOn(port);
  if (!sandbox) throw new ToolingError('The sandbox did not start. See: npm run sandbox');
  return sandbox;
}

async function startOn(port: number): Promise<StandaloneSandbox | undefined> {
  const program = join(repoRoot, 'scripts', 'sandbox.ts');
  const args = ['--import', 'tsx', program, '--port', String(port), '--seed-sample'];
  const tree = spawnTree(process.execPath, args, { cwd: repoRoot, stdio: ['ignore', 'pipe', 'ignore'] });
  let timer: NodeJS.Timeout | undefined;
  const listening = await Promise.race([
    new Promise<true>((done) => tree.child.stdout?.once('data', () => done(true))),
    tree.ended.then(() => false),
    new Promise<false>((late) => {
      timer = setTimeout(() => late(false), startLimitMs);
    }),
  ]);
  clearTimeout(timer);
  if (listening) return { port, stop: tree.stop };
  await tree.stop();
  return undefined;
}
