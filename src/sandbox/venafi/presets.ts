/** The answers that a client must not take for another, and the usual accidents of a network, as faults with a name. */
import type { FaultEffect, FaultRule } from '../api';
import type { VenafiAnswer } from './answers';
import { descriptions, emptyAnswer, jsonBody, oauthError, pageBody, resultBody } from './answers';
import type { VenafiFault, VenafiFaultOptions, VenafiRoute } from './api';

/** Matched in any case, as the server does. */
const routes: Record<VenafiRoute, FaultRule['match']> = {
  revokeGrants: { method: 'POST', path: '/vedsdk/oauth/revokegrants' },
  getGrants: { method: 'POST', path: '/vedsdk/oauth/getgrants' },
  grantCount: { method: 'POST', path: '/vedsdk/oauth/grantcount' },
  userCount: { method: 'POST', path: '/vedsdk/oauth/usercount' },
  enumerateApplications: { method: 'POST', path: '/vedsdk/oauth/enumerateapplications' },
  getRole: { method: 'POST', path: '/vedsdk/oauth/getrole' },
  self: { method: 'GET', path: '/vedsdk/identity/self' },
  browse: { method: 'POST', path: '/vedsdk/identity/browse' },
  validate: { method: 'POST', path: '/vedsdk/identity/validate' },
  version: { method: 'GET', path: '/vedsdk/systemstatus/version' },
  device: { method: 'POST', path: '/vedauth/authorize/device' },
  oauth: { method: 'POST', path: '/vedauth/authorize/oauth' },
  token: { method: 'POST', path: '/vedauth/authorize/token' },
  verify: { method: 'GET', path: '/vedauth/authorize/verify' },
  revokeToken: { method: 'GET', path: '/vedauth/revoke/token' },
  isAuthServer: { method: 'GET', path: '/vedauth/authorize/isauthserver' },
  any: { path: '/ved*' },
};

const json = { 'content-type': 'application/json; charset=utf-8' };
const asJson = (body: string): VenafiAnswer => ({ status: 200, headers: json, body });
const error = (status: number, name: string, usual: string, { description }: VenafiFaultOptions) =>
  oauthError('lower', status, name, description ?? usual);

const answers = {
  result: ({ result = 1, success = result === 0 }) => resultBody(result, {}, success),
  resultString: () => jsonBody({ Result: '0', Success: true }),
  successString: () => jsonBody({ Result: 0, Success: 'true' }),
  resultMissing: () => jsonBody({ Success: true }),
  successMissing: () => jsonBody({ Result: 0 }),
  emptyObject: () => jsonBody({}),
  emptyArray: () => jsonBody([]),
  nullBody: () => jsonBody(null),
  emptyBody: () => ({ ...emptyAnswer(200), headers: json }),
  bom: () => asJson('\ufeff{"Result":0,"Success":true}'),
  html: () => pageBody(200, 'Sign in to the network'),
  accepted202: () => jsonBody({ Result: 0, Success: true }, 202),
  invalidRequest: (options) => error(400, 'invalid_request', descriptions.invalid_request, options),
  invalidToken: (options) => error(401, 'invalid_token', descriptions.invalid_token, options),
  insufficientRights: (options) => error(401, 'insufficient_rights', descriptions.insufficient_rights, options),
  insufficientScope: (options) => error(403, 'insufficient_scope', 'Grant rejected scope configuration', options),
  insufficientScope401: (options) => error(401, 'insufficient_scope', 'Grant rejected scope configuration', options),
  reasonPhrase401: ({ description }) => emptyAnswer(401, description ?? `invalid_token: ${descriptions.invalid_token}`),
  refreshTokenInvalid: (options) => error(400, 'invalid_grant', descriptions.invalid_refresh, options),
  notFound404: () => pageBody(404, 'File or directory not found.'),
  notAllowed405: () => pageBody(405, 'Method not allowed.'),
  internal500: () => pageBody(500, 'Internal server error.'),
  unavailable503: () => pageBody(503, 'Service Unavailable'),
} satisfies Partial<Record<VenafiFault, (options: VenafiFaultOptions) => VenafiAnswer>>;

const accidents = {
  connectionResetBefore: { kind: 'reset-before' },
  connectionResetAfter: { kind: 'reset-after' },
  noAnswer: { kind: 'no-answer' },
  cutBody: { kind: 'cut-body' },
  slowLoris: { kind: 'slow-loris' },
  hugeBody: { kind: 'huge-body' },
  gzipBomb: { kind: 'gzip-bomb' },
} satisfies Record<Exclude<VenafiFault, keyof typeof answers>, FaultEffect>;

export function venafiFault(name: VenafiFault, options: VenafiFaultOptions): FaultRule {
  return {
    match: routes[options.route],
    effect:
      name in answers
        ? { kind: 'answer', ...answers[name as keyof typeof answers](options) }
        : accidents[name as keyof typeof accidents],
    ...(options.times === undefined ? {} : { times: options.times }),
    ...(options.carryOut === undefined ? {} : { carryOut: options.carryOut }),
  };
}

export const venafiFaultNames = [...Object.keys(answers), ...Object.keys(accidents)] as VenafiFault[];
export const venafiRouteNames = Object.keys(routes) as VenafiRoute[];
