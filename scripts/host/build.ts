import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { cleanEnvironment } from './environment';
import { ToolingError } from './failure';
import { artifactsRoot, repoRoot } from './paths';

/**
 * Bundles the extension into `dist/`.
 *
 * @throws ToolingError when it does not compile; the compiler has said why
 */
export function buildExtension(): void {
  const built = spawnSync(process.execPath, [join(repoRoot, 'esbuild.mjs')], {
    cwd: repoRoot,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (built.status !== 0) throw new ToolingError('The extension could not be built.');
}

/**
 * Packages the extension as users get it, freshly built, into `.artifacts/`.
 *
 * @returns the path of the package, which carries the version in its name
 * @throws ToolingError with what the compiler or vsce said
 */
export function packageExtension(): string {
  // Bundles of an older build would be packaged too.
  rmSync(join(repoRoot, 'dist'), { recursive: true, force: true });
  buildExtension();
  const { name, version } = JSON.parse(readFileSync(join(repoRoot, 'package.json'), 'utf8')) as Record<string, string>;
  const vsix = join(artifactsRoot, `${name}-${version}.vsix`);
  mkdirSync(artifactsRoot, { recursive: true });
  packFolder(repoRoot, vsix);
  return vsix;
}

/**
 * Packages what `.vscodeignore` lets through of a folder that is built already. The same files give the same bytes,
 * whenever and wherever it is done.
 *
 * @throws ToolingError with what vsce said, also when it only warned
 */
export function packFolder(folder: string, vsix: string): void {
  rmSync(vsix, { force: true });
  for (const file of packagedFiles(folder)) chmodSync(join(folder, file), 0o644);
  // Everything is bundled, so the package carries no node_modules. Relative links stay as they are where the manifest
  // names no repository that they could be resolved against.
  const flags = ['--no-dependencies', '--allow-missing-repository', '--no-rewrite-relative-links'];
  const { stderr } = vsce(folder, 'package', ...flags, '--out', vsix);
  if (stderr !== '') throw new ToolingError(`vsce package was not content:\n${stderr.slice(-2_000)}`);
}

/**
 * The files that {@link packFolder} would package, with forward slashes.
 *
 * @throws ToolingError with what vsce said
 */
export function packagedFiles(folder: string): readonly string[] {
  return vsce(folder, 'ls', '--no-dependencies')
    .stdout.split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

/**
 * The time stamp of everything in the package, in seconds: `SOURCE_DATE_EPOCH` where it is set
 * (reproducible-builds.org/specs/source-date-epoch), or the time of the commit, or the first that a zip can express.
 */
function sourceDate(): string {
  const given = process.env['SOURCE_DATE_EPOCH'];
  if (given) return given;
  const commit = spawnSync('git', ['log', '-1', '--format=%ct'], { cwd: repoRoot, encoding: 'utf8' });
  return commit.status === 0 && /^\d+$/.test(commit.stdout.trim()) ? commit.stdout.trim() : '315532800';
}

function vsce(folder: string, ...args: readonly string[]): { readonly stdout: string; readonly stderr: string } {
  const program = join(repoRoot, 'node_modules', '@vscode', 'vsce', 'vsce');
  const run = spawnSync(process.execPath, [program, ...args], {
    cwd: folder,
    encoding: 'utf8',
    // A zip holds local times; and what vsce says is a warning only if it goes to the error output.
    env: { ...cleanEnvironment(), SOURCE_DATE_EPOCH: sourceDate(), TZ: 'UTC', NODE_NO_WARNINGS: '1' },
    maxBuffer: 64 * 1024 * 1024,
  });
  if (run.status === 0) return run;
  throw new ToolingError(`vsce ${args[0]} failed:\n${run.stdout.slice(-2_000)}\n${run.stderr.slice(-2_000)}`);
}
