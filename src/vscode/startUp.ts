/** What happens after registration, in the background: state for the first paint, unfinished operations, one warning. */
import * as vscode from 'vscode';
import type { ConsentOperations } from '../core/consentOperations';
import type { JobOperations } from '../core/jobOperations';
import { untranslated } from '../core/outcomeText';
import type { Log } from '../core/ports';
import { type SettingProblem, settingSentences } from '../core/settingTexts';
import type { Authorities } from './authorities';
import { commandIds } from './commandIds';
import type { Projects } from './projects';
import type { Prompts } from './prompts';
import { settingsNotice } from './settingsNotice';

export interface StartUpPorts {
  readonly projects: Projects;
  readonly authorities: Pick<Authorities, 'problems'>;
  readonly operations: ConsentOperations;
  readonly jobs: JobOperations;
  readonly prompts: Prompts;
  readonly log: Log;
}

const withoutEffect = 'This has no effect: only your user settings decide where secrets go.';

export class StartUp implements vscode.Disposable {
  readonly #subscription: vscode.Disposable;
  #told = '';

  constructor(private readonly ports: StartUpPorts) {
    this.#subscription = ports.projects.onDidChange(() => this.begin());
  }

  /** Never rejects: a broken disk or setting must not keep the extension from working. */
  begin(): void {
    // Neither waits for the other: what is wrong with the settings is told also where the journal cannot be read.
    for (const task of [this.#refresh(), this.#tellProblems()]) {
      task.catch((error: unknown) => {
        this.ports.log.error(`Start-up: ${error instanceof Error ? error.message : 'unknown error'}`);
      });
    }
  }

  dispose(): void {
    this.#subscription.dispose();
  }

  async #refresh(): Promise<void> {
    const { projects, operations, jobs } = this.ports;
    const targets = [...projects.targets.values()];
    await operations.load(targets);
    await jobs.load(targets);
  }

  /** Each set of problems is told once. Details go to the log, because they may quote the settings. */
  async #tellProblems(): Promise<void> {
    const { projects, authorities, log, prompts } = this.ports;
    const files = await authorities.problems();
    const places = await projects.ignoredPlaces();
    // Read after the files were: the settings may have changed meanwhile.
    const found = [...projects.problems, ...files];
    const problems = found.map(logLine);
    const entries = new Set(found.map(({ path }) => /^\[\d+\]/.exec(path)?.[0])).size;
    const all = [...problems, places.length > 0 ? 'ignored' : ''].join('\n');
    if (all === this.#told) return;
    this.#told = all;
    if (problems.length + places.length === 0) return;
    for (const problem of problems) log.warn(problem);
    for (const place of places) log.warn(`The workspace sets "reconsent.projects" in ${place}. ${withoutEffect}`);
    const openSettings = vscode.l10n.t('Open Settings');
    const showLog = vscode.l10n.t('Show Log');
    const chosen = await prompts.warn(settingsNotice(entries, files, places.length > 0), openSettings, showLog);
    if (chosen === openSettings) await vscode.commands.executeCommand(commandIds.editProjects);
    if (chosen === showLog) await vscode.commands.executeCommand(commandIds.showLog);
  }
}

/** The log is English. */
function logLine(problem: SettingProblem): string {
  const { what, mend } = settingSentences(problem, untranslated);
  return `reconsent.projects${problem.path}: ${what}. ${mend}`;
}
