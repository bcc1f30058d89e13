import assert from 'node:assert/strict';
import type { Locator } from 'playwright-core';
import { repoRoot } from '../../../scripts/host/paths';
import { openWorkbench, type Workbench, withEvidence } from '../driver';
import type { TreeView } from '../treeView';

const alice = 'alice.test@example.com';
const verified = 'needs consent · reset verified';

/**
 * A new user with nothing but the walkthrough. What is used is its buttons and what they open; each picture shows what that user
 * sees before the next step.
 */
describe('the walkthrough, from nothing to a verified reset', () => {
  let workbench: Workbench;
  let tree: TreeView;
  let guide: Locator;
  let pictures = 0;

  before(async () => {
    workbench = await openWorkbench({
      version: 'newest',
      linked: [repoRoot],
      size: { width: 1440, height: 860 },
      settings: { 'window.commandCenter': false, 'workbench.layoutControl.enabled': false },
    });
    tree = await workbench.window.openReconsent();
    guide = workbench.window.page.locator('.gettingStartedContainer');
  });

  after(() => workbench?.close());

  async function picture(name: string): Promise<void> {
    pictures += 1;
    await workbench.window.screenshot(`walkthrough-${pictures}-${name}`);
  }

  const step = (id: string): Locator => guide.locator(`.getting-started-step[data-step-id$="#${id}"]`);

  /** Opens a step and presses its one button. */
  async function press(id: string, button: string): Promise<void> {
    if ((await step(id).getAttribute('aria-expanded')) !== 'true') {
      await step(id).locator('.step-title').click();
      await picture(`${id}-step`);
    }
    const buttons = step(id).getByRole('button', { name: button, exact: true });
    await buttons.waitFor();
    await buttons.click();
  }

  async function done(id: string): Promise<void> {
    await step(id).and(guide.locator('[aria-checked=true]')).waitFor();
  }

  it('is offered where there is no project, and opened by nobody else', () =>
    withEvidence(workbench, 'walkthrough-open', async () => {
      const { page } = workbench.window;
      const link = page.locator('.part.sidebar .welcome-view-content a', { hasText: 'Get Started' });
      await link.waitFor();
      assert.equal(await step('sandbox').isVisible(), false);
      await picture('welcome');
      await link.click();
      await step('sandbox').waitFor();
      assert.equal(await guide.locator('.getting-started-step').count(), 5);
      await picture('open');
    }));

  it('leads to sandbox, project, identity, reset and task', () =>
    withEvidence(workbench, 'walkthrough', async () => {
      const { window, context } = workbench;
      const { quickInput, modal } = window;
      const began = performance.now();

      await press('sandbox', 'Try the Sandbox');
      await tree.waitForRow(alice, ({ description }) => description.startsWith('granted'));
      await done('sandbox');
      await picture('sandbox');

      await press('project', 'Add Project…');
      await quickInput.shown(/Add a project/);
      await picture('project-service');
      await quickInput.choose('Practice Project in the Sandbox');
      for (const place of ['2/6', '3/6', '4/6', '5/6']) {
        await quickInput.shown(new RegExp(place));
        if (place === '4/6') await picture('project-client');
        await quickInput.accept();
      }
      await quickInput.shown(/6\/6/);
      await picture('project-summary');
      await quickInput.choose('Add project');
      await tree.waitForRow('Practice');
      await done('project');
      await picture('project');

      await press('identity', 'Add Identity…');
      await quickInput.shown('Add an identity');
      await picture('identity-project');
      await quickInput.choose('Practice');
      await quickInput.shown(/Add an identity to Practice.*1\/3/);
      await quickInput.enter(alice);
      await quickInput.shown(/2\/3/);
      await quickInput.accept();
      await quickInput.shown(/3\/3/);
      await picture('identity-next');
      await quickInput.choose('Add and sign in…');
      await quickInput.shown(/chosen/);
      await picture('identity-scopes');
      await quickInput.check('Chrome bookmarks');
      await quickInput.accept();
      await modal.read();
      await picture('identity-browser');
      const opening = context.waitForEvent('page');
      await modal.press('Open Browser');
      const browser = await opening;
      await browser.getByRole('button', { name: 'Continue' }).click();
      await browser.getByText(/close this/i).waitFor();
      await browser.close();
      await window.waitUntil('two rows of alice', async () => {
        const rows = (await tree.rows()).filter(({ label }) => label === alice);
        return rows.filter(({ description }) => description.startsWith('granted')).length >= 2;
      });
      await done('identity');
      await picture('identity');

      await press('reset', 'Reset Consent');
      await quickInput.shown('Reset consent');
      await picture('reset-identity');
      await quickInput.type('Practice');
      await quickInput.choose(alice);
      assert.match((await modal.read()).message, /in Practice/);
      await picture('reset-question');
      await modal.press('Reset Consent');
      await tree.waitForRow(alice, ({ description }) => description === verified);
      await done('reset');
      await picture('reset');
      console.log(
        `      from the first button to the verified reset: ${Math.round((performance.now() - began) / 1_000)} s`,
      );

      await press('debug', 'Allow Unattended Reset…');
      await quickInput.type('Practice');
      await quickInput.choose(alice);
      await quickInput.shown('Allow unattended reset');
      await quickInput.accept();
      await modal.read();
      await picture('debug-question');
      await modal.press('Allow');
      await done('debug');
      await picture('debug');
    }));
});
