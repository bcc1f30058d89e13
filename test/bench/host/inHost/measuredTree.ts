/** Stands between the editor and a tree: takes the time of refreshes that it asks the editor for itself. */
import * as vscode from 'vscode';

export type AnyProvider = vscode.TreeDataProvider<unknown>;

export class MeasuredTree implements AnyProvider {
  readonly #changed = new vscode.EventEmitter<unknown>();
  readonly onDidChangeTreeData = this.#changed.event;
  /** Whose rows the editor is given. */
  shown: AnyProvider;
  #begunAt: number | undefined;

  constructor(readonly real: AnyProvider) {
    this.shown = real;
    real.onDidChangeTreeData?.((nodes) => this.#changed.fire(nodes));
  }

  getChildren(node?: unknown): vscode.ProviderResult<unknown[]> {
    this.#begunAt ??= performance.now();
    return this.shown.getChildren(node);
  }

  getTreeItem(node: unknown): vscode.TreeItem | Thenable<vscode.TreeItem> {
    this.#begunAt ??= performance.now();
    return this.shown.getTreeItem(node);
  }

  getParent(node: unknown): vscode.ProviderResult<unknown> {
    return this.shown.getParent?.(node);
  }

  resolveTreeItem(
    item: vscode.TreeItem,
    node: unknown,
    token: vscode.CancellationToken,
  ): vscode.ProviderResult<vscode.TreeItem> {
    return this.shown.resolveTreeItem?.(item, node, token) ?? item;
  }

  /**
   * Milliseconds from when the editor begins to ask until it has painted: it waits for some time after each event before,
   * and shows a row on demand only after the refreshes before it.
   */
  async refresh(view: vscode.TreeView<unknown>, node: unknown, visible: unknown): Promise<number> {
    this.#begunAt = undefined;
    this.#changed.fire(node);
    await view.reveal(visible, { select: false, focus: false });
    if (this.#begunAt === undefined) throw new Error('The editor has not asked for the rows.');
    return performance.now() - this.#begunAt;
  }
}
