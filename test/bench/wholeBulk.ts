/**
 * A bulk as the user starts it: operations with everything around them, the journal and its fsync included, the tree of a
 * window live. Measured until the last reset is classified; the verification, which then still runs, is counted apart.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { type BulkPorts, runBulk } from '../../src/core/bulkReset';
import { momentOf } from '../../src/core/bulkStanding';
import type { TargetKey } from '../../src/core/model';
import { SleepWatch } from '../../src/core/sleepWatch';
import { nodeFs, type StorageFs } from '../../src/storage/fileSystem';
import { readsInPlace } from '../../src/storage/readsInPlace';
import { systemClock } from '../../src/vscode/systemPorts';
import { type BulkWorld, openBulkWorld } from './bulkWorld';
import { startProfile } from './profile';
import { roundTripMs } from './roundTrip';
import { median, type Row } from './row';
import type { Service } from './service';
import { openWindow } from './window';

/** One to read the consent anew, one for the reset. */
const roundTripsEach = 2;

interface Run {
  readonly classifiedMs: number;
  readonly wholeMs: number;
  /** Until the end, verification included; of this process. */
  readonly cpuMs: number;
  readonly longestBlockMs: number;
  readonly treeEvents: number;
  /** That a reset went over. */
  readonly connections: number;
  readonly syncs: readonly number[];
}

export interface WholeBulkOptions {
  readonly resets: number;
  readonly atOnce: readonly number[];
  /** File for the CPU profile of the first bulk. */
  readonly profile?: string | undefined;
}

export async function wholeBulks(
  service: Service,
  { resets, atOnce, profile }: WholeBulkOptions,
): Promise<readonly Row[]> {
  const syncs: number[] = [];
  const world = openBulkWorld(service, resets, timedSyncs(syncs));
  const rows: Row[] = [];
  try {
    for (const [at, places] of atOnce.entries()) {
      const file = at === 0 ? profile : undefined;
      rows.push(...rowsOf(resets, places, await run(service, world, places, syncs, file)));
    }
  } finally {
    await world.close();
  }
  return rows;
}

async function run(
  service: Service,
  world: BulkWorld,
  atOnce: number,
  syncs: number[],
  profile: string | undefined,
): Promise<Run> {
  await service.begin({ delayMs: 0 });
  const items = await world.plan();
  await service.begin({ delayMs: roundTripMs });
  const window = await openWindow(world.project, world.store);
  const carrier = world.transport.openBulk();
  const watch = new SleepWatch(systemClock);
  // In milliseconds. A finer one costs some CPU by itself, which would be counted as that of the resets.
  const loop = monitorEventLoopDelay({ resolution: 5 });
  let classifiedMs = 0;
  const operations: BulkPorts['operations'] = {
    isResetting: (target) => world.operations.isResetting(target),
    whyVerifyFirst: (target) => world.operations.whyVerifyFirst(target),
    reset: (target, request) =>
      world.operations.reset(target, {
        ...request,
        progress: (step) => {
          if (step === 'verifying') classifiedMs = performance.now() - begun;
          request.progress?.(step);
        },
      }),
  };
  const { store, journal } = world;
  const earlierUnknown = new Set<TargetKey>();
  const quiet = { progress: () => undefined, stoppable: () => () => undefined };
  const ports: BulkPorts = {
    operations,
    store,
    journal,
    clock: systemClock,
    carrier,
    watch,
    earlierUnknown,
    atOnce,
    ...quiet,
  };
  const endProfile = profile === undefined ? undefined : await startProfile(profile);
  const before = process.cpuUsage();
  syncs.length = 0;
  loop.enable();
  const begun = performance.now();
  try {
    const results = await runBulk(items, momentOf(systemClock), ports, new AbortController().signal);
    const wholeMs = performance.now() - begun;
    loop.disable();
    const { user, system } = process.cpuUsage(before);
    await endProfile?.();
    const other = results.find(({ outcome }) => outcome.kind !== 'verified');
    if (other) throw new Error(`not verified: ${other.outcome.kind} ${other.outcome.reason.code}`);
    const { resetConnections: connections } = await service.counts();
    return {
      classifiedMs,
      wholeMs,
      cpuMs: (user + system) / 1000,
      longestBlockMs: loop.max / 1e6,
      treeEvents: window.treeEvents(),
      connections,
      syncs: [...syncs],
    };
  } finally {
    watch.stop();
    window.close();
    await carrier.close();
  }
}

function rowsOf(resets: number, atOnce: number, run: Run): readonly Row[] {
  const ideal = Math.ceil(resets / atOnce) * roundTripsEach * roundTripMs;
  const per = 1000 / resets;
  const each = `bulk of ${resets}, ${atOnce} at a time`;
  const told = { goal: 0, kind: 'told' } as const;
  return [
    {
      what: `${each}, until classified, against ideal`,
      goal: 1.15,
      peer: { name: `${roundTripsEach} × ${roundTripMs} ms each`, value: ideal },
      ours: run.classifiedMs,
      ratio: run.classifiedMs / ideal,
      unit: 'ms',
      kind: 'quiet',
    },
    { ...told, what: '… until all are verified', ours: run.wholeMs, unit: 'ms' },
    { what: '… connections that resets went over', goal: atOnce, ours: run.connections, unit: '', kind: 'exact' },
    { what: '… CPU for 1,000, verification included', goal: 1000, ours: run.cpuMs * per, unit: 'ms', kind: 'quiet' },
    { what: '… longest block of the event loop', goal: 50, ours: run.longestBlockMs, unit: 'ms', kind: 'quiet' },
    {
      what: '… time between two updates of the tree',
      goal: 500,
      ours: run.wholeMs / Math.max(1, run.treeEvents),
      unit: 'ms',
      kind: 'timed',
    },
    {
      what: `… fsync of the journal: ${run.syncs.length} for ${2 * resets} lines that wait for it, each`,
      ...told,
      ours: median(run.syncs),
      unit: 'ms',
    },
  ];
}

/** The disk, with the milliseconds of each sync of a file's content put into `syncs`. */
function timedSyncs(syncs: number[]): StorageFs {
  const disk = readsInPlace(nodeFs);
  return {
    ...disk,
    open: async (...where) => {
      const handle = await disk.open(...where);
      const sync = handle.datasync.bind(handle);
      handle.datasync = async () => {
        const begun = performance.now();
        await sync();
        syncs.push(performance.now() - begun);
      };
      return handle;
    },
  };
}
