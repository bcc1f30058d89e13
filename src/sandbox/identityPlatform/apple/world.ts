import { entry } from '../../entry';
import type { AppleRevocationRecord } from '../api';

/** Apple's side of the world as plain data. */
export interface AppleWorld {
  /** By `sub`. */
  readonly users: Record<string, AppleUser>;
  readonly clients: Record<string, AppleClient>;
  /** By key id. Public halves only. */
  readonly keys: Record<string, AppleKey>;
  /** By id, dead ones included: an authorisation after a revocation is a new grant. */
  readonly grants: Record<string, AppleGrant>;
  readonly codes: Record<string, AppleCode>;
  readonly tokens: Record<string, AppleToken>;
  readonly revocations: AppleRevocationRecord[];
}

export interface AppleUser {
  readonly sub: string;
  readonly email: string;
  readonly name?: string;
  readonly privateEmail: boolean;
  /** How many were made so far: what tells a duplicate of a revocation from a new one. */
  authorizations: number;
  tokens: number;
}

export interface AppleClient {
  readonly clientId: string;
  readonly teamId: string;
  readonly group: string;
}

export interface AppleKey {
  readonly keyId: string;
  readonly teamId: string;
  /** SPKI PEM. */
  readonly publicKey: string;
}

export interface AppleGrant {
  readonly id: string;
  readonly sub: string;
  readonly teamId: string;
  readonly group: string;
  readonly authorizedAt: number;
  /** Gone from `at`; refresh tokens are still taken until `readableUntil`. */
  ended?: { readonly at: number; readonly readableUntil: number };
}

export interface AppleCode {
  readonly grant: string;
  readonly clientId: string;
  /** null: a native sign-in. */
  readonly redirectUri: string | null;
  readonly nonce?: string;
  readonly firstTime: boolean;
  readonly expiresAt: number;
  used: boolean;
}

export interface AppleToken {
  readonly grant: string;
  readonly clientId: string;
  readonly kind: 'access' | 'refresh';
  /** null: until the grant ends. */
  readonly expiresAt: number | null;
}

export function emptyAppleWorld(): AppleWorld {
  return { users: {}, clients: {}, keys: {}, grants: {}, codes: {}, tokens: {}, revocations: [] };
}

export function liveGrant(world: AppleWorld, sub: string, group: string): AppleGrant | undefined {
  return Object.values(world.grants).find((grant) => grant.sub === sub && grant.group === group && !grant.ended);
}

export function grantOf(world: AppleWorld, { grant }: { readonly grant: string }): AppleGrant | undefined {
  return entry(world.grants, grant);
}
