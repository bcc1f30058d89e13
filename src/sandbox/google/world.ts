import type { AccessChoice, GoogleSwitches, JobState, ResetRecord } from './api';

/** The Google side of the world as plain data: a snapshot is a structured clone of it. */
export interface GoogleWorld {
  readonly users: Record<string, User>;
  readonly projects: Record<string, Project>;
  /** One per consent given, dead ones included. */
  readonly credentials: Record<string, Credential>;
  readonly accessTokens: Record<string, AccessToken>;
  readonly refreshTokens: Record<string, { readonly credential: string }>;
  readonly codes: Record<string, AuthorizationCode>;
  readonly jobs: Record<string, Job>;
  /** By `pairKey`: an index, so that one reset costs the same among ten users as among ten thousand. */
  readonly pairs: Record<string, PairRecord>;
  readonly resets: ResetRecord[];
  switches: GoogleSwitches;
}

export interface User {
  readonly email: string;
  region: 'eligible' | 'elsewhere';
}

export interface Client {
  readonly id: string;
  readonly secret: string;
  readonly kind: 'installed' | 'web';
  readonly redirectUris: readonly string[];
}

export interface Project {
  readonly number: string;
  readonly clients: Record<string, Client>;
  testing: boolean;
  /** null: every user of the sandbox. */
  testUsers: readonly string[] | null;
  apiEnabled: boolean;
  quotaExceeded: boolean;
}

/** What one press of "Continue" on the consent page granted. */
export interface Credential {
  readonly id: string;
  readonly user: string;
  readonly project: string;
  readonly clientId: string;
  /** Full scopes, as granted. */
  readonly scopes: readonly string[];
  /** By resource name. */
  readonly access: Record<string, AccessChoice>;
  readonly online: boolean;
  readonly grantedAt: number;
  /** Set by reset and revoke: the grant is gone from `at`, its tokens still read until `readableUntil`. */
  ended?: { readonly at: number; readonly readableUntil: number };
}

export interface AccessToken {
  readonly credential: string;
  readonly expiresAt: number;
}

export interface AuthorizationCode {
  readonly credential: string;
  readonly clientId: string;
  readonly redirectUri: string;
  readonly challenge: { readonly method: 'S256' | 'plain'; readonly value: string } | null;
  readonly expiresAt: number;
  used: boolean;
}

/** A test user in a project: what `authorization:reset` is about. */
export interface Pair {
  readonly user: string;
  readonly project: string;
}

/** What the service remembers of a pair. Ended credentials are no longer listed. */
export interface PairRecord {
  credentials: string[];
  exports: ExportRecord[];
  jobs: string[];
}

/** One resource in one job: what exhaustion and cool-down are computed from. */
export interface ExportRecord {
  readonly resource: string;
  readonly clientId: string;
  readonly oneTime: boolean;
  readonly at: number;
  readonly job: string;
}

export interface Job {
  readonly id: string;
  readonly user: string;
  readonly project: string;
  readonly clientId: string;
  readonly resources: readonly string[];
  readonly startTime?: string;
  readonly endTime?: string;
  readonly oneTime: boolean;
  readonly startedAt: number;
  readonly durationMs: number;
  /** Bytes of each part of the archive. */
  readonly archive: readonly number[];
  /** Id of the job that was initiated: its retries share it. */
  readonly chain: string;
  /** Set when somebody decided the state: cancel, or the control plane. */
  decided?: { readonly state: JobState; readonly at: number };
}

export const scopePrefix = 'https://www.googleapis.com/auth/dataportability.';
export const hourMs = 3_600_000;
export const dayMs = 24 * hourMs;

export const defaultSwitches: GoogleSwitches = {
  resetOnRunningJob: 'job-lost',
  revokeClearsExhaustion: false,
  cooldownPer: 'resource',
  cooldownStatus: 429,
  regionError: 'off',
  resetPropagationMs: 0,
  jobDurationMs: 0,
  oneTimeLifetimeMs: 14 * dayMs,
  cancelFreesResources: false,
  archiveParts: 'by-job',
  archiveBytes: 'by-job',
  expiredUrlStatus: 400,
  expiredArchive: 'no-urls',
  errorDomain: 'dataportability.googleapis.com',
  errorMessages: {},
  maxAuthUrlLength: 5_500,
  autoApprove: false,
};

export function emptyGoogleWorld(): GoogleWorld {
  return {
    users: {},
    projects: {},
    credentials: {},
    accessTokens: {},
    refreshTokens: {},
    codes: {},
    jobs: {},
    pairs: {},
    resets: [],
    switches: defaultSwitches,
  };
}

/** The record of a pair, made when it is missing. */
export function pairRecord(world: GoogleWorld, pair: Pair): PairRecord {
  const key = `${pair.project}|${pair.user}`;
  world.pairs[key] ??= { credentials: [], exports: [], jobs: [] };
  return world.pairs[key];
}

export function findUser(world: GoogleWorld, email: string): User | undefined {
  return Object.hasOwn(world.users, email) ? world.users[email] : undefined;
}

/** The resource a Data Portability scope stands for; undefined for every other scope. */
export function resourceOf(scope: string): string | undefined {
  return scope.startsWith(scopePrefix) && scope.length > scopePrefix.length
    ? scope.slice(scopePrefix.length)
    : undefined;
}

/** The project number that a client id carries before its dash. */
export function projectNumberOf(clientId: string): string | undefined {
  return /^(\d+)-/.exec(clientId)?.[1];
}

export function findClient(world: GoogleWorld, clientId: string): { project: Project; client: Client } | undefined {
  const project = world.projects[projectNumberOf(clientId) ?? ''];
  const client = project?.clients[clientId];
  return project && client ? { project, client } : undefined;
}
