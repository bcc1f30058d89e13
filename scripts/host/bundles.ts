/** What the bundles are made of, as the bundler itself reports it. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { repoRoot } from './paths';

export interface Bundle {
  /** `extension`, `transport` …: the name of the file in `dist/`. */
  readonly name: string;
  readonly bytes: number;
  /** Files of the repository, with forward slashes. */
  readonly inputs: readonly string[];
  /** Node's modules, and `vscode`. */
  readonly imports: readonly string[];
  /** Bundles that are loaded with this one, by their names. */
  readonly needs: readonly string[];
  /** Bundles that this one loads on first use. */
  readonly loads: readonly string[];
}

interface Metafile {
  readonly outputs: Readonly<
    Record<
      string,
      {
        readonly bytes: number;
        readonly inputs: Readonly<Record<string, unknown>>;
        readonly imports: readonly { readonly path: string; readonly kind: string }[];
      }
    >
  >;
}

/** Bundles the sources in memory; nothing is written. */
export function bundles(): readonly Bundle[] {
  const args = [join(repoRoot, 'esbuild.mjs'), '--metafile'];
  const printed = execFileSync(process.execPath, args, { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  const { outputs } = JSON.parse(printed) as Metafile;
  return Object.entries(outputs).map(([path, { bytes, inputs, imports }]) => ({
    name: nameOf(path),
    bytes,
    inputs: Object.keys(inputs),
    imports: distinct(imports.map((one) => one.path).filter((one) => !one.endsWith('.js'))),
    needs: distinct(imports.filter((one) => one.path in outputs).map((one) => nameOf(one.path))),
    loads: distinct(imports.filter((one) => one.path.startsWith('./')).map((one) => nameOf(one.path))),
  }));
}

/** A bundle and all that is loaded with it. */
export function withNeeds(all: readonly Bundle[], bundle: Bundle): readonly Bundle[] {
  const found = new Set([bundle]);
  for (const { needs } of found) for (const one of all) if (needs.includes(one.name)) found.add(one);
  return [...found];
}

function nameOf(path: string): string {
  return path.replace(/^.*\//, '').replace(/\.js$/, '');
}

function distinct(names: readonly string[]): readonly string[] {
  return [...new Set(names)];
}
