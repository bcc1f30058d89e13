/** `/vedauth/`: signing in, refreshing and revoking. Forms and JSON are both taken. */
import { timingSafeEqual } from 'node:crypto';
import { bearerToken } from '../redaction';
import type { VenafiAnswer } from './answers';
import {
  dateFields,
  descriptions,
  emptyAnswer,
  jsonAnswer,
  jsonBody,
  oauthError,
  pageBody,
  toResponse,
} from './answers';
import type { IssuedTokens } from './api';
import { devicePageRoute, startDevice, takeDeviceGrant } from './device';
import { addGrant, endGrants, issueTokens, lookUpAccessToken, spendRefreshToken } from './grants';
import { coversScope, isScope } from './scopes';
import type { VenafiService } from './service';
import type { Application, Grant, VenafiWorld } from './world';
import { entry, findApplication } from './world';

type Fields = ReadonlyMap<string, string>;

/** `path` is what follows `/vedauth/`; `origin` is the one that the client asked. */
export async function authServer(
  service: VenafiService,
  path: string,
  request: Request,
  origin: string,
): Promise<Response> {
  const name = path.toLowerCase().replace(/\/$/, '');
  if (name === 'device') return devicePageRoute(service, request);
  const [verb, run] = entry(routes, name) ?? [];
  if (!verb || !run) return toResponse(pageBody(404, 'File or directory not found.'));
  if (request.method !== verb) return toResponse(pageBody(405, 'Method not allowed.'));
  const fields = verb === 'POST' ? await readFields(request) : new Map<string, string>();
  if (!fields) return refuse(service, 400, 'invalid_request', descriptions.invalid_request);
  return run(service, { fields, origin, token: bearerToken(request.headers.get('authorization')) });
}

interface AuthCall {
  readonly fields: Fields;
  readonly origin: string;
  readonly token: string | undefined;
}

type Route = readonly ['GET' | 'POST', (service: VenafiService, call: AuthCall) => Response];

const routes: Record<string, Route | undefined> = {
  'authorize/device': ['POST', (service, call) => authorizeDevice(service, call)],
  'authorize/oauth': ['POST', (service, { fields }) => signIn(service, fields)],
  'authorize/token': ['POST', (service, { fields }) => token(service, fields)],
  'authorize/verify': ['GET', (service, call) => verify(service, call.token)],
  'authorize/isauthserver': ['GET', () => toResponse(emptyAnswer(202))],
  'revoke/token': ['GET', (service, call) => revoke(service, call.token)],
};

/** Values of the body by name, names taken literally; undefined when it is neither a form nor a JSON object of texts. */
async function readFields(request: Request): Promise<Fields | undefined> {
  const text = await request.text();
  if (!/^application\/json\b/i.test(request.headers.get('content-type') ?? ''))
    return new Map(new URLSearchParams(text));
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return undefined;
    return new Map(Object.entries(parsed).map(([name, value]) => [name, typeof value === 'string' ? value : '']));
  } catch {
    return undefined;
  }
}

function refuse(service: VenafiService, status: number, error: string, description: string): Response {
  return toResponse(oauthError(service.world().switches.errorStyle, status, error, description));
}

type Checked =
  | { readonly kind: 'application'; readonly application: Application; readonly scope: string }
  | { readonly kind: 'refused'; readonly answer: VenafiAnswer };

/** The client, and a scope that is within what it may ask for. */
function checkClient(world: VenafiWorld, fields: Fields): Checked {
  const refused = (error: string, description: string): Checked => ({
    kind: 'refused',
    answer: oauthError(world.switches.errorStyle, 400, error, description),
  });
  const clientId = fields.get('client_id');
  const scope = fields.get('scope');
  if (!clientId || !scope) return refused('invalid_request', descriptions.invalid_request);
  const application = findApplication(world, clientId);
  if (!application) return refused('invalid_client', 'The client_id names no API integration.');
  if (!isScope(scope) || !coversScope(application.scope, scope)) {
    return refused(
      'invalid_scope',
      `The requested scope ${scope} is invalid, unknown, malformed, or exceeds the one granted.`,
    );
  }
  return { kind: 'application', application, scope };
}

function authorizeDevice(service: VenafiService, { fields, origin }: AuthCall): Response {
  const world = service.world();
  if (!world.switches.deviceFlow) {
    return refuse(service, 400, 'unauthorized_client', 'Browser-based authentication is not enabled.');
  }
  const checked = checkClient(world, fields);
  if (checked.kind === 'refused') return toResponse(checked.answer);
  return startDevice(service, { application: checked.application.id, scope: checked.scope, origin });
}

function signIn(service: VenafiService, fields: Fields): Response {
  const world = service.world();
  const [username, password] = [fields.get('username'), fields.get('password')];
  if (!username || !password) return refuse(service, 400, 'invalid_request', descriptions.invalid_request);
  const checked = checkClient(world, fields);
  if (checked.kind === 'refused') return toResponse(checked.answer);
  const identity = Object.values(world.identities).find(
    (candidate) =>
      candidate.group === null &&
      candidate.password !== null &&
      [candidate.name, candidate.prefixedUniversal].includes(username) &&
      sameText(candidate.password, password),
  );
  if (!identity) return refuse(service, 400, 'invalid_grant', 'Username/password combination not valid');
  const now = service.clock.now();
  const { application, scope } = checked;
  const grant = addGrant(world, service.ids(), { identity, application, scope, issuedAt: now });
  return tokenAnswer(world, grant, issueTokens(world, service.ids(), grant, now), now);
}

function sameText(one: string, other: string): boolean {
  const [left, right] = [Buffer.from(one), Buffer.from(other)];
  return left.length === right.length && timingSafeEqual(left, right);
}

const deviceGrantType = 'urn:ietf:params:oauth:grant-type:device_code';

/** A refresh needs no `grant_type`. */
function token(service: VenafiService, fields: Fields): Response {
  const world = service.world();
  const clientId = fields.get('client_id');
  if (!clientId) return refuse(service, 400, 'invalid_request', descriptions.invalid_request);
  const now = service.clock.now();
  const grantType = fields.get('grant_type') ?? 'refresh_token';
  if (grantType === deviceGrantType) {
    const taken = takeDeviceGrant(service, { deviceCode: fields.get('device_code') ?? '', clientId });
    if (taken.kind === 'refused') return refuse(service, 400, taken.error, taken.description);
    return tokenAnswer(world, taken.grant, issueTokens(world, service.ids(), taken.grant, now), now);
  }
  if (grantType !== 'refresh_token') {
    return refuse(service, 400, 'unsupported_grant_type', `The grant type ${grantType} is not supported.`);
  }
  const refreshToken = fields.get('refresh_token');
  if (!refreshToken) return refuse(service, 400, 'invalid_request', descriptions.invalid_request);
  const spent = spendRefreshToken(world, service.ids(), { token: refreshToken, clientId }, now);
  // One text for used, revoked, expired and somebody else's: the service tells nobody which it was.
  if (!spent) return refuse(service, 400, 'invalid_grant', descriptions.invalid_refresh);
  return tokenAnswer(world, spent.grant, spent.tokens, now);
}

function tokenAnswer(world: VenafiWorld, grant: Grant, tokens: IssuedTokens, now: number): Response {
  return jsonAnswer({
    access_token: tokens.accessToken,
    expires: Math.floor(tokens.accessTokenExpiresAt / 1000),
    expires_in: Math.floor((tokens.accessTokenExpiresAt - now) / 1000),
    identity: world.identities[grant.grantee]?.prefixedUniversal,
    ...(tokens.refreshToken === undefined
      ? {}
      : {
          refresh_token: tokens.refreshToken,
          ...(grant.expiresAt === null ? {} : { refresh_until: Math.floor(grant.expiresAt / 1000) }),
        }),
    scope: grant.scope,
    token_type: 'Bearer',
  });
}

/** `expires` is the end of the grant, not of the token. */
function verify(service: VenafiService, bearer: string | undefined): Response {
  const world = service.world();
  const found = bearer ? lookUpAccessToken(world, bearer, 'seen', service.clock.now()) : undefined;
  if (!found) return refuse(service, 401, 'invalid_token', descriptions.invalid_token);
  const { grant, issuedAt } = found;
  const body = {
    ...snakeDates('access_issued_on', issuedAt),
    application: grant.application,
    ...snakeDates('expires', grant.expiresAt),
    ...snakeDates('grant_issued_on', grant.issuedAt),
    identity: world.identities[grant.grantee]?.prefixedUniversal,
    scope: grant.scope,
    valid_for: findApplication(world, grant.application)?.accessValidityS ?? 0,
  };
  return toResponse(jsonBody(body, 200, 'Token is valid'));
}

function snakeDates(name: string, time: number | null): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(dateFields(name, time)).map(([key, value]) => [
      key.replace('ISO8601', '_ISO8601').replace('UnixTime', '_unix_time'),
      value,
    ]),
  );
}

/** Ends the grant of the token. What there is nothing to end of is a 202, which looks like success to whoever asks for `ok`. */
function revoke(service: VenafiService, bearer: string | undefined): Response {
  const world = service.world();
  const now = service.clock.now();
  const found = bearer ? lookUpAccessToken(world, bearer, 'truth', now) : undefined;
  if (!found) return toResponse(emptyAnswer(202, '[token] not found'));
  endGrants([found.grant], now, 0);
  const identity = world.identities[found.grant.grantee]?.prefixedUniversal;
  return toResponse(
    jsonBody({}, 200, `Grant for identity ${identity} with scope ${found.grant.scope} has been revoked`),
  );
}
