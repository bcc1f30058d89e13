/** The files that hold the translations: `l10n/bundle.l10n.<language>.json` and `package.nls.<language>.json`. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { openSourceTree } from '../../test/unit/architecture/sourceTree';
import { repoRoot } from '../host/paths';
import { collectTexts } from './sourceTexts';

/** What Reconsent speaks besides English, by the names that VS Code gives the languages. */
export const languages = ['it', 'pt-br', 'vi'] as const;

export type Language = (typeof languages)[number];

/** Translations by key. */
export type Bundle = Readonly<Record<string, string>>;

/** The texts of the code are their own keys; those of package.json have keys of their own. */
export interface Texts {
  readonly code: Bundle;
  readonly manifest: Bundle;
}

export type Part = keyof Texts;

export const parts: readonly Part[] = ['code', 'manifest'];

export function bundleFile(part: Part, language: Language): string {
  return part === 'code' ? `l10n/bundle.l10n.${language}.json` : `package.nls.${language}.json`;
}

/** The English texts, from the code itself and from `package.nls.json`. */
export function englishTexts(): Texts {
  const tree = openSourceTree();
  try {
    const { texts, untraceable } = collectTexts(tree);
    if (untraceable.length > 0) throw new Error(`Cannot be translated:\n${untraceable.join('\n')}`);
    const code = Object.fromEntries(texts.map((text) => [text, text]));
    return { code, manifest: readBundle('package.nls.json') };
  } finally {
    tree.close();
  }
}

/** What is there of a language; nothing is an empty bundle. */
export function translatedTexts(language: Language): Texts {
  return { code: readBundle(bundleFile('code', language)), manifest: readBundle(bundleFile('manifest', language)) };
}

/** In the order of the English keys, so that a change shows as one line. */
export function writeBundle(part: Part, language: Language, bundle: Bundle, english: Bundle): void {
  const ordered = Object.keys(english).flatMap((key) => (bundle[key] === undefined ? [] : [[key, bundle[key]]]));
  const file = join(repoRoot, bundleFile(part, language));
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(Object.fromEntries(ordered), null, 2)}\n`);
}

function readBundle(file: string): Bundle {
  const path = join(repoRoot, file);
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Bundle) : {};
}

export interface KeyDifference {
  /** English texts by key, which the language has no translation of. */
  readonly missing: Bundle;
  /** Keys that the language translates and nobody asks for. */
  readonly stale: readonly string[];
}

export function compareKeys(english: Bundle, translated: Bundle): KeyDifference {
  const missing = Object.entries(english).filter(([key]) => translated[key] === undefined);
  const stale = Object.keys(translated).filter((key) => english[key] === undefined);
  return { missing: Object.fromEntries(missing), stale };
}
