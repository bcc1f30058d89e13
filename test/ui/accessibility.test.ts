import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { repoRoot } from '../../scripts/host/paths';
import { violations } from './axe';
import { contrasts } from './contrast';
import { openWorkbench, type Workbench, withEvidence } from './driver';
import { SandboxView } from './sandboxView';
import { SettingsFile } from './settingsFile';
import type { TreeView } from './treeView';

const alice = 'alice.test@example.com';
const bob = 'bob.test@example.com';

const sideBar = '.part.sidebar';
const ourItem = '.part.statusbar [id$=".reconsent.quickReset"]';

/** Where VS Code shows the like of what we show. */
const surfaces = { views: sideBar, status: ourItem } as const;
type Surface = keyof typeof surfaces;

const themes = [
  { name: 'Default High Contrast', css: 'hc-black', text: 4.5, icon: 3 },
  { name: 'Default High Contrast Light', css: 'hc-light', text: 4.5, icon: 3 },
  { name: 'Default Dark Modern', css: 'vs-dark', text: 4.5, icon: 3 },
  { name: 'Default Light Modern', css: 'vs', text: 4.5, icon: 3 },
] as const;

describe('accessibility in a real workbench', () => {
  let workbench: Workbench;
  let settings: SettingsFile;
  let consents: TreeView;
  /** What VS Code's own views and items break. */
  const excused: Record<Surface, Set<string>> = {
    views: new Set(),
    status: new Set(),
  };

  before(async () => {
    workbench = await openWorkbench({
      version: 'newest',
      linked: [repoRoot],
      ownSandbox: true,
      theme: 'high-contrast',
      size: { width: 1200, height: 1600 },
      settings: { 'window.commandCenter': false, 'workbench.editor.useModal': 'off' },
    });
    settings = new SettingsFile(workbench);
  });

  after(() => workbench?.close());

  async function excuse(surface: Surface, selector: string): Promise<void> {
    for (const { kind } of await violations(workbench.window.page, selector)) excused[surface].add(kind);
  }

  /** What is worse with us than with VS Code itself. */
  async function judge(surface: Surface): Promise<readonly string[]> {
    const found = await violations(workbench.window.page, surfaces[surface]);
    return found.filter(({ kind }) => !excused[surface].has(kind)).map(({ kind, html }) => `${kind}: ${html}`);
  }

  it('of VS Code itself is what ours is measured by', () =>
    withEvidence(workbench, 'accessibility-excused', async () => {
      const { window } = workbench;
      const { page } = window;
      writeFileSync(join(workbench.folder, 'file.txt'), '');
      await window.runCommand('View: Show Explorer');
      await page.getByRole('treeitem', { name: 'file.txt' }).waitFor();
      await excuse('views', sideBar);
      await excuse('status', '.part.statusbar .statusbar-item:not([id*="reconsent"])');
    }));

  it('of the welcome, and of the rows after it, is no worse', () =>
    withEvidence(workbench, 'accessibility-welcome', async () => {
      const { window } = workbench;
      consents = await window.openReconsent();
      await window.button('Try the Sandbox').waitFor();
      assert.deepEqual(await judge('views'), []);
      await window.button('Try the Sandbox').click();
      for (const user of [alice, bob]) {
        await consents.waitForRow(user, ({ description }) => description.startsWith('granted'), 60_000);
      }
      assert.deepEqual(await judge('views'), []);
      assert.deepEqual(await judge('status'), []);
    }));

  it('of every row of a verified reset, of one whose outcome is unknown, and of the journal is no worse', () =>
    withEvidence(workbench, 'accessibility-outcomes', async () => {
      const { window } = workbench;
      const sandbox = new SandboxView(workbench.sandboxOrigin);
      const reset = async (user: string): Promise<void> => {
        await consents.inlineAction(user, 'Reset Consent');
        await window.modal.read();
        await window.modal.press('Reset Consent');
      };
      await reset(alice);
      await consents.waitForRow(alice, ({ description }) => description === 'needs consent · reset verified');
      await sandbox.loseAnswers();
      await reset(bob);
      await consents.waitForRow(bob, ({ description }) => description === 'checking that it is gone…');
      assert.deepEqual(await judge('views'), [], 'while it is busy');
      await consents.inlineAction(bob, 'Cancel or Stop Waiting');
      await consents.waitForRow(bob, ({ description }) => description.startsWith('outcome unknown'));
      await sandbox.mend();
      await window.clearNotifications();
      await window.runCommand('Reconsent: Show Journal');
      const journal = window.tree('Journal');
      await journal.waitForRow(alice, ({ description }) => description.startsWith('verified · '));
      await journal.waitForRow(bob, ({ description }) => description.startsWith('outcome unknown · '));
      await consents.expand(bob);
      assert.deepEqual(await judge('views'), []);
      assert.deepEqual(await judge('status'), []);
    }));

  for (const { name, css, text, icon } of themes) {
    it(`has enough contrast in ${name}`, () =>
      withEvidence(workbench, `accessibility-${css}`, async () => {
        const { window } = workbench;
        const { page } = window;
        await settings.set('workbench.colorTheme', name);
        await page.locator(`.monaco-workbench.${css}`).waitFor();
        await consents.select(bob);
        await window.parkPointer();
        await window.screenshot(`accessibility-${css}`);
        const ours = `${sideBar} .monaco-list, ${ourItem}, .part.activitybar [aria-label^="Reconsent"]`;
        const found = await contrasts(page, ours);
        const kinds = new Set(found.map(({ what }) => what));
        assert.deepEqual([...kinds].sort(), ['icon', 'text']);
        const faint = found.filter(({ what, ratio }) => !(ratio >= (what === 'text' ? text : icon)));
        assert.deepEqual(faint, []);
        assert.deepEqual(await judge('views'), []);
      }));
  }

  it('is judged by something that finds a row without a name, and text that can hardly be read', () =>
    withEvidence(workbench, 'accessibility-broken', async () => {
      const { page } = workbench.window;
      const row = consents.row(alice);
      await row.evaluate((element) => {
        element.setAttribute('aria-label', '');
        element.replaceChildren();
      });
      assert.match((await judge('views')).join('\n'), /aria-treeitem-name on treeitem/);
      const status = page.locator(`${ourItem} [role=button]`);
      await status.evaluate((element) => element.setAttribute('style', 'color: #888; background: #999'));
      const [worst] = await contrasts(page, ourItem);
      assert.ok(worst && worst.ratio < 2, JSON.stringify(worst));
    }));
});
