import assert from 'node:assert/strict';
import type { OutcomeKind } from '../../../src/core/outcome';
import type { Journal } from '../../../src/core/ports';
import { MemoryJournal } from '../../fakes/storage';
import { address, freshFolder, JournalBench, newEntry, outcome } from './support';

/** What the tests of the domain see as the journal has to answer as the one on disk does. */
describe('MemoryJournal answers as the journal on disk', () => {
  const folder = freshFolder(() => bench.dispose());
  let bench: JournalBench;
  beforeEach(() => {
    bench = new JournalBench(folder());
  });

  async function answers(journal: Journal, endings: readonly (readonly [OutcomeKind, number])[]) {
    await journal.open(newEntry('1', { credentialStoredAt: 11, openedAt: 1 }));
    journal.markSent('1', 2);
    for (const [kind, at] of endings) await journal.close('1', outcome(kind, at));
    await journal.open(newEntry('2', { credentialStoredAt: 22, openedAt: 2 }));
    await journal.close('2', outcome('verified', 6));
    return {
      recent: await journal.recent(9),
      unfinished: await journal.unfinished(),
      lastVerified: await journal.lastVerifiedReset(address()),
      ofAnother: await journal.lastVerifiedReset(address('project/bob')),
    };
  }

  const again: readonly OutcomeKind[] = ['unknown', 'accepted', 'verified', 'not-reset', 'refused', 'not-sent'];
  for (const first of ['unknown', 'accepted'] as const) {
    for (const second of again) {
      for (const at of [3, 9]) {
        it(`closed as ${first}, then as ${second} ${at > 5 ? 'later' : 'by a clock set back'}`, async () => {
          const endings = [[first, 5] as const, [second, at] as const];
          const real = await answers(bench.window('a'), endings);
          assert.deepEqual(await answers(new MemoryJournal(), endings), real);
        });
      }
    }
  }
});
