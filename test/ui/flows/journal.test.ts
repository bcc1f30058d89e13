import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { companionFolder } from '../../../scripts/host/companion';
import { repoRoot } from '../../../scripts/host/paths';
import { openWorkbench, type Workbench, withEvidence } from '../driver';
import { SandboxView } from '../sandboxView';
import { linesOf } from '../text';
import type { TreeView } from '../treeView';

const alice = 'alice.test@example.com';
const bob = 'bob.test@example.com';

describe('the journal in a real workbench', () => {
  let workbench: Workbench;
  let sandbox: SandboxView;
  let consents: TreeView;
  let journal: TreeView;

  before(async () => {
    workbench = await openWorkbench({
      version: 'newest',
      linked: [repoRoot, companionFolder],
      ownSandbox: true,
      size: { width: 1200, height: 760 },
      settings: { 'window.commandCenter': false },
    });
    sandbox = new SandboxView(workbench.sandboxOrigin);
    consents = await workbench.window.openReconsent();
    journal = workbench.window.tree('Journal');
    for (const user of [alice, bob]) {
      await consents.waitForRow(user, ({ description }) => description.startsWith('granted'), 60_000);
    }
    await workbench.window.widenSideBar(480);
  });

  after(() => workbench?.close());

  async function reset(user: string): Promise<void> {
    await consents.inlineAction(user, 'Reset Consent');
    await workbench.window.modal.read();
    await workbench.window.modal.press('Reset Consent');
  }

  it('is empty at first, and says what will stand there', () =>
    withEvidence(workbench, 'journal-empty', async () => {
      const { window } = workbench;
      await window.runCommand('Reconsent: Show Journal');
      const welcome = window.page.getByText('No reset has been recorded on this computer.');
      await welcome.waitFor();
      await window.screenshot('journal-empty');
    }));

  it('shows a reset while it runs and how it ended, without being asked', () =>
    withEvidence(workbench, 'journal-verified', async () => {
      await reset(alice);
      const row = await journal.waitForRow(alice, ({ description }) => description.startsWith('verified · '));
      assert.match(row.description, /^verified · \d\d:\d\d:\d\d · Sandbox$/);
      assert.match(row.ariaLabel, /^alice\.test@example\.com, verified, .*, project Sandbox/);
    }));

  it('shows the facts of an entry as a read-only page', () =>
    withEvidence(workbench, 'journal-page', async () => {
      const { window } = workbench;
      await journal.select(alice);
      const editor = window.page.locator('.editor-instance .monaco-editor .view-lines').first();
      await editor.waitFor();
      const page = await window.waitUntil('the page of the entry', async () => {
        const text = (await linesOf(editor)).replaceAll('\u00a0', ' ');
        return text.includes('Operation id') ? text : undefined;
      });
      assert.match(page, /Reset of alice\.test@example\.com in Sandbox/);
      assert.match(page, /Outcome +verified/);
      assert.match(page, new RegExp(`Address +${workbench.sandboxOrigin}`));
      await window.parkPointer();
      await window.screenshot('journal-page');
      await window.page.keyboard.press('ControlOrMeta+End');
      await editor.click();
      await window.page.keyboard.type('x');
      assert.doesNotMatch(await linesOf(editor), /x$/);
    }));

  it('verifies an outcome that is unknown, from its row, without another reset', () =>
    withEvidence(workbench, 'journal-verify', async () => {
      const { window } = workbench;
      await sandbox.loseAnswers();
      await reset(bob);
      await consents.waitForRow(bob, ({ description }) => description === 'checking that it is gone…');
      await consents.inlineAction(bob, 'Cancel or Stop Waiting');
      await journal.waitForRow(bob, ({ description }) => description.startsWith('outcome unknown · '));
      await window.clearNotifications();
      const menu = await journal.menuItems(bob);
      assert.deepEqual(menu, ['Verify This Reset', 'Dismiss This Outcome', 'Show Details', 'Copy Operation Id']);
      await window.parkPointer();
      await window.screenshot('journal-unknown');
      await sandbox.mend();
      const before = (await sandbox.resets()).length;
      await journal.inlineAction(bob, 'Verify This Reset');
      await journal.waitForRow(bob, ({ description }) => description.startsWith('verified · '));
      await consents.waitForRow(bob, ({ description }) => description === 'needs consent · reset verified');
      assert.equal((await sandbox.resets()).length, before);
    }));

  it('filters by identity, says so beside its title, and shows everything again', () =>
    withEvidence(workbench, 'journal-filter', async () => {
      const { window } = workbench;
      const { quickInput } = window;
      await window.runCommand('Reconsent: Filter Journal…');
      await quickInput.shown('Filter the journal');
      assert.deepEqual(await quickInput.options(), ['Outcome', 'Project', 'Identity', 'Text']);
      await quickInput.choose('Identity');
      await quickInput.choose(bob);
      await window.waitUntil('the rows of one identity', async () => {
        const rows = await journal.rows();
        return rows.length === 1 && rows[0]?.label === bob;
      });
      await window.page.locator('.pane-header').filter({ hasText: 'Journal' }).filter({ hasText: bob }).waitFor();
      await window.parkPointer();
      await window.screenshot('journal-filtered');
    }));

  it('exports what the filter shows', () =>
    withEvidence(workbench, 'journal-export', async () => {
      const { window } = workbench;
      const { quickInput } = window;
      const path = join(workbench.folder, 'journal.csv');
      await window.runCommand('Reconsent: Export Journal…');
      await quickInput.shown('Export the 1 operation that matches the filter');
      await window.screenshot('journal-export');
      await quickInput.choose('CSV');
      await window.waitUntil('the save dialog', async () => (await quickInput.read()).value.endsWith('.csv'));
      await quickInput.type(path);
      await quickInput.accept();
      await window.page.getByText('1 operation exported').waitFor();
      const [header = '', row = '', ...rest] = readFileSync(path, 'utf8').split('\r\n');
      assert.match(header, /^\ufeff"operationId","project","identity"/);
      assert.match(row, /"Sandbox","bob\.test@example\.com"/);
      assert.match(row, /"verified"/);
      assert.deepEqual(rest, ['']);
      await window.runCommand('Reconsent: Clear Journal Filter');
      await journal.waitForRow(alice);
    }));

  it('hears what another window has done', () =>
    withEvidence(workbench, 'journal-windows', async () => {
      await workbench.window.runCommand('Reconsent: Start Sandbox');
      const other = await workbench.openWindow();
      const tree = await other.openReconsent();
      await tree.waitForRow(alice, () => true, 60_000);
      const before = (await journal.rows()).length;
      await other.runCommand('Reconsent: Check All Consents');
      await tree.waitForRow(alice, ({ description }) => description.startsWith('granted'), 60_000);
      await tree.inlineAction(alice, 'Reset Consent');
      await other.modal.read();
      await other.modal.press('Reset Consent');
      await workbench.window.waitUntil('the reset of the other window', async () => {
        const rows = await journal.rows();
        return rows.length === before + 1 && rows[0]?.description.startsWith('verified');
      });
      await other.page.close();
    }));
});
