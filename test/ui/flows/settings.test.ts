import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { repoRoot } from '../../../scripts/host/paths';
import { openWorkbench, type Workbench, withEvidence } from '../driver';
import { linesOf } from '../text';

const shop = { id: 'shop', provider: 'googleDataPortability', clientID: 'abc.apps.googleusercontent.com' };

describe('reconsent.projects as a document, in a real workbench', () => {
  let workbench: Workbench;
  let editor: Locator;
  let squiggles: Locator;

  before(async () => {
    workbench = await openWorkbench({
      version: 'newest',
      linked: [repoRoot],
      size: { width: 1100, height: 700 },
      settings: {
        'window.commandCenter': false,
        'workbench.editor.useModal': 'off',
        'editor.minimap.enabled': false,
        'reconsent.projects': [shop],
      },
    });
    const { page } = workbench.window;
    editor = page.locator('.editor-group-container.active .editor-instance .monaco-editor').first();
    squiggles = editor.locator('.squiggly-error');
  });

  after(() => workbench?.close());

  async function text(): Promise<string> {
    return (await linesOf(editor.locator('.view-lines'))).replaceAll('\u00a0', ' ');
  }

  /** Puts the cursor behind the first place of that text, as a person does: by searching for it. */
  async function goBehind(found: string): Promise<void> {
    const { page } = workbench.window;
    await page.keyboard.press('ControlOrMeta+Home');
    await page.keyboard.press('ControlOrMeta+F');
    const field = editor
      .locator('.find-widget.visible .find-part textarea, .find-widget.visible .find-part input')
      .first();
    await field.fill(found);
    await page.keyboard.press('Enter');
    await editor.locator('.find-widget .matchesCount').filter({ hasText: /^1 of/ }).waitFor();
    await workbench.window.waitUntil('the search to close', async () => {
      await page.keyboard.press('Escape');
      return (await editor.locator('.find-widget.visible').count()) === 0;
    });
    await page.keyboard.press('ArrowRight');
  }

  it('marks an unknown key where it stands, and a quick fix mends it from the keyboard, unsaved', () =>
    withEvidence(workbench, 'settings-fix', async () => {
      const { window } = workbench;
      // By its path: this build of the workbench gives the user's settings an address without a host, and then no extension's
      // problems reach the document.
      await window.runCommand('File: Open File...');
      await window.waitUntil('the file dialog', async () => (await window.quickInput.read()).value.startsWith('/'));
      await window.quickInput.type(join(workbench.server.dataFolder, 'user', 'User', '/'));
      await window.quickInput.choose('settings.json');
      await squiggles.first().waitFor({ timeout: 60_000 });
      await editor.locator('.view-lines').click();
      await goBehind('"clientI');
      await window.page.keyboard.press('ControlOrMeta+.');
      const menu = window.page.locator('.action-widget');
      await menu.getByText('Change to "clientId"').waitFor();
      await menu.getByText('Remove "clientID"').waitFor();
      await window.screenshot('settings-fix');
      await window.page.keyboard.press('Enter');
      await window.waitUntil('the key to be mended', async () => (await text()).includes('"clientId": "abc'));
      await squiggles.first().waitFor({ state: 'detached' });
      assert.doesNotMatch(await text(), /clientID/);
    }));

  it('says what a secret is that stands there, with its problem under the pointer', () =>
    withEvidence(workbench, 'settings-secret', async () => {
      const { window } = workbench;
      await goBehind('"googleDataPortability"');
      await window.page.keyboard.type(',');
      await window.page.keyboard.press('Enter');
      await window.page.keyboard.type('"clientSecret": "GOCSPX-planted"');
      await squiggles.first().waitFor();
      await goBehind('"clientSecre');
      await window.runCommand('Show or Focus Hover');
      const hover = window.page.locator('.monaco-hover:visible').filter({ hasText: 'looks like a secret' });
      await hover.waitFor();
      assert.match(await linesOf(hover), /replace it at the service/);
      await window.screenshot('settings-secret');
      await window.page.keyboard.press('Escape');
      await editor.locator('.view-lines').click();
      await goBehind('"clientSecre');
      await window.page.keyboard.press('ControlOrMeta+.');
      await window.page.locator('.action-widget').getByText('Remove "clientSecret" from Settings').waitFor();
      await window.page.keyboard.press('Enter');
      await window.waitUntil('the secret to be gone', async () => !(await text()).includes('planted'));
      await squiggles.first().waitFor({ state: 'detached' });
    }));

  it('completes with the keys of the provider, and with no others', () =>
    withEvidence(workbench, 'settings-completion', async () => {
      const { window } = workbench;
      await window.runCommand('File: Save');
      await window.runCommand('Reconsent: Edit Projects in Settings');
      await window.waitUntil('the mended settings', async () => (await text()).includes('"clientId": "abc'));
      await editor.locator('.view-lines').click();
      await goBehind('"googleDataPortability"');
      await window.page.keyboard.type(',');
      await window.page.keyboard.press('Enter');
      await window.page.keyboard.type('"');
      await window.page.keyboard.press('ControlOrMeta+Space');
      const suggestions = window.page.locator('.suggest-widget.visible .monaco-list-row .label-name');
      await suggestions.filter({ hasText: 'quotaUser' }).waitFor();
      const offered = (await suggestions.allInnerTexts()).map((name) => name.trim());
      await window.screenshot('settings-completion');
      for (const key of ['apiVersion', 'endpoint', 'name', 'oauthEndpoint', 'redirectUri', 'scopes']) {
        assert.ok(offered.includes(key), `${key} is not among ${offered.join(', ')}`);
      }
      for (const key of ['firebaseProject', 'caBundle', 'appleTeamId', 'clientId'])
        assert.ok(!offered.includes(key), key);
      await window.page.keyboard.press('Escape');
    }));
});
