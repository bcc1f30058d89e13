/** Answers of a service as nobody would write them: any bytes, any status, and real ones with something changed. */
import fc from 'fast-check';
import type { BrokenCause, HttpResult, NotSentCause } from '../../../src/core/ports';

type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

const notSentCauses: readonly NotSentCause[] = ['dns', 'refused', 'connect-timeout', 'tls-untrusted', 'proxy-refused'];
const brokenCauses: readonly BrokenCause[] = ['connection-reset', 'timeout', 'cut-body', 'too-large', 'malformed'];

const status = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(200, 400, 401, 403, 404, 429, 500, 501, 503) },
  { weight: 1, arbitrary: fc.integer({ min: 200, max: 599 }) },
);

const retryAfter = fc.oneof(
  fc.constantFrom('0', '39', '-5', 'abc', '1e9', '99999999999999999999', 'Wed, 02 Jan 2030 12:00:39 GMT', ''),
  fc.string({ maxLength: 12 }),
);

const headers = fc.record(
  {
    'retry-after': retryAfter,
    'content-type': fc.constantFrom('application/json', 'text/html', 'text/plain', ''),
    'www-authenticate': fc.constantFrom('Bearer', 'Bearer error="invalid_token"', 'Basic realm="x"', 'Bearer error="'),
    date: fc.constantFrom('Wed, 02 Jan 2030 12:00:00 GMT', 'yesterday', ''),
  },
  { requiredKeys: [] },
);

const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.string({ maxLength: 60 }),
  fc.json({ maxDepth: 4 }),
  fc.constantFrom('', ' ', '{}', '[]', 'null', '0', '"', '\ufeff{}', '{} {}', '{"":{}}', '<html></html>', '\u0000'),
);

/** `value` with one thing in it, wherever it stands, replaced, left out, wrapped or given a companion. */
function changed(value: Json): fc.Arbitrary<Json> {
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

/** A real body, or what becomes of it on a bad day. */
function near(value: Json): fc.Arbitrary<string> {
  const text = JSON.stringify(value);
  return fc.oneof(
    { weight: 2, arbitrary: fc.constant(text) },
    { weight: 6, arbitrary: changed(value).map((one) => JSON.stringify(one)) },
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

/** The status that such a body comes with, where it says that itself. */
function ownStatus(value: Json): number | undefined {
  const error = isPlainObject(value) ? value['error'] : undefined;
  const code = isPlainObject(error) ? error['code'] : undefined;
  return typeof code === 'number' ? code : undefined;
}

export function response(real: readonly Json[]): fc.Arbitrary<Extract<HttpResult, { kind: 'response' }>> {
  const like = fc.constantFrom(...real).chain((value) => {
    const own = ownStatus(value);
    return fc.tuple(own === undefined ? status : fc.oneof(fc.constant(own), status), near(value));
  });
  return fc
    .tuple(headers, fc.oneof({ weight: 1, arbitrary: fc.tuple(status, anyText) }, { weight: 5, arbitrary: like }))
    .map(([all, [code, body]]) => ({ kind: 'response', status: code, headers: all as Record<string, string>, body }));
}

const noResponse: fc.Arbitrary<HttpResult> = fc.oneof(
  fc.record({
    kind: fc.constant('redirect' as const),
    status: fc.integer({ min: 300, max: 399 }),
    location: fc.constantFrom(undefined, 'https://elsewhere.example'),
  }),
  fc.record({
    kind: fc.constant('not-sent' as const),
    cause: fc.constantFrom(...notSentCauses),
    detail: fc.constantFrom('host:443', 'ECONNRESET'),
  }),
  fc.record({
    kind: fc.constant('broken' as const),
    cause: fc.constantFrom(...brokenCauses),
    detail: fc.constantFrom('host:443', 'ECONNRESET'),
  }),
  fc.record({ kind: fc.constant('aborted' as const), sent: fc.boolean() }),
);

/** Any ending of a request; most are answers that look like one of `real`, some are this success itself. */
export function ending(success: Json, real: readonly Json[]): fc.Arbitrary<HttpResult> {
  const body = JSON.stringify(success);
  return fc.oneof(
    { weight: 16, arbitrary: response([success, ...real]) },
    { weight: 2, arbitrary: noResponse },
    { weight: 1, arbitrary: fc.constant({ kind: 'response', status: 200, headers: {}, body }) },
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
