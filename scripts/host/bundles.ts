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
  /** What stays outside: Node's modules, `vscode`, and other bundles. */
  readonly imports: readonly string[];
}

interface Metafile {
  readonly outputs: Readonly<
    Record<
      string,
      {
        readonly bytes: number;
        readonly inputs: Readonly<Record<string, unknown>>;
        readonly imports: readonly { readonly path: string }[];
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
    name: path.replace(/^.*\//, '').replace(/\.js$/, ''),
    bytes,
    inputs: Object.keys(inputs),
    imports: [...new Set(imports.map((one) => one.path))],
  }));
}
