/**
 * The extensions that the windows load: Reconsent as it was built, and two that register the same and do nothing, one of
 * them to warm the editor's own code up. Each begins at `entry.ts`, which takes the times.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { ToolingError } from '../../../scripts/host/failure';
import { cacheRoot, repoRoot } from '../../../scripts/host/paths';
import { bareIds, reconsentId } from './ids';

export interface Stage {
  /** Folders of extensions to be linked. */
  readonly linked: readonly string[];
  /** An extension without anything in it: a window with tests wants one in development. */
  readonly driver: string;
  /** The module of a scenario, in the folder of Reconsent: there it is given the same `vscode` as Reconsent. */
  scenario(name: ScenarioName): string;
  remove(): void;
}

const scenarios = ['activation', 'store', 'cold', 'resets', 'tree'] as const;
export type ScenarioName = (typeof scenarios)[number];

/** In the folder of Reconsent: once more, with the names of its functions, for profiles. */
export const namedFolder = 'named';

const ownCode = join(repoRoot, 'test', 'bench', 'host', 'inHost');

/** `name` tells apart runs that happen at the same time. */
export async function makeStage(name: string): Promise<Stage> {
  const folder = join(cacheRoot, 'bench', name);
  rmSync(folder, { recursive: true, force: true });
  const manifest = JSON.parse(readFileSync(join(repoRoot, 'package.json'), 'utf8')) as Manifest;
  const reconsent = join(folder, 'reconsent');
  makeExtension(reconsent, manifest);
  cpSync(join(repoRoot, 'dist'), join(reconsent, 'dist'), { recursive: true });
  buildNamed(join(reconsent, namedFolder));
  const bare = bareIds.map((id) => {
    const [, own = ''] = id.split('.');
    const path = join(folder, own);
    const { contributes, ...rest } = manifest;
    makeExtension(path, { ...rest, name: own, publisher: own, contributes: renamed(contributes, own) });
    return path;
  });
  for (const path of bare) await bundle(path, 'dist', { extension: join(ownCode, 'bareExtension.ts') }, true);
  const entry = { entry: join(ownCode, 'entry.ts') };
  for (const path of [reconsent, ...bare]) await bundle(path, 'bench', entry, true);
  await bundle(
    reconsent,
    'bench',
    Object.fromEntries(scenarios.map((one) => [one, join(ownCode, `${one}.ts`)])),
    false,
  );
  const driver = join(folder, 'driver');
  writeManifest(driver, { name: 'driver', publisher: 'reconsent-bench', version: '0.0.1', engines: manifest.engines });
  return {
    linked: [reconsent, ...bare],
    driver,
    scenario: (one) => join(reconsent, 'bench', `${one}.js`),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function buildNamed(outdir: string): void {
  const build = [join(repoRoot, 'esbuild.mjs'), '--names', '--outdir', outdir];
  const built = spawnSync(process.execPath, build, { cwd: repoRoot, stdio: ['ignore', 'ignore', 'inherit'] });
  if (built.status !== 0) throw new ToolingError('The extension could not be built.');
}

interface Manifest {
  readonly [key: string]: unknown;
  readonly engines: unknown;
  readonly contributes?: unknown;
}

/** It waits to be activated by the scenario. */
function makeExtension(folder: string, manifest: Manifest): void {
  writeManifest(folder, { ...manifest, main: './bench/entry.js', activationEvents: [] });
  const texts = readdirSync(repoRoot).filter((file) => /^package\.nls\..*json$/.test(file));
  for (const one of [...texts, 'media']) cpSync(join(repoRoot, one), join(folder, one), { recursive: true });
}

function writeManifest(folder: string, manifest: object): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
}

/** The same contributions under other ids: two extensions cannot own one command. */
function renamed(contributes: unknown, own: string): unknown {
  const [, bare = ''] = reconsentId.split('.');
  return JSON.parse(JSON.stringify(contributes).replaceAll(bare, own));
}

async function bundle(
  folder: string,
  into: string,
  entryPoints: Readonly<Record<string, string>>,
  minify: boolean,
): Promise<void> {
  await build({
    entryPoints,
    outdir: join(folder, into),
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    external: ['vscode', '../dist/*', '../named/*'],
    minify,
    logLevel: 'warning',
  });
}
