import assert from 'node:assert/strict';
import { reason, type Target, targetKey } from '../../../src/core/model';
import type { Leaving, PreviewResult, ResetAnswer } from '../../../src/core/provider';
import { settleUnfinished } from '../../../src/core/verification';
import { ConsentDesk, never } from '../../fakes/consentDesk';
import { alive, credential, deadCredential, noon, present, type ResetStage, told } from '../../fakes/resetStage';

/** Lets the stage's reset be sent by another script than its own. */
function sending(stage: ResetStage, send: (leaving: Leaving) => Promise<ResetAnswer>): PreviewResult {
  const ready = stage.ready();
  assert.ok(ready.kind === 'ready');
  return { ...ready, prepared: { ...ready.prepared, send } };
}

describe('consents that are ended by an operator', () => {
  let desk: ConsentDesk;
  let stage: ResetStage;
  beforeEach(() => {
    desk = new ConsentDesk();
    stage = desk.stage;
    stage.byOperator = true;
  });

  it('a verified reset keeps the sign-in, and the consent is shown as gone', async () => {
    assert.equal(told(await desk.reset()), 'verified: test.gone');
    assert.deepEqual(stage.reading, present());
    assert.deepEqual(desk.state.consent, { kind: 'needs-consent', since: noon });
  });

  it('the same sign-in ends the next consent as well: a verified reset is no evidence of another', async () => {
    await desk.reset();
    stage.wallMs += 60_000;
    assert.equal(told(await desk.reset()), 'verified: test.gone');
    assert.equal(stage.sends, 2);
  });

  it('a dead sign-in is refused, whatever was verified with it before', async () => {
    await desk.reset();
    stage.previewResult = deadCredential;
    assert.equal(told(await desk.reset()), 'refused: test.dead');
    assert.deepEqual(stage.reading, present());
    stage.probeResult = { kind: 'dead-credential', reason: reason('test.dead') };
    await desk.operations.probe(stage.target, never);
    assert.equal(desk.state.consent.kind, 'dead-credential');
  });

  it("the operator's own consent takes the sign-in along", async () => {
    const ready = stage.ready();
    assert.ok(ready.kind === 'ready');
    stage.previewResult = { ...ready, prepared: { ...ready.prepared, endsSignIn: true } };
    await desk.reset();
    assert.deepEqual(stage.reading, { kind: 'missing', resetAt: noon });
  });

  describe('when the sign-in has ended, what it showed of the other identities', () => {
    const other = (id: string): Target => ({ ...stage.target, identity: { id, label: id } });
    const consentOf = (target: Target) => desk.store.get(targetKey(target)).consent.kind;
    let bob: Target;
    let carol: Target;
    let granted: ResetStage['probeResult'];
    beforeEach(async () => {
      [bob, carol] = [other('bob'), other('carol')];
      desk.others = [bob, carol];
      granted = stage.probeResult;
      await desk.operations.probe(bob, never);
      desk.operations.credentialChanged(carol, { kind: 'needs-consent', since: noon });
      assert.deepEqual([consentOf(bob), consentOf(carol)], ['granted', 'needs-consent']);
    });

    it('counts no more after the reset of the operator itself, whether it is known to have worked or not', async () => {
      const ready = stage.ready();
      assert.ok(ready.kind === 'ready');
      const verification = reason('test.own');
      for (const answer of [{ kind: 'accepted' }, { kind: 'unknown', reason: verification }] as const) {
        await desk.operations.probe(bob, never);
        assert.equal(consentOf(bob), 'granted');
        const prepared = { ...ready.prepared, endsSignIn: true, send: async () => answer };
        stage.previewResult = { ...ready, prepared };
        stage.verifications = [{ kind: 'not-checkable', reason: verification }];
        await desk.reset();
        // What is known to be gone stays gone, whoever is signed in.
        assert.deepEqual([consentOf(bob), consentOf(carol)], ['stored', 'needs-consent'], answer.kind);
      }
    });

    it('stays when that reset was refused', async () => {
      const ready = stage.ready();
      assert.ok(ready.kind === 'ready');
      const refused = { kind: 'refused', reason: reason('test.no') } as const;
      stage.previewResult = {
        ...ready,
        prepared: { ...ready.prepared, endsSignIn: true, send: async () => refused },
      };
      await desk.reset();
      assert.equal(consentOf(bob), 'granted');
    });

    it('counts no more when a read, or a reset, finds the sign-in dead', async () => {
      stage.probeResult = { kind: 'dead-credential', reason: reason('test.dead') };
      await desk.operations.probe(stage.target, never);
      assert.deepEqual(
        [desk.state.consent.kind, consentOf(bob), consentOf(carol)],
        ['dead-credential', 'stored', 'needs-consent'],
      );
      stage.probeResult = granted;
      await desk.operations.probe(bob, never);
      stage.previewResult = {
        kind: 'dead-credential',
        reason: reason('test.dead', {}, [{ kind: 'replace-credential' }]),
      };
      await desk.reset();
      assert.deepEqual([desk.state.consent.kind, consentOf(bob)], ['dead-credential', 'stored']);
    });

    it('stays where every identity has a credential of its own', async () => {
      stage.byOperator = false;
      stage.probeResult = { kind: 'dead-credential', reason: reason('test.dead') };
      await desk.operations.probe(stage.target, never);
      assert.equal(consentOf(bob), 'granted');
    });
  });

  it('no consent: nothing is sent, and it is told as already reset', async () => {
    stage.previewResult = { kind: 'already-gone', reason: reason('test.noGrants') };
    assert.equal(told(await stage.runSendingNothing()), 'already-reset: test.noGrants');
    stage.probeResult = { kind: 'not-granted' };
    await desk.operations.probe(stage.target, never);
    assert.deepEqual(desk.state.consent, { kind: 'needs-consent', since: noon });
  });

  it('an operation left open is verified with whichever sign-in is there, and ends none', async () => {
    const entry = stage.leaveBehind({ operationId: 'left-behind', credentialStoredAt: 1 });
    const newer = present(credential({ storedAt: noon }));
    stage.reading = newer;
    assert.equal(told(await settleUnfinished(entry, stage.target, stage.ports(), never)), 'verified: test.gone');
    assert.deepEqual(stage.reading, newer);
  });

  it('an open operation is settled by a later verified reset only', async () => {
    stage.leaveBehind({ operationId: 'open', openedAt: noon });
    stage.rememberVerified(noon - 1_000, { operationId: 'earlier', openedAt: noon - 5_000 });
    await desk.operations.load([stage.target]);
    assert.equal(desk.state.unfinished?.operationId, 'open');
    stage.rememberVerified(noon + 2_000, { operationId: 'later', openedAt: noon + 1_000 });
    await desk.operations.credentialChangedElsewhere(stage.target);
    assert.equal(desk.state.unfinished, undefined);
  });
});

describe('a second attempt, after an answer that proves that the first had no effect', () => {
  const rejected = reason('test.rejected');
  let stage: ResetStage;
  beforeEach(() => {
    stage = new ConsentDesk().stage;
  });

  it('has a journal entry of its own, on disk before the first is closed and before it leaves', async () => {
    stage.previewResult = sending(stage, async (leaving) => {
      assert.ok(leaving.mayLeave());
      leaving.onSent();
      const next = await leaving.another(rejected);
      assert.ok(next);
      assert.ok(next.mayLeave());
      assert.deepEqual(
        stage.memory.calls.map(({ kind, operationId }) => `${kind} ${operationId}`),
        ['open operation-1', 'sent operation-1', 'open operation-2', 'close operation-1'],
      );
      next.onSent();
      return { kind: 'accepted' };
    });
    const outcome = await stage.run();
    assert.equal(told(outcome), 'verified: test.gone');
    assert.equal(outcome.operationId, 'operation-2');
    assert.deepEqual(
      ['operation-1', 'operation-2'].map((id) => told(stage.entry(id).outcome ?? assert.fail('open'))),
      ['refused: test.rejected', 'verified: test.gone'],
    );
  });

  it('is not made when the confirmation has grown old, or the target has changed', async () => {
    for (const spoil of [() => stage.clock.pass(61_000), () => Object.assign(stage, { configured: undefined })]) {
      stage = new ConsentDesk().stage;
      stage.previewResult = sending(stage, async (leaving) => {
        leaving.onSent();
        spoil();
        assert.equal(await leaving.another(rejected), undefined);
        return { kind: 'refused', reason: rejected };
      });
      assert.equal(told(await stage.run()), 'refused: test.rejected');
      assert.equal(stage.memory.entries.size, 1);
    }
  });

  it('is not made when another window has taken the lock over meanwhile', async () => {
    stage.previewResult = sending(stage, async (leaving) => {
      leaving.onSent();
      stage.memoryLocks.takenOver = true;
      assert.equal(await leaving.another(rejected), undefined);
      return { kind: 'refused', reason: rejected };
    });
    assert.equal(told(await stage.run()), 'refused: test.rejected');
    for (const id of ['operation-1', 'operation-2']) {
      assert.equal(told(stage.entry(id).outcome ?? assert.fail('open')), 'refused: test.rejected');
    }
    assert.deepEqual(
      stage.memory.calls.filter(({ kind }) => kind === 'sent').map(({ operationId }) => operationId),
      ['operation-1'],
    );
  });

  it('is not made when its entry cannot be written', async () => {
    stage.previewResult = sending(stage, async (leaving) => {
      leaving.onSent();
      stage.failAt('open', 'ENOSPC');
      assert.equal(await leaving.another(rejected), undefined);
      return { kind: 'refused', reason: rejected };
    });
    const outcome = await stage.run();
    assert.equal(told(outcome), 'refused: test.rejected');
    assert.equal(outcome.operationId, 'operation-1');
  });

  it('is the last one', async () => {
    stage.previewResult = sending(stage, async (leaving) => {
      leaving.onSent();
      const next = await leaving.another(rejected);
      next?.onSent();
      await assert.rejects(async () => next?.another(rejected), /no third attempt/);
      return { kind: 'unknown', reason: reason('test.unclear') };
    });
    stage.verifications = [alive];
    assert.equal(told(await stage.run()), 'not-reset: test.alive');
  });
});
