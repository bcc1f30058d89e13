import assert from 'node:assert/strict';
import { companionFolder } from '../../../scripts/host/companion';
import { repoRoot } from '../../../scripts/host/paths';
import { seeded, shuffled } from '../../fakes/seeded';
import { openWorkbench, type Workbench, withEvidence } from '../driver';
import { SandboxView } from '../sandboxView';
import type { TreeView } from '../treeView';
import { type Racer, TwoWindowRounds } from '../twoWindowRounds';
import type { WorkbenchWindow } from '../window';

const alice = 'alice.test@example.com';
/** One of those whose grants the operator of Venafi TPP ends. */
const operated = 'alice.test';
const racers: readonly Racer[] = [
  { label: 'bob.test@example.com', verb: 'Reset Consent' },
  { label: 'carol.test@example.com', verb: 'Revoke Apple Token' },
  { label: operated, verb: 'Revoke Grants' },
];
/** `npm run test:windows` goes more of them, and begins elsewhere each time unless it is told where. */
const wantedRounds = Number(process.env['WINDOW_ROUNDS'] ?? 1);
const seed = Number(process.env['WINDOW_SEED'] ?? 1);

describe('two windows of one user, in a real workbench', () => {
  let workbench: Workbench;
  let tree: TreeView;
  const windows: WorkbenchWindow[] = [];

  before(async () => {
    workbench = await openWorkbench({ version: 'newest', linked: [repoRoot, companionFolder], ownSandbox: true });
    tree = await workbench.window.openReconsent();
    await tree.waitForRow(alice, ({ description }) => description.startsWith('granted'), 60_000);
  });

  after(() => workbench?.close());

  it('resets once: the other window learns of it before it sends anything', () =>
    withEvidence(workbench, 'windows', async () => {
      const sandbox = new SandboxView(workbench.sandboxOrigin);
      const second = await workbench.openWindow();
      windows.push(second);
      const other = await second.openReconsent();
      await other.waitForRow(alice, ({ description }) => description === 'signed in · not checked yet');
      await tree.inlineAction(alice, 'Reset Consent');
      await workbench.window.modal.press('Reset Consent');
      await tree.waitForRow(alice, ({ description }) => description === 'needs consent · reset verified');
      await sandbox.forgetRequests();
      // Its row may have heard of it by now, and then offers to grant anew in its place.
      await other.menuAction(alice, 'Reset Consent');
      await second.notification(`${alice} (Sandbox): Already reset`);
      assert.equal(await second.modal.isShowing(), false);
      await other.waitForRow(alice, ({ description }) => description.startsWith('needs consent'));
      // It may look, but it does not reset again.
      assert.deepEqual(
        (await sandbox.paths()).filter((path) => path !== '/token'),
        [],
      );
      assert.deepEqual(
        (await sandbox.resets()).map(({ user }) => user),
        [alice],
      );
    }));

  it('fault 16: reset and refresh in both windows at the same moment: 0 double sends, 0 sign-outs by a lost race', () =>
    withEvidence(workbench, 'windows-races', async () => {
      const sandbox = new SandboxView(workbench.sandboxOrigin);
      const second = windows[0] ?? (await workbench.openWindow());
      const other = await second.openReconsent();
      const random = seeded(seed);
      const rounds = new TwoWindowRounds(
        { window: workbench.window, tree },
        { window: second, tree: other },
        sandbox,
        random,
      );
      for (let round = 1; round <= wantedRounds; round++) {
        if (round > 1) await consentAnew(second, other);
        for (const racer of shuffled(racers, random)) await rounds.sameReset(racer);
        await rounds.refresh(operated);
        rounds.rounds += 1;
      }
      console.log(`      ${rounds.summary()}`);
      assert.deepEqual([rounds.doubleSends, rounds.signOuts], [0, 0]);
    })).timeout(60_000 + 60_000 * wantedRounds);

  /** All sample users consent anew, and where a window did not hear of a rotation the operator signs in anew, too; the second window reads the new credentials when it loads. */
  async function consentAnew(second: WorkbenchWindow, other: TreeView): Promise<void> {
    await workbench.window.runCommand('Reconsent: Start Sandbox');
    for (const { label } of racers) {
      await tree.waitForRow(label, ({ description }) => description.startsWith('granted'), 60_000);
    }
    await second.reload();
    await second.openReconsent();
    for (const { label } of racers) await other.waitForRow(label, undefined, 60_000);
  }
});
