/** A module bundled and minified, as the product is. */
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';

/** `T` is the type of the module at `path`. Without `minify`, names of functions stay, for a profile to show. */
export function loadShipped<T>(path: string, { minify = true } = {}): T {
  const folder = mkdtempSync(join(tmpdir(), 'reconsent-bench-'));
  const outfile = join(folder, 'shipped.cjs');
  try {
    const how = { bundle: true, minify, platform: 'node', format: 'cjs', target: 'node20' } as const;
    buildSync({ ...how, external: ['vscode'], entryPoints: [path], outfile, logLevel: 'error' });
    return createRequire(outfile)(outfile) as T;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
