/** The error rows of the contract as faults with a name. */
import { accidents, sized } from '../accidents';
import type { FaultEffect, FaultRule } from '../api';
import type { ErrorAnswer } from '../google/errors';
import { plainError } from '../google/errors';
import type { IdentityPlatformFault, IdentityPlatformFaultOptions, IdentityPlatformRoute } from './api';
import * as errors from './errors';

const account = (name: string, version = 'v1') => ({
  method: 'POST',
  path: `[/identitytoolkit.googleapis.com]/${version}/accounts:${name}`,
});

const routes: Record<IdentityPlatformRoute, FaultRule['match']> = {
  revokeToken: account('revokeToken', 'v2'),
  signUp: account('signUp'),
  signInWithPassword: account('signInWithPassword'),
  signInWithCustomToken: account('signInWithCustomToken'),
  signInWithIdp: account('signInWithIdp'),
  lookup: account('lookup'),
  token: { method: 'POST', path: '[/securetoken.googleapis.com]/v1/token' },
  appleToken: { method: 'POST', path: '[/appleid.apple.com]/auth/token' },
  appleRevoke: { method: 'POST', path: '[/appleid.apple.com]/auth/revoke' },
  appleKeys: { path: '[/appleid.apple.com]/auth/keys' },
  any: {},
};

const toolkit = 'identitytoolkit.googleapis.com';

interface Subject {
  readonly number: string;
  readonly service: typeof toolkit;
  readonly method: string;
  readonly apiKey: string;
  readonly code: string;
}

const answers = {
  invalidIdToken: () => errors.accountError('INVALID_ID_TOKEN'),
  tokenExpired: () => errors.accountError('TOKEN_EXPIRED'),
  userNotFound: () => errors.accountError('USER_NOT_FOUND'),
  userDisabled: () => errors.accountError('USER_DISABLED'),
  invalidProviderId: () => errors.accountError('INVALID_PROVIDER_ID'),
  operationNotAllowed: () => errors.accountError('OPERATION_NOT_ALLOWED'),
  invalidIdpResponse: () => errors.idpResponse('https://app.example.com/callback', '{"error":"invalid_client"}'),
  tenantIdMismatch: () => errors.accountError('TENANT_ID_MISMATCH'),
  unsupportedTenantOperation: () => errors.accountError('UNSUPPORTED_TENANT_OPERATION'),
  invalidTenantId: () => errors.accountError('INVALID_TENANT_ID'),
  tooManyAttempts: () =>
    errors.accountError('TOO_MANY_ATTEMPTS_TRY_LATER : Access to this account has been temporarily disabled.'),
  quotaExceeded: () => errors.accountError('QUOTA_EXCEEDED : Exceeded quota.'),
  anyCode: ({ code }) => errors.accountError(code),
  apiKeyInvalid: () => errors.keyInvalid('new', toolkit),
  apiKeyInvalidOld: () => errors.keyInvalid('old', toolkit),
  apiKeyServiceBlocked: (subject) => errors.keyServiceBlocked(subject),
  apiKeyHttpReferrerBlocked: (subject) => errors.referrerBlocked(subject, null),
  apiKeyIosAppBlocked: (subject) => errors.iosAppBlocked(subject, null),
  apiKeyAndroidAppBlocked: (subject) => errors.androidAppBlocked(subject, null),
  apiKeyIpAddressBlocked: (subject) => errors.addressBlocked(subject),
  serviceDisabled: (subject) => errors.apiDisabled(subject),
  consumerSuspended: (subject) => errors.suspended(subject, subject.apiKey),
  callerMissing: () => errors.callerMissing(),
  badBearer: () => errors.badBearer(),
  scopeMissing: ({ method }) => errors.scopeMissing(toolkit, method),
  quotaProjectMissing: () => errors.quotaProjectMissing(toolkit),
  quotaProjectDenied: ({ number }) => errors.quotaProjectDenied(number, toolkit),
  invalidArgument: () => errors.badRequest('Invalid JSON payload received. Unknown name "foo": Cannot find field.'),
  notImplemented: () => errors.notImplemented('identitytoolkit.accounts.revokeToken'),
  invalidRefreshToken: () => errors.tokenServiceError('INVALID_REFRESH_TOKEN'),
  missingRefreshToken: () => errors.tokenServiceError('MISSING_REFRESH_TOKEN'),
  invalidGrantType: () => errors.tokenServiceError('INVALID_GRANT_TYPE'),
  projectNumberMismatch: () => errors.tokenServiceError('PROJECT_NUMBER_MISMATCH'),
  secureTokenExpired: () => errors.tokenServiceError('TOKEN_EXPIRED'),
  secureTokenUserDisabled: () => errors.tokenServiceError('USER_DISABLED'),
  secureTokenUserNotFound: () => errors.tokenServiceError('USER_NOT_FOUND'),
  emailNotFound: () => errors.accountError('EMAIL_NOT_FOUND'),
  invalidPassword: () => errors.accountError('INVALID_PASSWORD'),
  invalidLoginCredentials: () => errors.accountError('INVALID_LOGIN_CREDENTIALS'),
  appleInvalidGrant: () => errors.appleError('invalid_grant', 'The token has expired or has been revoked.'),
  appleInvalidClient: () => errors.appleError('invalid_client'),
  appleInvalidRequest: () => errors.appleError('invalid_request'),
  unavailable503: () => plainError(503, 'UNAVAILABLE', 'The service is currently unavailable.'),
  internal500: () => plainError(500, 'INTERNAL', 'Internal error encountered.'),
  deadlineExceeded504: () => plainError(504, 'DEADLINE_EXCEEDED', 'Deadline expired.'),
} satisfies Record<Exclude<IdentityPlatformFault, keyof typeof accidents>, (subject: Subject) => ErrorAnswer>;

function effectOf(name: IdentityPlatformFault, options: IdentityPlatformFaultOptions): FaultEffect {
  if (name in accidents) return sized(accidents[name as keyof typeof accidents], options.bytes);
  const answer = answers[name as keyof typeof answers]({
    number: options.project ?? '210987654321',
    service: toolkit,
    method: 'google.cloud.identitytoolkit.v2.AuthenticationService.RevokeToken',
    apiKey: options.apiKey ?? 'AIzaSy-sandbox-sample',
    code: options.code ?? 'SOMETHING_NEW : Detail.',
  });
  return { kind: 'answer', ...answer };
}

export function identityPlatformFault(name: IdentityPlatformFault, options: IdentityPlatformFaultOptions): FaultRule {
  return {
    match: routes[options.route],
    effect: effectOf(name, options),
    ...(options.times === undefined ? {} : { times: options.times }),
    ...(options.carryOut === undefined ? {} : { carryOut: options.carryOut }),
  };
}

export const identityPlatformFaultNames = [
  ...Object.keys(answers),
  ...Object.keys(accidents),
] as IdentityPlatformFault[];
export const identityPlatformRouteNames = Object.keys(routes) as IdentityPlatformRoute[];
