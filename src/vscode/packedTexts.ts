/**
 * The translations as the package carries them: the editor's own format would repeat the English texts in every language, and
 * the package has no room for that. `esbuild.mjs` writes them: `english.json.br` is a list of texts, and each language a list
 * of the same length with `null` where a text is not translated.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import * as v from 'valibot';

const english = v.array(v.string());
const translated = v.array(v.nullable(v.string()));

/** English → translation; empty where the package has none for the language, `pt-br` for instance. */
export function readTexts(folder: string, language: string): ReadonlyMap<string, string> {
  // It comes from outside, and names a file.
  if (!/^[a-z]{2,3}(-[a-z]{2,4})?$/.test(language) || language === 'en') return new Map();
  const keys = readList(folder, 'english', english);
  const texts = keys && readList(folder, language, translated);
  if (!keys || texts?.length !== keys.length) return new Map();
  const found = new Map<string, string>();
  for (const [index, key] of keys.entries()) {
    const text = texts[index];
    if (typeof text === 'string') found.set(key, text);
  }
  return found;
}

type Values = readonly unknown[] | Readonly<Record<string, unknown>>;

/** The editor's `l10n.t` in all its forms, over the texts given. */
export function translator(texts: ReadonlyMap<string, string>) {
  return (
    message: string | { readonly message: string; readonly args?: Values },
    ...values: readonly unknown[]
  ): string => {
    if (typeof message !== 'string') return fillIn(texts.get(message.message) ?? message.message, message.args ?? {});
    const [only] = values;
    const named = typeof only === 'object' && only !== null ? only : values;
    return fillIn(texts.get(message) ?? message, named as Values);
  };
}

/** Fills `{0}` or `{name}`; a placeholder without a value stays as it is. */
function fillIn(template: string, values: Values): string {
  const found: Readonly<Record<string, unknown>> = { ...values };
  return template.replace(/\{([^{}]+)\}/g, (whole, name: string) =>
    Object.hasOwn(found, name) && found[name] !== undefined ? String(found[name]) : whole,
  );
}

/** A language that is not there is English; so is one whose file was damaged. */
function readList<T>(folder: string, name: string, schema: v.GenericSchema<unknown, T>): T | undefined {
  try {
    const text = brotliDecompressSync(readFileSync(join(folder, `${name}.json.br`))).toString('utf8');
    const read = v.safeParse(schema, JSON.parse(text));
    return read.success ? read.output : undefined;
  } catch {
    return undefined;
  }
}
