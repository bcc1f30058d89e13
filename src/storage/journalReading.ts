/** Reads across all journal files, archives included. */
import { join } from 'node:path';
import type { JournalEntry, JournalReading } from '../core/ports';
import { errorCode, type StorageFs } from './fileSystem';
import { parseLine } from './journalEvents';
import { archiveFiles, NewestVerified, rereads, windowFiles } from './journalSurvey';
import { JournalTable, type Known, knownFrom, mergeKnown, toEntry } from './journalTable';
import { linesFrom, linesFromEnd } from './lineReading';
import type { NotedReset } from './verifiedIndex';

/**
 * An archive is in the order in which windows were folded, and the newest entries need not be the last ones. Reading at
 * least this many bytes covers the windows that were open side by side.
 */
const archiveTail = 256 * 1024;

/** The newest entries, newest first, of the files that can be read. Reads the files' ends only. */
export async function recentEntries(fs: StorageFs, folder: string, limit: number): Promise<JournalReading> {
  if (limit <= 0) return { entries: [] };
  const known = new Map<string, Known>();
  let unreadable: string | undefined;
  const skipped = (code: string): void => {
    unreadable = code;
  };
  await eachWindowFile(
    fs,
    folder,
    async (path) => {
      await readEnd(fs, path, known, limit, 0);
      return true;
    },
    skipped,
  );
  let archived = 0;
  await eachArchive(
    fs,
    folder,
    async (path) => {
      archived += await readEnd(fs, path, known, limit - archived, archiveTail);
      return archived < limit;
    },
    skipped,
  );
  const entries: JournalEntry[] = [];
  for (const piece of known.values()) {
    const entry = toEntry(piece);
    if (entry) entries.push(entry);
  }
  return { entries: entries.sort(newestFirst).slice(0, limit), ...(unreadable !== undefined && { unreadable }) };
}

function newestFirst(a: JournalEntry, b: JournalEntry): number {
  return b.openedAt - a.openedAt || (a.operationId < b.operationId ? -1 : 1);
}

/** Reads from the end until `limit` operations and `atLeast` bytes were seen. Gives the number of operations. */
async function readEnd(
  fs: StorageFs,
  path: string,
  known: Map<string, Known>,
  limit: number,
  atLeast: number,
): Promise<number> {
  const opened = new Set<string>();
  for await (const { text, read } of linesFromEnd(fs, path)) {
    if (opened.size >= limit && read >= atLeast) break;
    const piece = pieceFrom(text);
    if (!piece) continue;
    const before = known.get(piece.operationId);
    known.set(piece.operationId, before ? mergeKnown(before, piece) : piece);
    if (piece.entry) opened.add(piece.operationId);
  }
  return opened.size;
}

/** Searches every file for an operation. For those that are neither open nor recent; reads until it is found. */
export async function findOperation(fs: StorageFs, folder: string, operationId: string): Promise<Known | undefined> {
  const quoted = JSON.stringify(operationId);
  let found: Known | undefined;
  const search: Visit = async (path) => {
    for await (const { text } of linesFromEnd(fs, path)) {
      const piece = text.includes(quoted) ? pieceFrom(text) : undefined;
      if (piece?.operationId !== operationId || !piece.entry) continue;
      found = piece;
      return false;
    }
    return true;
  };
  if (await eachWindowFile(fs, folder, search)) await eachArchive(fs, folder, search);
  return found;
}

/** The newest verified reset of every target, from the journal itself. Reads everything. */
export async function everyVerified(fs: StorageFs, folder: string): Promise<readonly NotedReset[]> {
  const verified = new NewestVerified();
  const collect: Visit = async (path) => {
    const table = new JournalTable((settled) => verified.add(settled));
    for await (const { text } of linesFrom(fs, path, 0)) {
      const parsed = /"verified"|"sending"/.test(text) ? parseLine(text) : undefined;
      if (parsed?.kind !== 'event') continue;
      verified.add(knownFrom(parsed.event));
      // An end that does not say what it was about may follow its beginning.
      if (parsed.event.type !== 'snapshot') table.apply(parsed.event);
    }
    return true;
  };
  await eachWindowFile(fs, folder, collect);
  await eachArchive(fs, folder, collect);
  return verified.drain();
}

/** Reads one file; `false` if enough has been read. */
type Visit = (path: string) => Promise<boolean>;

/** Is told the system's code for each file that cannot be read. */
type Skipped = (code: string) => void;

/** The survey reports them. */
const silently: Skipped = () => undefined;

/**
 * To be called before {@link eachArchive}: what is folded meanwhile has got to the archive by then, or into another
 * window's file, for which the files are read once more.
 */
async function eachWindowFile(fs: StorageFs, folder: string, visit: Visit, skipped = silently): Promise<boolean> {
  for (let attempt = 1; attempt <= rereads; attempt++) {
    let vanished = false;
    for (const name of await windowFiles(fs, folder)) {
      const visited = await visitFile(join(folder, name), visit, skipped);
      if (visited === 'enough') return false;
      vanished ||= visited === 'vanished';
    }
    if (!vanished) break;
  }
  return true;
}

async function eachArchive(fs: StorageFs, folder: string, visit: Visit, skipped = silently): Promise<void> {
  for (const name of await archiveFiles(fs, folder)) {
    if ((await visitFile(join(folder, name), visit, skipped)) === 'enough') return;
  }
}

async function visitFile(path: string, visit: Visit, skipped: Skipped): Promise<'enough' | 'read on' | 'vanished'> {
  try {
    return (await visit(path)) ? 'read on' : 'enough';
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ENOENT') return 'vanished';
    if (!['EACCES', 'EPERM', 'EISDIR'].includes(code)) throw error;
    skipped(code);
    return 'read on';
  }
}

function pieceFrom(line: string): Known | undefined {
  const parsed = parseLine(line);
  return parsed.kind === 'event' ? knownFrom(parsed.event) : undefined;
}
