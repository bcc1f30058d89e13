/** Activates extensions one after the other in a fresh host, without a project. */
import { setTimeout as delay } from 'node:timers/promises';
import * as vscode from 'vscode';
import { heapMB } from './heap';
import { type Activation, recorder } from './recorder';
import { scenario } from './scenario';

export interface ActivationPlan {
  /** Ids of extensions, in order. */
  readonly order: readonly string[];
  readonly profiling: boolean;
}

export interface Activated extends Activation {
  readonly id: string;
  /** More than before, when all has come to rest. */
  readonly heapMB: number;
}

/** What follows registration has come to its end. */
const restMs = 500;

export const run = scenario(__filename, async ({ order, profiling }: ActivationPlan): Promise<readonly Activated[]> => {
  const bench = recorder();
  bench.profiling = profiling;
  const all: Activated[] = [];
  let before = await heapMB();
  for (const id of order) {
    const extension = vscode.extensions.getExtension(id);
    if (!extension || extension.isActive) throw new Error(`${id} is ${extension ? 'active already' : 'not installed'}`);
    await extension.activate();
    await delay(restMs);
    const after = await heapMB();
    const activation = bench.activations.get(id);
    if (!activation) throw new Error(`${id} was not seen`);
    all.push({ id, heapMB: after - before, ...activation });
    before = after;
  }
  return all;
});
