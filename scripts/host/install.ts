import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ToolingError } from './failure';

const stampName = '.complete';
const waitForOtherMs = 10 * 60_000;

/**
 * Makes `folder` exist in full, filled by `fill` once and then kept. `fill` works in a folder beside it that is renamed
 * into place when it is done, so an interrupted run leaves nothing that looks complete; what npm has downloaded by then
 * stays in npm's own cache, so the next run goes on quickly. Of two processes the second waits for the first.
 *
 * @param content what the folder holds (for instance package and version); another value fills it anew
 */
export async function provideFolder(
  folder: string,
  content: string,
  fill: (partial: string) => void | Promise<void>,
): Promise<string> {
  if (isComplete(folder, content)) return folder;
  mkdirSync(dirname(folder), { recursive: true });
  const release = await lock(`${folder}.lock`);
  try {
    if (isComplete(folder, content)) return folder;
    removeLeftovers(folder);
    const partial = `${folder}.partial-${process.pid}`;
    mkdirSync(partial, { recursive: true });
    await fill(partial);
    writeFileSync(join(partial, stampName), content);
    rmSync(folder, { recursive: true, force: true });
    renameSync(partial, folder);
    return folder;
  } finally {
    release();
  }
}

function isComplete(folder: string, content: string): boolean {
  try {
    return readFileSync(join(folder, stampName), 'utf8') === content;
  } catch {
    return false;
  }
}

/** Half-filled folders of runs that were interrupted; called under the lock, so none of them is in use. */
function removeLeftovers(folder: string): void {
  const prefix = `${basename(folder)}.partial-`;
  for (const name of readdirSync(dirname(folder))) {
    if (name.startsWith(prefix)) rmSync(join(dirname(folder), name), { recursive: true, force: true });
  }
}

async function lock(file: string): Promise<() => void> {
  const deadline = performance.now() + waitForOtherMs;
  let told = false;
  for (;;) {
    try {
      writeFileSync(file, String(process.pid), { flag: 'wx' });
      return () => rmSync(file, { force: true });
    } catch (thrown) {
      if (!(thrown instanceof Error && 'code' in thrown && thrown.code === 'EEXIST')) throw thrown;
    }
    if (!ownerIsAlive(file)) {
      // Renaming is atomic: of several waiting processes only one takes the dead owner's lock away.
      const grave = `${file}.dead-${process.pid}`;
      try {
        renameSync(file, grave);
        rmSync(grave, { force: true });
      } catch {
        // Another process was faster.
      }
      continue;
    }
    if (performance.now() > deadline) {
      throw new ToolingError(`Another process has been installing for ten minutes. If none is running, delete ${file}`);
    }
    if (!told) console.error(`Waiting for another process that installs ${basename(file, '.lock')} …`);
    told = true;
    await delay(200);
  }
}

function ownerIsAlive(file: string): boolean {
  try {
    const pid = Number(readFileSync(file, 'utf8'));
    // Empty for the moment between creating the file and writing into it: count that as alive.
    if (pid === 0) return true;
    process.kill(pid, 0);
    return true;
  } catch (thrown) {
    const code = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined;
    if (code === 'ENOENT') return true;
    return code === 'EPERM';
  }
}

/**
 * Runs npm in `folder`, without install scripts and apart from the repository around it.
 *
 * @throws ToolingError when it fails, with npm's own words
 */
export function npm(folder: string, args: readonly string[]): void {
  const all = [...args, '--ignore-scripts', '--no-audit', '--no-fund', '--no-update-notifier', '--loglevel=error'];
  const npmCli = process.env['npm_execpath'];
  const options = { cwd: folder, encoding: 'utf8', env: environmentForNpm() } as const;
  const run =
    npmCli?.endsWith('js') && existsSync(npmCli)
      ? spawnSync(process.execPath, [npmCli, ...all], options)
      : spawnSync('npm', all, { ...options, shell: process.platform === 'win32' });
  if (run.status === 0) return;
  const said = `${run.stderr ?? ''}${run.error ? run.error.message : ''}`.trim().split('\n').slice(-12).join('\n');
  throw new ToolingError(
    `npm ${args.join(' ')} failed.\n${said}\nIs the npm registry reachable? Run the command again: it goes on from here.`,
  );
}

/** The environment without what an outer `npm run` tells about the repository: npm would work there instead. */
function environmentForNpm(): NodeJS.ProcessEnv {
  const environment = { ...process.env };
  for (const name of Object.keys(environment)) {
    if (/^npm_(package|lifecycle)_|^npm_config_(local_prefix|prefix|omit|include)$/i.test(name))
      delete environment[name];
  }
  return environment;
}

/** Installs one exact package version into `folder`, under `node_modules`. */
export function installPackage(folder: string, name: string, version: string): void {
  // A manifest of its own keeps npm from walking up to the repository's.
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true }));
  npm(folder, ['install', '--no-package-lock', '--save-exact', `${name}@${version}`]);
}
