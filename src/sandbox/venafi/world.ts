import type { GlobalRole, RevocationRecord, VenafiSwitches } from './api';

/** The Venafi side of the world as plain data: a snapshot is a structured clone of it. */
export interface VenafiWorld {
  /** By prefixed universal without braces. */
  readonly identities: Record<string, Identity>;
  readonly applications: Record<string, Application>;
  /** Dead ones included. */
  readonly grants: Record<string, Grant>;
  readonly accessTokens: Record<string, AccessToken>;
  readonly refreshTokens: Record<string, RefreshToken>;
  /** By device code. */
  readonly devices: Record<string, DeviceAuthorization>;
  readonly revocations: RevocationRecord[];
  switches: VenafiSwitches;
}

export interface Identity {
  /** As shown, braces included. */
  readonly prefixedUniversal: string;
  name: string;
  fullName: string;
  password: string | null;
  role: GlobalRole;
  readonly group: 'security' | 'distribution' | null;
  /** Keys of `identities`. */
  readonly memberOf: readonly string[];
}

export interface Application {
  readonly id: string;
  name: string;
  description: string;
  vendor: string;
  scope: string;
  /** Keys of `identities`. */
  owners: readonly string[];
  maintainers: readonly string[];
  accessValidityS: number;
  grantValidityS: number | null;
  renewable: boolean;
}

export interface Grant {
  readonly id: string;
  /** Key of `identities`. */
  readonly grantee: string;
  readonly application: string;
  readonly scope: string;
  readonly issuedAt: number;
  readonly expiresAt: number | null;
  accessIssuedAt: number;
  /** The newest ones: a grant shows them when the switch says so. */
  accessToken: string;
  refreshToken: string | null;
  /** Set by a revocation: the grant is gone from `at`, and still seen until `seenUntil`. */
  ended?: { readonly at: number; readonly seenUntil: number };
}

export interface AccessToken {
  readonly grant: string;
  readonly issuedAt: number;
  expiresAt: number;
}

export interface RefreshToken {
  readonly grant: string;
  /** The access token that was issued with it. */
  readonly accessToken: string;
  used: boolean;
}

export interface DeviceAuthorization {
  readonly deviceCode: string;
  /** Upper case, with its dash. */
  readonly userCode: string;
  readonly application: string;
  readonly scope: string;
  readonly expiresAt: number;
  /** Seconds between polls; `slow_down` adds five. */
  interval: number;
  polledAt: number | null;
  state: 'pending' | 'approved' | 'denied' | 'used';
  /** Key of `identities`, once approved. */
  identity: string | null;
}

export const dayS = 86_400;

export const defaultVenafiSwitches: VenafiSwitches = {
  version: '25.1.0.2204',
  oldVersionStatus: 404,
  bothParameters: 'refused',
  nothingToRevoke: 3,
  revokeScope: 'admin:delete',
  rightsDenied: '401',
  propagationMs: 0,
  grantsCarryTokens: false,
  identitiesSayIsGroup: true,
  dateSkewMs: 0,
  dateHeader: 'clock',
  errorStyle: 'lower',
  accessTokenAfterRefresh: 'dies',
  refreshReuse: 'refused',
  deviceFlow: true,
  deviceIntervalS: 5,
  deviceLifetimeS: 300,
  deviceUriComplete: true,
  autoApproveDevice: false,
  vedauth: 'here',
};

export function emptyVenafiWorld(): VenafiWorld {
  return {
    identities: {},
    applications: {},
    grants: {},
    accessTokens: {},
    refreshTokens: {},
    devices: {},
    revocations: [],
    switches: defaultVenafiSwitches,
  };
}

/** An entry of a record by a name from outside, where `constructor` and the like are no entries. */
export function entry<Value>(record: Record<string, Value>, key: string): Value | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

/** The same identity is written with braces around its UUID and without. */
export function identityKey(prefixedUniversal: string): string {
  return prefixedUniversal.replace(/:\{([^{}]*)\}$/, ':$1');
}

export function findIdentity(world: VenafiWorld, prefixedUniversal: string): Identity | undefined {
  return entry(world.identities, identityKey(prefixedUniversal));
}

export function findApplication(world: VenafiWorld, id: string): Application | undefined {
  return entry(world.applications, id);
}

/** `local`, `AD+corp`: what stands before the colon. */
export function prefixOf(prefixedUniversal: string): string {
  return prefixedUniversal.slice(0, prefixedUniversal.indexOf(':'));
}
