/** The answers of both applications, as .NET behind IIS gives them. */
import type { VenafiSwitches } from './api';

/** An answer that is not made yet: presets need it as data, routes as a Response. */
export interface VenafiAnswer {
  readonly status: number;
  /** Instead of the usual words after the status. */
  readonly reason?: string;
  readonly headers: Record<string, string>;
  readonly body: string;
}

export function toResponse({ status, reason, headers, body }: VenafiAnswer): Response {
  return new Response(body, { status, headers, ...(reason === undefined ? {} : { statusText: headerSafe(reason) }) });
}

/** Names come from outside, and a status line takes ASCII only. */
function headerSafe(text: string): string {
  return text.replace(/[^\x20-\x7e]+/g, '?');
}

export function jsonBody(value: unknown, status = 200, reason?: string): VenafiAnswer {
  return {
    status,
    ...(reason === undefined ? {} : { reason }),
    headers: { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' },
    body: JSON.stringify(value),
  };
}

export function jsonAnswer(value: unknown, status = 200, reason?: string): Response {
  return toResponse(jsonBody(value, status, reason));
}

export function emptyAnswer(status: number, reason?: string): VenafiAnswer {
  return { status, ...(reason === undefined ? {} : { reason }), headers: { 'cache-control': 'no-store' }, body: '' };
}

export function oauthError(
  style: VenafiSwitches['errorStyle'],
  status: number,
  error: string,
  description: string,
): VenafiAnswer {
  switch (style) {
    case 'lower':
      return jsonBody({ error, error_description: description }, status);
    case 'capital':
      return jsonBody({ Error: error, Error_description: description }, status);
    case 'details':
      return jsonBody({ Error: error, ErrorDetails: description }, status);
    case 'reason-phrase':
      return emptyAnswer(status, `${error}: ${description}`);
  }
}

export const descriptions = {
  invalid_request: 'The request is missing a required parameter or is otherwise malformed.',
  invalid_token: 'The access token provided is expired, revoked, malformed, or invalid for other reasons',
  insufficient_rights: 'The underlying user account does not have sufficient permissions for this request.',
  invalid_refresh: 'Grant has been revoked, has expired, or the refresh token is invalid',
} as const;

/** `{Result, Success}`, which comes with status 200 whatever it says. */
export function resultBody(result: number, more: Record<string, unknown> = {}, success = result === 0): VenafiAnswer {
  return jsonBody({
    ...more,
    ...(result === 0 ? {} : { Error: resultName(result) }),
    Result: result,
    Success: success,
  });
}

export function resultAnswer(result: number, more: Record<string, unknown> = {}): Response {
  return toResponse(resultBody(result, more));
}

const resultNames = [
  'Success',
  'Failure',
  'ApplicationNotFound',
  'GrantNotFound',
  'RuleNotFound',
  'DriverError',
  'InvalidParameters',
  'TokenHashError',
  'ExceptionThrown',
  'InsufficientPrivileges',
  'ObjectInvalid',
  'AccessTokenExpired',
  'AuthenticationMissing',
  'AuthenticationInvalid',
  'UnsignedCodeForbidden',
  'RemoteTransportFailure',
  'RightsAssignmentError',
  'InvalidScope',
  'RemoteIdentityRequired',
];

function resultName(result: number): string {
  return resultNames[result] ?? `Unknown result ${result}`;
}

/** What IIS itself says: no JSON. */
export function pageBody(status: number, title: string): VenafiAnswer {
  return {
    status,
    headers: { 'content-type': 'text/html; charset=utf-8' },
    body: `<!DOCTYPE html>\n<html lang="en"><head><title>${status} - ${title}</title></head><body><h2>${status} - ${title}</h2></body></html>\n`,
  };
}

/** A moment in the three forms in which the product writes it. */
export function dateFields(name: string, time: number | null): Record<string, unknown> {
  if (time === null) return { [name]: null };
  const unix = Math.floor(time / 1000);
  return {
    [name]: `/Date(${time})/`,
    [`${name}ISO8601`]: new Date(unix * 1000).toISOString().replace('.000Z', 'Z'),
    [`${name}UnixTime`]: unix,
  };
}
