import assert from 'node:assert/strict';
import { companionFolder } from '../../../scripts/host/companion';
import { repoRoot } from '../../../scripts/host/paths';
import { openWorkbench, type Workbench, withEvidence } from '../driver';
import { SandboxView } from '../sandboxView';
import type { TreeView } from '../treeView';

const alice = 'alice.test@example.com';
const bob = 'bob.test@example.com';
const verified = 'needs consent · reset verified';
const unknown = 'outcome unknown';

describe('a reset whose answer is lost, in a real workbench', () => {
  let workbench: Workbench;
  let sandbox: SandboxView;
  let tree: TreeView;

  before(async () => {
    workbench = await openWorkbench({ version: 'newest', linked: [repoRoot, companionFolder], ownSandbox: true });
    sandbox = new SandboxView(workbench.sandboxOrigin);
    tree = await workbench.window.openReconsent();
    for (const user of [alice, bob]) {
      await tree.waitForRow(user, ({ description }) => description.startsWith('granted'), 60_000);
    }
  });

  // What one test has broken is not for the next one.
  beforeEach(() => sandbox.mend());

  after(() => workbench?.close());

  function waitForState(user: string, state: string | RegExp): Promise<unknown> {
    return tree.waitForRow(user, ({ description }) =>
      typeof state === 'string' ? description === state : state.test(description),
    );
  }

  /** Resets until the answer is lost and the extension is looking, in vain, whether the consent is gone. */
  async function resetWithoutAnswer(user: string): Promise<void> {
    const before = (await sandbox.resets()).length;
    await sandbox.loseAnswers();
    await tree.inlineAction(user, 'Reset Consent');
    await workbench.window.modal.read();
    await workbench.window.modal.press('Reset Consent');
    await waitForState(user, 'checking that it is gone…');
    assert.equal((await sandbox.resets()).length, before + 1);
  }

  async function reload(): Promise<void> {
    await workbench.window.reload();
    tree = await workbench.window.openReconsent();
  }

  it('is told as unknown, and verified from the notification', () =>
    withEvidence(workbench, 'recovery-notification', async () => {
      await resetWithoutAnswer(alice);
      await tree.inlineAction(alice, 'Cancel or Stop Waiting');
      await waitForState(alice, unknown);
      const notification = await workbench.window.notification(`${alice} (Sandbox): `);
      assert.match(await notification.innerText(), /not known whether the reset was carried out/);
      await sandbox.mend();
      await workbench.window.pressInNotification(`${alice} (Sandbox): `, 'Verify');
      await waitForState(alice, verified);
      assert.equal((await sandbox.resets()).length, 1);
    }));

  it('fault 51: stays unknown over a reload of the window, and is verified from its row', () =>
    withEvidence(workbench, 'recovery-reload', async () => {
      await resetWithoutAnswer(bob);
      await reload();
      await waitForState(bob, unknown);
      await sandbox.mend();
      await tree.inlineAction(bob, 'Verify Last Reset');
      await waitForState(bob, verified);
      assert.deepEqual(
        (await sandbox.resets()).map(({ user }) => user),
        [alice, bob],
      );
    }));

  it('can be dismissed instead, for good and without anything sent', () =>
    withEvidence(workbench, 'recovery-dismiss', async () => {
      await workbench.window.runCommand('Reconsent: Start Sandbox');
      await waitForState(alice, /^granted/);
      await waitForState(bob, /^granted/);
      await resetWithoutAnswer(alice);
      await reload();
      await waitForState(alice, unknown);
      await sandbox.mend();
      await sandbox.forgetRequests();
      await tree.menuAction(alice, 'Dismiss Unknown Outcome');
      await waitForState(alice, 'signed in · not checked yet');
      await reload();
      await waitForState(alice, 'signed in · not checked yet');
      assert.deepEqual(await sandbox.paths(), []);
      assert.equal((await sandbox.resets()).length, 3);
    }));
});
