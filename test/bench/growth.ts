/** What should cost the same however much there is: an entry of the journal, and finding what one identity has. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mapLimited } from '../../src/core/mapLimited';
import type { TargetKey } from '../../src/core/model';
import type { Outcome } from '../../src/core/outcome';
import type { Log, NewJournalEntry } from '../../src/core/ports';
import { createFileJournal, type FileJournal } from '../../src/storage/fileJournal';
import { createFileMarkers } from '../../src/storage/fileMarkers';
import { nodeFs, type StorageFs } from '../../src/storage/fileSystem';
import { formatEvent } from '../../src/storage/journalEvents';
import { createProcessIdentity } from '../../src/storage/processIdentity';
import { readsInPlace } from '../../src/storage/readsInPlace';
import { systemClock } from '../../src/vscode/systemPorts';
import { median, type Row } from './row';

const silent: Log = { trace: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const verified: Outcome = { kind: 'verified', reason: { code: 'bench', params: {}, actions: [] }, at: Date.now() };

/** Opens and closes entries in an empty journal and in one of `size` entries, in turns. Each waits for the disk twice or more. */
export async function journalGrowth(size: number, rounds: number): Promise<readonly Row[]> {
  const journals = [journalOf(0), journalOf(size)] as const;
  const times: readonly [number[], number[]] = [[], []];
  const surveys: number[] = [];
  try {
    for (const { journal } of journals) {
      const begun = performance.now();
      await journal.standing();
      surveys.push(performance.now() - begun);
      await oneEntry(journal);
    }
    for (let round = 0; round < rounds; round++)
      for (const [at, { journal }] of journals.entries()) times[at]?.push(await oneEntry(journal));
  } finally {
    for (const { close } of journals) await close();
  }
  const [empty, full] = [median(times[0]), median(times[1])];
  const ratio = median(times[1].map((time, round) => time / (times[0][round] ?? Number.NaN)));
  const [, survey = 0] = surveys;
  return [
    {
      what: `an entry of the journal, fsync and all, beside ${size} others`,
      goal: 1.2,
      peer: { name: 'empty journal', value: empty },
      ours: full,
      ratio,
      unit: 'ms',
      kind: 'timed',
    },
    { what: `the first look at a journal of ${size} entries`, goal: 0, ours: survey, unit: 'ms', kind: 'told' },
  ];
}

/** Looks for what is noted of the credentials of one identity, among those of few and of many. */
export async function notesGrowth(most: number, rounds: number): Promise<Row> {
  const [few, many] = [await notesOf(10), await notesOf(most)];
  try {
    const times: { readonly few: number; readonly many: number }[] = [];
    for (let round = 0; round <= rounds; round++) times.push({ few: await few.look(), many: await many.look() });
    const [among10, ours] = [Math.min(...times.map((one) => one.few)), Math.min(...times.map((one) => one.many))];
    return {
      what: `finding the credentials of one identity among ${most}`,
      goal: 1.2,
      peer: { name: 'among 10', value: among10 },
      ours,
      ratio: ours / among10,
      unit: 'ms',
      kind: 'timed',
    };
  } finally {
    for (const { close } of [few, many]) close();
  }
}

interface Notes {
  /** Milliseconds for the notes of ten identities, one after the other. */
  look(): Promise<number>;
  close(): void;
}

async function notesOf(size: number): Promise<Notes> {
  const folder = mkdtempSync(join(tmpdir(), 'reconsent-bench-'));
  const markers = createFileMarkers({ folder, log: silent, fs: withoutSync });
  const keys = Array.from({ length: size }, (_, at) => `["bench","user${at}"]` as TargetKey);
  const marker = { form: 'refreshToken', storedAt: 1, origins: ['https://dataportability.googleapis.com'] };
  await mapLimited(keys, 16, (key) => markers.set(key, marker));
  return {
    look: async () => {
      const begun = performance.now();
      // The same ones each time, as a bulk asks for each several times.
      for (const key of keys.slice(0, 10)) {
        if ((await markers.list(key)).length !== 1) throw new Error('a note is gone');
      }
      return performance.now() - begun;
    },
    close: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Ten thousand files are made faster that way. */
const withoutSync: StorageFs = {
  ...readsInPlace(nodeFs),
  open: async (...where) => Object.assign(await nodeFs.open(...where), { sync: async () => undefined }),
};

let operations = 0;

async function oneEntry(journal: FileJournal): Promise<number> {
  const entry = entryOf(`bench-${++operations}`, Date.now());
  const begun = performance.now();
  await journal.open(entry);
  journal.markSent(entry.operationId, Date.now());
  await journal.close(entry.operationId, verified);
  return performance.now() - begun;
}

function journalOf(size: number): { readonly journal: FileJournal; close(): Promise<void> } {
  const folder = mkdtempSync(join(tmpdir(), 'reconsent-bench-'));
  if (size > 0) fill(join(folder, 'journal'), size);
  const owner = createProcessIdentity({ windowId: `bench-${size}`, clock: systemClock });
  const journal = createFileJournal({ folder, clock: systemClock, owner, log: silent });
  return {
    journal,
    close: async () => {
      await journal.dispose();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Settled entries as windows that are gone have left them: archives, one for each of twelve months. */
function fill(folder: string, size: number): void {
  mkdirSync(folder, { recursive: true });
  for (let month = 0; month < 12; month++) {
    const lines: string[] = [];
    for (let at = month; at < size; at += 12) {
      const entry = entryOf(`old-${at}`, Date.UTC(2025, month, 1 + (at % 28)));
      const outcome = { ...verified, at: entry.openedAt + 1 };
      lines.push(formatEvent({ type: 'snapshot', operationId: entry.operationId, entry, outcome }));
    }
    writeFileSync(join(folder, `archive-2025-${String(month + 1).padStart(2, '0')}.jsonl`), `${lines.join('\n')}\n`);
  }
}

function entryOf(operationId: string, openedAt: number): NewJournalEntry {
  const target = JSON.stringify(['bench', operationId]) as NewJournalEntry['address']['target'];
  return {
    operationId,
    address: { provider: 'googleDataPortability', origin: 'https://dataportability.googleapis.com', target },
    projectLabel: 'Bench',
    identityLabel: 'alice.test@example.com',
    confirmedBy: 'modal',
    confirmedAt: openedAt,
    credentialStoredAt: 1,
    hints: {},
    openedAt,
  };
}
