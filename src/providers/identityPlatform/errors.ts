/**
 * What each error of Identity Toolkit and the token service means to somebody who ends an Apple token. Messages are shown,
 * never matched, except for the code they begin with; a code nobody knows is shown as it is.
 */
import { asQuota, type Reason, type RemedyAction, reason } from '../../core/model';
import { parseToolkitError, type Response, type ToolkitError } from './errorEnvelope';
import type { FilledForm } from './filledForm';
import { diagnoseIdpResponse } from './idpDiagnosis';
import { restrictionHeaders } from './settings';
import { ways } from './ways';

export type ErrorMeaning =
  /** The service said no, and did nothing. `signInDead`: because the stored sign-in is not accepted (any more). */
  | { readonly kind: 'refused'; readonly reason: Reason; readonly signInDead: boolean }
  /** Nobody can say whether something was done. */
  | { readonly kind: 'unknown'; readonly reason: Reason }
  /** This endpoint does not have the call. */
  | { readonly kind: 'unsupported'; readonly reason: Reason };

export interface ErrorCircumstances {
  readonly form: FilledForm;
  readonly host: string;
  /** The endpoint is this machine. */
  readonly isLocal: boolean;
  /** Which call was answered. Decides about remedies, never about the meaning. */
  readonly call: 'token' | 'sign-in' | 'lookup' | 'revoke';
  /** Epoch milliseconds. */
  readonly now: number;
}

/** Statuses that say the request was turned away. Others may come from something on the way after it was handed on. */
export const refusalStatuses = new Set([400, 401, 403, 404, 405, 409, 411, 413, 414, 415, 429]);

/** Reads an answer that is not the expected one. */
export function explainError(response: Response, circumstances: ErrorCircumstances): ErrorMeaning {
  const error = parseToolkitError(response, circumstances.now);
  const { host } = circumstances;
  const params = { host, status: String(error.httpStatus), message: error.message || '–' };
  if (error.httpStatus === 501 && error.isEnvelope) {
    const why = circumstances.isLocal
      ? reason('identityPlatform.emulatorUnsupported', { host })
      : reason('identityPlatform.notImplemented', { host });
    return { kind: 'unsupported', reason: why };
  }
  if (error.httpStatus >= 500) {
    if (!error.isEnvelope) return unknown('identityPlatform.gatewayPage', { host, status: params.status });
    return error.httpStatus === 503
      ? unknown('identityPlatform.unavailable', { host })
      : unknown('identityPlatform.serverError', params);
  }
  if (!refusalStatuses.has(error.httpStatus))
    return unknown('identityPlatform.unexpectedAnswer', { host, status: params.status });
  if (!error.isEnvelope) return refused('identityPlatform.notThisService', { host, status: params.status });
  return (
    explainReason(error, circumstances) ??
    explainCode(error, circumstances) ??
    explainStatus(error, params, circumstances)
  );
}

const replace: readonly RemedyAction[] = [{ kind: 'replace-credential' }];
const settings: readonly RemedyAction[] = [{ kind: 'open-settings' }];
const straightToApple: readonly RemedyAction[] = [{ kind: 'use-way', way: ways.appleRevoke.id }];

/** Google's front end, before the call reaches Identity Toolkit: `google.rpc.ErrorInfo`. */
function explainReason(error: ToolkitError, { form, host }: ErrorCircumstances): ErrorMeaning | undefined {
  const { metadata } = error;
  const [sent = '–'] = Object.values(restrictionHeaders(form.options));
  switch (error.reason) {
    case 'API_KEY_INVALID':
      return refused('identityPlatform.apiKeyInvalid', {}, replace);
    case 'API_KEY_SERVICE_BLOCKED':
      return refused('identityPlatform.apiKeyServiceBlocked', { service: metadata['service'] || host });
    case 'API_KEY_HTTP_REFERRER_BLOCKED':
      return refused('identityPlatform.apiKeyRefererBlocked', { sent }, settings);
    case 'API_KEY_IOS_APP_BLOCKED':
      return refused('identityPlatform.apiKeyIosBlocked', { sent }, settings);
    case 'API_KEY_ANDROID_APP_BLOCKED':
      return refused('identityPlatform.apiKeyAndroidBlocked', { sent }, settings);
    case 'API_KEY_IP_ADDRESS_BLOCKED':
      return refused('identityPlatform.apiKeyAddressBlocked');
    case 'SERVICE_DISABLED':
      // A person's token without a quota project counts for the project of the command-line client, where nothing is enabled.
      return form.apiKey === undefined && quotaProjectOf(form) === undefined
        ? refused('identityPlatform.quotaProjectMissing', {}, settings)
        : apiDisabled(metadata, host);
    case 'CONSUMER_SUSPENDED':
      // Its texts repeat the API key: none of them is shown.
      return refused('identityPlatform.projectSuspended');
    case 'ACCESS_TOKEN_SCOPE_INSUFFICIENT':
      return refused('identityPlatform.oauthScope', {}, replace);
    case 'USER_PROJECT_DENIED':
      return refused('identityPlatform.quotaProjectDenied', { project: quotaProjectOf(form) ?? '–' }, settings);
    default:
      return undefined;
  }
}

/** The project that OAuth calls are counted for. */
export function quotaProjectOf({ options }: Pick<FilledForm, 'options'>): string | undefined {
  return options.quotaProject ?? options.firebaseProject;
}

/** Identity Toolkit's own codes, and those of the token service. */
function explainCode(error: ToolkitError, circumstances: ErrorCircumstances): ErrorMeaning | undefined {
  const { form, call, host } = circumstances;
  const { code, detail } = error;
  switch (code) {
    case '':
      return undefined;
    case 'INVALID_ID_TOKEN':
      return deadToken('identityPlatform.invalidIdToken', { project: form.options.firebaseProject ?? '–' });
    case 'TOKEN_EXPIRED':
      return call === 'token'
        ? deadToken('identityPlatform.sessionExpired')
        : deadToken('identityPlatform.idTokenExpired');
    case 'USER_NOT_FOUND':
      return deadToken('identityPlatform.userNotFound', {}, straightToApple);
    case 'USER_DISABLED':
      return refused('identityPlatform.userDisabled', {}, straightToApple);
    case 'INVALID_REFRESH_TOKEN':
    case 'MISSING_REFRESH_TOKEN':
      return deadToken('identityPlatform.invalidRefreshToken');
    case 'INVALID_GRANT_TYPE':
    case 'MISSING_GRANT_TYPE':
      return refused('identityPlatform.invalidGrantType', { host }, settings);
    case 'PROJECT_NUMBER_MISMATCH':
      return deadToken('identityPlatform.otherProjectsSession');
    case 'EMAIL_NOT_FOUND':
    case 'INVALID_PASSWORD':
    case 'INVALID_LOGIN_CREDENTIALS':
    case 'INVALID_EMAIL':
      return deadToken('identityPlatform.wrongPassword');
    case 'PASSWORD_LOGIN_DISABLED':
      return refused('identityPlatform.passwordSignInDisabled');
    case 'INVALID_CUSTOM_TOKEN':
    case 'MISSING_CUSTOM_TOKEN':
    case 'MISSING_IDENTIFIER':
      return deadToken('identityPlatform.invalidCustomToken');
    case 'CREDENTIAL_MISMATCH':
      return deadToken('identityPlatform.customTokenMismatch');
    case 'INVALID_PROVIDER_ID':
      return refused('identityPlatform.invalidProviderId', { provider: form.providerId });
    case 'OPERATION_NOT_ALLOWED':
      return call === 'sign-in'
        ? refused('identityPlatform.passwordSignInDisabled')
        : refused('identityPlatform.providerDisabled', { provider: form.providerId }, straightToApple);
    case 'INVALID_IDP_RESPONSE':
      return { kind: 'refused', reason: diagnoseIdpResponse(form, detail, circumstances.now), signInDead: false };
    case 'TENANT_ID_MISMATCH':
      return refused('identityPlatform.tenantMismatch', { tenant: form.options.tenantId ?? '–' }, settings);
    case 'UNSUPPORTED_TENANT_OPERATION':
      return refused('identityPlatform.tenantUnsupported', {}, settings);
    case 'INVALID_TENANT_ID':
      return refused('identityPlatform.tenantUnknown', { tenant: form.options.tenantId ?? '–' }, settings);
    case 'TOO_MANY_ATTEMPTS_TRY_LATER':
      return tooMany(error);
    case 'QUOTA_EXCEEDED':
      return tooMany(error);
    default:
      return refused('identityPlatform.otherCode', { host, code, detail: detail || '–' });
  }
}

function explainStatus(
  error: ToolkitError,
  params: { readonly host: string; readonly status: string; readonly message: string },
  { form }: ErrorCircumstances,
): ErrorMeaning {
  const { host, status, message } = params;
  if (error.httpStatus === 429) return tooMany(error);
  if (error.httpStatus === 401 && form.apiKey === undefined)
    return refused('identityPlatform.oauthRejected', {}, replace);
  if (error.httpStatus === 403) return refused('identityPlatform.permissionDenied', { host, message });
  if (error.httpStatus === 400) return refused('identityPlatform.invalidArgument', { host, message });
  return refused('identityPlatform.otherRefusal', { host, status, message });
}

function tooMany({ retryAfterSeconds }: ToolkitError): ErrorMeaning {
  const meaning =
    retryAfterSeconds === undefined
      ? refused('identityPlatform.tooMany')
      : refused('identityPlatform.tooManyWait', { seconds: String(retryAfterSeconds) });
  return { ...meaning, reason: asQuota(meaning.reason, retryAfterSeconds) };
}

function apiDisabled(metadata: Readonly<Record<string, string>>, host: string): ErrorMeaning {
  const project = (metadata['consumer'] ?? '').replace(/^projects\//, '') || '–';
  const url = consoleUrl(metadata['activationUrl']);
  const service = metadata['service'] || host;
  const actions = url === undefined ? [] : [{ kind: 'open-url' as const, url }];
  return refused('identityPlatform.apiDisabled', { service, project }, actions);
}

/** Only Google's own console is ever offered to be opened, whatever the answer says. */
function consoleUrl(text: string | undefined): string | undefined {
  if (text === undefined || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  const hosts = ['console.developers.google.com', 'console.cloud.google.com'];
  return url.protocol === 'https:' && hosts.includes(url.host) && url.username === '' ? url.href : undefined;
}

function refused(
  code: string,
  params: Readonly<Record<string, string>> = {},
  actions: readonly RemedyAction[] = [],
): ErrorMeaning {
  return { kind: 'refused', reason: reason(code, params, actions), signInDead: false };
}

function deadToken(
  code: string,
  params: Readonly<Record<string, string>> = {},
  actions: readonly RemedyAction[] = [],
): ErrorMeaning {
  return { kind: 'refused', reason: reason(code, params, [...replace, ...actions]), signInDead: true };
}

function unknown(code: string, params: Readonly<Record<string, string>>): ErrorMeaning {
  return { kind: 'unknown', reason: reason(code, params, [{ kind: 'verify' }]) };
}
