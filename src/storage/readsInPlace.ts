/**
 * Reads of small files where they are asked for, in place of the thread pool.
 *
 * What the system holds in memory it answers in some 5 µs. The pool takes ten times that to hand a call over and back, has
 * four threads, and those wait for the disk whenever the journal is put there; a reset looks at the disk a few dozen times.
 * Whatever changes the disk may have to wait for it and stays in the pool. So does what is read once a read was slow: the
 * folder lies on a network, or the disk is busy, and the editor's other extensions must not wait for that.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import type { StorageFs } from './fileSystem';

/** In milliseconds: no answer from memory takes that long. */
const slowMs = 5;
/** In milliseconds, from the slow read on. */
const poolForMs = 10_000;

export interface ReadsInPlacePorts {
  /** Milliseconds of a clock that never goes back. */
  readonly monotonic?: () => number;
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
  { monotonic = () => performance.now(), read = system }: ReadsInPlacePorts = {},
): StorageFs {
  let poolUntil = Number.NEGATIVE_INFINITY;

  async function quickly<T>(inPlace: () => T, inPool: () => Promise<T>): Promise<T> {
    const begun = monotonic();
    if (begun < poolUntil) return await inPool();
    try {
      return inPlace();
    } finally {
      const ended = monotonic();
      if (ended - begun > slowMs) poolUntil = ended + poolForMs;
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
