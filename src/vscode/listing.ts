/** What the exported API tells: all identities, and each reset. */
import type * as vscode from 'vscode';
import { type Target, targetKey } from '../core/model';
import { presentIdentity } from '../core/presentation';
import type { ListedIdentity, ResetEvent } from './publicApi';
import type { RequestPorts } from './tools/ports';
import { translate } from './translate';

export type ListingPorts = Pick<RequestPorts, 'projects' | 'store' | 'texts'>;

export function listIdentities(ports: ListingPorts): readonly ListedIdentity[] {
  return [...ports.projects.targets.values()].map((target) => listed(target, ports));
}

/** Fires once for each operation that has ended. */
export function tellResets(
  { projects, store }: Omit<ListingPorts, 'texts'>,
  resets: Pick<vscode.EventEmitter<ResetEvent>, 'fire'>,
): vscode.Disposable {
  const told = new Map<string, number>();
  return store.subscribe((keys) => {
    for (const key of keys) {
      const { lastOutcome, activity } = store.get(key);
      const target = projects.targets.get(key);
      if (!lastOutcome || !target || activity.kind !== 'idle' || told.get(key) === lastOutcome.at) continue;
      told.set(key, lastOutcome.at);
      resets.fire({
        project: target.project.id,
        identity: target.identity.id,
        outcome: lastOutcome.kind,
        at: lastOutcome.at,
      });
    }
  });
}

function listed(target: Target, { store, texts }: ListingPorts): ListedIdentity {
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
