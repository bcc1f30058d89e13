import assert from 'node:assert/strict';
import { companionFolder } from '../../scripts/host/companion';
import { repoRoot } from '../../scripts/host/paths';
import { openWorkbench, type Workbench, withEvidence } from './driver';

const alice = 'alice.test@example.com';
const bob = 'bob.test@example.com';

/** The README's pictures, taken on the way through a reset; `npm run pictures` puts them into `media`. */
for (const theme of ['light', 'dark'] as const) {
  describe(`pictures, ${theme}`, () => {
    let workbench: Workbench;
    before(async () => {
      workbench = await openWorkbench({
        version: 'newest',
        linked: [repoRoot, companionFolder],
        theme,
        size: { width: 960, height: 560 },
        settings: { 'workbench.layoutControl.enabled': false, 'window.commandCenter': false },
      });
    });
    after(() => workbench?.close());

    it('shows tree, status bar and confirmation, then the verified outcome', () =>
      withEvidence(workbench, `pictures-${theme}`, async () => {
        const { window } = workbench;
        const tree = await window.openReconsent();
        await tree.waitForRow(bob, ({ description }) => description.startsWith('granted'), 60_000);
        await window.widenSideBar(420);
        await tree.select(alice);
        await tree.row(bob).click({ modifiers: ['Shift'] });
        await tree.menuAction(bob, 'Reset Consents…');
        assert.match((await window.modal.read()).message, /Reset 2 consents\?/);
        await window.screenshot(`picture-bulk-${theme}`);
        await window.modal.dismiss();
        await tree.select(alice);
        await tree.inlineAction(alice, 'Reset Consent');
        const question = await window.modal.read();
        assert.match(question.message, /alice\.test@example\.com in Sandbox/);
        assert.match(question.detail, /cannot be undone/);
        await window.screenshot(`picture-confirm-${theme}`);
        await window.modal.press('Reset Consent');
        await tree.waitForRow(alice, ({ description }) => description === 'needs consent · reset verified');
        await window.statusItem('reconsent.quickReset').getByText(alice).waitFor();
        await tree.expand(alice);
        await tree.waitForRow('Last reset: verified');
        await window.parkPointer();
        await window.screenshot(`picture-verified-${theme}`);
      }));
  });
}
