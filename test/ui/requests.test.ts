import assert from 'node:assert/strict';
import { companionFolder } from '../../scripts/host/companion';
import { repoRoot } from '../../scripts/host/paths';
import { callerFolder } from '../host/bundle';
import { openWorkbench, type Workbench, withEvidence } from './driver';
import type { TreeView } from './treeView';

const alice = 'alice.test@example.com';

/** What the service has reset so far: an independent look, past the extension. */
async function resets({ sandboxOrigin }: Workbench): Promise<readonly unknown[]> {
  const answer = await fetch(new URL('/__sandbox/google/resets', sandboxOrigin));
  return (await answer.json()) as readonly unknown[];
}

for (const version of ['newest'] as const) {
  describe(`resets that others ask for, in a real workbench, VS Code ${version}`, () => {
    let workbench: Workbench;
    let tree: TreeView;

    before(async () => {
      workbench = await openWorkbench({ version, linked: [repoRoot, companionFolder, callerFolder] });
      tree = await workbench.window.openReconsent();
      await tree.waitForRow(alice, ({ description }) => description.startsWith('granted'), 60_000);
    });

    after(() => workbench?.close());

    /** What the second extension was told. */
    const told = (outcome: string) =>
      workbench.window.page.locator('.part.statusbar').getByText(`Caller was told: ${outcome}`).waitFor();

    it('name the calling extension in our own modal, and send nothing when it is dismissed', () =>
      withEvidence(workbench, `caller-${version}`, async () => {
        const { modal } = workbench.window;
        await workbench.window.runCommand('Caller: Reset the First Identity');
        const { message, detail, buttons } = await modal.read();
        assert.match(message, /alice\.test@example\.com/);
        assert.match(
          detail,
          /^Requested by another extension .* itself Caller of Reconsent \(reconsent-test\.caller\)/,
        );
        assert.ok(buttons.includes('Reset Consent'), buttons.join());
        await workbench.window.screenshot(`requested-by-extension-${version}`);
        await modal.dismiss();
        await told('cancelled');
        assert.deepEqual(await resets(workbench), []);
      }));

    it('ask behind the question of the host when a tool is called, and reset once both are answered', () =>
      withEvidence(workbench, `tool-${version}`, async () => {
        const { modal } = workbench.window;
        await workbench.window.runCommand('Caller: Invoke the Reset Tool');
        const hosts = await modal.read();
        assert.match(hosts.message, /Reset a consent with Reconsent\?/);
        for (const exact of [alice, /Project: /, workbench.sandboxOrigin]) {
          assert.match(hosts.detail, exact instanceof RegExp ? exact : new RegExp(exact.replaceAll('.', '\\.')));
        }
        await workbench.window.screenshot(`asked-by-host-${version}`);
        assert.deepEqual(await resets(workbench), []);
        await modal.press('Yes');
        const { detail } = await modal.read();
        assert.match(detail, /^Requested by a language-model tool: reconsentReset/);
        await workbench.window.screenshot(`requested-by-tool-${version}`);
        assert.deepEqual(await resets(workbench), []);
        await modal.press('Reset Consent');
        await told('verified');
        await tree.waitForRow(alice, ({ description }) => description.startsWith('needs consent'));
        assert.equal((await resets(workbench)).length, 1);
      }));
  });
}
