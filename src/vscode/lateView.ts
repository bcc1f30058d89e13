/** A view that activation registers, and whose rows somebody makes who is loaded later. */
import * as vscode from 'vscode';

/** Makes the rows. */
export interface Rows<Node> extends Omit<vscode.TreeDataProvider<Node>, 'onDidChangeTreeData'> {
  readonly onDidChangeTreeData: vscode.Event<Node | Node[] | undefined>;
}

export class LateView<Node> implements vscode.TreeDataProvider<Node>, vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<Node | Node[] | undefined>();
  readonly onDidChangeTreeData = this.#changed.event;
  readonly view: vscode.TreeView<Node>;
  #rows: Rows<Node> | undefined;
  #subscription: vscode.Disposable | undefined;
  #seenEmpty = false;

  /** `load` is asked for {@link show} when the editor wants rows; without them there are none. */
  constructor(
    id: string,
    options: Omit<vscode.TreeViewOptions<Node>, 'treeDataProvider'>,
    private readonly load: () => Promise<unknown>,
  ) {
    this.view = vscode.window.createTreeView(id, { ...options, treeDataProvider: this });
  }

  show(rows: Rows<Node>): void {
    this.#rows = rows;
    this.#subscription?.dispose();
    this.#subscription = rows.onDidChangeTreeData((changed) => this.#changed.fire(changed));
    if (this.#seenEmpty) this.#changed.fire(undefined);
  }

  getChildren(node?: Node): vscode.ProviderResult<Node[]> {
    return this.#rows ? this.#rows.getChildren(node) : this.#loaded();
  }

  getTreeItem(node: Node): vscode.TreeItem | Thenable<vscode.TreeItem> {
    if (!this.#rows) throw new Error('There is no row yet.');
    return this.#rows.getTreeItem(node);
  }

  getParent(node: Node): vscode.ProviderResult<Node> {
    return this.#rows?.getParent?.(node);
  }

  resolveTreeItem(
    item: vscode.TreeItem,
    node: Node,
    token: vscode.CancellationToken,
  ): vscode.ProviderResult<vscode.TreeItem> {
    return this.#rows?.resolveTreeItem?.(item, node, token);
  }

  dispose(): void {
    this.#subscription?.dispose();
    this.view.dispose();
    this.#changed.dispose();
  }

  async #loaded(): Promise<Node[]> {
    // Of a failure the user was told.
    await this.load().catch(() => undefined);
    this.#seenEmpty = this.#rows === undefined;
    return (await this.#rows?.getChildren()) ?? [];
  }
}
