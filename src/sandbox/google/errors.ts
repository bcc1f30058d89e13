/** The error answers of Google's APIs, as the contract shows them. */
import { html } from 'hono/html';

const anyPrefix = 'type.googleapis.com/google.rpc.';
const service = 'dataportability.googleapis.com';
const signInHelp =
  'Expected OAuth 2 access token, login cookie or other valid authentication credential. ' +
  'See https://developers.google.com/identity/sign-in/web/devconsole-project.';

/** An answer that is not made yet: presets need it as data, routes as a Response. */
export interface ErrorAnswer {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: string;
}

export function toResponse(answer: ErrorAnswer): Response {
  return new Response(answer.body, { status: answer.status, headers: answer.headers });
}

/** Google's JSON is indented, its media type says UTF-8 in capitals. */
export function jsonAnswer(value: unknown, status = 200, headers: Record<string, string> = {}): Response {
  return toResponse(jsonError(status, value, headers));
}

export function jsonError(status: number, value: unknown, headers: Record<string, string> = {}): ErrorAnswer {
  return {
    status,
    headers: {
      'content-type': 'application/json; charset=UTF-8',
      'cache-control': 'private',
      'x-content-type-options': 'nosniff',
      ...headers,
    },
    body: `${JSON.stringify(value, undefined, 2)}\n`,
  };
}

interface Detail {
  readonly '@type': string;
  readonly [field: string]: unknown;
}

function apiError(
  code: number,
  status: string,
  message: string,
  details?: readonly Detail[],
  headers: Record<string, string> = {},
): ErrorAnswer {
  return jsonError(code, { error: { code, message, status, ...(details ? { details } : {}) } }, headers);
}

function errorInfo(reason: string, domain: string, metadata: Record<string, string>): Detail {
  return { '@type': `${anyPrefix}ErrorInfo`, reason, domain, metadata };
}

export interface ErrorStyle {
  readonly domain: string;
  /** Template instead of the usual message; `{jobs}` and `{time}` are filled in. */
  readonly message?: string | undefined;
}

function fill(template: string, jobs: readonly string[], time = ''): string {
  return template.replaceAll('{jobs}', jobs.join(',')).replaceAll('{time}', time);
}

export function exhausted(jobs: readonly string[], style: ErrorStyle): ErrorAnswer {
  const message = fill(style.message ?? 'Resource has been exhausted under previous job(s): {jobs}.', jobs);
  const info = errorInfo('RESOURCE_EXHAUSTED_ONE_TIME', style.domain, { previous_job_ids: jobs.join(',') });
  return apiError(429, 'RESOURCE_EXHAUSTED', message, [info]);
}

export function coolingDown(
  jobs: readonly string[],
  until: number,
  style: ErrorStyle,
  code: 429 | 400 = 429,
): ErrorAnswer {
  const time = new Date(until).toISOString();
  const message = fill(style.message ?? 'Please retry after {time}.', jobs, time);
  const metadata = { previous_job_ids: jobs.join(','), timestamp_after_24hrs: time };
  return apiError(code, code === 429 ? 'RESOURCE_EXHAUSTED' : 'FAILED_PRECONDITION', message, [
    errorInfo('RESOURCE_EXHAUSTED_TIME_BASED', style.domain, metadata),
  ]);
}

export function alreadyExists(job: string, oneTime: boolean, style: ErrorStyle): ErrorAnswer {
  const message = fill(style.message ?? 'A job for the same request already exists: {jobs}.', [job]);
  const reason = oneTime ? 'ALREADY_EXISTS_ONE_TIME' : 'ALREADY_EXISTS_TIME_BASED';
  return apiError(409, 'ALREADY_EXISTS', message, [errorInfo(reason, style.domain, { job_id: job })]);
}

export function rateLimited(project: string): ErrorAnswer {
  return apiError(429, 'RESOURCE_EXHAUSTED', 'Quota exceeded.', [
    errorInfo('RATE_LIMIT_EXCEEDED', 'googleapis.com', { service, consumer: `projects/${project}` }),
    { '@type': `${anyPrefix}RetryInfo`, retryDelay: '39s' },
  ]);
}

export function resourceNotAuthorized(): ErrorAnswer {
  const message = 'The requested resources are not authorized by the OAuth token.';
  return apiError(403, 'PERMISSION_DENIED', message, [
    { '@type': `${anyPrefix}DebugInfo`, detail: `[ORIGINAL ERROR] generic::permission_denied: ${message}` },
  ]);
}

export function scopeInsufficient(method: string): ErrorAnswer {
  return apiError(403, 'PERMISSION_DENIED', 'Request had insufficient authentication scopes.', [
    errorInfo('ACCESS_TOKEN_SCOPE_INSUFFICIENT', 'googleapis.com', { service, method }),
  ]);
}

export function serviceDisabled(project: string): ErrorAnswer {
  const url = `https://console.developers.google.com/apis/api/${service}/overview?project=${project}`;
  const message =
    `Data Portability API has not been used in project ${project} before or it is disabled. Enable it by visiting ${url} ` +
    'then retry. If you enabled this API recently, wait a few minutes for the action to propagate to our systems and retry.';
  return apiError(403, 'PERMISSION_DENIED', message, [
    errorInfo('SERVICE_DISABLED', 'googleapis.com', { service, consumer: `projects/${project}`, activationUrl: url }),
    {
      '@type': `${anyPrefix}Help`,
      links: [{ description: 'Google developers console API activation', url }],
    },
  ]);
}

const challenge = { 'www-authenticate': 'Bearer realm="https://accounts.google.com/"' };
const badTokenChallenge = { 'www-authenticate': `${challenge['www-authenticate']}, error="invalid_token"` };

export function credentialsMissing(): ErrorAnswer {
  const message = `Request is missing required authentication credential. ${signInHelp}`;
  return apiError(
    401,
    'UNAUTHENTICATED',
    message,
    [errorInfo('CREDENTIALS_MISSING', 'googleapis.com', { service })],
    challenge,
  );
}

/** Without a reason: the bare form, as for a token that never was one. */
export function badToken(reason?: 'ACCESS_TOKEN_EXPIRED' | 'ACCESS_TOKEN_TYPE_UNSUPPORTED'): ErrorAnswer {
  const details = reason ? [errorInfo(reason, 'googleapis.com', { service })] : undefined;
  const message = `Request had invalid authentication credentials. ${signInHelp}`;
  return apiError(401, 'UNAUTHENTICATED', message, details, badTokenChallenge);
}

export function invalidArgument(descriptions: readonly string[]): ErrorAnswer {
  return apiError(400, 'INVALID_ARGUMENT', descriptions.join('\n'), [
    { '@type': `${anyPrefix}BadRequest`, fieldViolations: descriptions.map((description) => ({ description })) },
  ]);
}

export function plainError(code: number, status: string, message: string): ErrorAnswer {
  return apiError(code, status, message);
}

/** The envelope of before 2018, still seen behind some front ends. */
export function legacyError(code: number, reason: string, message: string): ErrorAnswer {
  return jsonError(code, { error: { errors: [{ domain: 'global', reason, message }], code, message } });
}

/** The token, revoke and tokeninfo endpoints speak RFC 6749. */
export function oauthError(status: number, error: string, description?: string): ErrorAnswer {
  const headers = { 'cache-control': 'no-store', pragma: 'no-cache' };
  return jsonError(status, { error, ...(description ? { error_description: description } : {}) }, headers);
}

const titles: Record<number, string> = {
  400: 'Bad Request',
  404: 'Not Found',
  405: 'Method Not Allowed',
  411: 'Length Required',
  413: 'Request Entity Too Large',
  502: 'Server Error',
};

/** A page of the front end, which knows nothing of envelopes. */
export function frontEndPage(status: number, sentence: string): ErrorAnswer {
  const title = `Error ${status} (${titles[status] ?? 'Error'})!!1`;
  const page = html`<!DOCTYPE html>
<html lang=en>
<meta charset=utf-8>
<title>${title}</title>
<p><b>${status}.</b> <ins>That’s an error.</ins>
<p>${sentence} <ins>That’s all we know.</ins>
`;
  return { status, headers: { 'content-type': 'text/html; charset=UTF-8' }, body: String(page) };
}

export function notFoundPage(path: string): ErrorAnswer {
  return frontEndPage(404, `The requested URL ${path} was not found on this server.`);
}
