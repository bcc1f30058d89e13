/** The times of a job, and until when its archive is there. */
import type { JobState } from './api';
import type { Job } from './world';
import { dayMs } from './world';

const archiveLifetimeMs = 14 * dayMs;

export function jobState(job: Job, now: number): JobState {
  return job.decided?.state ?? (now < job.startedAt + job.durationMs ? 'IN_PROGRESS' : 'COMPLETE');
}

/** When a job that is complete became so. */
export function completedAt(job: Job): number {
  return job.decided?.at ?? job.startedAt + job.durationMs;
}

/** Whether there is something to download: 14 days from completion. */
export function archiveThere(job: Job, now: number): boolean {
  return jobState(job, now) === 'COMPLETE' && now < completedAt(job) + archiveLifetimeMs;
}

/** `exportTime`: the end of the time filter, or else when the export was asked for. */
export function exportedUntil(job: Job): string {
  return job.endTime === undefined ? new Date(job.startedAt).toISOString() : zNormalized(job.endTime);
}

/** A protobuf timestamp as it is printed: UTC, with 0, 3, 6 or 9 digits of a second, of which none is lost. */
export function zNormalized(timestamp: string): string {
  const [, whole = '', fraction = '', zone = ''] = /^(.{19})(?:\.(\d{1,9}))?(.+)$/.exec(timestamp) ?? [];
  const seconds = new Date(whole + zone).toISOString().slice(0, 19);
  const digits = fraction.padEnd(9, '0').replace(/(?:000){1,3}$/, '');
  return `${seconds}${digits === '' ? '' : `.${digits}`}Z`;
}
