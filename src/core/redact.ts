/**
 * Secrets as values that cannot be printed by accident, and the scrubber of the log sink.
 *
 * Rule: a secret is bound to the origins it was given for and is revealed only for a URL of one of them.
 */

const hidden = '[secret]';

/** The conventional key under which Node's `util.inspect` looks for a custom rendering. */
const inspectKey: unique symbol = Symbol.for('nodejs.util.inspect.custom') as never;

export type Revealed =
  | { readonly kind: 'revealed'; readonly value: string }
  /** The URL's origin is none of those the secret was given for: it must not be sent. */
  | { readonly kind: 'foreign-origin'; readonly boundTo: readonly string[]; readonly asked: string };

/**
 * A secret and the origins (`URL.origin`, exact) that may receive it. String conversion, JSON and `util.inspect` show
 * `[secret]`; the value comes out only through {@link BoundSecret.revealFor}.
 */
export class BoundSecret {
  readonly #value: string;
  readonly boundTo: readonly string[];

  constructor(value: string, boundTo: readonly string[]) {
    this.#value = value;
    this.boundTo = [...boundTo];
  }

  /** The value, if `url` belongs to an origin the secret was given for. Origins are compared as parsed, never by pattern. */
  revealFor(url: URL): Revealed {
    return this.boundTo.includes(url.origin)
      ? { kind: 'revealed', value: this.#value }
      : { kind: 'foreign-origin', boundTo: this.boundTo, asked: url.origin };
  }

  toString(): string {
    return hidden;
  }

  toJSON(): string {
    return hidden;
  }

  [inspectKey](): string {
    return hidden;
  }
}

/** Shapes of credentials that must never reach a log, whatever the caller let through. */
const credentialShapes: readonly RegExp[] = [
  /\bya29\.[\w.\-~+/]+=*/g,
  /\b1\/\/[\w\-.~+/]+=*/g,
  /\bGOCSPX-[\w-]+/g,
  /\bAIza[\w-]{20,}/g,
  /\beyJ[\w-]+\.[\w-]+\.[\w-]*/g,
  /\b(Bearer|Basic)\s+[\w.\-~+/]+=*/gi,
  /\b((?:access|refresh|id)_?token|client_?secret|password|code_verifier|device_code|api_?key)(["']?\s*[=:]\s*["']?)[^\s"'&,}]+/gi,
];

/**
 * Removes what looks like a credential from a line that is about to be logged. The second line of defence: the first is
 * that only allow-listed fields are logged at all.
 */
export function scrub(line: string): string {
  let clean = line;
  for (const shape of credentialShapes) {
    clean = clean.replace(shape, (whole, name?: unknown, separator?: unknown) =>
      typeof name === 'string' && typeof separator === 'string' ? `${name}${separator}${hidden}` : replaceWhole(whole),
    );
  }
  return clean;
}

function replaceWhole(match: string): string {
  const scheme = /^(Bearer|Basic)\s/i.exec(match);
  return scheme ? `${scheme[1]} ${hidden}` : hidden;
}
