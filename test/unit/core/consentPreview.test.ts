import assert from 'node:assert/strict';
import type { Reason } from '../../../src/core/model';
import { reason } from '../../../src/core/model';
import type { Preview } from '../../../src/core/provider';
import type { Step } from '../../../src/core/resetSteps';
import { ConsentDesk, never } from '../../fakes/consentDesk';
import { credential, deadCredential, noon, present, type ResetStage, told } from '../../fakes/resetStage';

describe('the preview of one consent, for a question about several', () => {
  let desk: ConsentDesk;
  let stage: ResetStage;
  beforeEach(() => {
    desk = new ConsentDesk();
    stage = desk.stage;
  });
  const preview = (): Promise<Step<Preview>> => desk.operations.preview(stage.target, 'reset', never);
  const ending = async (): Promise<{ readonly told: string; readonly reason: Reason }> => {
    const step = await preview();
    assert.ok(step.kind === 'end', step.kind);
    return { told: told(step.outcome), reason: step.outcome.reason };
  };

  it('shows that it reads, says what is lost, sends nothing, and ends idle', async () => {
    const activities: string[] = [];
    desk.store.subscribe(() => activities.push(desk.state.activity.kind));
    const step = await preview();
    assert.ok(step.kind === 'go');
    assert.deepEqual(
      step.with.losses.map(({ code }) => code),
      ['test.loss'],
    );
    assert.equal(stage.previewedWay, 'reset');
    assert.deepEqual(activities, ['checking', 'idle']);
    assert.equal(stage.sends, 0);
    assert.equal(stage.memory.entries.size, 0);
    assert.deepEqual(desk.state.activity, { kind: 'idle' });
  });

  it('is not made while the identity is being reset, or read', async () => {
    const running = desk.reset();
    assert.equal((await ending()).told, 'not-sent: bulk.busy');
    await running;
    stage.reading = present();
    const first = preview();
    const second = await ending();
    assert.equal(second.told, 'not-sent: bulk.busy');
    assert.deepEqual(second.reason.actions, [{ kind: 'retry' }]);
    assert.equal((await first).kind, 'go');
    assert.deepEqual(desk.state.activity, { kind: 'idle' });
  });

  it('that finds the consent gone brings it into the row', async () => {
    stage.previewResult = { kind: 'already-gone', reason: reason('test.gone') };
    assert.equal((await ending()).told, 'already-reset: test.gone');
    assert.equal(desk.state.lastOutcome?.kind, 'already-reset');
    assert.ok(desk.tokensForgotten.length > 0);
  });

  it('that finds the credential dead leaves the row as it is', async () => {
    stage.previewResult = deadCredential;
    const before = desk.state;
    assert.equal((await ending()).told, 'refused: test.dead');
    assert.deepEqual(desk.state, before);
  });

  it('with a defect is told as not sent, logged, and leaves the row idle', async () => {
    stage.failAt('preview', 'planted defect');
    const { told: said, reason: why } = await ending();
    assert.equal(said, 'not-sent: reset.crashedBefore');
    assert.deepEqual(why.actions, [{ kind: 'retry' }]);
    assert.match(stage.logLines.join('\n'), /Defect while previewing shop\/alice: Error: planted defect\n/);
    assert.deepEqual(desk.state.activity, { kind: 'idle' });
  });

  it('does not touch what began while it was read', async () => {
    stage.when('preview', () => desk.store.update(desk.key, (state) => ({ ...state, activity: { kind: 'queued' } })));
    assert.equal((await preview()).kind, 'go');
    assert.deepEqual(desk.state.activity, { kind: 'queued' });
  });
});

describe('a defect of a reset, as the row and the log have it', () => {
  let desk: ConsentDesk;
  beforeEach(() => {
    desk = new ConsentDesk();
  });

  it('before anything was sent: not sent, and it can be tried again', async () => {
    desk.loadProvider = async () => {
      throw new Error('planted defect');
    };
    const outcome = await desk.reset();
    assert.equal(told(outcome), 'not-sent: reset.crashedBefore');
    assert.deepEqual(outcome.reason.actions, [{ kind: 'retry' }]);
    assert.equal(outcome.at, noon);
    assert.match(desk.stage.logLines.join('\n'), /Defect while resetting shop\/alice: Error: planted defect/);
    assert.match(desk.stage.logLines.join('\n'), /Reset of shop\/alice: not-sent \(reset\.crashedBefore\)/);
  });

  it('after it was sent: unknown, and it can be verified', async () => {
    const progress = (step: string): void => {
      if (step === 'verifying') throw new Error('planted defect');
    };
    const outcome = await desk.reset({ progress });
    assert.equal(told(outcome), 'unknown: reset.crashed');
    assert.deepEqual(outcome.reason.actions, [{ kind: 'verify' }]);
  });
});

describe('reading a consent after a sign-in', () => {
  const old = credential({ storedAt: noon - 3 });
  const dead = credential({ storedAt: noon - 2 });
  const fresh = credential({ storedAt: noon - 1 });
  const summary = (storedAt: number, alive: boolean) => ({ storedAt, alive });

  it('drops those that the service rejects and that are older than an accepted one, and no other', async () => {
    const desk = new ConsentDesk();
    const { stage } = desk;
    stage.reading = present(old, dead, fresh);
    const probe = (credentials: readonly { storedAt: number; alive: boolean }[]): void => {
      stage.probeResult = { kind: 'granted', grant: { timeBased: [], oneTime: [], credentials } };
    };
    probe([summary(noon - 3, true), summary(noon - 2, false), summary(noon - 1, false)]);
    await desk.operations.probe(stage.target, never, { dropRejected: true });
    assert.deepEqual(stage.forgotten, [], 'newer than every accepted one');
    probe([summary(noon - 3, true), summary(noon - 2, false), summary(noon - 1, true)]);
    await desk.operations.probe(stage.target, never);
    assert.deepEqual(stage.forgotten, [], 'without being asked');
    await desk.operations.probe(stage.target, never, { dropRejected: true });
    assert.deepEqual(stage.forgotten, [{ storedAt: noon - 2, because: 'rejected' }]);
  });

  it('that fails is told as unread, logged, and can be tried again', async () => {
    const desk = new ConsentDesk();
    desk.stage.failAt('probe', 'planted defect');
    await desk.operations.probe(desk.stage.target, never);
    const { consent, activity } = desk.state;
    assert.ok(consent.kind === 'unread');
    assert.deepEqual([consent.reason.code, consent.reason.actions], ['consent.readDefect', [{ kind: 'retry' }]]);
    assert.deepEqual(activity, { kind: 'idle' });
    assert.match(desk.stage.logLines.join('\n'), /Reading the consent failed: planted defect/);
  });
});
