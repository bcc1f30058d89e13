/** Data Portability API, v1 and v1beta: the methods behind a bearer token. */
import type { Context, Hono } from 'hono';
import { bearerToken, fingerprint } from '../redaction';
import { liveResources, resetPair } from './consents';
import type { ErrorAnswer } from './errors';
import {
  badToken,
  credentialsMissing,
  jsonAnswer,
  plainError,
  rateLimited,
  scopeInsufficient,
  serviceDisabled,
  toResponse,
} from './errors';
import { cancelJob, initiate, readJob, retryJob } from './jobs';
import type { FieldType } from './requestBody';
import { checkLength, checkQuery, readBody } from './requestBody';
import type { GoogleService } from './service';
import type { TokenUse } from './tokens';
import { lookUpAccessToken } from './tokens';
import type { Credential, Pair } from './world';
import { findUser, resourceOf } from './world';

type Version = 'v1' | 'v1beta';

export interface Call {
  readonly version: Version;
  readonly credential: Credential;
  readonly pair: Pair;
  readonly token: string;
  readonly fields: Record<string, unknown>;
  readonly bodyLength: number;
  readonly now: number;
}

interface Method {
  readonly use: TokenUse;
  /** Name in Google's own words, for the metadata of a 403. */
  readonly rpc: string;
  readonly body?: Record<string, FieldType>;
  run(service: GoogleService, call: Call, id: string): Response;
}

const reset: Method = {
  use: 'write',
  rpc: 'PortabilityArchiveService.ResetAuthorization',
  body: {},
  run(service, call) {
    if (!resetPair(service.world(), call.pair, call.now)) {
      const message = 'The authorization cannot be reset while a job is in progress.';
      return toResponse(plainError(400, 'FAILED_PRECONDITION', message));
    }
    service.world().resets.push({
      time: call.now,
      ...call.pair,
      clientId: call.credential.clientId,
      version: call.version,
      bodyLength: call.bodyLength,
      tokenFingerprint: fingerprint(call.token),
    });
    return jsonAnswer({});
  },
};

const check: Method = {
  use: 'read',
  rpc: 'PortabilityArchiveService.CheckAccessType',
  body: {},
  run(service, call) {
    const access = Object.entries(liveResources(service.world(), call.credential, call.now));
    const oneTimeResources = access.filter(([, choice]) => choice === 'once').map(([resource]) => resource);
    const timeBasedResources = access.filter(([, choice]) => choice !== 'once').map(([resource]) => resource);
    return jsonAnswer({
      ...(oneTimeResources.length > 0 ? { oneTimeResources } : {}),
      ...(timeBasedResources.length > 0 ? { timeBasedResources } : {}),
    });
  },
};

const start: Method = {
  use: 'write',
  rpc: 'PortabilityArchiveService.InitiatePortabilityArchive',
  body: { resources: 'strings', startTime: 'timestamp', endTime: 'timestamp' },
  run: initiate,
};

const state: Method = { use: 'read', rpc: 'PortabilityArchiveService.GetPortabilityArchiveState', run: readJob };
const retry: Method = {
  use: 'write',
  rpc: 'PortabilityArchiveService.RetryPortabilityArchive',
  body: {},
  run: retryJob,
};
const cancel: Method = {
  use: 'write',
  rpc: 'PortabilityArchiveService.CancelPortabilityArchive',
  body: {},
  run: cancelJob,
};

export function mountPortability(app: Hono, service: GoogleService): void {
  for (const version of ['v1', 'v1beta'] as const) {
    const post = (path: string, method: Method) =>
      app.post(`/${version}${path}`, (context) => answer(service, version, method, context));
    post('/authorization:reset', reset);
    post('/accessType:check', check);
    post('/portabilityArchive:initiate', start);
    post('/archiveJobs/:job{[^/:]+:retry}', retry);
    post('/archiveJobs/:job{[^/:]+:cancel}', cancel);
    app.get(`/${version}/archiveJobs/:job/portabilityArchiveState`, (context) =>
      answer(service, version, state, context),
    );
  }
}

async function answer(service: GoogleService, version: Version, method: Method, context: Context): Promise<Response> {
  const request = context.req.raw;
  const url = new URL(request.url);
  if (method.body) {
    const lengthless = checkLength(request);
    if (lengthless) return toResponse(lengthless);
  }
  const now = service.clock.now();
  const caller = authorize(service, method, version, request.headers.get('authorization'), url.searchParams, now);
  if (caller.kind === 'refused') return toResponse(caller.answer);
  const badQuery = checkQuery(url.searchParams);
  if (badQuery) return toResponse(badQuery);
  const body = await readBody(request, method.body ?? {});
  if (body.kind === 'refused') return toResponse(body.answer);
  const { credential, token } = caller;
  const call: Call = {
    version,
    credential,
    token,
    pair: { user: credential.user, project: credential.project },
    fields: body.fields,
    bodyLength: body.byteLength,
    now,
  };
  return method.run(service, call, context.req.param('job')?.split(':')[0] ?? '');
}

type Caller =
  | { readonly kind: 'accepted'; readonly credential: Credential; readonly token: string }
  | { readonly kind: 'refused'; readonly answer: ErrorAnswer };

/** Who calls, in the order in which Google complains: token, API enabled, quota, scope. */
function authorize(
  service: GoogleService,
  method: Method,
  version: Version,
  header: string | null,
  query: URLSearchParams,
  now: number,
): Caller {
  const refused = (answer: ErrorAnswer): Caller => ({ kind: 'refused', answer });
  const token = bearerToken(header) ?? query.get('access_token') ?? query.get('oauth_token');
  if (!token) return refused(header ? badToken('ACCESS_TOKEN_TYPE_UNSUPPORTED') : credentialsMissing());
  const world = service.world();
  const found = lookUpAccessToken(world, token, method.use, now);
  if (found.kind === 'dead') return refused(badToken('ACCESS_TOKEN_EXPIRED'));
  if (found.kind === 'unknown') {
    return refused(token.startsWith('ya29.') ? badToken() : badToken('ACCESS_TOKEN_TYPE_UNSUPPORTED'));
  }
  const { credential } = found;
  const project = world.projects[credential.project];
  if (!project?.apiEnabled) return refused(serviceDisabled(credential.project));
  if (project.quotaExceeded) return refused(rateLimited(credential.project));
  if (!credential.scopes.some((scope) => resourceOf(scope) !== undefined)) {
    return refused(scopeInsufficient(`google.dataportability.${version}.${method.rpc}`));
  }
  if (world.switches.regionError === 'api' && findUser(world, credential.user)?.region === 'elsewhere') {
    const message = 'The Data Portability API is not available in the region of this account.';
    return refused(plainError(403, 'PERMISSION_DENIED', message));
  }
  return { kind: 'accepted', credential, token };
}
