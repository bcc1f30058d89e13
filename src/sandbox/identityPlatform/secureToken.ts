/** The token service: `/v1/token` exchanges a refresh token for an ID token. Form or JSON, camelCase or snake_case. */
import { entry } from '../entry';
import { jsonAnswer, toResponse } from '../google/errors';
import { identifyCaller } from './callers';
import { badRequest, tokenServiceError } from './errors';
import { idTokenLifetimeSeconds, mintIdToken } from './idTokens';
import type { FieldsRead, FieldType } from './requestFields';
import { parseFields, textField } from './requestFields';
import type { IdentityPlatformService } from './service';

const body: Readonly<Record<string, FieldType>> = {
  grantType: 'string',
  refreshToken: 'string',
  code: 'string',
  scope: 'string',
};

export async function grantToken(service: IdentityPlatformService, request: Request): Promise<Response> {
  const url = new URL(request.url);
  const world = service.world();
  const method = {
    service: 'securetoken.googleapis.com',
    rpc: 'google.identity.securetoken.v1.SecureToken.GrantToken',
  } as const;
  const caller = identifyCaller(world, request.headers, url.searchParams, method, service.clock.now());
  if (caller.kind === 'refused') return toResponse(caller.answer);
  const read = await readForm(request);
  if (read.kind === 'refused') return toResponse(read.answer);
  const refuse = (code: string) => toResponse(tokenServiceError(code));
  const grantType = textField(read.fields, 'grantType');
  if (!grantType) return refuse('MISSING_GRANT_TYPE');
  if (grantType !== 'refresh_token') return refuse('INVALID_GRANT_TYPE');
  const refreshToken = textField(read.fields, 'refreshToken');
  if (!refreshToken) return refuse('MISSING_REFRESH_TOKEN');
  const session = entry(world.refreshTokens, refreshToken);
  if (!session) return refuse('INVALID_REFRESH_TOKEN');
  const user = entry(world.users, session.user);
  if (!user) return refuse('USER_NOT_FOUND');
  if (user.project !== caller.project.id) return refuse('PROJECT_NUMBER_MISMATCH');
  if (user.disabled) return refuse('USER_DISABLED');
  if (session.authTime < user.validSince) return refuse('TOKEN_EXPIRED');
  const idToken = await mintIdToken(service, user, session);
  return jsonAnswer(
    {
      access_token: idToken,
      expires_in: String(idTokenLifetimeSeconds),
      token_type: 'Bearer',
      refresh_token: refreshToken,
      id_token: idToken,
      user_id: user.uid,
      project_id: caller.project.number,
    },
    200,
    { 'cache-control': 'no-cache, no-store, max-age=0, must-revalidate', pragma: 'no-cache' },
  );
}

async function readForm(request: Request): Promise<FieldsRead> {
  const contentType = request.headers.get('content-type') ?? '';
  const text = await request.text();
  if (/^application\/json\s*(;|$)/i.test(contentType)) return parseFields(text, body);
  if (text !== '' && !/^application\/x-www-form-urlencoded\b/i.test(contentType)) {
    return { kind: 'refused', answer: badRequest(`Invalid content type: ${contentType}`) };
  }
  return parseFields(JSON.stringify(Object.fromEntries(new URLSearchParams(text))), body);
}
