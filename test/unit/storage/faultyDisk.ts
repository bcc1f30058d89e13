/** The real file system for downloads, with faults: operations that fail, and a disk that becomes full. */
import type { StatsFs } from 'node:fs';
import * as promises from 'node:fs/promises';
import { basename } from 'node:path';
import type { ArchiveFs } from '../../../src/storage/partFile';

export interface DiskStep {
  readonly operation: 'open' | 'create' | 'write' | 'sync' | 'rename' | 'link' | 'unlink';
  /** Name of the file or folder, without its folder. */
  readonly name: string;
}

export class FaultyDisk {
  failWhen: ((step: DiskStep) => string | undefined) | undefined;
  /** Bytes that can still be written; `undefined` is no limit. */
  room: number | undefined;
  /** What the disk says is free; `undefined` is the truth. */
  free: number | undefined;
  readonly fs: ArchiveFs;
  readonly #steps: DiskStep[] = [];

  constructor() {
    this.fs = {
      ...promises,
      open: async (path, ...rest) => {
        this.#note(/[wax]/.test(String(rest[0])) ? 'create' : 'open', path);
        return this.#watch(await promises.open(path, ...rest), path);
      },
      rename: async (from, to) => {
        this.#note('rename', to);
        await promises.rename(from, to);
      },
      link: async (from, to) => {
        this.#note('link', to);
        await promises.link(from, to);
      },
      unlink: async (path) => {
        this.#note('unlink', path);
        await promises.unlink(path);
      },
      statfs: (async (path: string) => {
        const truth = await promises.statfs(path);
        return this.free === undefined ? truth : ({ ...truth, bavail: this.free, bsize: 1 } satisfies StatsFs);
      }) as ArchiveFs['statfs'],
    };
  }

  count(operation: DiskStep['operation'], name: RegExp): number {
    return this.#steps.filter((step) => step.operation === operation && name.test(step.name)).length;
  }

  #note(operation: DiskStep['operation'], path: unknown): void {
    const step = { operation, name: basename(String(path)) };
    const code = this.failWhen?.(step);
    if (code) throw Object.assign(new Error(`${code}: injected`), { code });
    this.#steps.push(step);
  }

  #watch(handle: promises.FileHandle, path: unknown): promises.FileHandle {
    return new Proxy(handle, {
      get: (target, property) => {
        const value: unknown = Reflect.get(target, property);
        if (typeof value !== 'function') return value;
        return async (...args: unknown[]) => {
          if (property === 'sync') this.#note('sync', path);
          if (property === 'write' || property === 'writeFile') this.#note('write', path);
          if (property === 'write' && this.room !== undefined) {
            if (this.room === 0) throw Object.assign(new Error('ENOSPC: injected'), { code: 'ENOSPC' });
            args[2] = Math.min(Number(args[2]), this.room);
            this.room -= Number(args[2]);
          }
          return Reflect.apply(value, target, args);
        };
      },
    });
  }
}
