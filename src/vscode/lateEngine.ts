/** Loads what is not needed for the first look at a window: once, when it is first asked for. */
import * as vscode from 'vscode';
import type { Log } from '../core/ports';
import { commandIds } from './commandIds';
import type { Engine } from './engine';

export class LateEngine implements vscode.Disposable {
  #loading: Promise<Engine> | undefined;
  #telling = false;
  #disposed = false;

  constructor(
    private readonly load: () => Promise<Engine>,
    private readonly log: Pick<Log, 'error'>,
  ) {}

  /** Rejects, after the user was told, when it cannot be loaded; the next call tries again. */
  async get(): Promise<Engine> {
    this.#loading ??= this.#begin();
    return this.#loading;
  }

  /** What the parts work with. */
  readonly ports = async (): Promise<Engine['ports']> => (await this.get()).ports;

  /** What makes the rows below an identity. */
  readonly details = async (): Promise<Engine['presentDetails']> => (await this.get()).presentDetails;

  dispose(): void {
    this.#disposed = true;
    this.#loading?.then((engine) => engine.dispose()).catch(() => undefined);
  }

  async #begin(): Promise<Engine> {
    try {
      if (this.#disposed) throw new Error('The extension was stopped.');
      return await this.load();
    } catch (error) {
      this.#loading = undefined;
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
