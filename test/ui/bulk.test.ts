import assert from 'node:assert/strict';
import { companionFolder } from '../../scripts/host/companion';
import { repoRoot } from '../../scripts/host/paths';
import { openWorkbench, type Workbench, withEvidence } from './driver';
import type { TreeView } from './treeView';

const alice = 'alice.test@example.com';
const bob = 'bob.test@example.com';
const granted = ({ description }: { readonly description: string }): boolean => description.startsWith('granted');

interface Reset {
  readonly user: string;
}

/** The service itself, past the extension. */
async function control<T>({ sandboxOrigin }: Workbench, method: string, path: string, body?: unknown): Promise<T> {
  const answer = await fetch(new URL(`/__sandbox/${path}`, sandboxOrigin), {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });
  assert.ok(answer.ok, `${method} ${path}: ${answer.status}`);
  return (await answer.json()) as T;
}

async function resets(workbench: Workbench): Promise<readonly string[]> {
  return (await control<readonly Reset[]>(workbench, 'GET', 'google/resets')).map(({ user }) => user).sort();
}

for (const version of ['newest'] as const) {
  describe(`resetting several consents in a real workbench, VS Code ${version}`, () => {
    let workbench: Workbench;
    let tree: TreeView;

    before(async () => {
      workbench = await openWorkbench({ version, linked: [repoRoot, companionFolder] });
      tree = await workbench.window.openReconsent();
      await workbench.window.widenSideBar(520);
      for (const user of [alice, bob]) await tree.waitForRow(user, granted, 60_000);
    });

    after(() => workbench?.close());

    async function selectBoth(): Promise<void> {
      await tree.select(alice);
      await tree.row(bob).click({ modifiers: ['Shift'] });
    }

    it('names all of them in one question, and sends nothing when it is dismissed', () =>
      withEvidence(workbench, `bulk-dismiss-${version}`, async () => {
        const { window } = workbench;
        const { modal } = window;
        await selectBoth();
        assert.ok(!(await tree.menuItems(bob)).includes('Reset Consent'), 'what is for one row is not offered');
        await tree.menuAction(bob, 'Reset Consents…');
        const question = await modal.read();
        await window.screenshot(`bulk-question-${version}`);
        assert.match(question.message, /Reset 2 consents\?/);
        for (const user of [alice, bob]) assert.ok(question.detail.includes(user), question.detail);
        assert.ok(question.buttons.includes('Reset 2 Consents'), question.buttons.join());
        await modal.dismiss();
        await tree.waitForRow(alice, granted);
        assert.deepEqual(await resets(workbench), []);
      }));

    it('waits for the quota, says until when, and leaves the rest alone when it is cancelled', () =>
      withEvidence(workbench, `bulk-quota-${version}`, async () => {
        const { window } = workbench;
        await control(workbench, 'POST', 'google/faults', { name: 'rateLimitExceeded', route: 'reset' });
        await selectBoth();
        await tree.menuAction(bob, 'Reset Consents…');
        await window.modal.read();
        await window.modal.press('Reset 2 Consents');
        await window.notification(/0 of 2, waiting until \d\d:\d\d:\d\d for the quota/);
        const waiting = await tree.waitForRow(alice, ({ description }) => description.startsWith('waiting'));
        assert.match(waiting.ariaLabel, /waiting for its turn/);
        await window.screenshot(`bulk-waiting-${version}`);
        await window.pressInNotification(/waiting until/, 'Cancel');
        const summary = await window.notification(/None of the 2 consents is known to be reset: /);
        assert.match(await summary.innerText(), /refused/);
        await window.screenshot(`bulk-summary-${version}`);
        await window.pressInNotification(/None of the 2 consents/, 'Show Details');
        // The editor paints spaces that do not break.
        const report = window.page.locator('.editor-instance .view-lines');
        await report.filter({ hasText: /Not\sverified\s\(2\)/ }).waitFor();
        await window.screenshot(`bulk-report-${version}`);
        assert.deepEqual(await resets(workbench), []);
        await control(workbench, 'DELETE', 'faults', {});
      }));

    it('from the palette resets those that are granted, and says so in the rows', () =>
      withEvidence(workbench, `bulk-palette-${version}`, async () => {
        const { window } = workbench;
        await selectBoth();
        await window.runCommand('Reconsent: Reset Consents…');
        await window.quickInput.shown('Reset several consents');
        await window.screenshot(`bulk-scope-${version}`);
        await window.quickInput.choose('Selected in the tree');
        await window.modal.read();
        await window.modal.press('Reset 2 Consents');
        for (const user of [alice, bob]) {
          const row = await tree.waitForRow(user, ({ description }) => description.startsWith('needs consent'), 60_000);
          assert.match(row.ariaLabel, /verified/);
        }
        await window.screenshot(`bulk-done-${version}`);
        assert.deepEqual(await resets(workbench), [alice, bob]);
      }));
  });
}
