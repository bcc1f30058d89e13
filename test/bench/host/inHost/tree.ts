/** The tree with many identities in the real view, against a provider that hands out the same rows ready-made. */
import * as vscode from 'vscode';
import { waitFor } from '../../../host/suite/scripted';
import { Consents } from './consents';
import { type AnyProvider, MeasuredTree } from './measuredTree';
import { scenario } from './scenario';
import { Spy } from './spy';

export interface TreePlan {
  readonly origin: string;
  readonly identities: number;
  readonly rounds: number;
}

export interface TreeTimes {
  /** Milliseconds until the view has been painted anew, after the editor has begun to ask. */
  readonly whole: readonly number[];
  readonly leaf: readonly number[];
}

export interface Trees {
  readonly ours: TreeTimes;
  readonly bare: TreeTimes;
  /** Of all rows of a whole refresh, how many were given a tooltip. */
  readonly tooltips: number;
}

const viewId = 'reconsent.consents';

export const run = scenario(__filename, async ({ origin, identities, rounds }: TreePlan): Promise<Trees> => {
  let measured: MeasuredTree | undefined;
  const provide = (id: string, tree: AnyProvider): AnyProvider => {
    if (id !== viewId) return tree;
    measured = new MeasuredTree(tree);
    return measured;
  };
  const consents = await Consents.open(new Spy(provide));
  await vscode.commands.executeCommand(`${viewId}.focus`);
  const names = Array.from({ length: identities }, (_, at) => `user${at}@example.com`);
  await consents.configure(origin, names);
  const view = consents.spy.views.get(viewId);
  if (!measured || !view) throw new Error('The tree was not seen.');
  const tree = measured;
  await waitFor('the view to be visible', () => view.visible || undefined);
  const { real } = tree;
  const [project] = (await real.getChildren(undefined)) ?? [];
  const nodes = (await real.getChildren(project)) ?? [];
  const items = await Promise.all(nodes.map((node) => real.getTreeItem(node)));
  const bare = await readyMade(real, project, nodes);
  const times = { ours: { whole: [], leaf: [] }, bare: { whole: [], leaf: [] } } as const satisfies Record<
    string,
    Turn
  >;
  // The first round warms up.
  for (let round = 0; round <= rounds; round++) {
    for (const [who, provider] of [
      ['bare', bare],
      ['ours', real],
    ] as const) {
      const turn = await onePass(tree, view, provider);
      if (round === 0) continue;
      const of: Turn = times[who];
      of.whole.push(turn.whole);
      of.leaf.push(turn.leaf);
    }
  }
  await vscode.workspace.getConfiguration('reconsent').update('projects', undefined, vscode.ConfigurationTarget.Global);
  return { ...times, tooltips: items.filter(({ tooltip }) => tooltip !== undefined).length };
});

interface Turn {
  readonly whole: number[];
  readonly leaf: number[];
}

async function onePass(
  tree: MeasuredTree,
  view: vscode.TreeView<unknown>,
  provider: AnyProvider,
): Promise<{ readonly whole: number; readonly leaf: number }> {
  tree.shown = provider;
  const [project] = (await provider.getChildren(undefined)) ?? [];
  const [first] = (await provider.getChildren(project)) ?? [];
  // What the other has shown goes with the first.
  await tree.refresh(view, undefined, first);
  const whole = await tree.refresh(view, undefined, first);
  return { whole, leaf: await tree.refresh(view, first, first) };
}

/** The same rows, from constants. */
async function readyMade(real: AnyProvider, project: unknown, nodes: readonly unknown[]): Promise<AnyProvider> {
  const rows = new Map<unknown, vscode.TreeItem>();
  const owner = { row: await real.getTreeItem(project) };
  const children = await Promise.all(nodes.map(async (node) => ({ row: await real.getTreeItem(node) })));
  for (const node of [owner, ...children]) rows.set(node, node.row);
  return {
    getChildren: (node) => (node === undefined ? [owner] : node === owner ? children : []),
    getParent: (node) => (node === owner ? undefined : owner),
    getTreeItem: (node) => {
      const { label = '', ...row } = rows.get(node) ?? {};
      return Object.assign(new vscode.TreeItem(label), row);
    },
  };
}
