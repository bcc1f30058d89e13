/** Reads the journal files of all windows and tells the living from the dead. */
import { join } from 'node:path';
import type { Clock } from '../core/ports';
import { errorCode, namesIn, type StorageFs } from './fileSystem';
import { parseLine } from './journalEvents';
import { JournalTable, type Known, knownFrom, mergeKnown, verifiedReset } from './journalTable';
import { linesFrom } from './lineReading';
import { staleAfterMs } from './lockFile';
import type { ProcessIdentity, ProcessOwner } from './processIdentity';
import { isNewer, type NotedReset } from './verifiedIndex';

export interface WindowFile {
  readonly name: string;
  readonly path: string;
  /** Operations that the window has not settled. */
  readonly table: JournalTable;
  /** Verified resets not yet noted in the index, newest per target. */
  readonly verified: NewestVerified;
  owner: ProcessOwner | undefined;
  /** Bytes read so far. */
  offset: number;
  damagedLines: number;
  newerLines: number;
}

export interface Surveyed {
  readonly living: readonly WindowFile[];
  readonly dead: readonly WindowFile[];
  /** Files that could not be read, with the system's code. */
  readonly unreadable: ReadonlyMap<string, string>;
}

export interface SurveyDeps {
  readonly fs: StorageFs;
  readonly folder: string;
  readonly clock: Pick<Clock, 'now'>;
  readonly owner: ProcessIdentity;
}

/** How often the files are read again because another window folded one of them meanwhile. */
export const rereads = 5;

const windowFile = /^window-.+\.jsonl$/;
const archiveFile = /^archive-\d{4}-\d{2}\.jsonl$/;

export async function windowFiles(fs: StorageFs, folder: string): Promise<readonly string[]> {
  return (await namesIn(fs, folder)).filter((name) => windowFile.test(name));
}

/** Newest month first. */
export async function archiveFiles(fs: StorageFs, folder: string): Promise<readonly string[]> {
  return (await namesIn(fs, folder))
    .filter((name) => archiveFile.test(name))
    .sort()
    .reverse();
}

/** The newest verified reset of each target among the operations that it is shown. */
export class NewestVerified {
  readonly #byTarget = new Map<string, NotedReset>();

  add(known: Known | undefined): void {
    const reset = known && verifiedReset(known);
    if (!reset) return;
    const { provider, origin, target } = reset.address;
    const key = [provider, origin, target].join('|');
    const before = this.#byTarget.get(key);
    if (!before || isNewer(reset, before)) this.#byTarget.set(key, reset);
  }

  drain(): readonly NotedReset[] {
    const all = [...this.#byTarget.values()];
    this.#byTarget.clear();
    return all;
  }
}

/** Remembers how far each file has been read, so that asking again reads only what is new. */
export class JournalSurvey {
  readonly #deps: SurveyDeps;
  readonly #files = new Map<string, WindowFile>();

  constructor(deps: SurveyDeps) {
    this.#deps = deps;
  }

  /** Reads what is new in the files of all windows but `ownName`. */
  async refresh(ownName: string | undefined): Promise<Surveyed> {
    for (let attempt = 1; ; attempt++) {
      const surveyed = await this.#readAll(ownName);
      // What was in a vanished file is now in one that may have been read, or listed, before it got there.
      if (surveyed.vanished === 0 || attempt === rereads) return surveyed;
    }
  }

  async #readAll(ownName: string | undefined): Promise<Surveyed & { readonly vanished: number }> {
    const names = (await windowFiles(this.#deps.fs, this.#deps.folder)).filter((name) => name !== ownName);
    for (const name of this.#files.keys()) if (!names.includes(name)) this.#files.delete(name);
    const living: WindowFile[] = [];
    const dead: WindowFile[] = [];
    const unreadable = new Map<string, string>();
    let vanished = 0;
    for (const name of names) {
      const file = this.#files.get(name) ?? newFile(this.#deps.folder, name);
      try {
        await this.#readOn(file, false);
        const isAlive = await this.#isAlive(file);
        // It may have written its last lines after they were read and before it died.
        if (!isAlive) await this.#readOn(file, true);
        this.#files.set(name, file);
        (isAlive ? living : dead).push(file);
      } catch (error) {
        this.#files.delete(name);
        if (errorCode(error) === 'ENOENT') vanished += 1;
        else unreadable.set(name, errorCode(error));
      }
    }
    return { living, dead, unreadable, vanished };
  }

  /** What the other windows' files said of an operation when they were last read. */
  get(operationId: string, except?: WindowFile): Known | undefined {
    let known: Known | undefined;
    for (const file of this.#files.values()) {
      const piece = file === except ? undefined : file.table.get(operationId);
      if (piece) known = known ? mergeKnown(known, piece) : piece;
    }
    return known;
  }

  forget(file: WindowFile): void {
    this.#files.delete(file.name);
  }

  async #readOn(file: WindowFile, toTheEnd: boolean): Promise<void> {
    for await (const line of linesFrom(this.#deps.fs, file.path, file.offset)) {
      if (!line.complete && !toTheEnd) return;
      file.offset = line.end;
      const parsed = parseLine(line.text);
      if (parsed.kind === 'damaged') file.damagedLines += 1;
      if (parsed.kind === 'newer') file.newerLines += 1;
      if (parsed.kind !== 'event') continue;
      if (parsed.event.type === 'window') file.owner = parsed.event.owner;
      file.table.apply(parsed.event);
      file.verified.add(knownFrom(parsed.event));
    }
  }

  async #isAlive(file: WindowFile): Promise<boolean> {
    if (file.owner) return await this.#deps.owner.isAlive(file.owner);
    // Just made and still empty, or its first line is damaged.
    const { mtimeMs } = await this.#deps.fs.stat(file.path);
    return Math.abs(this.#deps.clock.now() - mtimeMs) <= staleAfterMs;
  }
}

function newFile(folder: string, name: string): WindowFile {
  const verified = new NewestVerified();
  return {
    name,
    path: join(folder, name),
    table: new JournalTable((settled) => verified.add(settled)),
    verified,
    owner: undefined,
    offset: 0,
    damagedLines: 0,
    newerLines: 0,
  };
}
