/**
 * What `l10n` is in the bundles, where `esbuild.mjs` puts it before the rest of the editor's API: `l10n.t` looks into the texts
 * of the package. The code is written against the editor's own; in tests of the sources it is that.
 */
import { join } from 'node:path';
import type { l10n } from 'vscode';
import { readTexts, translator } from './packedTexts';

/** `language`: the editor's, asked for with the first text. */
export function packagedTexts(language: () => string): typeof l10n {
  return {
    t: translator(() => readTexts(join(__dirname, 'l10n'), language())),
    bundle: undefined,
    uri: undefined,
  };
}
