import assert from 'node:assert/strict';
import { reason } from '../../../src/core/model';
import type { CredentialSummary, ProbeResult } from '../../../src/core/provider';
import { settleUnfinished } from '../../../src/core/verification';
import { ConsentDesk, never } from '../../fakes/consentDesk';
import { credential, deadCredential, noon, present, type ResetStage, told } from '../../fakes/resetStage';

const first = credential();
const second = credential({ storedAt: noon - 30_000 });
const third = credential({ storedAt: noon - 20_000 });

function lives(...alive: readonly CredentialSummary[]): ProbeResult {
  return { kind: 'granted', grant: { timeBased: ['maps'], oneTime: [], credentials: alive } };
}
const life = (one: { readonly storedAt: number }, alive: boolean): CredentialSummary => ({
  storedAt: one.storedAt,
  alive,
});

describe('an identity with several credentials', () => {
  let desk: ConsentDesk;
  let stage: ResetStage;
  beforeEach(() => {
    desk = new ConsentDesk();
    stage = desk.stage;
    stage.reading = present(first, second, third);
  });

  for (const endsAll of [true, false]) {
    it(`the entry says ${endsAll ? 'that the others end, too' : 'nothing of the others where they live on'}`, async () => {
      stage.endsAll = endsAll;
      await stage.run();
      const [entry] = stage.memory.entries.values();
      assert.equal(entry?.endsAll, endsAll ? true : undefined);
    });
  }

  it('all are previewed; the request goes out once, and its entry names the one it was sent with', async () => {
    stage.probeResult = { kind: 'dead-credential', reason: reason('test.dead') };
    assert.equal(told(await desk.reset()), 'verified: test.gone');
    assert.deepEqual(stage.previewed, [first, second, third]);
    assert.equal(stage.sends, 1);
    assert.equal(stage.entry().credentialStoredAt, first.storedAt);
  });

  it('a verified reset forgets all that the service no longer accepts', async () => {
    stage.probeResult = { kind: 'dead-credential', reason: reason('test.dead') };
    await desk.reset();
    assert.deepEqual(stage.reading, { kind: 'missing', resetAt: noon });
    assert.deepEqual(desk.state.consent, { kind: 'needs-consent', since: noon });
  });

  it('waits for the others to end, as revocation spreads', async () => {
    const probes = [lives(life(second, true), life(third, false)), lives(life(second, true))];
    stage.when('probe', () => {
      stage.probeResult = probes.shift() ?? deadProbe;
    });
    assert.equal(told(await desk.reset()), 'verified: test.gone');
    assert.equal(stage.reading.kind, 'missing');
    assert.deepEqual(
      stage.forgotten.map(({ storedAt }) => storedAt),
      [first, third, second].map(({ storedAt }) => storedAt),
    );
  });

  it('one that still lives after two minutes is kept, and told', async () => {
    stage.probeResult = lives(life(second, true), life(third, false));
    const outcome = await desk.reset();
    assert.equal(told(outcome), 'verified: reset.othersAlive');
    assert.deepEqual(outcome.reason.params, { count: '1' });
    assert.deepEqual(stage.reading, present(second));
    assert.deepEqual(desk.state.consent, { kind: 'stored' });
  });

  it('those that cannot be read are kept', async () => {
    stage.probeResult = { kind: 'failed', reason: reason('test.offline') };
    assert.equal(told(await desk.reset()), 'verified: test.gone');
    assert.deepEqual(stage.reading, present(second, third));
  });

  it('one that cannot be read is asked for again', async () => {
    const probes: ProbeResult[] = [
      { kind: 'failed', reason: reason('test.offline') },
      lives(life(third, false)),
      lives(life(second, true)),
      lives(life(second, false)),
    ];
    stage.when('probe', () => {
      stage.probeResult = probes.shift() ?? assert.fail('asked too often');
    });
    assert.equal(told(await desk.reset()), 'verified: test.gone');
    assert.equal(stage.reading.kind, 'missing');
    assert.deepEqual(probes, []);
  });

  it('those that were dead before are forgotten with the one that was reset', async () => {
    stage.dead = [second];
    stage.probeResult = deadProbe;
    await desk.reset();
    assert.equal(stage.reading.kind, 'missing');
  });

  it('a reset that is not verified forgets none', async () => {
    stage.answer = { kind: 'refused', reason: reason('test.refused') };
    await desk.reset();
    assert.deepEqual(stage.reading, present(first, second, third));
  });

  describe('all dead', () => {
    beforeEach(() => {
      stage.previewResult = deadCredential;
      stage.probeResult = deadProbe;
    });

    it('is already reset when a verified reset was sent with one of them, and the others are older than it', async () => {
      stage.rememberVerified(noon, { credentialStoredAt: second.storedAt, openedAt: noon - 1_000 });
      assert.equal(told(await stage.runSendingNothing()), 'already-reset: reset.already');
      assert.deepEqual(stage.reading, { kind: 'missing', resetAt: noon });
    });

    it('is refused when one of them was stored since', async () => {
      stage.rememberVerified(noon, { credentialStoredAt: first.storedAt, openedAt: second.storedAt });
      assert.equal(told(await stage.runSendingNothing()), 'refused: test.dead');
      assert.deepEqual(stage.reading, present(first, second, third));
    });

    it('is refused when the reset was sent with none of them', async () => {
      stage.rememberVerified(noon, { credentialStoredAt: 1, openedAt: noon });
      assert.equal(told(await stage.runSendingNothing()), 'refused: test.dead');
    });

    it('the probe says the same, and forgets them', async () => {
      stage.rememberVerified(noon, { credentialStoredAt: second.storedAt, openedAt: noon - 1_000 });
      await desk.operations.probe(stage.target, never);
      assert.deepEqual(desk.state.consent, { kind: 'needs-consent', since: noon });
      assert.equal(stage.reading.kind, 'missing');
    });
  });

  describe('one that was reset, and could not be forgotten', () => {
    beforeEach(() => {
      stage.rememberVerified(noon - 20_000, { credentialStoredAt: first.storedAt, openedAt: noon - 25_000 });
      stage.dead = [first];
      stage.probeResult = deadProbe;
    });

    it('does not pass for the reset of a newer one that lives', async () => {
      stage.reading = present(first, third);
      assert.equal(told(await desk.reset()), 'verified: test.gone');
      assert.equal(stage.entry().credentialStoredAt, third.storedAt);
      assert.equal(stage.reading.kind, 'missing');
    });

    it('says nothing about an older one that lives, if only its own consent was ended', async () => {
      stage.rememberVerified(noon - 10_000, {
        credentialStoredAt: first.storedAt,
        openedAt: noon - 15_000,
        endsAll: false,
      });
      stage.reading = present(first, second);
      assert.equal(told(await desk.reset()), 'verified: test.gone');
      assert.equal(stage.entry().credentialStoredAt, second.storedAt);
    });

    it('a reset of all that another window verified meanwhile is told as such', async () => {
      stage.reading = present(first, second);
      stage.when('confirm', () =>
        stage.rememberVerified(noon, { credentialStoredAt: second.storedAt, openedAt: noon - 1_000 }),
      );
      assert.equal(told(await stage.run()), 'already-reset: reset.already');
      assert.equal(stage.sends, 0);
    });
  });

  describe('an end of one consent alone', () => {
    beforeEach(() => {
      stage.endsAll = false;
    });

    it('is noted as such, and what can be done with a new consent is not over', async () => {
      stage.reading = present(first);
      assert.equal(told(await desk.reset()), 'verified: test.gone');
      assert.equal(stage.entry().endsAll, undefined);
      assert.equal(told(await desk.reset()), 'already-reset: reset.already');
      assert.deepEqual(desk.consentsGone, []);
    });

    it('does not explain why others are dead', async () => {
      stage.previewResult = deadCredential;
      stage.probeResult = deadProbe;
      stage.rememberVerified(noon, { credentialStoredAt: second.storedAt, openedAt: noon - 1_000, endsAll: false });
      assert.equal(told(await stage.runSendingNothing()), 'refused: test.dead');
      await desk.operations.probe(stage.target, never);
      assert.deepEqual(stage.reading, present(first, second, third));
    });

    it('that was left open forgets the one that it was sent with, and no other', async () => {
      stage.probeResult = deadProbe;
      const entry = stage.leaveBehind({
        operationId: 'left-behind',
        credentialStoredAt: second.storedAt,
        openedAt: noon - 25_000,
        endsAll: false,
      });
      assert.equal(told(await settleUnfinished(entry, stage.target, stage.ports(), never)), 'verified: test.gone');
      assert.deepEqual(stage.reading, present(first, third));
    });
  });

  describe('after a sign-in', () => {
    const probe = (dropRejected: boolean) => desk.operations.probe(stage.target, never, { dropRejected });

    it('those that a newer one has taken the place of are forgotten', async () => {
      stage.probeResult = lives(life(first, false), life(second, true), life(third, false));
      await probe(true);
      assert.deepEqual(stage.forgotten, [{ storedAt: first.storedAt, because: 'rejected' }]);
      assert.equal(desk.state.consent.kind, 'granted');
    });

    it('none is forgotten by a mere look', async () => {
      stage.probeResult = lives(life(first, false), life(second, true), life(third, true));
      await probe(false);
      assert.deepEqual(stage.forgotten, []);
    });

    it('none is forgotten while all are dead, or nothing could be read', async () => {
      for (const result of [deadProbe, { kind: 'failed', reason: reason('test.offline') } as const]) {
        stage.probeResult = result;
        await probe(true);
      }
      assert.deepEqual(stage.forgotten, []);
    });
  });

  it('those that cannot be used are told beside what is granted', async () => {
    stage.reading = { ...present(first), unusable: [{ kind: 'corrupt' }, { kind: 'missing' }] };
    await desk.operations.probe(stage.target, never);
    const { consent } = desk.state;
    assert.deepEqual(consent.kind === 'granted' && consent.unusable.map(({ code }) => code), ['credential.corrupt']);
  });

  describe('an operation left open', () => {
    const settle = () =>
      settleUnfinished(
        stage.leaveBehind({ operationId: 'left-behind', credentialStoredAt: second.storedAt, openedAt: noon - 25_000 }),
        stage.target,
        stage.ports(),
        never,
      );

    it('is verified with the credential it was sent with; dead ones that are older than it go, too', async () => {
      stage.probeResult = deadProbe;
      assert.equal(told(await settle()), 'verified: test.gone');
      assert.deepEqual(stage.reading, present(third));
    });

    it('keeps those that live', async () => {
      stage.probeResult = lives(life(first, true));
      await settle();
      assert.deepEqual(stage.reading, present(first, third));
    });
  });
});

const deadProbe: ProbeResult = { kind: 'dead-credential', reason: reason('test.dead') };
