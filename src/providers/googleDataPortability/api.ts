/** The calls that reading, resetting and verifying a consent need, each parsed at once. */
import * as v from 'valibot';
import { unansweredReason } from '../../core/httpReason';
import { type Reason, reason } from '../../core/model';
import type { Clock, HttpResult, Transport } from '../../core/ports';
import type { Leaving } from '../../core/provider';
import type { BoundSecret } from '../../core/redact';
import { type ReadRequest, readPatiently } from '../../http/patientRead';
import { type ErrorMeaning, explainError, type Purpose, parseGoogleError, parseJson } from './errors';
import type { GoogleAddresses } from './settings';

export interface GoogleApi {
  readonly addresses: GoogleAddresses;
  readonly transport: Transport;
  readonly clock: Clock;
}

/** What the consent allows, as `accessType:check` says; resources without the scope prefix. */
export interface AccessTypes {
  readonly oneTime: readonly string[];
  readonly timeBased: readonly string[];
}

export type ApiFailure = ErrorMeaning | Unanswered;

export type Unanswered =
  | { readonly kind: 'not-sent'; readonly reason: Reason }
  | { readonly kind: 'unknown'; readonly reason: Reason }
  | { readonly kind: 'aborted'; readonly sent: boolean };

const accessTypesFields = v.object({
  oneTimeResources: v.optional(v.array(v.string()), []),
  timeBasedResources: v.optional(v.array(v.string()), []),
});

/** A list is an object, too, to the schema library. */
const accessTypesSchema = v.pipe(
  v.unknown(),
  v.check((answer) => !Array.isArray(answer)),
  accessTypesFields,
);

const tokenInfoSchema = v.object({
  expires_in: v.pipe(v.union([v.string(), v.number()]), v.transform(Number), v.integer()),
  aud: v.fallback(v.optional(v.string()), undefined),
  scope: v.fallback(v.optional(v.string(), ''), ''),
});

const emptySchema = v.strictObject({});

const invalidTokenSchema = v.object({ error: v.literal('invalid_token') });

/** `accessType:check`: reads what a consent allows. Consumes nothing, and may be repeated freely. */
export async function checkAccessType(
  api: GoogleApi,
  token: BoundSecret,
  purpose: Purpose,
  signal: AbortSignal,
): Promise<{ readonly kind: 'access'; readonly access: AccessTypes } | ApiFailure> {
  const method = api.addresses.method('accessType:check');
  const request: ReadRequest = {
    ...method,
    method: 'POST',
    bearer: token,
    body: { kind: 'json', value: {} },
    effect: 'read',
  };
  const result = await readPatiently(api, request, signal);
  if (result.kind !== 'response') return unanswered(result, method.url.host);
  if (result.status === 200) {
    const parsed = v.safeParse(accessTypesSchema, parseJson(result.body));
    if (parsed.success) {
      const { oneTimeResources: oneTime, timeBasedResources: timeBased } = parsed.output;
      return { kind: 'access', access: { oneTime, timeBased } };
    }
  }
  return explainError(result, method.url.host, api.clock.now(), purpose);
}

/**
 * `authorization:reset`: ends the whole user/project pair of the token. Sent once, with an empty body, on a connection of
 * its own; never repeated here.
 */
export async function resetAuthorization(
  api: GoogleApi,
  token: BoundSecret,
  leaving: Leaving,
  signal: AbortSignal,
): Promise<{ readonly kind: 'accepted' } | ApiFailure> {
  const method = api.addresses.method('authorization:reset');
  const { url, pathTemplate } = method;
  const { carrier = api.transport, mayLeave, onSent } = leaving;
  // Named one by one: spreading them costs as much as all the rest of this function.
  const result = await carrier.send(
    {
      method: 'POST',
      url,
      pathTemplate,
      bearer: token,
      body: { kind: 'empty' },
      effect: 'irreversible',
      mayLeave,
      onSent,
    },
    signal,
  );
  if (result.kind !== 'response') return unanswered(result, method.url.host);
  if (result.status === 200 && isEmptyAnswer(result.body)) return { kind: 'accepted' };
  return explainError(result, method.url.host, api.clock.now(), 'consent');
}

/**
 * Whether the API rejects the token as unauthenticated. Unlike {@link checkAccessType} it tells this apart from a missing
 * credential and from pages of somebody else, because a verification rests on it.
 */
export async function readTokenLife(
  api: GoogleApi,
  token: BoundSecret,
  signal: AbortSignal,
): Promise<
  { readonly kind: 'alive' | 'rejected' } | { readonly kind: 'unclear'; readonly reason: Reason } | { kind: 'aborted' }
> {
  const method = api.addresses.method('accessType:check');
  const result = await api.transport.send(
    { ...method, method: 'POST', bearer: token, body: { kind: 'json', value: {} }, effect: 'read' },
    signal,
  );
  if (result.kind === 'aborted') return { kind: 'aborted' };
  if (result.kind !== 'response') return { kind: 'unclear', reason: unansweredReason(result, method.url.host, []) };
  if (result.status === 200 && v.is(accessTypesSchema, parseJson(result.body))) return { kind: 'alive' };
  const error = parseGoogleError(result, api.clock.now());
  // Every error of Google names its status; a gateway's 401 may be JSON with an `error` as well, and be no evidence.
  const byGoogle = result.status === 401 && error.status === 'UNAUTHENTICATED';
  if (byGoogle && ['ACCESS_TOKEN_EXPIRED', ''].includes(error.reason)) return { kind: 'rejected' };
  return { kind: 'unclear', reason: explainError(result, method.url.host, api.clock.now(), 'consent').reason };
}

export type TokenInfoReading =
  | {
      readonly kind: 'info';
      /** Epoch milliseconds. */
      readonly expiresAt: number;
      readonly clientId: string | undefined;
      readonly scopes: readonly string[];
    }
  /** Google knows no such living token. */
  | { readonly kind: 'rejected' }
  | { readonly kind: 'unclear'; readonly reason: Reason }
  | { readonly kind: 'aborted' };

/** What `tokeninfo` says of an access token. The token travels in a header. */
export async function readTokenInfo(
  api: GoogleApi,
  token: BoundSecret,
  signal: AbortSignal,
): Promise<TokenInfoReading> {
  const { tokenInfoUrl: url } = api.addresses;
  const request: ReadRequest = {
    method: 'POST',
    url,
    pathTemplate: url.pathname,
    bearer: token,
    body: { kind: 'form', fields: {} },
    effect: 'read',
  };
  const askedAt = api.clock.now();
  const result = await readPatiently(api, request, signal);
  if (result.kind === 'aborted') return { kind: 'aborted' };
  if (result.kind !== 'response') return { kind: 'unclear', reason: unansweredReason(result, url.host, []) };
  const answer = parseJson(result.body);
  const parsed = v.safeParse(tokenInfoSchema, answer);
  if (result.status === 200 && parsed.success) {
    const { expires_in, aud, scope } = parsed.output;
    const scopes = scope.split(/\s+/).filter((one) => one !== '');
    return { kind: 'info', expiresAt: askedAt + expires_in * 1000, clientId: aud, scopes };
  }
  if (result.status === 400 && v.is(invalidTokenSchema, answer)) return { kind: 'rejected' };
  return {
    kind: 'unclear',
    reason: reason('google.tokenInfoFailed', { host: url.host, status: String(result.status) }, [{ kind: 'retry' }]),
  };
}

/** Google documents the answer as empty in one place and as `{}` in another: both are taken, and nothing else. */
export function isEmptyAnswer(body: string): boolean {
  if (body === '{}' || body.trim() === '') return true;
  const answer = parseJson(body);
  return v.is(emptySchema, answer) && !Array.isArray(answer);
}

export function unanswered(result: Exclude<HttpResult, { kind: 'response' }>, host: string): Unanswered {
  if (result.kind === 'aborted') return result;
  if (result.kind === 'not-sent')
    return { kind: 'not-sent', reason: unansweredReason(result, host, [{ kind: 'retry' }]) };
  return { kind: 'unknown', reason: unansweredReason(result, host, [{ kind: 'verify' }]) };
}
