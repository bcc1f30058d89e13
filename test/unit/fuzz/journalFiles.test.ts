/** Journal files that were cut off, damaged, edited or never written by us: what can be read is kept, and nothing is made up. */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import type { OutcomeKind } from '../../../src/core/outcome';
import { formatEvent, type JournalEvent, parseLine } from '../../../src/storage/journalEvents';
import { JournalBench, newEntry, outcome } from '../storage/support';
import { cases, patience } from './cases';
import { changedJson, type Json, jsonOf } from './json';

const kinds: readonly OutcomeKind[] = ['verified', 'refused', 'unknown', 'not-reset', 'accepted'];

/** What one operation has written, as far as it got. */
interface Operation {
  readonly sent: boolean;
  readonly outcome: OutcomeKind | undefined;
  readonly dismissed: boolean;
}

const operation: fc.Arbitrary<Operation> = fc.record({
  sent: fc.boolean(),
  outcome: fc.constantFrom(undefined, ...kinds),
  dismissed: fc.boolean(),
});

function eventsOf(id: string, { sent, outcome: kind, dismissed }: Operation): readonly JournalEvent[] {
  return [
    { type: 'sending', entry: newEntry(id) },
    ...(sent ? [{ type: 'sent' as const, operationId: id, at: 5 }] : []),
    ...(kind ? [{ type: 'closed' as const, operationId: id, outcome: outcome(kind) }] : []),
    ...(dismissed ? [{ type: 'dismissed' as const, operationId: id }] : []),
  ];
}

const isOver = ({ outcome: kind, dismissed }: Operation): boolean =>
  dismissed || (kind !== undefined && kind !== 'unknown');

/** Stands between good lines, and is none: garbage, a line of an event with something changed, half of one, binary. */
const garbage: fc.Arbitrary<Buffer> = fc.oneof(
  fc.uint8Array({ maxLength: 80 }).map((bytes) => Buffer.from(bytes.filter((byte) => byte !== 0x0a))),
  fc.json().map((text) => Buffer.from(text)),
  fc
    .tuple(fc.constantFrom<OutcomeKind>(...kinds), fc.nat(300))
    .map(([kind, end]) =>
      Buffer.from(formatEvent({ type: 'closed', operationId: 'other', outcome: outcome(kind) }).slice(0, end)),
    ),
  changedJson(jsonOf(formatEvent({ type: 'sending', entry: newEntry('other') })) as Json).map((one) =>
    Buffer.from(JSON.stringify(one)),
  ),
);

describe('any journal file', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'reconsent-fuzz-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  /** A journal over one file of a window that is gone, in a folder of its own. */
  async function withFile(bytes: Buffer, name: string): Promise<JournalBench> {
    const own = await mkdtemp(join(folder, 'case-'));
    await mkdir(join(own, 'journal'));
    await writeFile(join(own, 'journal', name), bytes);
    return new JournalBench(own);
  }

  async function bytesIn(bench: JournalBench): Promise<string> {
    const names = await readdir(join(bench.folder, 'journal'), { recursive: true });
    const files = names.filter((name) => name.endsWith('.jsonl'));
    return (await Promise.all(files.map((name) => readFile(join(bench.folder, 'journal', name), 'utf8')))).join('\n');
  }

  it('keeps each operation whose lines are whole, whatever stands between them, also when it is folded', async function () {
    this.timeout(patience());
    await fc.assert(
      fc.asyncProperty(
        fc.array(operation, { minLength: 1, maxLength: 4 }),
        fc.array(fc.tuple(fc.nat(16), garbage), { maxLength: 5 }),
        fc.constantFrom('window-dead.jsonl', 'archive-2024-05.jsonl'),
        fc.constantFrom('\n', '\r\n'),
        async (operations, between, name, lineEnd) => {
          const ids = operations.map((_, at) => `operation-${at}`);
          const lines: (string | Buffer)[] = operations.flatMap((one, at) =>
            eventsOf(ids[at] ?? '', one).map(formatEvent),
          );
          for (const [at, what] of between) lines.splice(at % (lines.length + 1), 0, what);
          const bytes = Buffer.concat(lines.flatMap((line) => [Buffer.from(line), Buffer.from(lineEnd)]));
          const bench = await withFile(bytes, name);
          const journal = bench.window('reader');
          const found = (await journal.read(50)).entries.filter(({ operationId }) => ids.includes(operationId));
          assert.deepEqual(found.map(({ operationId }) => operationId).sort(), ids);
          for (const [at, { outcome: kind, sent, dismissed }] of operations.entries()) {
            const entry = found.find(({ operationId }) => operationId === ids[at]);
            assert.equal(entry?.outcome?.kind, kind);
            if (sent) assert.equal(entry?.sentAt, 5);
            assert.equal(entry?.dismissed === true, dismissed);
          }
          if (name.startsWith('window-')) {
            const open = (await journal.unfinished()).map(({ operationId }) => operationId);
            const expected = ids.filter((_, at) => !isOver(operations[at] as Operation));
            assert.deepEqual(open.filter((id) => ids.includes(id)).sort(), expected);
          }
          await journal.dispose();
          // Another window, after the first has tidied up, reads the same.
          const again = bench.window('second');
          const later = (await again.read(50)).entries.filter(({ operationId }) => ids.includes(operationId));
          assert.deepEqual(
            later.map(({ operationId, outcome: ended }) => [operationId, ended?.kind]).sort(),
            ids.map((id, at) => [id, operations[at]?.outcome]).sort(),
          );
          await bench.dispose();
          assert.ok(!bench.log.lines.join().includes('alice.test'));
        },
      ),
      cases(30),
    );
  });

  it('cut off anywhere loses its last line at most, and that is kept aside', async function () {
    this.timeout(patience());
    await fc.assert(
      fc.asyncProperty(fc.array(operation, { minLength: 1, maxLength: 3 }), fc.nat(4_000), async (operations, cut) => {
        const lines = operations.flatMap((one, at) => eventsOf(`operation-${at}`, one).map(formatEvent));
        const text = lines.map((line) => `${line}\n`).join('');
        const kept = text.slice(0, cut % (text.length + 1));
        const whole = kept.split('\n').filter((line) => parseLine(line).kind === 'event');
        const opened = whole.flatMap(
          (line) => /^{"v":1,"type":"sending".*?"operationId":"(operation-\d)"/.exec(line)?.[1] ?? [],
        );
        const bench = await withFile(Buffer.from(kept), 'window-dead.jsonl');
        const journal = bench.window('reader');
        const ids = (await journal.read(50)).entries.map(({ operationId }) => operationId);
        assert.deepEqual(ids.sort(), opened.sort());
        await journal.unfinished();
        await journal.dispose();
        const rest = kept.split('\n').at(-1) ?? '';
        // One that lacks nothing but its line break is read, and tidied up like any other.
        if (parseLine(rest).kind === 'damaged')
          assert.ok((await bytesIn(bench)).includes(rest), 'a torn line was thrown away');
        await bench.dispose();
      }),
      cases(30),
    );
  });

  it('of any bytes at all is survived, and none of it becomes a verified reset', async function () {
    this.timeout(patience());
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.uint8Array({ maxLength: 3_000 }),
          fc.array(garbage, { maxLength: 20 }).map((all) => Buffer.concat(all)),
        ),
        fc.constantFrom('window-dead.jsonl', 'archive-2024-05.jsonl', 'targets'),
        async (bytes, name) => {
          const bench = await withFile(Buffer.from(bytes), name);
          const journal = bench.window('reader');
          await journal.unfinished();
          assert.equal(await journal.lastVerifiedReset(newEntry('x', { credentialStoredAt: 77 }).address), undefined);
          for (const entry of (await journal.read(50)).entries) assert.equal(typeof entry.operationId, 'string');
          await journal.open(newEntry('mine'));
          await journal.close('mine', outcome('refused'));
          assert.equal((await journal.read(1)).entries.length, 1);
          await bench.dispose();
        },
      ),
      cases(30),
    );
  });
});

describe('any line of a journal', () => {
  it('is an event that can be written again, or is told apart; never thrown at', function () {
    this.timeout(patience());
    const line = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.json(),
      changedJson(jsonOf(formatEvent({ type: 'sending', entry: newEntry('other') })) as Json).map((one) =>
        JSON.stringify(one),
      ),
      changedJson(
        jsonOf(formatEvent({ type: 'closed', operationId: 'other', outcome: outcome('verified') })) as Json,
      ).map((one) => JSON.stringify(one)),
    );
    const seen = new Set<string>();
    fc.assert(
      fc.property(line, (text) => {
        const parsed = parseLine(text);
        seen.add(parsed.kind);
        if (parsed.kind !== 'event') return;
        assert.deepEqual(parseLine(formatEvent(parsed.event)), parsed);
      }),
      cases(1_000),
    );
    assert.deepEqual([...seen].sort(), ['blank', 'damaged', 'event', 'newer']);
  });
});
