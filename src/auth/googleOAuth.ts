/**
 * Google's token endpoint and the address of its consent page, through google-auth-library. A lazy part of the bundle:
 * loaded on the first sign-in or refresh. `client.request()` is never used: it refreshes and sends again silently.
 */
import { CodeChallengeMethod, OAuth2Client } from 'google-auth-library/build/src/auth/oauth2client';
import type { Clock, Transport } from '../core/ports';
import { BoundSecret } from '../core/redact';
import { createTokenClient, noTokenInAnswer, readTokens, type TokenFailure, type Tokens } from './googleOAuthClient';

export interface RefreshRequest {
  readonly tokenUrl: URL;
  readonly clientId: string;
  readonly clientSecret: BoundSecret;
  readonly refreshToken: BoundSecret;
  /** Origins the new access token will be bound to. */
  readonly boundTo: readonly string[];
}

export type RefreshResult =
  | ({ readonly kind: 'refreshed'; readonly accessToken: BoundSecret } & TokenEnds)
  /** Revoked, reset or expired: the text is the same for all three. */
  | { readonly kind: 'invalid-grant' }
  /** The client id or its secret is wrong. */
  | { readonly kind: 'invalid-client' }
  | TokenFailure;

type TokenEnds = Pick<Tokens, 'accessTokenExpiresAt' | 'refreshTokenExpiresAt'>;

/** Exchanges a refresh token for an access token: one request, never repeated. */
export async function refreshAccessToken(
  request: RefreshRequest,
  transport: Transport,
  clock: Clock,
  signal: AbortSignal,
): Promise<RefreshResult> {
  const { tokenUrl, clientId } = request;
  const refreshToken = request.refreshToken.revealFor(tokenUrl);
  const clientSecret = request.clientSecret.revealFor(tokenUrl);
  if (refreshToken.kind !== 'revealed' || clientSecret.kind !== 'revealed') return foreignOrigin(tokenUrl);
  const endpoint = { tokenUrl, clientId, clientSecret: clientSecret.value };
  const { client, status, explain } = createTokenClient(endpoint, transport, 'read', signal);
  client.setCredentials({ refresh_token: refreshToken.value });
  try {
    const { credentials } = await client.refreshAccessToken();
    // RFC 6749 §5.1 knows 200 alone. A code is exchanged once: of that answer a token is kept, whatever its status.
    if (status() !== 200) return { kind: 'refused', status: status(), error: `HTTP ${status()}` };
    const tokens = readTokens(credentials, clock);
    if (!tokens) return noToken;
    const { accessTokenExpiresAt, refreshTokenExpiresAt } = tokens;
    const accessToken = new BoundSecret(tokens.accessToken, request.boundTo);
    return { kind: 'refreshed', accessToken, accessTokenExpiresAt, refreshTokenExpiresAt };
  } catch (error) {
    const failure = explain(error);
    if (failure.kind === 'unanswered') return failure;
    // A server that fails says nothing about the token, whatever its answer reads like.
    const clientFault = failure.status === 400 || failure.status === 401;
    if (clientFault && failure.error === 'invalid_grant') return { kind: 'invalid-grant' };
    const ofClient = failure.error === 'invalid_client' || failure.error === 'unauthorized_client';
    return ofClient ? { kind: 'invalid-client' } : failure;
  }
}

export interface AuthorizationRequest {
  readonly authUrl: URL;
  readonly tokenUrl: URL;
  readonly clientId: string;
  readonly redirectUri: string;
  readonly scopes: readonly string[];
  readonly state: string;
  readonly loginHint?: string;
}

export interface Authorization {
  /** Address of the consent page. */
  readonly url: string;
  /** PKCE's half that stays here until the code is exchanged; bound to the token endpoint. */
  readonly codeVerifier: BoundSecret;
}

/**
 * The address of the consent page, with PKCE S256. `include_granted_scopes` is never among its parameters: Data Portability
 * knows no incremental authorization.
 */
export async function prepareAuthorization(request: AuthorizationRequest): Promise<Authorization> {
  const { authUrl, tokenUrl, clientId, redirectUri, scopes, state, loginHint } = request;
  const client = new OAuth2Client({
    clientId,
    redirectUri,
    endpoints: { oauth2AuthBaseUrl: authUrl.origin + authUrl.pathname },
  });
  const { codeVerifier, codeChallenge } = await client.generateCodeVerifierAsync();
  if (codeChallenge === undefined) throw new Error('google-auth-library made no code challenge.');
  const url = client.generateAuthUrl({
    access_type: 'offline',
    prompt: 'consent',
    scope: [...scopes],
    state,
    code_challenge: codeChallenge,
    code_challenge_method: CodeChallengeMethod.S256,
    ...(loginHint === undefined ? {} : { login_hint: loginHint }),
  });
  return { url, codeVerifier: new BoundSecret(codeVerifier, [tokenUrl.origin]) };
}

export interface ExchangeRequest {
  readonly tokenUrl: URL;
  readonly clientId: string;
  readonly clientSecret: BoundSecret;
  readonly code: BoundSecret;
  readonly codeVerifier: BoundSecret;
  readonly redirectUri: string;
  /** Origins the tokens will be bound to. */
  readonly boundTo: readonly string[];
}

export type ExchangeResult =
  | ({
      readonly kind: 'exchanged';
      readonly accessToken: BoundSecret;
      readonly refreshToken: BoundSecret | undefined;
      /** What the user ticked; `undefined` when the answer does not say. */
      readonly grantedScopes: readonly string[] | undefined;
    } & TokenEnds)
  | TokenFailure;

/**
 * Exchanges an authorization code for tokens. The code works once: the request goes out once, on a connection of its own,
 * and is repeated by nobody, as a second one would be taken for theft.
 */
export async function exchangeCode(
  request: ExchangeRequest,
  transport: Transport,
  clock: Clock,
  signal: AbortSignal,
): Promise<ExchangeResult> {
  const { tokenUrl, clientId, redirectUri, boundTo } = request;
  const code = request.code.revealFor(tokenUrl);
  const codeVerifier = request.codeVerifier.revealFor(tokenUrl);
  const clientSecret = request.clientSecret.revealFor(tokenUrl);
  if (code.kind !== 'revealed' || codeVerifier.kind !== 'revealed' || clientSecret.kind !== 'revealed') {
    return foreignOrigin(tokenUrl);
  }
  const endpoint = { tokenUrl, clientId, clientSecret: clientSecret.value };
  const { client, explain } = createTokenClient(endpoint, transport, 'irreversible', signal);
  try {
    const answer = await client.getToken({
      code: code.value,
      codeVerifier: codeVerifier.value,
      redirect_uri: redirectUri,
    });
    const tokens = readTokens(answer.tokens, clock);
    if (!tokens) return noToken;
    const { accessToken, refreshToken, scope, accessTokenExpiresAt, refreshTokenExpiresAt } = tokens;
    return {
      kind: 'exchanged',
      accessToken: new BoundSecret(accessToken, boundTo),
      refreshToken: refreshToken === undefined ? undefined : new BoundSecret(refreshToken, boundTo),
      grantedScopes: scope?.split(/\s+/).filter((one) => one !== ''),
      accessTokenExpiresAt,
      refreshTokenExpiresAt,
    };
  } catch (error) {
    return explain(error);
  }
}

const noToken: TokenFailure = { kind: 'refused', status: 200, error: noTokenInAnswer };

function foreignOrigin(tokenUrl: URL): TokenFailure {
  return { kind: 'unanswered', result: { kind: 'not-sent', cause: 'foreign-origin', detail: tokenUrl.origin } };
}
