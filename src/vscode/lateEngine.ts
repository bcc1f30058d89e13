/** Loads what registration does not need: once, when it is first asked for. */
import * as vscode from 'vscode';
import type { Log } from '../core/ports';
import { commandIds } from './commandIds';
import type { Engine } from './engine';

export class LateEngine implements vscode.Disposable {
  #engine: Engine | undefined;
  #telling = false;
  #disposed = false;

  constructor(
    private readonly load: () => Engine,
    private readonly log: Pick<Log, 'error'>,
  ) {}

  get isLoaded(): boolean {
    return this.#engine !== undefined;
  }

  /** Throws, after the user was told, when it cannot be loaded; the next call tries again. */
  now(): Engine {
    this.#engine ??= this.#begin();
    return this.#engine;
  }

  /** As {@link now}; rejects. */
  readonly get = async (): Promise<Engine> => this.now();

  /** What the parts work with. */
  readonly ports = async (): Promise<Engine['ports']> => (await this.get()).ports;

  dispose(): void {
    this.#disposed = true;
    this.#engine?.dispose();
  }

  #begin(): Engine {
    try {
      if (this.#disposed) throw new Error('The extension was stopped.');
      return this.load();
    } catch (error) {
      this.log.error(`Loading: ${error instanceof Error ? (error.stack ?? error.message) : 'unknown error'}`);
      if (!this.#disposed) void this.#tell();
      throw error;
    }
  }

  /** Once, however many have asked. The error itself goes to the log. */
  async #tell(): Promise<void> {
    if (this.#telling) return;
    this.#telling = true;
    const reload = vscode.l10n.t('Reload Window');
    const showLog = vscode.l10n.t('Show Log');
    try {
      const chosen = await vscode.window.showErrorMessage(
        vscode.l10n.t(
          'A part of Reconsent could not be loaded. Nothing was done, and nothing was sent. Reload the window; if that does not help, install Reconsent again.',
        ),
        reload,
        showLog,
      );
      if (chosen === reload) await vscode.commands.executeCommand('workbench.action.reloadWindow');
      if (chosen === showLog) await vscode.commands.executeCommand(commandIds.showLog);
    } finally {
      this.#telling = false;
    }
  }
}
