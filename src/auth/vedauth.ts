/**
 * `/vedauth/` of Trust Protection Platform: signing in with a password, refreshing with a token that works once, and
 * signing out. Every request is sent once: a refresh token that is sent a second time is a token that was spent.
 */
import * as v from 'valibot';
import type { Clock, HttpRequest, HttpResult, JsonField, Transport } from '../core/ports';
import { BoundSecret } from '../core/redact';
import { type AbandonedEnd, issueOrEnd } from './vedauthAbandoned';
import { type Answer, parseJson, readVedError } from './vedauthAnswer';

/** The API integration that signs in, and where. */
export interface VedauthClient {
  /** Origin of `/vedauth/`. */
  readonly authOrigin: string;
  readonly clientId: string;
  /** Origins the tokens will be bound to. */
  readonly boundTo: readonly string[];
  /** Id of the project in whose name it asks. */
  readonly project: string;
}

export interface VedauthPorts {
  readonly transport: Transport;
  readonly clock: Clock;
}

/** What a sign-in needs besides. */
export interface SignInPorts extends VedauthPorts {
  /** Told, once, what has become of a sign-in that was given up after its request had left. */
  readonly onAbandoned?: (end: AbandonedEnd) => void;
}

/** What an authorization has brought. Times are epoch milliseconds; `undefined` when the answer does not say. */
export interface IssuedTokens {
  readonly accessToken: BoundSecret;
  /** Works once. Absent where the integration is not renewable. */
  readonly refreshToken: BoundSecret | undefined;
  readonly accessTokenExpiresAt: number | undefined;
  /** The end of the grant: no refresh goes beyond it. */
  readonly refreshUntil: number | undefined;
  /** The prefixed universal of whoever signed in. */
  readonly identity: string | undefined;
  readonly scope: string | undefined;
}

export type VedauthFailure =
  /** `error` is an OAuth error code, or says what was there in its place. */
  | { readonly kind: 'refused'; readonly status: number; readonly error: string; readonly description: string }
  | { readonly kind: 'unanswered'; readonly result: Exclude<HttpResult, { kind: 'response' }> };

export type IssueResult = { readonly kind: 'issued'; readonly tokens: IssuedTokens } | VedauthFailure;

export type RefreshResult =
  | IssueResult
  /** Used before, revoked or expired: the service tells nobody which. */
  | { readonly kind: 'invalid-grant' };

export function vedauthUrl(authOrigin: string, path: string): URL {
  return new URL(`/vedauth/${path}`, authOrigin);
}

/**
 * `authorize/oauth`. The password is sent to `/vedauth/` alone and kept nowhere. What is issued to somebody who has given up
 * meanwhile is revoked.
 */
export async function signInWithPassword(
  client: VedauthClient,
  account: { readonly username: string; readonly password: BoundSecret; readonly scope: string },
  ports: SignInPorts,
  signal: AbortSignal,
): Promise<IssueResult> {
  const url = vedauthUrl(client.authOrigin, 'authorize/oauth');
  const { username, scope } = account;
  const fields = { client_id: client.clientId, username, scope, password: account.password };
  const { clock, onAbandoned = () => undefined } = ports;
  const issueOnce = (transport: Transport, inner: AbortSignal) =>
    issue(client, url, fields, { transport, clock }, inner);
  return issueOrEnd<IssueResult>(client, issueOnce, ports, signal, onAbandoned);
}

/** `authorize/token` with a refresh token. Whatever comes back, the token may be spent. */
export async function refreshTokens(
  client: VedauthClient,
  refreshToken: BoundSecret,
  ports: VedauthPorts,
  signal: AbortSignal,
): Promise<RefreshResult> {
  const url = vedauthUrl(client.authOrigin, 'authorize/token');
  const fields = { client_id: client.clientId, refresh_token: refreshToken };
  const result = await issue(client, url, fields, ports, signal);
  return result.kind === 'refused' && isInvalidGrant(result) ? { kind: 'invalid-grant' } : result;
}

/** A server that fails says nothing about the token, whatever its answer reads like. */
function isInvalidGrant({ status, error, description }: Extract<VedauthFailure, { kind: 'refused' }>): boolean {
  if (status !== 400 && status !== 401) return false;
  return error === 'invalid_grant' || /refresh token is invalid/i.test(description);
}

export type RevokeResult =
  | { readonly kind: 'revoked' }
  /** 202: there was nothing to revoke. */
  | { readonly kind: 'not-found' }
  | VedauthFailure;

/** `revoke/token`: ends the grant of the access token, with its refresh token. A 202 is no success. */
export async function revokeOwnToken(
  client: Pick<VedauthClient, 'authOrigin' | 'project'>,
  accessToken: BoundSecret,
  { transport }: Pick<VedauthPorts, 'transport'>,
  signal: AbortSignal,
): Promise<RevokeResult> {
  const url = vedauthUrl(client.authOrigin, 'revoke/token');
  const request: HttpRequest = {
    method: 'GET',
    url,
    pathTemplate: url.pathname,
    bearer: accessToken,
    project: client.project,
    effect: 'irreversible',
  };
  const result = await transport.send(request, signal);
  if (result.kind !== 'response') return { kind: 'unanswered', result };
  if (result.status === 200) return { kind: 'revoked' };
  return result.status === 202 ? { kind: 'not-found' } : refusal(result);
}

async function issue(
  client: VedauthClient,
  url: URL,
  fields: Readonly<Record<string, JsonField>>,
  { transport, clock }: VedauthPorts,
  signal: AbortSignal,
): Promise<IssueResult> {
  if (!Object.values(fields).every((value) => maySee(url, value))) {
    return { kind: 'unanswered', result: { kind: 'not-sent', cause: 'foreign-origin', detail: url.origin } };
  }
  // Field by field, so that an error that repeats one of the secrets is cleaned of it.
  const body = { kind: 'json-fields', fields } as const;
  // A connection of its own, and no second sending by the transport.
  const { project } = client;
  const request: HttpRequest = {
    method: 'POST',
    url,
    pathTemplate: url.pathname,
    body,
    project,
    effect: 'irreversible',
  };
  const result = await transport.send(request, signal);
  if (result.kind !== 'response') return { kind: 'unanswered', result };
  if (result.status !== 200) return refusal(result);
  const tokens = readIssuedTokens(parseJson(result.body), client.boundTo, clock.now());
  return tokens
    ? { kind: 'issued', tokens }
    : { kind: 'refused', status: 200, error: noTokenInAnswer, description: '' };
}

export const noTokenInAnswer = 'no access token in the answer';

function refusal(answer: Answer): VedauthFailure {
  const { status, error, description } = readVedError(answer);
  return { kind: 'refused', status, error: error || `HTTP ${status}`, description };
}

/** What is not understood beside the token itself counts as not said: a token must not be lost for it. */
const lenient = <T>(schema: v.GenericSchema<T>) => v.fallback(v.optional(schema), undefined);
const token = v.pipe(v.string(), v.regex(/^[\x21-\x7e]{1,16384}$/));
const seconds = v.pipe(v.union([v.number(), v.string()]), v.transform(Number), v.finite(), v.minValue(0));

const issuedSchema = v.object({
  access_token: token,
  refresh_token: lenient(token),
  expires_in: lenient(v.unknown()),
  expires: lenient(v.unknown()),
  refresh_until: lenient(v.unknown()),
  identity: lenient(v.pipe(v.string(), v.maxLength(512))),
  scope: lenient(v.pipe(v.string(), v.maxLength(1000))),
});

/** The tokens of an answer; `undefined` if there is no access token in it. `now`: epoch milliseconds. */
export function readIssuedTokens(answer: unknown, boundTo: readonly string[], now: number): IssuedTokens | undefined {
  const parsed = v.safeParse(issuedSchema, answer);
  if (!parsed.success) return undefined;
  const { access_token, refresh_token, expires_in, expires, refresh_until, identity, scope } = parsed.output;
  const lifetime = numberOf(expires_in);
  // The lifetime counts from now on, whatever the server's clock says.
  const expiresAt = lifetime === undefined ? inMilliseconds(expires) : now + lifetime * 1000;
  return {
    accessToken: new BoundSecret(access_token, boundTo),
    refreshToken: refresh_token === undefined ? undefined : new BoundSecret(refresh_token, boundTo),
    accessTokenExpiresAt: expiresAt,
    refreshUntil: inMilliseconds(refresh_until),
    identity,
    scope,
  };
}

function numberOf(value: unknown): number | undefined {
  const parsed = v.safeParse(seconds, value);
  return parsed.success ? parsed.output : undefined;
}

function inMilliseconds(value: unknown): number | undefined {
  const unix = numberOf(value);
  return unix === undefined || unix === 0 ? undefined : unix * 1000;
}

function maySee(url: URL, value: JsonField): boolean {
  return typeof value !== 'object' || !('revealFor' in value) || value.revealFor(url).kind === 'revealed';
}
