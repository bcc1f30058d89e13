/** What the commands of archive jobs work with. */
import type * as vscode from 'vscode';
import type { TrackedJob } from '../../core/archiveJobs';
import type { ConsentStore } from '../../core/consentStore';
import type { JobOperations } from '../../core/jobOperations';
import type { Target } from '../../core/model';
import type { ReasonTexts } from '../../core/outcomeText';
import type { Clock, Log } from '../../core/ports';
import type { tellReason } from '../commands/tellOutcome';
import type { Network } from '../network';
import type { Projects } from '../projects';
import type { Prompts } from '../prompts';
import type { RunningDownloads } from './runningDownloads';

export interface JobPorts {
  readonly jobs: JobOperations;
  readonly downloads: RunningDownloads;
  readonly store: ConsentStore;
  readonly network: Network;
  readonly projects: Pick<Projects, 'targets'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly prompts: Prompts;
  readonly texts: ReasonTexts;
  readonly recent: vscode.Memento;
  /** Shows the identity with its jobs in the tree. */
  reveal(target: Target): void;
}

/** For the lazy part of the bundle. */
export interface JobActionPorts extends JobPorts {
  readonly tellReason: typeof tellReason;
  completed(target: Target, jobs: readonly TrackedJob[]): Promise<void>;
}
