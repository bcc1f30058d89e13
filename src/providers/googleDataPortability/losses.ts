/** What a reset would lose, as far as it is known here: tracked jobs that still run, and archives not downloaded. */
import { isRunning, isUndownloaded, type JobReading, type JobStore, type TrackedJob } from '../../core/archiveJobs';
import { plainText } from '../../core/foreignText';
import { noteReading } from '../../core/jobOperations';
import { type Reason, reason, type TargetAddress } from '../../core/model';
import type { Clock } from '../../core/ports';
import { inParallel } from './inParallel';

export type LossReading =
  | {
      readonly kind: 'read';
      /** The sum of them first, where there are several. */
      readonly losses: readonly Reason[];
      /** Why the state of a job could not be read, by its id. Such jobs are among the losses. */
      readonly unread: ReadonlyMap<string, Reason>;
    }
  | { readonly kind: 'aborted' };

/** By so much this computer's clock may be ahead: an archive that is over only by it may still be there. */
const clockErrorMs = 24 * 3_600_000;

interface Looked {
  /** As it stands after the read; `undefined` when it is no longer tracked. */
  readonly job: TrackedJob | undefined;
  readonly reading: JobReading;
}

/**
 * Asks for the state of every tracked job that is not settled, and notes it. Nothing is asked when all are.
 *
 * @param read asks the service for the state of one job
 */
export async function readLosses(
  address: TargetAddress,
  { jobs, clock }: { readonly jobs: JobStore; readonly clock: Clock },
  read: (jobId: string) => Promise<JobReading>,
): Promise<LossReading> {
  const earliest = clock.now() - clockErrorMs;
  const unsettled = (await jobs.list(address)).filter((job) => isRunning(job) || isUndownloaded(job, earliest));
  const looked = await inParallel(unsettled, async (before): Promise<Looked> => {
    const reading = await read(before.jobId);
    return { reading, job: await note(address, before, reading, { jobs, clock }) };
  });
  if (looked.some(({ reading }) => reading.kind === 'aborted')) return { kind: 'aborted' };
  const unread = new Map<string, Reason>();
  for (const { job, reading } of looked) {
    if (job && (reading.kind === 'failed' || reading.kind === 'dead-credential')) unread.set(job.jobId, reading.reason);
  }
  const known = looked.map(({ job }) => job).filter((job) => job !== undefined);
  return { kind: 'read', losses: asLosses(known, unread, earliest), unread };
}

async function note(
  address: TargetAddress,
  before: TrackedJob,
  reading: JobReading,
  { jobs, clock }: { readonly jobs: JobStore; readonly clock: Clock },
): Promise<TrackedJob | undefined> {
  if (reading.kind !== 'state' && reading.kind !== 'no-such-job') return before;
  const now = clock.now();
  try {
    return await jobs.update(address, before.jobId, (job) => job && noteReading(job, reading, now));
  } catch {
    // What was read counts all the same; it is read again the next time.
    return noteReading(before, reading, now);
  }
}

function asLosses(jobs: readonly TrackedJob[], unread: ReadonlyMap<string, Reason>, now: number): readonly Reason[] {
  const unreadJobs = jobs.filter(({ jobId }) => unread.has(jobId));
  const readJobs = jobs.filter(({ jobId }) => !unread.has(jobId));
  const running = readJobs.filter(isRunning);
  const undownloaded = readJobs.filter((job) => isUndownloaded(job, now));
  const each = [
    ...running.map(runningLoss),
    ...undownloaded.map(undownloadedLoss),
    ...unreadJobs.map((job) => unreadLoss(job, unread.get(job.jobId))),
  ];
  return each.length > 1 ? [sum(running.length, undownloaded.length, unreadJobs.length), ...each] : each;
}

/** In sentences that read well for one and for many: where both kinds may be one, the counts follow a colon. */
function sum(running: number, archives: number, unread: number): Reason {
  if (unread > 0) {
    return running + archives === 0
      ? reason('google.loss.sumUnread', { unread: String(unread) })
      : reason('google.loss.sumWithUnread', {
          running: String(running),
          archives: String(archives),
          unread: String(unread),
        });
  }
  if (archives === 0) return reason('google.loss.sumRunning', { running: String(running) });
  if (running === 0) return reason('google.loss.sumUndownloaded', { archives: String(archives) });
  if (running === 1 && archives === 1) return reason('google.loss.sumOneEach');
  return reason('google.loss.sumBoth', { running: String(running), archives: String(archives) });
}

function runningLoss(job: TrackedJob): Reason {
  const resources = resourcesOf(job);
  return resources === undefined
    ? reason('google.loss.runningById', { job: idOf(job) })
    : reason('google.loss.running', { job: idOf(job), resources });
}

function undownloadedLoss(job: TrackedJob): Reason {
  const missing = job.parts.filter(({ downloadedAt }) => downloadedAt === undefined).length;
  const files = job.parts.length === 0 ? '?' : String(missing);
  const resources = resourcesOf(job);
  return resources === undefined
    ? reason('google.loss.undownloadedById', { job: idOf(job), files })
    : reason('google.loss.undownloaded', { job: idOf(job), resources, files });
}

function unreadLoss(job: TrackedJob, cause: Reason | undefined): Reason {
  const loss = reason('google.loss.unreadJob', { job: idOf(job) });
  return cause === undefined ? loss : { ...loss, cause };
}

function idOf({ jobId }: TrackedJob): string {
  return plainText(jobId, 80);
}

function resourcesOf({ resources }: TrackedJob): string | undefined {
  return resources.length === 0 ? undefined : plainText(resources.join(', '), 200);
}
