/** A folder with packages of its own, which are too large for everybody: filled on first use, as its lock file says. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Installs what is missing or older than the lock file; install scripts are not run.
 *
 * @throws Error when the registry cannot be reached
 */
export function fillLockedFolder(folder: string): void {
  const lockHash = createHash('sha256')
    .update(readFileSync(join(folder, 'package-lock.json')))
    .digest('hex');
  const stamp = join(folder, 'node_modules', '.reconsent-lock-hash');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lockHash) return;
  const npm = process.env['npm_execpath'];
  const [command, args] = npm ? [process.execPath, [npm]] : ['npm', []];
  const installed = spawnSync(command, [...args, 'ci', '--no-audit', '--no-fund', '--ignore-scripts'], {
    cwd: folder,
    stdio: ['ignore', 2, 2],
    shell: !npm,
  });
  if (installed.status !== 0) throw new Error(`The packages of ${folder} could not be installed (npm ci).`);
  writeFileSync(stamp, lockHash);
}
