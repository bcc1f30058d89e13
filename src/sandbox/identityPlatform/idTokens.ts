/** The ID tokens of Identity Platform: made, refreshed and read. */
import type { JWTPayload } from 'jose';
import { createLocalJWKSet, decodeJwt, importJWK, jwtVerify, SignJWT } from 'jose';
import { entry } from '../entry';
import { mintId } from '../ids';
import { googleKey, publicHalf } from './keys';
import type { IdentityPlatformService } from './service';
import type { Project, Session, SignInProvider, User } from './world';
import { userKey } from './world';

export const idTokenLifetimeSeconds = 3600;

export interface IssuedTokens {
  readonly idToken: string;
  readonly refreshToken: string;
  /** Seconds, as text. */
  readonly expiresIn: string;
}

/** A sign-in: a session begins, with a refresh token and a first ID token. */
export async function issueTokens(
  service: IdentityPlatformService,
  user: User,
  provider: SignInProvider,
  claims: Record<string, unknown> = {},
): Promise<IssuedTokens> {
  user.lastLoginAt = service.clock.now();
  const { refreshToken, session } = beginSession(service, user, provider, claims);
  return {
    idToken: await mintIdToken(service, user, session),
    refreshToken,
    expiresIn: String(idTokenLifetimeSeconds),
  };
}

export function beginSession(
  service: IdentityPlatformService,
  user: User,
  provider: SignInProvider,
  claims: Record<string, unknown> = {},
): { readonly refreshToken: string; readonly session: Session } {
  const key = userKey(user);
  const session = { user: key, authTime: Math.floor(service.clock.now() / 1000), provider, claims };
  const id = mintId(service.ids(), 'session', key);
  const refreshToken = service.world().switches.emulator
    ? emulatorRefreshToken(user, session, id)
    : `AMf-sandbox-${id}`;
  service.world().refreshTokens[refreshToken] = session;
  return { refreshToken, session };
}

/** The emulator's refresh tokens can be told from real ones. */
function emulatorRefreshToken(user: User, { provider, claims }: Session, id: string): string {
  const content = {
    _AuthEmulatorRefreshToken: 'DO NOT MODIFY',
    localId: user.uid,
    provider,
    extraClaims: claims,
    projectId: user.project,
    ...(user.tenantId === undefined ? {} : { tenantId: user.tenantId }),
    sandbox: id,
  };
  return Buffer.from(JSON.stringify(content)).toString('base64');
}

export async function mintIdToken(service: IdentityPlatformService, user: User, session: Session): Promise<string> {
  const now = Math.floor(service.clock.now() / 1000);
  const { emulator } = service.world().switches;
  const payload = {
    ...user.claims,
    ...session.claims,
    ...(user.displayName === undefined ? {} : { name: user.displayName }),
    ...(session.provider === 'anonymous' ? { provider_id: 'anonymous' } : {}),
    iss: `https://securetoken.google.com/${user.project}`,
    aud: user.project,
    auth_time: session.authTime,
    user_id: user.uid,
    sub: user.uid,
    iat: now,
    exp: now + idTokenLifetimeSeconds,
    ...(user.email === undefined ? {} : { email: user.email, email_verified: user.emailVerified }),
    firebase: {
      identities: {
        ...(user.apple ? { 'apple.com': [user.apple.sub] } : {}),
        ...(user.email === undefined ? {} : { email: [user.email] }),
      },
      sign_in_provider: session.provider,
      ...(user.tenantId === undefined ? {} : { tenant: user.tenantId }),
    },
  };
  if (emulator) return unsigned(payload);
  return new SignJWT(payload)
    .setProtectedHeader({ alg: 'RS256', kid: googleKey.kid ?? '', typ: 'JWT' })
    .sign(await importJWK(googleKey));
}

/** Written by hand: `UnsecuredJWT` leaves out the `typ` that the emulator writes. */
function unsigned(payload: object): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'none', typ: 'JWT' })}.${part(payload)}.`;
}

export type IdTokenRead =
  | { readonly kind: 'user'; readonly user: User; readonly tenantId: string | undefined }
  | {
      readonly kind: 'refused';
      readonly code: 'INVALID_ID_TOKEN' | 'TOKEN_EXPIRED' | 'USER_NOT_FOUND' | 'USER_DISABLED';
    };

/** Whose token it is, in the order of complaints: form and project, age, user, sessions. */
export async function readIdToken(
  service: IdentityPlatformService,
  project: Project,
  token: string,
): Promise<IdTokenRead> {
  const refused = (code: Extract<IdTokenRead, { kind: 'refused' }>['code']): IdTokenRead => ({ kind: 'refused', code });
  const now = service.clock.now();
  const world = service.world();
  const claims = world.switches.emulator ? readUnchecked(token) : await readSigned(token);
  const { sub, aud, exp, auth_time: authTime, firebase } = claims ?? {};
  if (typeof sub !== 'string' || aud !== project.id || typeof exp !== 'number' || typeof authTime !== 'number') {
    return refused('INVALID_ID_TOKEN');
  }
  if (exp <= now / 1000) return refused('TOKEN_EXPIRED');
  const tenantId = tenantOf(firebase);
  const user = entry(world.users, userKey({ project: project.id, uid: sub, ...(tenantId ? { tenantId } : {}) }));
  if (!user) return refused('USER_NOT_FOUND');
  if (user.disabled) return refused('USER_DISABLED');
  if (authTime < user.validSince) return refused('TOKEN_EXPIRED');
  return { kind: 'user', user, tenantId };
}

function tenantOf(firebase: unknown): string | undefined {
  const tenant =
    typeof firebase === 'object' && firebase !== null && 'tenant' in firebase ? firebase.tenant : undefined;
  return typeof tenant === 'string' ? tenant : undefined;
}

async function readSigned(token: string): Promise<JWTPayload | undefined> {
  try {
    // The age is judged by the caller, who has a code of its own for it.
    const { payload } = await jwtVerify(token, createLocalJWKSet(googleKeySet()), {
      algorithms: ['RS256'],
      currentDate: new Date(0),
    });
    return String(payload.iss).startsWith('https://securetoken.google.com/') ? payload : undefined;
  } catch {
    return undefined;
  }
}

/** The emulator believes every token that can be read at all. */
export function readUnchecked(token: string): JWTPayload | undefined {
  try {
    return decodeJwt(token);
  } catch {
    return undefined;
  }
}

export function googleKeySet(): { keys: { kty: string; [field: string]: string }[] } {
  return { keys: [{ kty: '', ...publicHalf(googleKey) }] };
}
