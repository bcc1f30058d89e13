/**
 * The view of the journal, newest first. Nothing is read before it is visible; then it follows the journal's files, because
 * other windows write theirs.
 */
import * as vscode from 'vscode';
import type { ConsentStore } from '../../core/consentStore';
import type { JournalFilter } from '../../core/journalFilter';
import { contextKeys, setContextKey } from '../contextKeys';
import type { JournalReadPorts } from '../journal/ports';

export interface JournalNode {
  readonly kind: 'journalEntry' | 'older';
  /** Empty for the row that leads to older ones. */
  readonly operationId: string;
  readonly item: vscode.TreeItem;
  /** Paragraphs of plain text. */
  readonly tooltip: readonly string[];
}

/** The filter, and what its project and identity are called. */
export interface ActiveFilter {
  readonly filter: JournalFilter;
  readonly words: string;
}

export interface JournalViewPorts {
  readonly store: Pick<ConsentStore, 'subscribe'>;
  /** The folder of the extension, with that of the journal in it. */
  readonly storage: vscode.Uri;
  readonly view: vscode.TreeView<JournalNode>;
  /** What rows are made with. */
  reading(): JournalReadPorts;
}

/** VS Code waits 200 ms after the last event before it repaints; events closer than this would keep it waiting. */
const batchMs = 250;
const pageSize = 50;
const noFilter: ActiveFilter = { filter: {}, words: '' };

export class JournalView implements vscode.TreeDataProvider<JournalNode>, vscode.Disposable {
  readonly #repaint = new vscode.EventEmitter<undefined>();
  readonly onDidChangeTreeData = this.#repaint.event;
  readonly #changed = new vscode.EventEmitter<void>();
  /** The journal may say something else now. At most once in 250 ms; other windows are heard while the view is visible. */
  readonly onDidChange = this.#changed.event;
  readonly #view: vscode.TreeView<JournalNode>;
  readonly #subscriptions: { dispose(): void }[];
  #watcher: vscode.Disposable | undefined;
  #timer: NodeJS.Timeout | undefined;
  #lastFired = 0;
  #active = noFilter;
  #wanted = pageSize;

  constructor(private readonly ports: JournalViewPorts) {
    this.#view = ports.view;
    this.#subscriptions = [
      ports.store.subscribe(() => this.refresh()),
      this.#view.onDidChangeVisibility(({ visible }) => this.#follow(visible)),
    ];
    this.#follow(this.#view.visible);
  }

  get filter(): JournalFilter {
    return this.#active.filter;
  }

  setFilter(active: ActiveFilter = noFilter): void {
    this.#active = active;
    this.#wanted = pageSize;
    this.#view.description = active.words;
    setContextKey(contextKeys.journalFiltered, active !== noFilter);
    this.#repaint.fire(undefined);
  }

  showOlder(): void {
    this.#wanted += 2 * pageSize;
    this.#repaint.fire(undefined);
  }

  /** The first change after a pause shows at once; those that follow closely are shown together. */
  refresh(): void {
    if (this.#timer !== undefined) return;
    const pause = Math.max(0, this.#lastFired + batchMs - Date.now());
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#lastFired = Date.now();
      this.#changed.fire();
      if (this.#view.visible) this.#repaint.fire(undefined);
    }, pause);
  }

  async getChildren(node?: JournalNode): Promise<JournalNode[]> {
    if (node) return [];
    const { journalActions } = await import('../journal/journalActions');
    const { nodes, message = '' } = await journalActions.rows(this.filter, this.#wanted, this.ports.reading());
    // Where there is a message, VS Code leaves out the welcome, which would say that nothing is recorded.
    if ((this.#view.message ?? '') !== message) this.#view.message = message;
    return nodes;
  }

  getTreeItem(node: JournalNode): vscode.TreeItem {
    return node.item;
  }

  getParent(): undefined {
    return undefined;
  }

  /** Tooltips are made when the pointer rests on a row, not before. */
  resolveTreeItem(item: vscode.TreeItem, node: JournalNode): vscode.TreeItem {
    const markdown = new vscode.MarkdownString('', false);
    markdown.isTrusted = false;
    markdown.supportHtml = false;
    for (const [index, line] of node.tooltip.entries()) {
      if (index > 0) markdown.appendMarkdown('\n\n');
      markdown.appendText(line);
    }
    item.tooltip = markdown;
    return item;
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#watcher?.dispose();
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#repaint.dispose();
    this.#changed.dispose();
  }

  #follow(visible: boolean): void {
    this.#watcher?.dispose();
    this.#watcher = undefined;
    if (!visible) return;
    const folder = vscode.Uri.joinPath(this.ports.storage, 'journal');
    const files = vscode.workspace.createFileSystemWatcher(new vscode.RelativePattern(folder, '*.jsonl'));
    const refresh = (): void => this.refresh();
    this.#watcher = vscode.Disposable.from(
      files,
      files.onDidCreate(refresh),
      files.onDidChange(refresh),
      files.onDidDelete(refresh),
    );
    // What was written while nobody watched.
    this.refresh();
  }
}
