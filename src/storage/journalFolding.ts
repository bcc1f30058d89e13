/**
 * Folds the file of a dead window: settled operations go to the archive, the others into this window's own file.
 *
 * Each step is on disk before the next begins and may be done twice, because what is read is merged by operation id. So
 * a crash at any point loses nothing: the dead window's file goes last.
 */
import { join } from 'node:path';
import { makeFolder, privateFile, type StorageFs, syncFolder } from './fileSystem';
import { formatEvent, type JournalEvent, parseLine } from './journalEvents';
import { NewestVerified, type WindowFile } from './journalSurvey';
import { isSettled, JournalTable, type Known, knownFrom, mergeKnown, snapshotOf } from './journalTable';
import { linesFrom } from './lineReading';
import type { VerifiedIndex } from './verifiedIndex';

export interface FoldDeps {
  readonly fs: StorageFs;
  readonly folder: string;
  readonly index: VerifiedIndex;
  /** Epoch milliseconds. */
  now(): number;
  /** What all other files say about the operation. */
  elsewhere(operationId: string): Known | undefined;
  /** Writes into this window's own file and waits for the disk. */
  carry(events: readonly JournalEvent[]): Promise<void>;
}

/** Lines that are waiting for the archive are written when they exceed this many characters. */
const archiveBlock = 256 * 1024;

/** Folds one file. The caller holds the lock for folding. Throws the system's error; the file is then still there. */
export async function foldFile(deps: FoldDeps, file: WindowFile): Promise<void> {
  const archive = new ArchiveWriter(deps.fs, deps.folder);
  const verified = new NewestVerified();
  const put = (known: Known) => {
    verified.add(known);
    archive.add(known, deps.now());
  };
  const table = new JournalTable(put);
  try {
    for await (const line of linesFrom(deps.fs, file.path, 0)) {
      const parsed = parseLine(line.text);
      if (parsed.kind !== 'event') continue;
      verified.add(knownFrom(parsed.event));
      table.apply(parsed.event);
      if (archive.waiting > archiveBlock) await archive.write();
    }
    const carried: JournalEvent[] = [];
    for (const piece of table.values()) {
      const other = deps.elsewhere(piece.operationId);
      const known = other ? mergeKnown(piece, other) : piece;
      // Of an operation of another window this file tells only the end. As long as that window's file stands, the end
      // has to stand beside it; if it is archived already, the end follows it there.
      const done = piece.entry ? isSettled(known) : other?.entry === undefined;
      if (done) put(known);
      else carried.push(snapshotOf(known));
    }
    await archive.write();
    await archive.sync();
    const resets = verified.drain();
    for (const reset of resets) await deps.index.note(reset, { durable: true, mend: false });
    if (resets.length > 0) await deps.index.settle();
    if (carried.length > 0) await deps.carry(carried);
  } finally {
    await archive.close();
  }
  await putAway(deps, file);
}

async function putAway(deps: FoldDeps, file: WindowFile): Promise<void> {
  if (file.damagedLines === 0) {
    await deps.fs.unlink(file.path);
    return;
  }
  // What could not be read may still be of use to a person.
  const quarantine = join(deps.folder, 'quarantine');
  await makeFolder(deps.fs, quarantine);
  await deps.fs.rename(file.path, join(quarantine, file.name));
}

/** Appends snapshots to one file per month. */
class ArchiveWriter {
  readonly #fs: StorageFs;
  readonly #folder: string;
  readonly #lines = new Map<string, string[]>();
  readonly #handles = new Map<string, Awaited<ReturnType<StorageFs['open']>>>();
  /** Characters that wait to be written. */
  waiting = 0;

  constructor(fs: StorageFs, folder: string) {
    this.#fs = fs;
    this.#folder = folder;
  }

  add(known: Known, now: number): void {
    const name = archiveName(known.entry?.openedAt ?? now);
    const line = formatEvent(snapshotOf(known));
    const lines = this.#lines.get(name) ?? [];
    lines.push(line);
    this.#lines.set(name, lines);
    this.waiting += line.length;
  }

  async write(): Promise<void> {
    for (const [name, lines] of this.#lines) {
      const handle = this.#handles.get(name) ?? (await this.#fs.open(join(this.#folder, name), 'a', privateFile));
      this.#handles.set(name, handle);
      // Starts on a line of its own: whoever wrote last may have died in the middle of one.
      await handle.appendFile(`\n${lines.join('\n')}\n`, 'utf8');
    }
    this.#lines.clear();
    this.waiting = 0;
  }

  async sync(): Promise<void> {
    for (const handle of this.#handles.values()) await handle.sync();
    if (this.#handles.size > 0) await syncFolder(this.#fs, this.#folder);
  }

  async close(): Promise<void> {
    for (const handle of this.#handles.values()) await handle.close();
    this.#handles.clear();
  }
}

function archiveName(openedAt: number): string {
  const opened = new Date(openedAt);
  // A time that is no time comes from an edited file.
  const year = opened.getUTCFullYear();
  return `archive-${year >= 1970 && year <= 9999 ? opened.toISOString().slice(0, 7) : '1970-01'}.jsonl`;
}
