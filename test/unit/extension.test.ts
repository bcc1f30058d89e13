/** What activation does, and what it leaves for later. */
import '../fakes/editor';
import assert from 'node:assert/strict';
import { Module } from 'node:module';
import { setImmediate as turn } from 'node:timers/promises';
import type { ExtensionContext, TreeDataProvider } from 'vscode';
import manifest from '../../package.json';
import type { EarlyPorts, Engine } from '../../src/vscode/engine';
import type { ListedIdentity } from '../../src/vscode/publicApi';
import { FakeEditor } from '../fakes/editor';

const loader = Module as unknown as { _load(request: string, ...rest: unknown[]): unknown };

describe('activation', () => {
  const listed = [{ project: 'shop', identity: 'alice' }] as unknown as readonly ListedIdentity[];
  const load = loader._load;
  let setting: unknown;
  let registered: string[];
  let views: Map<string, TreeDataProvider<unknown>>;
  let loads: number;
  let disposed: number;
  let context: ExtensionContext;

  /** In the place of the real one, which the host tests run. */
  const engine = {
    list: () => listed,
    dispose: () => void disposed++,
  } as unknown as Engine;

  beforeEach(() => {
    setting = undefined;
    registered = [];
    views = new Map();
    loads = 0;
    disposed = 0;
    context = { subscriptions: [] } as unknown as ExtensionContext;
    loader._load = (request, ...rest) =>
      request === './vscode/engine' ? { createEngine } : load.call(loader, request, ...rest);
    const editor = new FakeEditor();
    editor.use();
    const nothing = { dispose: () => undefined };
    const register = (what: string) => {
      registered.push(what);
      return nothing;
    };
    Object.assign(editor.api.window, {
      createOutputChannel: () => nothing,
      createTreeView: (id: string, options: { readonly treeDataProvider: TreeDataProvider<unknown> }) => {
        views.set(id, options.treeDataProvider);
        return register(id);
      },
    });
    Object.assign(editor.api.commands, { registerCommand: register });
    Object.assign(editor.api.lm, { registerTool: register });
    Object.assign(editor.api.tasks, { registerTaskProvider: register });
    Object.assign(editor.api.workspace, {
      getConfiguration: () => ({ inspect: () => ({ globalValue: setting }) }),
      registerTextDocumentContentProvider: () => nothing,
      onDidChangeConfiguration: () => nothing,
      onDidChangeWorkspaceFolders: () => nothing,
      onDidOpenTextDocument: () => nothing,
      textDocuments: [],
    });
  });
  afterEach(() => {
    for (const one of context.subscriptions) one.dispose();
    loader._load = load;
  });

  function createEngine({ consents }: EarlyPorts): Engine {
    loads += 1;
    const onDidChangeTreeData = () => ({ dispose: () => undefined });
    const rows = { onDidChangeTreeData, getChildren: () => ['shop'], getTreeItem: () => ({}) };
    consents.show(rows as never);
    return engine;
  }

  async function activate() {
    const { activate } = await import('../../src/extension');
    return activate(context).getAPI(1);
  }

  it('registers what package.json contributes', async () => {
    await activate();
    const { commands, views, taskDefinitions, languageModelTools } = manifest.contributes;
    assert.deepEqual(
      registered.sort(),
      [
        ...commands.map(({ command }) => command),
        ...Object.values(views).flatMap((some) => some.map(({ id }) => id)),
        ...taskDefinitions.map(({ type }) => type),
        ...languageModelTools.map(({ name }) => name),
      ].sort(),
    );
  });

  it('loads nothing else where nothing is configured, then or later', async () => {
    const api = await activate();
    await turn();
    assert.deepEqual(api.list(), []);
    assert.deepEqual(await views.get('reconsent.consents')?.getChildren(), []);
    assert.equal(loads, 0);
  });

  it('leaves what a project needs until it is over', async () => {
    setting = [{}];
    await activate();
    assert.equal(loads, 0);
    await turn();
    assert.equal(loads, 1);
    assert.deepEqual(await views.get('reconsent.consents')?.getChildren(), ['shop']);
    assert.equal(loads, 1);
  });

  it('is over for another extension, which is given its list at once', async () => {
    setting = [{}];
    const api = await activate();
    assert.deepEqual([api.list(), loads], [listed, 1]);
    await turn();
    assert.equal(loads, 1);
  });

  it('is undone with the extension', async () => {
    setting = [{}];
    await activate();
    await turn();
    for (const one of context.subscriptions.splice(0)) one.dispose();
    assert.equal(disposed, 1);
  });
});
