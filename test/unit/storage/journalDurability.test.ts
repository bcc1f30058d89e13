import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { JournalUnavailable } from '../../../src/storage/fileJournal';
import { freshFolder, JournalBench, newEntry, outcome, until, WatchedFs } from './support';

const windowFile = /^window-/;

describe('fileJournal: what is on disk when', () => {
  const folder = freshFolder(() => bench.dispose());
  let bench: JournalBench;
  let watched: WatchedFs;
  beforeEach(() => {
    bench = new JournalBench(folder());
    watched = new WatchedFs();
  });

  const synced = () => [...watched.synced].find(([name]) => windowFile.test(name))?.[1] ?? '';
  async function written(): Promise<string> {
    const name = (await readdir(join(folder(), 'journal'))).find((one) => windowFile.test(one));
    return name ? await readFile(join(folder(), 'journal', name), 'utf8') : '';
  }
  const ids = (text: string) =>
    [...text.matchAll(/"type":"sending","entry":\{"operationId":"([^"]+)"/g)].map((m) => m[1]);

  it('does not resolve open() before the file and its name are on disk', async () => {
    let openGate = () => {};
    watched.syncGate = new Promise((resolve) => {
      openGate = resolve;
    });
    const journal = bench.window('a', watched.fs);
    let resolved = false;
    const opening = journal.open(newEntry('1')).then(() => {
      resolved = true;
    });
    await until(() => watched.count('sync') > 0);
    assert.equal(resolved, false);
    openGate();
    await opening;
    assert.deepEqual(ids(synced()), ['1']);
    assert.deepEqual(ids(await written()), ['1']);
    const steps = watched.steps.filter(({ operation }) => operation === 'sync').map(({ name }) => name);
    assert.deepEqual(steps.slice(-1), ['journal'], 'the folder is synced after the file');
    await journal.open(newEntry('2'));
    assert.equal(watched.count('sync', /^journal$/), 1, 'the folder is synced once');
  });

  it('lets operations opened at once share one sync', async () => {
    const journal = bench.window('a', watched.fs);
    await Promise.all(Array.from({ length: 100 }, (_, index) => journal.open(newEntry(`${index}`))));
    assert.equal(watched.count('sync', windowFile), 1);
    assert.equal(ids(synced()).length, 100);
  });

  it('answers nobody before the own line is on disk, however the calls fall', async () => {
    const journal = bench.window('a', watched.fs);
    const early: string[] = [];
    const open = async (id: string) => {
      await journal.open(newEntry(id));
      if (!ids(synced()).includes(id)) early.push(id);
    };
    const all: Promise<void>[] = [];
    for (let wave = 0; wave < 20; wave++) {
      for (let index = 0; index < 5; index++) all.push(open(`${wave}-${index}`));
      // The next wave falls into the middle of a write or a sync of this one.
      const seen = watched.steps.length;
      await until(() => watched.steps.length > seen);
    }
    await Promise.all(all);
    assert.deepEqual(early, []);
    assert.equal(ids(await written()).length, 100);
    assert.ok(watched.count('sync', windowFile) < 60, `${watched.count('sync', windowFile)} syncs for 100 operations`);
  });

  it('waits for the disk in close() and dismiss(), and keeps the order of markSent()', async () => {
    const journal = bench.window('a', watched.fs);
    await journal.open(newEntry('1'));
    journal.markSent('1', 5);
    await journal.close('1', outcome('unknown'));
    assert.match(synced(), /"sending".*\n.*"sent".*\n.*"closed".*\n$/);
    await journal.dismiss('1');
    assert.match(synced(), /"dismissed","operationId":"1"/);
  });

  it('does not wait for the disk in markSent()', async () => {
    const journal = bench.window('a', watched.fs);
    await journal.open(newEntry('1'));
    const syncs = watched.count('sync');
    journal.markSent('1', 5);
    assert.equal((await journal.recent(1))[0]?.stage, 'sent');
    assert.equal(watched.count('sync'), syncs);
  });

  for (const operation of ['create', 'write', 'sync'] as const) {
    it(`rejects open() when ${operation} fails, leaves no trace, and recovers`, async () => {
      const journal = bench.window('a', watched.fs);
      await journal.open(newEntry('0'));
      if (operation === 'create') await journal.dispose();
      watched.failWhen = (step) => (step.operation === operation && windowFile.test(step.name) ? 'ENOSPC' : undefined);
      const failing = operation === 'create' ? bench.window('b', watched.fs) : journal;
      await assert.rejects(failing.open(newEntry('1')), (error) => {
        assert.ok(error instanceof JournalUnavailable);
        assert.equal(error.code, 'ENOSPC');
        assert.equal(error.message, 'The journal cannot be written (ENOSPC)');
        return true;
      });
      assert.deepEqual(ids(await written()), ['0']);
      watched.failWhen = undefined;
      await failing.open(newEntry('2'));
      assert.deepEqual(
        (await failing.recent(9)).map((entry) => entry.operationId),
        ['0', '2'],
      );
    });
  }

  it('rejects all that shared a failed sync', async () => {
    const journal = bench.window('a', watched.fs);
    watched.failWhen = ({ operation }) => (operation === 'sync' ? 'EIO' : undefined);
    const results = await Promise.allSettled([journal.open(newEntry('1')), journal.open(newEntry('2'))]);
    assert.deepEqual(
      results.map(({ status }) => status),
      ['rejected', 'rejected'],
    );
  });

  it('starts on a new line after a torn one that could not be cut off', async () => {
    const journal = bench.window('a', watched.fs);
    await journal.open(newEntry('0'));
    watched.failWhen = ({ operation }) => (operation === 'sync' || operation === 'truncate' ? 'EIO' : undefined);
    await assert.rejects(journal.open(newEntry('1')));
    const [name] = (await readdir(join(folder(), 'journal'))).filter((one) => windowFile.test(one));
    await writeFile(join(folder(), 'journal', String(name)), '{"v":1,"type":"sen', { flag: 'a' });
    watched.failWhen = undefined;
    await journal.open(newEntry('2'));
    assert.ok((await journal.recent(9)).some((entry) => entry.operationId === '2'));
  });

  it('writes later what close() and markSent() could not write', async () => {
    const journal = bench.window('a', watched.fs);
    await journal.open(newEntry('1'));
    watched.failWhen = ({ operation }) => (operation === 'write' ? 'ENOSPC' : undefined);
    journal.markSent('1', 5);
    await assert.rejects(journal.close('1', outcome('refused')), JournalUnavailable);
    watched.failWhen = undefined;
    await journal.open(newEntry('2'));
    const first = (await journal.recent(9)).find((entry) => entry.operationId === '1');
    assert.equal(first?.sentAt, 5);
    assert.equal(first?.outcome?.kind, 'refused');
    assert.match(bench.log.lines.join(), /could not note that a request left \(ENOSPC\)/);
  });

  it('rejects when something else stands where the folder should be', async () => {
    await writeFile(join(folder(), 'journal'), 'a file in the way');
    await assert.rejects(bench.window('a').open(newEntry('1')), JournalUnavailable);
    assert.deepEqual(await bench.window('b').unfinished(), []);
    assert.deepEqual(await bench.window('b').recent(3), []);
    assert.deepEqual(await bench.window('b').read(3), { entries: [], unreadable: 'ENOTDIR' });
    assert.equal(await bench.window('b').lastVerifiedReset(newEntry('1').address), undefined);
    assert.match(bench.log.lines.join(), /could not be read \(ENOTDIR\)/);
  });

  it('writes everything open anew when the folder is removed under its hands', async () => {
    const journal = bench.window('a');
    await journal.open(newEntry('1'));
    await journal.open(newEntry('done'));
    await journal.close('done', outcome('accepted'));
    await rm(join(folder(), 'journal'), { recursive: true });
    await mkdir(join(folder(), 'journal'));
    await journal.open(newEntry('2'));
    assert.deepEqual(ids(await written()), ['1', '2']);
    bench.windows.kill('a');
    assert.equal((await bench.window('b').unfinished()).length, 2);
  });

  it('has its file on disk when it is prepared, and asks the folder for nothing at the first entry', async () => {
    const watched = new WatchedFs();
    const journal = bench.window('a', watched.fs);
    await Promise.all([journal.prepare(), journal.prepare()]);
    assert.deepEqual(ids(await written()), []);
    assert.equal(watched.count('sync', /^window-a/), 1);
    assert.equal(watched.count('sync', /^journal$/), 1);
    const before = watched.steps.length;
    await journal.open(newEntry('1'));
    await journal.prepare();
    assert.deepEqual(
      watched.steps.slice(before).map(({ operation }) => operation),
      ['write', 'sync'],
    );
    assert.deepEqual(ids(await written()), ['1']);
    assert.doesNotMatch(await written(), /\n\n/);
  });

  it('says that it cannot be prepared, and tries again with the first entry', async () => {
    const watched = new WatchedFs();
    watched.failWhen = ({ operation }) => (operation === 'sync' ? 'ENOSPC' : undefined);
    const journal = bench.window('a', watched.fs);
    await assert.rejects(journal.prepare());
    await assert.rejects(journal.open(newEntry('1')), JournalUnavailable);
    watched.failWhen = undefined;
    await journal.open(newEntry('2'));
    assert.deepEqual(ids(await written()), ['2']);
    bench.windows.kill('a');
    assert.equal((await bench.window('b').unfinished()).length, 1);
  });

  it('leaves nothing of a prepared file without entries', async () => {
    await bench.window('a').prepare();
    bench.windows.kill('a');
    const b = bench.window('b');
    await b.standing();
    const names = (): readonly string[] => readdirSync(join(folder(), 'journal'));
    await until(() => names().every((name) => !windowFile.test(name)));
  });

  it('names no value in the error about an event that does not fit', async () => {
    const journal = bench.window('a');
    const entry = { ...newEntry('1'), hints: { token: { planted: 'secret-value' } } };
    await assert.rejects(journal.open(entry as never), (error: Error) => {
      assert.match(error.message, /does not fit the schema at entry\.hints\.token/);
      assert.doesNotMatch(String(error.stack), /secret-value/);
      return true;
    });
  });

  it('scrubs what looks like a credential', async () => {
    const journal = bench.window('a');
    const planted = 'ya29.planted-planted';
    await journal.open(newEntry('1', { identityLabel: planted, hints: { note: `Bearer ${planted}` } }));
    await journal.close('1', {
      ...outcome('refused'),
      reason: { code: 'x', params: { said: planted }, actions: [{ kind: 'open-url', url: `https://a/?t=${planted}` }] },
    });
    assert.doesNotMatch(await written(), /planted/);
    assert.equal((await journal.recent(1)).length, 1);
  });
});
