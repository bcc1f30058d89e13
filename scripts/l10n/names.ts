/** Texts that are the same in every language: names of products, units, and texts that are nothing but values. */

const names: ReadonlySet<string> = new Set([
  'Business Messages',
  'Chrome',
  'Discover',
  'Fitbit',
  'Google Play Points',
  'Maps',
  'My Activity',
  'My Maps',
  'Nest',
  'Pixel',
  'Play',
  'Saved',
  'Shopping',
  'Street View',
  'YouTube',
  'Sandbox',
  'Sandbox: Identity Platform',
  'Sandbox: Venafi',
  'Reconsent: Quick Reset',
  '{count} s',
  '{count} min',
  '{count} h',
  'apple.com',
  'v1',
  'v1beta',
]);

/** Words that a language has taken over from English as they are. */
const borrowed: Readonly<Record<string, readonly string[]>> = {
  it: [
    'Client ID',
    'Client secret',
    'E-mail',
    'Password',
    'reset: {outcome}',
    '{identity} in {project}',
    '{0}: {1} in {2} ({3})',
  ],
  'pt-br': ['E-mail'],
  vi: ['Client ID', 'Client secret', 'ID token', 'OAuth client'],
};

/** Whether a translation may read like the English text. */
export function mayStayEnglish(text: string, language: string): boolean {
  const words = text.replaceAll(/\{\w+\}/g, '');
  return !/\p{L}/u.test(words) || names.has(text) || (borrowed[language] ?? []).includes(text);
}
