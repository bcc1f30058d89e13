/** What the commands of archive jobs do. A lazy part of the bundle. */
import * as vscode from 'vscode';
import { isRunning, isUndownloaded, type JobCancel, type JobReading, type TrackedJob } from '../../core/archiveJobs';
import { plainText } from '../../core/foreignText';
import type { NotPossible } from '../../core/jobOperations';
import { jobLabel } from '../../core/jobPresentation';
import { readJobId } from '../../core/jobRequest';
import { type Target, targetKey } from '../../core/model';
import { sameTarget } from '../sameTarget';
import { translate } from '../translate';
import { cancellable } from './cancellable';
import { downloadArchive } from './downloadArchive';
import type { JobActionPorts } from './ports';
import { startJob, tellStart, withSignIn } from './startJob';

export const jobActions = { startJob, followJob, checkJobs, retryJob, cancelJob, downloadArchive, untrackJob };

async function followJob(target: Target, ports: JobActionPorts): Promise<void> {
  const entered = await ports.prompts.text({
    title: vscode.l10n.t('Follow an archive job of {0}', plainText(target.identity.label, 60)),
    prompt: vscode.l10n.t('Id of the job, as the service gave it when the job was started'),
    validate: (text) => (readJobId(text) === undefined ? vscode.l10n.t('This cannot be the id of a job.') : undefined),
  });
  const jobId = entered === undefined ? undefined : readJobId(entered);
  if (jobId !== undefined) await follow(target, jobId, ports);
}

async function follow(given: Target, jobId: string, ports: JobActionPorts): Promise<void> {
  const target = await sameTarget(given, ports);
  if (!target) return;
  const reading = await cancellable(vscode.l10n.t('Reading the state of the job'), ports.clock, (signal) =>
    ports.jobs.adopt(target, jobId, signal),
  );
  if (reading.kind === 'state') return ports.reveal(target);
  await tellReading(target, reading, () => follow(target, jobId, ports), ports);
}

async function tellReading(
  target: Target,
  reading: Exclude<JobReading, { kind: 'state' }> | NotPossible,
  retry: () => Promise<void>,
  { prompts, tellReason }: JobActionPorts,
): Promise<void> {
  switch (reading.kind) {
    case 'aborted':
      return;
    case 'dead-credential':
      return tellReason(target, 'error', withSignIn(reading.reason), prompts);
    case 'no-such-job':
      return tellReason(target, 'warning', reading.reason, prompts);
    case 'failed':
    case 'not-possible':
      return tellReason(target, 'error', reading.reason, prompts, { retry });
  }
}

/** Reads the state of the jobs that are not settled. What has become complete is told as the watcher tells it. */
async function checkJobs(given: Target, ports: JobActionPorts): Promise<void> {
  const target = await sameTarget(given, ports);
  if (!target) return;
  const { jobs, prompts, store, tellReason } = ports;
  if (store.get(targetKey(target)).jobs.length === 0) {
    const follow = vscode.l10n.t('Follow by Id…');
    const chosen = await prompts.inform(
      vscode.l10n.t(
        'No archive job of {0} is followed here. The service lists none: a job that was started elsewhere is followed by its id.',
        plainText(target.identity.label, 80),
      ),
      follow,
    );
    if (chosen === follow) await followJob(target, ports);
    return;
  }
  const refreshed = await vscode.window.withProgress({ location: { viewId: 'reconsent.consents' } }, () =>
    jobs.refresh(target, new AbortController().signal),
  );
  const retry = (): Promise<void> => checkJobs(target, ports);
  if (refreshed.kind === 'not-possible') return tellReason(target, 'error', refreshed.reason, prompts, { retry });
  if (refreshed.failure) return tellReason(target, 'error', refreshed.failure, prompts, { retry });
  await ports.completed(target, refreshed.completed);
}

async function retryJob(given: Target, job: TrackedJob, ports: JobActionPorts): Promise<void> {
  const target = await sameTarget(given, ports);
  if (!target) return;
  const start = await cancellable(vscode.l10n.t('Starting the archive job again'), ports.clock, (signal) =>
    ports.jobs.retry(target, job.jobId, signal),
  );
  await tellStart(target, start, () => retryJob(target, job, ports), ports);
}

async function cancelJob(given: Target, job: TrackedJob, ports: JobActionPorts): Promise<void> {
  const yes = await ports.prompts.confirm(
    vscode.l10n.t(
      'Cancel the archive job of {0} ({1})?',
      plainText(given.identity.label, 80),
      jobLabel(job, { translate }),
    ),
    vscode.l10n.t('What it has done so far is lost. Whether a one-time consent can be used again then, nobody says.'),
    vscode.l10n.t('Cancel Job'),
  );
  const target = yes ? await sameTarget(given, ports) : undefined;
  if (!target) return;
  const cancel = await cancellable(vscode.l10n.t('Cancelling the archive job'), ports.clock, (signal) =>
    ports.jobs.cancel(target, job.jobId, signal),
  );
  await tellCancel(target, job, cancel, ports);
}

async function tellCancel(
  target: Target,
  job: TrackedJob,
  cancel: JobCancel | NotPossible,
  ports: JobActionPorts,
): Promise<void> {
  const { prompts, tellReason } = ports;
  const check = vscode.l10n.t('Check Jobs');
  switch (cancel.kind) {
    case 'cancelled':
      return;
    case 'refused':
      return tellReason(target, 'warning', cancel.reason, prompts);
    case 'dead-credential':
      return tellReason(target, 'error', withSignIn(cancel.reason), prompts);
    case 'not-sent':
    case 'not-possible':
      return tellReason(target, 'error', cancel.reason, prompts, { retry: () => cancelJob(target, job, ports) });
    case 'unknown':
      return tellReason(target, 'warning', cancel.reason, prompts, {
        own: new Map([[check, () => checkJobs(target, ports)]]),
      });
    case 'aborted': {
      if (!cancel.sent) return;
      const chosen = await prompts.warn(
        vscode.l10n.t('You stopped waiting after the request had left. It is not known whether the job was cancelled.'),
        check,
      );
      if (chosen === check) await checkJobs(target, ports);
    }
  }
}

/** At the service the job stays as it is; asked only where the preview of a reset would then not know of a loss. */
async function untrackJob(target: Target, job: TrackedJob, { jobs, prompts, clock }: JobActionPorts): Promise<void> {
  if (isRunning(job) || isUndownloaded(job, clock.now())) {
    const yes = await prompts.confirm(
      vscode.l10n.t(
        'Stop following the archive job of {0} ({1})?',
        plainText(target.identity.label, 80),
        jobLabel(job, { translate }),
      ),
      vscode.l10n.t(
        'At the service it stays as it is, but a reset then no longer warns that it would be lost. Its id: {0}',
        plainText(job.jobId, 256),
      ),
      vscode.l10n.t('Stop Following'),
    );
    if (!yes) return;
  }
  await jobs.untrack(target, job.jobId);
}
