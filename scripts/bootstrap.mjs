/**
 * The first step of every command that has to work on a fresh clone: installs the pinned packages when they are missing
 * or older than the lock file, then runs the TypeScript script of the given name. Plain JavaScript, because nothing is
 * installed yet when it starts.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const [script, ...args] = process.argv.slice(2);
if (!script) {
  console.error('usage: node scripts/bootstrap.mjs <script> [arguments]');
  process.exit(2);
}

const lockHash = createHash('sha256')
  .update(readFileSync(join(root, 'package-lock.json')))
  .digest('hex');
const stamp = join(root, 'node_modules', '.reconsent-lock-hash');
if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== lockHash) {
  console.error('Installing the pinned packages (npm ci) …');
  const npm = process.env['npm_execpath'];
  const installed = npm
    ? spawnSync(process.execPath, [npm, 'ci', '--no-audit', '--no-fund'], { cwd: root, stdio: ['ignore', 2, 2] })
    : spawnSync('npm', ['ci', '--no-audit', '--no-fund'], { cwd: root, stdio: ['ignore', 2, 2], shell: true });
  if (installed.status !== 0) {
    console.error('The packages could not be installed. Is the npm registry reachable? Nothing else was changed.');
    process.exit(installed.status ?? 1);
  }
  writeFileSync(stamp, lockHash);
}

const run = spawnSync(process.execPath, ['--import', 'tsx', join(root, 'scripts', `${script}.ts`), ...args], {
  cwd: root,
  stdio: 'inherit',
});
process.exit(run.status ?? 1);
