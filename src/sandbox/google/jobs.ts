/** Archive jobs: what consumes a consent, and what a reset throws away. */
import { mintUuid } from '../ids';
import { planArchive } from './archiveContent';
import { archiveUrls } from './archives';
import { coolDown, exhaustingJobs, jobsOf } from './consents';
import {
  alreadyExists,
  coolingDown,
  exhausted,
  invalidArgument,
  jsonAnswer,
  plainError,
  resourceNotAuthorized,
  toResponse,
} from './errors';
import { archiveThere, exportedUntil, jobState, zNormalized } from './jobTimes';
import type { Call } from './portability';
import type { GoogleService } from './service';
import type { GoogleWorld, Job } from './world';
import { pairRecord } from './world';

const maxRetries = 3;

export function initiate(service: GoogleService, call: Call): Response {
  const world = service.world();
  const { fields, credential, pair, now } = call;
  const resources = [...new Set((fields['resources'] as string[] | undefined) ?? [])].sort();
  if (resources.length === 0)
    return toResponse(invalidArgument(['The field resources must name at least one resource.']));
  if (!resources.every((resource) => Object.hasOwn(credential.access, resource))) {
    return toResponse(resourceNotAuthorized());
  }
  const wanted: JobRequest = {
    resources,
    ...(typeof fields['startTime'] === 'string' ? { startTime: fields['startTime'] } : {}),
    ...(typeof fields['endTime'] === 'string' ? { endTime: fields['endTime'] } : {}),
  };
  const { errorDomain: domain, errorMessages, cooldownStatus } = world.switches;
  const running = jobsOf(world, pair).find((job) => sameRequest(job, wanted) && jobState(job, now) === 'IN_PROGRESS');
  if (running) {
    return toResponse(alreadyExists(running.id, running.oneTime, { domain, message: errorMessages.alreadyExists }));
  }
  const exhaustedBy = [...new Set(resources.flatMap((resource) => exhaustingJobs(world, pair, resource, now)))];
  if (exhaustedBy.length > 0) {
    return toResponse(exhausted(exhaustedBy, { domain, message: errorMessages.oneTime }));
  }
  const cooling = resources
    .map((resource) => coolDown(world, pair, resource, credential.clientId, now))
    .filter((cool) => cool !== undefined);
  if (cooling.length > 0) {
    const jobs = [...new Set(cooling.flatMap((cool) => cool.jobs))];
    const until = Math.max(...cooling.map((cool) => cool.until));
    return toResponse(coolingDown(jobs, until, { domain, message: errorMessages.timeBased }, cooldownStatus));
  }
  const job = addJob(service, call, wanted);
  return jsonAnswer({
    archiveJobId: job.id,
    accessType: job.oneTime ? 'ACCESS_TYPE_ONE_TIME' : 'ACCESS_TYPE_TIME_BASED',
  });
}

type JobRequest = Pick<Job, 'resources' | 'startTime' | 'endTime'>;

function sameRequest(one: JobRequest, other: JobRequest): boolean {
  return (
    one.resources.join() === other.resources.join() &&
    one.startTime === other.startTime &&
    one.endTime === other.endTime
  );
}

function addJob(service: GoogleService, call: Call, request: JobRequest): Job {
  const world = service.world();
  const { credential, pair, now } = call;
  const { clientId } = credential;
  const id = mintUuid(service.ids(), 'job', pair.user);
  const job: Job = {
    id,
    ...pair,
    clientId,
    ...request,
    // One resource of a one-time consent makes the whole job one-time.
    oneTime: request.resources.some((resource) => credential.access[resource] === 'once'),
    startedAt: now,
    durationMs: world.switches.jobDurationMs,
    archive: planArchive(id, world.switches),
    chain: id,
  };
  keepJob(world, job);
  const { exports } = pairRecord(world, pair);
  for (const resource of request.resources) {
    exports.push({ resource, clientId, oneTime: credential.access[resource] === 'once', at: now, job: job.id });
  }
  return job;
}

function keepJob(world: GoogleWorld, job: Job): void {
  world.jobs[job.id] = job;
  pairRecord(world, job).jobs.push(job.id);
}

/** A job of the caller's own pair, or nothing: the ids of others are as unknown as made-up ones. */
function ownJob(service: GoogleService, call: Call, id: string): Job | undefined {
  return jobsOf(service.world(), call.pair).find((job) => job.id === id);
}

function notFound(): Response {
  return toResponse(plainError(404, 'NOT_FOUND', 'Requested entity was not found.'));
}

export function readJob(service: GoogleService, call: Call, id: string): Response {
  const job = ownJob(service, call, id);
  if (!job) return notFound();
  const state = jobState(job, call.now);
  const gone = state === 'COMPLETE' && !archiveThere(job, call.now);
  if (gone && service.world().switches.expiredArchive === 'not-found') return notFound();
  const urls = archiveUrls(service, job, call.now);
  return jsonAnswer({
    name: `archiveJobs/${job.id}/portabilityArchiveState`,
    state,
    ...(urls.length > 0 ? { urls } : {}),
    // The time filter, not the times of the job: what was asked for, in UTC.
    ...(job.startTime === undefined ? {} : { startTime: zNormalized(job.startTime) }),
    exportTime: exportedUntil(job),
  });
}

export function retryJob(service: GoogleService, call: Call, id: string): Response {
  const world = service.world();
  const failed = ownJob(service, call, id);
  if (!failed) return notFound();
  if (jobState(failed, call.now) !== 'FAILED') {
    return toResponse(plainError(400, 'FAILED_PRECONDITION', 'Only a failed job can be retried.'));
  }
  const chain = jobsOf(world, call.pair).filter((job) => job.chain === failed.chain);
  const running = chain.find((job) => jobState(job, call.now) === 'IN_PROGRESS');
  if (running) {
    const { errorDomain: domain, errorMessages } = world.switches;
    return toResponse(alreadyExists(running.id, running.oneTime, { domain, message: errorMessages.alreadyExists }));
  }
  if (chain.some((job) => jobState(job, call.now) === 'COMPLETE')) {
    return toResponse(plainError(400, 'FAILED_PRECONDITION', 'A retry of the job has succeeded already.'));
  }
  if (chain.length > maxRetries) {
    return toResponse(plainError(400, 'FAILED_PRECONDITION', `A job can be retried at most ${maxRetries} times.`));
  }
  const { decided: _, ...request } = failed;
  const retryId = mintUuid(service.ids(), 'job', call.pair.user);
  const job: Job = {
    ...request,
    id: retryId,
    startedAt: call.now,
    durationMs: world.switches.jobDurationMs,
    archive: planArchive(retryId, world.switches),
  };
  keepJob(world, job);
  return jsonAnswer({ archiveJobId: job.id });
}

export function cancelJob(service: GoogleService, call: Call, id: string): Response {
  const world = service.world();
  const job = ownJob(service, call, id);
  if (!job) return notFound();
  if (jobState(job, call.now) !== 'IN_PROGRESS') {
    return toResponse(plainError(400, 'FAILED_PRECONDITION', 'Only a job in progress can be cancelled.'));
  }
  job.decided = { state: 'CANCELLED', at: call.now };
  if (world.switches.cancelFreesResources) {
    const record = pairRecord(world, call.pair);
    record.exports = record.exports.filter((entry) => entry.job !== job.chain);
  }
  return jsonAnswer({});
}
