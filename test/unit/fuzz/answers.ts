/** Answers of a service as nobody would write them: any bytes, any status, and real ones with something changed. */
import fc from 'fast-check';
import type { BrokenCause, HttpResult, NotSentCause } from '../../../src/core/ports';
import { isPlainObject, type Json, nearJson } from './json';

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

/** The status that such a body comes with, where it says that itself. */
function ownStatus(value: Json): number | undefined {
  const error = isPlainObject(value) ? value['error'] : undefined;
  const code = isPlainObject(error) ? error['code'] : undefined;
  return typeof code === 'number' ? code : undefined;
}

export function response(real: readonly Json[]): fc.Arbitrary<Extract<HttpResult, { kind: 'response' }>> {
  const like = fc.constantFrom(...real).chain((value) => {
    const own = ownStatus(value);
    return fc.tuple(own === undefined ? status : fc.oneof(fc.constant(own), status), nearJson(value));
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
