/** The record of operations on disk: one append-only file per window, an archive per month, an index of verified resets. */
import { randomBytes } from 'node:crypto';
import { basename, join } from 'node:path';
import type { TargetAddress } from '../core/model';
import type { Clock, Journal, JournalEntry, JournalReading, JournalStanding, Log, VerifiedReset } from '../core/ports';
import { AppendFile } from './appendFile';
import { addressHash } from './fileLocks';
import { errorCode, isThere, nodeFs, type StorageFs, StorageUnavailable } from './fileSystem';
import { formatEvent, type JournalEvent } from './journalEvents';
import { type FoldDeps, foldFile } from './journalFolding';
import { everyVerified, findOperation, recentEntries } from './journalReading';
import { JournalSurvey, type Surveyed, type WindowFile } from './journalSurvey';
import { isSettled, JournalTable, type Known, mergeKnown, subjectOf, toEntry, verifiedReset } from './journalTable';
import { type LockFileDeps, releaseLock, takeLock } from './lockFile';
import type { ProcessIdentity } from './processIdentity';
import { readsInPlace } from './readsInPlace';
import { type NotedReset, plainReset, VerifiedIndex } from './verifiedIndex';

/** The journal cannot be written: nothing may be sent. */
export class JournalUnavailable extends StorageUnavailable {}

export interface FileJournal extends Journal {
  /** Writes what waits and closes the file. */
  dispose(): Promise<void>;
}

export interface FileJournalOptions {
  /** The folder that gets the sub-folder `journal`; touched on first use, not before. */
  readonly folder: string;
  readonly clock: Pick<Clock, 'now'>;
  readonly owner: ProcessIdentity;
  readonly log: Log;
  readonly fs?: StorageFs;
}

/** What one call folds at most; the rest waits for the next. */
const foldedFilesAtOnce = 32;
const foldedBytesAtOnce = 64 * 1024 * 1024;

export function createFileJournal(options: FileJournalOptions): FileJournal {
  return new JournalOnDisk(options);
}

class JournalOnDisk implements FileJournal {
  readonly #fs: StorageFs;
  readonly #folder: string;
  readonly #log: Log;
  readonly #own = new JournalTable();
  readonly #file: AppendFile<JournalEvent>;
  readonly #survey: JournalSurvey;
  readonly #index: VerifiedIndex;
  readonly #locks: LockFileDeps;
  readonly #now: () => number;
  readonly #warned = new Set<string>();
  #surveying: Promise<unknown> = Promise.resolve();
  #nextLook: Promise<JournalStanding> | undefined;
  #surveyed = false;

  constructor(options: FileJournalOptions) {
    const { clock, owner, log } = options;
    const fs = options.fs ?? readsInPlace(nodeFs);
    const folder = join(options.folder, 'journal');
    this.#fs = fs;
    this.#folder = folder;
    this.#log = log;
    this.#now = () => clock.now();
    this.#index = new VerifiedIndex(fs, join(folder, 'targets'));
    this.#survey = new JournalSurvey({ fs, folder, clock, owner });
    this.#locks = { fs, clock, owner, held: new Map() };
    const prefix = `window-${owner.windowId.replace(/[^\w-]/g, '_').slice(0, 80)}`;
    this.#file = new AppendFile<JournalEvent>({
      fs,
      path: async () => join(folder, `${prefix}-${randomBytes(4).toString('hex')}.jsonl`),
      preamble: async () => [
        formatEvent({ type: 'window', owner: await owner.self() }),
        ...[...this.#own.values()].flatMap(eventsOf).map(formatEvent),
      ],
      onWritten: (event) => this.#own.apply(event),
    });
  }

  async prepare(): Promise<void> {
    await this.#file.prepare();
  }

  async open(entry: Parameters<Journal['open']>[0]): Promise<void> {
    await this.#append({ type: 'sending', entry }, false);
  }

  markSent(operationId: string, at: number): void {
    const event: JournalEvent = { type: 'sent', operationId, at };
    this.#file.append({ event, line: formatEvent(event), keep: true }, false).catch((error: unknown) => {
      this.#log.warn(`The journal could not note that a request left (${errorCode(error)}); its entry says "sending".`);
    });
  }

  async close(operationId: string, outcome: Parameters<Journal['close']>[1]): Promise<void> {
    const known = this.#own.get(operationId) ?? this.#survey.get(operationId) ?? (await this.#find(operationId));
    const subject = subjectOf(known);
    const end = { operationId, outcome, ...(subject && { subject }) };
    const reset = verifiedReset(end);
    // First, so that a crash in between leaves an index that is ahead of the journal, never behind.
    if (reset) await this.#note(reset, true);
    await this.#append({ type: 'closed', ...end }, true);
  }

  async dismiss(operationId: string): Promise<void> {
    await this.#append({ type: 'dismissed', operationId }, true);
  }

  async lastVerifiedReset(address: TargetAddress): Promise<VerifiedReset | undefined> {
    try {
      // Once per window: what a window that lost its power had not yet put into the index.
      if (!this.#surveyed) await this.#look();
      const looked = await this.#index.look(address);
      if (looked.kind === 'found') return looked.reset;
      return looked.kind === 'none' ? undefined : await this.#exclusively(() => this.#rebuildIndex(address));
    } catch (error) {
      this.#warnOnce(`The journal could not be asked for the last reset (${errorCode(error)}).`);
      return undefined;
    }
  }

  async standing(): Promise<JournalStanding> {
    try {
      return await this.#look();
    } catch (error) {
      this.#warnOnce(`The journal could not be read (${errorCode(error)}).`);
      return { unfinished: [], underWay: [], unreadable: errorCode(error) };
    }
  }

  async unfinished(): Promise<readonly JournalEntry[]> {
    return (await this.standing()).unfinished;
  }

  async recent(limit: number): Promise<readonly JournalEntry[]> {
    return (await this.read(limit)).entries;
  }

  async read(limit: number): Promise<JournalReading> {
    await this.#file.caughtUp();
    try {
      return await recentEntries(this.#fs, this.#folder, limit);
    } catch (error) {
      this.#warnOnce(`The journal could not be read (${errorCode(error)}).`);
      return { entries: [], unreadable: errorCode(error) };
    }
  }

  async dispose(): Promise<void> {
    // The survey in hand may have left a fold behind it.
    for (let last: unknown; last !== this.#surveying; ) {
      last = this.#surveying;
      await last;
    }
    await this.#file.close();
  }

  async #append(event: JournalEvent, keep: boolean): Promise<void> {
    const line = formatEvent(event);
    try {
      await this.#file.append({ event, line, keep }, true);
    } catch (error) {
      throw new JournalUnavailable('The journal cannot be written', error);
    }
  }

  async #find(operationId: string): Promise<Known | undefined> {
    await this.#file.caughtUp();
    try {
      return await findOperation(this.#fs, this.#folder, operationId);
    } catch (error) {
      this.#warnOnce(`The journal could not be searched (${errorCode(error)}).`);
      return undefined;
    }
  }

  async #note(reset: NotedReset, mend: boolean): Promise<void> {
    try {
      await this.#index.note(reset, { durable: false, mend });
    } catch (error) {
      this.#log.warn(`The index of verified resets could not be written (${errorCode(error)}).`);
      await this.#index.distrust(reset.address);
    }
  }

  /** One survey at a time: two would fold the same file. */
  async #exclusively<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#surveying.then(work);
    this.#surveying = result.catch(() => undefined);
    return await result;
  }

  /** Whoever asks while a look has yet to begin shares it: many operations at a time are many who ask. */
  #look(): Promise<JournalStanding> {
    this.#nextLook ??= this.#exclusively(() => {
      this.#nextLook = undefined;
      return this.#lookAround();
    });
    return this.#nextLook;
  }

  /** Reads what the other windows wrote, and has the files of the dead ones folded behind the caller's back. */
  async #lookAround(): Promise<JournalStanding> {
    // What waits to be written in the own file is not waited for: whoever needs to know that it is there has waited already.
    const surveyed = await this.#survey.refresh(this.#file.path && basename(this.#file.path));
    for (const file of surveyed.dead) {
      for (const reset of file.verified.drain()) await this.#note(reset, false);
      this.#warnOfLines(file);
    }
    for (const [name, code] of surveyed.unreadable) this.#warnOnce(`${name}: the file could not be read (${code}).`);
    this.#surveyed = true;
    // A file with lines of a later version stays for that version.
    const foldable = surveyed.dead.filter((file) => file.newerLines === 0);
    if (foldable.length > 0) this.#exclusively(() => this.#fold(foldable)).catch(() => undefined);
    return this.#standingOf(surveyed);
  }

  #standingOf({ living, dead, unreadable }: Surveyed): JournalStanding {
    const merged = new Map<string, Known>();
    const ofOthers = new Set<string>();
    const own = new Set<string>();
    const addAll = (table: JournalTable, atWork?: Set<string>) => {
      for (const known of table.values()) {
        const before = merged.get(known.operationId);
        merged.set(known.operationId, before ? mergeKnown(before, known) : known);
        // What was closed as unknown is nobody's work any more: any window may verify it, and none may send again unasked.
        if (known.opened === true && known.outcome === undefined) atWork?.add(known.operationId);
      }
    };
    addAll(this.#own, own);
    for (const { table } of living) addAll(table, ofOthers);
    for (const { table } of dead) addAll(table);
    const unfinished: JournalEntry[] = [];
    const underWay: JournalEntry[] = [];
    for (const known of merged.values()) {
      const entry = isSettled(known) || own.has(known.operationId) ? undefined : toEntry(known);
      if (entry) (ofOthers.has(known.operationId) ? underWay : unfinished).push(entry);
    }
    unfinished.sort((a, b) => a.openedAt - b.openedAt);
    const [code] = unreadable.values();
    return { unfinished, underWay, ...(code !== undefined && { unreadable: code }) };
  }

  async #fold(dead: readonly WindowFile[]): Promise<void> {
    const lock = join(this.#folder, 'fold.lock');
    const taken = await takeLock(this.#locks, lock);
    // Another window is at it, or the folder cannot be written. Either way nothing is lost.
    if (taken.kind !== 'taken') return;
    try {
      let bytes = 0;
      for (const file of dead.slice(0, foldedFilesAtOnce)) {
        if (bytes > foldedBytesAtOnce) break;
        bytes += file.offset;
        // Another window may have folded it before we got the lock.
        if (await isThere(this.#fs, file.path)) await foldFile(this.#foldDeps(file), file);
        this.#survey.forget(file);
      }
    } catch (error) {
      this.#warnOnce(`The journal could not be archived (${errorCode(error)}).`);
    } finally {
      await releaseLock(this.#locks, lock, taken.generation).catch(() => undefined);
    }
  }

  #foldDeps(file: WindowFile): FoldDeps {
    return {
      fs: this.#fs,
      folder: this.#folder,
      index: this.#index,
      now: this.#now,
      elsewhere: (operationId) => {
        const others = this.#survey.get(operationId, file);
        const own = this.#own.get(operationId);
        return own && others ? mergeKnown(own, others) : (own ?? others);
      },
      carry: async (events) => {
        await Promise.all(events.map((event) => this.#append(event, false)));
      },
    };
  }

  async #rebuildIndex(address: TargetAddress): Promise<VerifiedReset | undefined> {
    await this.#file.caughtUp();
    const all = await everyVerified(this.#fs, this.#folder);
    try {
      for (const reset of all) await this.#index.note(reset, { durable: true, mend: true });
      await this.#index.discardIfDamaged(address);
      await this.#index.markComplete();
    } catch (error) {
      this.#warnOnce(`The index of verified resets could not be rebuilt (${errorCode(error)}).`);
    }
    const hash = addressHash(address);
    const newest = all.find((reset) => addressHash(reset.address) === hash);
    return newest && plainReset(newest);
  }

  #warnOfLines(file: WindowFile): void {
    if (file.damagedLines > 0) {
      this.#warnOnce(`${file.name}: ${file.damagedLines} damaged lines were skipped; the file is kept.`);
    }
    if (file.newerLines > 0) {
      this.#warnOnce(`${file.name}: ${file.newerLines} lines of a newer version were skipped; the file is kept.`);
    }
  }

  #warnOnce(message: string): void {
    if (this.#warned.has(message)) return;
    this.#warned.add(message);
    this.#log.warn(message);
  }
}

/** The events that say again what is known of an operation of this window. */
function eventsOf(known: Known): JournalEvent[] {
  const { operationId, opened, entry, ...rest } = known;
  return opened && entry
    ? [
        { type: 'sending', entry },
        { type: 'snapshot', operationId, ...rest },
      ]
    : [{ type: 'snapshot', operationId, ...(entry && { entry }), ...rest }];
}
