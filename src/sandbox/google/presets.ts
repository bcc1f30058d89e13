/** The error rows of the contract, and the usual accidents of a network, as faults with a name. */
import { accidents, sized } from '../accidents';
import type { FaultEffect, FaultRule } from '../api';
import type { GoogleFault, GoogleFaultOptions, GoogleRoute } from './api';
import type { ErrorAnswer } from './errors';
import * as errors from './errors';
import { dayMs, defaultSwitches } from './world';

const routes: Record<GoogleRoute, FaultRule['match']> = {
  reset: { method: 'POST', path: '/{version}/authorization:reset' },
  check: { method: 'POST', path: '/{version}/accessType:check' },
  initiate: { method: 'POST', path: '/{version}/portabilityArchive:initiate' },
  state: { method: 'GET', path: '/{version}/archiveJobs/{id}/portabilityArchiveState' },
  retry: { method: 'POST', path: '/{version}/archiveJobs/{id}:retry' },
  cancel: { method: 'POST', path: '/{version}/archiveJobs/{id}:cancel' },
  archive: { path: '/__archives/*' },
  discovery: { path: '/$discovery/rest' },
  authorize: { path: '/o/oauth2/v2/auth' },
  token: { method: 'POST', path: '/token' },
  revoke: { path: '/revoke' },
  tokeninfo: { path: '/tokeninfo' },
  any: {},
};

interface Subject {
  readonly now: number;
  readonly jobs: readonly string[];
  readonly project: string;
}

const style = { domain: defaultSwitches.errorDomain };

const answers = {
  exhaustedOneTime: ({ jobs }) => errors.exhausted(jobs, style),
  coolDown: ({ jobs, now }) => errors.coolingDown(jobs, now + dayMs, style),
  coolDownFailedPrecondition: ({ jobs, now }) => errors.coolingDown(jobs, now + dayMs, style, 400),
  alreadyExistsOneTime: ({ jobs }) => errors.alreadyExists(jobs[0] ?? '', true, style),
  alreadyExistsTimeBased: ({ jobs }) => errors.alreadyExists(jobs[0] ?? '', false, style),
  rateLimitExceeded: ({ project }) => errors.rateLimited(project),
  resourceNotAuthorized: () => errors.resourceNotAuthorized(),
  scopeInsufficient: () => errors.scopeInsufficient('google.dataportability.v1.PortabilityArchiveService'),
  serviceDisabled: ({ project }) => errors.serviceDisabled(project),
  accessTokenExpired: () => errors.badToken('ACCESS_TOKEN_EXPIRED'),
  credentialsMissing: () => errors.credentialsMissing(),
  accessTokenTypeUnsupported: () => errors.badToken('ACCESS_TOKEN_TYPE_UNSUPPORTED'),
  unauthenticatedBare: () => errors.badToken(),
  legacyErrors: () => errors.legacyError(403, 'insufficientPermissions', 'Insufficient Permission'),
  invalidArgument: () =>
    errors.invalidArgument(['Invalid JSON payload received. Unknown name "foo": Cannot find field.']),
  notFoundHtml: () => errors.notFoundPage('/'),
  lengthRequiredHtml: () => errors.frontEndPage(411, 'POST requests require a Content-length header.'),
  badGatewayHtml: () => errors.frontEndPage(502, 'The server encountered a temporary error.'),
  unavailable503: () => errors.plainError(503, 'UNAVAILABLE', 'The service is currently unavailable.'),
  internal500: () => errors.plainError(500, 'INTERNAL', 'Internal error encountered.'),
  unknown500: () => errors.plainError(500, 'UNKNOWN', 'Unknown Error.'),
  deadlineExceeded504: () => errors.plainError(504, 'DEADLINE_EXCEEDED', 'Deadline expired.'),
  invalidGrant: () => errors.oauthError(400, 'invalid_grant', 'Token has been expired or revoked.'),
  invalidClient: () => errors.oauthError(401, 'invalid_client', 'The OAuth client was not found.'),
  revokeInvalidToken: () => errors.oauthError(400, 'invalid_token', 'Token expired or revoked'),
} satisfies Record<Exclude<GoogleFault, keyof typeof accidents>, (subject: Subject) => ErrorAnswer>;

function effectOf(name: GoogleFault, subject: Subject, bytes: number | undefined): FaultEffect {
  if (!(name in answers)) return sized(accidents[name as keyof typeof accidents], bytes);
  return { kind: 'answer', ...answers[name as keyof typeof answers](subject) };
}

export function namedFault(name: GoogleFault, options: GoogleFaultOptions, now: number): FaultRule {
  const subject = { now, jobs: options.jobIds ?? ['3f0c'], project: options.project ?? '123456789012' };
  return {
    match: routes[options.route],
    effect: effectOf(name, subject, options.bytes),
    ...(options.times === undefined ? {} : { times: options.times }),
    ...(options.carryOut === undefined ? {} : { carryOut: options.carryOut }),
  };
}

export const googleFaultNames = [...Object.keys(answers), ...Object.keys(accidents)] as GoogleFault[];
export const googleRouteNames = Object.keys(routes) as GoogleRoute[];
