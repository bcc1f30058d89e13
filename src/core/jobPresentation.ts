/** Archive jobs as rows and words. Pure. */
import { archiveEnd, isRunning, isUndownloaded, mayRetry, type TrackedJob } from './archiveJobs';
import type { DownloadProgress, IdentityState } from './consentStore';
import type { DetailPresentation } from './detailRows';
import { plainText } from './foreignText';
import { localTime } from './localTime';
import { duration, type IconPresentation, type PresentationContext } from './presentation';
import { spokenRow } from './spokenText';

export function presentJobs(state: IdentityState, context: PresentationContext): readonly DetailPresentation[] {
  return state.jobs.map((job) => {
    const progress = state.downloads.get(job.jobId);
    const label = jobLabel(job, context);
    const description = progress ? progressWords(progress, context) : stateWords(job, context);
    return {
      id: `job:${job.jobId}`,
      label,
      description,
      ariaLabel: spokenRow(label, description),
      icon: jobIcon(job, progress, context.now),
      job: { jobId: job.jobId, contextValue: contextValueOf(job, progress !== undefined, context.now) },
    };
  });
}

/** The resources of the job; its id where nothing else is known. */
export function jobLabel(job: TrackedJob, { translate }: Pick<PresentationContext, 'translate'>): string {
  const [first, ...more] = job.resources;
  if (first === undefined) return translate('Job {id}', { id: plainText(job.jobId, 40) });
  const name = plainText(first, 60);
  return more.length === 0
    ? translate('Job: {resource}', { resource: name })
    : translate('Job: {resource} and {count} more', { resource: name, count: String(more.length) });
}

function stateWords(job: TrackedJob, context: PresentationContext): string {
  const { translate, now } = context;
  switch (job.state) {
    case 'in-progress':
      return translate('running · started {time}', { time: localTime(job.trackedAt, now) });
    case 'complete':
      return completeWords(job, context);
    case 'failed':
      if (job.retriedAs !== undefined) return translate('failed · retried', {});
      return mayRetry(job) ? translate('failed · can be retried', {}) : translate('failed · no retry left', {});
    case 'cancelled':
      return translate('cancelled', {});
    case 'gone':
      return translate('no longer known to the service', {});
  }
}

function completeWords(job: TrackedJob, { translate, now }: PresentationContext): string {
  const end = archiveEnd(job);
  if (!isUndownloaded(job, now)) {
    return now >= end && job.parts.some(({ downloadedAt }) => downloadedAt === undefined)
      ? translate('complete · archive has expired', {})
      : translate('complete · downloaded', {});
  }
  const done = job.parts.filter(({ downloadedAt }) => downloadedAt !== undefined).length;
  const left = duration(end - now, translate);
  return done === 0
    ? translate('complete · not downloaded · at most {time} left', { time: left })
    : translate('complete · {done} of {count} files downloaded', {
        done: String(done),
        count: String(job.parts.length),
      });
}

function progressWords({ doneBytes, totalBytes }: DownloadProgress, { translate }: PresentationContext): string {
  if (totalBytes === undefined || totalBytes === 0) return translate('downloading…', {});
  const percent = String(Math.floor((100 * doneBytes) / totalBytes));
  return translate('downloading… {percent} %', { percent });
}

function jobIcon(job: TrackedJob, progress: DownloadProgress | undefined, now: number): IconPresentation {
  if (progress) return { id: 'cloud-download' };
  switch (job.state) {
    case 'in-progress':
      return { id: 'sync' };
    case 'complete':
      return isUndownloaded(job, now) ? { id: 'cloud-download', color: 'list.warningForeground' } : { id: 'pass' };
    case 'failed':
      return job.retriedAs === undefined ? { id: 'error', color: 'list.errorForeground' } : { id: 'history' };
    case 'cancelled':
    case 'gone':
      return { id: 'circle-slash' };
  }
}

function contextValueOf(job: TrackedJob, downloading: boolean, now: number): string {
  const flags = ['job'];
  if (isRunning(job)) flags.push('running');
  if (isUndownloaded(job, now)) flags.push('undownloaded');
  if (downloading) flags.push('downloading');
  if (mayRetry(job)) flags.push('mayRetry');
  if (!isRunning(job)) flags.push('settled');
  return `;${flags.join(';')};`;
}
