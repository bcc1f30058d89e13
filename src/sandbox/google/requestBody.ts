/** Reads a JSON request as Google's front end does: unknown names are errors, absent ones are defaults. */
import type { ErrorAnswer } from './errors';
import { frontEndPage, invalidArgument } from './errors';

export type FieldType = 'string' | 'strings' | 'timestamp';

export type BodyRead =
  | { readonly kind: 'fields'; readonly fields: Record<string, unknown>; readonly byteLength: number }
  | { readonly kind: 'refused'; readonly answer: ErrorAnswer };

const standardParameters = new Set([
  '$.xgafv',
  'access_token',
  'alt',
  'callback',
  'fields',
  'key',
  'oauth_token',
  'prettyPrint',
  'quotaUser',
  'uploadType',
  'upload_protocol',
]);

const rfc3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/;

function refused(...descriptions: string[]): BodyRead {
  return { kind: 'refused', answer: invalidArgument(descriptions) };
}

/** Complaints about query parameters that no method of the API knows. */
export function checkQuery(query: URLSearchParams): ErrorAnswer | undefined {
  const unknown = [...new Set(query.keys())].filter((name) => !standardParameters.has(name));
  if (unknown.length === 0) return undefined;
  return invalidArgument(
    unknown.map(
      (name) =>
        `Invalid JSON payload received. Unknown name "${name}": Cannot bind query parameter. ` +
        `Field '${name}' could not be found in request message.`,
    ),
  );
}

/** A POST that declares no length at all never gets past the front end. */
export function checkLength(request: Request): ErrorAnswer | undefined {
  if (request.headers.has('content-length') || request.headers.has('transfer-encoding')) return undefined;
  return frontEndPage(411, 'POST requests require a Content-length header.');
}

export async function readBody(request: Request, known: Record<string, FieldType>): Promise<BodyRead> {
  const text = await request.text();
  const byteLength = Buffer.byteLength(text);
  if (text.trim() === '') return { kind: 'fields', fields: {}, byteLength };
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    const line = text.split('\n', 1)[0]?.slice(0, 80) ?? '';
    return refused(`Invalid JSON payload received. Unexpected token.\n${line}\n^`);
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    return refused('Invalid JSON payload received. Unknown name "": Root element must be a message.');
  }
  const fields = parsed as Record<string, unknown>;
  const unknown = Object.keys(fields).filter((name) => !Object.hasOwn(known, name));
  if (unknown.length > 0) {
    return refused(
      ...unknown.map((name) => `Invalid JSON payload received. Unknown name "${name}": Cannot find field.`),
    );
  }
  const wrong = Object.entries(fields).flatMap(([name, value]) => complaint(name, value, known[name]));
  return wrong.length > 0 ? refused(...wrong) : { kind: 'fields', fields, byteLength };
}

function complaint(name: string, value: unknown, type: FieldType | undefined): string[] {
  const shown = JSON.stringify(value);
  if (type === 'strings') {
    const fits = Array.isArray(value) && value.every((entry) => typeof entry === 'string');
    return fits ? [] : [`Invalid value at '${name}' (TYPE_STRING), ${shown}`];
  }
  if (typeof value !== 'string') return [`Invalid value at '${name}' (TYPE_STRING), ${shown}`];
  const isTime = type === 'timestamp';
  if (isTime && !(rfc3339.test(value) && Number.isFinite(Date.parse(value)))) {
    return [
      `Invalid value at '${name}' (type.googleapis.com/google.protobuf.Timestamp), Field '${name}', Illegal timestamp format`,
    ];
  }
  return [];
}
