/** What follows registration: which welcome the empty views show, and everything else as soon as there is a project. */
import type * as vscode from 'vscode';
import { contextKeys, setContextKey } from './contextKeys';
import type { LateEngine } from './lateEngine';
import type { Projects } from './projects';

export interface FirstLookPorts {
  readonly engine: Pick<LateEngine, 'get'>;
  readonly projects: Pick<Projects, 'all' | 'targets' | 'problems' | 'onDidChange' | 'ignoredPlaces'>;
}

export class FirstLook implements vscode.Disposable {
  readonly #subscription: vscode.Disposable;
  /** The editor counts what activation takes, and makes others wait for it: that only registers. */
  readonly #first = setImmediate(() => this.#look());

  constructor(private readonly ports: FirstLookPorts) {
    this.#subscription = ports.projects.onDidChange(() => this.#look());
  }

  dispose(): void {
    clearImmediate(this.#first);
    this.#subscription.dispose();
  }

  #look(): void {
    const { engine, projects } = this.ports;
    setContextKey(contextKeys.hasProjects, projects.all.length > 0);
    setContextKey(contextKeys.hasIdentities, projects.targets.size > 0);
    setContextKey(contextKeys.settingsBroken, projects.problems.length > 0);
    const configured = projects.all.length + projects.problems.length > 0;
    // A window that has nothing of Reconsent's does not pay for it.
    void (configured ? engine.get() : this.#tellIgnored()).catch(() => undefined);
  }

  /** What is said of a workspace that sets projects is said by the engine, too. */
  async #tellIgnored(): Promise<void> {
    const { engine, projects } = this.ports;
    if ((await projects.ignoredPlaces()).length > 0) await engine.get();
  }
}
