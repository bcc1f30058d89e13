/** Builders and a watched file system for the storage tests. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { TargetAddress, TargetKey } from '../../../src/core/model';
import type { Outcome, OutcomeKind } from '../../../src/core/outcome';
import type { Log, NewJournalEntry, VerifiedReset } from '../../../src/core/ports';
import { createFileJournal, type FileJournal } from '../../../src/storage/fileJournal';
import { nodeFs, type StorageFs } from '../../../src/storage/fileSystem';
import type { ProcessIdentity } from '../../../src/storage/processIdentity';

export class TestClock {
  constructor(public time = Date.UTC(2024, 4, 6, 12)) {}
  now(): number {
    return this.time;
  }
}

export class RecordingLog implements Log {
  readonly lines: string[] = [];
  trace(message: string): void {
    this.lines.push(message);
  }
  info(message: string): void {
    this.lines.push(message);
  }
  warn(message: string): void {
    this.lines.push(message);
  }
  error(message: string): void {
    this.lines.push(message);
  }
}

/** Windows of one test that live and die as it says. */
export class Windows {
  readonly #dead = new Set<string>();
  #pid = 1000;

  identity(windowId: string): ProcessIdentity {
    this.#pid += 1;
    const self = { windowId, pid: this.#pid, startToken: `start of ${windowId}`, seenAt: 0 };
    return {
      windowId,
      self: async () => self,
      isAlive: async (owner) => !this.#dead.has(owner.windowId),
    };
  }

  kill(windowId: string): void {
    this.#dead.add(windowId);
  }
}

type Operation = 'open' | 'create' | 'write' | 'sync' | 'read' | 'rename' | 'unlink' | 'truncate' | 'utimes';

export interface Step {
  readonly operation: Operation;
  /** Name of the file or folder, without its folder. */
  readonly name: string;
  /** Bytes, of reads and writes. */
  readonly size: number;
}

/** The real file system; records what is done and fails where `failWhen` says so. */
export class WatchedFs {
  readonly steps: Step[] = [];
  failWhen: ((step: Step) => string | undefined) | undefined;
  /** What each file held when its last finished sync began: that much is certainly on disk. */
  readonly synced = new Map<string, string>();
  /** Waited for before a sync is done. */
  syncGate: Promise<void> = Promise.resolve();
  /** What a sync takes at least, as on a slow disk. */
  syncMs = 0;
  readonly fs: StorageFs;

  constructor() {
    const note = (operation: Operation, path: unknown, size = 0) => {
      const step = { operation, name: basename(String(path)), size };
      const code = this.failWhen?.(step);
      if (code) throw Object.assign(new Error(`${code}: injected`), { code });
      this.steps.push(step);
    };
    const watch = (handle: Awaited<ReturnType<StorageFs['open']>>, path: unknown) =>
      new Proxy(handle, {
        get: (target, property) => {
          const value: unknown = Reflect.get(target, property);
          if (typeof value !== 'function') return value;
          return async (...args: unknown[]) => {
            const isSync = property === 'sync' || property === 'datasync';
            const content = isSync ? await nodeFs.readFile(String(path), 'utf8').catch(() => '') : '';
            if (isSync) {
              note('sync', path);
              await this.syncGate;
              if (this.syncMs > 0) await delay(this.syncMs);
            }
            if (property === 'appendFile' || property === 'writeFile') note('write', path, String(args[0]).length);
            if (property === 'truncate') note('truncate', path);
            const result: unknown = await Reflect.apply(value, target, args);
            if (isSync) this.synced.set(basename(String(path)), content);
            if (property === 'read') note('read', path, (result as { bytesRead: number }).bytesRead);
            return result;
          };
        },
      });
    this.fs = {
      ...nodeFs,
      open: async (path, ...rest) => {
        note(/[wa]/.test(String(rest[0])) ? 'create' : 'open', path);
        return watch(await nodeFs.open(path, ...rest), path);
      },
      rename: async (from, to) => {
        note('rename', to);
        await nodeFs.rename(from, to);
      },
      unlink: async (path) => {
        note('unlink', path);
        await nodeFs.unlink(path);
      },
      utimes: async (path, ...rest) => {
        note('utimes', path);
        await nodeFs.utimes(path, ...rest);
      },
    };
  }

  /** From the `nth` change on nothing gets to disk any more, as after the end of the process. */
  dieAtChange(nth: number): void {
    let changes = 0;
    this.failWhen = ({ operation }) => {
      if (operation !== 'open' && operation !== 'read') changes += 1;
      return changes >= nth ? 'EIO' : undefined;
    };
  }

  /** Everything can be read and nothing changed, as on a read-only file system. */
  makeReadOnly(): void {
    this.failWhen = ({ operation }) => (operation === 'open' || operation === 'read' ? undefined : 'EROFS');
  }

  count(operation: Operation, name = /./): number {
    return this.steps.filter((step) => step.operation === operation && name.test(step.name)).length;
  }

  bytes(operation: 'read' | 'write'): number {
    return this.steps.reduce((sum, step) => (step.operation === operation ? sum + step.size : sum), 0);
  }
}

/** Waits for something that other code is about to bring about; gives up after 5 s. */
export async function until(condition: () => boolean): Promise<void> {
  const end = performance.now() + 5000;
  while (!condition()) {
    if (performance.now() > end) throw new Error(`never came true: ${condition}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** A folder of its own for each test of the suite; removed afterwards, when `dispose` has ended what writes there. */
export function freshFolder(dispose: () => Promise<void> = async () => {}): () => string {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'reconsent-storage-'));
  });
  afterEach(async () => {
    await dispose();
    await rm(folder, { recursive: true, force: true });
  });
  return () => folder;
}

/** Journals of several windows over one folder; all are closed by `dispose`. */
export class JournalBench {
  readonly clock = new TestClock();
  readonly log = new RecordingLog();
  readonly windows = new Windows();
  readonly #journals: FileJournal[] = [];

  constructor(readonly folder: string) {}

  window(windowId: string, fs: StorageFs = nodeFs): FileJournal {
    const owner = this.windows.identity(windowId);
    const journal = createFileJournal({ folder: this.folder, clock: this.clock, owner, log: this.log, fs });
    this.#journals.push(journal);
    return journal;
  }

  async dispose(): Promise<void> {
    await Promise.all(this.#journals.map((journal) => journal.dispose()));
  }
}

export function address(target = 'project/alice', origin = 'https://service.example.com'): TargetAddress {
  return { provider: 'google-data-portability', origin, target: target as TargetKey };
}

export function newEntry(operationId: string, changes: Partial<NewJournalEntry> = {}): NewJournalEntry {
  return {
    operationId,
    address: address(),
    projectLabel: 'Project',
    identityLabel: 'alice.test@example.com',
    confirmedBy: 'modal',
    confirmedAt: 1,
    credentialStoredAt: 2,
    endsAll: true,
    hints: { jobs: 2, label: 'x' },
    openedAt: Date.UTC(2024, 4, 6, 12),
    ...changes,
  };
}

/** What the journal says of the reset of this entry, verified at `closedAt`. */
export function resetOf(entry: NewJournalEntry, closedAt: number): VerifiedReset {
  const { credentialStoredAt, openedAt, endsAll } = entry;
  return { credentialStoredAt, openedAt, closedAt, ...(endsAll !== undefined && { endsAll }) };
}

export function outcome(kind: OutcomeKind, at = Date.UTC(2024, 4, 6, 13)): Outcome {
  return { kind, reason: { code: `test-${kind}`, params: { name: 'a' }, actions: [{ kind: 'verify' }] }, at };
}
