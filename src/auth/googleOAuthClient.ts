/**
 * google-auth-library's client as it is used here: for one request, through our transport, and with its errors translated.
 *
 * Traps of the library that are dealt with here: what it sends by repeats POSTs on 5xx, and throws errors that print tokens,
 * codes and the client secret when inspected (ours takes its place: what is on the wire is what was asked for); its own
 * logging, which `GOOGLE_SDK_NODE_LOGGING` switches on, prints the tokens of every answer (left out).
 */
import { OAuth2Client } from 'google-auth-library/build/src/auth/oauth2client';
import * as v from 'valibot';
import type { Clock, HttpRequest, HttpResult, Transport } from '../core/ports';
import { findTransportFailure } from '../http/fetchAdapter';
import { RefusedAnswer, tokenTransporter } from './tokenTransporter';

export interface TokenEndpoint {
  readonly tokenUrl: URL;
  readonly clientId: string;
  readonly clientSecret: string;
}

export interface TokenClient {
  readonly client: OAuth2Client;
  /** Status of the answer; 0 before it. The library takes any of 2xx for a success. */
  status(): number;
  /** What the library's error means. */
  explain(failure: unknown): TokenFailure;
}

export type TokenFailure =
  /** `error` is an OAuth error code, or says what was there in its place; `status` is 0 for a defect of the library. */
  | { readonly kind: 'refused'; readonly status: number; readonly error: string }
  | { readonly kind: 'unanswered'; readonly result: Exclude<HttpResult, { kind: 'response' }> };

export interface Tokens {
  readonly accessToken: string;
  readonly refreshToken: string | undefined;
  readonly scope: string | undefined;
  /** Epoch milliseconds by the given clock; `undefined` when the answer does not say. */
  readonly accessTokenExpiresAt: number | undefined;
  /** Epoch milliseconds; Google says this for clients in testing status (7 days). */
  readonly refreshTokenExpiresAt: number | undefined;
}

export const noTokenInAnswer = 'no access token in the answer';

/** A client for one request to the token endpoint. */
export function createTokenClient(
  endpoint: TokenEndpoint,
  transport: Transport,
  effect: HttpRequest['effect'],
  signal: AbortSignal,
): TokenClient {
  const { tokenUrl, clientId, clientSecret } = endpoint;
  let answeredWith = 0;
  const answered = (status: number): void => {
    answeredWith = status;
  };
  const client = new OAuth2Client({
    clientId,
    clientSecret,
    endpoints: { oauth2TokenUrl: tokenUrl.href },
    useAuthRequestParameters: false,
    transporter: tokenTransporter({ tokenUrl, transport, effect, signal, answered }),
  });
  return { client, status: () => answeredWith, explain: (failure) => explainFailure(failure, answeredWith) };
}

/** What is not understood beside the token itself counts as not said: a token must not be lost for it. */
const lenient = <T>(schema: v.GenericSchema<T>) => v.fallback(v.optional(schema), undefined);

const tokensSchema = v.looseObject({
  access_token: v.pipe(v.string(), v.nonEmpty()),
  refresh_token: lenient(v.pipe(v.string(), v.nonEmpty())),
  scope: lenient(v.string()),
  expiry_date: lenient(v.number()),
  refresh_token_expires_in: lenient(v.number()),
});

/** Reads what the library made of an answer; `undefined` if there is no access token in it. */
export function readTokens(credentials: unknown, clock: Clock): Tokens | undefined {
  const parsed = v.safeParse(tokensSchema, credentials);
  if (!parsed.success) return undefined;
  const { access_token, refresh_token, scope, expiry_date, refresh_token_expires_in } = parsed.output;
  return {
    accessToken: access_token,
    refreshToken: refresh_token,
    scope,
    // The library has turned the lifetime into a time of the system's clock; ours may be another.
    accessTokenExpiresAt: expiry_date === undefined ? undefined : clock.now() + (expiry_date - Date.now()),
    refreshTokenExpiresAt:
      refresh_token_expires_in === undefined ? undefined : clock.now() + refresh_token_expires_in * 1000,
  };
}

/** An error code of RFC 6749 §5.2 or of Google. Anything else is not handed on: a service may echo what it was sent. */
const errorCode = v.pipe(v.string(), v.regex(/^[a-z][a-z_]{1,60}$/));
const errorSchema = v.object({ error: errorCode, error_subtype: v.optional(errorCode) });

/** Takes from the answer only its status and its OAuth error code; the rest of it may hold secrets. */
function explainFailure(failure: unknown, answeredWith: number): TokenFailure {
  const ending = findTransportFailure(failure);
  if (ending) return { kind: 'unanswered', result: ending.result };
  if (!(failure instanceof RefusedAnswer)) {
    // The library takes a page of status 200, as of a captive portal, for an answer, and trips over it.
    return answeredWith === 200
      ? { kind: 'refused', status: 200, error: noTokenInAnswer }
      : { kind: 'refused', status: 0, error: 'the sign-in library failed' };
  }
  const { status, data } = failure;
  const body = v.safeParse(errorSchema, typeof data === 'string' ? parseJson(data) : data);
  if (!body.success) return { kind: 'refused', status, error: `HTTP ${status}` };
  // A subtype changes the meaning: `invalid_grant` of `invalid_rapt` asks for a new sign-in of a token that is alive.
  const { error, error_subtype: subtype } = body.output;
  return { kind: 'refused', status, error: subtype === undefined ? error : `${error} (${subtype})` };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
