/** A view whose rows are made by who is loaded later. */
import '../../fakes/editor';
import assert from 'node:assert/strict';
import type { TreeItem, TreeViewOptions } from 'vscode';
import type { LateView, Rows } from '../../../src/vscode/lateView';
import { FakeEditor } from '../../fakes/editor';

describe('a view that waits for its rows', () => {
  let view: LateView<string>;
  let loads: number;
  let repaints: unknown[];
  let made: TreeViewOptions<string>[];
  let closed: number;
  let load: () => Promise<unknown>;
  let fire: (changed: string[] | undefined) => void;
  let listening: boolean;

  const rows: Rows<string> = {
    onDidChangeTreeData: (listener) => {
      fire = listener;
      listening = true;
      return {
        dispose: () => {
          listening = false;
        },
      };
    },
    getChildren: (node) => (node === undefined ? ['project'] : [`${node}/identity`]),
    getTreeItem: (node) => ({ label: node }),
    getParent: (node) => node.split('/').slice(0, -1).join('/'),
    resolveTreeItem: (item, node) => Object.assign(item, { tooltip: `tooltip of ${node}` }),
  };

  beforeEach(async () => {
    loads = 0;
    repaints = [];
    made = [];
    closed = 0;
    load = async () => view.show(rows);
    const editor = new FakeEditor();
    editor.use();
    Object.assign(editor.api.window, {
      createTreeView: (id: string, options: TreeViewOptions<string>) => {
        assert.equal(id, 'reconsent.consents');
        made.push(options);
        return { dispose: () => void closed++ };
      },
    });
    const { LateView } = await import('../../../src/vscode/lateView');
    view = new LateView<string>('reconsent.consents', { canSelectMany: true }, () => {
      loads += 1;
      return load();
    });
    view.onDidChangeTreeData((changed) => void repaints.push(changed));
  });

  it('is registered at once, with nothing loaded', () => {
    assert.deepEqual([made[0]?.canSelectMany, made[0]?.treeDataProvider === view, loads], [true, true, 0]);
  });

  it('loads them once when the editor wants them, and paints them once', async () => {
    assert.deepEqual(await view.getChildren(), ['project']);
    assert.deepEqual(await view.getChildren('project'), ['project/identity']);
    assert.deepEqual([loads, repaints], [1, []]);
  });

  it('paints those that are loaded after it was seen empty, and is not asked for them again and again', async () => {
    load = async () => undefined;
    assert.deepEqual(await view.getChildren(), []);
    view.show(rows);
    assert.deepEqual(repaints, [undefined]);
    assert.deepEqual(await view.getChildren(), ['project']);
    assert.equal(loads, 1);
  });

  it('is empty where they cannot be loaded, and tries again', async () => {
    load = async () => Promise.reject(new Error('Cannot find module ./engine.js'));
    assert.deepEqual(await view.getChildren(), []);
    load = async () => view.show(rows);
    assert.deepEqual(await view.getChildren(), ['project']);
    assert.equal(loads, 2);
  });

  it('asks them for items, parents and tooltips, and follows their changes', async () => {
    view.show(rows);
    const item = (await view.getTreeItem('project')) as TreeItem;
    assert.equal(item.label, 'project');
    assert.equal(view.getParent('project/identity'), 'project');
    const resolved = await view.resolveTreeItem(item, 'project', {} as never);
    assert.equal(resolved?.tooltip, 'tooltip of project');
    fire(['project']);
    fire(undefined);
    assert.deepEqual(repaints, [['project'], undefined]);
  });

  it('follows one maker of rows at a time', () => {
    view.show({ ...rows, onDidChangeTreeData: () => ({ dispose: () => void repaints.push('former one left') }) });
    view.show(rows);
    assert.deepEqual(repaints, ['former one left']);
  });

  it('is taken away with the extension, and follows nobody after that', () => {
    view.show(rows);
    view.dispose();
    assert.deepEqual([closed, listening], [1, false]);
  });
});
