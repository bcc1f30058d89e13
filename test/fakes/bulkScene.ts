/** A bulk on the real parts of a {@link ResetWorld}: preview, and the run behind the one confirmation. */
import assert from 'node:assert/strict';
import {
  type BulkItem,
  type BulkPlan,
  type BulkProgress,
  type BulkResult,
  previewBulk,
} from '../../src/core/bulkPreview';
import { type BulkPorts, runBulk } from '../../src/core/bulkReset';
import { momentOf } from '../../src/core/bulkStanding';
import type { Target, TargetKey } from '../../src/core/model';
import { SleepWatch } from '../../src/core/sleepWatch';
import { providerDescriptions } from '../../src/providers/registry';
import type { ResetWorld } from './resetWorld';

const never = new AbortController().signal;

/** By the way that *Reset Consent* takes. */
export function previewAll(
  world: ResetWorld,
  targets: readonly Target[] = world.targets(),
): Promise<BulkPlan | undefined> {
  const [way] = providerDescriptions.get(world.project.provider)?.ways ?? [];
  assert.ok(way);
  const ports = { operations: world.operations, clock: world.clock, progress: () => undefined };
  return previewBulk(
    targets.map((target) => ({ target, way })),
    ports,
    never,
  );
}

/** Confirmed at this moment. */
export async function runAll(
  world: ResetWorld,
  items: readonly BulkItem[],
  progress: (progress: BulkProgress) => void = () => undefined,
  signal = never,
  more: Partial<BulkPorts> = {},
): Promise<readonly BulkResult[]> {
  const carrier = world.transport.openBulk();
  const { operations, store, clock, journal } = world;
  const watch = new SleepWatch(clock);
  const fixed = { watch, earlierUnknown: new Set<TargetKey>(), stoppable: () => () => undefined };
  const ports = { operations, store, clock, journal, carrier, progress, ...fixed, ...more };
  try {
    return await runBulk(items, momentOf(clock), ports, signal);
  } finally {
    watch.stop();
    await carrier.close();
  }
}

/** `alice verified`, in the order of the targets. */
export function told(results: readonly BulkResult[]): readonly string[] {
  return results.map(({ target, outcome }) => `${target.identity.label} ${outcome.kind} ${outcome.reason.code}`);
}
