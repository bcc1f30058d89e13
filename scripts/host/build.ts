import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
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
 * Packages what `.vscodeignore` lets through of a folder that is built already.
 *
 * @throws ToolingError with what vsce said
 */
export function packFolder(folder: string, vsix: string): void {
  rmSync(vsix, { force: true });
  // Everything is bundled, so the package carries no node_modules. Relative links stay as they are where the manifest
  // names no repository that they could be resolved against.
  const flags = ['--no-dependencies', '--allow-missing-repository', '--no-rewrite-relative-links'];
  vsce(folder, 'package', ...flags, '--out', vsix);
}

/**
 * The files that {@link packFolder} would package, with forward slashes.
 *
 * @throws ToolingError with what vsce said
 */
export function packagedFiles(folder: string): readonly string[] {
  return vsce(folder, 'ls', '--no-dependencies')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

function vsce(folder: string, ...args: readonly string[]): string {
  const program = join(repoRoot, 'node_modules', '@vscode', 'vsce', 'vsce');
  const run = spawnSync(process.execPath, [program, ...args], {
    cwd: folder,
    encoding: 'utf8',
    env: cleanEnvironment(),
    maxBuffer: 64 * 1024 * 1024,
  });
  if (run.status === 0) return run.stdout;
  throw new ToolingError(`vsce ${args[0]} failed:\n${run.stdout.slice(-2_000)}\n${run.stderr.slice(-2_000)}`);
}
