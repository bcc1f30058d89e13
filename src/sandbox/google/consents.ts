/** The state machine of a (user, project, scope). Everything is derived from grants, exports and the clock. */
import type { AccessChoice, ConsentReadout, ScopeConsent } from './api';
import { jobState } from './jobTimes';
import type { Credential, ExportRecord, GoogleWorld, Job, Pair } from './world';
import { dayMs, pairRecord, resourceOf } from './world';

const testingLifetimeMs = 7 * dayMs;

function lifetimeMs(world: GoogleWorld, project: string, access: AccessChoice): number {
  const chosen = access === 'once' ? world.switches.oneTimeLifetimeMs : access === '30-days' ? 30 * dayMs : 180 * dayMs;
  return world.projects[project]?.testing ? Math.min(chosen, testingLifetimeMs) : chosen;
}

export function scopeExpiresAt(world: GoogleWorld, credential: Credential, access: AccessChoice): number {
  return credential.grantedAt + lifetimeMs(world, credential.project, access);
}

/** When the last scope of the grant, and with it the refresh token, ends. */
export function credentialExpiresAt(world: GoogleWorld, credential: Credential): number {
  const choices = Object.values(credential.access);
  const ends = (choices.length > 0 ? choices : (['180-days'] as const)).map((access) =>
    scopeExpiresAt(world, credential, access),
  );
  return Math.max(...ends);
}

/** The resources of a credential whose own time has not run out. */
export function liveResources(world: GoogleWorld, credential: Credential, now: number): Record<string, AccessChoice> {
  return Object.fromEntries(
    Object.entries(credential.access).filter(([, access]) => now < scopeExpiresAt(world, credential, access)),
  );
}

function liveCredentials(world: GoogleWorld, pair: Pair, now: number): Credential[] {
  return pairRecord(world, pair)
    .credentials.map((id) => world.credentials[id])
    .filter((credential) => credential !== undefined)
    .filter((credential) => !credential.ended && now < credentialExpiresAt(world, credential));
}

/** Those of the scopes for which a live grant stands in the way of a further consent. */
export function grantedAlready(world: GoogleWorld, pair: Pair, scopes: readonly string[], now: number): string[] {
  const live = new Set(
    liveCredentials(world, pair, now).flatMap((credential) => Object.keys(liveResources(world, credential, now))),
  );
  return scopes.filter((scope) => live.has(resourceOf(scope) ?? ''));
}

/** In a testing project everything ends after 7 days, the memory of an export included. */
function remembered(world: GoogleWorld, pair: Pair, now: number): ExportRecord[] {
  const lifetime = world.projects[pair.project]?.testing ? testingLifetimeMs : Number.POSITIVE_INFINITY;
  return pairRecord(world, pair).exports.filter((record) => now < record.at + lifetime);
}

export function exhaustingJobs(world: GoogleWorld, pair: Pair, resource: string, now: number): string[] {
  return remembered(world, pair, now)
    .filter((record) => record.oneTime && record.resource === resource)
    .map((record) => record.job);
}

export interface CoolDown {
  readonly until: number;
  readonly jobs: readonly string[];
}

export function coolDown(
  world: GoogleWorld,
  pair: Pair,
  resource: string,
  clientId: string | undefined,
  now: number,
): CoolDown | undefined {
  const perClient = world.switches.cooldownPer === 'client' && clientId !== undefined;
  const recent = remembered(world, pair, now)
    .filter((record) => !record.oneTime && now < record.at + dayMs)
    .filter((record) => (perClient ? record.clientId === clientId : record.resource === resource));
  if (recent.length === 0) return undefined;
  return {
    until: Math.max(...recent.map((record) => record.at)) + dayMs,
    jobs: [...new Set(recent.map((record) => record.job))],
  };
}

export function jobsOf(world: GoogleWorld, pair: Pair): Job[] {
  return pairRecord(world, pair)
    .jobs.map((id) => world.jobs[id])
    .filter((job) => job !== undefined);
}

function scopeConsent(world: GoogleWorld, pair: Pair, resource: string, now: number): ScopeConsent {
  const credential = liveCredentials(world, pair, now)
    .filter((candidate) => Object.hasOwn(liveResources(world, candidate, now), resource))
    .at(-1);
  const access = credential?.access[resource];
  const exhaustedBy = exhaustingJobs(world, pair, resource, now);
  const cooling = coolDown(world, pair, resource, credential?.clientId, now);
  const grant =
    credential && access
      ? { granted: true, access, grantedAt: credential.grantedAt, expiresAt: scopeExpiresAt(world, credential, access) }
      : { granted: false };
  if (exhaustedBy.length > 0) return { state: 'exhausted', ...grant, jobIds: exhaustedBy };
  if (cooling && credential) return { state: 'cooldown', ...grant, retryAt: cooling.until, jobIds: cooling.jobs };
  return { state: credential ? 'granted' : 'none', ...grant, jobIds: [] };
}

export function readConsents(world: GoogleWorld, pair: Pair, now: number): ConsentReadout {
  const resources = new Set([
    ...liveCredentials(world, pair, now).flatMap((credential) => Object.keys(credential.access)),
    ...remembered(world, pair, now).map((record) => record.resource),
  ]);
  const scopes: Record<string, ScopeConsent> = {};
  for (const resource of [...resources].sort()) {
    const consent = scopeConsent(world, pair, resource, now);
    if (consent.state !== 'none') scopes[resource] = consent;
  }
  const states = new Set(Object.values(scopes).map((scope) => scope.state));
  const state = (['exhausted', 'cooldown', 'granted'] as const).find((candidate) => states.has(candidate)) ?? 'none';
  const jobs = jobsOf(world, pair).map((job) => ({
    id: job.id,
    state: jobState(job, now),
    resources: job.resources,
    startedAt: job.startedAt,
  }));
  return { ...pair, state, scopes, jobs };
}

/**
 * `authorization:reset`: every scope of the pair back to NONE, every token of it dead, also those of other clients of the
 * project, archives gone. Answers false when the switch says that a running job stands in the way.
 */
export function resetPair(world: GoogleWorld, pair: Pair, now: number): boolean {
  const { resetOnRunningJob, resetPropagationMs } = world.switches;
  const running = jobsOf(world, pair).filter((job) => jobState(job, now) === 'IN_PROGRESS');
  if (running.length > 0 && resetOnRunningJob === 'refused') return false;
  const surviving = resetOnRunningJob === 'job-survives' ? running.map((job) => job.id) : [];
  const record = pairRecord(world, pair);
  for (const id of record.jobs) if (!surviving.includes(id)) delete world.jobs[id];
  record.jobs = surviving;
  record.exports = [];
  endCredentials(world, pair, () => true, { at: now, readableUntil: now + resetPropagationMs });
  return true;
}

/** `/revoke`: ends the grant between the user and one client. Whether exhaustion stays is a switch. */
export function revokeGrant(world: GoogleWorld, pair: Pair, clientId: string, now: number): void {
  const record = pairRecord(world, pair);
  if (world.switches.revokeClearsExhaustion) {
    record.exports = record.exports.filter((entry) => entry.clientId !== clientId);
  }
  const ofClient = (credential: Credential) => credential.clientId === clientId;
  endCredentials(world, pair, ofClient, { at: now, readableUntil: now });
}

function endCredentials(
  world: GoogleWorld,
  pair: Pair,
  concerned: (credential: Credential) => boolean,
  ended: NonNullable<Credential['ended']>,
): void {
  const record = pairRecord(world, pair);
  record.credentials = record.credentials.filter((id) => {
    const credential = world.credentials[id];
    if (!credential || !concerned(credential)) return credential !== undefined;
    credential.ended = ended;
    return false;
  });
}
