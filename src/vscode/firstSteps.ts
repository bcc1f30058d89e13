/** Tells the walkthrough which of its steps are done, whatever way they were done. What is done stays done. */
import type * as vscode from 'vscode';
import type { ConsentStore, IdentityState } from '../core/consentStore';
import type { TargetKey } from '../core/model';
import type { OutcomeKind } from '../core/outcome';
import { contextKeys, setContextKey } from './contextKeys';
import type { Projects } from './projects';
import { isSampleProject } from './sandboxSamples';

export interface FirstStepPorts {
  readonly projects: Pick<Projects, 'all' | 'targets' | 'onDidChange'>;
  readonly store: Pick<ConsentStore, 'get' | 'subscribe'>;
}

type Step = Parameters<typeof setContextKey>[0];

/** After these the consent is gone, or the service has said so. */
const resets: readonly OutcomeKind[] = ['verified', 'accepted', 'already-reset'];

export class FirstSteps implements vscode.Disposable {
  readonly #done = new Set<Step>();
  readonly #subscriptions: readonly vscode.Disposable[];

  constructor(private readonly ports: FirstStepPorts) {
    const { projects, store } = ports;
    this.#subscriptions = [
      projects.onDidChange(() => this.#lookAtProjects()),
      store.subscribe((keys) => this.#lookAtStates(keys)),
    ];
    this.#lookAtProjects();
    this.#lookAtStates(projects.targets.keys());
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  #lookAtProjects(): void {
    const { all } = this.ports.projects;
    const own = all.filter(({ id }) => !isSampleProject(id));
    this.#doneIf(contextKeys.hasSampleProject, own.length < all.length);
    this.#doneIf(contextKeys.hasOwnProject, own.length > 0);
  }

  #lookAtStates(keys: Iterable<TargetKey>): void {
    for (const key of keys) {
      const { consent, lastOutcome, unattended }: IdentityState = this.ports.store.get(key);
      const { project } = this.ports.projects.targets.get(key) ?? {};
      const own = project !== undefined && !isSampleProject(project.id);
      this.#doneIf(contextKeys.hasOwnIdentity, own && consent.kind !== 'not-signed-in');
      this.#doneIf(contextKeys.hasReset, lastOutcome !== undefined && resets.includes(lastOutcome.kind));
      this.#doneIf(contextKeys.hasAllowance, unattended !== undefined);
    }
  }

  #doneIf(step: Step, done: boolean): void {
    if (!done || this.#done.has(step)) return;
    this.#done.add(step);
    setContextKey(step, true);
  }
}
