/** Waits for a settings document to be opened; only then what finds its problems is loaded. */
import * as vscode from 'vscode';
import type { Log } from '../../core/ports';
import type { Authorities } from '../authorities';
import { settingsPlace } from './places';
import type { SettingsDiagnostics } from './settingsDiagnostics';

export interface SettingsWatchPorts {
  readonly authorities: Pick<Authorities, 'problems'>;
  readonly log: Pick<Log, 'error'>;
}

export class SettingsWatch implements vscode.Disposable {
  readonly #opened: vscode.Disposable;
  #loading: Promise<SettingsDiagnostics> | undefined;
  #disposed = false;

  constructor(private readonly ports: SettingsWatchPorts) {
    this.#opened = vscode.workspace.onDidOpenTextDocument((document) => this.#check(document));
    for (const document of vscode.workspace.textDocuments) this.#check(document);
  }

  dispose(): void {
    this.#disposed = true;
    this.#opened.dispose();
    this.#loading?.then((diagnostics) => diagnostics.dispose()).catch(() => undefined);
  }

  #check(document: vscode.TextDocument): void {
    if (this.#disposed || !settingsPlace(document.uri)) return;
    this.#loading ??= this.#load();
    this.#loading
      .then((diagnostics) => diagnostics.check(document))
      .catch((error: unknown) => this.ports.log.error(`Settings were not checked: ${String(error)}`));
  }

  async #load(): Promise<SettingsDiagnostics> {
    const { SettingsDiagnostics } = await import('./settingsDiagnostics');
    return new SettingsDiagnostics(this.ports);
  }
}
