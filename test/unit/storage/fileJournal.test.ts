import assert from 'node:assert/strict';
import { access, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { nodeFs } from '../../../src/storage/fileSystem';
import { address, freshFolder, JournalBench, newEntry, outcome, resetOf } from './support';

describe('fileJournal', () => {
  const folder = freshFolder(() => bench.dispose());
  let bench: JournalBench;
  beforeEach(() => {
    bench = new JournalBench(folder());
  });

  const ids = (entries: readonly { operationId: string }[]) => entries.map((entry) => entry.operationId);

  it('touches nothing before first use', async () => {
    bench.window('a');
    await assert.rejects(access(join(folder(), 'journal')));
  });

  it('answers from an empty folder without making one', async () => {
    const journal = bench.window('a');
    assert.deepEqual(await journal.unfinished(), []);
    assert.deepEqual(await journal.recent(5), []);
    await assert.rejects(access(join(folder(), 'journal')));
  });

  it('goes through the stages of an operation', async () => {
    const journal = bench.window('a');
    const entry = newEntry('1');
    await journal.open(entry);
    assert.deepEqual(await journal.recent(5), [{ ...entry, stage: 'sending' }]);
    journal.markSent('1', 7);
    assert.deepEqual(await journal.recent(5), [{ ...entry, stage: 'sent', sentAt: 7 }]);
    await journal.close('1', outcome('verified', 99));
    assert.deepEqual(await journal.recent(5), [
      { ...entry, stage: 'closed', sentAt: 7, outcome: outcome('verified', 99) },
    ]);
    assert.deepEqual(await journal.lastVerifiedReset(entry.address), resetOf(newEntry('1'), 99));
  });

  it('looks around once for all who ask at the same time, and anew for who asks when it has begun to look', async () => {
    let looks = 0;
    let begun: () => void = () => undefined;
    let goOn: Promise<unknown> = Promise.resolve();
    const readdirSlowly = async (path: string): Promise<readonly string[]> => {
      looks += 1;
      const names = await nodeFs.readdir(path);
      begun();
      await goOn;
      return names;
    };
    const journal = bench.window('a', { ...nodeFs, readdir: readdirSlowly as typeof nodeFs.readdir });
    const other = bench.window('other');
    await other.open(newEntry('early'));
    const looking = new Promise<void>((resolve) => {
      begun = resolve;
    });
    goOn = looking.then(() => other.open(newEntry('late')));
    const early = [journal.standing(), journal.standing(), journal.unfinished()];
    await looking;
    const late = [journal.standing(), journal.standing()];
    await Promise.all(early);
    assert.deepEqual(
      (await Promise.all(late)).map(({ underWay }) => ids(underWay)),
      [
        ['early', 'late'],
        ['early', 'late'],
      ],
    );
    assert.equal(looks, 2, 'one look for each three and two');
  });

  it('offers what a dead window left, and of a living one only what has ended without a known outcome', async () => {
    const dead = bench.window('dead');
    for (const id of ['sending', 'sent', 'unknown', 'done', 'seen']) await dead.open(newEntry(id));
    dead.markSent('sent', 7);
    await dead.close('unknown', outcome('unknown'));
    await dead.close('done', outcome('accepted'));
    await dead.close('seen', outcome('unknown'));
    await dead.dismiss('seen');
    const journal = bench.window('b');
    const { unfinished, underWay } = await journal.standing();
    assert.deepEqual([ids(unfinished), ids(underWay)], [['unknown'], ['sending', 'sent']]);
    bench.windows.kill('dead');
    assert.deepEqual(ids((await journal.standing()).underWay), []);
    assert.deepEqual(ids(await journal.unfinished()), ['sending', 'sent', 'unknown']);
    assert.deepEqual(ids(await journal.unfinished()), ['sending', 'sent', 'unknown'], 'after folding');
    const names = (await readdir(join(folder(), 'journal'))).map((name) => name.replace(/-\w{8}\.jsonl/, '')).sort();
    assert.deepEqual(names, ['archive-2024-05.jsonl', 'window-b']);
    assert.equal((await journal.recent(9)).length, 5);
  });

  it('closes and dismisses what another window left', async () => {
    const dead = bench.window('dead');
    await dead.open(newEntry('1'));
    await dead.open(newEntry('2'));
    bench.windows.kill('dead');
    const journal = bench.window('b');
    await journal.unfinished();
    await journal.close('1', outcome('verified', 5));
    await journal.dismiss('2');
    assert.deepEqual(await journal.unfinished(), []);
    assert.deepEqual(await bench.window('c').unfinished(), []);
    assert.deepEqual(await bench.window('d').lastVerifiedReset(address()), resetOf(newEntry('1'), 5));
  });

  it('drops what the allow-list does not name', async () => {
    const journal = bench.window('a');
    await journal.open({ ...newEntry('1'), accessToken: 'planted' } as never);
    await journal.close('1', { ...outcome('refused'), raw: 'planted' } as never);
    for (const name of await readdir(join(folder(), 'journal'))) {
      if (name.endsWith('.jsonl')) {
        assert.doesNotMatch(await readFile(join(folder(), 'journal', name), 'utf8'), /planted/);
      }
    }
  });
});
