/** The identity that the status bar resets. Kept per workspace, because it follows what is being worked on. */
import * as vscode from 'vscode';
import { type Target, type TargetKey, targetKey } from '../core/model';
import type { Projects } from './projects';

const stateKey = 'reconsent.quickResetIdentity';

export class ActiveIdentity implements vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.#changed.event;
  readonly #subscription: vscode.Disposable;

  constructor(
    private readonly projects: Projects,
    private readonly memento: vscode.Memento,
  ) {
    this.#subscription = projects.onDidChange(() => this.#changed.fire());
  }

  get anyIdentity(): boolean {
    return this.projects.targets.size > 0;
  }

  /** The chosen identity; the only one when there is but one; otherwise `undefined`. */
  get current(): Target | undefined {
    const chosen = this.memento.get<TargetKey>(stateKey);
    const target = chosen === undefined ? undefined : this.projects.targets.get(chosen);
    if (target) return target;
    const [only, ...others] = this.projects.targets.values();
    return others.length === 0 ? only : undefined;
  }

  async choose(target: Target): Promise<void> {
    await this.memento.update(stateKey, targetKey(target));
    this.#changed.fire();
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#changed.dispose();
  }
}
