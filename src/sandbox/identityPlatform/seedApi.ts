/** What may be put into the world of Identity Platform and Apple, and what comes back. */

/** Which calls a key of a project is good for. A key without one is not restricted. */
export type ApiKeyRestriction =
  /** `Referer` must match one of them: `https://app.example.com/*`, `*.example.com/*`. */
  | { readonly kind: 'referrers'; readonly patterns: readonly string[] }
  /** `X-Ios-Bundle-Identifier`. */
  | { readonly kind: 'ios'; readonly bundleIds: readonly string[] }
  /** `X-Android-Package` and `X-Android-Cert`: SHA-1 of the certificate in hex, with or without colons. */
  | { readonly kind: 'android'; readonly apps: readonly AndroidApp[] }
  /** The sandbox sees nothing but loopback: every list without `127.0.0.1` or `::1` blocks. */
  | { readonly kind: 'addresses'; readonly addresses: readonly string[] };

export interface AndroidApp {
  readonly packageName: string;
  readonly certificate: string;
}

export type RestrictedApi = 'identitytoolkit.googleapis.com' | 'securetoken.googleapis.com';

export interface SeedApiKey {
  readonly key: string;
  readonly restriction?: ApiKeyRestriction;
  /** Absent: every API. */
  readonly apis?: readonly RestrictedApi[];
}

/** "Sign in with Apple" as the console of a project configures it. */
export interface SeedAppleProvider {
  /** Default true. */
  readonly enabled?: boolean;
  /** Audiences of native sign-ins, and the clients of native codes. */
  readonly bundleIds?: readonly string[];
  /** Audience of web sign-ins, and the client of web codes. */
  readonly servicesId?: string;
  /** The OAuth code flow settings. Absent: not filled in, the mistake behind most `INVALID_IDP_RESPONSE`. */
  readonly codeFlow?: { readonly teamId: string; readonly keyId: string };
}

export interface SeedIdentityProject {
  /** The `aud` of its ID tokens. */
  readonly id: string;
  readonly number: string;
  readonly apiKeys?: readonly SeedApiKey[];
  /** Ids of its tenants. Without any, requests that name one are `UNSUPPORTED_TENANT_OPERATION`. */
  readonly tenants?: readonly string[];
  /** Absent: Apple is not enabled. */
  readonly apple?: SeedAppleProvider;
  /** Default true. */
  readonly passwordSignIn?: boolean;
  /** Default true. */
  readonly anonymousSignIn?: boolean;
  /** Default true: Identity Toolkit and Token Service. */
  readonly apiEnabled?: boolean;
  /** Default false. */
  readonly suspended?: boolean;
  /** Every Identity Toolkit call answers `QUOTA_EXCEEDED`. Default false. */
  readonly quotaExceeded?: boolean;
  /** Who signs custom tokens, besides the project's own account, for which the sandbox signs. Keys are SPKI PEM. */
  readonly serviceAccounts?: readonly { readonly email: string; readonly publicKey: string }[];
}

/** An OAuth access token for the Google Cloud APIs. */
export interface SeedBearer {
  /** The project of a service account. Absent: a person, whose calls need `x-goog-user-project`. */
  readonly project?: string;
  /** Further projects that `x-goog-user-project` may name. */
  readonly quotaProjects?: readonly string[];
  /** Default `cloud-platform`. */
  readonly scopes?: readonly string[];
  /** Default one hour. */
  readonly lifetimeMs?: number;
}

export interface SeedIdentityUser {
  readonly project: string;
  readonly tenantId?: string;
  /** Default: made up. */
  readonly uid?: string;
  readonly email?: string;
  readonly emailVerified?: boolean;
  readonly password?: string;
  readonly displayName?: string;
  readonly disabled?: boolean;
  /** A sign-in with the password answers `mfaPendingCredential`. */
  readonly secondFactor?: boolean;
  /** `sub` of an Apple user of the sandbox: the account is linked to it. */
  readonly apple?: string;
  readonly claims?: Record<string, unknown>;
}

export interface SeedAppleUser {
  /** Default: made up. */
  readonly sub?: string;
  readonly email: string;
  readonly name?: string;
  /** "Hide My Email". Default false. */
  readonly privateEmail?: boolean;
}

export interface SeedAppleClient {
  /** A bundle ID or a Services ID. */
  readonly clientId: string;
  readonly teamId: string;
  /** The primary App ID: clients of one group share the user's authorisation. Default: the client alone. */
  readonly group?: string;
}

export interface SeedAppleKey {
  readonly keyId: string;
  readonly teamId: string;
  /** SPKI PEM, P-256. Absent: the sandbox makes a pair and gives back the private half. */
  readonly publicKey?: string;
}

/** Things that exist already are replaced, users by project, tenant and uid. */
export interface IdentityPlatformSeed {
  readonly appleClients?: readonly SeedAppleClient[];
  readonly appleKeys?: readonly SeedAppleKey[];
  readonly appleUsers?: readonly SeedAppleUser[];
  readonly projects?: readonly SeedIdentityProject[];
  readonly bearers?: readonly SeedBearer[];
  readonly users?: readonly SeedIdentityUser[];
}

export interface SeededIdentityUser {
  readonly project: string;
  readonly tenantId?: string;
  readonly uid: string;
  readonly email?: string;
  /** Of a fresh sign-in. */
  readonly refreshToken: string;
}

export interface IdentityPlatformSeedResult {
  readonly users: readonly SeededIdentityUser[];
  readonly bearers: readonly string[];
  readonly appleUsers: readonly { readonly sub: string; readonly email: string }[];
  /** `privateKey` (PKCS #8 PEM, what Apple calls a .p8) only of pairs that the sandbox made. */
  readonly appleKeys: readonly { readonly keyId: string; readonly teamId: string; readonly privateKey?: string }[];
}

export interface AppleTokens {
  readonly clientId: string;
  readonly accessToken: string;
  readonly refreshToken: string;
}

export interface IdentityPlatformSampleUser extends SeededIdentityUser {
  readonly email: string;
  readonly password: string;
  readonly appleUser: string;
  readonly apple: AppleTokens;
}

/** One project, one unrestricted key, two users who signed in with Apple, and the developer's own Apple key. */
export interface IdentityPlatformSample {
  readonly project: string;
  readonly projectNumber: string;
  readonly apiKey: string;
  readonly apple: {
    readonly teamId: string;
    readonly keyId: string;
    readonly privateKey: string;
    readonly bundleId: string;
    readonly servicesId: string;
  };
  readonly users: readonly IdentityPlatformSampleUser[];
}
