import assert from 'node:assert/strict';
import { repoRoot } from '../../../scripts/host/paths';
import { openWorkbench, type Workbench, withEvidence } from '../driver';
import { SandboxView } from '../sandboxView';
import { linesOf } from '../text';
import type { TreeView } from '../treeView';

const alice = 'alice.test@example.com';
const taskName = `Reconsent: reset ${alice} in Sandbox`;

describe('tasks in a real workbench', () => {
  let workbench: Workbench;
  let sandbox: SandboxView;
  let tree: TreeView;

  before(async () => {
    workbench = await openWorkbench({
      version: 'newest',
      linked: [repoRoot],
      ownSandbox: true,
      workspaceTrust: true,
      size: { width: 1200, height: 800 },
      settings: {
        'security.workspace.trust.startupPrompt': 'never',
        'window.commandCenter': false,
        'workbench.editor.useModal': 'off',
        // Only then what a terminal shows is text in the page.
        'terminal.integrated.gpuAcceleration': 'off',
      },
    });
    sandbox = new SandboxView(workbench.sandboxOrigin);
    tree = await workbench.window.openReconsent();
    await workbench.window.widenSideBar(480);
    await workbench.window.button('Try the Sandbox').click();
    await tree.waitForRow(alice, ({ description }) => description.startsWith('granted'), 60_000);
    await sandbox.completeJobs(alice);
  });

  after(() => workbench?.close());

  const restricted = () => workbench.window.page.getByText(/^Restricted Mode: /);

  async function terminal(): Promise<string> {
    return (await linesOf(workbench.window.page.locator('.terminal-wrapper.active .xterm-rows'))).replaceAll(
      '\u00a0',
      ' ',
    );
  }

  async function runTask(): Promise<void> {
    const { window } = workbench;
    await window.runCommand('Tasks: Run Task');
    await window.quickInput.choose('reconsent');
    await window.quickInput.choose(taskName);
  }

  it('fault 50: says in Restricted Mode that they are off, and does not offer to allow them', () =>
    withEvidence(workbench, 'tasks-restricted', async () => {
      const { window } = workbench;
      await restricted().waitFor();
      await window.parkPointer();
      await window.screenshot('tasks-restricted');
      const offered = await window.offeredCommands('Reconsent: Allow Unattended');
      assert.ok(!offered.includes('Reconsent: Allow Unattended Reset…'), offered.join());
      assert.deepEqual(await sandbox.resets(), []);
    }));

  it('says no more of it once the workspace is trusted', () =>
    withEvidence(workbench, 'tasks-trusted', async () => {
      const { window } = workbench;
      await window.runCommand('Workspaces: Manage Workspace Trust');
      const editor = window.page.locator('.workspace-trust-editor');
      await editor.getByRole('button', { name: 'Trust', exact: true }).click();
      await restricted().waitFor({ state: 'hidden' });
      await window.runCommand('View: Close All Editors');
      await editor.waitFor({ state: 'hidden' });
    }));

  it('sends nothing that was not allowed, and says how to allow it', () =>
    withEvidence(workbench, 'tasks-not-allowed', async () => {
      const { window } = workbench;
      await runTask();
      const told = await window.waitUntil('the end of the task', async () => {
        const text = await terminal();
        return /Exit code \d+/.test(text) && text;
      });
      await window.screenshot('tasks-not-allowed');
      assert.match(told, /Allow Unattended Reset…/);
      assert.deepEqual(await sandbox.resets(), []);
    }));

  it('asks before it allows them, and says so at the identity', () =>
    withEvidence(workbench, 'tasks-allow', async () => {
      const { window } = workbench;
      await tree.menuAction(alice, 'Allow Unattended Reset…');
      await window.quickInput.shown('Allow unattended reset');
      await window.quickInput.choose('Reset Consent');
      const question = await window.modal.read();
      await window.screenshot('tasks-allow');
      assert.equal(question.message, `Let tasks reset ${alice} in Sandbox without asking?`);
      assert.ok(question.detail.includes(workbench.folder), question.detail);
      assert.ok(question.detail.includes(workbench.sandboxOrigin), question.detail);
      await window.modal.press('Allow');
      await tree.expand(alice);
      await tree.waitForRow('Unattended reset');
      await window.parkPointer();
      await window.screenshot('tasks-allowed');
    }));

  it('resets without asking what is allowed, and tells that it is verified', () =>
    withEvidence(workbench, 'tasks-run', async () => {
      const { window } = workbench;
      await runTask();
      const told = await window.waitUntil('the end of the task', async () => {
        const text = await terminal();
        return /Outcome/.test(text) && /Exit code \d+/.test(text) && text;
      });
      await window.parkPointer();
      await window.screenshot('tasks-run');
      assert.match(told, /Outcome: verified/);
      assert.match(told, /Exit code 0/);
      await tree.waitForRow(alice, ({ description }) => description === 'needs consent · reset verified');
      assert.deepEqual(
        (await sandbox.resets()).map(({ user }) => user),
        [alice],
      );
    }));
});
