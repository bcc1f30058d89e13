/**
 * The first step of every command that has to work on a fresh clone: installs the pinned packages when they are missing
 * or older than the lock file, then runs the TypeScript script of the given name. Plain JavaScript, because nothing is
 * installed yet when it starts.
 */
import { spawn } from 'node:child_process';
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

/** Runs a program to its end and gives its exit code; what would end this process ends that one, too. */
function run(file, args, options) {
  const child = spawn(file, args, { cwd: root, ...options });
  const pass = (signal) => child.kill(signal);
  process.on('SIGTERM', pass);
  process.on('SIGINT', pass);
  return new Promise((ended) => {
    child.once('error', () => ended(1));
    child.once('exit', (code) => {
      process.off('SIGTERM', pass);
      process.off('SIGINT', pass);
      ended(code ?? 1);
    });
  });
}

const lockHash = createHash('sha256')
  .update(readFileSync(join(root, 'package-lock.json')))
  .digest('hex');
const stamp = join(root, 'node_modules', '.reconsent-lock-hash');
if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== lockHash) {
  console.error('Installing the pinned packages (npm ci) …');
  const npm = process.env['npm_execpath'];
  const ci = ['ci', '--no-audit', '--no-fund'];
  const stdio = ['ignore', process.stderr, process.stderr];
  const code = npm
    ? await run(process.execPath, [npm, ...ci], { stdio })
    : await run('npm', ci, { stdio, shell: process.platform === 'win32' });
  if (code !== 0) {
    console.error('The packages could not be installed. Is the npm registry reachable? Nothing else was changed.');
    process.exit(code);
  }
  writeFileSync(stamp, lockHash);
}

process.exitCode = await run(process.execPath, ['--import', 'tsx', join(root, 'scripts', `${script}.ts`), ...args], {
  stdio: 'inherit',
});
