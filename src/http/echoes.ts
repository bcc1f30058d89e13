/**
 * Takes our own secrets out of an error answer. Some services, and many a proxy's error page, repeat the request they
 * complain about; what they say is shown and logged, so it must not carry the credential back. Pure.
 */

const hidden = '[secret]';

/** Shorter ones are words: taking them out would garble the answer without hiding much. */
const shortestHidden = 6;

/**
 * `text` with every occurrence of one of the `secrets` replaced by `[secret]`: verbatim, percent- or form-encoded,
 * JSON-escaped, as HTML entities, each also for single characters only; in hexadecimal; and in base64 or base64url, by
 * itself or within something longer such as `id:secret`. A text that spells a secret in any other way is withheld as a
 * whole. Secrets of fewer than 6 characters are left.
 */
export function withoutEchoes(text: string, secrets: readonly string[]): string {
  const wanted = [...new Set(secrets)].filter(({ length }) => length >= shortestHidden && length <= text.length);
  if (wanted.length === 0) return text;
  const left = wanted.some((secret) => mayHold(text, secret)) ? withoutSpelled(text, wanted) : text;
  return left === undefined || spellsOut(left, wanted) ? hidden : left;
}

/**
 * Whether it is worth searching for the secret, which costs a hundred times as much. All spellings that are searched for
 * leave letters and digits as they are: where not even the longest row of them stands, none does.
 */
function mayHold(text: string, secret: string): boolean {
  const spellings = [secret, ...base64Forms(secret).map(({ core }) => core)];
  return (
    spellings.some((one) => text.includes(longestRow(one))) ||
    text.toLowerCase().includes(Buffer.from(secret).toString('hex'))
  );
}

/** Empty when there is none, which stands everywhere. */
function longestRow(value: string): string {
  let longest = '';
  for (const row of value.split(/[^\da-z]+/i)) if (row.length > longest.length) longest = row;
  return longest;
}

/** `undefined` where the secrets have tens of kilobytes: more than the engine takes for one pattern. */
function withoutSpelled(text: string, secrets: readonly string[]): string | undefined {
  // The longest first, so that one that begins like another does not leave the other's rest behind.
  const pattern = [...secrets]
    .sort((a, b) => b.length - a.length)
    .flatMap((secret) => [spelled(secret), anyCase(Buffer.from(secret).toString('hex')), ...base64Patterns(secret)])
    .join('|');
  try {
    return text.replace(new RegExp(pattern, 'g'), hidden);
  } catch {
    return undefined;
  }
}

/** How often escapes are undone: as deep as the patterns above look, which do without one for letters and digits. */
const deepest = 4;

/** Whether one of the secrets comes out when escapes are undone: of letters, too, or of two kinds within each other. */
function spellsOut(text: string, secrets: readonly string[]): boolean {
  let before = text;
  for (let depth = 0; depth < deepest; depth++) {
    const after = unescaped(before);
    if (after === before) return false;
    if (secrets.some((secret) => after.includes(secret))) return true;
    before = after;
  }
  return false;
}

function unescaped(text: string): string {
  return text
    .replace(/(?:%[\da-f]{2})+/gi, (row) => Buffer.from(row.replaceAll('%', ''), 'hex').toString())
    .replace(/\\{1,8}(?:u([\da-f]{4})|x([\da-f]{2}))/gi, (_whole, four?: string, two?: string) =>
      point(four ?? two, 16),
    )
    .replace(/&#(?:x([\da-f]{1,6})|(\d{1,7}));/gi, (_whole, hexadecimal?: string, decimal?: string) =>
      hexadecimal === undefined ? point(decimal, 10) : point(hexadecimal, 16),
    );
}

function point(digits: string | undefined, radix: number): string {
  const code = Number.parseInt(digits ?? '', radix);
  return code <= 0x10ffff ? String.fromCodePoint(code) : ' ';
}

/** Matches the value with each character as it is or in any escape. Letters and digits are escaped by no encoder of the usual kind. */
function spelled(value: string): string {
  let pattern = '';
  for (const character of value) pattern += /[\da-z]/i.test(character) ? character : anySpelling(character);
  return pattern;
}

/** More than one where JSON is quoted within JSON. Bounded, as all repetitions here: a long row must not cost its square. */
const backslashes = '\\\\{1,8}';

/** The escapes come first: `%` must not match of `%25` its first character only. */
function anySpelling(character: string): string {
  const percent = [...Buffer.from(character)].map((byte) => `%(?:25){0,3}${anyCase(hex(byte, 2))}`).join('');
  const units = Array.from({ length: character.length }, (_, at) => character.charCodeAt(at));
  const unicode = units.map((unit) => `${backslashes}u${anyCase(hex(unit, 4))}`).join('');
  const point = character.codePointAt(0) ?? 0;
  const entities = [`#0{0,6}${point}`, `#[xX]0{0,6}${anyCase(hex(point, 1))}`, ...(namedEntities[character] ?? [])];
  const spellings = [percent, unicode, `&(?:amp;){0,3}(?:${entities.join('|')});`];
  const short = shortEscapes[character];
  if (short !== undefined) spellings.push(`${backslashes}${short}`);
  if (character === ' ') spellings.push('\\+');
  spellings.push(units.map((unit) => `\\u${hex(unit, 4)}`).join(''));
  return `(?:${spellings.join('|')})`;
}

/** RFC 8259 §7, as patterns of what follows the backslash. */
const shortEscapes: Readonly<Record<string, string>> = {
  '"': '"',
  '/': '/',
  '\\': '\\\\',
  '\b': 'b',
  '\f': 'f',
  '\n': 'n',
  '\r': 'r',
  '\t': 't',
};

const namedEntities: Readonly<Record<string, readonly string[]>> = {
  '&': ['amp'],
  '<': ['lt'],
  '>': ['gt'],
  '"': ['quot'],
  "'": ['apos'],
};

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0');
}

function anyCase(digits: string): string {
  return digits.replace(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`);
}

/**
 * The value's base64 depends on where in a group of three bytes it begins. The characters at its two ends are shared with
 * its neighbours: they are matched whatever they are, as they hold a part of the value.
 */
function base64Patterns(secret: string): readonly string[] {
  const shared = '[\\w+/\\-]?';
  const patterns: string[] = [];
  for (const { core, sharesHead, sharesTail } of base64Forms(secret)) {
    const head = sharesHead ? shared : '';
    const tail = sharesTail ? `${shared}${anySpelling('=')}{0,2}` : '';
    for (const alphabet of new Set([core, core.replaceAll('+', '-').replaceAll('/', '_')])) {
      patterns.push(`${head}${spelled(alphabet)}${tail}`);
    }
  }
  return patterns;
}

interface Base64Form {
  /** What the value alone decides. */
  readonly core: string;
  readonly sharesHead: boolean;
  readonly sharesTail: boolean;
}

function base64Forms(secret: string): readonly Base64Form[] {
  return [0, 1, 2].map((before) => {
    const bytes = Buffer.from('\0'.repeat(before) + secret);
    const text = bytes.toString('base64').replace(/=+$/, '');
    const sharesTail = (bytes.length * 8) % 6 !== 0;
    const core = text.slice(before === 0 ? 0 : before + 1, sharesTail ? -1 : undefined);
    return { core, sharesHead: before !== 0, sharesTail };
  });
}
