/** What a translation has to leave as it is, however the words change. */
import type { Bundle } from './bundles';

/** Things that a text may hold, and that have to be in its translation just as often. */
const kept: readonly (readonly [what: string, pattern: RegExp])[] = [
  ['placeholders', /\{\w+\}/g],
  ['codicons', /\$\([\w~-]+\)/g],
  ['link targets', /\]\([^)\s]+\)/g],
  ['code', /`[^`]+`/g],
  ['web addresses', /https?:\/\/[^\s"'`)]+/g],
  ['line breaks', /\n/g],
  ['percent signs', /%/g],
  ['keys of keyboards and settings', /\breconsent\.[\w.]+/g],
];

/** `"Reset": what is wrong with its translation`, for each key that both have. */
export function wordingProblems(english: Bundle, translated: Bundle): readonly string[] {
  return Object.entries(translated).flatMap(([key, text]) => {
    const source = english[key];
    if (source === undefined) return [];
    return textProblems(source, text).map((problem) => `${JSON.stringify(key)} ${problem}`);
  });
}

function textProblems(source: string, text: string): readonly string[] {
  if (text.trim() === '') return ['is empty'];
  const problems = kept.flatMap(([what, pattern]) => {
    const [asked, given] = [found(source, pattern), found(text, pattern)];
    return asked === given ? [] : [`has other ${what}: ${given || 'none'} instead of ${asked || 'none'}`];
  });
  if (/^\s*/.exec(source)?.[0] !== /^\s*/.exec(text)?.[0]) problems.push('begins with other spaces');
  if (/\s*$/.exec(source)?.[0] !== /\s*$/.exec(text)?.[0]) problems.push('ends with other spaces');
  if (ending(source) !== ending(text)) problems.push(`ends with "${ending(text)}" instead of "${ending(source)}"`);
  if (loneBraces(source) !== loneBraces(text)) problems.push('has a brace that closes nothing');
  if (/[\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]/.test(text)) problems.push('has invisible characters');
  if (text !== text.normalize('NFC')) problems.push('is not in the composed form of Unicode (NFC)');
  return problems;
}

/** Braces that are none of a placeholder's. */
function loneBraces(text: string): number {
  return (text.replaceAll(/\{\w+\}/g, '').match(/[{}]/g) ?? []).length;
}

/** Sorted, as another language may have another order. */
function found(text: string, pattern: RegExp): string {
  return (text.match(pattern) ?? [])
    .sort()
    .map((one) => JSON.stringify(one))
    .join(' ');
}

/** A sentence stays one, a question a question, and "…" says in every language that more is asked. */
function ending(text: string): string {
  return /[.!?…:]$/.exec(text.trimEnd())?.[0] ?? '';
}
