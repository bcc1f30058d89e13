/**
 * Text that comes from outside: names in settings, messages of servers. It is shown, but it must not act, hide or
 * reorder anything.
 */

/** C0 and C1 controls, bidirectional controls, zero-width and other invisible format characters. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: removing control characters is the purpose
const invisible = /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g;

/** `text` on one line, without invisible or reordering characters, at most `maxLength` characters long. */
export function plainText(text: string, maxLength = 300): string {
  const clean = text
    .slice(0, maxLength * 4)
    .replace(invisible, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  return clean.length > maxLength ? `${clean.slice(0, maxLength - 1)}…` : clean;
}

/** Whether `text` contains a character that {@link plainText} would remove. */
export function hasInvisibleCharacters(text: string): boolean {
  invisible.lastIndex = 0;
  return invisible.test(text);
}
