import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
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
 * Packages the extension as users get it, into `.artifacts/reconsent.vsix`.
 *
 * @returns the path of the package
 * @throws ToolingError with what vsce said
 */
export function packageExtension(): string {
  buildExtension();
  const vsix = join(artifactsRoot, 'reconsent.vsix');
  mkdirSync(artifactsRoot, { recursive: true });
  rmSync(vsix, { force: true });
  const vsce = join(repoRoot, 'node_modules', '@vscode', 'vsce', 'vsce');
  // Everything is bundled, so the package carries no node_modules. Relative links stay as they are where the manifest
  // names no repository that they could be resolved against.
  const args = [
    'package',
    '--no-dependencies',
    '--allow-missing-repository',
    '--no-rewrite-relative-links',
    '--out',
    vsix,
  ];
  const run = spawnSync(process.execPath, [vsce, ...args], {
    cwd: repoRoot,
    encoding: 'utf8',
    env: cleanEnvironment(),
  });
  if (run.status !== 0) throw new ToolingError(`The extension could not be packaged:\n${run.stdout}\n${run.stderr}`);
  return vsix;
}
