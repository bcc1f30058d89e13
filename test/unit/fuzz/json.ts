/** JSON that is nearly right. */
import fc from 'fast-check';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

/** `value` with one thing in it, wherever it stands, replaced, left out, wrapped or given a companion. */
export function changedJson(value: Json): fc.Arbitrary<Json> {
  return fc
    .tuple(fc.constantFrom(...placesIn(value)), changes)
    .map(([place, change]) => changeAt(value, place, change));
}

/** `undefined` leaves it out. */
type Change = (before: Json) => Json | undefined;

const others: readonly Json[] = [null, true, false, 0, -1, 1.5, 7, '', ' ', '0', 'x', [], {}, [[]], '\u202e', '](x)'];

const changes: fc.Arbitrary<Change> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom(
      ...others.map(
        (other): Change =>
          () =>
            other,
      ),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom<Change>(
      () => undefined,
      (before) => [before],
      (before) => ({ value: before }),
      (before) => (isPlainObject(before) ? { ...(before as object), error: 'x', Result: 0 } : before),
      (before) => (typeof before === 'string' ? before.toUpperCase() : before),
      (before) => (typeof before === 'string' ? before.repeat(300) : before),
    ),
  },
);

/** The way to each part of a value, itself included. */
function placesIn(value: Json): readonly (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [[]];
  const inside = Object.entries(value as object) as (readonly [string, Json])[];
  return [[], ...inside.flatMap(([name, inner]) => placesIn(inner).map((place) => [name, ...place]))];
}

function changeAt(value: Json, [name, ...rest]: readonly string[], change: Change): Json {
  if (name === undefined) return change(value) ?? null;
  const entries = Object.entries(value as object).flatMap(([key, inner]: [string, Json]) => {
    const now = key !== name ? inner : rest.length === 0 ? change(inner) : changeAt(inner, rest, change);
    return now === undefined ? [] : [[key, now] as const];
  });
  return Array.isArray(value) ? entries.map(([, inner]) => inner) : Object.fromEntries(entries);
}

/** A real text, or what becomes of it on a bad day. */
export function nearJson(value: Json): fc.Arbitrary<string> {
  const text = JSON.stringify(value);
  return fc.oneof(
    { weight: 2, arbitrary: fc.constant(text) },
    { weight: 6, arbitrary: changedJson(value).map((one) => JSON.stringify(one)) },
    { weight: 1, arbitrary: fc.nat({ max: text.length }).map((end) => text.slice(0, end)) },
    {
      weight: 1,
      arbitrary: fc
        .tuple(fc.nat({ max: text.length }), fc.constantFrom('\u0000', '"', '}', ' ', '\ufeff', '\ud800'))
        .map(([at, char]) => text.slice(0, at) + char + text.slice(at)),
    },
    { weight: 1, arbitrary: fc.constantFrom(`\ufeff${text}`, `${text}${text}`, ` ${text}\r\n`, `)]}'\n${text}`) },
  );
}

/** Read anew here, so that the judge shares no mistake with who is judged. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
