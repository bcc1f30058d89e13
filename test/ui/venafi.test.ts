import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { repoRoot } from '../../scripts/host/paths';
import { openWorkbench, type Workbench, withEvidence } from './driver';
import { SandboxView } from './sandboxView';
import { SettingsFile } from './settingsFile';
import type { TreeView } from './treeView';

const projectName = 'TPP (staging)';

describe('Venafi TPP in a real workbench, over https of a private authority', () => {
  let workbench: Workbench;
  let sandbox: SandboxView;
  let tree: TreeView;
  let settings: SettingsFile;
  let folder: string;
  let project: object;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'reconsent-venafi-'));
    workbench = await openWorkbench({
      version: 'newest',
      linked: [repoRoot],
      ownSandbox: true,
      size: { width: 1100, height: 760 },
      settings: { 'window.commandCenter': false, 'workbench.editor.useModal': 'off' },
    });
    sandbox = new SandboxView(workbench.sandboxOrigin);
    const { clientId } = await sandbox.seedVenafiSample();
    const { origin, authority } = await sandbox.serveHttps();
    writeFileSync(join(folder, 'company-ca.pem'), authority.ca);
    writeFileSync(join(folder, 'server.pem'), authority.leaf);
    project = { id: 'tpp', name: projectName, provider: 'venafiTpp', endpoint: origin, clientId, identities: [] };
    settings = new SettingsFile(workbench);
    tree = await workbench.window.openReconsent();
    await workbench.window.widenSideBar(460);
  });

  after(async () => {
    await workbench?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const configure = (caBundle: string): Promise<void> =>
    settings.set('reconsent.projects', [{ ...project, caBundle: join(folder, caBundle) }]);

  it('tells on save that a file holds no authority, and then sends nothing', () =>
    withEvidence(workbench, 'venafi-ca', async () => {
      const { window } = workbench;
      await configure('server.pem');
      await tree.waitForRow(projectName);
      const notice = await window.notification(`${projectName}, "caBundle": `);
      const told = await notice.locator('.notification-list-item-message').innerText();
      assert.match(
        told,
        /[\\/]reconsent-venafi-\w+[\\/]server\.pem holds the certificate of a server, and none of an authority\./,
      );
      assert.match(told, /Export the certificate of the authority that has issued it/);
      assert.deepEqual(await window.notifications(), [told], 'one notification at a time');
      await window.screenshot('venafi-ca');
      await window.clearNotifications();
      await beginSignIn();
      await window.quickInput.choose('With a code in the browser');
      await window.notification(
        /certificate of 127\.0\.0\.1:\d+ is not trusted by this computer\. .*Nothing was stored/s,
      );
      assert.deepEqual(await sandbox.paths(), []);
      await window.clearNotifications();
    }));

  /** A tree that follows the settings just saved closes a menu that was opened before: then it is opened again. */
  async function beginSignIn(): Promise<void> {
    const { window } = workbench;
    for (let attempt = 1; ; attempt++) {
      await tree.menuAction(projectName, 'Sign In…');
      try {
        await window.waitUntil('the ways to sign in', () => window.quickInput.isShowing(), 5_000);
        await window.quickInput.shown(`Sign in to ${projectName}`);
        return;
      } catch (thrown) {
        if (attempt === 5) throw thrown;
      }
    }
  }

  it('signs the operator in with a code', () =>
    withEvidence(workbench, 'venafi-sign-in', async () => {
      const { window } = workbench;
      await configure('company-ca.pem');
      await tree.waitForRow(projectName);
      await beginSignIn();
      await window.quickInput.choose('With a code in the browser');
      const shown = await window.modal.read();
      assert.equal(shown.message, `Sign in to ${projectName}`);
      await window.screenshot('venafi-device-code');
      const [, code = ''] = /code in the browser: (\S+)/.exec(shown.detail) ?? assert.fail(shown.detail);
      const [, address = ''] = /At: (https:\S+)/.exec(shown.detail) ?? assert.fail(shown.detail);
      await window.modal.pressAndRead('Copy Code', /The code is in the clipboard/);
      await window.waitUntil('the code in the clipboard', async () => {
        return (await window.page.evaluate('navigator.clipboard.readText()')) === code;
      });
      await window.modal.press('Continue');
      await window.notification(`Waiting for the code ${code}`);
      await enterCode(address, code);
      await window.waitUntil('the sign-in to end', async () => {
        return (await sandbox.paths()).some((path) => path.endsWith('/authorize/token')) && (await quiet());
      });
    }));

  /** As a person does in a browser of their own, which trusts the company's authority. */
  async function enterCode(address: string, code: string): Promise<void> {
    const browser = workbench.context.browser() ?? assert.fail('no browser');
    const context = await browser.newContext({ ignoreHTTPSErrors: true });
    try {
      const page = await context.newPage();
      await page.goto(address);
      await page.getByRole('textbox').fill(code);
      await page.getByRole('button').first().click();
      await page.getByLabel(/tpp-admin/).check();
      await page.getByRole('button', { name: /approve|allow|yes/i }).click();
      await page
        .getByText(/signed in|close|approved/i)
        .first()
        .waitFor();
    } finally {
      await context.close();
    }
  }

  async function quiet(): Promise<boolean> {
    return !(await workbench.window.notifications()).some((text) => text.includes('Waiting for the code'));
  }

  it('finds a user while typing, and shows why a group cannot be taken', () =>
    withEvidence(workbench, 'venafi-browse', async () => {
      const { window } = workbench;
      const { quickInput } = window;
      await tree.inlineAction(projectName, 'Add Identity from Venafi…');
      await quickInput.shown(`Add an identity to ${projectName}`);
      await quickInput.type('test');
      await window.waitUntil('the group', async () => (await quickInput.options()).includes('Cannot be added'));
      const offered = await quickInput.options();
      const users = offered.slice(0, offered.indexOf('Cannot be added'));
      assert.ok(users.length > 1 && users.every((user) => user.endsWith('.test')), offered.join());
      assert.equal(await quickInput.active(), 'alice.test');
      await window.screenshot('venafi-browse');
      await quickInput.type('alice');
      await quickInput.choose('alice.test');
      await tree.waitForRow('alice.test', ({ description }) => description.startsWith('granted'));
    }));

  it('by user: the question lists three grants, and the outcome is verified', () =>
    withEvidence(workbench, 'venafi-user', async () => {
      const { window } = workbench;
      const before = await sandbox.venafiGrants();
      await tree.inlineAction('alice.test', 'Reset Consent');
      const question = await window.modal.read();
      assert.match(question.message, /Grants that end: 3; in applications: 2\./);
      assert.equal(question.detail.match(/, issued /g)?.length, 3, question.detail);
      assert.match(question.detail, /Ends all grants of this user in all applications/);
      assert.equal(question.detail.match(/cert-dashboard/g)?.length, 1, 'nothing is listed twice');
      await window.screenshot('venafi-confirm-user');
      await window.modal.press('Revoke Grants');
      await tree.waitForRow('alice.test', ({ description }) => description === 'needs consent · reset verified');
      await tree.expand('alice.test');
      await tree.waitForRow('Last reset: verified');
      await window.parkPointer();
      await window.screenshot('venafi-verified-user');
      assert.equal(await sandbox.venafiGrants(), before - 3);
    }));

  it('by application: 9 grants of 4 users, and the outcome is verified', () =>
    withEvidence(workbench, 'venafi-application', async () => {
      const { window } = workbench;
      const { quickInput } = window;
      // As if alice had consented anew.
      await sandbox.seedVenafiSample();
      const before = await sandbox.venafiGrants();
      await tree.inlineAction(projectName, 'Add Identity from Venafi…');
      await quickInput.shown(`Add an identity to ${projectName}`);
      await quickInput.type('application:build-pipeline');
      await quickInput.choose('Add as an application');
      await tree.waitForRow('build-pipeline', ({ description }) => description.startsWith('granted'));
      await tree.inlineAction('build-pipeline', 'Reset Consent');
      const question = await window.modal.read();
      assert.match(question.message, /9 grants of 4 users end\./);
      await window.screenshot('venafi-confirm-application');
      await window.modal.press('Revoke Grants');
      await tree.waitForRow('build-pipeline', ({ description }) => description === 'needs consent · reset verified');
      await window.parkPointer();
      await window.screenshot('venafi-verified-application');
      assert.equal(await sandbox.venafiGrants(), before - 9);
    }));

  it('signs out: the server forgets the sign-in first', () =>
    withEvidence(workbench, 'venafi-sign-out', async () => {
      const { window } = workbench;
      const before = await sandbox.venafiGrants();
      await tree.menuAction(projectName, 'Sign Out…');
      assert.equal((await window.modal.read()).message, `Sign out of ${projectName}?`);
      await window.modal.press('Sign Out');
      for (const row of ['alice.test', 'build-pipeline']) {
        await tree.waitForRow(row, ({ description }) => description.startsWith('not signed in on this computer'));
      }
      assert.equal(await sandbox.venafiGrants(), before - 1);
    }));
});
