/** The tree of projects and identities. It holds no truth and asks nobody: it renders the store. */
import * as vscode from 'vscode';
import type { ConsentStore, IdentityState } from '../../core/consentStore';
import { presentDetails } from '../../core/detailRows';
import { isLoopbackHost } from '../../core/endpoint';
import { plainText } from '../../core/foreignText';
import { type Project, type Target, type TargetKey, targetKey } from '../../core/model';
import type { ReasonTexts } from '../../core/outcomeText';
import { type IconPresentation, isTimeless, type PresentationContext, presentIdentity } from '../../core/presentation';
import { commandIds } from '../commandIds';
import type { Projects } from '../projects';
import { translate } from '../translate';

export type ConsentNode = ProjectNode | NoIdentityNode | IdentityNode | DetailNode;

export interface ProjectNode {
  readonly kind: 'project';
  readonly project: Project;
}

/** Stands in a project without identities, and leads to its first one. */
export interface NoIdentityNode {
  readonly kind: 'no-identity';
  readonly parent: ProjectNode;
}

export interface IdentityNode {
  readonly kind: 'identity';
  readonly key: TargetKey;
  readonly target: Target;
  readonly parent: ProjectNode;
}

export interface DetailNode {
  readonly kind: 'detail';
  readonly id: string;
  readonly label: string;
  readonly description: string;
  readonly icon: IconPresentation;
  readonly ariaLabel: string;
  /** The archive job of the row. */
  readonly job?: { readonly jobId: string; readonly contextValue: string };
  readonly parent: IdentityNode;
}

/** What an identity's row was made of, and the row. */
interface Row {
  readonly state: IdentityState;
  readonly target: Target;
  readonly item: vscode.TreeItem;
}

/** VS Code waits 200 ms after the last event before it repaints; events closer than this would keep it waiting. */
const batchMs = 250;

export class ConsentTree implements vscode.TreeDataProvider<ConsentNode>, vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<ConsentNode[] | undefined>();
  readonly onDidChangeTreeData = this.#changed.event;
  readonly #subscriptions: vscode.Disposable[];
  #projects: readonly ProjectNode[] = [];
  #identities = new Map<TargetKey, IdentityNode>();
  /** By project id: a view may still ask for those of a node from before a change of the settings. */
  #children = new Map<string, readonly IdentityNode[]>();
  /** As last made: when all rows are asked for anew, most say the same. The editor keeps them, too. */
  readonly #rows = new Map<TargetKey, Row>();
  readonly #waiting = new Set<TargetKey>();
  #timer: NodeJS.Timeout | undefined;
  #lastFired = 0;

  constructor(
    private readonly projects: Projects,
    private readonly store: ConsentStore,
    private readonly texts: ReasonTexts,
    private readonly flagsOf: (provider: string) => readonly string[],
  ) {
    this.#rebuild();
    this.#subscriptions = [
      projects.onDidChange(() => {
        this.#rebuild();
        this.#changed.fire(undefined);
      }),
      store.subscribe((keys) => this.#refresh(keys)),
    ];
  }

  getTreeItem(node: ConsentNode): vscode.TreeItem {
    switch (node.kind) {
      case 'project':
        return projectItem(node, this.flagsOf(node.project.provider));
      case 'no-identity':
        return noIdentityItem(node);
      case 'identity':
        return this.#identityItem(node);
      case 'detail':
        return detailItem(node);
    }
  }

  /** Tooltips are made when the pointer rests on a row, not before. */
  resolveTreeItem(item: vscode.TreeItem, node: ConsentNode): vscode.TreeItem {
    if (node.kind !== 'identity') return item;
    const { tooltip } = presentIdentity(node.target, this.store.get(node.key), this.#context());
    const markdown = new vscode.MarkdownString('', false);
    markdown.isTrusted = false;
    markdown.supportHtml = false;
    for (const [index, line] of tooltip.entries()) {
      if (index > 0) markdown.appendMarkdown('\n\n');
      markdown.appendText(line);
    }
    // Not the row itself, which is handed out again: what its tooltip says of times would stay.
    const { label = '', collapsibleState } = item;
    return Object.assign(new vscode.TreeItem(label, collapsibleState), item, { tooltip: markdown });
  }

  getChildren(node?: ConsentNode): ConsentNode[] {
    if (!node) return [...this.#projects];
    switch (node.kind) {
      case 'project':
        if (node.project.identities.length === 0) return [{ kind: 'no-identity', parent: node }];
        return [...(this.#children.get(node.project.id) ?? [])];
      case 'identity':
        return this.#detailsOf(node);
      case 'no-identity':
      case 'detail':
        return [];
    }
  }

  #detailsOf(node: IdentityNode): ConsentNode[] {
    const rows = presentDetails(this.store.get(node.key), this.#context());
    return rows.map((row) => ({ kind: 'detail', ...row, parent: node }));
  }

  getParent(node: ConsentNode): ConsentNode | undefined {
    return node.kind === 'project' ? undefined : node.parent;
  }

  nodeOf(target: Target): IdentityNode | undefined {
    return this.#identities.get(targetKey(target));
  }

  dispose(): void {
    clearTimeout(this.#timer);
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#changed.dispose();
  }

  #rebuild(): void {
    this.#projects = this.projects.all.map((project) => ({ kind: 'project', project }));
    this.#identities = new Map();
    this.#children = new Map(this.#projects.map((parent) => [parent.project.id, identityNodes(parent)]));
    for (const nodes of this.#children.values()) for (const node of nodes) this.#identities.set(node.key, node);
    for (const key of this.#rows.keys()) if (!this.#identities.has(key)) this.#rows.delete(key);
  }

  /** The first change after a pause shows at once; those that follow closely are shown together. */
  #refresh(keys: ReadonlySet<TargetKey>): void {
    for (const key of keys) this.#waiting.add(key);
    if (this.#timer !== undefined) return;
    const pause = Math.max(0, this.#lastFired + batchMs - Date.now());
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#lastFired = Date.now();
      const nodes = [...this.#waiting].flatMap((key) => this.#identities.get(key) ?? []);
      this.#waiting.clear();
      if (nodes.length > 0) this.#changed.fire(nodes);
    }, pause);
  }

  #identityItem(node: IdentityNode): vscode.TreeItem {
    const state = this.store.get(node.key);
    const before = this.#rows.get(node.key);
    if (before?.state === state && isTimeless(state) && hasSameNames(before.target, node.target)) return before.item;
    const shown = presentIdentity(node.target, state, this.#context());
    const collapsible = vscode.TreeItemCollapsibleState.Collapsed;
    const item = new vscode.TreeItem(shown.label, collapsible);
    item.id = `identity:${node.key}`;
    item.description = shown.description;
    item.iconPath = themeIcon(shown.icon);
    item.contextValue = shown.contextValue;
    item.accessibilityInformation = { label: shown.ariaLabel };
    this.#rows.set(node.key, { state, target: node.target, item });
    return item;
  }

  #context(): PresentationContext {
    return { now: Date.now(), texts: this.texts, translate, flagsOf: this.flagsOf };
  }
}

/** All that a row is made of, besides the state. */
function hasSameNames(one: Target, other: Target): boolean {
  return (
    one.identity.label === other.identity.label &&
    one.project.label === other.project.label &&
    one.project.provider === other.project.provider
  );
}

function identityNodes(parent: ProjectNode): readonly IdentityNode[] {
  const { project } = parent;
  return project.identities.map((identity) => {
    const target = { project, identity };
    return { kind: 'identity', key: targetKey(target), target, parent };
  });
}

function projectItem({ project }: ProjectNode, flags: readonly string[]): vscode.TreeItem {
  const item = new vscode.TreeItem(plainText(project.label, 120), vscode.TreeItemCollapsibleState.Expanded);
  const { host, hostname } = new URL(project.endpoint);
  const address = plainText(host, 120);
  const isHere = isLoopbackHost(hostname);
  item.id = `project:${encodeURIComponent(project.id)}`;
  item.description = address;
  item.iconPath = new vscode.ThemeIcon(isHere ? 'beaker' : 'cloud');
  item.contextValue = ';project;';
  if (flags.includes('operator')) item.contextValue = ';project;operator;';
  item.tooltip = plainText(project.endpoint, 300);
  const count = project.identities.length;
  const said = [
    vscode.l10n.t('Project {0}', plainText(project.label, 120)),
    count === 1 ? vscode.l10n.t('1 identity') : vscode.l10n.t('{0} identities', count),
    isHere ? vscode.l10n.t('{0} on this computer', address) : address,
  ];
  item.accessibilityInformation = { label: said.join(', ') };
  return item;
}

function noIdentityItem({ parent }: NoIdentityNode): vscode.TreeItem {
  const title = vscode.l10n.t('Add Identity…');
  const item = new vscode.TreeItem(title, vscode.TreeItemCollapsibleState.None);
  item.id = `no-identity:${encodeURIComponent(parent.project.id)}`;
  item.description = vscode.l10n.t('no identity yet');
  item.iconPath = new vscode.ThemeIcon('person-add');
  item.command = { command: commandIds.addIdentity, title, arguments: [parent] };
  return item;
}

function detailItem(node: DetailNode): vscode.TreeItem {
  const item = new vscode.TreeItem(node.label, vscode.TreeItemCollapsibleState.None);
  item.id = `${node.parent.key}:${node.id}`;
  item.description = node.description;
  item.iconPath = themeIcon(node.icon);
  item.contextValue = ';detail;';
  if (node.job) item.contextValue = node.job.contextValue;
  const told = node.description ? `${node.label}: ${node.description}` : node.label;
  item.tooltip = node.job ? `${told}\n${plainText(node.job.jobId, 256)}` : told;
  item.accessibilityInformation = { label: node.ariaLabel };
  return item;
}

function themeIcon(icon: IconPresentation): vscode.ThemeIcon {
  return icon.color === undefined
    ? new vscode.ThemeIcon(icon.id)
    : new vscode.ThemeIcon(icon.id, new vscode.ThemeColor(icon.color));
}
