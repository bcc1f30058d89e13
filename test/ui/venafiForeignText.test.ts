/** Words of the server that would like to act: a link that runs a command, HTML, an icon, a second line. */
import assert from 'node:assert/strict';
import type { Locator } from 'playwright-core';
import { companionFolder } from '../../scripts/host/companion';
import { repoRoot } from '../../scripts/host/paths';
import { openWorkbench, type Workbench, withEvidence } from './driver';
import { SandboxView } from './sandboxView';
import type { TreeView } from './treeView';

const projectName = 'Sandbox: Venafi';
/** Short enough to be cut nowhere. */
const hostile = (name: string): string =>
  `${name} [q](command:workbench.action.quit) <a href=x>a</a><img> **b** $(bug)\n# 2`;
/** As it may stand on the screen: every character is text. */
const onOneLine = (name: string): RegExp =>
  new RegExp(
    `${name} \\[q\\] ?\\(command:workbench\\.action\\.quit\\) <a href=x>a</a><img> \\*\\*b\\*\\* \\$\\(bug\\) # 2`,
  );
const mallory = 'local:{0e6f4b4c-8f0d-4a35-9a51-7d1f5c0b9e21}';

describe('words of a Venafi server in a real workbench', () => {
  let workbench: Workbench;
  let sandbox: SandboxView;
  let tree: TreeView;
  let label: string;

  before(async () => {
    workbench = await openWorkbench({
      version: 'newest',
      linked: [repoRoot, companionFolder],
      ownSandbox: true,
      size: { width: 1300, height: 800 },
      settings: { 'window.commandCenter': false },
    });
    sandbox = new SandboxView(workbench.sandboxOrigin);
    tree = await workbench.window.openReconsent();
    await tree.waitForRow('alice.test', ({ description }) => description.startsWith('granted'), 60_000);
    await workbench.window.widenSideBar(700);
    const application = hostile('app');
    await sandbox.seedVenafi({
      identities: [{ name: hostile('mallory'), fullName: hostile('full'), prefixedUniversal: mallory }],
      applications: [{ id: application, name: application, scope: 'certificate:manage' }],
      grants: [{ grantee: mallory, application }],
    });
  });

  after(() => workbench?.close());

  /** Nothing of it has become an element, and it stands there letter by letter. */
  async function assertInert(place: Locator, name: string): Promise<void> {
    await place.waitFor();
    const text = (await place.innerText()).replaceAll(/\s+/g, ' ');
    assert.match(text, onOneLine(name));
    for (const element of ['a:not(.label-name)', 'img', 'strong', 'h1', '.codicon-bug']) {
      const found = place.locator(element).filter({ visible: true });
      assert.equal(await found.count(), 0, `${element} in ${await place.innerHTML()}`);
    }
  }

  it('are text in the list where users are looked for', () =>
    withEvidence(workbench, 'venafi-foreign-pick', async () => {
      const { window } = workbench;
      await tree.inlineAction(projectName, 'Add Identity from Venafi…');
      await window.quickInput.shown(`Add an identity to ${projectName}`);
      await window.quickInput.type('mallory');
      const row = window.page.locator('.quick-input-list .monaco-list-row', { hasText: mallory });
      await assertInert(row, 'mallory');
      await assertInert(row, 'full');
      await window.screenshot('venafi-foreign-pick');
      await row.click();
    }));

  it('are text in the tree, in its tooltip and in what a screen reader says', () =>
    withEvidence(workbench, 'venafi-foreign-tree', async () => {
      const { window } = workbench;
      label = await window.waitUntil('the row', async () => {
        const rows = await tree.rows();
        return rows.find((row) => row.label.startsWith('mallory') && row.description.startsWith('granted'))?.label;
      });
      await assertInert(tree.row(label), 'mallory');
      await tree.expand(label);
      await assertInert(window.page.getByRole('treeitem').filter({ hasText: 'app [q]' }), 'app');
      await tree.tooltip(label);
      const hover = window.page.locator('.monaco-hover:visible, .workbench-hover:visible').first();
      await assertInert(hover, 'mallory');
      await window.screenshot('venafi-foreign-tree');
      await window.parkPointer();
    }));

  it('are text in the question, and in the notification that quotes an error_description', () =>
    withEvidence(workbench, 'venafi-foreign-error', async () => {
      const { window } = workbench;
      await sandbox.answerVenafi('revokeGrants', 'invalidRequest', hostile('described'));
      await tree.inlineAction(label, 'Reset Consent');
      await window.modal.read();
      const question = window.page.locator('.monaco-dialog-box .dialog-message-container');
      await assertInert(question, 'mallory');
      await assertInert(question, 'app');
      await window.screenshot('venafi-foreign-question');
      await window.modal.press('Revoke Grants');
      const notice = await window.notification('did not understand the request');
      const message = notice.locator('.notification-list-item-message');
      await assertInert(message, 'described');
      await window.screenshot('venafi-foreign-notification');
      await window.clearNotifications();
      await assertInert(window.page.getByRole('treeitem').filter({ hasText: 'described [q]' }), 'described');
    }));

  it('are text in the notification of a sign-in that was refused', () =>
    withEvidence(workbench, 'venafi-foreign-sign-in', async () => {
      const { window } = workbench;
      await sandbox.answerVenafi('device', 'invalidRequest', hostile('refused'));
      await tree.menuAction(projectName, 'Sign In…');
      await window.quickInput.choose('With a code in the browser');
      const notice = await window.notification(`${projectName}: `);
      await assertInert(notice.locator('.notification-list-item-message'), 'refused');
      await window.screenshot('venafi-foreign-sign-in');
    }));
});
