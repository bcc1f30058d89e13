/** The error envelope of Identity Toolkit and the token service, as far as it could be read. */
import * as v from 'valibot';
import { plainText } from '../../core/foreignText';
import type { HttpResult } from '../../core/ports';
import { scrub } from '../../core/redact';
import { parseRetryAfter } from '../../http/retryAfter';

export type Response = Extract<HttpResult, { kind: 'response' }>;

/** Text is cleaned, scrubbed and on one line. What the answer does not say is empty. */
export interface ToolkitError {
  readonly httpStatus: number;
  /** `INVALID_ID_TOKEN`: what stands before the first `:` of the message, where that is a code. */
  readonly code: string;
  /** What stands after it. */
  readonly detail: string;
  /** The whole message. */
  readonly message: string;
  /** `google.rpc.ErrorInfo`'s reason, or the older `keyInvalid` as `API_KEY_INVALID`. */
  readonly reason: string;
  /** Name of `google.rpc.Code`. */
  readonly status: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly retryAfterSeconds: number | undefined;
  readonly isEnvelope: boolean;
}

const lenientText = v.fallback(v.string(), '');

const envelopeSchema = v.object({
  error: v.object({
    message: lenientText,
    status: lenientText,
    errors: v.fallback(v.array(v.unknown()), []),
    details: v.fallback(v.array(v.unknown()), []),
  }),
});

const reasonSchema = v.looseObject({ reason: v.string() });
const metadataSchema = v.object({ metadata: v.record(v.string(), v.unknown()) });

export function parseToolkitError(response: Response, nowMs: number): ToolkitError {
  const waitMs = parseRetryAfter(response.headers['retry-after'], nowMs);
  const known = {
    httpStatus: response.status,
    retryAfterSeconds: waitMs === undefined ? undefined : Math.ceil(waitMs / 1000),
  };
  const parsed = v.safeParse(envelopeSchema, parseJson(response.body));
  if (!parsed.success) {
    const nothing = { code: '', detail: '', message: '', reason: '', status: '', metadata: {} };
    return { ...known, ...nothing, isEnvelope: false };
  }
  const { message, status, errors, details } = parsed.output.error;
  const info = details.find((detail) => v.is(reasonSchema, detail));
  return {
    ...known,
    ...splitMessage(message),
    reason: reasonOf(info) || (errors.some((one) => reasonOf(one) === 'keyInvalid') ? 'API_KEY_INVALID' : ''),
    status: plainText(status, 60),
    metadata: metadataOf(info),
    isEnvelope: true,
  };
}

/** `CODE`, or `CODE : detail`. A sentence is no code. */
function splitMessage(raw: string): Pick<ToolkitError, 'code' | 'detail' | 'message'> {
  const message = clean(raw, 300);
  const colon = raw.indexOf(':');
  const before = (colon < 0 ? raw : raw.slice(0, colon)).trim();
  if (!/^[A-Z][A-Z0-9_]{2,79}$/.test(before)) return { code: '', detail: '', message };
  return { code: before, detail: colon < 0 ? '' : clean(raw.slice(colon + 1), 300), message };
}

/** A service may echo what it was sent. The transport has taken our secrets out; this is the second line. */
function clean(text: string, maxLength: number): string {
  return plainText(scrub(text), maxLength);
}

function reasonOf(detail: unknown): string {
  return v.is(reasonSchema, detail) ? plainText(detail.reason, 80) : '';
}

function metadataOf(detail: unknown): Readonly<Record<string, string>> {
  if (!v.is(metadataSchema, detail)) return {};
  return Object.fromEntries(
    Object.entries(detail.metadata).flatMap(([name, value]) =>
      typeof value === 'string' ? [[name, clean(value, 300)]] : [],
    ),
  );
}

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** `{}` or nothing. */
export function isEmptyAnswer(body: string): boolean {
  const answer = parseJson(body);
  return body.trim() === '' || (v.is(v.strictObject({}), answer) && !Array.isArray(answer));
}
