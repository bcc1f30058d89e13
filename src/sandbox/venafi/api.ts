/**
 * The public shapes of the Venafi part of the sandbox. Source of the behaviour: the contract of Trust Protection Platform.
 * Times are milliseconds since 1970 on the sandbox's clock; names that end in `S` are seconds.
 *
 * Its control plane over HTTP, under `/__sandbox/` like the rest; `{id}` is URL-encoded.
 *
 * | method and path                        | body                           | does, and answers                              |
 * | -------------------------------------- | ------------------------------ | ---------------------------------------------- |
 * | `POST venafi/seed`                     | `VenafiSeed`                   | adds to the world: `VenafiSeedResult`          |
 * | `POST venafi/seed-sample`              |                                | sees to the sample world: `VenafiSample`       |
 * | `GET venafi/identities`                |                                | `IdentityReadout[]`                            |
 * | `PATCH venafi/identities/{id}`         | some of `IdentityPatch`        | changes one, by name or prefixed universal     |
 * | `GET venafi/applications`              |                                | `ApplicationReadout[]`                         |
 * | `PATCH venafi/applications/{id}`       | some of `ApplicationPatch`     | changes one                                    |
 * | `GET venafi/grants?grantee=&application=` |                             | `GrantReadout[]`: the live ones                |
 * | `DELETE venafi/grants?grantee=&application=` |                          | ends them, as an administrator would: `{ended}` |
 * | `POST venafi/access-tokens/expire`     | `GrantFilter`                  | ends access tokens, not their grants: `{expired}` |
 * | `GET venafi/devices`                   |                                | `DeviceReadout[]`                              |
 * | `POST venafi/devices/{code}`           | `DeviceDecision`               | answers the device page for the user           |
 * | `GET venafi/revocations`               |                                | `RevocationRecord[]`                           |
 * | `GET venafi/switches`                  |                                | `VenafiSwitches`                               |
 * | `PATCH venafi/switches`                | some of `VenafiSwitches`       | turns them: `VenafiSwitches`                   |
 * | `POST venafi/faults`                   | `{name}`, `VenafiFaultOptions` | adds a fault by its name: `{id}`               |
 * | `GET venafi/ca`                        |                                | `{pem}`: the private authority                 |
 * | `POST venafi/client-certificates`      | `{name}`                       | issues one: `{cert, key}`                      |
 * | `GET venafi/listeners`                 |                                | `VenafiListener[]`                             |
 * | `POST venafi/listeners`                | `ListenerRequest`              | opens a further origin: `VenafiListener`       |
 * | `DELETE venafi/listeners/{port}`       |                                | closes it: `{closed}`                          |
 */

/** Global roles. Ownership of applications comes on top: `SeedApplication.owners` and `maintainers`. */
export type GlobalRole = 'user' | 'auditor' | 'grantAdmin' | 'admin';

export interface SeedIdentity {
  readonly name: string;
  /** `local:{UUID}`, `AD+Name:{UUID}` or `LDAP+Name:UUID`. Default: `local:` and a UUID of its own. */
  readonly prefixedUniversal?: string;
  /** Default: the name. */
  readonly fullName?: string;
  /** For `authorize/oauth`. Default: none, so that only the device page signs in. */
  readonly password?: string;
  /** Default `user`. */
  readonly role?: GlobalRole;
  /** A group instead of a person. */
  readonly group?: 'security' | 'distribution';
  /** Groups, by name or prefixed universal. */
  readonly memberOf?: readonly string[];
}

export interface SeedApplication {
  /** Also the `client_id`. */
  readonly id: string;
  readonly name?: string;
  readonly description?: string;
  readonly vendor?: string;
  /** The most that may be asked for, such as `admin:delete;configuration`. */
  readonly scope: string;
  readonly owners?: readonly string[];
  readonly maintainers?: readonly string[];
  /** Default 90 days. */
  readonly accessValidityS?: number;
  /** null: its grants never end. Default 365 days. */
  readonly grantValidityS?: number | null;
  /** Whether there are refresh tokens. Default true. */
  readonly renewable?: boolean;
}

export interface SeedVenafiGrant {
  /** By name or prefixed universal. */
  readonly grantee: string;
  readonly application: string;
  /** Default: the scope of the application. */
  readonly scope?: string;
  /** Default: now. */
  readonly issuedAt?: number;
  /** Default 1. */
  readonly count?: number;
}

export interface VenafiSeed {
  readonly identities?: readonly SeedIdentity[];
  readonly applications?: readonly SeedApplication[];
  readonly grants?: readonly SeedVenafiGrant[];
}

export interface IssuedTokens {
  readonly accessToken: string;
  /** Absent when the application is not renewable. */
  readonly refreshToken?: string;
  readonly accessTokenExpiresAt: number;
}

export interface SeededVenafiGrant extends IssuedTokens {
  readonly id: string;
  readonly grantee: string;
  readonly application: string;
  readonly scope: string;
}

export interface VenafiSeedResult {
  readonly identities: readonly { readonly name: string; readonly prefixedUniversal: string }[];
  readonly grants: readonly SeededVenafiGrant[];
}

/** An administrator to sign in as, a user with three grants, and an application with nine grants of four users. */
export interface VenafiSample {
  /** The `client_id` for the one who administers. */
  readonly clientId: string;
  readonly scope: string;
  readonly administrator: SampleAdministrator;
  readonly users: readonly { readonly name: string; readonly prefixedUniversal: string }[];
  readonly application: string;
}

export interface SampleAdministrator extends SeededVenafiGrant {
  readonly username: string;
  readonly password: string;
  readonly refreshToken: string;
}

export interface IdentityReadout {
  readonly name: string;
  readonly fullName: string;
  readonly prefixedUniversal: string;
  readonly role: GlobalRole;
  readonly group: 'security' | 'distribution' | null;
}

export interface IdentityPatch {
  readonly name?: string;
  readonly fullName?: string;
  readonly password?: string;
  readonly role?: GlobalRole;
}

export interface ApplicationReadout {
  readonly id: string;
  readonly name: string;
  readonly scope: string;
  readonly owners: readonly string[];
  readonly maintainers: readonly string[];
  readonly grants: number;
  readonly users: number;
}

export type ApplicationPatch = Partial<Omit<SeedApplication, 'id'>>;

export interface GrantFilter {
  readonly grantee?: string;
  readonly application?: string;
}

export interface GrantReadout {
  readonly id: string;
  readonly grantee: string;
  readonly application: string;
  readonly scope: string;
  readonly issuedAt: number;
  /** null: never. */
  readonly expiresAt: number | null;
}

export interface DeviceReadout {
  readonly userCode: string;
  readonly application: string;
  readonly scope: string;
  readonly state: 'pending' | 'approved' | 'denied' | 'used' | 'expired';
  readonly expiresAt: number;
}

/** Approved by that identity (name or prefixed universal), or denied. */
export type DeviceDecision = { readonly identity: string } | { readonly deny: true };

/** One RevokeGrants that ended at least one grant. */
export interface RevocationRecord {
  readonly time: number;
  readonly caller: string;
  readonly clientId: string;
  readonly grantee?: string;
  readonly application?: string;
  /** How many grants it ended. */
  readonly grants: number;
  readonly bodyLength: number;
  readonly tokenFingerprint: string;
}

/** How the service decides what nobody outside has settled, and what a test wants to steer. */
export interface VenafiSwitches {
  /** What SystemStatus/Version says. Below 22.3 grants cannot be administered; below 20.4 a missing scope is a 401. */
  readonly version: string;
  /** How a server that is too old answers the methods it has not got. Default 404. */
  readonly oldVersionStatus: 404 | 405;
  /** RevokeGrants with both parameters. Undocumented. Default `refused`: result 6. */
  readonly bothParameters: 'refused' | 'grantee' | 'application' | 'intersection' | 'union';
  /** RevokeGrants where there is nothing to revoke. Undocumented. Default 3. */
  readonly nothingToRevoke: 0 | 3;
  /** The documentation says `admin`, the vendor's own client `admin:delete`. Default `admin:delete`. */
  readonly revokeScope: 'admin' | 'admin:delete';
  /** What the wrong role meets: both are documented. Default `401`, `insufficient_rights`. */
  readonly rightsDenied: '401' | 'result-9';
  /** For so long after a revocation the grants are still listed and counted, and their tokens still read. Default 0. */
  readonly propagationMs: number;
  /** GetGrants shows tokens, as the documented model of a grant does. Default false. */
  readonly grantsCarryTokens: boolean;
  /** Whether `IsGroup` is among the fields of an identity. Default true. */
  readonly identitiesSayIsGroup: boolean;
  /** How far the Date header is off. Default 0. */
  readonly dateSkewMs: number;
  /** Default `clock`. */
  readonly dateHeader: 'clock' | 'missing';
  /** Names of the fields of an error, or an empty body whose reason phrase says it. Default `lower`. */
  readonly errorStyle: 'lower' | 'capital' | 'details' | 'reason-phrase';
  /** What becomes of the access token that was issued with a refresh token. Undocumented. Default `dies`. */
  readonly accessTokenAfterRefresh: 'dies' | 'lives';
  /** What a refresh token that was used already does. Default `refused`. */
  readonly refreshReuse: 'refused' | 'revokes-grant';
  /** Browser-based authentication is an option of the product. Default true. */
  readonly deviceFlow: boolean;
  readonly deviceIntervalS: number;
  readonly deviceLifetimeS: number;
  /** Whether the answer has a `verification_uri_complete`. Default true. */
  readonly deviceUriComplete: boolean;
  /** Device page without a hand on it: approved by that identity. Default false. */
  readonly autoApproveDevice: false | string;
  /** `elsewhere`: only listeners that serve `vedauth` alone answer it. Default `here`. */
  readonly vedauth: 'here' | 'elsewhere';
}

export type VenafiRoute =
  | 'revokeGrants'
  | 'getGrants'
  | 'grantCount'
  | 'userCount'
  | 'enumerateApplications'
  | 'getRole'
  | 'self'
  | 'browse'
  | 'validate'
  | 'version'
  | 'device'
  | 'oauth'
  | 'token'
  | 'verify'
  | 'revokeToken'
  | 'isAuthServer'
  | 'any';

export type VenafiFault =
  /** `{Result, Success}` with `result` and `success` of the options; by default success is result 0. */
  | 'result'
  | 'resultString'
  | 'successString'
  | 'resultMissing'
  | 'successMissing'
  | 'emptyObject'
  | 'emptyArray'
  | 'nullBody'
  | 'emptyBody'
  | 'bom'
  | 'html'
  | 'accepted202'
  | 'invalidRequest'
  | 'invalidToken'
  | 'insufficientRights'
  | 'insufficientScope'
  | 'insufficientScope401'
  | 'reasonPhrase401'
  | 'refreshTokenInvalid'
  | 'notFound404'
  | 'notAllowed405'
  | 'internal500'
  | 'unavailable503'
  | 'connectionResetBefore'
  | 'connectionResetAfter'
  | 'noAnswer'
  | 'cutBody'
  | 'slowLoris'
  | 'hugeBody'
  | 'gzipBomb';

export interface VenafiFaultOptions {
  readonly route: VenafiRoute;
  readonly times?: number;
  /** Carry the request out behind the faulty answer. Default false. */
  readonly carryOut?: boolean;
  /** For `result`: the code. Default 1. */
  readonly result?: number;
  /** For `result`. Default: whether the code is 0. */
  readonly success?: boolean;
  /** The description of an error, instead of the usual one. */
  readonly description?: string;
}

/** What is wrong with the certificate of a listener; `good` is nothing, `none` is plain http. */
export type ListenerCertificate =
  | 'good'
  | 'wrong-name'
  | 'expired'
  | 'not-yet-valid'
  | 'untrusted'
  | 'self-signed'
  | 'none';

export interface ListenerRequest {
  /** Default: any free port. */
  readonly port?: number;
  /** Default `good`. */
  readonly certificate?: ListenerCertificate;
  /** Default `everything`. */
  readonly serves?: 'everything' | 'vedsdk' | 'vedauth';
  /** A client certificate of the private authority: not asked for (default), asked for, or demanded. */
  readonly clientCertificate?: 'no' | 'asked' | 'demanded';
}

export interface VenafiListener extends Required<ListenerRequest> {
  /** For example `https://127.0.0.1:9443`. */
  readonly origin: string;
  /** PEM of the server's own certificate; empty for plain http. */
  readonly certificatePem: string;
}

export interface CertificateAndKey {
  /** PEM. */
  readonly cert: string;
  /** PEM, PKCS#8. */
  readonly key: string;
}

/** Full addresses, with a trailing slash where a path follows. */
export interface VenafiAddresses {
  readonly webSdk: string;
  readonly auth: string;
  readonly devicePage: string;
  /** Present when the sandbox was started with https. */
  readonly https?: { readonly origin: string; readonly webSdk: string; readonly auth: string };
}

export interface VenafiControl {
  /** Throws SandboxInputError on nonsense. */
  seed(request: VenafiSeed): VenafiSeedResult;
  /** Adds what is missing of the sample world; live grants are kept, and the administrator gets new tokens. */
  seedSample(): VenafiSample;
  identities(): readonly IdentityReadout[];
  setIdentity(id: string, patch: IdentityPatch): void;
  applications(): readonly ApplicationReadout[];
  setApplication(id: string, patch: ApplicationPatch): void;
  grants(filter?: GrantFilter): readonly GrantReadout[];
  /** Ends grants behind the API's back; returns how many. */
  endGrants(filter?: GrantFilter): number;
  /** Ends access tokens while their grants and refresh tokens live on; returns how many. */
  expireAccessTokens(filter?: GrantFilter): number;
  devices(): readonly DeviceReadout[];
  decideDevice(userCode: string, decision: DeviceDecision): void;
  /** Oldest first. */
  revocations(): readonly RevocationRecord[];
  switches(): VenafiSwitches;
  setSwitches(patch: Partial<VenafiSwitches>): VenafiSwitches;
  fault(name: VenafiFault, options: VenafiFaultOptions): string;
  /** PEM of the private authority, made on first use. */
  ca(): Promise<string>;
  clientCertificate(name: string): Promise<CertificateAndKey>;
  /** Opens a further origin of the same world, on the sandbox's host. Throws SandboxInputError when the port is taken. */
  listen(request?: ListenerRequest): Promise<VenafiListener>;
  listeners(): readonly VenafiListener[];
  /** Ends a listener and its connections; false when there is none on that port. */
  closeListener(port: number): Promise<boolean>;
}
