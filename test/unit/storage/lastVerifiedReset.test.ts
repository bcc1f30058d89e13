import assert from 'node:assert/strict';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FileJournal } from '../../../src/storage/fileJournal';
import { nodeFs } from '../../../src/storage/fileSystem';
import { formatEvent } from '../../../src/storage/journalEvents';
import { address, freshFolder, JournalBench, newEntry, outcome, resetOf, WatchedFs } from './support';

const may = (day: number) => Date.UTC(2024, 4, day);

describe('fileJournal: the last verified reset', () => {
  const folder = freshFolder(() => bench.dispose());
  let bench: JournalBench;
  beforeEach(() => {
    bench = new JournalBench(folder());
  });
  const targets = () => join(folder(), 'journal', 'targets');

  /** Differs from every other in what the answer tells. */
  const entryOf = (id: string) => newEntry(id, { openedAt: may(Number(id)), credentialStoredAt: 100 + Number(id) });

  async function damageIndex(): Promise<void> {
    for (const name of await readdir(targets())) {
      if (name !== 'complete') await writeFile(join(targets(), name), '{"v":1');
    }
  }

  async function reset(journal: FileJournal, id: string, at: number, kind: 'verified' | 'accepted' = 'verified') {
    await journal.open(entryOf(id));
    await journal.close(id, outcome(kind, at));
  }

  it('is what another window wrote a moment ago', async () => {
    const [a, b] = [bench.window('a'), bench.window('b')];
    assert.equal(await b.lastVerifiedReset(address()), undefined);
    await reset(a, '1', 10);
    assert.deepEqual(await b.lastVerifiedReset(address()), resetOf(entryOf('1'), 10));
    await reset(a, '2', 20);
    assert.deepEqual(await b.lastVerifiedReset(address()), resetOf(entryOf('2'), 20));
    assert.equal(await b.lastVerifiedReset(address('project/alice', 'https://other.example.com')), undefined);
  });

  it('counts nothing but verified, and never goes back', async () => {
    const a = bench.window('a');
    await reset(a, '1', 20);
    await reset(a, '2', 30, 'accepted');
    await reset(a, '3', 10);
    assert.deepEqual(await a.lastVerifiedReset(address()), resetOf(entryOf('1'), 20));
  });

  it('is there before the closing line: the end of the process in between leaves no gap', async () => {
    const watched = new WatchedFs();
    const a = bench.window('a', watched.fs);
    await a.open(entryOf('1'));
    watched.failWhen = ({ operation, name }) => (operation === 'write' && /^window/.test(name) ? 'EIO' : undefined);
    await assert.rejects(a.close('1', outcome('verified', 10)));
    assert.deepEqual(await bench.window('b').lastVerifiedReset(address()), resetOf(entryOf('1'), 10));
  });

  for (const [what, damage] of [
    ['is missing', async (path: string) => nodeFs.unlink(path)],
    ['is damaged', async (path: string) => writeFile(path, '{"v":1')],
    ['is empty', async (path: string) => writeFile(path, '')],
    [
      'is of an earlier version',
      async (path: string) => {
        const { provider, origin, target } = address();
        const record = { v: 1, provider, origin, target, closedAt: 99, operationId: '9' };
        await writeFile(path, JSON.stringify(record));
      },
    ],
  ] as const) {
    it(`comes from the journal when the index ${what}, and mends it`, async () => {
      const a = bench.window('a');
      await reset(a, '1', 10);
      await reset(a, '2', 20);
      await a.dispose();
      bench.windows.kill('a');
      const b = bench.window('b');
      await b.unfinished();
      await b.dispose();
      for (const name of await readdir(targets())) await damage(join(targets(), name));
      const watched = new WatchedFs();
      const c = bench.window('c', watched.fs);
      assert.deepEqual(await c.lastVerifiedReset(address()), resetOf(entryOf('2'), 20));
      assert.equal(watched.count('open', /^archive/), 1);
      assert.deepEqual(await c.lastVerifiedReset(address()), resetOf(entryOf('2'), 20));
      assert.equal(await c.lastVerifiedReset(address('project/never')), undefined);
      assert.equal(watched.count('open', /^archive/), 1, 'reads the archive once');
    });
  }

  it('comes back from the file of a window that lost its power before the index was on disk', async () => {
    const a = bench.window('a');
    const b = bench.window('b');
    await b.lastVerifiedReset(address());
    await reset(a, '1', 10);
    for (const name of await readdir(targets())) if (name !== 'complete') await nodeFs.unlink(join(targets(), name));
    bench.windows.kill('a');
    assert.deepEqual(await bench.window('c').lastVerifiedReset(address()), resetOf(entryOf('1'), 10));
  });

  it('comes from the journal when the index could not be written', async () => {
    const watched = new WatchedFs();
    const a = bench.window('a', watched.fs);
    await reset(a, '1', 10);
    await a.lastVerifiedReset(address());
    watched.failWhen = ({ operation, name }) => (operation === 'write' && /tmp$/.test(name) ? 'ENOSPC' : undefined);
    await reset(a, '2', 20);
    assert.match(bench.log.lines.join(), /index of verified resets could not be written \(ENOSPC\)/);
    assert.deepEqual(await a.lastVerifiedReset(address()), resetOf(entryOf('2'), 20));
    watched.failWhen = undefined;
    assert.deepEqual(await bench.window('b').lastVerifiedReset(address()), resetOf(entryOf('2'), 20));
  });

  it('is found for an operation that was dismissed and archived long ago and is verified after all', async () => {
    const a = bench.window('a');
    await a.open(entryOf('1'));
    await a.close('1', outcome('unknown'));
    await a.dismiss('1');
    bench.windows.kill('a');
    const b = bench.window('b');
    await b.unfinished();
    await b.recent(1);
    await b.dispose();
    const c = bench.window('c');
    await c.close('1', outcome('verified', 50));
    assert.deepEqual(await c.lastVerifiedReset(address()), resetOf(entryOf('1'), 50));
    assert.equal((await c.recent(1))[0]?.outcome?.kind, 'verified');
  });

  it('is not one of long ago that another window wrote last, while the index is damaged', async () => {
    const [a, b] = [bench.window('a'), bench.window('b')];
    await reset(a, '1', 10);
    await reset(b, '2', 20);
    await b.dispose();
    bench.windows.kill('b');
    const folding = bench.window('c');
    await folding.unfinished();
    await folding.dispose();
    await damageIndex();
    bench.windows.kill('a');
    assert.deepEqual(await bench.window('d').lastVerifiedReset(address()), resetOf(entryOf('2'), 20));
  });

  /** What each way of reading says, each from a window of its own: index, files of living and dead windows, archive. */
  async function readEveryWay(living: readonly string[]): Promise<readonly unknown[]> {
    const answers: unknown[] = [];
    const ask = async (windowId: string) => {
      const journal = bench.window(windowId);
      answers.push(await journal.lastVerifiedReset(address()));
      await journal.dispose();
      bench.windows.kill(windowId);
    };
    await ask('reads the index');
    await damageIndex();
    await ask('reads the files of the living');
    for (const windowId of living) bench.windows.kill(windowId);
    await damageIndex();
    await ask('reads the files of the dead, and folds them');
    await ask('reads the folded index');
    assert.ok((await readdir(join(folder(), 'journal'))).some((name) => name.startsWith('archive-')));
    await damageIndex();
    await ask('reads the archive');
    return answers;
  }

  it('is the same whichever way it is read: verified by another window', async () => {
    const [a, b] = [bench.window('a'), bench.window('b')];
    await a.open(entryOf('1'));
    await a.close('1', outcome('unknown'));
    await reset(a, '2', 5);
    await b.unfinished();
    await b.close('1', outcome('verified', 50));
    const expected = resetOf(entryOf('1'), 50);
    assert.deepEqual(await readEveryWay(['a', 'b']), Array(5).fill(expected));
  });

  it('is the same whichever way it is read: accepted first, verified after the clock was set back', async () => {
    const a = bench.window('a');
    await reset(a, '1', 90, 'accepted');
    await a.close('1', outcome('verified', 50));
    assert.deepEqual(await readEveryWay(['a']), Array(5).fill(resetOf(entryOf('1'), 50)));
  });

  it('is the same whichever way it is read: two verified in the same millisecond', async () => {
    const [a, b] = [bench.window('a'), bench.window('b')];
    await reset(b, '10', 50);
    await reset(a, '9', 50);
    assert.deepEqual(await readEveryWay(['a', 'b']), Array(5).fill(resetOf(entryOf('10'), 50)));
  });

  it('is known from an end that does not say what it was about, if it follows its beginning', async () => {
    await mkdir(join(folder(), 'journal'));
    const owner = await bench.windows.identity('old').self();
    const lines = [
      formatEvent({ type: 'window', owner }),
      formatEvent({ type: 'sending', entry: entryOf('1') }),
      formatEvent({ type: 'closed', operationId: '1', outcome: outcome('verified', 50) }),
    ];
    await writeFile(join(folder(), 'journal', 'window-old.jsonl'), `${lines.join('\n')}\n`);
    assert.deepEqual(await readEveryWay(['old']), Array(5).fill(resetOf(entryOf('1'), 50)));
  });

  it('is known after folding from an end that does not say what it was about, in another file than its beginning', async () => {
    assert.equal(await bench.window('a').lastVerifiedReset(address()), undefined, 'the index is complete from here on');
    const end = formatEvent({ type: 'closed', operationId: '1', outcome: outcome('verified', 50) });
    const beginning = formatEvent({ type: 'sending', entry: entryOf('1') });
    await writeFile(join(folder(), 'journal', 'window-a.jsonl'), `${beginning}\n`);
    await writeFile(join(folder(), 'journal', 'window-b.jsonl'), `${end}\n`);
    const folding = bench.window('c');
    await folding.lastVerifiedReset(address());
    await folding.dispose();
    assert.deepEqual(await readEveryWay([]), Array(5).fill(resetOf(entryOf('1'), 50)));
  });
});
