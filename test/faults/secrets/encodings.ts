/** The forms in which a secret could have been written down, by name. */

export interface Encoding {
  readonly name: string;
  /** What stands in a text that holds the value in this form; several where it depends on what stands beside it. */
  spell(value: string): readonly string[];
}

export const encodings: readonly Encoding[] = [
  { name: 'plain', spell: (value) => [value] },
  { name: 'base64', spell: (value) => base64(value, 'base64') },
  { name: 'base64url', spell: (value) => base64(value, 'base64url') },
  { name: 'URL', spell: (value) => eitherCase(encodeURIComponent(value)) },
  { name: 'URL twice', spell: (value) => eitherCase(encodeURIComponent(encodeURIComponent(value))) },
  { name: 'form', spell: (value) => eitherCase(new URLSearchParams({ s: value }).toString().slice(2)) },
  { name: 'JSON', spell: (value) => [quoted(value), escaped(value)] },
  { name: 'JSON in JSON', spell: (value) => [quoted(quoted(value)), quoted(escaped(value))] },
  { name: 'HTML', spell: (value) => [entities(value)] },
  { name: 'hex', spell: (value) => [hex(value), hex(value).toUpperCase()] },
  // As `util.inspect` shows a buffer.
  { name: 'hex in pairs', spell: (value) => [hex(value).replaceAll(/..(?!$)/g, '$& ')] },
  // As a buffer, or an array of bytes, is shown as JSON and by `util.inspect`.
  { name: 'bytes', spell: (value) => [[...Buffer.from(value)].join(','), [...Buffer.from(value)].join(', ')] },
  // Read as one byte a character, as all files are here.
  { name: 'UTF-8', spell: (value) => [Buffer.from(value).toString('latin1')] },
  { name: 'UTF-16', spell: (value) => [Buffer.from(value, 'utf16le').toString('latin1').replace(/\0$/, '')] },
];

/** The characters at the ends depend on what stands beside it, and on where in a group of three bytes it begins. */
function base64(value: string, alphabet: 'base64' | 'base64url'): readonly string[] {
  const bytes = Buffer.from(value);
  return [0, 1, 2].map((before) => {
    const text = Buffer.concat([Buffer.alloc(before), bytes])
      .toString(alphabet)
      .replace(/=+$/, '');
    const cut = ((before + bytes.length) * 8) % 6 !== 0;
    return text.slice(before === 0 ? 0 : before + 1, cut ? -1 : undefined);
  });
}

function eitherCase(text: string): readonly string[] {
  return [text, text.replaceAll(/%[\dA-F]{2}/g, (one) => one.toLowerCase())];
}

function quoted(value: string): string {
  return JSON.stringify(value).slice(1, -1);
}

/** With all that is not ASCII escaped as well. */
function escaped(value: string): string {
  return quoted(value).replaceAll(/[^ -~]/g, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function entities(value: string): string {
  const named: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  };
  return value.replaceAll(/[&<>"']/g, (one) => named[one] ?? one);
}

function hex(value: string): string {
  return Buffer.from(value).toString('hex');
}
