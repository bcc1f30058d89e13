/** The calls of the Web SDK that reading, revoking and verifying grants need, each parsed at once by an allow-list. */
import * as v from 'valibot';
import { type Answer, parseJson } from '../../auth/vedauthAnswer';
import { unansweredReason } from '../../core/httpReason';
import { type Reason, reason } from '../../core/model';
import type { Clock, HttpResult, Transport } from '../../core/ports';
import type { Leaving } from '../../core/provider';
import type { BoundSecret } from '../../core/redact';
import { type ReadRequest, readPatiently } from '../../http/patientRead';
import { type Circumstances, explain, type Failure } from './errors';
import { readResult } from './results';
import type { VenafiAddresses } from './settings';
import type { Subject } from './subject';

export interface VenafiApi {
  readonly addresses: VenafiAddresses;
  /** Id of the project in whose name it asks. */
  readonly project: string;
  readonly transport: Transport;
  readonly clock: Clock;
  /** For telling what to ask for when it is missing. */
  readonly scope: string;
}

export type ApiFailure =
  | Failure
  | { readonly kind: 'not-sent'; readonly reason: Reason }
  | { readonly kind: 'aborted'; readonly sent: boolean };

/** One grant, and of it only what is named here: the service may send the tokens with it. Times are epoch milliseconds. */
export interface Grant {
  /** Empty when the service does not say. */
  readonly application: string;
  readonly scope: string;
  readonly issuedAt: number | undefined;
  /** The end of the grant, not of a token. */
  readonly expiresAt: number | undefined;
}

export interface GrantList {
  readonly kind: 'grants';
  readonly grants: readonly Grant[];
  /** The server's clock when it answered, by its `Date` header; `undefined` when there is none. */
  readonly serverTime: number | undefined;
}

/** `oauth/RevokeGrants`: by the one or by the other, never both. Sent once, on a connection of its own. */
export async function revokeGrants(
  api: VenafiApi,
  token: BoundSecret,
  subject: Subject,
  leaving: Leaving,
  signal: AbortSignal,
): Promise<{ readonly kind: 'accepted' } | ApiFailure> {
  const url = api.addresses.sdk('oauth/RevokeGrants');
  const value = subjectParameter(subject);
  const result = await (leaving.carrier ?? api.transport).send(
    {
      method: 'POST',
      url,
      pathTemplate: url.pathname,
      bearer: token,
      project: api.project,
      body: { kind: 'json', value },
      effect: 'irreversible',
      mayLeave: () => leaving.mayLeave(),
      onSent: () => leaving.onSent(),
    },
    signal,
  );
  if (result.kind !== 'response') return unanswered(result, url.host, true);
  const accepted = result.status === 200 && readResult(parseJson(result.body)).meaning === 'success';
  return accepted ? { kind: 'accepted' } : explain(result, circumstances(api));
}

function subjectParameter(subject: Subject): Readonly<Record<string, string>> {
  return subject.kind === 'grantee'
    ? { GranteePrefixedUniversal: subject.prefixedUniversal }
    : { ApplicationId: subject.applicationId };
}

const text = v.fallback(v.optional(v.string(), ''), '');
const unixTime = v.fallback(v.optional(v.nullable(v.number())), undefined);
const isoTime = v.fallback(v.optional(v.nullable(v.string())), undefined);

const grantSchema = v.object({
  Application: text,
  Scope: text,
  GrantIssuedOnISO8601: isoTime,
  GrantIssuedOnUnixTime: unixTime,
  ExpiresISO8601: isoTime,
  ExpiresUnixTime: unixTime,
});

const grantsSchema = v.object({ Grants: v.array(v.unknown()) });

/** `oauth/GetGrants`. Only an answer that says `Success` counts: an empty list is evidence. */
export async function getGrants(
  api: VenafiApi,
  token: BoundSecret,
  prefixedUniversal: string,
  signal: AbortSignal,
): Promise<GrantList | ApiFailure> {
  const result = await read(api, 'oauth/GetGrants', token, { GranteePrefixedUniversal: prefixedUniversal }, signal);
  if (result.kind !== 'answer') return result;
  const { answer } = result;
  const date = Date.parse(answer.headers['date'] ?? '');
  const serverTime = Number.isNaN(date) ? undefined : date;
  const body = parseJson(answer.body);
  const { meaning } = readResult(body);
  // GrantNotFound: that there are none.
  if (meaning === 'nothing') return { kind: 'grants', grants: [], serverTime };
  const parsed = v.safeParse(grantsSchema, body);
  if (meaning !== 'success' || !parsed.success) return explain(answer, circumstances(api));
  return { kind: 'grants', grants: parsed.output.Grants.map(readGrant), serverTime };
}

/** One that cannot be understood is still a grant. */
function readGrant(item: unknown): Grant {
  const parsed = v.safeParse(grantSchema, item);
  if (!parsed.success) return { application: '', scope: '', issuedAt: undefined, expiresAt: undefined };
  const { Application: application, Scope: scope, ...times } = parsed.output;
  return {
    application,
    scope,
    issuedAt: timeOf(times.GrantIssuedOnUnixTime, times.GrantIssuedOnISO8601),
    expiresAt: timeOf(times.ExpiresUnixTime, times.ExpiresISO8601),
  };
}

function timeOf(unix: number | null | undefined, iso: string | null | undefined): number | undefined {
  if (typeof unix === 'number' && Number.isFinite(unix)) return unix * 1000;
  const parsed = Date.parse(iso ?? '');
  return Number.isNaN(parsed) ? undefined : parsed;
}

const countSchema = v.object({ Count: v.pipe(v.number(), v.integer(), v.minValue(0)) });

/** `oauth/GrantCount` or `oauth/UserCount` of an application. */
export async function countOf(
  api: VenafiApi,
  what: 'GrantCount' | 'UserCount',
  token: BoundSecret,
  applicationId: string,
  signal: AbortSignal,
): Promise<{ readonly kind: 'count'; readonly count: number } | ApiFailure> {
  const result = await read(api, `oauth/${what}`, token, { ApplicationId: applicationId }, signal);
  if (result.kind !== 'answer') return result;
  const body = parseJson(result.answer.body);
  const parsed = v.safeParse(countSchema, body);
  return parsed.success && readResult(body).meaning === 'success'
    ? { kind: 'count', count: parsed.output.Count }
    : explain(result.answer, circumstances(api));
}

/** What `oauth/GetRole` says of whoever is signed in. */
export interface Role {
  readonly kind: 'role';
  /** 0 User … 3 Application Owner, 4 several, 5 Grant Admin, 6 Admin; others are not known here. */
  readonly role: number;
  /** Ids; `undefined` when the answer has no such list. */
  readonly ownedApplications: readonly string[] | undefined;
}

const roleSchema = v.object({
  Role: v.object({
    Role: v.pipe(v.number(), v.integer()),
    OwnedApplications: v.fallback(v.optional(v.nullable(v.array(v.unknown()))), undefined),
  }),
});
const ownedSchema = v.union([
  v.string(),
  v.pipe(
    v.object({ ApplicationId: v.string() }),
    v.transform(({ ApplicationId }) => ApplicationId),
  ),
]);

export async function getRole(api: VenafiApi, token: BoundSecret, signal: AbortSignal): Promise<Role | ApiFailure> {
  const result = await read(api, 'oauth/GetRole', token, {}, signal);
  if (result.kind !== 'answer') return result;
  const body = parseJson(result.answer.body);
  const parsed = v.safeParse(roleSchema, body);
  if (!parsed.success || readResult(body).meaning !== 'success') return explain(result.answer, circumstances(api));
  const { Role: role, OwnedApplications: owned } = parsed.output.Role;
  const ids = owned?.flatMap((one) => {
    const id = v.safeParse(ownedSchema, one);
    return id.success ? [id.output] : [];
  });
  return { kind: 'role', role, ownedApplications: ids };
}

const versionSchema = v.object({ Version: v.pipe(v.string(), v.regex(/^\d{1,4}\.\d{1,4}(\.\d{1,9}){0,3}$/)) });

/** `SystemStatus/Version`, for instance `25.1.0.2204`; `undefined` when it cannot be read: nothing rests on it alone. */
export async function readVersion(
  api: VenafiApi,
  token: BoundSecret,
  signal: AbortSignal,
): Promise<string | undefined> {
  const result = await read(api, 'SystemStatus/Version', token, undefined, signal);
  if (result.kind !== 'answer') return undefined;
  const parsed = v.safeParse(versionSchema, parseJson(result.answer.body));
  return parsed.success ? parsed.output.Version : undefined;
}

/** Grants can be administered since 22.3. */
export function canRevokeGrants(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > 22 || (major === 22 && minor >= 3);
}

/** A call without effect; repeated when the service is unavailable or the connection breaks. */
export async function read(
  api: VenafiApi,
  method: string,
  token: BoundSecret,
  /** Absent: a GET. */
  body: Readonly<Record<string, unknown>> | undefined,
  signal: AbortSignal,
): Promise<{ readonly kind: 'answer'; readonly answer: Answer } | ApiFailure> {
  const url = api.addresses.sdk(method);
  const request: ReadRequest = {
    ...(body === undefined ? { method: 'GET' } : { method: 'POST', body: { kind: 'json', value: body } }),
    url,
    pathTemplate: url.pathname,
    bearer: token,
    project: api.project,
    effect: 'read',
  };
  const result = await readPatiently(api, request, signal);
  if (result.kind !== 'response') return unanswered(result, url.host, false);
  return result.status === 200 ? { kind: 'answer', answer: result } : explain(result, circumstances(api));
}

function circumstances({ addresses, clock, scope }: VenafiApi): Circumstances {
  return { host: new URL(addresses.sdkOrigin).host, now: clock.now(), scope };
}

function unanswered(result: Exclude<HttpResult, { kind: 'response' }>, host: string, revoking: boolean): ApiFailure {
  if (result.kind === 'aborted') return result;
  if (result.kind === 'not-sent')
    return { kind: 'not-sent', reason: unansweredReason(result, host, [{ kind: 'retry' }]) };
  const why = unansweredReason(result, host, [{ kind: 'verify' }]);
  // IIS may ask for a client certificate after the handshake, and then ends the connection.
  const certificate = revoking && result.kind === 'broken' && result.cause === 'connection-reset';
  const hint = reason('venafi.connectionReset', { host }, [{ kind: 'verify' }]);
  return { kind: 'unknown', reason: certificate ? { ...hint, cause: why } : why };
}
