/**
 * A window as a process of its own that resets one consent and kills itself where it was told to: says `ready`, takes
 * what to do as one line of JSON on stdin, and, if it was told of no place, waits to be killed from outside.
 */
import { performance } from 'node:perf_hooks';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import type { Project } from '../../../src/core/model';
import type { Point } from './points';
import { openWindow } from './window';

export interface Order {
  readonly folder: string;
  readonly project: Project;
  readonly way: string;
  readonly at: Exclude<Point['at'], object> | 'nowhere';
}

function die(): void {
  process.kill(process.pid, 'SIGKILL');
}

async function obey({ folder, project, way, at }: Order): Promise<void> {
  const clock = {
    now: () => Date.now(),
    monotonic: () => performance.now(),
    sleep: (ms: number, signal: AbortSignal) => delay(ms, undefined, { signal }),
  };
  const reach = (moment: Order['at']): void => {
    if (moment === at) die();
  };
  const { operations, targets } = openWindow({ folder, windowId: 'killed', clock, project, reach });
  const [target] = targets;
  if (!target) throw new Error('There is nobody to reset.');
  await operations.load(targets);
  const outcome = await operations.reset(target, {
    signal: new AbortController().signal,
    way,
    confirm: async () => {
      reach('confirming');
      return { kind: 'confirmed', by: 'modal' };
    },
  });
  reach('done');
  throw new Error(`Nothing has killed the window: ${outcome.kind} ${outcome.reason.code}`);
}

async function serve(): Promise<void> {
  process.stdout.write('ready\n');
  for await (const line of createInterface({ input: process.stdin })) await obey(JSON.parse(line) as Order);
}

void serve();
