import assert from 'node:assert/strict';
import { companionFolder } from '../../scripts/host/companion';
import { repoRoot } from '../../scripts/host/paths';
import { type Language, languages, translatedTexts } from '../../scripts/l10n/bundles';
import { untranslated } from '../../src/core/outcomeText';
import { openWorkbench, type Workbench, withEvidence } from './driver';
import type { TreeView } from './treeView';

const alice = 'alice.test@example.com';

/** The translation of an English text, which has to be another one. */
function said(language: Language, english: string, values: Readonly<Record<string, string>> = {}): string {
  const text = translatedTexts(language).code[english];
  assert.ok(text !== undefined && text !== english, `${language} has no "${english}"`);
  return untranslated(text, values);
}

function titled(language: Language, key: string): string {
  const text = translatedTexts(language).manifest[key];
  assert.ok(text !== undefined, `${language} has no ${key}`);
  return text;
}

for (const language of languages) {
  describe(`a real workbench in another language, ${language}`, () => {
    let workbench: Workbench;
    let tree: TreeView;

    before(async () => {
      workbench = await openWorkbench({ version: 'newest', linked: [repoRoot, companionFolder], language });
      tree = await workbench.window.openReconsent(titled(language, 'view.consents.name'));
      await workbench.window.widenSideBar(420);
    });

    after(() => workbench?.close());

    it('tells the state of a consent in that language', () =>
      withEvidence(workbench, `language-${language}-tree`, async () => {
        const granted = said(language, 'granted');
        const row = await tree.waitForRow(alice, ({ description }) => description.startsWith(granted), 60_000);
        assert.match(row.description, new RegExp(said(language, '{count} scopes', { count: '\\d+' })));
        await tree.expand(alice);
        await tree.waitForRow('chrome.history', ({ description }) => description === said(language, 'time-based'));
        await workbench.window.parkPointer();
        await workbench.window.screenshot(`language-${language}-tree`);
      }));

    it('asks for a confirmation in that language, and takes it', () =>
      withEvidence(workbench, `language-${language}-modal`, async () => {
        const { window } = workbench;
        await tree.inlineAction(alice, titled(language, 'command.resetConsent.title'));
        const question = await window.modal.read();
        const asked = said(language, 'Reset the consent of {identity} in {project}?', {
          identity: alice,
          project: 'Sandbox',
        });
        assert.ok(question.message.endsWith(asked), question.message);
        const undone = 'Sent to {origin}. This cannot be undone: only a new consent gives access again.';
        assert.ok(question.detail.includes(said(language, undone, { origin: workbench.sandboxOrigin })));
        assert.ok(question.buttons.includes(said(language, 'Reset Consent')), question.buttons.join());
        await window.screenshot(`language-${language}-modal`);
        await window.modal.press(said(language, 'Reset Consent'));
        const done = `${said(language, 'needs consent')} · ${said(language, 'reset verified')}`;
        await tree.waitForRow(alice, ({ description }) => description === done);
      }));

    it('asks for a credential in that language', () =>
      withEvidence(workbench, `language-${language}-credential`, async () => {
        const { window } = workbench;
        const { quickInput } = window;
        await tree.menuAction(alice, titled(language, 'command.setCredential.title'));
        await quickInput.shown(said(language, 'Credential of {0}', { 0: alice }));
        assert.ok((await quickInput.options()).includes(said(language, 'Refresh token')));
        await window.screenshot(`language-${language}-credential`);
        await quickInput.dismiss();
      }));

    it('leads through a wizard in that language', () =>
      withEvidence(workbench, `language-${language}-wizard`, async () => {
        const { window } = workbench;
        const { quickInput } = window;
        await window.runCommand(`Reconsent: ${titled(language, 'command.addProject.title')}`);
        const title = said(language, 'Add a project');
        await quickInput.shown(new RegExp(`^${title}.*1/`));
        await window.page.getByPlaceholder(said(language, 'Which service?')).waitFor();
        await window.screenshot(`language-${language}-wizard`);
        await quickInput.choose('Identity Platform');
        await quickInput.shown(new RegExp(`^${title}.*2/`));
        await window.screenshot(`language-${language}-wizard-name`);
        await quickInput.dismiss();
      }));
  });
}
