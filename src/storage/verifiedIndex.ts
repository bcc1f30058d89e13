/** The newest verified reset of each target, one small file per target, so that asking costs the same in any journal. */
import { join } from 'node:path';
import * as v from 'valibot';
import type { TargetAddress } from '../core/model';
import type { VerifiedReset } from '../core/ports';
import { addressHash } from './fileLocks';
import { isThere, makeFolder, readIfThere, type StorageFs, syncFile, syncFolder, writeAtomically } from './fileSystem';

const recordSchema = v.object({
  v: v.literal(2),
  provider: v.string(),
  origin: v.string(),
  target: v.string(),
  credentialStoredAt: v.number(),
  openedAt: v.number(),
  closedAt: v.number(),
  endsAll: v.exactOptional(v.boolean()),
  operationId: v.string(),
});

/** A verified reset and whose it is. */
export interface NotedReset extends VerifiedReset {
  readonly address: TargetAddress;
  readonly operationId: string;
}

/** Whether `a` is to be noted where `b` is known. A total order, so that the answer does not depend on what is read first. */
export function isNewer(a: NotedReset, b: NotedReset): boolean {
  return (a.closedAt - b.closedAt || a.openedAt - b.openedAt || (a.operationId > b.operationId ? 1 : 0)) > 0;
}

export function plainReset({ credentialStoredAt, openedAt, closedAt, endsAll }: VerifiedReset): VerifiedReset {
  return { credentialStoredAt, openedAt, closedAt, ...(endsAll !== undefined && { endsAll }) };
}

export type Looked =
  | { readonly kind: 'found'; readonly reset: VerifiedReset }
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
    const known = parse(text, address);
    return known ? { kind: 'found', reset: plainReset(known) } : { kind: 'unsure' };
  }

  /**
   * Notes a verified reset unless a later one is known. With `durable` the file is on disk afterwards (its name after
   * {@link settle}); without, a power loss may undo the note, and the survey of the dead window's file brings it back.
   *
   * A damaged file may have named a later reset than one that is found again: unless `mend` says that this is the newest of
   * all, the file stays as it is, and the next to look reads the journal.
   */
  async note(reset: NotedReset, how: { readonly durable: boolean; readonly mend: boolean }): Promise<void> {
    const path = this.#path(reset.address);
    const text = await readIfThere(this.#fs, path);
    const known = text === undefined ? undefined : parse(text, reset.address);
    if (text !== undefined && !known && !how.mend) return;
    if (known && !isNewer(reset, known)) {
      if (how.durable) await syncFile(this.#fs, path);
      return;
    }
    await makeFolder(this.#fs, this.#folder);
    const { provider, origin, target } = reset.address;
    const { operationId } = reset;
    const record: v.InferInput<typeof recordSchema> = {
      v: 2,
      provider,
      origin,
      target,
      ...plainReset(reset),
      operationId,
    };
    await writeAtomically(this.#fs, path, `${JSON.stringify(record)}\n`, how.durable ? 'content' : 'none');
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
    return await isThere(this.#fs, this.#completePath());
  }

  #completePath(): string {
    return join(this.#folder, 'complete');
  }

  #path(address: TargetAddress): string {
    return join(this.#folder, `${addressHash(address)}.json`);
  }
}

/** What the file says of the target; `undefined` if it is damaged, of an earlier or later shape, or about another one. */
function parse(text: string, address: TargetAddress): NotedReset | undefined {
  try {
    const parsed = v.safeParse(recordSchema, JSON.parse(text));
    if (!parsed.success) return undefined;
    const { v: _, provider, origin, target, ...rest } = parsed.output;
    const same = provider === address.provider && origin === address.origin && target === address.target;
    return same ? { ...rest, address } : undefined;
  } catch {
    return undefined;
  }
}
