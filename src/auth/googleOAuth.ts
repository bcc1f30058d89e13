/**
 * Google's token endpoint, through google-auth-library. A lazy part of the bundle: loaded on the first refresh.
 *
 * Traps of the library that are dealt with here: it repeats the POST of a refresh on 5xx by itself (turned off, so that what
 * is on the wire is what was asked for); its errors print refresh token and client secret when inspected (translated here,
 * never logged or rethrown); `client.request()` refreshes and sends again silently (never used).
 */
import { OAuth2Client } from 'google-auth-library/build/src/auth/oauth2client';
import * as v from 'valibot';
import type { Clock, HttpResult, Transport } from '../core/ports';
import { BoundSecret } from '../core/redact';
import { asFetch, findTransportFailure } from '../http/fetchAdapter';

export interface RefreshRequest {
  readonly tokenUrl: URL;
  readonly clientId: string;
  readonly clientSecret: BoundSecret;
  readonly refreshToken: BoundSecret;
  /** Origins the new access token will be bound to. */
  readonly boundTo: readonly string[];
}

export type RefreshResult =
  | {
      readonly kind: 'refreshed';
      readonly accessToken: BoundSecret;
      /** Epoch milliseconds; `undefined` when the answer does not say. */
      readonly accessTokenExpiresAt: number | undefined;
      /** Epoch milliseconds; Google says this for clients in testing status (7 days). */
      readonly refreshTokenExpiresAt: number | undefined;
    }
  /** Revoked, reset or expired: the text is the same for all three. */
  | { readonly kind: 'invalid-grant' }
  /** The client id or its secret is wrong. */
  | { readonly kind: 'invalid-client' }
  /** Another answer of the token endpoint; `error` is its code or its status. */
  | { readonly kind: 'refused'; readonly status: number; readonly error: string }
  | { readonly kind: 'unanswered'; readonly result: Exclude<HttpResult, { kind: 'response' }> };

const tokensSchema = v.looseObject({
  access_token: v.pipe(v.string(), v.nonEmpty()),
  expiry_date: v.optional(v.number()),
  refresh_token_expires_in: v.optional(v.number()),
});

/** An error code of RFC 6749 §5.2 or of Google. Anything else is not handed on: a service may echo what it was sent. */
const errorSchema = v.object({ error: v.pipe(v.string(), v.regex(/^[a-z][a-z_]{1,60}$/)) });

/** Exchanges a refresh token for an access token: one request, never repeated. */
export async function refreshAccessToken(
  request: RefreshRequest,
  transport: Transport,
  clock: Clock,
  signal: AbortSignal,
): Promise<RefreshResult> {
  const refreshToken = request.refreshToken.revealFor(request.tokenUrl);
  const clientSecret = request.clientSecret.revealFor(request.tokenUrl);
  if (refreshToken.kind !== 'revealed' || clientSecret.kind !== 'revealed') {
    const detail = request.tokenUrl.origin;
    return { kind: 'unanswered', result: { kind: 'not-sent', cause: 'foreign-origin', detail } };
  }
  let answeredWith = 0;
  const sendOne: Transport['send'] = async (outgoing) => {
    // The library hands on no signal of its own, so ours is given to every request here.
    const result = await transport.send(outgoing, signal);
    if (result.kind === 'response') answeredWith = result.status;
    return result;
  };
  const client = new OAuth2Client({
    clientId: request.clientId,
    clientSecret: clientSecret.value,
    endpoints: { oauth2TokenUrl: request.tokenUrl.href },
    transporterOptions: {
      fetchImplementation: asFetch(
        { send: sendOne },
        { effect: 'read', allowedOrigins: [request.tokenUrl.origin], pathTemplate: request.tokenUrl.pathname },
      ),
    },
  });
  client.transporter.interceptors.request.add({
    resolved: async (config) => ({ ...config, retry: false, retryConfig: { retry: 0, shouldRetry: () => false } }),
  });
  client.setCredentials({ refresh_token: refreshToken.value });
  try {
    const { credentials } = await client.refreshAccessToken();
    return translateTokens(credentials, request, clock);
  } catch (error) {
    return translateFailure(error, answeredWith);
  }
}

function translateTokens(credentials: unknown, request: RefreshRequest, clock: Clock): RefreshResult {
  const tokens = v.safeParse(tokensSchema, credentials);
  if (!tokens.success) return noToken(200);
  const { access_token, expiry_date, refresh_token_expires_in } = tokens.output;
  return {
    kind: 'refreshed',
    accessToken: new BoundSecret(access_token, request.boundTo),
    // The library has turned the lifetime into a time of the system's clock; ours may be another.
    accessTokenExpiresAt: expiry_date === undefined ? undefined : clock.now() + (expiry_date - Date.now()),
    refreshTokenExpiresAt:
      refresh_token_expires_in === undefined ? undefined : clock.now() + refresh_token_expires_in * 1000,
  };
}

/** Takes from the library's error only its status and its OAuth error code; the rest of it holds secrets. */
function translateFailure(failure: unknown, answeredWith: number): RefreshResult {
  const ending = findTransportFailure(failure);
  if (ending) return { kind: 'unanswered', result: ending.result };
  const response = v.safeParse(v.object({ response: v.object({ status: v.number(), data: v.unknown() }) }), failure);
  if (!response.success) {
    // The library takes a page of status 200, as of a captive portal, for an answer, and trips over it.
    return answeredWith === 200 ? noToken(200) : { kind: 'refused', status: 0, error: 'the sign-in library failed' };
  }
  const { status, data } = response.output.response;
  const body = v.safeParse(errorSchema, typeof data === 'string' ? parseJson(data) : data);
  const error = body.success ? body.output.error : `HTTP ${status}`;
  if (error === 'invalid_grant') return { kind: 'invalid-grant' };
  if (error === 'invalid_client' || error === 'unauthorized_client') return { kind: 'invalid-client' };
  return { kind: 'refused', status, error };
}

function noToken(status: number): RefreshResult {
  return { kind: 'refused', status, error: 'no access token in the answer' };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
