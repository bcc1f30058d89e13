import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { companionFolder } from '../../scripts/host/companion';
import { repoRoot } from '../../scripts/host/paths';
import { openWorkbench, type Workbench, withEvidence } from './driver';
import { SandboxView } from './sandboxView';
import type { TreeView } from './treeView';

const alice = 'alice.test@example.com';
const bob = 'bob.test@example.com';
const partBytes = 200_000;

/** The whole loop as a developer goes through it, with a picture of each step. */
describe('the whole consent loop, in a browser', () => {
  let workbench: Workbench;
  let tree: TreeView;
  let sandbox: SandboxView;
  let downloads: string;
  before(async () => {
    downloads = mkdtempSync(join(tmpdir(), 'reconsent-downloads-'));
    workbench = await openWorkbench({
      version: 'newest',
      linked: [repoRoot, companionFolder],
      ownSandbox: true,
      settings: { 'workbench.layoutControl.enabled': false, 'window.commandCenter': false },
    });
    sandbox = new SandboxView(workbench.sandboxOrigin);
    tree = await workbench.window.openReconsent();
    await tree.waitForRow(bob, ({ description }) => description.startsWith('granted'), 60_000);
    await workbench.window.widenSideBar(520);
  });
  after(async () => {
    await workbench?.close();
    rmSync(downloads, { recursive: true, force: true });
  });

  const picture = (name: string): Promise<string> => workbench.window.screenshot(`loop-${name}`);

  /** Takes the link in place of the browser. What an earlier sign-in has left in the clipboard is none. */
  async function copyLink(): Promise<string> {
    const { window } = workbench;
    await window.page.evaluate("navigator.clipboard.writeText('')");
    await window.modal.press('Copy Sign-in Link');
    return window.waitUntil('the link in the clipboard', async () => {
      const text = await window.page.evaluate('navigator.clipboard.readText()');
      return typeof text === 'string' && text.includes('/o/oauth2/v2/auth?') ? text : undefined;
    });
  }

  async function consentInBrowser(link: string, name: string, untick: readonly string[] = []): Promise<void> {
    const page = await workbench.context.newPage();
    await page.goto(link);
    for (const resource of untick) await page.getByLabel(resource).uncheck();
    await page.screenshot({ path: join(repoRoot, '.artifacts', 'ui', `${name}.png`), fullPage: true });
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByText(/close this/i).waitFor();
    await page.close();
  }

  async function resetConsent(): Promise<void> {
    const { window } = workbench;
    await tree.menuAction(bob, 'Reset Consent');
    await window.modal.read();
    await window.modal.press('Reset Consent');
    await tree.waitForRow(bob, ({ description }) => description.startsWith('needs consent'));
  }

  async function pickScope(...scopes: readonly string[]): Promise<void> {
    const { quickInput } = workbench.window;
    await quickInput.shown();
    for (const scope of scopes) {
      await quickInput.type(scope);
      await quickInput.check(scope);
    }
    await quickInput.accept();
  }

  it('sign in with a scope unticked, start a job, download it, reset, and meet the consent page again', () =>
    withEvidence(workbench, 'loop', async () => {
      const { window } = workbench;
      await resetConsent();
      await sandbox.switches({ jobDurationMs: 600_000, archiveParts: 2, archiveBytes: partBytes });

      // Sign in, one scope unticked.
      await tree.menuAction(bob, 'Sign In…');
      await window.quickInput.shown();
      for (const scope of ['Chrome bookmarks', 'Reviews written in Maps', 'Chrome browsing history']) {
        await window.quickInput.type(scope);
        await window.quickInput.check(scope);
      }
      await picture('1-scopes');
      await window.quickInput.accept();
      await window.modal.read();
      await picture('2-before-the-browser');
      await consentInBrowser(await copyLink(), 'loop-3-consent-page', ['maps.reviews']);
      await tree.waitForRow(bob, ({ description }) => description.startsWith('granted · 2 scopes'));
      await window.notification(/2 of 3 scopes.*maps\.reviews/);
      await tree.expand(bob);
      await picture('4-partial-consent');
      await window.clearNotifications();

      // A job, and what a reset would lose now.
      await tree.menuAction(bob, 'Start Archive Job…');
      await window.quickInput.shown();
      await window.quickInput.check('chrome.history');
      await picture('5-start-job');
      await window.quickInput.accept();
      await window.quickInput.choose('All data');
      if (await window.waitUntil('a question or the job', jobOrQuestion)) {
        await window.modal.press('Start Job');
      }
      await tree.waitForRow('Job: chrome.history', ({ description }) => description.startsWith('running'));
      await tree.inlineAction(bob, 'Reset Consent');
      const running = await window.modal.read();
      assert.match(running.message, /^The running job of chrome\.history would be lost .*Reset the consent of bob/);
      await picture('6-running-job-would-be-lost');

      // It completes while the question shows: asked again, with what is at stake now.
      await sandbox.completeJobs(bob);
      await window.modal.press('Reset Consent');
      const undownloaded = await window.waitUntil('the second question', async () => {
        const { message, detail } = await window.modal.read();
        return /not (been )?downloaded/i.test(message) ? { message, detail } : undefined;
      });
      assert.match(undownloaded.detail, /has changed since you confirmed\. Nothing was sent\./);
      await tree.waitForRow('Job: chrome.history', ({ description }) => description.startsWith('complete'));
      await picture('7-asked-again');
      await window.modal.dismiss();
      assert.equal((await sandbox.resets()).length, 1, 'only the first reset was sent');

      // Download, and reset right after the last file.
      await tree.waitForRow('Job: chrome.history', ({ description }) => description.startsWith('complete'));
      await picture('8-complete');
      await window.clearNotifications();
      await tree.inlineAction('Job: chrome.history', 'Download Archive…');
      await window.quickInput.shown();
      await window.quickInput.enterFolder(`${downloads}/`);
      await window.notification(/last archive|all archives|downloaded/i);
      await tree.waitForRow('Job: chrome.history', ({ description }) => description === 'complete · downloaded');
      await picture('9-downloaded');
      const files = readdirSync(downloads).toSorted();
      assert.equal(files.length, 2, files.join());
      for (const file of files) {
        assert.match(file, /\.zip$/);
        assert.equal(statSync(join(downloads, file)).size, partBytes);
      }
      await window.pressInNotification(/downloaded/i, 'Reset Now…');
      const clean = await window.modal.read();
      assert.match(clean.message, /^Reset the consent of bob/, 'nothing would be lost any more');
      await picture('10-nothing-to-lose');
      await window.modal.press('Reset Consent');
      await tree.waitForRow(bob, ({ description }) => description === 'needs consent · reset verified');
      await picture('11-reset');

      // And the consent page is asked again, for the same scopes.
      assert.deepEqual((await tree.inlineActions(bob)).includes('Grant Consent Again'), true);
      await tree.inlineAction(bob, 'Grant Consent Again');
      await window.modal.read();
      const link = new URL(await copyLink());
      assert.deepEqual(
        link.searchParams
          .get('scope')
          ?.split(' ')
          .map((scope) => scope.replace('https://www.googleapis.com/auth/dataportability.', ''))
          .toSorted(),
        ['chrome.bookmarks', 'chrome.history'],
      );
      await consentInBrowser(link.href, 'loop-12-consent-page-again');
      await tree.waitForRow(bob, ({ description }) => description.startsWith('granted · 2 scopes'));
      await picture('13-granted-again');
    }));

  async function jobOrQuestion(): Promise<'question' | '' | undefined> {
    const { window } = workbench;
    if (await window.modal.isShowing()) return 'question';
    return (await tree.rows()).some(({ label }) => label === 'Job: chrome.history') ? '' : undefined;
  }

  it('the dead-lock: a lost token, the page that never comes back, the wait ended by hand, and the rescue', () =>
    withEvidence(workbench, 'dead-lock', async () => {
      const { window } = workbench;
      await window.clearNotifications();
      // The consent lives on at the service; here its token is gone.
      await tree.menuAction(alice, 'Forget Credential');
      await window.modal.read();
      await window.modal.press('Forget Credential');
      await tree.waitForRow(alice, ({ description }) => description === 'not signed in on this computer');
      await tree.menuAction(alice, 'Sign In…');
      await pickScope('Chrome browsing history');
      assert.match((await window.modal.read()).detail, /Incremental auth/i);
      const link = await copyLink();
      const page = await workbench.context.newPage();
      await page.goto(link);
      await page.getByText('Incremental auth is not allowed for the requested scopes').first().waitFor();
      await page.screenshot({ path: join(repoRoot, '.artifacts', 'ui', 'dead-lock-1-page.png') });
      await page.close();
      await window.pressInNotification(/Waiting for alice/, 'Cancel');
      await window.notification(/[Nn]othing was stored/);
      await window.screenshot('dead-lock-2-remedy');
      await assert.rejects(fetch(new URL(new URL(link).searchParams.get('redirect_uri') ?? '')), 'it still listens');

      await window.pressInNotification(/[Nn]othing was stored/, 'What Now?');
      const help = await window.modal.read();
      assert.match(help.detail, /one of its own tokens/);
      await window.screenshot('dead-lock-3-help');
      await window.modal.press('Rescue (Experimental)…');
      assert.match((await window.modal.read()).detail, /one scope/);
      await window.screenshot('dead-lock-4-rescue');
      await window.modal.press('Choose a Scope…');
      await window.quickInput.shown();
      await window.quickInput.type('Chrome bookmarks');
      await window.quickInput.choose('Chrome bookmarks');
      await window.modal.read();
      await consentInBrowser(await copyLink(), 'dead-lock-5-one-more-scope');
      const question = await window.modal.read();
      assert.match(question.message, /Reset the consent of alice/);
      await window.modal.press('Reset Consent');
      await tree.waitForRow(alice, ({ description }) => description === 'needs consent · reset verified');
      assert.equal((await sandbox.resets()).at(-1)?.user, alice);
      await window.screenshot('dead-lock-6-rescued');
    }));
});
