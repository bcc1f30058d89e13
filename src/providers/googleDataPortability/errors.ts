/**
 * Google's error envelope, and what each error of the Data Portability API means to somebody who ends a consent or uses it.
 *
 * The `google.rpc.ErrorInfo` is found by its type or by having a reason, never by its place: one real 403 carries only a
 * `DebugInfo`. Messages are shown, never matched.
 */
import * as v from 'valibot';
import { plainText } from '../../core/foreignText';
import { localTime } from '../../core/localTime';
import { asQuota, type Reason, type RemedyAction, reason } from '../../core/model';
import type { HttpResult } from '../../core/ports';
import { scrub } from '../../core/redact';
import { parseRetryAfter } from '../../http/retryAfter';
import { ways } from './ways';

type Response = Extract<HttpResult, { kind: 'response' }>;

/** What is not understood counts as not said: a detail must not lose its reason for it. */
const lenientText = v.fallback(v.optional(v.string()), undefined);

const detailSchema = v.looseObject({
  '@type': lenientText,
  reason: lenientText,
  metadata: v.fallback(v.optional(v.record(v.string(), v.unknown())), undefined),
  retryDelay: lenientText,
});

const envelopeSchema = v.object({
  error: v.object({
    code: v.optional(v.number()),
    message: v.optional(v.string(), ''),
    status: v.optional(v.string(), ''),
    details: v.optional(v.array(v.unknown()), []),
  }),
});

/** What could be read of an error answer. `reason` and `status` are empty when the answer does not say. */
export interface GoogleError {
  readonly httpStatus: number;
  readonly reason: string;
  readonly status: string;
  readonly message: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly hasDebugInfo: boolean;
  /** Seconds the service asks to wait, from `RetryInfo` or `Retry-After`. */
  readonly retryAfterSeconds: number | undefined;
  /** Whether the answer was Google's JSON envelope at all. */
  readonly isEnvelope: boolean;
}

export function parseGoogleError(response: Response, nowMs: number): GoogleError {
  const envelope = v.safeParse(envelopeSchema, parseJson(response.body));
  const headerWaitMs = parseRetryAfter(response.headers['retry-after'], nowMs);
  const headerWait = headerWaitMs === undefined ? undefined : Math.ceil(headerWaitMs / 1000);
  const empty = { reason: '', status: '', message: '', metadata: {}, hasDebugInfo: false };
  if (!envelope.success) {
    return { ...empty, httpStatus: response.status, retryAfterSeconds: headerWait, isEnvelope: false };
  }
  const { error } = envelope.output;
  const details = error.details.flatMap((detail) => {
    const parsed = v.safeParse(detailSchema, detail);
    return parsed.success ? [parsed.output] : [];
  });
  const info =
    details.find((detail) => detail['@type']?.endsWith('/google.rpc.ErrorInfo')) ??
    details.find((detail) => detail.reason !== undefined);
  const delay = details.find((detail) => detail.retryDelay !== undefined)?.retryDelay;
  return {
    httpStatus: response.status,
    reason: info?.reason ?? '',
    status: error.status,
    message: plainText(error.message),
    metadata: stringsOf(info?.metadata ?? {}),
    hasDebugInfo: details.some((detail) => detail['@type']?.endsWith('/google.rpc.DebugInfo')),
    retryAfterSeconds: durationSeconds(delay) ?? headerWait,
    isEnvelope: true,
  };
}

/**
 * Statuses that say the request was turned away. Others, such as 408 or 499, may come from something on the way after it
 * was handed on.
 */
export const refusalStatuses = new Set([400, 401, 403, 404, 405, 409, 411, 413, 414, 415, 429]);

/** What an error answer means for the credential and the operation. */
export type ErrorMeaning =
  /** The token is not accepted (any more). */
  | { readonly kind: 'dead-token'; readonly reason: Reason }
  /** The service said no, and did nothing. */
  | { readonly kind: 'refused'; readonly reason: Reason }
  /** Nobody can say whether something was done. */
  | { readonly kind: 'unknown'; readonly reason: Reason };

/** What the call was for: ending a consent, or having an archive made. Decides about remedies, never about the meaning. */
export type Purpose = 'consent' | 'job';

/** Reads an answer that is not the expected one; contract table §3, row by row. */
export function explainError(response: Response, host: string, nowMs: number, purpose: Purpose): ErrorMeaning {
  const error = parseGoogleError(response, nowMs);
  const otherWay: readonly RemedyAction[] = purpose === 'consent' ? [{ kind: 'use-way', way: ways.revoke.id }] : [];
  const named = explainByReason(error, nowMs, otherWay);
  if (named) return named;
  // The transport takes echoes of our secrets out of errors only: what another answer words is not kept.
  const message = (error.httpStatus < 400 ? '' : error.message) || '–';
  const params = { host, status: String(error.httpStatus), message };
  if (!error.isEnvelope) return explainForeignPage(error.httpStatus, params);
  if (error.httpStatus === 401) return deadToken('google.tokenRejected');
  if (error.httpStatus === 403 && error.hasDebugInfo)
    return refused('google.resourceNotAuthorized', {}, replaceCredential);
  if (error.httpStatus === 403) return refused('google.permissionDenied', params, otherWay);
  if (error.httpStatus === 429) return quota('google.tooManyRequests', error);
  if (error.httpStatus === 400)
    return refused(purpose === 'job' ? 'google.job.invalidArgument' : 'google.invalidArgument', params);
  if (error.httpStatus === 503) return unknown('google.unavailable', params);
  if (error.httpStatus >= 500) return unknown('google.serverError', params);
  if (refusalStatuses.has(error.httpStatus)) return refused('google.otherRefusal', params);
  return unknown('google.unexpectedAnswer', params);
}

function explainByReason(
  error: GoogleError,
  nowMs: number,
  otherWay: readonly RemedyAction[],
): ErrorMeaning | undefined {
  const { metadata } = error;
  switch (`${error.httpStatus} ${error.reason}`) {
    case '429 RESOURCE_EXHAUSTED_ONE_TIME':
      return refused('google.exhaustedOneTime', { jobs: jobList(metadata['previous_job_ids']) }, [{ kind: 'reset' }]);
    case '429 RESOURCE_EXHAUSTED_TIME_BASED':
    case '400 RESOURCE_EXHAUSTED_TIME_BASED':
      return refused('google.coolDown', { until: readableTime(metadata['timestamp_after_24hrs'], nowMs) });
    case '409 ALREADY_EXISTS_ONE_TIME':
    case '409 ALREADY_EXISTS_TIME_BASED':
      return refused('google.jobExists', { job: plainText(metadata['job_id'] ?? '', 80) || '?' });
    case '429 RATE_LIMIT_EXCEEDED':
      return quota('google.quota', error);
    case '403 ACCESS_TOKEN_SCOPE_INSUFFICIENT':
      return refused('google.scopeInsufficient', {}, [...replaceCredential, ...otherWay]);
    case '403 SERVICE_DISABLED':
      return apiDisabled(metadata, otherWay);
    case '401 ACCESS_TOKEN_EXPIRED':
      return deadToken('google.tokenExpired');
    case '401 CREDENTIALS_MISSING':
      return deadToken('google.credentialsMissing');
    case '401 ACCESS_TOKEN_TYPE_UNSUPPORTED':
      return deadToken('google.tokenTypeUnsupported');
    default:
      return undefined;
  }
}

/** Front-end pages, captive portals and proxies answer in HTML or not at all. */
function explainForeignPage(status: number, params: Readonly<Record<string, string>>): ErrorMeaning {
  if (status === 401) return deadToken('google.tokenRejected');
  if (status >= 500) return unknown('google.gatewayPage', params);
  if (refusalStatuses.has(status)) return refused('google.notThisService', params);
  return unknown('google.unexpectedAnswer', params);
}

const replaceCredential: readonly RemedyAction[] = [{ kind: 'replace-credential' }];

function quota(code: string, error: GoogleError): ErrorMeaning {
  const seconds = error.retryAfterSeconds;
  const meaning = refused(
    seconds === undefined ? code : `${code}Wait`,
    seconds === undefined ? {} : { seconds: String(seconds) },
  );
  return { ...meaning, reason: asQuota(meaning.reason, seconds) };
}

function apiDisabled(metadata: Readonly<Record<string, string>>, otherWay: readonly RemedyAction[]): ErrorMeaning {
  const project = plainText((metadata['consumer'] ?? '').replace(/^projects\//, ''), 60) || '?';
  const url = consoleUrl(metadata['activationUrl']);
  return refused('google.apiDisabled', { project }, [
    ...(url === undefined ? [] : [{ kind: 'open-url' as const, url }]),
    ...otherWay,
  ]);
}

/** Only Google's own console is ever offered to be opened, whatever the answer says. */
function consoleUrl(text: string | undefined): string | undefined {
  if (text === undefined || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  const hosts = ['console.developers.google.com', 'console.cloud.google.com'];
  return url.protocol === 'https:' && hosts.includes(url.host) && url.username === '' ? url.href : undefined;
}

function deadToken(code: string): ErrorMeaning {
  return { kind: 'dead-token', reason: reason(code, {}, replaceCredential) };
}

function refused(
  code: string,
  params: Readonly<Record<string, string>> = {},
  actions: readonly RemedyAction[] = [],
): ErrorMeaning {
  return { kind: 'refused', reason: reason(code, scrubbed(params), actions) };
}

function unknown(code: string, params: Readonly<Record<string, string>>): ErrorMeaning {
  return { kind: 'unknown', reason: reason(code, scrubbed(params), [{ kind: 'verify' }]) };
}

/** A service may echo the token it was sent, in whatever field. */
function scrubbed(params: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(params).map(([name, value]) => [name, scrub(value)]));
}

/** `previous_job_ids` is a comma-joined list. */
function jobList(ids: string | undefined): string {
  return plainText((ids ?? '').split(',').join(', '), 200) || '?';
}

/** A time of the service as this computer's clock shows it; what is no time is shown as it came. */
function readableTime(text: string | undefined, nowMs: number): string {
  const time = Date.parse(text ?? '');
  return Number.isFinite(time) ? localTime(time, nowMs) : plainText(text ?? '', 40) || '?';
}

/** A protobuf duration such as `39s` or `1.5s`. */
function durationSeconds(text: string | undefined): number | undefined {
  const match = /^(\d{1,9}(?:\.\d+)?)s$/.exec(text ?? '');
  return match ? Math.min(Math.ceil(Number(match[1])), 86_400) : undefined;
}

function stringsOf(metadata: Record<string, unknown>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(metadata).filter((pair): pair is [string, string] => typeof pair[1] === 'string'),
  );
}

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
