/** `v2/accounts:revokeToken`: the checks in their order, and what becomes of the token at Apple. */
import { isIP } from 'node:net';
import { entry } from '../entry';
import { jsonAnswer, toResponse } from '../google/errors';
import { fingerprint } from '../redaction';
import type { RevocationRecord, TokenTypeName } from './api';
import { revokeToken as revokeAtApple } from './apple/grants';
import { grantOf } from './apple/world';
import { actsAs, exchangeForProject } from './codeFlow';
import { idpResponse, notImplemented } from './errors';
import { readIdToken } from './idTokens';
import type { Call, Method } from './method';
import { refuse } from './method';
import { enumName, textField } from './requestFields';
import type { IdentityPlatformService } from './service';
import type { IdentityPlatformWorld, User } from './world';
import { userKey } from './world';

const tokenTypes = ['TOKEN_TYPE_UNSPECIFIED', 'REFRESH_TOKEN', 'ACCESS_TOKEN', 'CODE'] as const;

interface Revocation {
  readonly user: User;
  readonly tokenType: TokenTypeName;
  readonly token: string;
  readonly redirectUri: string | undefined;
}

export const revokeToken: Method = {
  version: 'v2',
  name: 'accounts:revokeToken',
  rpc: 'google.cloud.identitytoolkit.v2.AuthenticationService.RevokeToken',
  body: {
    providerId: 'string',
    tokenType: {
      enumeration: 'google.cloud.identitytoolkit.v2.RevokeTokenRequest.TokenType',
      names: tokenTypes,
    },
    token: 'string',
    idToken: 'string',
    tenantId: 'string',
    redirectUri: 'string',
  },
  async run(call) {
    const { service } = call;
    const world = service.world();
    if (world.switches.emulator) return toResponse(notImplemented('identitytoolkit.accounts.revokeToken'));
    const checked = await check(call);
    if (checked instanceof Response) return checked;
    const effect = isDuplicate(world, checked) ? 'duplicate' : end(call, checked);
    if (effect instanceof Response) return effect;
    note(call, checked, effect);
    return world.switches.successBody === 'empty' ? new Response(null, { status: 200 }) : jsonAnswer({});
  },
};

/** Provider, fields, ID token, tenant, configuration. */
async function check({ service, project, directory, fields }: Call): Promise<Revocation | Response> {
  const { switches } = service.world();
  const codes = switches.fieldErrorCodes;
  const providerId = textField(fields, 'providerId');
  if (!providerId) return refuse(codes.providerId);
  if (providerId !== 'apple.com') return refuse('INVALID_PROVIDER_ID');
  const tokenType = tokenTypes.find((name) => name === enumName(fields['tokenType'], tokenTypes));
  if (tokenType === undefined || tokenType === 'TOKEN_TYPE_UNSPECIFIED') return refuse(codes.tokenType);
  const token = textField(fields, 'token');
  if (!token) return refuse(codes.token);
  const idToken = textField(fields, 'idToken');
  if (!idToken) return refuse(codes.idToken);
  const redirectUri = textField(fields, 'redirectUri') || undefined;
  if (redirectUri !== undefined && !isAcceptable(redirectUri)) return refuse(codes.redirectUri);
  if (tokenType === 'CODE' && redirectUri === undefined && switches.codeWithoutRedirectUri === 'refused') {
    return refuse(codes.redirectUri);
  }
  const read = await readIdToken(service, project, idToken);
  if (read.kind === 'refused') return refuse(read.code);
  const { tenantId } = directory;
  const tenantless = tenantId === undefined && switches.tenantlessRequest === 'from-token';
  if (!tenantless && tenantId !== read.tenantId) return refuse('TENANT_ID_MISMATCH');
  if (!project.apple || project.apple.enabled === false) return refuse('OPERATION_NOT_ALLOWED');
  return { user: read.user, tokenType, token, redirectUri };
}

/** https, a domain name, no address, not this machine. */
function isAcceptable(redirectUri: string): boolean {
  if (!URL.canParse(redirectUri)) return false;
  const { protocol, hostname } = new URL(redirectUri);
  const bare = hostname.replace(/^\[|\]$/g, '');
  return protocol === 'https:' && isIP(bare) === 0 && !/(^|\.)localhost\.?$/i.test(bare);
}

function isDuplicate(world: IdentityPlatformWorld, { user, token }: Revocation): boolean {
  const { duplicates, duplicateScope } = world.switches;
  const last = entry(world.lastSuccess, userKey(user));
  if (duplicates === 'sent' || !last || last.made !== made(world, user)) return false;
  return duplicateScope === 'user' || last.token === fingerprint(token);
}

/** A number that grows with each new token of the account's Apple user (of all Apple users, if none is linked). */
function made(world: IdentityPlatformWorld, { apple }: User): number {
  const { users } = world.apple;
  const own = apple && entry(users, apple.sub);
  const both = world.switches.newTokenIs === 'authorization';
  return (own ? [own] : Object.values(users)).reduce(
    (sum, { authorizations, tokens }) => sum + tokens + (both ? authorizations : 0),
    0,
  );
}

function end(call: Call, { tokenType, token, redirectUri }: Revocation): 'grant-ended' | 'nothing' | Response {
  const { service, project } = call;
  const { switches } = service.world();
  if (tokenType === 'CODE') {
    const exchanged = exchangeForProject(service, project, token, redirectUri ?? null);
    if (exchanged.kind === 'refused') return toResponse(idpResponse(redirectUri ?? null, exchanged.response));
    const { clientId, refreshToken } = exchanged.tokens;
    return revokeAtApple(service, refreshToken, clientId, 'identity-platform');
  }
  const owner = ownerOf(service, token);
  const clientId = owner ?? project.apple?.servicesId ?? project.apple?.bundleIds?.[0] ?? '';
  if (owner === undefined && switches.unknownAppleToken === 'invalid-idp-response') {
    return toResponse(idpResponse(null, '{"error":"invalid_grant"}'));
  }
  if (switches.revokeWithoutCodeFlow === 'invalid-idp-response' && !actsAs(service, project, clientId)) {
    return toResponse(idpResponse(null, '{"error":"invalid_client"}'));
  }
  return revokeAtApple(service, token, clientId, 'identity-platform');
}

/** The client that an Apple token was made for. */
function ownerOf(service: IdentityPlatformService, text: string): string | undefined {
  const { apple } = service.world();
  const token = entry(apple.tokens, text);
  return token && grantOf(apple, token) ? token.clientId : undefined;
}

function note(
  call: Call,
  { user, tokenType, token, redirectUri }: Revocation,
  effect: RevocationRecord['effect'],
): void {
  const world = call.service.world();
  const sent = call.fields['tokenType'];
  const tokenFingerprint = fingerprint(token);
  world.revocations.push({
    time: call.service.clock.now(),
    project: user.project,
    ...(user.tenantId === undefined ? {} : { tenantId: user.tenantId }),
    uid: user.uid,
    providerId: 'apple.com',
    tokenType,
    tokenTypeSent: typeof sent === 'number' ? sent : String(sent),
    ...(redirectUri === undefined ? {} : { redirectUri }),
    tokenFingerprint,
    via: call.via,
    effect,
  });
  world.lastSuccess[userKey(user)] = { made: made(world, user), token: tokenFingerprint };
}
