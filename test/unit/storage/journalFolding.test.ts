import assert from 'node:assert/strict';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { JournalEntry, VerifiedReset } from '../../../src/core/ports';
import type { FileJournal } from '../../../src/storage/fileJournal';
import { nodeFs } from '../../../src/storage/fileSystem';
import { formatEvent } from '../../../src/storage/journalEvents';
import { VerifiedIndex } from '../../../src/storage/verifiedIndex';
import { address, freshFolder, JournalBench, newEntry, outcome, WatchedFs } from './support';

const may = (day: number) => Date.UTC(2024, 4, day);

describe('fileJournal: folding', () => {
  const folder = freshFolder(() => bench.dispose());
  let bench: JournalBench;
  beforeEach(() => {
    bench = new JournalBench(folder());
  });

  const ids = (entries: readonly JournalEntry[]) => entries.map((entry) => entry.operationId);
  const files = async () => (await readdir(join(folder(), 'journal'))).map((name) => name.replace(/-\w{8}\.jsonl/, ''));

  /** Operations in every state, in two months, by two windows that then die; one closed what the other had left. */
  async function leaveTwoDeadWindows(): Promise<void> {
    const first = bench.window('first');
    const opened = ['sending', 'sent', 'unknown', 'verified', 'dismissed', 'closedByOther', 'unknownByOther'];
    for (const [index, id] of opened.entries()) {
      await first.open(newEntry(id, { openedAt: may(index + 1), credentialStoredAt: index + 1 }));
    }
    await first.open(newEntry('april', { openedAt: Date.UTC(2024, 3, 1) }));
    first.markSent('sent', 5);
    await first.close('april', outcome('refused'));
    await first.close('unknown', outcome('unknown'));
    await first.close('verified', outcome('verified', 77));
    await first.close('dismissed', outcome('unknown'));
    await first.dismiss('dismissed');
    const second = bench.window('second');
    await second.open(newEntry('ofSecond', { openedAt: may(20) }));
    await second.close('closedByOther', outcome('not-reset'));
    await second.close('unknownByOther', outcome('unknown'));
    bench.windows.kill('first');
    bench.windows.kill('second');
  }
  const verified: VerifiedReset = { credentialStoredAt: 4, openedAt: may(4), closedAt: 77, endsAll: true };
  const unfinished = ['sending', 'sent', 'unknown', 'unknownByOther', 'ofSecond'];
  const newestFirst = ['ofSecond', ...['unknownByOther', 'closedByOther', 'dismissed', 'verified'], 'unknown', 'sent'];

  async function assertNothingLost(journal: FileJournal): Promise<void> {
    assert.deepEqual(ids(await journal.unfinished()), unfinished);
    assert.deepEqual(ids(await journal.recent(99)), [...newestFirst, 'sending', 'april']);
    const byId = new Map((await journal.recent(99)).map((entry) => [entry.operationId, entry]));
    assert.equal(byId.get('sent')?.sentAt, 5);
    assert.equal(byId.get('closedByOther')?.outcome?.kind, 'not-reset');
    assert.equal(byId.get('unknownByOther')?.outcome?.kind, 'unknown');
    assert.equal(byId.get('dismissed')?.dismissed, true);
    assert.deepEqual(await journal.lastVerifiedReset(address()), verified);
  }

  it('archives by month what is settled and carries the rest', async () => {
    await leaveTwoDeadWindows();
    const journal = bench.window('b');
    await assertNothingLost(journal);
    await assertNothingLost(journal);
    assert.deepEqual(await files(), ['archive-2024-04.jsonl', 'archive-2024-05.jsonl', 'targets', 'window-b']);
    assert.deepEqual(bench.log.lines, []);
  });

  it('carries through several deaths', async () => {
    await leaveTwoDeadWindows();
    for (const name of ['b', 'c', 'd']) {
      const journal = bench.window(name);
      await assertNothingLost(journal);
      await journal.dispose();
      bench.windows.kill(name);
    }
    await assertNothingLost(bench.window('e'));
  });

  it('lets two windows start at once', async () => {
    await leaveTwoDeadWindows();
    const both = [bench.window('b'), bench.window('c')];
    for (const found of await Promise.all(both.map((journal) => journal.unfinished()))) {
      assert.deepEqual(ids(found), unfinished);
    }
    for (const journal of both) await assertNothingLost(journal);
  });

  it('offers what one living window carried in the others, too, and ends it for all', async () => {
    await leaveTwoDeadWindows();
    const [b, c] = [bench.window('b'), bench.window('c')];
    await b.unfinished();
    await b.recent(1);
    assert.deepEqual(ids(await c.unfinished()), unfinished);
    for (const id of unfinished) await c.close(id, outcome('accepted'));
    assert.deepEqual(await b.unfinished(), []);
    // The end stands in the file of c, the operation itself in that of b: folding c must not bring it back.
    bench.windows.kill('c');
    await bench.window('d').unfinished();
    assert.deepEqual(await b.unfinished(), []);
    bench.windows.kill('b');
    const e = bench.window('e');
    assert.deepEqual(await e.unfinished(), []);
    assert.deepEqual(await e.unfinished(), []);
    assert.equal((await e.recent(99)).filter((entry) => entry.outcome?.kind === 'accepted').length, 5);
  });

  it('has everything on disk elsewhere before it removes a file', async () => {
    await leaveTwoDeadWindows();
    const watched = new WatchedFs();
    const journal = bench.window('b', watched.fs);
    await journal.unfinished();
    await journal.dispose();
    let unsynced = new Set<string>();
    for (const { operation, name } of watched.steps) {
      if (operation === 'write' && /jsonl$|tmp$/.test(name)) unsynced.add(name);
      if (operation === 'sync') unsynced.delete(name);
      if (operation === 'rename') unsynced = new Set([...unsynced].filter((one) => !one.endsWith('.tmp')));
      if (operation === 'unlink' && name.startsWith('window')) assert.deepEqual([...unsynced], []);
    }
    assert.equal(watched.count('unlink', /^window/), 2);
    assert.equal(watched.count('rename', /json$/), watched.count('sync', /tmp$/));
  });

  it('finds what another window folds while it reads', async () => {
    await leaveTwoDeadWindows();
    const b = bench.window('b');
    await b.open(newEntry('ofB'));
    let folded = false;
    const c = bench.window('c', {
      ...nodeFs,
      open: async (path, ...rest) => {
        if (!folded && /window-(first|second)/.test(String(path))) {
          folded = true;
          // The file of b was listed, and read, without what it gets now.
          await b.unfinished();
          await b.unfinished();
        }
        return await nodeFs.open(path, ...rest);
      },
    });
    assert.deepEqual(ids(await c.unfinished()), unfinished);
    assert.equal(folded, true);
  });

  it('survives the end of the process at every single step', async () => {
    await leaveTwoDeadWindows();
    let died = 0;
    for (let nth = 1; ; nth++) {
      // Each round starts from what the previous one left half done.
      const watched = new WatchedFs();
      watched.dieAtChange(nth);
      const journal = bench.window(`dying${nth}`, watched.fs);
      assert.deepEqual(ids(await journal.unfinished()), unfinished, `before step ${nth}`);
      await journal.dispose();
      bench.windows.kill(`dying${nth}`);
      bench.clock.time += 31_000;
      const probe = bench.window(`probe${nth}`, readOnly());
      await assertNothingLost(probe).catch((error: Error) => {
        throw new Error(`after the end at step ${nth}: ${error.message}`);
      });
      await probe.dispose();
      bench.windows.kill(`probe${nth}`);
      if (watched.failWhen?.({ operation: 'read', name: '', size: 0 }) === undefined) break;
      died += 1;
    }
    assert.ok(died > 10, `only ${died} steps`);
    await assertNothingLost(bench.window('last'));
  });

  function readOnly() {
    const watched = new WatchedFs();
    watched.makeReadOnly();
    return watched.fs;
  }

  it('finds everything in a folder that cannot be written', async () => {
    await leaveTwoDeadWindows();
    await assertNothingLost(bench.window('b', readOnly()));
  });

  it('fault 53: reads only what is open from a journal of 100,000 entries', async () => {
    await mkdir(join(folder(), 'journal'));
    const known = { ...newEntry('@', { openedAt: may(1) }), operationId: '@' };
    const line = formatEvent({ type: 'snapshot', operationId: '@', entry: known, outcome: outcome('accepted') });
    for (let month = 1; month <= 5; month++) {
      const lines = Array.from({ length: 20_000 }, (_, index) => line.replaceAll('@', `op-${month}-${index}`));
      await writeFile(join(folder(), 'journal', `archive-2024-0${month}.jsonl`), `${lines.join('\n')}\n`);
    }
    await new VerifiedIndex(nodeFs, join(folder(), 'journal', 'targets')).markComplete();
    await leaveTwoDeadWindows();
    const first = bench.window('b');
    await first.unfinished();
    await first.dispose();
    bench.windows.kill('b');

    const watched = new WatchedFs();
    const journal = bench.window('c', watched.fs);
    assert.deepEqual(ids(await journal.unfinished()), unfinished);
    assert.deepEqual(await journal.lastVerifiedReset(address()), verified);
    assert.equal(await journal.lastVerifiedReset(address('project/never')), undefined);
    await journal.open(newEntry('new'));
    await journal.close('new', outcome('verified'));
    assert.equal(watched.count('open', /^archive/), 0);
    assert.ok(watched.bytes('read') < 20_000, `${watched.bytes('read')} bytes read`);
    const before = watched.bytes('read');
    assert.equal((await journal.recent(20)).length, 20);
    assert.ok(watched.bytes('read') - before < 600_000, `${watched.bytes('read') - before} bytes read for 20 entries`);
  });
});
