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

/** What users get, and nothing else: paths relative to the repository. */
const shipped = [
  /^package(\.nls(\.[a-z-]+)?)?\.json$/,
  /^(README|CHANGELOG|SECURITY)\.md$/,
  /^LICENSE(\.txt|\.md)?$/,
  /^dist\/[\w.-]+\.(js|txt)$/,
  /^l10n\/[\w.-]+\.json$/,
  /^media\/[\w./-]+\.(svg|png|md)$/,
];

/**
 * Packages the extension as users get it, into `.artifacts/reconsent.vsix`.
 *
 * @returns the path of the package
 * @throws ToolingError with what vsce said, or when a file would be shipped that does not belong to the product
 */
export function packageExtension(): string {
  buildExtension();
  // Everything is bundled, so the package carries no node_modules.
  const files = vsce('ls', '--no-dependencies')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const strangers = files.filter((file) => !shipped.some((pattern) => pattern.test(file)));
  if (strangers.length > 0) {
    const some = strangers.slice(0, 10).join('\n  ');
    throw new ToolingError(`${strangers.length} files must not be shipped (see .vscodeignore), among them:\n  ${some}`);
  }
  const vsix = join(artifactsRoot, 'reconsent.vsix');
  mkdirSync(artifactsRoot, { recursive: true });
  rmSync(vsix, { force: true });
  // Relative links stay as they are where the manifest names no repository that they could be resolved against.
  vsce('package', '--no-dependencies', '--allow-missing-repository', '--no-rewrite-relative-links', '--out', vsix);
  return vsix;
}

function vsce(...args: readonly string[]): string {
  const program = join(repoRoot, 'node_modules', '@vscode', 'vsce', 'vsce');
  const run = spawnSync(process.execPath, [program, ...args], {
    cwd: repoRoot,
    encoding: 'utf8',
    env: cleanEnvironment(),
    maxBuffer: 64 * 1024 * 1024,
  });
  if (run.status === 0) return run.stdout;
  throw new ToolingError(`vsce ${args[0]} failed:\n${run.stdout.slice(-2_000)}\n${run.stderr.slice(-2_000)}`);
}
