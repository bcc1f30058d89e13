import { createHash } from 'node:crypto';
import type { IdSequence } from '../ids';
import { mintId } from '../ids';
import type { AccessChoice } from './api';
import { credentialExpiresAt } from './consents';
import type { AuthorizationCode, Credential, GoogleWorld } from './world';
import { pairRecord } from './world';

/** Google's access tokens say 3599, not 3600. */
export const accessTokenLifetimeMs = 3_599_000;
const codeLifetimeMs = 600_000;

export interface NewCredential {
  readonly user: string;
  readonly project: string;
  readonly clientId: string;
  readonly scopes: readonly string[];
  readonly access: Record<string, AccessChoice>;
  readonly online: boolean;
}

export function addCredential(world: GoogleWorld, ids: IdSequence, consent: NewCredential, now: number): Credential {
  const credential: Credential = { id: mintId(ids, 'credential', owner(consent)), ...consent, grantedAt: now };
  world.credentials[credential.id] = credential;
  pairRecord(world, consent).credentials.push(credential.id);
  return credential;
}

function owner(credential: { readonly user: string; readonly clientId: string }): string {
  return `${credential.user}|${credential.clientId}`;
}

export function mintAccessToken(world: GoogleWorld, ids: IdSequence, credential: Credential, now: number): string {
  const token = `ya29.sandbox-${mintId(ids, 'access', owner(credential))}`;
  world.accessTokens[token] = {
    credential: credential.id,
    expiresAt: Math.min(now + accessTokenLifetimeMs, credentialExpiresAt(world, credential)),
  };
  return token;
}

export function mintRefreshToken(world: GoogleWorld, ids: IdSequence, credential: Credential): string {
  const token = `1//sandbox-${mintId(ids, 'refresh', owner(credential))}`;
  world.refreshTokens[token] = { credential: credential.id };
  return token;
}

export function mintCode(
  world: GoogleWorld,
  ids: IdSequence,
  credential: Credential,
  request: Pick<AuthorizationCode, 'redirectUri' | 'challenge'>,
  now: number,
): string {
  const code = `4/0sandbox-${mintId(ids, 'code', owner(credential))}`;
  world.codes[code] = {
    credential: credential.id,
    clientId: credential.clientId,
    redirectUri: request.redirectUri,
    challenge: request.challenge,
    expiresAt: now + codeLifetimeMs,
    used: false,
  };
  return code;
}

export function challengeOf(verifier: string, method: 'S256' | 'plain'): string {
  return method === 'plain' ? verifier : createHash('sha256').update(verifier).digest('base64url');
}

/**
 * `write` ends with the grant. `read` goes on while a reset propagates, which is why a token that still reads says nothing
 * about a reset that was just answered.
 */
export type TokenUse = 'read' | 'write';

export function credentialUsable(world: GoogleWorld, credential: Credential, use: TokenUse, now: number): boolean {
  if (now >= credentialExpiresAt(world, credential)) return false;
  return !credential.ended || (use === 'read' && now < credential.ended.readableUntil);
}

export type TokenLookup =
  | { readonly kind: 'live'; readonly credential: Credential; readonly expiresAt: number }
  | { readonly kind: 'dead' }
  | { readonly kind: 'unknown' };

export function lookUpAccessToken(world: GoogleWorld, token: string, use: TokenUse, now: number): TokenLookup {
  const known = world.accessTokens[token];
  const credential = known && world.credentials[known.credential];
  if (!known || !credential) return { kind: 'unknown' };
  if (now >= known.expiresAt || !credentialUsable(world, credential, use, now)) return { kind: 'dead' };
  return { kind: 'live', credential, expiresAt: known.expiresAt };
}

export function lookUpRefreshToken(world: GoogleWorld, token: string, now: number): Credential | undefined {
  const credential = world.credentials[world.refreshTokens[token]?.credential ?? ''];
  return credential && credentialUsable(world, credential, 'read', now) ? credential : undefined;
}
