/**
 * The public shapes of Identity Platform, its token service and Apple in the sandbox. Source of the behaviour: the
 * Identity Platform contract. Where nobody outside knows how a service decides, there is a switch.
 */
import type { NetworkAccident } from '../accidents';
import type {
  AppleTokens,
  IdentityPlatformSample,
  IdentityPlatformSeed,
  IdentityPlatformSeedResult,
  SeedAppleProvider,
  SeedIdentityProject,
} from './seedApi';

export interface UserReadout {
  readonly project: string;
  readonly tenantId?: string;
  readonly uid: string;
  readonly email?: string;
  readonly disabled: boolean;
  /** Apple's `sub`, when the account is linked to Apple. */
  readonly apple?: string;
  /** Sessions from before this time are over. */
  readonly validSince: number;
}

/** Which account is meant, where a uid alone is not enough. */
export interface UserPlace {
  readonly project?: string;
  readonly tenantId?: string;
}

export type TokenTypeName = 'REFRESH_TOKEN' | 'ACCESS_TOKEN' | 'CODE';

/** One `accounts:revokeToken` that was answered with 200. */
export interface RevocationRecord {
  readonly time: number;
  readonly project: string;
  readonly tenantId?: string;
  readonly uid: string;
  readonly providerId: string;
  readonly tokenType: TokenTypeName;
  /** As it stood in the request: a name, a number, or a number in quotes. */
  readonly tokenTypeSent: string | number;
  readonly redirectUri?: string;
  readonly tokenFingerprint: string;
  readonly via: 'api-key' | 'bearer';
  /** `duplicate`: ignored because of an earlier success. `nothing`: Apple said 200 and ended nothing. */
  readonly effect: 'grant-ended' | 'nothing' | 'duplicate';
}

/** One request to Apple to revoke a token, whoever sent it. */
export interface AppleRevocationRecord {
  readonly time: number;
  readonly clientId: string;
  readonly tokenFingerprint: string;
  readonly via: 'apple' | 'identity-platform';
  readonly effect: 'grant-ended' | 'nothing';
}

/** An Apple user's authorisation of a group of clients, dead ones included. */
export interface AppleGrantReadout {
  readonly user: string;
  readonly teamId: string;
  readonly group: string;
  readonly state: 'authorized' | 'ended';
  readonly authorizedAt: number;
  readonly endedAt?: number;
}

export interface AppleAuthorizationRequest {
  /** `sub` of the Apple user. */
  readonly user: string;
  readonly clientId: string;
  /** Present for a web sign-in, absent for a native one. */
  readonly redirectUri?: string;
  /** As the app handed it to Apple: usually the SHA-256 of the raw nonce, in hex. */
  readonly nonce?: string;
}

/** What an app is handed when the user accepts the sheet. */
export interface AppleAuthorization {
  /** Good for 5 minutes, once. */
  readonly code: string;
  readonly idToken: string;
  /** Name and e-mail are given on the first sign-in only, and again on the first one after a revocation. */
  readonly firstTime: boolean;
  readonly email?: string;
  readonly name?: string;
}

/** Codes for fields that are missing or not acceptable. Nobody has documented them. */
export interface FieldErrorCodes {
  readonly providerId: string;
  readonly tokenType: string;
  readonly token: string;
  readonly idToken: string;
  readonly redirectUri: string;
}

/** How the services decide what nobody outside has settled, and what a test wants to steer. */
export interface IdentityPlatformSwitches {
  /** Behave as the Firebase Auth emulator: any key, unsigned tokens, and 501 for `revokeToken`. Default false. */
  readonly emulator: boolean;
  /** What a further call does after a success while no new token was made. Default `ignored`, with 200. */
  readonly duplicates: 'ignored' | 'sent';
  /** What counts as a duplicate: any token of the user, or the very same. The documentation reads like `user`. */
  readonly duplicateScope: 'user' | 'token';
  /** What ends the time of duplicates: already a new authorisation by the user, or only tokens made from it. */
  readonly newTokenIs: 'authorization' | 'exchange';
  /** What becomes of a token that Apple does not know. Apple itself answers 200. Default `accepted`. */
  readonly unknownAppleToken: 'accepted' | 'invalid-idp-response';
  /** Whether revoking an access token after its hour still ends the grant. Default false. */
  readonly expiredAccessTokenRevokes: boolean;
  /** Default `as-apple`: refused only when the authorisation had a redirect address. Documented is `refused`. */
  readonly codeWithoutRedirectUri: 'as-apple' | 'refused';
  /** An access or refresh token while the OAuth code flow settings are empty. Default `invalid-idp-response`. */
  readonly revokeWithoutCodeFlow: 'invalid-idp-response' | 'accepted';
  /** An ID token of a tenant in a request that names none. Default `mismatch`. */
  readonly tenantlessRequest: 'mismatch' | 'from-token';
  /** `old`: `errors[0].reason` is `keyInvalid`, and no details. Default `new`. */
  readonly keyInvalidForm: 'new' | 'old';
  /** Body of a successful `revokeToken`. Default `braces`: `{}`. */
  readonly successBody: 'braces' | 'empty';
  /** One code for an unknown e-mail and for a wrong password. Default true, as in new projects. */
  readonly emailEnumerationProtection: boolean;
  /** For so long after a revocation Apple still takes the refresh token. Default 0. */
  readonly revokePropagationMs: number;
  readonly fieldErrorCodes: FieldErrorCodes;
}

export type IdentityPlatformRoute =
  | 'revokeToken'
  | 'signUp'
  | 'signInWithPassword'
  | 'signInWithCustomToken'
  | 'signInWithIdp'
  | 'lookup'
  | 'token'
  | 'appleToken'
  | 'appleRevoke'
  | 'appleKeys'
  | 'any';

export interface IdentityPlatformFaultOptions {
  readonly route: IdentityPlatformRoute;
  readonly times?: number;
  /** Carry the request out behind an error answer. Default false. */
  readonly carryOut?: boolean;
  /** Where `cutBody` cuts, by how much `wrongLength` is off, how long `hugeBody` and `gzipBomb` are. */
  readonly bytes?: number;
  /** Key that `consumerSuspended` echoes. */
  readonly apiKey?: string;
  /** Project number named in the answer. */
  readonly project?: string;
  /** The code of `anyCode`, with ` : detail` where it has one; default `SOMETHING_NEW : Detail.` */
  readonly code?: string;
}

export interface IdentityPlatformAddresses {
  /** The real origins, one below the other, as the Firebase Auth emulator lays them out. */
  readonly identityToolkitUrl: string;
  readonly secureTokenUrl: string;
  readonly appleUrl: string;
  /** For `FIREBASE_AUTH_EMULATOR_HOST`: host and port. */
  readonly emulatorHost: string;
}

export interface AppleControl {
  /**
   * The user accepts the sheet of a client, as on a device or on Apple's page. Throws SandboxInputError for an unknown user
   * or client.
   */
  authorize(request: AppleAuthorizationRequest): Promise<AppleAuthorization>;
  /** The same, and the code exchanged at once: tokens as the app's server would hold them. */
  tokens(request: AppleAuthorizationRequest): AppleTokens;
  grants(): readonly AppleGrantReadout[];
  revocations(): readonly AppleRevocationRecord[];
}

export interface SignInRequest extends UserPlace {
  readonly uid: string;
  /** Default `apple.com` for an account linked to Apple, otherwise `password`. */
  readonly provider?: 'apple.com' | 'password' | 'custom' | 'anonymous';
}

export interface IdentityPlatformControl {
  readonly apple: AppleControl;
  /** Throws SandboxInputError for what refers to nothing. */
  seed(request: IdentityPlatformSeed): IdentityPlatformSeedResult;
  /** Sees to it that the sample is there. A live authorisation is kept, an ended one given anew; tokens are fresh. */
  seedSample(): IdentityPlatformSample;
  users(place?: UserPlace): readonly UserReadout[];
  /** Throws SandboxInputError when no account, or more than one, is meant. */
  setUser(uid: string, patch: UserPatch, place?: UserPlace): UserReadout;
  deleteUser(uid: string, place?: UserPlace): void;
  setProject(id: string, patch: IdentityProjectPatch): void;
  /** Signs a user in by hand: an ID token and a refresh token. */
  signIn(request: SignInRequest): Promise<SignInResult>;
  /** A custom token, signed for the project's own service account. */
  customToken(request: CustomTokenRequest): Promise<string>;
  /** Every `accounts:revokeToken` that was answered with 200, oldest first. */
  revocations(): readonly RevocationRecord[];
  switches(): IdentityPlatformSwitches;
  setSwitches(patch: IdentityPlatformSwitchPatch): IdentityPlatformSwitches;
  /** Adds one of the known error answers as a fault; returns the fault's id. */
  fault(name: IdentityPlatformFault, options: IdentityPlatformFaultOptions): string;
}

export interface UserPatch {
  readonly disabled?: boolean;
  readonly secondFactor?: boolean;
  /** Ends all sessions: their tokens answer `TOKEN_EXPIRED`. */
  readonly revokeSessions?: true;
}

export interface IdentityProjectPatch
  extends Partial<
    Pick<SeedIdentityProject, 'passwordSignIn' | 'anonymousSignIn' | 'apiEnabled' | 'suspended' | 'quotaExceeded'>
  > {
  /** null: Apple is not enabled. */
  readonly apple?: SeedAppleProvider | null;
}

export interface IdentityPlatformSwitchPatch extends Partial<Omit<IdentityPlatformSwitches, 'fieldErrorCodes'>> {
  readonly fieldErrorCodes?: Partial<FieldErrorCodes>;
}

export interface SignInResult {
  readonly uid: string;
  readonly idToken: string;
  readonly refreshToken: string;
}

export interface CustomTokenRequest {
  readonly project: string;
  readonly uid: string;
  readonly tenantId?: string;
  readonly claims?: Record<string, unknown>;
}

export type IdentityPlatformFault =
  | 'invalidIdToken'
  | 'tokenExpired'
  | 'userNotFound'
  | 'userDisabled'
  | 'invalidProviderId'
  | 'operationNotAllowed'
  | 'invalidIdpResponse'
  | 'tenantIdMismatch'
  | 'unsupportedTenantOperation'
  | 'invalidTenantId'
  | 'tooManyAttempts'
  | 'quotaExceeded'
  | 'anyCode'
  | 'apiKeyInvalid'
  | 'apiKeyInvalidOld'
  | 'apiKeyServiceBlocked'
  | 'apiKeyHttpReferrerBlocked'
  | 'apiKeyIosAppBlocked'
  | 'apiKeyAndroidAppBlocked'
  | 'apiKeyIpAddressBlocked'
  | 'serviceDisabled'
  | 'consumerSuspended'
  | 'callerMissing'
  | 'badBearer'
  | 'scopeMissing'
  | 'quotaProjectMissing'
  | 'quotaProjectDenied'
  | 'invalidArgument'
  | 'notImplemented'
  | 'invalidRefreshToken'
  | 'missingRefreshToken'
  | 'invalidGrantType'
  | 'projectNumberMismatch'
  | 'secureTokenExpired'
  | 'secureTokenUserDisabled'
  | 'secureTokenUserNotFound'
  | 'emailNotFound'
  | 'invalidPassword'
  | 'invalidLoginCredentials'
  | 'appleInvalidGrant'
  | 'appleInvalidClient'
  | 'appleInvalidRequest'
  | 'unavailable503'
  | 'internal500'
  | 'deadlineExceeded504'
  | NetworkAccident;
