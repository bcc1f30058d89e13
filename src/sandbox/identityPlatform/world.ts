import type { IdentityPlatformSwitches, RevocationRecord } from './api';
import type { AppleWorld } from './apple/world';
import { emptyAppleWorld } from './apple/world';
import type { ApiKeyRestriction, RestrictedApi, SeedAppleProvider } from './seedApi';

/** Identity Platform's side of the world as plain data: a snapshot is a structured clone of it. */
export interface IdentityPlatformWorld {
  readonly projects: Record<string, Project>;
  /** By the key itself. */
  readonly apiKeys: Record<string, ApiKey>;
  /** By token. */
  readonly bearers: Record<string, Bearer>;
  /** By `userKey`. */
  readonly users: Record<string, User>;
  /** By token. */
  readonly refreshTokens: Record<string, Session>;
  readonly revocations: RevocationRecord[];
  /** By `userKey`: the last success of `revokeToken`, which makes the next ones duplicates. */
  readonly lastSuccess: Record<string, { readonly made: number; readonly token: string }>;
  readonly apple: AppleWorld;
  switches: IdentityPlatformSwitches;
}

export interface Project {
  readonly id: string;
  readonly number: string;
  readonly tenants: readonly string[];
  readonly serviceAccounts: readonly { readonly email: string; readonly publicKey: string }[];
  apple: SeedAppleProvider | null;
  passwordSignIn: boolean;
  anonymousSignIn: boolean;
  apiEnabled: boolean;
  suspended: boolean;
  quotaExceeded: boolean;
}

export interface ApiKey {
  readonly project: string;
  readonly restriction?: ApiKeyRestriction;
  readonly apis?: readonly RestrictedApi[];
}

export interface Bearer {
  readonly project?: string;
  readonly quotaProjects: readonly string[];
  readonly scopes: readonly string[];
  readonly expiresAt: number;
}

export interface User {
  readonly project: string;
  readonly tenantId?: string;
  readonly uid: string;
  readonly createdAt: number;
  email?: string;
  emailVerified: boolean;
  displayName?: string;
  passwordHash?: string;
  disabled: boolean;
  secondFactor: boolean;
  apple?: { readonly sub: string; readonly email?: string };
  claims: Record<string, unknown>;
  lastLoginAt: number;
  /** Seconds. */
  validSince: number;
}

/** A sign-in: what a refresh token stands for. */
export interface Session {
  readonly user: string;
  /** Seconds. */
  readonly authTime: number;
  readonly provider: SignInProvider;
  /** Of the custom token. */
  readonly claims: Record<string, unknown>;
}

export type SignInProvider = 'apple.com' | 'password' | 'custom' | 'anonymous';

export const hourMs = 3_600_000;

export const defaultSwitches: IdentityPlatformSwitches = {
  emulator: false,
  duplicates: 'ignored',
  duplicateScope: 'user',
  newTokenIs: 'authorization',
  unknownAppleToken: 'accepted',
  expiredAccessTokenRevokes: false,
  codeWithoutRedirectUri: 'as-apple',
  revokeWithoutCodeFlow: 'invalid-idp-response',
  tenantlessRequest: 'mismatch',
  keyInvalidForm: 'new',
  successBody: 'braces',
  emailEnumerationProtection: true,
  revokePropagationMs: 0,
  fieldErrorCodes: {
    providerId: 'INVALID_PROVIDER_ID',
    tokenType: 'INVALID_TOKEN_TYPE',
    token: 'MISSING_TOKEN',
    idToken: 'MISSING_ID_TOKEN',
    redirectUri: 'INVALID_REDIRECT_URI',
  },
};

export function emptyIdentityPlatformWorld(): IdentityPlatformWorld {
  return {
    projects: {},
    apiKeys: {},
    bearers: {},
    users: {},
    refreshTokens: {},
    revocations: [],
    lastSuccess: {},
    apple: emptyAppleWorld(),
    switches: defaultSwitches,
  };
}

export function userKey({ project, tenantId, uid }: Pick<User, 'project' | 'tenantId' | 'uid'>): string {
  return JSON.stringify([project, tenantId ?? '', uid]);
}
