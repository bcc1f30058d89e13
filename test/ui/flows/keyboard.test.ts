import assert from 'node:assert/strict';
import { repoRoot } from '../../../scripts/host/paths';
import { openWorkbench, type Workbench, withEvidence } from '../driver';
import { SandboxView } from '../sandboxView';
import type { TreeView } from '../treeView';

const alice = 'alice.test@example.com';
const bob = 'bob.test@example.com';

describe('the views without a mouse, in a real workbench', () => {
  let workbench: Workbench;
  let sandbox: SandboxView;
  let consents: TreeView;

  before(async () => {
    workbench = await openWorkbench({ version: 'newest', linked: [repoRoot], ownSandbox: true, theme: 'dark' });
    sandbox = new SandboxView(workbench.sandboxOrigin);
    consents = workbench.window.tree('Consents');
  });

  after(() => workbench?.close());

  const press = (key: string): Promise<void> => workbench.window.page.keyboard.press(key);
  const ask = (script: string): Promise<string> => workbench.window.page.evaluate<string>(script);
  const focused = (): Promise<string> => ask(nameOfFocus);
  const rowAtHand = (): Promise<string> => ask(nameOfRow);

  /** Chooses from the palette with Enter. What is offered is what was known when it opened. */
  async function run(command: string): Promise<void> {
    const { quickInput, waitUntil } = workbench.window;
    const found = await waitUntil(`"${command}" to be offered`, async () => {
      await press('F1');
      await quickInput.type(`>${command}`);
      const at = await waitUntil('the list', () => placeOf(command), 3_000).catch(() => undefined);
      if (!at) await quickInput.dismiss();
      return at;
    });
    for (let step = 0; step < found.place; step++) await press('ArrowDown');
    await quickInput.accept();
  }

  async function placeOf(command: string): Promise<{ readonly place: number } | undefined> {
    const place = (await workbench.window.quickInput.options()).findIndex((option) => option.endsWith(command));
    return place < 0 ? undefined : { place };
  }

  /** Presses the key until something of that name has the focus. */
  async function goTo(name: RegExp, key: string, where = focused): Promise<void> {
    const passed: string[] = [];
    for (let steps = 0; steps < 40; steps++) {
      const here = await where();
      if (name.test(here)) return;
      passed.push(here);
      await press(key);
    }
    assert.fail(`${key} does not lead to ${name}, but to ${passed.join(' | ')}`);
  }

  /** Types the beginning of the row's name. */
  async function goToRow(letters: string, name: string): Promise<void> {
    const { page, waitUntil } = workbench.window;
    await press('Home');
    await page.keyboard.type(letters);
    await waitUntil(`the row of ${name}`, async () => (await rowAtHand()).startsWith(name));
  }

  async function chooseFromMenu(key: string, item: string): Promise<void> {
    const { page } = workbench.window;
    await press(key);
    await page.locator('.monaco-menu').first().waitFor();
    const atHand = page.locator('.monaco-menu .action-item.focused .action-label');
    const nameAtHand = async (): Promise<string> =>
      (await atHand.count()) === 0 ? '' : ((await atHand.first().getAttribute('aria-label')) ?? '');
    await goTo(new RegExp(`^${item}$`), 'ArrowDown', nameAtHand);
    await press('Enter');
  }

  /** A view that is only being made loses the focus it was given: then a person asks once more. */
  async function focusConsents(): Promise<void> {
    const { waitUntil } = workbench.window;
    const hasFocus = async (): Promise<boolean> => /^(Welcome|Consents)/.test(await focused());
    await waitUntil('the view to have the focus', async () => {
      await run('Reconsent: Focus on Consents View');
      return waitUntil('the focus', hasFocus, 3_000).catch(() => undefined);
    });
  }

  it('begin at the buttons of the welcome', () =>
    withEvidence(workbench, 'keyboard-welcome', async () => {
      await focusConsents();
      assert.match(await focused(), /^Welcome/);
      for (const name of ['Get Started', 'Try the Sandbox', 'Add a Project']) {
        await press('Tab');
        assert.equal(await focused(), name);
      }
      await press('Shift+Tab');
      assert.equal(await focused(), 'Try the Sandbox');
      await press('Enter');
      for (const user of [alice, bob]) {
        await consents.waitForRow(user, ({ description }) => description.startsWith('granted'), 60_000);
      }
    }));

  it('lead to an identity by its letters, and open and close it with Enter', () =>
    withEvidence(workbench, 'keyboard-row', async () => {
      await focusConsents();
      await goToRow('bob', bob);
      await press('Enter');
      await consents.waitForRow(bob, ({ expanded }) => expanded === true);
      await press('ArrowDown');
      await workbench.window.waitUntil('a detail of it', async () => /^Scope /.test(await rowAtHand()));
      await press('ArrowLeft');
      await workbench.window.waitUntil('the identity', async () => (await rowAtHand()).startsWith(bob));
      await press('Enter');
      await consents.waitForRow(bob, ({ expanded }) => expanded === false);
    }));

  it('ask before a reset from the menu of the row; Escape says nothing, and gives the focus back', () =>
    withEvidence(workbench, 'keyboard-escape', async () => {
      const { window } = workbench;
      await chooseFromMenu('Shift+F10', 'Reset Consent');
      const { buttons } = await window.modal.read();
      assert.deepEqual(buttons.toSorted(), ['Cancel', 'Reset Consent']);
      // VS Code never gives the focus of a modal to Cancel first; no extension can change that.
      assert.equal(await focused(), 'Reset Consent');
      await window.screenshot('keyboard-question');
      await window.modal.dismiss();
      await window.waitUntil('the row to have the focus', async () => (await rowAtHand()).startsWith(bob));
      await consents.waitForRow(bob, ({ description }) => description.startsWith('granted'));
      assert.deepEqual(await window.notifications(), []);
      assert.deepEqual(await sandbox.resets(), []);
    }));

  it('reset nothing when the focus has gone to Cancel', () =>
    withEvidence(workbench, 'keyboard-cancel', async () => {
      const { window } = workbench;
      await chooseFromMenu('ContextMenu', 'Reset Consent');
      await window.modal.read();
      await goTo(/^Cancel$/, 'Tab');
      await press('Enter');
      await window.waitUntil('the question to go', async () => !(await window.modal.isShowing()));
      await consents.waitForRow(bob, ({ description }) => description.startsWith('granted'));
      assert.deepEqual(await sandbox.resets(), []);
    }));

  it('reset what is confirmed, and say so in the row', () =>
    withEvidence(workbench, 'keyboard-reset', async () => {
      const { window } = workbench;
      await focusConsents();
      await goToRow('bob', bob);
      await chooseFromMenu('Shift+F10', 'Reset Consent');
      await window.modal.read();
      await press('Enter');
      await consents.waitForRow(bob, ({ description }) => description === 'needs consent · reset verified');
      assert.equal((await sandbox.resets()).length, 1);
      assert.match(await rowAtHand(), new RegExp(`^${bob}, needs consent, reset verified, project Sandbox`));
    }));

  it('lead to the buttons of the title of the view', () =>
    withEvidence(workbench, 'keyboard-title', async () => {
      await focusConsents();
      await press('Shift+Tab');
      await goTo(/^(Add Project…|Check All Consents|Edit Projects in Settings)/, 'Shift+Tab');
      await press('ArrowRight');
      assert.match(await focused(), /^(Check All Consents|Edit Projects in Settings|Views and More Actions)/);
    }));
});

/** What a screen reader says of the element with the focus. Runs in the page, as the others below. */
const nameOfFocus = `((element) => (element.getAttribute('aria-label') ?? element.textContent).trim())(document.activeElement)`;

/** The row of the focused tree that the keys act on. */
const nameOfRow = `document.activeElement.closest('.monaco-list')
  ?.querySelector('.monaco-list-row.focused')?.getAttribute('aria-label') ?? ''`;
