/** The newest verified reset of each target, one small file per target, so that asking costs the same in any journal. */
import { join } from 'node:path';
import * as v from 'valibot';
import type { TargetAddress } from '../core/model';
import { addressHash } from './fileLocks';
import { makeFolder, readIfThere, type StorageFs, syncFile, syncFolder, writeAtomically } from './fileSystem';

const recordSchema = v.object({
  v: v.literal(1),
  provider: v.string(),
  origin: v.string(),
  target: v.string(),
  closedAt: v.number(),
  operationId: v.string(),
});

export interface VerifiedReset {
  readonly address: TargetAddress;
  /** Epoch milliseconds. */
  readonly closedAt: number;
  readonly operationId: string;
}

export type Looked =
  | { readonly kind: 'found'; readonly closedAt: number }
  | { readonly kind: 'none' }
  /** The index cannot be trusted about this target: the journal itself has to be read. */
  | { readonly kind: 'unsure' };

export class VerifiedIndex {
  readonly #fs: StorageFs;
  readonly #folder: string;

  constructor(fs: StorageFs, folder: string) {
    this.#fs = fs;
    this.#folder = folder;
  }

  /** Reads from disk each time: another window may have written a moment ago. */
  async look(address: TargetAddress): Promise<Looked> {
    const text = await readIfThere(this.#fs, this.#path(address));
    if (text === undefined) return (await this.#isComplete()) ? { kind: 'none' } : { kind: 'unsure' };
    const closedAt = parse(text, address);
    return closedAt === undefined ? { kind: 'unsure' } : { kind: 'found', closedAt };
  }

  /**
   * Notes a verified reset unless a later one is known. With `durable` the file is on disk afterwards (its name after
   * {@link settle}); without, a power loss may undo the note, and the survey of the dead window's file brings it back.
   */
  async note(reset: VerifiedReset, durable: boolean): Promise<void> {
    const path = this.#path(reset.address);
    const text = await readIfThere(this.#fs, path);
    const known = text === undefined ? undefined : parse(text, reset.address);
    if (known !== undefined && known >= reset.closedAt) {
      if (durable) await syncFile(this.#fs, path);
      return;
    }
    await makeFolder(this.#fs, this.#folder);
    const { provider, origin, target } = reset.address;
    const record = { v: 1, provider, origin, target, closedAt: reset.closedAt, operationId: reset.operationId };
    await writeAtomically(this.#fs, path, `${JSON.stringify(record)}\n`, durable ? 'content' : 'none');
  }

  /** Puts the names of all notes on disk. */
  async settle(): Promise<void> {
    await syncFolder(this.#fs, this.#folder);
  }

  /** From now on a target without a file never had a verified reset. */
  async markComplete(): Promise<void> {
    await makeFolder(this.#fs, this.#folder);
    await writeAtomically(this.#fs, this.#completePath(), '{"v":1}\n', 'content-and-name');
  }

  /** A note about the target got lost: until the index is rebuilt, a missing file proves nothing. */
  async distrust(address: TargetAddress): Promise<void> {
    await this.#fs.unlink(this.#completePath()).catch(() => undefined);
    await this.#fs.unlink(this.#path(address)).catch(() => undefined);
  }

  /** Removes the target's file if it cannot be read, once the rebuild has found nothing to put there. */
  async discardIfDamaged(address: TargetAddress): Promise<void> {
    const text = await readIfThere(this.#fs, this.#path(address));
    if (text !== undefined && parse(text, address) === undefined) await this.#fs.unlink(this.#path(address));
  }

  async #isComplete(): Promise<boolean> {
    return (await readIfThere(this.#fs, this.#completePath())) !== undefined;
  }

  #completePath(): string {
    return join(this.#folder, 'complete');
  }

  #path(address: TargetAddress): string {
    return join(this.#folder, `${addressHash(address)}.json`);
  }
}

function parse(text: string, address: TargetAddress): number | undefined {
  try {
    const parsed = v.safeParse(recordSchema, JSON.parse(text));
    if (!parsed.success) return undefined;
    const { provider, origin, target, closedAt } = parsed.output;
    const same = provider === address.provider && origin === address.origin && target === address.target;
    return same ? closedAt : undefined;
  } catch {
    return undefined;
  }
}
