import assert from 'node:assert/strict';
import { companionFolder } from '../../scripts/host/companion';
import { repoRoot } from '../../scripts/host/paths';
import { openWorkbench, type Workbench, withEvidence } from './driver';
import type { TreeView } from './treeView';

const alice = 'alice.test@example.com';
const bob = 'bob.test@example.com';

describe('signing in through the consent page of the sandbox', () => {
  let workbench: Workbench;
  let tree: TreeView;
  before(async () => {
    workbench = await openWorkbench({ version: 'newest', linked: [repoRoot, companionFolder], ownSandbox: true });
    tree = await workbench.window.openReconsent();
    await tree.waitForRow(alice, ({ description }) => description.startsWith('granted'), 60_000);
  });
  after(() => workbench?.close());

  /** Starts *Sign In…*, ticks the scopes, and takes the link instead of the browser. */
  async function signInLink(identity: string, scopes: readonly string[]): Promise<string> {
    const { window } = workbench;
    await tree.menuAction(identity, 'Sign In…');
    await window.quickInput.shown();
    for (const scope of scopes) {
      await window.quickInput.type(scope);
      await window.quickInput.check(scope);
    }
    await window.quickInput.accept();
    const known = await window.modal.read();
    assert.match(known.detail, /Incremental auth/i, 'the page that never comes back is told before it can be met');
    await window.screenshot(`sign-in-${identity.split('.')[0]}-before`);
    await window.page.evaluate("navigator.clipboard.writeText('')");
    await window.modal.press('Copy Sign-in Link');
    return window.waitUntil('the link in the clipboard', async () => {
      const text = await window.page.evaluate('navigator.clipboard.readText()');
      return typeof text === 'string' && text.includes('/o/oauth2/v2/auth?') ? text : undefined;
    });
  }

  it('reset, consent with a scope unticked, and the tokens are there: granted with one scope, and the other named', () =>
    withEvidence(workbench, 'sign-in', async () => {
      const { window } = workbench;
      await tree.inlineAction(bob, 'Reset Consent');
      await window.modal.read();
      await window.modal.press('Reset Consent');
      await tree.waitForRow(bob, ({ description }) => description.startsWith('needs consent'));

      const link = new URL(await signInLink(bob, ['Chrome bookmarks', 'Reviews written in Maps']));
      assert.equal(link.searchParams.get('include_granted_scopes'), null);
      assert.equal(link.searchParams.get('code_challenge_method'), 'S256');
      const page = await workbench.context.newPage();
      await page.goto(link.href);
      await page.getByLabel('maps.reviews').uncheck();
      await page.getByRole('button', { name: 'Continue' }).click();
      await page.getByText(/close this/i).waitFor();
      await page.close();

      await tree.waitForRow(bob, ({ description }) => description.startsWith('granted · 1 scope'), 20_000);
      const [notice] = await window.waitUntil('the notice', async () => {
        const found = (await window.notifications()).filter((text) => text.includes('Not granted'));
        return found.length > 0 ? found : undefined;
      });
      assert.match(notice ?? '', /1 of 2 scopes.*maps\.reviews/);
      await window.screenshot('sign-in-partial');
      await tree.inlineAction(bob, 'Reset Consent');
      await window.modal.read();
      await window.modal.press('Reset Consent');
      await tree.waitForRow(bob, ({ description }) => description === 'needs consent · reset verified');
    }));

  it('opens the browser itself, with what was chosen last', () =>
    withEvidence(workbench, 'sign-in-browser', async () => {
      const { window } = workbench;
      await tree.menuAction(bob, 'Sign In…');
      await window.quickInput.shown('2 of 73 chosen');
      await window.quickInput.accept();
      await window.modal.read();
      const opening = workbench.context.waitForEvent('page');
      await window.modal.press('Open Browser');
      const page = await opening;
      await page.getByRole('button', { name: 'Continue' }).click();
      await page.getByText(/close this/i).waitFor();
      await page.close();
      await tree.waitForRow(bob, ({ description }) => description.startsWith('granted · 2 scopes'));
    }));
});
