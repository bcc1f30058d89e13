/** The exported API: `extensions.getExtension('reconsent.reconsent').exports.getAPI(1)`. `publicApi.ts` says what it promises. */
import type * as vscode from 'vscode';
import { isConfigured } from './projectsValue';
import type { ListedIdentity, ReconsentApi, ReconsentExports, ResetEvent } from './publicApi';
import type { RequestPorts } from './tools/ports';

export interface ExportPorts {
  /** What a list and a reset are made with, loaded on first use. */
  readonly engine: { now(): { list(): readonly ListedIdentity[] }; ports(): Promise<RequestPorts> };
  readonly onDidReset: vscode.Event<ResetEvent>;
}

export function createExports({ engine, onDidReset }: ExportPorts): ReconsentExports {
  const api: ReconsentApi = {
    // It may be asked for as soon as activation is over.
    list: () => (isConfigured() ? engine.now().list() : []),
    onDidReset,
    reset: async (target, options) => {
      const { toolActions } = await import('./tools/toolActions');
      return toolActions.resetForExtension(target, options, await engine.ports());
    },
  };
  return {
    getAPI(version: number) {
      if (version !== 1) throw new Error(`Reconsent has no API version ${version}; it has version 1.`);
      return api;
    },
  };
}
