/**
 * Reads of small files where they are asked for, in place of the thread pool.
 *
 * What the system holds in memory it answers in some 5 µs. The pool takes ten times that to hand a call over and back, has
 * four threads, and those wait for the disk whenever the journal is put there; a reset looks at the disk a few dozen times.
 * Whatever changes the disk may have to wait for it and stays in the pool. So do reads of which there are many in a row, and
 * all for a while once one was slow: the folder lies on a network, or the disk is busy, and nothing else of the editor's
 * extensions may wait for that.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import type { StorageFs } from './fileSystem';

/** In milliseconds: no answer from memory takes that long, and no more is spent on reads in one turn of the event loop. */
const slowMs = 5;
/** In milliseconds, from a slow read on; doubled each time the next one is slow again. */
const leastPoolMs = 10_000;
const mostPoolMs = 10 * 60_000;

export interface ReadsInPlacePorts {
  /** Milliseconds of a clock that never goes back. */
  readonly monotonic?: () => number;
  /** Calls back in the next turn of the event loop. */
  readonly nextTurn?: (then: () => void) => void;
  readonly read?: {
    readonly readFile: (path: string, encoding: 'utf8') => string;
    readonly readdir: (path: string) => string[];
    readonly stat: (path: string, options?: { readonly bigint?: boolean }) => unknown;
  };
}

const system: NonNullable<ReadsInPlacePorts['read']> = { readFile: readFileSync, readdir: readdirSync, stat: statSync };

/** `pool`, with its reads of small files and folders made in place while that is quick. */
export function readsInPlace(
  pool: StorageFs,
  { monotonic = () => performance.now(), nextTurn = setImmediate, read = system }: ReadsInPlacePorts = {},
): StorageFs {
  let poolUntil = Number.NEGATIVE_INFINITY;
  let poolMs = leastPoolMs;
  /** Since the turn of the event loop has begun. */
  let spentMs = 0;

  function spend(tookMs: number, now: number): void {
    if (spentMs === 0) {
      nextTurn(() => {
        spentMs = 0;
      });
    }
    // Clocks tell no time that is too short for them.
    spentMs += Math.max(tookMs, Number.MIN_VALUE);
    if (tookMs <= slowMs) {
      poolMs = leastPoolMs;
      return;
    }
    poolUntil = now + poolMs;
    poolMs = Math.min(2 * poolMs, mostPoolMs);
  }

  async function quickly<T>(inPlace: () => T, inPool: () => Promise<T>): Promise<T> {
    const begun = monotonic();
    if (begun < poolUntil || spentMs > slowMs) return await inPool();
    try {
      return inPlace();
    } finally {
      const ended = monotonic();
      spend(ended - begun, ended);
    }
  }

  return {
    ...pool,
    readFile: (path, encoding) =>
      quickly(
        () => read.readFile(path, encoding),
        () => pool.readFile(path, encoding),
      ),
    readdir: (path) =>
      quickly(
        () => read.readdir(path),
        () => pool.readdir(path),
      ),
    stat: ((path: string, options?: { bigint: true }) =>
      quickly(
        () => read.stat(path, options),
        () => (options ? pool.stat(path, options) : pool.stat(path)),
      )) as StorageFs['stat'],
  };
}
