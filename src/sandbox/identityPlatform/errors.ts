/** The error answers of Identity Toolkit, the token service and Apple, as the contract shows them. */
import type { ErrorAnswer } from '../google/errors';
import { jsonAnswer, jsonError } from '../google/errors';
import type { RestrictedApi } from './seedApi';

const infoType = 'type.googleapis.com/google.rpc.ErrorInfo';
const noStore = { 'cache-control': 'no-cache, no-store, max-age=0, must-revalidate', pragma: 'no-cache' };

interface LegacyError {
  readonly message: string;
  readonly domain: string;
  readonly reason: string;
}

function envelope(
  code: number,
  message: string,
  legacy: Omit<LegacyError, 'message'> | undefined,
  more: Record<string, unknown> = {},
): ErrorAnswer {
  const errors = legacy ? { errors: [{ message, ...legacy }] } : {};
  return jsonError(code, { error: { code, message, ...errors, ...more } }, noStore);
}

/** `INVALID_ID_TOKEN`, or `WEAK_PASSWORD : Detail.`: the codes of Identity Toolkit itself, always with 400. */
export function accountError(message: string): ErrorAnswer {
  return envelope(400, message, { domain: 'global', reason: 'invalid' });
}

/** The token service has the newer envelope, with a status. */
export function tokenServiceError(message: string): ErrorAnswer {
  return envelope(400, message, undefined, { status: 'INVALID_ARGUMENT' });
}

export function idpResponse(redirectUri: string | null, response: string): ErrorAnswer {
  return accountError(
    `INVALID_IDP_RESPONSE : Error getting access token from Apple. OAuth2 redirect uri is: ${redirectUri ?? ''}, ` +
      `response: ${response}`,
  );
}

export function badRequest(...descriptions: string[]): ErrorAnswer {
  const message = descriptions.join('\n');
  return envelope(
    400,
    message,
    { domain: 'global', reason: 'badRequest' },
    {
      status: 'INVALID_ARGUMENT',
      details: [
        {
          '@type': 'type.googleapis.com/google.rpc.BadRequest',
          fieldViolations: descriptions.map((description) => ({ description })),
        },
      ],
    },
  );
}

function blocked(
  reason: string,
  message: string,
  metadata: Record<string, string>,
  more: readonly object[] = [],
): ErrorAnswer {
  const details = [{ '@type': infoType, reason, domain: 'googleapis.com', metadata }, ...more];
  return envelope(403, message, { domain: 'global', reason: 'forbidden' }, { status: 'PERMISSION_DENIED', details });
}

export function callerMissing(): ErrorAnswer {
  const message =
    "Method doesn't allow unregistered callers (callers without established identity). " +
    'Please use API Key or other form of API consumer identity to call this API.';
  return envelope(403, message, { domain: 'global', reason: 'forbidden' }, { status: 'PERMISSION_DENIED' });
}

export function badBearer(): ErrorAnswer {
  const message =
    'Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid ' +
    'authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project.';
  const legacy = { message: 'Invalid Credentials', domain: 'global', reason: 'authError' };
  return jsonError(
    401,
    {
      error: {
        code: 401,
        message,
        errors: [{ ...legacy, location: 'Authorization', locationType: 'header' }],
        status: 'UNAUTHENTICATED',
      },
    },
    { 'www-authenticate': 'Bearer realm="https://accounts.google.com/", error="invalid_token"' },
  );
}

export function keyInvalid(form: 'new' | 'old', service: RestrictedApi): ErrorAnswer {
  if (form === 'old') return envelope(400, 'Bad Request', { domain: 'usageLimits', reason: 'keyInvalid' });
  const info = { '@type': infoType, reason: 'API_KEY_INVALID', domain: 'googleapis.com', metadata: { service } };
  return envelope(
    400,
    'API key not valid. Please pass a valid API key.',
    { domain: 'global', reason: 'badRequest' },
    { status: 'INVALID_ARGUMENT', details: [info] },
  );
}

/** Who is counted (`projects/<number>`), at which API, and by which method. */
export interface Consumer {
  readonly number: string;
  readonly service: RestrictedApi;
  readonly method: string;
}

export function keyServiceBlocked({ number, service, method }: Consumer): ErrorAnswer {
  const api = service.replace('.googleapis.com', '');
  return blocked('API_KEY_SERVICE_BLOCKED', `Requests to this API ${api} method ${method} are blocked.`, {
    methodName: method,
    service,
    consumer: `projects/${number}`,
  });
}

export function referrerBlocked({ number, service }: Consumer, referrer: string | null): ErrorAnswer {
  const shown = referrer ?? '<empty>';
  return blocked('API_KEY_HTTP_REFERRER_BLOCKED', `Requests from referer ${shown} are blocked.`, {
    httpReferrer: shown,
    service,
    consumer: `projects/${number}`,
  });
}

export function iosAppBlocked({ number, service }: Consumer, bundleId: string | null): ErrorAnswer {
  const shown = bundleId ?? '<empty>';
  return blocked('API_KEY_IOS_APP_BLOCKED', `Requests from this iOS client application ${shown} are blocked.`, {
    iosBundleId: shown,
    service,
    consumer: `projects/${number}`,
  });
}

export function androidAppBlocked({ number, service }: Consumer, packageName: string | null): ErrorAnswer {
  const shown = packageName ?? '<empty>';
  return blocked('API_KEY_ANDROID_APP_BLOCKED', `Requests from this Android client application ${shown} are blocked.`, {
    androidPackage: shown,
    service,
    consumer: `projects/${number}`,
  });
}

export function addressBlocked({ number, service }: Consumer): ErrorAnswer {
  const message =
    'The provided API key has an IP address restriction. The originating IP address of the call (127.0.0.1) violates ' +
    'this restriction.';
  return blocked('API_KEY_IP_ADDRESS_BLOCKED', message, { service, consumer: `projects/${number}` });
}

export function apiDisabled({ number, service }: Pick<Consumer, 'number' | 'service'>): ErrorAnswer {
  const name = service === 'securetoken.googleapis.com' ? 'Token Service API' : 'Identity Toolkit API';
  const url = `https://console.developers.google.com/apis/api/${service}/overview?project=${number}`;
  const message =
    `${name} has not been used in project ${number} before or it is disabled. Enable it by visiting ${url} then retry. ` +
    'If you enabled this API recently, wait a few minutes for the action to propagate to our systems and retry.';
  const help = {
    '@type': 'type.googleapis.com/google.rpc.Help',
    links: [{ description: 'Google developers console API activation', url }],
  };
  return blocked(
    'SERVICE_DISABLED',
    message,
    { service, consumer: `projects/${number}`, serviceTitle: name, activationUrl: url },
    [help],
  );
}

/** Its text echoes the key. */
export function suspended({ number, service }: Pick<Consumer, 'number' | 'service'>, apiKey?: string): ErrorAnswer {
  const who = apiKey === undefined ? `project:${number}` : `api_key:${apiKey}`;
  return blocked('CONSUMER_SUSPENDED', `Permission denied: Consumer '${who}' has been suspended.`, {
    containerInfo: who,
    service,
    consumer: `projects/${number}`,
  });
}

export function quotaProjectMissing(service: RestrictedApi): ErrorAnswer {
  const message =
    'Your application is authenticating by using local Application Default Credentials. ' +
    `The ${service} API requires a quota project, which is not set by default.`;
  // The number of the command-line client's own project, which is who would be billed.
  return blocked('SERVICE_DISABLED', message, { service, consumer: 'projects/764086051850' });
}

export function quotaProjectDenied(project: string, service: RestrictedApi): ErrorAnswer {
  const message =
    `Caller does not have required permission to use project ${project}. Grant the caller the ` +
    'roles/serviceusage.serviceUsageConsumer role, or a custom role with the serviceusage.services.use permission.';
  return blocked('USER_PROJECT_DENIED', message, { service, consumer: `projects/${project}` });
}

export function scopeMissing(service: RestrictedApi, method: string): ErrorAnswer {
  return blocked('ACCESS_TOKEN_SCOPE_INSUFFICIENT', 'Request had insufficient authentication scopes.', {
    service,
    method,
  });
}

/** What the Firebase Auth emulator says of a method that it routes and checks but does not have. */
export function notImplemented(operation: string): ErrorAnswer {
  return envelope(
    501,
    `${operation} is not implemented in the Auth Emulator.`,
    { domain: 'global', reason: 'unimplemented' },
    { status: 'NOT_IMPLEMENTED' },
  );
}

/** Apple knows no status but 400 for a refusal. */
export function appleError(error: string, description?: string): ErrorAnswer {
  const body = { error, ...(description ? { error_description: description } : {}) };
  return {
    status: 400,
    headers: { 'content-type': 'application/json;charset=UTF-8', 'cache-control': 'no-store', pragma: 'no-cache' },
    body: JSON.stringify(body),
  };
}

export function appleJson(value: unknown): Response {
  const headers = { 'content-type': 'application/json;charset=UTF-8', 'cache-control': 'no-store', pragma: 'no-cache' };
  return new Response(JSON.stringify(value), { headers });
}

/** An answer that carries tokens is for nobody's cache. */
export function accountAnswer(value: unknown): Response {
  return jsonAnswer(value, 200, noStore);
}
