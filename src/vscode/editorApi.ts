/**
 * What `l10n` is in the bundles, where `esbuild.mjs` puts it before the rest of the editor's API: `l10n.t` looks into the texts
 * of the package. The code is written against the editor's own; in tests of the sources it is that.
 */
import type { l10n } from 'vscode';
import { translator } from './translator';

/** `language`: the editor's, asked for with the first text. */
export function packagedTexts(language: () => string): typeof l10n {
  return { t: translator(() => textsOf(language())), bundle: undefined, uri: undefined };
}

function textsOf(language: string): ReadonlyMap<number, string> {
  // Those stand in the code.
  if (language === 'en') return new Map();
  try {
    const { readTexts } = require('./packedTexts') as typeof import('./packedTexts');
    return readTexts(`${__dirname}/l10n`, language);
  } catch {
    // What could not be loaded is told in English.
    return new Map();
  }
}
