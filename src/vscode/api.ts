/** The exported API: `extensions.getExtension('reconsent.reconsent').exports.getAPI(1)`. `publicApi.ts` says what it promises. */
import * as vscode from 'vscode';
import { type Target, targetKey } from '../core/model';
import { presentIdentity } from '../core/presentation';
import type { ListedIdentity, ReconsentApi, ReconsentExports, ResetEvent } from './publicApi';
import type { RequestPorts } from './tools/ports';
import { translate } from './translate';

export interface ExportPorts extends Pick<RequestPorts, 'projects' | 'store' | 'texts'> {
  /** What a reset works with, loaded on first use. */
  engine(): Promise<RequestPorts>;
}

export function createExports(ports: ExportPorts): { readonly exports: ReconsentExports } & vscode.Disposable {
  const { projects, store } = ports;
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
    list: () => [...projects.targets.values()].map((target) => listed(target, ports)),
    onDidReset: reset.event,
    reset: async (target, options) => {
      const { toolActions } = await import('./tools/toolActions');
      return toolActions.resetForExtension(target, options, await ports.engine());
    },
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

function listed(target: Target, { store, texts }: ExportPorts): ListedIdentity {
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
