import assert from 'node:assert/strict';
import { repoRoot } from '../../scripts/host/paths';
import { openWorkbench, type Workbench, withEvidence } from './driver';
import { SandboxView } from './sandboxView';
import type { TreeView } from './treeView';

const projectName = 'Sandbox: Venafi';
const user = 'alice.test';

describe('Venafi TPP of the sandbox, from a clean profile on', () => {
  let workbench: Workbench;
  let sandbox: SandboxView;
  let tree: TreeView;

  before(async () => {
    workbench = await openWorkbench({ version: 'newest', linked: [repoRoot], size: { width: 1100, height: 760 } });
    sandbox = new SandboxView(workbench.sandboxOrigin);
    tree = await workbench.window.openReconsent();
    await workbench.window.widenSideBar(460);
  });

  after(() => workbench?.close());

  it('Try the Sandbox brings a user whose grants are reset, and the outcome is verified', () =>
    withEvidence(workbench, 'venafi-sandbox', async () => {
      const { window } = workbench;
      await window.button('Try the Sandbox').click();
      await tree.waitForRow(user, ({ description }) => description.startsWith('granted'), 60_000);
      const before = await sandbox.venafiGrants();
      await tree.inlineAction(user, 'Reset Consent');
      const question = await window.modal.read();
      assert.equal(
        question.message,
        `Grants that end: 3; in applications: 2. Revoke all grants of ${user} in ${projectName}?`,
      );
      await window.modal.press('Revoke Grants');
      await tree.waitForRow(user, ({ description }) => description === 'needs consent · reset verified');
      assert.equal(await sandbox.venafiGrants(), before - 3);
      await window.parkPointer();
      await window.screenshot('venafi-sandbox');
    }));

  it('signs in anew: the code is copied, Open Browser shows it on the page, and approving there is all', () =>
    withEvidence(workbench, 'venafi-open-browser', async () => {
      const { window } = workbench;
      await tree.menuAction(projectName, 'Sign Out…');
      await window.modal.press('Sign Out');
      const signedOut = ({ description }: { readonly description: string }): boolean =>
        description.startsWith('not signed in on this computer');
      for (const row of [user, 'build-pipeline']) await tree.waitForRow(row, signedOut);

      await tree.menuAction(projectName, 'Sign In…');
      await window.quickInput.shown(`Sign in to ${projectName}`);
      await window.quickInput.choose('With a code in the browser');
      const { detail } = await window.modal.read();
      const [code = assert.fail('no code was asked for'), ...others] = await sandbox.waitingCodes();
      assert.deepEqual(others, []);
      assert.ok(detail.includes(`Enter this code in the browser: ${code}\n`), detail);
      await window.page.evaluate("navigator.clipboard.writeText('before')");
      await window.modal.pressAndRead('Copy Code', /The code is in the clipboard/);
      assert.equal(await window.page.evaluate('navigator.clipboard.readText()'), code);

      const opening = workbench.context.waitForEvent('page');
      await window.modal.press('Open Browser');
      const page = await opening;
      await page.getByRole('heading', { name: 'Connect Reconsent?' }).waitFor();
      const { origin, pathname } = new URL(page.url());
      assert.equal(`${origin}${pathname}`, `${workbench.sandboxOrigin}/vedauth/device`);
      assert.equal(await page.locator('code').first().innerText(), code);
      await window.notification(`Waiting for the code ${code} to be entered in the browser`);
      await page.getByLabel(/tpp-admin/).check();
      await page.getByRole('button', { name: 'Approve' }).click();
      await page.getByRole('heading', { name: 'Connected' }).waitFor();
      await page.close();

      // Everybody in the project is read with the new sign-in: the reset of before, and what others were granted.
      await tree.waitForRow(user, ({ description }) => description === 'needs consent');
      await tree.waitForRow('build-pipeline', ({ description }) => description.startsWith('granted · '));
      await window.waitUntil('the wait to be over', async () => (await window.notifications()).length === 0);
    }));
});
