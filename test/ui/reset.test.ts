import assert from 'node:assert/strict';
import { companionFolder } from '../../scripts/host/companion';
import { repoRoot } from '../../scripts/host/paths';
import { openWorkbench, type Workbench, withEvidence } from './driver';
import type { TreeView } from './treeView';

const alice = 'alice.test@example.com';

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
        assert.match((await tree.waitForRow(alice)).description, /^granted/);
      }));

    it('resets once the confirmation is given and says that it was verified', () =>
      withEvidence(workbench, `reset-${version}`, async () => {
        await tree.inlineAction(alice, 'Reset Consent');
        await workbench.window.modal.read();
        await workbench.window.modal.press('Reset Consent');
        const row = await tree.waitForRow(alice, ({ description }) => description.startsWith('needs consent'));
        assert.match(row.ariaLabel, /verified/);
      }));
  });
}
