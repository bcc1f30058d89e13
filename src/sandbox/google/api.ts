/** The public shapes of the Google part of the sandbox. Source of the behaviour: the Data Portability contract. */

/** What the user picks on the consent screen. */
export type AccessChoice = 'once' | '30-days' | '180-days';

export interface SeedUser {
  readonly email: string;
  /** Where the account lives. The API is open to the EEA, Switzerland and the UK. Default `eligible`. */
  readonly region?: 'eligible' | 'elsewhere';
}

export interface SeedClient {
  readonly clientId: string;
  readonly clientSecret: string;
  /** `installed` (default): any loopback port. `web`: exactly the redirect addresses below. */
  readonly kind?: 'installed' | 'web';
  readonly redirectUris?: readonly string[];
}

/** Clients belong to one project when the number before the dash of their id is the same. */
export interface SeedProject {
  readonly number: string;
  readonly clients: readonly SeedClient[];
  /** Publishing status "testing": everything ends after 7 days, only `testUsers` may sign in. */
  readonly testing?: boolean;
  /** Who may sign in while testing. Absent: every user of the sandbox. */
  readonly testUsers?: readonly string[];
  /** Default true. */
  readonly apiEnabled?: boolean;
  /** Every API call answers the quota error. Default false. */
  readonly quotaExceeded?: boolean;
}

export interface SeedGrant {
  readonly user: string;
  readonly clientId: string;
  /** Full scopes, or resource names such as `myactivity.search`. */
  readonly scopes: readonly string[];
  /** One choice for all, or one for each resource name. Default `once`. */
  readonly access?: AccessChoice | Record<string, AccessChoice>;
  /** Without a refresh token. Default false. */
  readonly online?: boolean;
}

export interface SeedRequest {
  readonly users?: readonly SeedUser[];
  readonly projects?: readonly SeedProject[];
  readonly grants?: readonly SeedGrant[];
}

export interface SeededGrant {
  readonly user: string;
  readonly project: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly scopes: readonly string[];
  readonly accessToken: string;
  readonly refreshToken?: string;
  /** When the access token ends. */
  readonly accessTokenExpiresAt: number;
}

export interface SeedResult {
  readonly grants: readonly SeededGrant[];
}

/** The sample world: one project, one desktop client, two users with a live consent each. */
export interface SampleWorld {
  readonly project: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** A client of another project, without any consent. */
  readonly practice: { readonly clientId: string; readonly clientSecret: string };
  readonly users: readonly SampleUser[];
}

export interface SampleUser extends SeededGrant {
  readonly refreshToken: string;
}

export type ScopeState = 'none' | 'granted' | 'exhausted' | 'cooldown';

export interface ScopeConsent {
  readonly state: ScopeState;
  /** False for a scope whose grant is gone while its exhaustion stayed. */
  readonly granted: boolean;
  readonly access?: AccessChoice;
  readonly grantedAt?: number;
  readonly expiresAt?: number;
  /** End of the cool-down. */
  readonly retryAt?: number;
  readonly jobIds: readonly string[];
}

/** What the service remembers of one (user, project): the truth that a reset is judged by. */
export interface ConsentReadout {
  readonly user: string;
  readonly project: string;
  /** The most hindering of the scopes' states: exhausted, then cooldown, then granted. */
  readonly state: ScopeState;
  /** By resource name; scopes in state `none` are left out. */
  readonly scopes: Record<string, ScopeConsent>;
  readonly jobs: readonly JobReadout[];
}

export type JobState = 'IN_PROGRESS' | 'COMPLETE' | 'FAILED' | 'CANCELLED';

export interface JobReadout {
  readonly id: string;
  readonly state: JobState;
  readonly resources: readonly string[];
  readonly startedAt: number;
}

/** One reset that had an effect. */
export interface ResetRecord {
  readonly time: number;
  readonly user: string;
  readonly project: string;
  readonly clientId: string;
  readonly version: 'v1' | 'v1beta';
  readonly bodyLength: number;
  readonly tokenFingerprint: string;
}

export interface AutoApproval {
  /** Who consents when the request carries no usable login_hint. Default: the first user. */
  readonly user?: string;
  /** Default `once`. */
  readonly access?: AccessChoice;
  /** Resource names the user leaves unticked. */
  readonly untick?: readonly string[];
}

/** How the service decides what nobody outside has settled, and what a test wants to steer. */
export interface GoogleSwitches {
  /** Undocumented by Google. Default `job-lost`. */
  readonly resetOnRunningJob: 'job-lost' | 'job-survives' | 'refused';
  /** Whether revoke plus a fresh consent allows a further one-time export. Default false. */
  readonly revokeClearsExhaustion: boolean;
  /** Default `resource`. */
  readonly cooldownPer: 'resource' | 'client';
  /** 429 has been seen; 400 FAILED_PRECONDITION is documented. Default 429. */
  readonly cooldownStatus: 429 | 400;
  /** What a user outside the eligible regions meets. Default `off`. */
  readonly regionError: 'off' | 'consent-page' | 'api';
  /** For so long after a reset the old tokens still read (and refresh). Default 0. */
  readonly resetPropagationMs: number;
  /** How long a job runs. Default 0: a job is complete at once, and the next initiate meets 429 rather than 409. */
  readonly jobDurationMs: number;
  /** How long the tokens of a one-time consent live. Not documented. Default 14 days. */
  readonly oneTimeLifetimeMs: number;
  /** Whether a cancelled job gives its resources back for a further export. Undocumented by Google. Default false. */
  readonly cancelFreesResources: boolean;
  /** Files in the archive of a job that starts from now on. Default `by-job`: 1 to 3, by the id of the job. */
  readonly archiveParts: 'by-job' | number;
  /** Bytes of each of these files. Default `by-job`: 20 to 60 kB. */
  readonly archiveBytes: 'by-job' | number;
  /** Status of a signed address after its 6 hours. Cloud Storage documents 400 for `ExpiredToken`. Default 400. */
  readonly expiredUrlStatus: 400 | 403;
  /** What the state of a job says 14 days after completion: it has no more `urls`, or 404. Default `no-urls`. */
  readonly expiredArchive: 'no-urls' | 'not-found';
  /** `domain` of the exhausted, cool-down and already-exists errors. */
  readonly errorDomain: string;
  /** `message` of those errors instead of the usual ones; `{jobs}` and `{time}` are filled in. */
  readonly errorMessages: { readonly oneTime?: string; readonly timeBased?: string; readonly alreadyExists?: string };
  /** Longer authorization addresses answer 400, as Google's do somewhere below 6 kB. Default 5500 characters. */
  readonly maxAuthUrlLength: number;
  /** Consent without a hand on the page. Default false. */
  readonly autoApprove: false | AutoApproval;
}

export type GoogleRoute =
  | 'reset'
  | 'check'
  | 'initiate'
  | 'state'
  | 'retry'
  | 'cancel'
  | 'archive'
  | 'discovery'
  | 'authorize'
  | 'token'
  | 'revoke'
  | 'tokeninfo'
  | 'any';

export type GoogleFault =
  | 'exhaustedOneTime'
  | 'coolDown'
  | 'coolDownFailedPrecondition'
  | 'alreadyExistsOneTime'
  | 'alreadyExistsTimeBased'
  | 'rateLimitExceeded'
  | 'resourceNotAuthorized'
  | 'scopeInsufficient'
  | 'serviceDisabled'
  | 'accessTokenExpired'
  | 'credentialsMissing'
  | 'accessTokenTypeUnsupported'
  | 'unauthenticatedBare'
  | 'legacyErrors'
  | 'invalidArgument'
  | 'notFoundHtml'
  | 'lengthRequiredHtml'
  | 'badGatewayHtml'
  | 'unavailable503'
  | 'internal500'
  | 'unknown500'
  | 'deadlineExceeded504'
  | 'emptyError'
  | 'empty200'
  | 'html200'
  | 'invalidGrant'
  | 'invalidClient'
  | 'revokeInvalidToken'
  | 'connectionResetBefore'
  | 'connectionResetAfter'
  | 'noAnswer'
  | 'cutBody'
  | 'wrongLength'
  | 'slowLoris'
  | 'hugeBody'
  | 'gzipBomb';

export interface GoogleFaultOptions {
  readonly route: GoogleRoute;
  readonly times?: number;
  /** Carry the request out behind an error answer. Default false. */
  readonly carryOut?: boolean;
  /** Where `cutBody` cuts, by how much `wrongLength` is off, how long `hugeBody` and `gzipBomb` are. */
  readonly bytes?: number;
  /** Job ids named in the answer. */
  readonly jobIds?: readonly string[];
  /** Project number named in the answer. */
  readonly project?: string;
}

export interface GoogleControl {
  consents(user: string, project: string): ConsentReadout;
  /** Every reset that had an effect, oldest first. */
  resets(): readonly ResetRecord[];
  switches(): GoogleSwitches;
  setSwitches(patch: Partial<GoogleSwitches>): GoogleSwitches;
  /** Throws SandboxInputError for an unknown project. */
  setProject(number: string, patch: Partial<Omit<SeedProject, 'number' | 'clients'>>): void;
  setUser(email: string, patch: Partial<Omit<SeedUser, 'email'>>): void;
  /**
   * Ends a running job, or lets it fail. `IN_PROGRESS` keeps it running until somebody decides otherwise; `COMPLETE` starts
   * the 14 days of its archive. Throws SandboxInputError for an unknown job.
   */
  setJobState(id: string, state: JobState): void;
  /** Adds one of the known error answers as a fault; returns the fault's id. */
  fault(name: GoogleFault, options: GoogleFaultOptions): string;
}
