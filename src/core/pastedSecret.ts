/** What a user pastes as a secret: cleaned of what pasting adds, and refused when it cannot be a credential. */

export type PastedSecretProblem =
  | 'empty'
  | 'too-long'
  | 'quotes'
  | 'control-characters'
  | 'foreign-characters'
  | 'inner-space';

export type PastedSecret =
  | { readonly kind: 'secret'; readonly value: string }
  /** The problem never carries the value. */
  | { readonly kind: 'problem'; readonly problem: PastedSecretProblem };

const maxLength = 16 * 1024;

/** Trims outer white space and one `Bearer `; refuses what an HTTP header or a form cannot carry faithfully. */
export function cleanPastedSecret(text: string): PastedSecret {
  if (text.length > maxLength + 64) return problem('too-long');
  const value = text.trim().replace(/^Bearer(?:\s+|$)/i, '');
  if (value === '') return problem('empty');
  if (value.length > maxLength) return problem('too-long');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  if (/[\u0000-\u001f\u007f-\u009f]/.test(value)) return problem('control-characters');
  if (/[^\u0020-\u007e]/.test(value)) return problem('foreign-characters');
  if (/["'`]/.test(value)) return problem('quotes');
  if (value.includes(' ')) return problem('inner-space');
  return { kind: 'secret', value };
}

function problem(which: PastedSecretProblem): PastedSecret {
  return { kind: 'problem', problem: which };
}

/** What is wrong, in words; says nothing of the value. */
export const pastedSecretProblemTexts: Readonly<Record<PastedSecretProblem, string>> = {
  empty: 'Nothing was entered.',
  'too-long': 'This is longer than 16 kB: it cannot be a token.',
  quotes: 'This contains quotes. Paste the token alone, without quotes around it.',
  'control-characters': 'This contains line breaks or control characters. Paste the token alone, on one line.',
  'foreign-characters':
    'This contains characters that no token has, perhaps invisible ones. Copy it from its source again.',
  'inner-space': 'This contains spaces. Paste the token alone.',
};
