/** Sees what Reconsent uses of the editor: reads of secrets, lines of its log, and its tree. Changes none of it. */
import * as vscode from 'vscode';
import type { AnyProvider } from './measuredTree';

export interface SecretRead {
  readonly key: string;
  readonly begunAt: number;
  readonly endedAt: number;
}

export class Spy {
  readonly secretReads: SecretRead[] = [];
  /** The real one, to be read beside Reconsent. */
  secrets: vscode.SecretStorage | undefined;
  /** By the id of their view. */
  readonly trees = new Map<string, AnyProvider>();
  readonly views = new Map<string, vscode.TreeView<unknown>>();
  readonly #heard = new Set<(line: string) => void>();

  /** `provide`: what the editor is given in place of a tree. To be called before the extension is loaded. */
  constructor(provide: (id: string, tree: AnyProvider) => AnyProvider = (_id, tree) => tree) {
    const { createOutputChannel, createTreeView } = vscode.window;
    Object.assign(vscode.window, {
      createOutputChannel: (name: string, options: { log: true }) => this.#hear(createOutputChannel(name, options)),
      createTreeView: (id: string, options: vscode.TreeViewOptions<unknown>) => {
        this.trees.set(id, options.treeDataProvider);
        const view = createTreeView(id, { ...options, treeDataProvider: provide(id, options.treeDataProvider) });
        this.views.set(id, view);
        return view;
      },
    });
  }

  /** The context that the extension is given. */
  watch(context: vscode.ExtensionContext): vscode.ExtensionContext {
    const { secrets } = context;
    this.secrets = secrets;
    const get = async (key: string): Promise<string | undefined> => {
      const begunAt = performance.now();
      const found = await secrets.get(key);
      this.secretReads.push({ key, begunAt, endedAt: performance.now() });
      return found;
    };
    const watched = {
      get,
      store: (key: string, value: string) => secrets.store(key, value),
      delete: (key: string) => secrets.delete(key),
      onDidChange: secrets.onDidChange,
    };
    // Its own properties cannot be changed.
    return Object.create(context, { secrets: { value: watched } }) as vscode.ExtensionContext;
  }

  /** Resolves with the first line of the log that fits, and when it was written. */
  line(fits: RegExp): Promise<{ readonly at: number; readonly line: string }> {
    return new Promise((found) => {
      const hear = (line: string): void => {
        if (!fits.test(line)) return;
        this.#heard.delete(hear);
        found({ at: performance.now(), line });
      };
      this.#heard.add(hear);
    });
  }

  #hear(channel: vscode.LogOutputChannel): vscode.LogOutputChannel {
    const info = (line: string): void => {
      channel.info(line);
      for (const hear of this.#heard) hear(line);
    };
    return Object.create(channel, { info: { value: info } }) as vscode.LogOutputChannel;
  }
}
