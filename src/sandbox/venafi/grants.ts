/** Grants and their tokens: who holds what, until when. */
import type { IdSequence } from '../ids';
import { mintId } from '../ids';
import type { GrantFilter, IssuedTokens } from './api';
import type { Application, Grant, Identity, VenafiWorld } from './world';
import { entry, findApplication, identityKey } from './world';

export interface NewGrant {
  readonly identity: Identity;
  readonly application: Application;
  readonly scope: string;
  readonly issuedAt: number;
}

export function addGrant(world: VenafiWorld, ids: IdSequence, fresh: NewGrant): Grant {
  const { identity, application, scope, issuedAt } = fresh;
  const grantee = identityKey(identity.prefixedUniversal);
  const { grantValidityS } = application;
  const grant: Grant = {
    id: mintId(ids, 'grant', `${grantee}|${application.id}`),
    grantee,
    application: application.id,
    scope,
    issuedAt,
    expiresAt: grantValidityS === null ? null : issuedAt + grantValidityS * 1000,
    accessIssuedAt: issuedAt,
    accessToken: '',
    refreshToken: null,
  };
  world.grants[grant.id] = grant;
  return grant;
}

/** A new pair of tokens for a grant. */
export function issueTokens(world: VenafiWorld, ids: IdSequence, grant: Grant, now: number): IssuedTokens {
  const application = findApplication(world, grant.application);
  const owner = `${grant.grantee}|${grant.application}`;
  const accessToken = `tpp-sandbox-${mintId(ids, 'access', owner)}==`;
  const ends = now + (application?.accessValidityS ?? 0) * 1000;
  const expiresAt = Math.min(ends, grant.expiresAt ?? Number.POSITIVE_INFINITY);
  world.accessTokens[accessToken] = { grant: grant.id, issuedAt: now, expiresAt };
  grant.accessIssuedAt = now;
  grant.accessToken = accessToken;
  grant.refreshToken = null;
  if (!application?.renewable) return { accessToken, accessTokenExpiresAt: expiresAt };
  const refreshToken = `tpp-sandbox-${mintId(ids, 'refresh', owner)}==`;
  world.refreshTokens[refreshToken] = { grant: grant.id, accessToken, used: false };
  grant.refreshToken = refreshToken;
  return { accessToken, refreshToken, accessTokenExpiresAt: expiresAt };
}

/** `ended` is what a revocation did; `seen` goes on while it propagates. */
function isLive(grant: Grant, view: 'truth' | 'seen', now: number): boolean {
  if (grant.expiresAt !== null && now >= grant.expiresAt) return false;
  return !grant.ended || (view === 'seen' && now < grant.ended.seenUntil);
}

/** Oldest first. `truth` is what the sandbox knows, `seen` what the service says while a revocation propagates. */
export function grantsOf(world: VenafiWorld, filter: GrantFilter, view: 'truth' | 'seen', now: number): Grant[] {
  const grantee = filter.grantee === undefined ? undefined : identityKey(filter.grantee);
  return Object.values(world.grants).filter(
    (grant) =>
      isLive(grant, view, now) &&
      (grantee === undefined || grant.grantee === grantee) &&
      (filter.application === undefined || grant.application === filter.application),
  );
}

export function endGrants(grants: readonly Grant[], now: number, propagationMs: number): void {
  for (const grant of grants) grant.ended = { at: now, seenUntil: now + propagationMs };
}

export interface LiveToken {
  readonly grant: Grant;
  readonly issuedAt: number;
}

/** `seen`: tokens of a grant that was just revoked still read. Nothing that changes the world may be done with them. */
export function lookUpAccessToken(
  world: VenafiWorld,
  token: string,
  view: 'truth' | 'seen',
  now: number,
): LiveToken | undefined {
  const known = entry(world.accessTokens, token);
  const grant = known && world.grants[known.grant];
  if (!known || !grant || now >= known.expiresAt || !isLive(grant, view, now)) return undefined;
  return { grant, issuedAt: known.issuedAt };
}

/** Spends a refresh token. undefined: unknown, used before, somebody else's, or its grant is gone. */
export function spendRefreshToken(
  world: VenafiWorld,
  ids: IdSequence,
  request: { readonly token: string; readonly clientId: string },
  now: number,
): { readonly grant: Grant; readonly tokens: IssuedTokens } | undefined {
  const known = entry(world.refreshTokens, request.token);
  const grant = known && world.grants[known.grant];
  if (!known || !grant || grant.application !== request.clientId || !isLive(grant, 'truth', now)) return undefined;
  if (known.used) {
    if (world.switches.refreshReuse === 'revokes-grant') endGrants([grant], now, 0);
    return undefined;
  }
  known.used = true;
  const before = world.accessTokens[known.accessToken];
  if (before && world.switches.accessTokenAfterRefresh === 'dies') before.expiresAt = Math.min(before.expiresAt, now);
  return { grant, tokens: issueTokens(world, ids, grant, now) };
}
