/** One operation per target across windows: a lock file for each target that is being worked on. */
import { join } from 'node:path';
import { detailWords } from '../core/detailWords';
import type { TargetAddress } from '../core/model';
import type { Clock, LockResult, TargetLocks } from '../core/ports';
import { errorCode, makeFolder, nodeFs, type StorageFs, sha256 } from './fileSystem';
import { beat, isHeld, type LockFileDeps, releaseLock, staleAfterMs, takeLock } from './lockFile';
import type { ProcessIdentity } from './processIdentity';
import { readsInPlace } from './readsInPlace';

/** After this long a lock may be taken from a living owner, if the user wishes so; a younger one never. */
const mayTakeOverAfterMs = 5 * 60_000;

export interface FileLocks extends TargetLocks {
  /** Stops the heartbeats. Locks still held are left to go stale: their requests may be on the way. */
  dispose(): void;
}

export function createFileLocks(options: {
  /** The folder that gets the sub-folder `locks`; made on first use. */
  readonly folder: string;
  readonly clock: Pick<Clock, 'now'>;
  readonly owner: ProcessIdentity;
  /** Milliseconds between heartbeats. */
  readonly heartbeatMs?: number;
  readonly fs?: StorageFs;
}): FileLocks {
  const fs = options.fs ?? readsInPlace(nodeFs);
  const folder = join(options.folder, 'locks');
  const deps: LockFileDeps = { fs, clock: options.clock, owner: options.owner, held: new Map() };
  const beating = new Map<string, string>();
  let timer: NodeJS.Timeout | undefined;
  let disposed = false;

  function beatAll(): void {
    for (const [path, generation] of beating) {
      beat(deps, path, generation).then(
        (ours) => {
          if (!ours && beating.get(path) === generation) beating.delete(path);
        },
        // A missed heartbeat does no harm while the owner lives.
        () => undefined,
      );
    }
  }

  function startBeating(path: string, generation: string): void {
    if (disposed) return;
    beating.set(path, generation);
    timer ??= setInterval(beatAll, options.heartbeatMs ?? staleAfterMs / 3).unref();
  }

  function stopBeating(path: string, generation: string): void {
    if (beating.get(path) === generation) beating.delete(path);
    if (beating.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  }

  async function acquire(address: TargetAddress, takeOver: boolean): Promise<LockResult> {
    try {
      await makeFolder(fs, folder);
    } catch (error) {
      return { kind: 'unavailable', detail: `${detailWords.lockFolder} (${errorCode(error)}).` };
    }
    const path = join(folder, `${addressHash(address)}.lock`);
    const taken = await takeLock(deps, path, takeOver ? mayTakeOverAfterMs : undefined);
    if (taken.kind === 'held') return { ...taken, mayTakeOver: taken.heldForMs >= mayTakeOverAfterMs };
    if (taken.kind === 'unavailable') return taken;
    const { generation } = taken;
    startBeating(path, generation);
    let released: Promise<void> | undefined;
    return {
      kind: 'acquired',
      isOurs: () => isHeld(deps, path, generation).catch(() => false),
      release: () => {
        stopBeating(path, generation);
        // A lock that cannot be removed is known as left behind by this window and goes stale when the window closes.
        released ??= releaseLock(deps, path, generation).catch(() => undefined);
        return released;
      },
    };
  }

  return {
    acquire: (address, how) => acquire(address, how?.takeOver === true),
    prepare: async () => {
      await Promise.all([makeFolder(fs, folder), options.owner.self()]);
    },
    dispose() {
      disposed = true;
      beating.clear();
      clearInterval(timer);
      timer = undefined;
    },
  };
}

/** What files about a target are named by. Neither provider nor origin can hold a `|`, so two targets never share a name. */
export function addressHash(address: TargetAddress): string {
  return sha256([address.provider, address.origin, address.target].join('|'));
}
