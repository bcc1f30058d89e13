/** Commands of archive jobs: first the identity, then the job, then what is done with it. */
import * as vscode from 'vscode';
import { isRunning, isUndownloaded, mayRetry, type TrackedJob } from '../../core/archiveJobs';
import { presentJobs } from '../../core/jobPresentation';
import { type Target, targetKey } from '../../core/model';
import type { ProviderDescription } from '../../core/provider';
import { commandIds } from '../commandIds';
import { tellReason } from '../commands/tellOutcome';
import { withoutIcons } from '../inertText';
import type { TargetFilter, Targets } from '../targets';
import { translate } from '../translate';
import type { JobPorts } from './ports';
import { tellCompleted } from './watcher';

export interface JobCommandPorts extends JobPorts {
  readonly descriptions: ReadonlyMap<string, ProviderDescription>;
  readonly targets: Targets;
  /** The rows that are selected in the tree. */
  selection(): readonly unknown[];
}

type Run = (argument: unknown) => Promise<void>;
type JobCommandId =
  | typeof commandIds.startJob
  | typeof commandIds.followJob
  | typeof commandIds.checkJobs
  | typeof commandIds.retryJob
  | typeof commandIds.cancelJob
  | typeof commandIds.downloadArchive
  | typeof commandIds.stopDownload
  | typeof commandIds.untrackJob
  | typeof commandIds.copyJobId;

/** Which jobs a command is for, and what is said when there is none. */
interface JobFilter {
  readonly title: string;
  readonly none: string;
  fits(job: TrackedJob, downloading: boolean): boolean;
}

export function jobCommands(ports: JobCommandPorts): Readonly<Record<JobCommandId, Run>> {
  const { clock, downloads, targets } = ports;
  const { l10n } = vscode;
  const actionPorts = {
    ...ports,
    tellReason,
    completed: (target: Target, jobs: readonly TrackedJob[]) => tellCompleted(target, jobs, ports.prompts),
  };
  const exporting: TargetFilter = {
    fits: ({ project }) => ports.descriptions.get(project.provider)?.exportsArchives === true,
    none: l10n.t('This is for identities of a service that exports archives. None of yours is.'),
  };
  const load = async () => (await import('./jobActions')).jobActions;
  const onTarget =
    (title: string, act: (target: Target) => Promise<void>): Run =>
    async (argument) => {
      const target = await targets.resolve(argument, title, exporting);
      if (target) await act(target);
    };
  const onJob =
    (filter: JobFilter, act: (target: Target, job: TrackedJob) => Promise<void> | void): Run =>
    async (argument) => {
      const target = await targets.resolve(argument, filter.title, exporting);
      const job = target && (await chooseJob(argument, target, filter, ports));
      if (target && job) await act(target, job);
    };
  return {
    [commandIds.startJob]: onTarget(l10n.t('Start an archive job'), async (target) =>
      (await load()).startJob(target, actionPorts),
    ),
    [commandIds.followJob]: onTarget(l10n.t('Follow an archive job'), async (target) =>
      (await load()).followJob(target, actionPorts),
    ),
    [commandIds.checkJobs]: onTarget(l10n.t('Check archive jobs'), async (target) =>
      (await load()).checkJobs(target, actionPorts),
    ),
    [commandIds.retryJob]: onJob(
      {
        title: l10n.t('Retry an archive job'),
        none: l10n.t('No archive job of this identity can be retried.'),
        fits: mayRetry,
      },
      async (target, job) => (await load()).retryJob(target, job, actionPorts),
    ),
    [commandIds.cancelJob]: onJob(
      {
        title: l10n.t('Cancel an archive job'),
        none: l10n.t('No archive job of this identity is running.'),
        fits: isRunning,
      },
      async (target, job) => (await load()).cancelJob(target, job, actionPorts),
    ),
    [commandIds.downloadArchive]: onJob(
      {
        title: l10n.t('Download an archive'),
        none: l10n.t('No archive of this identity waits to be downloaded.'),
        fits: (job, downloading) => !downloading && isUndownloaded(job, clock.now()),
      },
      async (target, job) => (await load()).downloadArchive(target, job, actionPorts),
    ),
    [commandIds.stopDownload]: onJob(
      {
        title: l10n.t('Stop a download'),
        none: l10n.t('No archive of this identity is being downloaded in this window.'),
        fits: (_job, downloading) => downloading,
      },
      (target, job) => downloads.stop(targetKey(target), job.jobId),
    ),
    [commandIds.untrackJob]: onJob(
      {
        title: l10n.t('Stop following an archive job'),
        none: l10n.t('No archive job of this identity is followed here.'),
        fits: (_job, downloading) => !downloading,
      },
      async (target, job) => (await load()).untrackJob(target, job, actionPorts),
    ),
    [commandIds.copyJobId]: onJob(
      {
        title: l10n.t('Copy the id of an archive job'),
        none: l10n.t('No archive job of this identity is followed here.'),
        fits: () => true,
      },
      async (_target, { jobId }) => vscode.env.clipboard.writeText(jobId),
    ),
  };
}

/** The job of the row, or of the selected row, or of the user's choice among those that fit. */
async function chooseJob(
  argument: unknown,
  target: Target,
  { title, none, fits }: JobFilter,
  { clock, prompts, selection, store, texts }: JobCommandPorts,
): Promise<TrackedJob | undefined> {
  const state = store.get(targetKey(target));
  // A row is trusted for its id only: the job may have changed since it was painted.
  const fitting = state.jobs.filter((job) => fits(job, state.downloads.has(job.jobId)));
  const named = jobIdOf(argument);
  if (named !== undefined) {
    const known = state.jobs.some(({ jobId }) => jobId === named);
    const chosen = fitting.find(({ jobId }) => jobId === named);
    if (!known) await prompts.warn(vscode.l10n.t('This archive job is no longer followed here.'));
    else if (!chosen) await prompts.warn(none);
    return chosen;
  }
  const [selected, ...others] = argument === undefined ? selection() : [];
  const given = others.length === 0 ? jobIdOf(selected) : undefined;
  const chosen = fitting.find(({ jobId }) => jobId === given);
  if (chosen) return chosen;
  if (fitting.length === 0) {
    await prompts.warn(none);
    return undefined;
  }
  const rows = new Map(
    presentJobs(state, { now: clock.now(), texts, translate }).map((row) => [row.job?.jobId, row] as const),
  );
  const items = fitting.map((job) => ({
    label: withoutIcons(rows.get(job.jobId)?.label ?? job.jobId),
    description: withoutIcons(rows.get(job.jobId)?.description ?? ''),
    detail: withoutIcons(job.jobId, 256),
    job,
  }));
  return (await prompts.pick(title, vscode.l10n.t('Choose an archive job'), items))?.job;
}

function jobIdOf(node: unknown): string | undefined {
  if (typeof node !== 'object' || node === null || !('job' in node)) return undefined;
  const { job } = node;
  if (typeof job !== 'object' || job === null || !('jobId' in job)) return undefined;
  return typeof job.jobId === 'string' ? job.jobId : undefined;
}
