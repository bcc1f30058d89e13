import assert from 'node:assert/strict';
import { KilledReset } from '../crash/killedReset';
import { type Point, points } from '../crash/points';
import { services } from '../crash/services';
import { WindowProcesses } from '../crash/windowProcesses';

describe('fault 18: the window is killed', () => {
  let processes: WindowProcesses;
  let killed: KilledReset;
  before(async () => {
    processes = await WindowProcesses.open();
  });
  after(() => processes.close());
  afterEach(() => killed.close());

  const ledgerAt = ({ sent }: Point) => ({ sent: Number(sent), carriedOut: Number(sent), consented: !sent });

  /** The next window opens: nothing is sent, nothing is lost, and what is not known is called so. */
  async function open({ entry }: Point): Promise<void> {
    const { window } = killed;
    const before = killed.requests();
    await window.operations.load(window.targets);
    assert.equal(killed.requests(), before, 'opening a window sends nothing');
    const unfinished = await window.journal.unfinished();
    assert.equal(unfinished.length, Number(entry === 'unknown'));
    assert.equal((await window.journal.recent(9)).length, Number(entry !== 'none'), 'the journal');
    const { description, flags } = killed.row();
    assert.equal(description === 'outcome unknown', entry === 'unknown', description);
    assert.equal(flags.includes('unfinished'), entry === 'unknown', flags.join());
    assert.ok(!flags.includes('busy'), flags.join());
    assert.deepEqual(killed.unfinished?.reason.actions, entry === 'unknown' ? [{ kind: 'verify' }] : undefined);
  }

  for (const service of services) {
    describe(service.id, () => {
      for (const point of points) {
        it(point.name, async () => {
          killed = await KilledReset.at(point, service, processes);
          const { window } = killed;
          assert.deepEqual(killed.ledger(), ledgerAt(point));
          assert.equal(killed.locks().length, Number(point.lock));
          await open(point);

          if (point.lock && !point.sent) {
            const atOnce = await killed.reset();
            assert.deepEqual([atOnce.kind, atOnce.reason.code], ['not-sent', 'lock.held']);
          }
          if (point.entry === 'unknown') {
            const verified = await killed.verify();
            assert.equal(verified.kind, point.sent ? 'verified' : 'not-reset', killed.text(verified));
            assert.deepEqual(await window.journal.unfinished(), []);
            assert.equal(killed.unfinished, undefined);
          }
          assert.deepEqual(killed.ledger(), ledgerAt(point), 'nothing was sent but by the window that was killed');

          // The lock of the dead window is stale after half a minute without a sign of life.
          killed.pass(31_000);
          const next = await killed.reset();
          assert.equal(next.kind, point.sent ? 'already-reset' : 'verified', killed.text(next));
          assert.deepEqual(killed.ledger(), { sent: 1, carriedOut: 1, consented: false }, 'reset once in all');

          await killed.consentAgain();
          const anew = await killed.reset();
          assert.equal(anew.kind, 'verified', killed.text(anew));
          assert.deepEqual(killed.ledger(), { sent: 2, carriedOut: 2, consented: false });
          assert.deepEqual(killed.locks(), []);
          const first = point.entry === 'unknown' && !point.sent ? ['not-reset'] : [];
          const recorded = (await window.journal.recent(9)).map(({ outcome }) => outcome?.kind);
          assert.deepEqual(recorded.reverse(), [...first, 'verified', 'verified'], 'no entry is lost');
        });
      }

      it('before the answer, and the entry is dismissed: nothing is sent, and it is not asked about again', async () => {
        const point = points.find(({ name }) => name === 'before the answer') ?? assert.fail();
        killed = await KilledReset.at(point, service, processes);
        await open(point);
        const before = killed.requests();
        await killed.dismiss();
        await killed.window.operations.load(killed.window.targets);
        assert.equal(killed.unfinished, undefined);
        assert.equal(killed.requests(), before);
        assert.deepEqual(await killed.window.journal.unfinished(), []);
        assert.equal((await killed.window.journal.recent(9)).length, 1);
      });
    });
  }

  it('between two attempts: each is asked about, and neither is sent again', async () => {
    const venafi = services.find(({ id }) => id === 'venafiTpp') ?? assert.fail();
    killed = await KilledReset.at({ at: 'openedAgain' }, venafi, processes, ({ control }) => {
      control.venafi.fault('invalidToken', { route: 'revokeGrants', times: 1 });
    });
    const ledger = { sent: 1, carriedOut: 0, consented: true };
    const { operations, journal, targets } = killed.window;
    await operations.load(targets);
    for (const left of [2, 1]) {
      assert.equal((await journal.unfinished()).length, left);
      assert.equal(killed.row().description, 'outcome unknown');
      assert.equal((await killed.verify()).kind, 'not-reset');
      assert.deepEqual(killed.ledger(), ledger);
    }
    assert.deepEqual(await journal.unfinished(), []);
    assert.equal(killed.unfinished, undefined);
    killed.pass(31_000);
    assert.equal((await killed.reset()).kind, 'verified');
    assert.deepEqual(killed.ledger(), { sent: 2, carriedOut: 1, consented: false });
  });
});
