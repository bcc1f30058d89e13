/** One file of an archive while it is written: under a name of its own, with a note beside it that says what it is of. */
import { type BigIntStats, constants } from 'node:fs';
import type * as promises from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { FileFailure, FileProblem, PartFacts, PartFile, PartFinish } from '../core/downloadPorts';
import { archiveFileName } from './archiveNames';
import { type RunningHash, runningHash } from './fileHash';
import { errorCode, privateFile, type StorageFs, syncFolder } from './fileSystem';

export type ArchiveFs = StorageFs & Pick<typeof promises, 'statfs' | 'link'>;

export interface PartPlace {
  readonly fs: ArchiveFs;
  readonly folder: string;
  /** Of the file's final name. */
  readonly stem: string;
  readonly partPath: string;
  readonly notePath: string;
  writeNote(facts: PartFacts): Promise<void>;
}

const problems: Readonly<Record<string, FileProblem>> = {
  ENOSPC: 'full',
  EDQUOT: 'quota',
  EFBIG: 'file-limit',
  EROFS: 'read-only',
  EACCES: 'denied',
  EPERM: 'denied',
  ENOENT: 'missing',
  ENOTDIR: 'missing',
};

export function fileFailure(error: unknown, missingBytes: number | undefined): FileFailure {
  const code = errorCode(error);
  return {
    kind: 'failed',
    problem: problems[code] ?? 'other',
    code,
    ...(missingBytes === undefined ? {} : { missingBytes: Math.max(0, missingBytes) }),
  };
}

/** What systems answer where a second name for a file cannot be made. */
const noLinks: ReadonlySet<string> = new Set([
  'EPERM',
  'EACCES',
  'ENOTSUP',
  'EOPNOTSUPP',
  'ENOSYS',
  'EINVAL',
  'EMLINK',
]);

/** Windows has no such flag; there a link cannot be made without special rights. */
const neverThroughLinks = constants.O_NOFOLLOW ?? 0;

/** The part as it was left behind. A link in its place is none: what it leads to is somebody else's. */
export async function openKept({ fs, partPath }: PartPlace): Promise<FileHandle | undefined> {
  try {
    return await fs.open(partPath, constants.O_RDWR | neverThroughLinks);
  } catch (error) {
    if (['ENOENT', 'ELOOP'].includes(errorCode(error))) return undefined;
    throw error;
  }
}

/** An empty part. Rejects where there is a file already. */
export function openNew({ fs, partPath }: PartPlace): Promise<FileHandle> {
  return fs.open(partPath, 'wx+', privateFile);
}

/**
 * An empty part in place of one of ours. Never the same file emptied: another window may be writing it, and it may have its
 * final name already.
 */
export async function openAnew(place: PartPlace): Promise<FileHandle> {
  try {
    await place.fs.unlink(place.partPath);
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
  }
  return openNew(place);
}

const readBytes = 1_000_000;
/** Names that are tried for one file. */
const mostNames = 1000;

export class OpenPart implements PartFile {
  readonly #place: PartPlace;
  #handle: FileHandle;
  #facts: PartFacts;
  #hash: RunningHash | undefined;
  #bytes = 0;

  constructor(place: PartPlace, handle: FileHandle, facts: PartFacts) {
    this.#place = place;
    this.#handle = handle;
    this.#facts = facts;
    this.#hash = runningHash(facts);
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Takes over what is in the file, if anything is. Rejects with the system's error. */
  async takeOver(): Promise<void> {
    const buffer = Buffer.alloc(readBytes);
    for (;;) {
      const { bytesRead } = await this.#handle.read(buffer, 0, buffer.length, this.#bytes);
      if (bytesRead === 0) return;
      this.#hash?.update(buffer.subarray(0, bytesRead));
      this.#bytes += bytesRead;
    }
  }

  async restart(facts: PartFacts) {
    try {
      this.#facts = facts;
      await this.close();
      this.#handle = await openAnew(this.#place);
      this.#bytes = 0;
      this.#hash = runningHash(facts);
      await this.#place.writeNote(facts);
      return { kind: 'restarted' } as const;
    } catch (error) {
      return this.#failure(error);
    }
  }

  async append(chunk: Uint8Array) {
    try {
      // At its own place, not at the end: a second window that goes on with the same part writes the same bytes there.
      for (let done = 0; done < chunk.length; ) {
        // A disk that is almost full takes less than it is given before it says so.
        const { bytesWritten } = await this.#handle.write(chunk, done, chunk.length - done, this.#bytes);
        this.#hash?.update(chunk.subarray(done, done + bytesWritten));
        this.#bytes += bytesWritten;
        done += bytesWritten;
      }
      return { kind: 'written' } as const;
    } catch (error) {
      return this.#failure(error);
    }
  }

  async finish(): Promise<PartFinish> {
    const actual = this.#bytes;
    const expected = this.#facts.totalBytes ?? actual;
    try {
      // Another window has begun it anew: that one will give the name.
      if (!(await this.#isOwn())) throw Object.assign(new Error('another part'), { code: 'ENOENT' });
      const { size } = await this.#handle.stat();
      if (actual !== expected || size !== expected) {
        await this.discard();
        return { kind: 'wrong-size', expected, actual: actual === expected ? size : actual };
      }
      if (this.#hash?.matches() === false) {
        await this.discard();
        return { kind: 'wrong-hash' };
      }
      await this.#handle.sync();
      await this.close();
      const name = await this.#giveName();
      await this.#remove();
      await syncFolder(this.#place.fs, this.#place.folder);
      return { kind: 'finished', name, bytes: actual };
    } catch (error) {
      await this.close();
      return this.#failure(error);
    }
  }

  async close(): Promise<void> {
    // What was written stays as good as it was; the next try looks at it anew.
    await this.#handle.close().catch(() => undefined);
  }

  async discard(): Promise<void> {
    const isOwn = await this.#isOwn();
    await this.close();
    if (isOwn) await this.#remove();
  }

  #failure(error: unknown): FileFailure {
    const { totalBytes } = this.#facts;
    return fileFailure(error, totalBytes === undefined ? undefined : totalBytes - this.#bytes);
  }

  /** In one step, and never over a file that is there: a link is refused where a rename would replace. */
  async #giveName(): Promise<string> {
    const { fs, folder, stem, partPath } = this.#place;
    for (let nth = 1; nth <= mostNames; nth += 1) {
      const name = archiveFileName(stem, nth);
      const path = join(folder, name);
      try {
        await fs.link(partPath, path);
        return name;
      } catch (error) {
        const code = errorCode(error);
        if (code === 'EEXIST') {
          // A crash after the link, before the part's own name was gone.
          if (await this.#isNamed(path)) return name;
        } else if (noLinks.has(code)) {
          if (await this.#renameWhereFree(path)) return name;
        } else throw error;
      }
    }
    throw Object.assign(new Error('no free name'), { code: 'EEXIST' });
  }

  /** Whether the part is still the file that is being written here. */
  async #isOwn(): Promise<boolean> {
    try {
      const [own, there] = await Promise.all([this.#handle.stat({ bigint: true }), this.#stat(this.#place.partPath)]);
      // Where files have no numbers, nothing can be told.
      return there !== undefined && (own.ino === 0n || isSameFile(own, there));
    } catch {
      return false;
    }
  }

  async #isNamed(path: string): Promise<boolean> {
    const [part, named] = await Promise.all([this.#stat(this.#place.partPath), this.#stat(path)]);
    return part !== undefined && named !== undefined && part.ino !== 0n && isSameFile(part, named);
  }

  /** `undefined` when nothing is there, or a link to nowhere. */
  async #stat(path: string): Promise<BigIntStats | undefined> {
    try {
      return await this.#place.fs.stat(path, { bigint: true });
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return undefined;
      throw error;
    }
  }

  /** Where there are no links, as on FAT, looking first has to do. */
  async #renameWhereFree(path: string): Promise<boolean> {
    const { fs, partPath } = this.#place;
    try {
      await fs.stat(path);
      return false;
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw error;
    }
    await fs.rename(partPath, path);
    return true;
  }

  async #remove(): Promise<void> {
    const { fs, partPath, notePath } = this.#place;
    await fs.unlink(partPath).catch(() => undefined);
    await fs.unlink(notePath).catch(() => undefined);
  }
}

function isSameFile(one: BigIntStats, other: BigIntStats): boolean {
  return one.ino === other.ino && one.dev === other.dev;
}
