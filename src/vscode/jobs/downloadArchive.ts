/** Download Archive: a folder, the files with progress in the row and in a notification, and what follows the last of them. */
import { homedir } from 'node:os';
import * as vscode from 'vscode';
import {
  type DownloadedPart,
  type DownloadProgress,
  type DownloadResult,
  downloadArchive as runDownload,
} from '../../core/archiveDownload';
import { isRunning, isUndownloaded, type JobReading, type TrackedJob } from '../../core/archiveJobs';
import { bytesText } from '../../core/downloadReasons';
import { plainText } from '../../core/foreignText';
import { type Target, targetKey } from '../../core/model';
import { createArchiveFiles } from '../../storage/archiveFiles';
import { commandIds } from '../commandIds';
import { inert } from '../inertText';
import { sameTarget } from '../sameTarget';
import type { JobActionPorts } from './ports';
import { withSignIn } from './startJob';

const folderKey = 'reconsent.downloadFolder';
/** How often progress is shown. */
const showEveryMs = 250;

export async function downloadArchive(given: Target, job: TrackedJob, ports: JobActionPorts): Promise<void> {
  const key = targetKey(given);
  const controller = ports.downloads.begin(key, job.jobId);
  if (!controller) return;
  let done: (() => Promise<void>) | undefined;
  try {
    const folder = await chooseFolder(ports);
    const target = folder && !controller.signal.aborted ? await sameTarget(given, ports) : undefined;
    if (folder && target) {
      const result = await download(target, job, folder, controller, ports);
      done = () => tellResult(target, job, result, folder, ports);
    }
  } finally {
    ports.downloads.end(key, job.jobId);
    showInRow(given, job, undefined, ports);
  }
  // Told only now: what is offered then may be to download it once more.
  await done?.();
}

async function chooseFolder({ prompts, recent }: JobActionPorts): Promise<vscode.Uri | undefined> {
  const last = recent.get(folderKey);
  const [folder] =
    (await vscode.window.showOpenDialog({
      canSelectFiles: false,
      canSelectFolders: true,
      canSelectMany: false,
      defaultUri: typeof last === 'string' ? vscode.Uri.parse(last) : vscode.Uri.file(homedir()),
      title: vscode.l10n.t('Folder for the archive'),
      openLabel: vscode.l10n.t('Download Here'),
    })) ?? [];
  if (folder && folder.scheme !== 'file') {
    await prompts.error(
      vscode.l10n.t(
        'Archives can be saved only to the disks of the computer that this extension runs on. Nothing was downloaded.',
      ),
    );
    return undefined;
  }
  if (folder) await recent.update(folderKey, folder.toString());
  return folder;
}

async function download(
  target: Target,
  job: TrackedJob,
  folder: vscode.Uri,
  controller: AbortController,
  ports: JobActionPorts,
): Promise<DownloadResult> {
  const { clock, network } = ports;
  return vscode.window.withProgress(
    {
      location: vscode.ProgressLocation.Notification,
      title: inert(vscode.l10n.t('Downloading the archive of {0}', plainText(target.identity.label, 80))),
      cancellable: true,
    },
    async (notification, token) => {
      token.onCancellationRequested(() => controller.abort());
      showInRow(target, job, { doneBytes: 0, totalBytes: undefined }, ports);
      let shownAt = Number.NEGATIVE_INFINITY;
      let percent = 0;
      const onProgress = (progress: DownloadProgress): void => {
        const now = clock.monotonic();
        if (now - shownAt < showEveryMs) return;
        shownAt = now;
        const before = percent;
        percent = percentOf(progress);
        notification.report({ message: progressWords(progress), increment: Math.max(0, percent - before) });
        showInRow(target, job, progress, ports);
      };
      return runDownload(
        job,
        {
          askAddresses: (signal) => askAddresses(target, job, signal, ports),
          downloads: await network.transport(),
          files: createArchiveFiles({ folder: folder.fsPath, archive: job }),
          clock,
          onProgress,
          onPartDone: (part) => notePart(target, job, part, ports),
        },
        controller.signal,
      );
    },
  );
}

async function askAddresses(
  target: Target,
  job: TrackedJob,
  signal: AbortSignal,
  { jobs }: JobActionPorts,
): Promise<JobReading> {
  const ready = await jobs.ready(target);
  return ready.kind === 'ready'
    ? ready.archives.read(ready.target, job.jobId, signal)
    : { kind: 'failed', reason: ready.reason };
}

/** Where this cannot be written down, the file is there all the same; only the archive then still counts as not downloaded. */
async function notePart(
  target: Target,
  { jobId }: TrackedJob,
  part: DownloadedPart,
  { clock, jobs, log }: JobActionPorts,
): Promise<void> {
  const noted = { downloadedAt: clock.now(), bytes: part.bytes };
  try {
    await jobs.change(
      target,
      jobId,
      (job) =>
        job && {
          ...job,
          parts: Array.from({ length: part.parts }, (_, index) =>
            index === part.index ? noted : (job.parts[index] ?? {}),
          ),
        },
    );
  } catch (error) {
    log.warn(
      `A downloaded file of an archive could not be noted: ${error instanceof Error ? error.message : 'unknown'}`,
    );
  }
}

async function tellResult(
  target: Target,
  job: TrackedJob,
  result: DownloadResult,
  folder: vscode.Uri,
  ports: JobActionPorts,
): Promise<void> {
  const { jobs, log, prompts, tellReason } = ports;
  const retry = (): Promise<void> => downloadAgain(target, job.jobId, ports);
  switch (result.kind) {
    case 'downloaded':
      return tellDownloaded(target, result.files, folder, ports);
    case 'cancelled':
      return;
    case 'dead-credential':
      return tellReason(target, 'error', withSignIn(result.reason), prompts);
    case 'not-there': {
      // The row still says that there is something to download.
      const refreshed = await jobs.refresh(target, new AbortController().signal);
      if (refreshed.kind === 'not-possible') log.warn('The archive jobs could not be checked after the download.');
      return tellReason(target, 'warning', result.reason, prompts);
    }
    case 'parts-changed': {
      const parts = Array.from({ length: result.now }, () => ({}));
      return tellReason(target, 'warning', result.reason, prompts, {
        retry: async () => {
          await jobs.change(target, job.jobId, (known) => known && { ...known, parts });
          await retry();
        },
      });
    }
    case 'no-space':
    case 'wrong-size':
    case 'wrong-hash':
    case 'failed':
      return tellReason(target, 'error', result.reason, prompts, { retry });
  }
}

async function downloadAgain(target: Target, jobId: string, ports: JobActionPorts): Promise<void> {
  const job = ports.store.get(targetKey(target)).jobs.find((known) => known.jobId === jobId);
  if (job) return downloadArchive(target, job, ports);
  await ports.prompts.warn(vscode.l10n.t('This archive job is no longer followed here.'));
}

/** A download shows in its row. Only the last one is told: now, and not when the next job is due, is the time to reset. */
async function tellDownloaded(
  target: Target,
  files: readonly DownloadedPart[],
  folder: vscode.Uri,
  ports: JobActionPorts,
): Promise<void> {
  const { clock, prompts, store } = ports;
  const now = clock.now();
  if (store.get(targetKey(target)).jobs.some((job) => isRunning(job) || isUndownloaded(job, now))) return;
  const reset = vscode.l10n.t('Reset Now…');
  const show = vscode.l10n.t('Show in Folder');
  const [first] = files;
  const onDesktop = vscode.env.uiKind === vscode.UIKind.Desktop && vscode.env.remoteName === undefined;
  const chosen = await prompts.inform(
    vscode.l10n.t(
      'All archives of {0} are downloaded, and no job is running. Google advises to reset the consent at this point, not only when the next job is about to start.',
      plainText(target.identity.label, 80),
    ),
    reset,
    ...(first && onDesktop ? [show] : []),
  );
  if (chosen === reset) await vscode.commands.executeCommand(commandIds.resetConsent, { kind: 'identity', target });
  if (chosen === show && first) {
    await vscode.commands.executeCommand('revealFileInOS', vscode.Uri.joinPath(folder, first.name));
    // The button has closed the notification, and the advice is still good.
    await tellDownloaded(target, [], folder, ports);
  }
}

function showInRow(
  target: Target,
  { jobId }: TrackedJob,
  progress: Pick<DownloadProgress, 'doneBytes' | 'totalBytes'> | undefined,
  { store }: JobActionPorts,
): void {
  store.update(targetKey(target), (state) => {
    if (!progress && !state.downloads.has(jobId)) return state;
    const downloads = new Map(state.downloads);
    if (progress) downloads.set(jobId, { doneBytes: progress.doneBytes, totalBytes: progress.totalBytes });
    else downloads.delete(jobId);
    return { ...state, downloads };
  });
}

function percentOf({ doneBytes, totalBytes }: DownloadProgress): number {
  return totalBytes === undefined || totalBytes === 0 ? 0 : (100 * doneBytes) / totalBytes;
}

function progressWords({ doneBytes, totalBytes, part, parts }: DownloadProgress): string {
  const done = bytesText(doneBytes);
  const bytes = totalBytes === undefined ? done : vscode.l10n.t('{0} of {1}', done, bytesText(totalBytes));
  return parts === 1 ? bytes : vscode.l10n.t('file {0} of {1}, {2}', part, parts, bytes);
}
