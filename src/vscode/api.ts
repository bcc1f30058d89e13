/**
 * What Reconsent offers to other extensions: `extensions.getExtension('reconsent.reconsent').exports.getAPI(1)`.
 * It holds no secret and nothing that acts; states are the words the tree shows.
 */
import * as vscode from 'vscode';
import type { ConsentStore, IdentityState } from '../core/consentStore';
import { type Target, targetKey } from '../core/model';
import type { OutcomeKind } from '../core/outcome';
import type { ReasonTexts } from '../core/outcomeText';
import { presentIdentity } from '../core/presentation';
import type { Projects } from './projects';
import { translate } from './translate';

export interface ReconsentExports {
  /** Throws for a version that this build does not have. */
  getAPI(version: 1): ReconsentApi;
}

export interface ReconsentApi {
  /** All configured identities, in the order of the settings. */
  list(): readonly ListedIdentity[];
  /** Fires with each operation that has ended, whatever its outcome; not for those the user cancelled before sending. */
  readonly onDidReset: vscode.Event<ResetEvent>;
}

export interface ListedIdentity {
  readonly project: string;
  readonly identity: string;
  readonly provider: string;
  readonly state: IdentityState['consent']['kind'];
  /** What the tree says of it, in the user's language. */
  readonly description: string;
  readonly lastOutcome?: OutcomeKind;
}

export interface ResetEvent {
  readonly project: string;
  readonly identity: string;
  readonly outcome: OutcomeKind;
  /** Epoch milliseconds. */
  readonly at: number;
}

export function createExports(
  projects: Projects,
  store: ConsentStore,
  texts: ReasonTexts,
): { readonly exports: ReconsentExports } & vscode.Disposable {
  const reset = new vscode.EventEmitter<ResetEvent>();
  const told = new Map<string, number>();
  const subscription = store.subscribe((keys) => {
    for (const key of keys) {
      const { lastOutcome, activity } = store.get(key);
      const target = projects.targets.get(key);
      if (!lastOutcome || !target || activity.kind !== 'idle' || told.get(key) === lastOutcome.at) continue;
      told.set(key, lastOutcome.at);
      reset.fire({
        project: target.project.id,
        identity: target.identity.id,
        outcome: lastOutcome.kind,
        at: lastOutcome.at,
      });
    }
  });
  const api: ReconsentApi = {
    list: () => [...projects.targets.values()].map((target) => listed(target, store, texts)),
    onDidReset: reset.event,
  };
  return {
    exports: {
      getAPI(version: number) {
        if (version !== 1) throw new Error(`Reconsent has no API version ${version}; it has version 1.`);
        return api;
      },
    },
    dispose() {
      subscription.dispose();
      reset.dispose();
    },
  };
}

function listed(target: Target, store: ConsentStore, texts: ReasonTexts): ListedIdentity {
  const state = store.get(targetKey(target));
  return {
    project: target.project.id,
    identity: target.identity.id,
    provider: target.project.provider,
    state: state.consent.kind,
    description: presentIdentity(target, state, { now: Date.now(), texts, translate }).description,
    ...(state.lastOutcome ? { lastOutcome: state.lastOutcome.kind } : {}),
  };
}
