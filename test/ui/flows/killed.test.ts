import assert from 'node:assert/strict';
import { hostServices } from '../../crash/hostServices';
import { KilledHost, resetIsVerified } from '../../crash/killedHost';
import { withEvidence } from '../driver';

const google = hostServices[0] ?? assert.fail();
const venafi = hostServices[2] ?? assert.fail();

describe('a reset that its extension host does not live to see the end of, in a real workbench', () => {
  let host: KilledHost;
  before(async () => {
    host = await KilledHost.open('newest');
  });
  after(() => host?.close());

  it('fault 52: the extension host is killed before the answer, and the next one calls the outcome unknown', () =>
    withEvidence(host.workbench, 'killed-host', async () => {
      await host.resetUpTo('answer', google);
      await host.kill();
      await host.reload();
      await host.state(google.row, 'outcome unknown', 60_000);
      const menu = await host.tree.menuItems(google.row);
      for (const offered of ['Verify Last Reset', 'Dismiss Unknown Outcome'])
        assert.ok(menu.includes(offered), offered);
      await host.workbench.window.screenshot('killed-host');
      assert.deepEqual(await host.ledger(google), { sent: 1, carriedOut: 1, consented: false });
      await host.tree.inlineAction(google.row, 'Verify Last Reset');
      await host.state(google.row, resetIsVerified);
      assert.equal((await host.ledger(google)).sent, 1);
    }));

  it('fault 51: the window is reloaded before the answer, and nothing is sent by it', () =>
    withEvidence(host.workbench, 'killed-reload', async () => {
      await host.resetUpTo('answer', venafi);
      await host.reload();
      await host.state(venafi.row, 'outcome unknown', 60_000);
      assert.deepEqual(await host.ledger(venafi), { sent: 1, carriedOut: 1, consented: false });
      await host.tree.inlineAction(venafi.row, 'Verify Last Reset');
      await host.state(venafi.row, resetIsVerified);
      assert.equal((await host.ledger(venafi)).sent, 1);
    }));
});
