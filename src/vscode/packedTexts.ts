/**
 * The translations as the package carries them: the editor's own format would repeat the English texts in every language, and
 * the package has no room for that. `esbuild.mjs` writes them: `keys.bin` has four bytes for each text (`textKey`, the most
 * significant first), and each language is a list of the same length with `null` where a text is not translated. A lazy part of
 * the bundle.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import { textKey } from './textKey';

/** {@link textKey} of the English → translation; empty where the package has none for the language, `pt-br` for instance. */
export function readTexts(folder: string, language: string): ReadonlyMap<number, string> {
  // It comes from outside, and names a file.
  if (!/^[a-z]{2,3}(-[a-z]{2,4})?$/.test(language) || language === 'en') return new Map();
  try {
    const keys = readFileSync(join(folder, 'keys.bin'));
    const texts = readList(folder, language);
    if (keys.length !== 4 * texts.length) return new Map();
    return new Map(
      texts.flatMap((text, index) => (text === null ? [] : [[keys.readUInt32BE(4 * index), text] as const])),
    );
  } catch {
    // One that is not there, or was damaged.
    return new Map();
  }
}

function readList(folder: string, language: string): readonly (string | null)[] {
  const text = brotliDecompressSync(readFileSync(join(folder, `${language}.json.br`))).toString('utf8');
  const list: unknown = JSON.parse(text);
  // Plain: the schema library is not there yet when an error of loading is told.
  if (!Array.isArray(list) || !list.every(isText)) throw new Error('No list of texts.');
  return list;
}

function isText(value: unknown): value is string | null {
  return value === null || typeof value === 'string';
}
