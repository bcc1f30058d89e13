/** Registers with the editor what its manifest contributes, as a small UI extension would; all of it is empty. */
import * as vscode from 'vscode';

interface Contributions {
  readonly commands: readonly { readonly command: string }[];
  readonly views: Readonly<Record<string, readonly { readonly id: string }[]>>;
  readonly taskDefinitions: readonly { readonly type: string }[];
  readonly languageModelTools: readonly { readonly name: string }[];
}

export function activate({ extension, subscriptions }: vscode.ExtensionContext): void {
  const { commands, views, taskDefinitions, languageModelTools } = extension.packageJSON.contributes as Contributions;
  const { name } = extension.packageJSON as { readonly name: string };
  const item = vscode.window.createStatusBarItem(`${name}.quickReset`, vscode.StatusBarAlignment.Left, 1);
  item.text = name;
  subscriptions.push(
    vscode.window.createOutputChannel(name, { log: true }),
    item,
    ...Object.values(views).flatMap((some) => some.map(({ id }) => emptyView(id))),
    ...commands.map(({ command }) => vscode.commands.registerCommand(command, () => undefined)),
    ...taskDefinitions.map(({ type }) =>
      vscode.tasks.registerTaskProvider(type, { provideTasks: () => [], resolveTask: () => undefined }),
    ),
    ...languageModelTools.map((tool) =>
      vscode.lm.registerTool(tool.name, { invoke: () => new vscode.LanguageModelToolResult([]) }),
    ),
    vscode.workspace.registerTextDocumentContentProvider(name, { provideTextDocumentContent: () => '' }),
    vscode.workspace.onDidChangeConfiguration(() => undefined),
    vscode.workspace.onDidChangeWorkspaceFolders(() => undefined),
    vscode.workspace.onDidOpenTextDocument(() => undefined),
  );
  vscode.workspace.getConfiguration(name).inspect('projects');
  // As any that shows a welcome in its views does; Reconsent looks into the settings right after activation.
  void vscode.commands.executeCommand('setContext', `${name}.hasProjects`, false);
}

function emptyView(id: string): vscode.Disposable {
  const { event } = new vscode.EventEmitter<undefined>();
  const treeDataProvider: vscode.TreeDataProvider<never> = {
    onDidChangeTreeData: event,
    getChildren: () => [],
    getTreeItem: (node) => node,
  };
  return vscode.window.createTreeView(id, { treeDataProvider, showCollapseAll: true, canSelectMany: true });
}
