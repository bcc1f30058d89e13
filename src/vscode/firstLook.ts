/** What follows registration: which welcome the empty views show, and everything else as soon as there is a project. */
import * as vscode from 'vscode';
import { contextKeys, setContextKey, setWelcomeKeys } from './contextKeys';
import type { LateEngine } from './lateEngine';
import { isConfigured, key, section } from './projectsValue';
import { ignoredPlaces } from './settingsProblems/ignoredPlaces';

const noProjects = { all: [], targets: new Map(), problems: [] };

export class FirstLook implements vscode.Disposable {
  readonly #subscriptions: readonly vscode.Disposable[];
  /** The editor counts what activation takes, and makes others wait for it: that only registers. */
  readonly #first = setImmediate(() => this.#look());

  constructor(private readonly engine: Pick<LateEngine, 'get' | 'isLoaded'>) {
    this.#subscriptions = [
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration(`${section}.${key}`)) this.#look();
      }),
      // A folder that comes has settings of its own.
      vscode.workspace.onDidChangeWorkspaceFolders(() => this.#look()),
    ];
  }

  dispose(): void {
    clearImmediate(this.#first);
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  /** The engine follows the settings itself. */
  #look(): void {
    if (this.engine.isLoaded) return;
    if (!isConfigured()) {
      setWelcomeKeys(noProjects);
      // A window that has nothing of Reconsent's does not pay for it.
      this.#tellIgnored().catch(() => undefined);
      return;
    }
    // There are projects also where their rows cannot be shown, which the user was told.
    this.engine.get().catch(() => setContextKey(contextKeys.hasProjects, true));
  }

  /** What is said of a workspace that sets projects is said by the engine, too. */
  async #tellIgnored(): Promise<void> {
    if ((await ignoredPlaces()).length > 0) await this.engine.get();
  }
}
