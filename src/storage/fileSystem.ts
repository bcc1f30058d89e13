/** The few file operations that the stores need, so that tests can count them and make them fail. */
import { createHash, randomBytes } from 'node:crypto';
import type { BigIntStats, Stats } from 'node:fs';
import * as promises from 'node:fs/promises';
import { dirname, join } from 'node:path';

export interface StorageFs extends Pick<typeof promises, 'open' | 'mkdir' | 'rename' | 'unlink' | 'utimes'> {
  readFile(path: string, encoding: 'utf8'): Promise<string>;
  readdir(path: string): Promise<string[]>;
  stat(path: string): Promise<Stats>;
  stat(path: string, options: { readonly bigint: true }): Promise<BigIntStats>;
}

/** All of it in the thread pool. */
export const nodeFs: StorageFs = promises;

/** What is stored says which identities somebody tests with: nobody else's business. */
export const privateFile = 0o600;
const privateFolder = 0o700;

/** A store that cannot be written or read: full disk, read-only folder, missing rights. `code` is the system's, such as `ENOSPC`. */
export class StorageUnavailable extends Error {
  readonly code: string;

  constructor(what: string, cause: unknown) {
    super(`${what} (${errorCode(cause)})`, { cause });
    this.name = new.target.name;
    this.code = errorCode(cause);
  }
}

/** The system's code of an error, such as `ENOENT`; `UNKNOWN` if it has none. Never its text, which holds paths. */
export function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'UNKNOWN';
}

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** Makes the folder and puts every new level on disk. */
export async function makeFolder(fs: StorageFs, folder: string): Promise<void> {
  // Nearly always it is there. What stands in its way, or keeps from looking, making it will say.
  if (await isFolder(fs, folder)) return;
  const topmostNew = await fs.mkdir(folder, { recursive: true, mode: privateFolder });
  if (topmostNew === undefined) return;
  for (let level = folder; ; level = dirname(level)) {
    await syncFolder(fs, dirname(level));
    if (level === topmostNew || level === dirname(level)) return;
  }
}

/** Systems on which a folder cannot be opened or synced answer with these; there the file's own sync has to do. */
const noFolderSync: ReadonlySet<string> = new Set(['EISDIR', 'EPERM', 'EACCES', 'EINVAL', 'ENOTSUP', 'EBADF']);

/** Puts the folder's list of names on disk: a synced file whose name was lost is lost as well. */
export async function syncFolder(fs: StorageFs, folder: string): Promise<void> {
  try {
    const handle = await fs.open(folder, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (!noFolderSync.has(errorCode(error))) throw error;
  }
}

/**
 * Replaces a file in one step: readers see the old text or the new. `onDisk` says what has reached the disk when this
 * resolves; what has not may be lost when the power fails, leaving the old text or none.
 */
export async function writeAtomically(
  fs: StorageFs,
  path: string,
  text: string,
  onDisk: 'none' | 'content' | 'content-and-name',
): Promise<void> {
  const draft = join(dirname(path), `.${randomBytes(9).toString('hex')}.tmp`);
  try {
    const handle = await fs.open(draft, 'wx', privateFile);
    try {
      await handle.writeFile(text, 'utf8');
      if (onDisk !== 'none') await handle.sync();
    } finally {
      await handle.close();
    }
    await fs.rename(draft, path);
  } catch (error) {
    await fs.unlink(draft).catch(() => undefined);
    throw error;
  }
  if (onDisk === 'content-and-name') await syncFolder(fs, dirname(path));
}

/** Puts the file's content on disk, whoever wrote it. */
export async function syncFile(fs: StorageFs, path: string): Promise<void> {
  // Windows syncs only what was opened for writing.
  const handle = await fs.open(path, 'r+');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** The file's text, or `undefined` if there is no such file. Other errors are thrown. */
export async function readIfThere(fs: StorageFs, path: string): Promise<string | undefined> {
  try {
    return await fs.readFile(path, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

async function isFolder(fs: StorageFs, path: string): Promise<boolean> {
  try {
    return (await fs.stat(path)).isDirectory();
  } catch {
    return false;
  }
}

export async function isThere(fs: StorageFs, path: string): Promise<boolean> {
  try {
    await fs.stat(path);
    return true;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false;
    throw error;
  }
}

/** The folder's names; none if there is no such folder. Other errors are thrown. */
export async function namesIn(fs: StorageFs, folder: string): Promise<readonly string[]> {
  try {
    return await fs.readdir(folder);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  }
}
