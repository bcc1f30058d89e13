import assert from 'node:assert/strict';
import { repoRoot } from '../../../scripts/host/paths';
import { openWorkbench, type Workbench, withEvidence } from '../driver';
import { SandboxView } from '../sandboxView';
import { SettingsFile } from '../settingsFile';
import type { TreeView } from '../treeView';

const alice = 'alice.test@example.com';
const bob = 'bob.test@example.com';
const erin = 'erin.test@example.com';

describe('the first run in a real workbench', () => {
  let workbench: Workbench;
  let tree: TreeView;

  before(async () => {
    workbench = await openWorkbench({
      version: 'newest',
      linked: [repoRoot],
      workspaceTrust: true,
      settings: { 'security.workspace.trust.startupPrompt': 'never', 'workbench.editor.useModal': 'off' },
    });
    tree = await workbench.window.openReconsent();
  });

  after(() => workbench?.close());

  it('fault 50: says in Restricted Mode what it does there, and offers the same buttons', () =>
    withEvidence(workbench, 'first-run-restricted', async () => {
      const { page } = workbench.window;
      await page.getByText('This workspace is in Restricted Mode. Consents can be reset from here as usual').waitFor();
      await workbench.window.button('Try the Sandbox').waitFor();
      await workbench.window.button('Add a Project').waitFor();
      assert.equal(await page.getByText('No project yet.').isVisible(), false);
    }));

  it('says in a trusted workspace that there is no project yet', () =>
    withEvidence(workbench, 'first-run-trusted', async () => {
      const { window } = workbench;
      await window.runCommand('Workspaces: Manage Workspace Trust');
      await window.page.locator('.workspace-trust-editor').getByRole('button', { name: 'Trust', exact: true }).click();
      await window.page.getByText('No project yet.').waitFor();
      assert.equal(await window.page.getByText('This workspace is in Restricted Mode').isVisible(), false);
    }));

  it('begins to ask for the first project, and ends that without a word', () =>
    withEvidence(workbench, 'first-run-add', async () => {
      const { window } = workbench;
      await window.button('Add a Project').click();
      await window.quickInput.shown('Add a project');
      assert.deepEqual(await window.quickInput.options(), [
        'Google Data Portability',
        'Identity Platform',
        'Venafi TPP',
      ]);
      await window.quickInput.dismiss();
      assert.deepEqual(await window.notifications(), []);
    }));

  it('opens the settings for whoever writes them', () =>
    withEvidence(workbench, 'first-run-edit', async () => {
      const { window } = workbench;
      await window.runCommand('Reconsent: Edit Projects in Settings');
      // Until it has the focus, it could still take it away from the palette.
      const editor = window.page.locator('.editor-instance .monaco-editor.focused', { hasText: 'reconsent.projects' });
      await editor.waitFor();
      await window.runCommand('View: Revert and Close Editor');
      await editor.waitFor({ state: 'hidden' });
    }));

  it('brings two granted identities with the sandbox', () =>
    withEvidence(workbench, 'first-run-sandbox', async () => {
      await workbench.window.button('Try the Sandbox').click();
      for (const user of [alice, bob]) {
        await tree.waitForRow(user, ({ description }) => /^granted · \d+ scopes?/.test(description));
      }
      assert.equal(await workbench.window.button('Try the Sandbox').isVisible(), false);
    }));

  it('leaves the settings alone, comments included, when the sandbox is started again', () =>
    withEvidence(workbench, 'first-run-comments', async () => {
      const settings = new SettingsFile(workbench);
      await settings.replace('"identities": [', `"identities": [ // mine, do not touch\n { "id": "${erin}" },`);
      await tree.waitForRow(erin);
      const before = settings.read();
      const sandbox = new SandboxView(workbench.sandboxOrigin);
      await sandbox.forgetRequests();
      await workbench.window.runCommand('Reconsent: Start Sandbox');
      // The settings would be written before the first read of a consent.
      await workbench.window.waitUntil('both consents to be read again', async () => {
        const reads = (await sandbox.paths()).filter((path) => path.includes('accessType:check'));
        return reads.length >= 2;
      });
      assert.equal(settings.read(), before);
    }));

  it('leads from a project without identities to its first one', () =>
    withEvidence(workbench, 'first-run-no-identity', async () => {
      const { quickInput } = workbench.window;
      const settings = new SettingsFile(workbench);
      const empty = '{ "id": "empty", "provider": "googleDataPortability", "identities": [] },';
      await settings.replace('"reconsent.projects": [', `"reconsent.projects": [ ${empty}`);
      await tree.waitForRow('Add Identity…', ({ description }) => description === 'no identity yet');
      await tree.select('Add Identity…');
      await quickInput.shown('Add an identity to empty');
      await quickInput.dismiss();
    }));
});
