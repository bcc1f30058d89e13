import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { runProgram, ToolingError } from './host/failure';
import {
  type Bundle,
  compareKeys,
  englishTexts,
  type Language,
  languages,
  parts,
  type Texts,
  translatedTexts,
  writeBundle,
} from './l10n/bundles';
import { wordingProblems } from './l10n/wording';

const usage = `usage: npm run l10n -- [--missing <language> | --merge <language> <file>]
without arguments    whether every language is complete
--missing it         JSON of what is not translated yet, {"code": {…}, "manifest": {…}}, and of what is stale
--merge it it.json   takes translations from a file of that shape, and drops what is stale`;

/** Tells what is not translated, and takes translations. */
async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { missing: { type: 'string' }, merge: { type: 'string' }, help: { type: 'boolean' } },
  });
  if (values.help) console.log(usage);
  else if (values.missing !== undefined) printMissing(languageOf(values.missing));
  else if (values.merge !== undefined) return merge(languageOf(values.merge), positionals[0]);
  else return report();
  return 0;
}

function printMissing(language: Language): void {
  const english = englishTexts();
  const translated = translatedTexts(language);
  const [code, manifest] = parts.map((part) => compareKeys(english[part], translated[part]));
  const stale = { code: code?.stale, manifest: manifest?.stale };
  console.log(JSON.stringify({ code: code?.missing, manifest: manifest?.missing, stale }, null, 2));
}

function merge(language: Language, file: string | undefined): number {
  if (file === undefined) throw new ToolingError(usage);
  const given = JSON.parse(readFileSync(file, 'utf8')) as Partial<Texts>;
  const english = englishTexts();
  const translated = translatedTexts(language);
  let problems = 0;
  for (const part of parts) {
    const own = given[part] ?? {};
    const wrong = [...unknownKeys(own, english[part]), ...wordingProblems(english[part], own)];
    for (const problem of wrong) console.error(`${part}: ${problem}`);
    problems += wrong.length;
    writeBundle(part, language, { ...translated[part], ...own }, english[part]);
  }
  return report() === 0 && problems === 0 ? 0 : 1;
}

function unknownKeys(given: Bundle, english: Bundle): readonly string[] {
  return compareKeys(english, given).stale.map((key) => `${JSON.stringify(key)} is not asked for, and was left out`);
}

function report(): number {
  const english = englishTexts();
  let complete = true;
  for (const language of languages) {
    const translated = translatedTexts(language);
    for (const part of parts) {
      const { missing, stale } = compareKeys(english[part], translated[part]);
      const wanting = Object.keys(missing).length;
      complete &&= wanting === 0 && stale.length === 0;
      const total = Object.keys(english[part]).length;
      console.log(`${language}, ${part}: ${total - wanting} of ${total} translated, ${stale.length} stale`);
    }
  }
  return complete ? 0 : 1;
}

function languageOf(name: string): Language {
  const language = languages.find((one) => one === name);
  if (!language) throw new ToolingError(`${name} is none of ${languages.join(', ')}\n${usage}`);
  return language;
}

runProgram(main);
