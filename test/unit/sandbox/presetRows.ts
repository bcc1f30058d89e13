import type { GoogleFault } from '../../../src/sandbox/google/api';

interface Row {
  readonly name: GoogleFault;
  readonly status: number;
  readonly body: RegExp;
}

/** Each error row of the contract that is an answer, and how it is told from its neighbours. */
export const mountedFaults: readonly Row[] = [
  { name: 'exhaustedOneTime', status: 429, body: /RESOURCE_EXHAUSTED_ONE_TIME[\s\S]*"previous_job_ids": "3f0c,8ab1"/ },
  {
    name: 'coolDown',
    status: 429,
    body: /RESOURCE_EXHAUSTED_TIME_BASED[\s\S]*"timestamp_after_24hrs": "2026-06-06T04/,
  },
  { name: 'coolDownFailedPrecondition', status: 400, body: /FAILED_PRECONDITION[\s\S]*RESOURCE_EXHAUSTED_TIME_BASED/ },
  { name: 'alreadyExistsOneTime', status: 409, body: /ALREADY_EXISTS_ONE_TIME[\s\S]*"job_id": "3f0c"/ },
  { name: 'alreadyExistsTimeBased', status: 409, body: /ALREADY_EXISTS_TIME_BASED[\s\S]*"job_id": "3f0c"/ },
  { name: 'rateLimitExceeded', status: 429, body: /RATE_LIMIT_EXCEEDED[\s\S]*"retryDelay": "39s"/ },
  { name: 'resourceNotAuthorized', status: 403, body: /DebugInfo/ },
  { name: 'scopeInsufficient', status: 403, body: /ACCESS_TOKEN_SCOPE_INSUFFICIENT/ },
  { name: 'serviceDisabled', status: 403, body: /SERVICE_DISABLED[\s\S]*"consumer": "projects\/42"/ },
  { name: 'accessTokenExpired', status: 401, body: /ACCESS_TOKEN_EXPIRED/ },
  { name: 'credentialsMissing', status: 401, body: /CREDENTIALS_MISSING/ },
  { name: 'accessTokenTypeUnsupported', status: 401, body: /ACCESS_TOKEN_TYPE_UNSUPPORTED/ },
  { name: 'unauthenticatedBare', status: 401, body: /^(?![\s\S]*details)[\s\S]*UNAUTHENTICATED/ },
  { name: 'legacyErrors', status: 403, body: /"errors": \[/ },
  { name: 'invalidArgument', status: 400, body: /BadRequest/ },
  { name: 'notFoundHtml', status: 404, body: /<title>Error 404/ },
  { name: 'lengthRequiredHtml', status: 411, body: /<title>Error 411/ },
  { name: 'badGatewayHtml', status: 502, body: /<title>Error 502/ },
  { name: 'unavailable503', status: 503, body: /UNAVAILABLE/ },
  { name: 'internal500', status: 500, body: /INTERNAL/ },
  { name: 'unknown500', status: 500, body: /UNKNOWN/ },
  { name: 'deadlineExceeded504', status: 504, body: /DEADLINE_EXCEEDED/ },
  { name: 'emptyError', status: 500, body: /^$/ },
  { name: 'empty200', status: 200, body: /^$/ },
  { name: 'html200', status: 200, body: /<h1>Sign in to the network/ },
  { name: 'invalidGrant', status: 400, body: /Token has been expired or revoked\./ },
  { name: 'invalidClient', status: 401, body: /invalid_client/ },
  { name: 'revokeInvalidToken', status: 400, body: /Token expired or revoked/ },
];
