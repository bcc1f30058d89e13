/** The identity token that Apple signs for an app. */
import type { JWTPayload } from 'jose';
import { createLocalJWKSet, importJWK, jwtVerify, SignJWT } from 'jose';
import { entry } from '../../entry';
import { appleKey, publicHalf } from '../keys';
import type { IdentityPlatformService } from '../service';
import type { AppleGrant } from './world';

export const appleIssuer = 'https://appleid.apple.com';
const lifetimeSeconds = 86_400;

export interface IdentityTokenOptions {
  readonly clientId: string;
  readonly nonce?: string | undefined;
  /** E-mail is told on the first sign-in only. */
  readonly firstTime: boolean;
}

export async function mintIdentityToken(
  service: IdentityPlatformService,
  grant: AppleGrant,
  { clientId, nonce, firstTime }: IdentityTokenOptions,
): Promise<string> {
  const user = entry(service.world().apple.users, grant.sub);
  const now = Math.floor(service.clock.now() / 1000);
  const claims = {
    ...(nonce === undefined ? {} : { nonce, nonce_supported: true }),
    ...(firstTime && user ? { email: user.email, email_verified: true } : {}),
    ...(firstTime && user?.privateEmail ? { is_private_email: true } : {}),
    auth_time: now,
  };
  return new SignJWT(claims)
    .setProtectedHeader({ alg: 'RS256', kid: appleKey.kid ?? '' })
    .setIssuer(appleIssuer)
    .setSubject(grant.sub)
    .setAudience(clientId)
    .setIssuedAt(now)
    .setExpirationTime(now + lifetimeSeconds)
    .sign(await importJWK(appleKey));
}

export interface AppleClaims extends JWTPayload {
  readonly sub: string;
}

/** The claims of a token that Apple signed and that is not over; undefined for every other text. */
export async function readIdentityToken(text: string, now: number): Promise<AppleClaims | undefined> {
  try {
    const { payload } = await jwtVerify<AppleClaims>(text, createLocalJWKSet(appleKeySet()), {
      issuer: appleIssuer,
      algorithms: ['RS256'],
      requiredClaims: ['sub', 'aud', 'exp'],
      currentDate: new Date(now),
    });
    return payload;
  } catch {
    return undefined;
  }
}

export function appleKeySet(): { keys: { kty: string; [field: string]: string }[] } {
  return { keys: [{ kty: '', ...publicHalf(appleKey) }] };
}
