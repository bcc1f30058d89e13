import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { ToolingError } from '../../scripts/host/failure';
import { cacheRoot, repoRoot } from '../../scripts/host/paths';

/** Where the bundled suites of one run are; below the repository, so that `mocha` is found from there. */
export interface SuiteBundle {
  readonly folder: string;
  /** The module that VS Code is given as `extensionTestsPath`. */
  readonly index: string;
}

/** An extension with a debug type, for the suites that start a session. */
export const debuggerFolder = join(repoRoot, 'test', 'host', 'debugger');

/** A second extension, which calls what Reconsent offers to others. */
export const callerFolder = join(repoRoot, 'test', 'host', 'caller');

/**
 * Bundles every `*.test.ts` below `suites` for the extension host.
 *
 * @param name tells apart runs that happen at the same time
 * @throws ToolingError when there is no suite
 */
export async function bundleSuites(suites: string, name: string): Promise<SuiteBundle> {
  const files = readdirSync(suites, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.test.ts'))
    .sort();
  if (files.length === 0) throw new ToolingError(`There is no test below ${suites}`);
  const folder = join(cacheRoot, 'host-tests', name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const entryPoints = Object.fromEntries(
    files.map((file) => [file.replaceAll(/[\\/]/g, '.').replace(/\.ts$/, ''), join(suites, file)]),
  );
  await build({
    entryPoints: { ...entryPoints, index: join(repoRoot, 'test', 'host', 'inHost', 'index.ts') },
    outdir: folder,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    external: ['vscode', 'mocha'],
    sourcemap: 'inline',
    logLevel: 'warning',
  });
  return { folder, index: join(folder, 'index.js') };
}
