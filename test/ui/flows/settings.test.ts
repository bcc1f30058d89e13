import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { repoRoot } from '../../../scripts/host/paths';
import { openWorkbench, type Workbench, withEvidence } from '../driver';
import { SettingsFile } from '../settingsFile';
import { linesOf } from '../text';

const shop = { id: 'shop', provider: 'googleDataPortability', clientId: 'abc.apps.googleusercontent.com' };
const { clientId, ...withoutClient } = shop;
const stepMs = 10_000;

describe('reconsent.projects as a document, in a real workbench', () => {
  let workbench: Workbench;
  let path: string;
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
    path = join(workbench.server.dataFolder, 'user', 'User', 'settings.json');
    editor = page.locator('.editor-group-container.active .editor-instance .monaco-editor').first();
    squiggles = editor.locator('.squiggly-error');
  });

  after(() => workbench?.close());

  // What a test has left unsaved would be in the next one's way.
  afterEach(async () => {
    const { window } = workbench;
    await window.runCommand('File: Revert File');
    await window.runCommand('View: Close All Editors');
    await editor.waitFor({ state: 'hidden' });
  });

  async function text(): Promise<string> {
    return (await linesOf(editor.locator('.view-lines'))).replaceAll('\u00a0', ' ');
  }

  /** Writes the settings with that one project, as another program would. */
  function write(project: object): void {
    const settings: Record<string, unknown> = JSON.parse(readFileSync(path, 'utf8'));
    writeFileSync(path, JSON.stringify({ ...settings, 'reconsent.projects': [project] }, null, 2));
  }

  /** Opens the settings with that one project, and waits until they are read. */
  async function openFile(project: object): Promise<void> {
    const { window } = workbench;
    write(project);
    // By its path: this build of the workbench gives the user's settings an address without a host, and then no extension's
    // problems reach the document.
    await window.runCommand('File: Open File...');
    await window.waitUntil('the file dialog', async () => (await window.quickInput.read()).value.startsWith('/'));
    await window.quickInput.type(join(path, '..', '/'));
    await window.quickInput.choose('settings.json');
    await squiggles.first().waitFor({ timeout: 60_000 });
  }

  /** Puts the cursor behind a text that is there once, in the document as it was saved. What opens late may take the focus: then it is gone to again. */
  async function goBehind(found: string): Promise<void> {
    const { page, quickInput } = workbench.window;
    const document = readFileSync(path, 'utf8');
    const [before = '', ...others] = document.split(found);
    assert.equal(others.length, 1, `${found} in\n${document}`);
    const lines = `${before}${found}`.split('\n');
    const [line, column] = [lines.length, (lines.at(-1) ?? '').length + 1];
    const position = page.locator('.part.statusbar').getByText(`Ln ${line}, Col ${column}`, { exact: true });
    for (let attempt = 1; ; attempt++) {
      try {
        await page.keyboard.press('F1');
        await quickInput.type(`:${line}:${column}`, stepMs);
        await quickInput.accept();
        await position.waitFor({ timeout: stepMs });
        await page.locator('.editor-instance .monaco-editor.focused').waitFor({ timeout: stepMs });
        return;
      } catch (thrown) {
        if (attempt === 4) throw thrown;
        if (await quickInput.isShowing()) await page.keyboard.press('Escape');
      }
    }
  }

  /** Opens the menu of quick fixes at the cursor. Markers that change just then close it again: as a person would, it is asked for anew. */
  async function quickFixes(expected: string): Promise<Locator> {
    const { page } = workbench.window;
    const menu = page.locator('.action-widget');
    for (let attempt = 1; ; attempt++) {
      await page.keyboard.press('ControlOrMeta+.');
      try {
        await menu.getByText(expected).waitFor({ timeout: stepMs });
        return menu;
      } catch (thrown) {
        if (attempt === 4) throw thrown;
        await page.keyboard.press('Escape');
      }
    }
  }

  it('marks an unknown key where it stands, and a quick fix mends it from the keyboard, unsaved', () =>
    withEvidence(workbench, 'settings-fix', async () => {
      const { window } = workbench;
      await openFile({ ...withoutClient, clientID: clientId });
      await goBehind('"clientI');
      const menu = await quickFixes('Change to "clientId"');
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
      await openFile({ ...shop, clientSecret: 'GOCSPX-planted' });
      await goBehind('"clientSecre');
      await window.runCommand('Show or Focus Hover');
      const hover = window.page.locator('.monaco-hover:visible').filter({ hasText: 'looks like a secret' });
      await hover.waitFor();
      assert.match(await linesOf(hover), /replace it at the service/);
      await window.screenshot('settings-secret');
      await window.page.keyboard.press('Escape');
      await goBehind('"clientSecre');
      await quickFixes('Remove "clientSecret" from Settings');
      await window.page.keyboard.press('Enter');
      await window.waitUntil('the secret to be gone', async () => !(await text()).includes('planted'));
      await squiggles.first().waitFor({ state: 'detached' });
    }));

  it('marks a file that cannot be used, where it is named', () =>
    withEvidence(workbench, 'settings-file', async () => {
      const { window } = workbench;
      const missing = join(workbench.folder, 'company-ca.pem');
      const tpp = { id: 'tpp', provider: 'venafiTpp', endpoint: 'https://tpp.example', clientId: 'reconsent' };
      // Files are read for what has been saved, and this workbench does not hear of what other programs write.
      await new SettingsFile(workbench).set('reconsent.projects', [{ ...tpp, caBundle: missing }]);
      await window.runCommand('View: Close All Editors');
      await openFile({ ...tpp, caBundle: missing });
      await window.page.keyboard.press('ControlOrMeta+Shift+M');
      const problem = window.page.locator('.markers-panel').getByText(`"caBundle": ${missing} does not exist.`);
      await problem.waitFor();
      await window.screenshot('settings-file');
      writeFileSync(missing, 'not yet a certificate');
      await goBehind('"caBundle"');
      await window.page.keyboard.type(' ');
      await window.page.locator('.markers-panel').getByText('holds no certificate').waitFor();
      assert.equal(await problem.isVisible(), false);
      await window.page.keyboard.press('ControlOrMeta+J');
      await window.page.locator('.markers-panel').waitFor({ state: 'hidden' });
    }));

  it('completes with the keys of the provider, and with no others', () =>
    withEvidence(workbench, 'settings-completion', async () => {
      const { window } = workbench;
      write(shop);
      await window.runCommand('Preferences: Open User Settings (JSON)');
      await window.waitUntil('the settings', async () => (await text()).includes('"clientId": "abc'));
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
