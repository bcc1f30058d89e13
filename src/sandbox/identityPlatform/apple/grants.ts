/** What the user authorised at Apple, the codes and tokens that come of it, and how it ends. */
import { entry } from '../../entry';
import { mintId } from '../../ids';
import { SandboxInputError } from '../../inputError';
import { fingerprint } from '../../redaction';
import type { AppleAuthorizationRequest, AppleGrantReadout, AppleRevocationRecord } from '../api';
import type { AppleTokens } from '../seedApi';
import type { IdentityPlatformService } from '../service';
import { hourMs } from '../world';
import type { AppleClient, AppleCode, AppleGrant, AppleToken, AppleUser } from './world';
import { grantOf, liveGrant } from './world';

export const codeLifetimeMs = 300_000;

export interface Authorized {
  readonly grant: AppleGrant;
  readonly firstTime: boolean;
}

/** The user accepts the sheet of this client. Throws SandboxInputError for an unknown user or client. */
export function authorize(service: IdentityPlatformService, sub: string, clientId: string): Authorized {
  const world = service.world().apple;
  const { user, client } = parties(service, sub, clientId);
  user.authorizations += 1;
  const live = liveGrant(world, sub, client.group);
  if (live) return { grant: live, firstTime: false };
  const grant: AppleGrant = {
    id: mintId(service.ids(), 'apple-grant', sub),
    sub,
    teamId: client.teamId,
    group: client.group,
    authorizedAt: service.clock.now(),
  };
  world.grants[grant.id] = grant;
  return { grant, firstTime: true };
}

function parties(
  service: IdentityPlatformService,
  sub: string,
  clientId: string,
): { readonly user: AppleUser; readonly client: AppleClient } {
  const { users, clients } = service.world().apple;
  const user = entry(users, sub);
  if (!user) throw new SandboxInputError(`No Apple user "${sub}". Seed the user first.`);
  const client = entry(clients, clientId);
  if (!client) throw new SandboxInputError(`No Apple client "${clientId}". Seed the client first.`);
  return { user, client };
}

export function mintCode(
  service: IdentityPlatformService,
  { grant, firstTime }: Authorized,
  { clientId, redirectUri, nonce }: AppleAuthorizationRequest,
): string {
  const code = `c.sandbox-${mintId(service.ids(), 'apple-code', grant.sub)}`;
  service.world().apple.codes[code] = {
    grant: grant.id,
    clientId,
    redirectUri: redirectUri ?? null,
    ...(nonce === undefined ? {} : { nonce }),
    firstTime,
    expiresAt: service.clock.now() + codeLifetimeMs,
    used: false,
  };
  return code;
}

export function mintAppleTokens(service: IdentityPlatformService, grant: AppleGrant, clientId: string): AppleTokens {
  const refreshToken = mintToken(service, grant, clientId, 'refresh');
  return { clientId, refreshToken, accessToken: mintToken(service, grant, clientId, 'access') };
}

export function mintToken(
  service: IdentityPlatformService,
  grant: AppleGrant,
  clientId: string,
  kind: AppleToken['kind'],
): string {
  const world = service.world().apple;
  const token = `${kind === 'access' ? 'a' : 'r'}.sandbox-${mintId(service.ids(), `apple-${kind}`, grant.sub)}`;
  const expiresAt = kind === 'access' ? service.clock.now() + hourMs : null;
  world.tokens[token] = { grant: grant.id, clientId, kind, expiresAt };
  const user = entry(world.users, grant.sub);
  if (user) user.tokens += 1;
  return token;
}

export type CodeExchange =
  | { readonly kind: 'exchanged'; readonly code: AppleCode; readonly grant: AppleGrant; readonly tokens: AppleTokens }
  | { readonly kind: 'refused'; readonly description: string };

const spentCode = 'The code has expired or has been revoked.';

/** A code is good once: a refusal for another reason than its age does not use it up. */
export function exchangeCode(
  service: IdentityPlatformService,
  text: string,
  clientId: string,
  redirectUri: string | null,
): CodeExchange {
  const world = service.world().apple;
  const refused = (description: string): CodeExchange => ({ kind: 'refused', description });
  const code = entry(world.codes, text);
  const grant = code && grantOf(world, code);
  if (!code || !grant || code.used || service.clock.now() >= code.expiresAt || grant.ended) return refused(spentCode);
  if (code.clientId !== clientId) return refused(`client_id mismatch. The code was not issued to ${clientId}.`);
  if (code.redirectUri !== redirectUri) {
    return refused('The redirect_uri does not match the one of the authorization request.');
  }
  code.used = true;
  return { kind: 'exchanged', code, grant, tokens: mintAppleTokens(service, grant, clientId) };
}

/** The grant of a refresh token that this client may still use. */
export function refreshableGrant(
  service: IdentityPlatformService,
  text: string,
  clientId: string,
): AppleGrant | undefined {
  const world = service.world().apple;
  const token = entry(world.tokens, text);
  const grant = token && grantOf(world, token);
  if (!grant || token.kind !== 'refresh' || token.clientId !== clientId) return undefined;
  return !grant.ended || service.clock.now() < grant.ended.readableUntil ? grant : undefined;
}

/** Ends the grant of a token, if the token is one of this client's group. Apple answers 200 either way. */
export function revokeToken(
  service: IdentityPlatformService,
  text: string,
  clientId: string,
  via: AppleRevocationRecord['via'],
): AppleRevocationRecord['effect'] {
  const world = service.world().apple;
  const now = service.clock.now();
  const { switches } = service.world();
  const token = entry(world.tokens, text);
  const grant = token && grantOf(world, token);
  const expired = token?.expiresAt != null && now >= token.expiresAt && !switches.expiredAccessTokenRevokes;
  const own = grant?.group === entry(world.clients, clientId)?.group;
  const ends = grant !== undefined && own && !grant.ended && !expired;
  if (ends) grant.ended = { at: now, readableUntil: now + switches.revokePropagationMs };
  const effect = ends ? 'grant-ended' : 'nothing';
  world.revocations.push({ time: now, clientId, tokenFingerprint: fingerprint(text), via, effect });
  return effect;
}

export function readGrants(service: IdentityPlatformService): readonly AppleGrantReadout[] {
  return Object.values(service.world().apple.grants).map(({ sub, teamId, group, authorizedAt, ended }) => ({
    user: sub,
    teamId,
    group,
    state: ended ? 'ended' : 'authorized',
    authorizedAt,
    ...(ended ? { endedAt: ended.at } : {}),
  }));
}
