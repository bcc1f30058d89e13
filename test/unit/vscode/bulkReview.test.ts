import assert from 'node:assert/strict';
import { reason } from '../../../src/core/model';
import { untranslated } from '../../../src/core/outcomeText';
import { BulkDesk } from '../../fakes/bulkDesk';
import { FakeEditor, type ShownPick } from '../../fakes/editor';
import { noon } from '../../fakes/resetStage';

const texts = new Map([['test.missing', { happened: 'No credential is stored.' }]]);
const context = { now: noon, texts, translate: untranslated };
const outcome = { kind: 'not-sent', reason: reason('test.missing'), at: noon } as const;

describe('the list before the question about many', () => {
  async function reviewed(inPick: (pick: ShownPick) => void, count = 10): Promise<readonly string[] | undefined> {
    const editor = new FakeEditor();
    editor.inPick = inPick;
    editor.use();
    const { review } = await import('../../../src/vscode/bulk/review');
    const { Prompts } = await import('../../../src/vscode/prompts');
    const desk = new BulkDesk(count + 1);
    const leftOut = desk.targets.slice(-1).map((target) => ({ target, outcome }));
    const plan = { items: desk.items.slice(0, -1), leftOut };
    const chosen = await review(plan, new Set(), context, new Prompts(texts));
    return chosen?.map(({ target }) => target.identity.id);
  }

  it('shows every identity, checked, and those that are left out with the reason', async () => {
    const chosen = await reviewed((pick) => {
      const labels = pick.items.map(({ label }) => label);
      for (let at = 0; at <= 10; at++) assert.ok(labels.includes(`user${at}@example.com`), labels.join());
      assert.equal(pick.selectedItems.length, 10);
      pick.accept();
    });
    assert.equal(chosen?.length, 10);
  });

  it('goes on without what was unchecked, and never with what was left out', async () => {
    const chosen = await reviewed((pick) => {
      pick.selectedItems = pick.items.filter(({ label }) => label !== 'user3@example.com');
      pick.accept();
    });
    assert.deepEqual(
      chosen,
      [0, 1, 2, 4, 5, 6, 7, 8, 9].map((at) => `user${at}`),
    );
  });

  it('ends with Escape', async () => assert.equal(await reviewed((pick) => pick.escape()), undefined));

  it('is not shown for few: the question has room for all of them', async () => {
    const chosen = await reviewed(() => assert.fail('a list was shown'), 3);
    assert.equal(chosen?.length, 3);
  });
});
