/** `/auth/token`, `/auth/revoke` and `/auth/keys`. */
import type { Hono } from 'hono';
import { toResponse } from '../../google/errors';
import { appleError, appleJson } from '../errors';
import type { IdentityPlatformService } from '../service';
import { checkClientSecret } from './clientSecret';
import { exchangeCode, mintToken, refreshableGrant, revokeToken } from './grants';
import { appleKeySet, mintIdentityToken } from './identityToken';

type Form = Readonly<Record<string, string>>;

export function mountApple(app: Hono, service: IdentityPlatformService, prefix: string): void {
  app.post(`${prefix}/auth/token`, async ({ req }) => token(service, await form(req.raw)));
  app.post(`${prefix}/auth/revoke`, async ({ req }) => revoke(service, await form(req.raw)));
  app.get(`${prefix}/auth/keys`, () => appleJson(appleKeySet()));
}

async function form(request: Request): Promise<Form> {
  const isForm = /^application\/x-www-form-urlencoded\b/i.test(request.headers.get('content-type') ?? '');
  return Object.fromEntries(new URLSearchParams(isForm ? await request.text() : ''));
}

/** Parameters first, then the client: the order in which Apple complains. */
async function refusal(service: IdentityPlatformService, fields: Form, names: string[]): Promise<Response | undefined> {
  const { client_id: clientId = '', client_secret: secret = '' } = fields;
  if ([...names, 'client_id', 'client_secret'].some((name) => !fields[name])) {
    return toResponse(appleError('invalid_request'));
  }
  const client = await checkClientSecret(service.world().apple, clientId, secret, service.clock.now());
  return client ? undefined : toResponse(appleError('invalid_client'));
}

async function token(service: IdentityPlatformService, fields: Form): Promise<Response> {
  const { grant_type: grantType } = fields;
  if (!grantType) return toResponse(appleError('invalid_request'));
  if (grantType === 'authorization_code') {
    return (await refusal(service, fields, ['code'])) ?? exchange(service, fields);
  }
  if (grantType === 'refresh_token') {
    return (await refusal(service, fields, ['refresh_token'])) ?? refresh(service, fields);
  }
  return toResponse(appleError('unsupported_grant_type'));
}

async function exchange(service: IdentityPlatformService, fields: Form): Promise<Response> {
  const { client_id: clientId = '', code = '', redirect_uri: redirectUri = null } = fields;
  const exchanged = exchangeCode(service, code, clientId, redirectUri);
  if (exchanged.kind === 'refused') return toResponse(appleError('invalid_grant', exchanged.description));
  const { accessToken, refreshToken } = exchanged.tokens;
  const { nonce, firstTime } = exchanged.code;
  return appleJson({
    access_token: accessToken,
    token_type: 'Bearer',
    expires_in: 3600,
    refresh_token: refreshToken,
    id_token: await mintIdentityToken(service, exchanged.grant, { clientId, nonce, firstTime }),
  });
}

async function refresh(service: IdentityPlatformService, fields: Form): Promise<Response> {
  const { client_id: clientId = '', refresh_token: refreshToken = '' } = fields;
  const grant = refreshableGrant(service, refreshToken, clientId);
  if (!grant) return toResponse(appleError('invalid_grant', 'The token has expired or has been revoked.'));
  return appleJson({
    access_token: mintToken(service, grant, clientId, 'access'),
    token_type: 'Bearer',
    expires_in: 3600,
    id_token: await mintIdentityToken(service, grant, { clientId, firstTime: false }),
  });
}

/** 200 and nothing, also for nonsense: the answer says only that the client is who it claims to be. */
async function revoke(service: IdentityPlatformService, fields: Form): Promise<Response> {
  const refused = await refusal(service, fields, ['token']);
  if (refused) return refused;
  revokeToken(service, fields['token'] ?? '', fields['client_id'] ?? '', 'apple');
  return new Response(null, { status: 200, headers: { 'cache-control': 'no-store' } });
}
