/**
 * Archive jobs: what a consent is used for, and what a reset would lose. The services list no jobs, so every job that was
 * started or named here is kept; what is not known here, nobody can tell.
 */
import type { Reason, TargetAddress } from './model';
import type { ProviderTarget } from './provider';
import type { BoundSecret } from './redact';

export type JobState = 'in-progress' | 'complete' | 'failed' | 'cancelled' | 'gone';

/** A job as it is kept on this computer. Holds no secret: the signed addresses of its archive stay in memory. */
export interface TrackedJob {
  /** The service's own id. */
  readonly jobId: string;
  /** Names without the scope prefix; empty when the job was named by its id alone. */
  readonly resources: readonly string[];
  /** `undefined` when nobody said. */
  readonly oneTime?: boolean;
  readonly state: JobState;
  /** When it was started or named here, epoch milliseconds, as all times. */
  readonly trackedAt: number;
  /** When the service was last asked for its state. */
  readonly checkedAt?: number;
  /** When it was first seen complete; its archive lives {@link archiveLifetimeMs} from its completion, so not longer than from here. */
  readonly completeSince?: number;
  /** How many retries led to it; the service allows three. */
  readonly retries: number;
  /** The job it was a retry of. */
  readonly retryOf?: string;
  /** The job that has taken its place; it needs no attention any more. */
  readonly retriedAs?: string;
  /** One for each file of the archive; empty until it is complete. */
  readonly parts: readonly ArchivePart[];
}

export interface ArchivePart {
  /** When the whole file was on this computer and its size was right. */
  readonly downloadedAt?: number;
  readonly bytes?: number;
}

/** Google keeps an archive for 14 days. */
export const archiveLifetimeMs = 14 * 24 * 3_600_000;
/** Google allows three retries of a failed job. */
export const maxJobRetries = 3;

export function isRunning(job: TrackedJob): boolean {
  return job.state === 'in-progress';
}

/** Whether there is an archive that would be lost. One that was never looked at counts as there. */
export function isUndownloaded(job: TrackedJob, now: number): boolean {
  if (job.state !== 'complete' || now >= archiveEnd(job)) return false;
  return job.parts.length === 0 || job.parts.some(({ downloadedAt }) => downloadedAt === undefined);
}

/** When the archive is gone at the latest, epoch milliseconds. */
export function archiveEnd(job: TrackedJob): number {
  return (job.completeSince ?? job.trackedAt) + archiveLifetimeMs;
}

/** Whether the job can be retried: failed, not retried yet, and fewer than three retries led to it. */
export function mayRetry(job: TrackedJob): boolean {
  return job.state === 'failed' && job.retriedAs === undefined && job.retries < maxJobRetries;
}

/** Where tracked jobs are kept: one small file each, so that two windows never overwrite each other's. */
export interface JobStore {
  /** The jobs of one identity at one origin, oldest first. What cannot be read is left out, and logged. */
  list(address: TargetAddress): Promise<readonly TrackedJob[]>;
  /** All jobs, by {@link addressKey}. */
  all(): Promise<ReadonlyMap<string, readonly TrackedJob[]>>;
  /**
   * Replaces one job by what `change` makes of it, `undefined` removes it. Rejects when it cannot be written; a job that is
   * new is then still known to this window.
   */
  update(
    address: TargetAddress,
    jobId: string,
    change: (job: TrackedJob | undefined) => TrackedJob | undefined,
  ): Promise<TrackedJob | undefined>;
}

/** One string for a target at an origin; what maps are keyed by. */
export function addressKey({ provider, origin, target }: TargetAddress): string {
  return JSON.stringify([provider, origin, target]);
}

/** The archive jobs of a provider's service. Every call is made once; `start`, `retry` and `cancel` are never repeated here. */
export interface ArchiveJobs {
  /** Starts a job. It consumes a one-time consent. All resources must be of one group of {@link ArchiveJobs.exportable}. */
  start(target: ProviderTarget, request: JobRequest, signal: AbortSignal): Promise<JobStart>;
  read(target: ProviderTarget, jobId: string, signal: AbortSignal): Promise<JobReading>;
  /** Starts a failed job again, under a new id. */
  retry(target: ProviderTarget, jobId: string, signal: AbortSignal): Promise<JobStart>;
  cancel(target: ProviderTarget, jobId: string, signal: AbortSignal): Promise<JobCancel>;
  /** Which resources can be exported, as groups: those of one group can be in one job. */
  exportable(target: ProviderTarget, signal: AbortSignal): Promise<Exportable>;
}

export interface JobRequest {
  readonly resources: readonly string[];
  /** Limits of the data, epoch milliseconds; absent where everything is wanted. */
  readonly startTime?: number;
  readonly endTime?: number;
}

export type Exportable =
  | { readonly kind: 'groups'; readonly groups: readonly ExportableGroup[] }
  | { readonly kind: 'dead-credential'; readonly reason: Reason }
  | { readonly kind: 'failed'; readonly reason: Reason }
  | { readonly kind: 'aborted' };

export interface ExportableGroup {
  readonly timeBased: readonly string[];
  readonly oneTime: readonly string[];
}

export type JobStart =
  | { readonly kind: 'started'; readonly jobId: string; readonly oneTime?: boolean }
  /** The same job runs already; it can be followed from here. */
  | { readonly kind: 'exists'; readonly jobId: string; readonly reason: Reason }
  /** One-time consents are used up by the named jobs. Only now a reset helps. */
  | { readonly kind: 'exhausted'; readonly jobIds: readonly string[]; readonly reason: Reason }
  /** The service said no and did nothing: cool-down, quota, missing scope and others, told by the reason. */
  | { readonly kind: 'refused'; readonly reason: Reason }
  | { readonly kind: 'dead-credential'; readonly reason: Reason }
  | { readonly kind: 'not-sent'; readonly reason: Reason }
  /** Sent, and no trustworthy answer: asking again shows, because a job that runs is then answered by its id. */
  | { readonly kind: 'unknown'; readonly reason: Reason }
  | { readonly kind: 'aborted'; readonly sent: boolean };

export type JobReading =
  | {
      readonly kind: 'state';
      readonly state: Exclude<JobState, 'gone'>;
      /** Signed addresses of the archive's files, each bound to its own origin; they live six hours. */
      readonly addresses: readonly BoundSecret[];
    }
  /** The service does not know the job (any more). */
  | { readonly kind: 'no-such-job'; readonly reason: Reason }
  | { readonly kind: 'dead-credential'; readonly reason: Reason }
  | { readonly kind: 'failed'; readonly reason: Reason }
  | { readonly kind: 'aborted' };

export type JobCancel =
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'refused'; readonly reason: Reason }
  | { readonly kind: 'dead-credential'; readonly reason: Reason }
  | { readonly kind: 'not-sent'; readonly reason: Reason }
  | { readonly kind: 'unknown'; readonly reason: Reason }
  | { readonly kind: 'aborted'; readonly sent: boolean };
