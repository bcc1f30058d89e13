/** What a wrong address or a doubled id can be replaced by. Pure. */
import { parseEndpoint } from '../../core/endpoint';

/**
 * The origin that is surely meant, or `undefined`. An address with a user name is not repaired: what looks like the host may
 * be the user name, and what looks like a password is one.
 */
export function repairedEndpoint(text: string): string | undefined {
  const trimmed = text.trim();
  const whole = /^[\w-]+(\.[\w-]+)+(:\d{1,5})?(\/.*)?$/.test(trimmed) ? `https://${trimmed}` : trimmed;
  if (!/^https?:\/\/[^/@\\\s]/i.test(whole) || whole.includes('@') || !URL.canParse(whole)) return undefined;
  const url = new URL(whole);
  url.hostname = url.hostname.replace(/\.$/, '');
  for (const origin of [url.origin, url.origin.replace(/^http:/, 'https:')]) {
    if (origin !== text && parseEndpoint(origin).kind === 'endpoint') return origin;
  }
  return undefined;
}

/** `id`, with the first number that makes it differ from all others. */
export function uniqueId(id: string, taken: ReadonlySet<string>): string {
  for (let number = 2; ; number++) {
    const candidate = `${id}-${number}`;
    if (!taken.has(candidate)) return candidate;
  }
}

/** Whether a key that nobody knows sounds like it holds a secret. */
export function soundsSecret(key: string): boolean {
  return /secret|token|passw|passphrase|api_?key|private_?key|credential|authorization|bearer/i.test(key);
}
