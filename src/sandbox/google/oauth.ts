/** `/token`, `/revoke` and `/tokeninfo`, which take forms and answer as RFC 6749 and RFC 7009 say. */
import { timingSafeEqual } from 'node:crypto';
import type { Hono } from 'hono';
import { bearerToken } from '../redaction';
import { credentialExpiresAt, revokeGrant } from './consents';
import { jsonAnswer, oauthError, toResponse } from './errors';
import type { GoogleService } from './service';
import {
  accessTokenLifetimeMs,
  challengeOf,
  credentialUsable,
  lookUpAccessToken,
  lookUpRefreshToken,
  mintAccessToken,
  mintRefreshToken,
} from './tokens';
import type { Client, Credential } from './world';
import { findClient } from './world';

type ClientCheck =
  | { readonly kind: 'client'; readonly client: Client }
  | { readonly kind: 'refused'; readonly answer: Response };

export function mountOAuth(app: Hono, service: GoogleService): void {
  app.post('/token', async ({ req }) => token(service, await form(req.raw), req.raw.headers.get('authorization')));
  app.post('/revoke', async ({ req }) => revoke(service, await form(req.raw)));
  for (const method of ['GET', 'POST']) {
    app.on(method, '/tokeninfo', async ({ req }) =>
      tokenInfo(service, bearerToken(req.raw.headers.get('authorization')), await form(req.raw)),
    );
  }
}

/** The form in the body, after it the query: the official client sends a token to revoke in the address. */
async function form(request: Request): Promise<URLSearchParams> {
  const isForm = /^application\/x-www-form-urlencoded\b/i.test(request.headers.get('content-type') ?? '');
  const fields = new URLSearchParams(isForm ? await request.text() : '');
  for (const [name, value] of new URL(request.url).searchParams) if (!fields.has(name)) fields.append(name, value);
  return fields;
}

function refuse(status: number, error: string, description?: string): Response {
  return toResponse(oauthError(status, error, description));
}

function sameText(one: string, other: string): boolean {
  const [left, right] = [Buffer.from(one), Buffer.from(other)];
  return left.length === right.length && timingSafeEqual(left, right);
}

function checkClient(service: GoogleService, fields: URLSearchParams, authorization: string | null): ClientCheck {
  const basic = /^Basic +(\S+)$/i.exec(authorization ?? '')?.[1];
  const [basicId, ...basicSecret] = basic ? Buffer.from(basic, 'base64').toString('utf8').split(':') : [];
  const id = fields.get('client_id') ?? basicId;
  const secret = fields.get('client_secret') ?? (basic ? basicSecret.join(':') : undefined);
  const refused = (answer: Response): ClientCheck => ({ kind: 'refused', answer });
  if (!id) return refused(refuse(400, 'invalid_request', 'Could not determine client ID from request.'));
  const found = findClient(service.world(), id);
  if (!found) return refused(refuse(401, 'invalid_client', 'The OAuth client was not found.'));
  if (!secret) return refused(refuse(400, 'invalid_request', 'client_secret is missing.'));
  if (!sameText(secret, found.client.secret)) {
    return refused(refuse(401, 'invalid_client', 'The provided client secret is invalid.'));
  }
  return { kind: 'client', client: found.client };
}

function token(service: GoogleService, fields: URLSearchParams, authorization: string | null): Response {
  const grantType = fields.get('grant_type') ?? '';
  if (grantType !== 'authorization_code' && grantType !== 'refresh_token') {
    return refuse(400, 'unsupported_grant_type', `Invalid grant_type: ${grantType}`);
  }
  const checked = checkClient(service, fields, authorization);
  if (checked.kind === 'refused') return checked.answer;
  return grantType === 'refresh_token'
    ? refresh(service, fields, checked.client)
    : exchangeCode(service, fields, checked.client);
}

function refresh(service: GoogleService, fields: URLSearchParams, client: Client): Response {
  const refreshToken = fields.get('refresh_token');
  if (!refreshToken) return refuse(400, 'invalid_request', 'Missing required parameter: refresh_token');
  const credential = lookUpRefreshToken(service.world(), refreshToken, service.clock.now());
  // One text for revoked, reset, expired and somebody else's token: the service tells nobody which it was.
  if (credential?.clientId !== client.id) {
    return refuse(400, 'invalid_grant', 'Token has been expired or revoked.');
  }
  return tokenAnswer(service, credential);
}

function exchangeCode(service: GoogleService, fields: URLSearchParams, client: Client): Response {
  const world = service.world();
  const now = service.clock.now();
  const text = fields.get('code');
  if (!text) return refuse(400, 'invalid_request', 'Missing required parameter: code');
  const code = Object.hasOwn(world.codes, text) ? world.codes[text] : undefined;
  const credential = code && world.credentials[code.credential];
  if (!code || !credential) return refuse(400, 'invalid_grant', 'Malformed auth code.');
  if (code.used || code.clientId !== client.id || now >= code.expiresAt) {
    return refuse(400, 'invalid_grant', 'Bad Request');
  }
  if (fields.get('redirect_uri') !== code.redirectUri) return refuse(400, 'redirect_uri_mismatch', 'Bad Request');
  if (code.challenge) {
    const verifier = fields.get('code_verifier');
    if (!verifier) return refuse(400, 'invalid_grant', 'Missing code verifier.');
    if (!sameText(challengeOf(verifier, code.challenge.method), code.challenge.value)) {
      return refuse(400, 'invalid_grant', 'Invalid code verifier.');
    }
  }
  code.used = true;
  if (!credentialUsable(world, credential, 'write', now)) return refuse(400, 'invalid_grant', 'Bad Request');
  const refreshToken = credential.online ? undefined : mintRefreshToken(world, service.ids(), credential);
  return tokenAnswer(service, credential, refreshToken);
}

function tokenAnswer(service: GoogleService, credential: Credential, refreshToken?: string): Response {
  const now = service.clock.now();
  const world = service.world();
  const left = credentialExpiresAt(world, credential) - now;
  const body = {
    access_token: mintAccessToken(world, service.ids(), credential, now),
    expires_in: Math.floor(Math.min(accessTokenLifetimeMs, left) / 1000),
    ...(refreshToken ? { refresh_token: refreshToken } : {}),
    ...(credential.online ? {} : { refresh_token_expires_in: Math.floor(left / 1000) }),
    scope: credential.scopes.join(' '),
    token_type: 'Bearer',
  };
  return jsonAnswer(body, 200, {
    'cache-control': 'no-cache, no-store, max-age=0, must-revalidate',
    pragma: 'no-cache',
  });
}

function revoke(service: GoogleService, fields: URLSearchParams): Response {
  const text = fields.get('token');
  if (!text) return refuse(400, 'invalid_request', 'Missing required parameter: token');
  const world = service.world();
  const now = service.clock.now();
  const access = lookUpAccessToken(world, text, 'write', now);
  const candidate = access.kind === 'live' ? access.credential : lookUpRefreshToken(world, text, now);
  if (!candidate || !credentialUsable(world, candidate, 'write', now)) {
    return refuse(400, 'invalid_token', 'Token expired or revoked');
  }
  revokeGrant(world, { user: candidate.user, project: candidate.project }, candidate.clientId, now);
  return jsonAnswer({});
}

function tokenInfo(service: GoogleService, bearer: string | undefined, fields: URLSearchParams): Response {
  const text = fields.get('access_token') ?? bearer;
  if (!text) return refuse(400, 'invalid_request', 'Missing required parameter: access_token');
  const now = service.clock.now();
  const found = lookUpAccessToken(service.world(), text, 'read', now);
  if (found.kind !== 'live') return refuse(400, 'invalid_token', 'Invalid Value');
  const { credential, expiresAt } = found;
  // Never `sub` or `email`: these scopes cannot be mixed with the ones that would allow it.
  return jsonAnswer({
    azp: credential.clientId,
    aud: credential.clientId,
    scope: credential.scopes.join(' '),
    exp: String(Math.floor(expiresAt / 1000)),
    expires_in: String(Math.floor((expiresAt - now) / 1000)),
    access_type: credential.online ? 'online' : 'offline',
  });
}
