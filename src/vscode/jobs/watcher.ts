/** Follows running archive jobs while the tree can be seen, and tells when one is complete. */
import * as vscode from 'vscode';
import type { TrackedJob } from '../../core/archiveJobs';
import { plainText } from '../../core/foreignText';
import { JobPolling, type JobPollingPorts } from '../../core/jobPolling';
import { jobLabel } from '../../core/jobPresentation';
import type { Target } from '../../core/model';
import { commandIds } from '../commandIds';
import type { Projects } from '../projects';
import type { Prompts } from '../prompts';
import { translate } from '../translate';

export interface JobWatcherPorts extends Pick<JobPollingPorts, 'jobs' | 'store' | 'clock' | 'log'> {
  readonly projects: Projects;
  readonly prompts: Prompts;
}

export class JobWatcher implements vscode.Disposable {
  readonly #polling: JobPolling;
  readonly #subscription: vscode.Disposable;

  constructor(ports: JobWatcherPorts, view: Pick<vscode.TreeView<unknown>, 'visible' | 'onDidChangeVisibility'>) {
    this.#polling = new JobPolling({
      ...ports,
      targets: () => ports.projects.targets,
      completed: (target, jobs) => void tellCompleted(target, jobs, ports.prompts),
    });
    this.#polling.setVisible(view.visible);
    this.#subscription = view.onDidChangeVisibility(({ visible }) => this.#polling.setVisible(visible));
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#polling.dispose();
  }
}

/** One notification for what one look has found. */
export async function tellCompleted(target: Target, jobs: readonly TrackedJob[], prompts: Prompts): Promise<void> {
  const [only, ...others] = jobs;
  if (!only) return;
  const identity = plainText(target.identity.label, 80);
  const download = vscode.l10n.t('Download…');
  const chosen = await prompts.inform(
    others.length === 0
      ? vscode.l10n.t('Archive of {0} is complete ({1}).', identity, jobLabel(only, { translate }))
      : vscode.l10n.t('{0} archives of {1} are complete.', jobs.length, identity),
    download,
  );
  if (chosen !== download) return;
  const parent = { kind: 'identity', target };
  const row = others.length === 0 ? { kind: 'detail', parent, job: { jobId: only.jobId } } : parent;
  await vscode.commands.executeCommand(commandIds.downloadArchive, row);
}
