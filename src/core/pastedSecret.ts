/** What a user pastes or types into a field: cleaned of what pasting adds, and refused when it cannot be what is asked for. */
import { hasInvisibleCharacters } from './foreignText';
import type { CredentialField } from './provider';

export type PastedSecretProblem =
  | 'empty'
  | 'too-long'
  | 'quotes'
  | 'control-characters'
  | 'foreign-characters'
  | 'inner-space'
  | 'invisible-characters'
  | 'not-pem';

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

/** As {@link cleanPastedSecret}, by the rules of what is entered. */
export function cleanFieldInput(
  text: string,
  content: NonNullable<CredentialField['content']> = 'token',
): PastedSecret {
  if (content === 'token') return cleanPastedSecret(text);
  if (text.length > maxLength + 64) return problem('too-long');
  if (content === 'pem') return cleanPem(text);
  // A password may begin or end with a space.
  const value = content === 'password' ? text : text.trim();
  if (value === '') return problem('empty');
  if (value.length > maxLength) return problem('too-long');
  if (hasInvisibleCharacters(value)) return problem('invisible-characters');
  return { kind: 'secret', value };
}

/** A field on one line takes the line breaks out of what is pasted, and settings files spell them `\n`; here they come back. */
function cleanPem(text: string): PastedSecret {
  const plain = text.replaceAll(/\\r|\\n/g, '\n').trim();
  if (plain === '') return problem('empty');
  const [, label, inner = ''] = /^-----BEGIN ([A-Z0-9 ]{1,40})-----([^-]*)-----END \1-----$/.exec(plain) ?? [];
  const body = inner.replaceAll(/\s/g, '');
  if (label === undefined || !/^[A-Za-z0-9+/]+={0,2}$/.test(body)) return problem('not-pem');
  const lines = body.match(/.{1,64}/g) ?? [];
  return { kind: 'secret', value: [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n') };
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
  'invisible-characters':
    'This contains line breaks, control characters or invisible ones. Enter it again without them.',
  'not-pem':
    'This is not the whole text of a key file, from "-----BEGIN" to the dashes after "END". Line breaks may be missing.',
};
