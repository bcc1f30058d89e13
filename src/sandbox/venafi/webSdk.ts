/** `/vedsdk/`: who calls, with which token and scope; then one of the methods, whose names IIS does not take literally. */
import { bearerToken } from '../redaction';
import { descriptions, oauthError, pageBody, toResponse } from './answers';
import { lookUpAccessToken } from './grants';
import { identityMethods } from './identities';
import { grantMethods } from './oauthMethods';
import { coversScope } from './scopes';
import type { VenafiService } from './service';
import type { Grant, Identity, VenafiWorld } from './world';

export interface Call {
  readonly caller: Identity;
  readonly grant: Grant;
  readonly token: string;
  /** The JSON of the body. Unknown parameters are ignored, names are case-sensitive. */
  readonly fields: Record<string, unknown>;
  readonly bodyLength: number;
  readonly now: number;
}

export interface Method {
  readonly verb: 'GET' | 'POST';
  /** Writes need a grant that is alive; reads go on while a revocation propagates. */
  readonly writes?: boolean;
  /** Absent: any valid token will do. */
  readonly scope?: (world: VenafiWorld) => string;
  /** The version that brought it. */
  readonly since?: readonly [number, number];
  run(service: VenafiService, call: Call): Response;
}

const methods: Record<string, Method> = {
  ...grantMethods,
  ...identityMethods,
  'systemstatus/version': {
    verb: 'GET',
    run: (service) =>
      new Response(JSON.stringify({ Version: service.world().switches.version }), {
        headers: { 'content-type': 'application/json; charset=utf-8' },
      }),
  },
};

/** `path` is what follows `/vedsdk/`. */
export async function webSdk(service: VenafiService, path: string, request: Request): Promise<Response> {
  const world = service.world();
  const { switches } = world;
  const name = path.toLowerCase().replace(/\/$/, '');
  const method = Object.hasOwn(methods, name) ? methods[name] : undefined;
  if (!method) return toResponse(pageBody(404, 'File or directory not found.'));
  if (!reaches(switches.version, method.since)) return toResponse(tooOld(switches.oldVersionStatus));
  if (request.method !== method.verb) return toResponse(pageBody(405, 'Method not allowed.'));
  const refuse = (status: number, error: string, description: string) =>
    toResponse(oauthError(switches.errorStyle, status, error, description));

  const now = service.clock.now();
  const token = bearerToken(request.headers.get('authorization'));
  const found = token ? lookUpAccessToken(world, token, method.writes ? 'truth' : 'seen', now) : undefined;
  const caller = found && world.identities[found.grant.grantee];
  if (!token || !found || !caller) return refuse(401, 'invalid_token', descriptions.invalid_token);
  const { grant } = found;
  if (method.scope && !coversScope(grant.scope, method.scope(world))) {
    const status = reaches(switches.version, [20, 4]) ? 403 : 401;
    return refuse(status, 'insufficient_scope', `Grant rejected scope ${grant.scope}`);
  }
  const text = method.verb === 'GET' ? '' : await request.text();
  const fields = readFields(text);
  if (!fields) return refuse(400, 'invalid_request', descriptions.invalid_request);
  return method.run(service, { caller, grant, token, fields, bodyLength: Buffer.byteLength(text), now });
}

function tooOld(status: 404 | 405) {
  return pageBody(status, status === 404 ? 'File or directory not found.' : 'Method not allowed.');
}

/** Whether a version such as `22.3.1.1234` is `since` or later. */
function reaches(version: string, since: readonly [number, number] | undefined): boolean {
  if (!since) return true;
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > since[0] || (major === since[0] && minor >= since[1]);
}

function readFields(text: string): Record<string, unknown> | undefined {
  if (text.trim() === '') return {};
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)
      ? (parsed as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}
