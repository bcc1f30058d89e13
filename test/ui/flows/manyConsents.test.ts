import assert from 'node:assert/strict';
import { companionFolder } from '../../../scripts/host/companion';
import { repoRoot } from '../../../scripts/host/paths';
import { openWorkbench, type Workbench, withEvidence } from '../driver';
import { SandboxView } from '../sandboxView';
import { SettingsFile } from '../settingsFile';
import { linesOf } from '../text';
import type { TreeView } from '../treeView';

const projectName = 'Sandbox: Venafi';
/** More than a question names. */
const users = Array.from({ length: 10 }, (_, at) => `tester${String(at + 1).padStart(2, '0')}.test`);
const [stays = ''] = users.slice(3);
const nobody = 'nobody.test';

describe('resetting many consents in a real workbench, with the keyboard alone', () => {
  let workbench: Workbench;
  let sandbox: SandboxView;
  let tree: TreeView;
  let granted: number;

  before(async () => {
    workbench = await openWorkbench({
      version: 'newest',
      linked: [repoRoot, companionFolder],
      ownSandbox: true,
      size: { width: 1200, height: 800 },
      settings: { 'window.commandCenter': false, 'workbench.editor.useModal': 'off' },
    });
    sandbox = new SandboxView(workbench.sandboxOrigin);
    tree = await workbench.window.openReconsent();
    await workbench.window.widenSideBar(420);
    await tree.waitForRow('alice.test', ({ description }) => description.startsWith('granted'), 60_000);
    const ids = await sandbox.seedVenafi({
      identities: [...users, nobody].map((name) => ({ name })),
      grants: users.map((grantee, at) => ({ grantee, application: 'cert-dashboard', count: 1 + (at % 3) })),
    });
    await addToSettings([...users, nobody].map((name) => ({ id: ids.get(name), name })));
    for (const user of users) await tree.waitForRow(user);
    granted = await sandbox.venafiGrants();
  });

  after(() => workbench?.close());

  /** Into the sandbox's project, as a person does. */
  async function addToSettings(more: readonly object[]): Promise<void> {
    const settings = new SettingsFile(workbench);
    const projects: readonly { readonly name: string }[] = JSON.parse(settings.read())['reconsent.projects'];
    await settings.set(
      'reconsent.projects',
      projects.map((project) => (project.name === projectName ? { ...project, identities: more } : project)),
    );
    await workbench.window.runCommand('View: Close All Editors');
  }

  const checkBox = (name: string) =>
    workbench.window.page.locator('.quick-input-list .monaco-list-row').filter({ hasText: name });

  it('reads them all, and shows what would be reset and who is left out before it asks', () =>
    withEvidence(workbench, 'many-list', async () => {
      const { window } = workbench;
      const { page, quickInput } = window;
      await window.runCommand('Reconsent: Reset Consents…');
      await quickInput.shown('Reset several consents');
      await quickInput.enter(`Project ${projectName}`);
      await quickInput.shown(/Consents to reset: 10, left out: 1/);
      await window.screenshot('many-list');
      for (const user of users.slice(0, 5)) assert.equal(await checkBox(user).getAttribute('aria-checked'), 'true');
      // In a list of several choices the arrows go to the rows, and the space bar checks them.
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('End');
      await window.waitUntil('the last row', async () => (await quickInput.active()).startsWith(nobody));
      await page.keyboard.press('Space');
      await window.waitUntil(
        'it to stay out',
        async () => (await checkBox(nobody).getAttribute('aria-checked')) === 'false',
      );
      await window.screenshot('many-left-out');
      await quickInput.shown(/Consents to reset: 10, left out: 1/);
    }));

  it('asks once, with counts and the first names, and resets the rest of them', () =>
    withEvidence(workbench, 'many-question', async () => {
      const { window } = workbench;
      const { page, quickInput } = window;
      await page.keyboard.press('Home');
      await window.waitUntil('the row that is to stay', async () => {
        if ((await quickInput.active()) === stays) return true;
        await page.keyboard.press('ArrowDown');
        return false;
      });
      await page.keyboard.press('Space');
      await window.waitUntil(
        'it to be unchecked',
        async () => (await checkBox(stays).getAttribute('aria-checked')) === 'false',
      );
      await page.keyboard.press('Enter');
      const question = await window.modal.read();
      await window.screenshot('many-question');
      assert.match(question.message, /Reset 9 consents\?/);
      assert.match(question.detail, /Sandbox: Venafi: 9, sent to http/);
      assert.match(question.detail, /tester01\.test, .*tester09\.test and 1 more/);
      assert.ok(!question.detail.includes(stays), question.detail);
      assert.match(question.detail, /Left out, nothing is sent for them: 1/);
      assert.equal(await sandbox.venafiGrants(), granted);
      // So long it takes until the service itself shows what it has done: nothing is verified before.
      await sandbox.venafiSwitches({ propagationMs: 2_000 });
      await sandbox.answerVenafi('revokeGrants', 'insufficientRights', 'Not for you.');
      await page.keyboard.press('Enter');
      await window.notification(/\d of 9/);
      await window.screenshot('many-progress');
    }));

  it('tells how many are reset, and each by name in a report', () =>
    withEvidence(workbench, 'many-report', async () => {
      const { window } = workbench;
      const summary = await window.notification('8 of 9 consents are reset. The others: 1 refused.');
      await window.screenshot('many-summary');
      assert.match(await summary.innerText(), /Show Details/);
      await window.runCommand('Notifications: Accept Notification Primary Action');
      const report = window.page.locator('.editor-instance .view-lines');
      await report.filter({ hasText: /Not\sverified\s\(1\)/ }).waitFor();
      await window.screenshot('many-report');
      const told = (await linesOf(report)).replaceAll('\u00a0', ' ');
      assert.match(told, /Left out, nothing was sent for them \(1\)/);
      assert.match(told, /Verified \(8\)/);
      await tree.waitForRow(stays, ({ description }) => description === 'signed in · not checked yet');
      const needing = (await tree.rows()).filter(({ description }) => description === 'needs consent · reset verified');
      assert.ok(needing.length >= 8, `${needing.length} rows`);
    }));
});
