/** Reads across all journal files, archives included. */
import { join } from 'node:path';
import type { JournalEntry } from '../core/ports';
import { errorCode, type StorageFs } from './fileSystem';
import { parseLine } from './journalEvents';
import { archiveFiles, NewestVerified, windowFiles } from './journalSurvey';
import { type Known, knownFrom, mergeKnown, toEntry } from './journalTable';
import { linesFrom, linesFromEnd } from './lineReading';
import type { VerifiedReset } from './verifiedIndex';

/**
 * An archive is in the order in which windows were folded, and the newest entries need not be the last ones. Reading at
 * least this many bytes covers the windows that were open side by side.
 */
const archiveTail = 256 * 1024;

/** The newest entries, newest first. Reads the files' ends only. */
export async function recentEntries(fs: StorageFs, folder: string, limit: number): Promise<readonly JournalEntry[]> {
  if (limit <= 0) return [];
  const known = new Map<string, Known>();
  for (const name of await windowFiles(fs, folder)) await readEnd(fs, join(folder, name), known, limit, 0);
  let archived = 0;
  for (const name of await archiveFiles(fs, folder)) {
    if (archived >= limit) break;
    archived += await readEnd(fs, join(folder, name), known, limit - archived, archiveTail);
  }
  const entries: JournalEntry[] = [];
  for (const piece of known.values()) {
    const entry = toEntry(piece);
    if (entry) entries.push(entry);
  }
  return entries.sort(newestFirst).slice(0, limit);
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
  await unlessGone(async () => {
    for await (const { text, read } of linesFromEnd(fs, path)) {
      if (opened.size >= limit && read >= atLeast) break;
      const piece = pieceFrom(text);
      if (!piece) continue;
      const before = known.get(piece.operationId);
      known.set(piece.operationId, before ? mergeKnown(before, piece) : piece);
      if (piece.entry) opened.add(piece.operationId);
    }
  });
  return opened.size;
}

/** Searches every file for an operation. For those that are neither open nor recent; reads until it is found. */
export async function findOperation(fs: StorageFs, folder: string, operationId: string): Promise<Known | undefined> {
  const quoted = JSON.stringify(operationId);
  let found: Known | undefined;
  for await (const path of allFiles(fs, folder)) {
    await unlessGone(async () => {
      for await (const { text } of linesFromEnd(fs, path)) {
        const piece = text.includes(quoted) ? pieceFrom(text) : undefined;
        if (piece?.operationId !== operationId || !piece.entry) continue;
        found = piece;
        return;
      }
    });
    if (found) return found;
  }
  return undefined;
}

/** The newest verified reset of every target, from the journal itself. Reads everything. */
export async function everyVerified(fs: StorageFs, folder: string): Promise<readonly VerifiedReset[]> {
  const verified = new NewestVerified();
  for await (const path of allFiles(fs, folder)) {
    await unlessGone(async () => {
      for await (const { text } of linesFrom(fs, path, 0)) {
        const parsed = text.includes('"verified"') ? parseLine(text) : undefined;
        if (parsed?.kind === 'event') verified.add(parsed.event);
      }
    });
  }
  return verified.drain();
}

/** The archives are listed last: what is folded while the windows' files are read has got there by then. */
async function* allFiles(fs: StorageFs, folder: string): AsyncGenerator<string> {
  for (const name of await windowFiles(fs, folder)) yield join(folder, name);
  for (const name of await archiveFiles(fs, folder)) yield join(folder, name);
}

function pieceFrom(line: string): Known | undefined {
  const parsed = parseLine(line);
  return parsed.kind === 'event' ? knownFrom(parsed.event) : undefined;
}

/** A file may be folded between listing and reading; one that is no readable file is reported by the survey. */
async function unlessGone(read: () => Promise<void>): Promise<void> {
  try {
    await read();
  } catch (error) {
    if (!['ENOENT', 'EACCES', 'EPERM', 'EISDIR'].includes(errorCode(error))) throw error;
  }
}
