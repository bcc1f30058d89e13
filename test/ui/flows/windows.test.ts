import assert from 'node:assert/strict';
import { companionFolder } from '../../../scripts/host/companion';
import { repoRoot } from '../../../scripts/host/paths';
import { openWorkbench, type Workbench, withEvidence } from '../driver';
import { SandboxView } from '../sandboxView';
import type { TreeView } from '../treeView';

const alice = 'alice.test@example.com';

describe('two windows of one user, in a real workbench', () => {
  let workbench: Workbench;
  let tree: TreeView;

  before(async () => {
    workbench = await openWorkbench({ version: 'newest', linked: [repoRoot, companionFolder], ownSandbox: true });
    tree = await workbench.window.openReconsent();
    await tree.waitForRow(alice, ({ description }) => description.startsWith('granted'), 60_000);
  });

  after(() => workbench?.close());

  it('resets once: the other window learns of it before it sends anything', () =>
    withEvidence(workbench, 'windows', async () => {
      const sandbox = new SandboxView(workbench.sandboxOrigin);
      const second = await workbench.openWindow();
      const other = await second.openReconsent();
      await other.waitForRow(alice, ({ description }) => description === 'signed in · not checked yet');
      await tree.inlineAction(alice, 'Reset Consent');
      await workbench.window.modal.press('Reset Consent');
      await tree.waitForRow(alice, ({ description }) => description === 'needs consent · reset verified');
      await sandbox.forgetRequests();
      // Its row may have heard of it by now, and then offers to grant anew in its place.
      await other.menuAction(alice, 'Reset Consent');
      await second.notification(`${alice} (Sandbox): Already reset`);
      assert.equal(await second.modal.isShowing(), false);
      await other.waitForRow(alice, ({ description }) => description.startsWith('needs consent'));
      // It may look, but it does not reset again.
      assert.deepEqual(
        (await sandbox.paths()).filter((path) => path !== '/token'),
        [],
      );
      assert.deepEqual(
        (await sandbox.resets()).map(({ user }) => user),
        [alice],
      );
    }));
});
