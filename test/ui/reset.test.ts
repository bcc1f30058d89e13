import assert from 'node:assert/strict';
import { companionFolder } from '../../scripts/host/companion';
import { repoRoot } from '../../scripts/host/paths';
import { openWorkbench, type Workbench, withEvidence } from './driver';
import type { TreeView } from './treeView';

const alice = 'alice.test@example.com';

/** What the service has reset so far: an independent look, past the extension. */
async function resets({ sandboxOrigin }: Workbench): Promise<readonly unknown[]> {
  const answer = await fetch(new URL('/__sandbox/google/resets', sandboxOrigin));
  return (await answer.json()) as readonly unknown[];
}

for (const version of ['min', 'newest'] as const) {
  describe(`resetting in a real workbench, VS Code ${version}`, () => {
    let workbench: Workbench;
    let tree: TreeView;

    before(async () => {
      workbench = await openWorkbench({ version, linked: [repoRoot, companionFolder] });
      tree = await workbench.window.openReconsent();
      await tree.waitForRow(alice, ({ description }) => description.startsWith('granted'), 60_000);
    });

    after(() => workbench?.close());

    it('leaves the consent alone when the confirmation is dismissed', () =>
      withEvidence(workbench, `dismiss-${version}`, async () => {
        const { modal } = workbench.window;
        await tree.inlineAction(alice, 'Reset Consent');
        const question = await modal.read();
        assert.match(`${question.message} ${question.detail}`, /alice\.test@example\.com/);
        await modal.dismiss();
        await tree.waitForRow(alice, ({ description }) => description.startsWith('granted'));
        assert.deepEqual(await resets(workbench), []);
      }));

    it('resets once the confirmation is given and says that it was verified', () =>
      withEvidence(workbench, `reset-${version}`, async () => {
        await tree.inlineAction(alice, 'Reset Consent');
        await workbench.window.modal.read();
        await workbench.window.modal.press('Reset Consent');
        const row = await tree.waitForRow(alice, ({ description }) => description.startsWith('needs consent'));
        assert.match(row.ariaLabel, /verified/);
        assert.equal((await resets(workbench)).length, 1);
      }));
  });
}
