/**
 * A file of lines with one writer. What is appended while a write is under way waits for the next one, so many callers
 * share one fsync; nobody is answered before the own line is on disk.
 */
import type { FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { makeFolder, privateFile, type StorageFs, syncFolder } from './fileSystem';

export interface Appended<E> {
  readonly event: E;
  readonly line: string;
  /** Kept and written with the next lines if this attempt fails, although the caller has been told of the failure. */
  readonly keep: boolean;
}

interface Waiting<E> {
  /** Nothing for whoever waits for the file alone. */
  readonly appended: readonly Appended<E>[];
  readonly durable: boolean;
  resolve(): void;
  reject(error: unknown): void;
}

export interface AppendFileOptions<E> {
  readonly fs: StorageFs;
  /** A path for a new file; asked again if the file was removed by somebody. */
  path(): Promise<string>;
  /** The lines that a new file starts with. */
  preamble(): Promise<readonly string[]>;
  /** Called for every event that has been written, in order. */
  onWritten(event: E): void;
}

export class AppendFile<E> {
  readonly #options: AppendFileOptions<E>;
  #queue: Waiting<E>[] = [];
  #kept: Appended<E>[] = [];
  #draining: Promise<void> | undefined;
  #newest: Promise<unknown> = Promise.resolve();
  #handle: FileHandle | undefined;
  #path: string | undefined;
  /** Bytes known to be whole lines. */
  #size = 0;
  /** A torn line may stand at the end. */
  #torn = false;
  #namedOnDisk = false;

  constructor(options: AppendFileOptions<E>) {
    this.#options = options;
  }

  /** The file, as soon as there may be one. */
  get path(): string | undefined {
    return this.#path;
  }

  /** Resolves when the line is written and, if `durable`, on disk. Rejects with the system's error. */
  append(appended: Appended<E>, durable: boolean): Promise<void> {
    return this.#enqueue([appended], durable);
  }

  /** Puts a new file on disk if there is none yet, so that the first line need not wait for that. */
  async prepare(): Promise<void> {
    if (!this.#namedOnDisk) await this.#enqueue([], true);
  }

  #enqueue(appended: readonly Appended<E>[], durable: boolean): Promise<void> {
    const written = new Promise<void>((resolve, reject) => {
      this.#queue.push({ appended, durable, resolve, reject });
      this.#draining ??= this.#drain();
    });
    this.#newest = written.catch(() => undefined);
    return written;
  }

  /** Resolves when all that has been appended so far is written, or could not be; not only when nobody appends any more. */
  async caughtUp(): Promise<void> {
    await this.#newest;
  }

  async close(): Promise<void> {
    while (this.#draining) await this.#draining;
    const handle = this.#handle;
    this.#handle = undefined;
    await handle?.close();
  }

  async #drain(): Promise<void> {
    // Whoever asks in the same turn shares the first write.
    await Promise.resolve();
    while (this.#queue.length > 0) {
      const batch = this.#queue;
      this.#queue = [];
      const all = [...this.#kept, ...batch.flatMap(({ appended }) => appended)];
      try {
        await this.#write(
          all.map(({ line }) => line),
          batch.some(({ durable }) => durable),
        );
        this.#kept = [];
        for (const { event } of all) this.#options.onWritten(event);
        for (const { resolve } of batch) resolve();
      } catch (error) {
        this.#kept = all.filter(({ keep }) => keep);
        for (const { reject } of batch) reject(error);
      }
    }
    this.#draining = undefined;
  }

  async #write(lines: readonly string[], durable: boolean): Promise<void> {
    const handle = await this.#open();
    let removed = false;
    try {
      const all = this.#size === 0 ? [...(await this.#options.preamble()), ...lines] : lines;
      const text = all.length === 0 ? '' : `${this.#torn ? '\n' : ''}${all.join('\n')}\n`;
      if (text) await handle.appendFile(text, 'utf8');
      if (durable) {
        await handle.datasync();
        removed = (await handle.stat()).nlink === 0;
        if (!this.#namedOnDisk && this.#path !== undefined) await syncFolder(this.#options.fs, dirname(this.#path));
        this.#namedOnDisk = true;
      }
      if (text) this.#torn = false;
      this.#size += Buffer.byteLength(text);
    } catch (error) {
      await this.#cutBack(handle);
      throw error;
    }
    // Somebody removed the file under our hands: what was written went nowhere. Write it to a new one.
    if (removed) {
      await this.#forget(handle);
      await this.#write(lines, durable);
    }
  }

  /** What failed must not be read later, for the caller was told that it is not there. */
  async #cutBack(handle: FileHandle): Promise<void> {
    try {
      await handle.truncate(this.#size);
    } catch {
      this.#torn = true;
    }
  }

  async #open(): Promise<FileHandle> {
    if (this.#handle) return this.#handle;
    const path = await this.#options.path();
    await makeFolder(this.#options.fs, dirname(path));
    this.#path = path;
    this.#handle = await this.#options.fs.open(path, 'ax', privateFile);
    return this.#handle;
  }

  async #forget(handle: FileHandle): Promise<void> {
    this.#handle = undefined;
    this.#size = 0;
    this.#torn = false;
    this.#namedOnDisk = false;
    await handle.close();
  }
}
