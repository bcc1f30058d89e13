import assert from 'node:assert/strict';
import { companionFolder } from '../../scripts/host/companion';
import { repoRoot } from '../../scripts/host/paths';
import { openWorkbench, type Workbench, withEvidence } from './driver';
import { SandboxView } from './sandboxView';
import type { TreeView } from './treeView';

const carol = 'carol.test@example.com';
const dave = 'dave.test@example.com';
const carolAtApple = '000000.carol.0001';
const daveAtApple = '000000.dave.0001';
const projectName = 'Sandbox: Identity Platform';

describe('Identity Platform in a real workbench', () => {
  let workbench: Workbench;
  let sandbox: SandboxView;
  let tree: TreeView;

  before(async () => {
    workbench = await openWorkbench({
      version: 'newest',
      linked: [repoRoot, companionFolder],
      ownSandbox: true,
      size: { width: 1100, height: 700 },
      settings: { 'window.commandCenter': false },
    });
    sandbox = new SandboxView(workbench.sandboxOrigin);
    tree = await workbench.window.openReconsent();
    for (const user of [carol, dave]) {
      await tree.waitForRow(user, ({ description }) => description === 'granted', 60_000);
    }
    await workbench.window.widenSideBar(520);
  });

  after(() => workbench?.close());

  it('comes with the sandbox, beside the project of Google, with commands of its own', () =>
    withEvidence(workbench, 'identity-platform-rows', async () => {
      const rows = await tree.rows();
      assert.deepEqual(
        rows.filter(({ level }) => level === 1).map(({ label }) => label),
        ['Sandbox', projectName, 'Sandbox: Venafi'],
      );
      const menu = await tree.menuItems(carol);
      for (const there of ['Reset Another Way…', 'Sign In…', 'Set Credential…']) assert.ok(menu.includes(there), there);
      for (const other of ['Grant Consent Again', 'Start Archive Job…', 'Help with a Lost Token…']) {
        assert.ok(!menu.includes(other), other);
      }
      const { quickInput } = workbench.window;
      await workbench.window.runCommand('Reconsent: Start Archive Job…');
      await quickInput.shown('Start an archive job');
      assert.deepEqual(await quickInput.options(), ['alice.test@example.com', 'bob.test@example.com']);
      await quickInput.dismiss();
    }));

  it('with an Apple key: the modal names user, project and provider; the outcome is verified', () =>
    withEvidence(workbench, 'identity-platform-verified', async () => {
      const { window } = workbench;
      assert.ok(await sandbox.isAuthorized(carolAtApple));
      await tree.inlineAction(carol, 'Reset Consent');
      const question = await window.modal.read();
      assert.equal(question.message, `End the Apple authorization of ${carol} in ${projectName}?`);
      assert.match(
        question.detail,
        /Firebase user sample-carol of the project reconsent-sample; a token of apple\.com\./,
      );
      assert.match(question.detail, /Sign-in providers of this user: .*apple\.com/);
      assert.match(question.detail, /Apple knows the token as alive; afterwards Apple is asked again, with your key\./);
      await window.screenshot('identity-platform-confirm');
      await window.modal.press('Revoke Apple Token');
      await tree.waitForRow(carol, ({ description }) => description === 'needs consent · reset verified');
      await tree.expand(carol);
      await tree.waitForRow('Last reset: verified');
      await tree.waitForRow("The user's authorization is gone: Apple no longer accepts the refresh token.");
      await window.parkPointer();
      await window.screenshot('identity-platform-verified');
      assert.equal(await sandbox.isAuthorized(carolAtApple), false);
      assert.deepEqual(await sandbox.appleRevocations().then(told), ['identity-platform: grant-ended']);
    }));

  it('without one: the outcome is accepted, and before and after it is said what is missing', () =>
    withEvidence(workbench, 'identity-platform-accepted', async () => {
      const { window } = workbench;
      await tree.inlineAction(dave, 'Reset Consent');
      const question = await window.modal.read();
      assert.match(question.detail, /Firebase user sample-dave of the project reconsent-sample/);
      assert.match(question.detail, /cannot be verified: for that, Apple wants a key \(\.p8\) of your team\./);
      await window.screenshot('identity-platform-confirm-no-key');
      await window.modal.press('Revoke Apple Token');
      await tree.waitForRow(dave, ({ description }) => description === 'state unknown · reset: accepted, not verified');
      const notice = await window.notification(`${dave} (${projectName}): The service accepted the reset`);
      assert.match(await notice.innerText(), /cannot be verified\..*without a key nobody else tells/s);
      await tree.expand(dave);
      await tree.waitForRow('Last reset: accepted, not verified');
      await window.parkPointer();
      await window.screenshot('identity-platform-accepted');
      assert.equal(await sandbox.isAuthorized(daveAtApple), false);
      await window.clearNotifications();
    }));

  it('signs in by its forms, a key pasted on one line, and revokes at Apple itself', () =>
    withEvidence(workbench, 'identity-platform-forms', async () => {
      const { window } = workbench;
      const { quickInput } = window;
      const { apiKey, apple, users } = await sandbox.seedAppleSample();
      const user = users.find(({ email }) => email === carol) ?? assert.fail();
      await tree.inlineAction(carol, 'Sign In…');
      await quickInput.shown(`Credential of ${carol}`);
      await quickInput.choose('Firebase refresh token');
      const step = (number: string): Promise<void> => quickInput.shown(`Credential of ${carol} (${number})`);
      await step('1/5');
      await quickInput.enter(apiKey);
      await step('2/5');
      await quickInput.enter(user.refreshToken);
      await step('3/5');
      assert.deepEqual(await quickInput.options(), ['Refresh token', 'Access token', 'Authorization code']);
      await quickInput.choose('Access token');
      await step('4/5');
      await quickInput.pressButton('Back');
      await step('3/5');
      await quickInput.choose('Refresh token');
      await step('4/5');
      assert.equal(await quickInput.hidesInput(), true);
      await quickInput.enter(user.apple.refreshToken);
      await step('5/5');
      assert.deepEqual(await quickInput.options(), ['Read from a file…', 'Paste the text', 'Leave it empty']);
      await window.screenshot('identity-platform-key');
      await quickInput.choose('Paste the text');
      await quickInput.enter('not a key');
      await window.waitUntil('what is no key to be refused', async () =>
        (await quickInput.read()).message.startsWith('This is not the whole text of a key file'),
      );
      await quickInput.enter(apple.privateKey.replaceAll('\n', ''));
      await tree.waitForRow(carol, ({ description }) => description.startsWith('granted'));

      await tree.menuAction(carol, 'Reset Another Way…');
      const question = await window.modal.read();
      assert.equal(question.message, `Revoke the token of ${carol} in ${projectName} at Apple itself?`);
      assert.match(question.detail, /the Apple client com\.example\.reconsent of team SANDBOXTM1/);
      await window.modal.press('Revoke at Apple');
      await tree.waitForRow(carol, ({ description }) => description === 'needs consent · reset verified');
      assert.equal((await sandbox.appleRevocations().then(told)).at(-1), 'apple: grant-ended');
    }));

  it('is brought back by the sandbox: who has no authorization any more gets one, with a key or without', () =>
    withEvidence(workbench, 'identity-platform-again', async () => {
      await workbench.window.runCommand('Reconsent: Start Sandbox');
      for (const user of [carol, dave]) {
        await tree.waitForRow(user, ({ description }) => description.startsWith('granted'));
      }
      for (const user of [carolAtApple, daveAtApple]) assert.ok(await sandbox.isAuthorized(user), user);
    }));
});

function told(revocations: readonly { readonly via: string; readonly effect: string }[]): readonly string[] {
  return revocations.map(({ via, effect }) => `${via}: ${effect}`);
}
