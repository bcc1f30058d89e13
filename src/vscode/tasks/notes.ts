/** Keeps in the store which identities tasks of this window may reset, and says where tasks are off. */
import * as vscode from 'vscode';
import { type Allowance, isAllowed } from '../../core/allowance';
import type { ConsentStore, IdentityState } from '../../core/consentStore';
import { type Target, type TargetKey, targetKey } from '../../core/model';
import type { Log } from '../../core/ports';
import type { ProviderDescription } from '../../core/provider';
import type { FileAllowances } from '../../storage/fileAllowances';
import type { Projects } from '../projects';
import { folderUris } from './folders';

export interface NotePorts {
  readonly descriptions: ReadonlyMap<string, ProviderDescription>;
  readonly log: Log;
  readonly projects: Projects;
  readonly store: ConsentStore;
  readonly stores: { readonly allowances: FileAllowances };
}

export class UnattendedNotes implements vscode.Disposable {
  readonly #subscriptions: readonly vscode.Disposable[];

  constructor(
    private readonly ports: NotePorts,
    private readonly view: { message?: string | undefined },
  ) {
    const refresh = (): void => this.#refresh();
    this.#subscriptions = [
      ports.projects.onDidChange(refresh),
      vscode.workspace.onDidChangeWorkspaceFolders(refresh),
      vscode.workspace.onDidGrantWorkspaceTrust(refresh),
      // Another window may have allowed or withdrawn something.
      vscode.window.onDidChangeWindowState(({ focused }) => {
        if (focused) refresh();
      }),
    ];
    refresh();
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  #refresh(): void {
    const { log, projects } = this.ports;
    // An empty view has a welcome text of its own; a message would hide it.
    const restricted = !vscode.workspace.isTrusted && projects.all.length > 0;
    this.view.message = restricted
      ? vscode.l10n.t('Restricted Mode: tasks and unattended resets are off. Resets from here ask first, as always.')
      : undefined;
    noteAllowances(this.ports).catch((error: unknown) => {
      log.warn(`The allowances were not shown: ${error instanceof Error ? error.message : 'unknown error'}`);
    });
  }
}

/** Brings the allowances, as they are on disk now, into the store. */
export async function noteAllowances(
  ports: Omit<NotePorts, 'log' | 'projects'> & { projects: Pick<Projects, 'targets'> },
) {
  const allowances = vscode.workspace.isTrusted ? await ports.stores.allowances.list() : [];
  const changes = new Map<TargetKey, (state: IdentityState) => IdentityState>();
  for (const target of ports.projects.targets.values()) {
    const allowed = waysAllowed(target, allowances, ports.descriptions);
    const key = targetKey(target);
    const shown = ports.store.get(key).unattended ?? [];
    if (shown.join() === allowed.join()) continue;
    changes.set(key, ({ unattended: _before, ...state }) =>
      allowed.length === 0 ? state : { ...state, unattended: allowed },
    );
  }
  ports.store.updateAll(changes);
}

function waysAllowed(
  target: Target,
  allowances: readonly Allowance[],
  descriptions: NotePorts['descriptions'],
): readonly string[] {
  const folders = folderUris();
  const ways = descriptions.get(target.project.provider)?.ways ?? [];
  return ways.map(({ id }) => id).filter((way) => isAllowed(allowances, target, way, folders) === 'yes');
}
