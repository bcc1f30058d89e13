import assert from 'node:assert/strict';
import { findEntries, findEntry } from '../../../src/core/journalFilter';
import { untranslated } from '../../../src/core/outcomeText';
import { freshFolder, JournalBench, newEntry, outcome } from './support';

const context = { texts: new Map(), translate: untranslated };

describe('fileJournal: what the journal view finds', () => {
  const folder = freshFolder(() => bench.dispose());
  let bench: JournalBench;
  beforeEach(() => {
    bench = new JournalBench(folder());
  });

  it('tells what another window is working on from what a dead one has left', async () => {
    const dead = bench.window('dead');
    await dead.open(newEntry('left', { openedAt: 1 }));
    await dead.open(newEntry('seen', { openedAt: 2 }));
    await dead.close('seen', outcome('unknown'));
    await dead.dismiss('seen');
    bench.windows.kill('dead');
    const other = bench.window('other');
    await other.open(newEntry('atWork', { openedAt: 3 }));
    await other.open(newEntry('done', { openedAt: 4 }));
    await other.close('done', outcome('verified'));
    const own = bench.window('own');
    await own.open(newEntry('mine', { openedAt: 5 }));
    const { entries, more } = await findEntries(own, {}, 10, context);
    assert.deepEqual(
      entries.map(({ entry, state }) => `${entry.operationId}: ${state}`),
      ['mine: running', 'done: verified', 'atWork: running', 'seen: dismissed', 'left: unknown'],
    );
    assert.equal(more, false);
    const left = await findEntry(own, 'left');
    assert.equal(left.kind === 'found' && left.state, 'unknown');
  });
});
