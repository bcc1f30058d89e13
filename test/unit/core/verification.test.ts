import assert from 'node:assert/strict';
import type { CredentialReading } from '../../../src/core/credentialSource';
import { reason, type Target } from '../../../src/core/model';
import type { JournalEntry } from '../../../src/core/ports';
import type { Verification } from '../../../src/core/provider';
import { propagationMs, settleUnfinished, verifyPatiently } from '../../../src/core/verification';
import {
  alive,
  credential,
  gone,
  noon,
  notCheckable,
  present,
  project,
  ResetStage,
  readFailed,
  told,
} from '../../fakes/resetStage';

const never = new AbortController().signal;

describe('verifyPatiently', () => {
  let stage: ResetStage;
  beforeEach(() => {
    stage = new ResetStage();
  });

  const verify = (signal = never) =>
    verifyPatiently(stage.ports(), { ...stage.target, credential: credential() }, {}, signal);
  const reads = () => stage.events.filter((event) => event === 'verify').length;

  it('takes the first "gone" without a pause', async () => {
    assert.deepEqual(await verify(), gone);
    assert.deepEqual(stage.clock.sleeps, []);
  });

  for (const verification of [notCheckable, { kind: 'aborted' }] as const satisfies Verification[]) {
    it(`asks no second time after "${verification.kind}"`, async () => {
      stage.verifications = [verification, gone];
      assert.deepEqual(await verify(), verification);
      assert.equal(reads(), 1);
    });
  }

  it('asks again with growing pauses, at most 15 s apart', async () => {
    stage.verifications = [alive];
    await verify();
    const { sleeps } = stage.clock;
    assert.deepEqual(sleeps.slice(0, 8), [250, 750, 1_500, 3_000, 6_000, 12_000, 15_000, 15_000]);
    const full = sleeps.slice(0, -1);
    assert.ok(full.every((pause, at) => pause >= (full[at - 1] ?? 0) && pause <= 15_000));
  });

  for (const verification of [alive, readFailed]) {
    it(`gives the propagation its time, and no more, while it reads "${verification.kind}"`, async () => {
      stage.verifications = [verification];
      assert.deepEqual(await verify(), verification);
      const waited = stage.clock.monotonic();
      assert.equal(propagationMs, 120_000);
      assert.equal(waited, propagationMs, 'the last read comes when the time is over');
    });
  }

  it('counts the time that the reads themselves take', async () => {
    stage.verifications = [alive];
    stage.when('verify', () => stage.clock.pass(30_000));
    await verify();
    assert.equal(reads(), 4);
  });

  it('measures by the monotonic clock: a wall clock set ahead does not end it early', async () => {
    stage.verifications = [alive, alive, gone];
    stage.when('verify', () => {
      stage.wallMs += 86_400_000;
    });
    assert.deepEqual(await verify(), gone);
  });

  it('reads nothing once aborted', async () => {
    assert.deepEqual(await verify(AbortSignal.abort()), { kind: 'aborted' });
    assert.equal(reads(), 0);
  });

  it('ends in the middle of a pause when aborted', async () => {
    const controller = new AbortController();
    stage.verifications = [alive];
    stage.when('verify', () => void setImmediate(() => controller.abort()));
    assert.deepEqual(await verify(controller.signal), { kind: 'aborted' });
    assert.deepEqual(stage.clock.sleeps, []);
  });
});

describe('settleUnfinished', () => {
  let stage: ResetStage;
  let entry: JournalEntry;
  beforeEach(() => {
    stage = new ResetStage();
    entry = stage.leaveBehind({ operationId: 'left-behind' });
  });

  const settle = (target: Target = stage.target, signal = never) =>
    settleUnfinished(entry, target, stage.ports(), signal);

  const rows: readonly (readonly [Verification, string])[] = [
    [gone, 'verified: test.gone'],
    [alive, 'not-reset: test.alive'],
    [notCheckable, 'unknown: test.notCheckable'],
    [readFailed, 'unknown: verify.failed'],
    [{ kind: 'aborted' }, 'unknown: cancelled.verification'],
  ];
  for (const [verification, expected] of rows) {
    it(`${verification.kind}: ${expected}`, async () => {
      stage.verifications = [verification];
      const outcome = await settle();
      assert.equal(told(outcome), expected);
      assert.equal(outcome.operationId, 'left-behind');
      const settled = outcome.kind !== 'unknown';
      assert.equal(stage.events.includes('close'), settled);
      assert.equal((await stage.memory.unfinished()).length, settled ? 0 : 1);
      assert.equal(stage.events.includes('forget'), outcome.kind === 'verified');
      assert.equal(stage.sends, 0, 'nothing is ever sent again');
    });
  }

  it('is patient while the reset may still be spreading, and asks once about one of long ago', async () => {
    stage.verifications = [alive];
    await settle();
    assert.ok(stage.clock.sleeps.length > 4);
    entry = stage.leaveBehind({ operationId: 'older', openedAt: stage.clock.now() - propagationMs });
    const asked = stage.clock.sleeps.length;
    assert.equal(told(await settle()), 'not-reset: test.alive');
    assert.equal(stage.clock.sleeps.length, asked);
  });

  it('closes the entry before it forgets the credential', async () => {
    await settle();
    assert.deepEqual(stage.events, ['read', 'verify', 'close', 'forget']);
    assert.deepEqual(stage.reading, { kind: 'missing', resetAt: noon });
  });

  it('gives the reads the hints of the entry', async () => {
    let hints: unknown;
    const provider = {
      ...stage.provider,
      verify: async (_: unknown, given: unknown) => {
        hints = given;
        return gone;
      },
    };
    await settleUnfinished(entry, stage.target, { ...stage.ports(), provider }, never);
    assert.deepEqual(hints, entry.hints);
  });

  it('names what lies behind a failed verification, and offers to verify again', async () => {
    stage.verifications = [readFailed];
    const { reason: why } = await settle();
    assert.equal(why.cause?.code, 'test.readFailed');
    assert.deepEqual(why.actions, [{ kind: 'verify' }]);
  });

  const unusable: readonly (readonly [string, CredentialReading])[] = [
    ['stored later', present(credential({ storedAt: noon }))],
    ['stored earlier', present(credential({ storedAt: noon - 3_600_000 }))],
    ['missing', { kind: 'missing' }],
    ['lost', { kind: 'lost', storedAt: credential().storedAt }],
    ['bound to another address', { kind: 'foreign-origin', boundTo: [] }],
    ['corrupt', { kind: 'corrupt' }],
    ['unreadable', { kind: 'unreadable' }],
  ];
  for (const [name, reading] of unusable) {
    it(`never uses a credential that is not the operation's own: ${name}`, async () => {
      stage.reading = reading;
      assert.equal(told(await settle()), 'unknown: verify.noCredential');
      assert.deepEqual(stage.events, ['read'], 'no service was asked, nothing closed or forgotten');
    });
  }

  for (const [name, change] of [
    ['another endpoint', { endpoint: 'https://other.example' }],
    ['another project', { id: 'other' }],
    ['another provider', { provider: 'other' }],
  ] as const) {
    it(`does not even read the credential when the target is ${name}`, async () => {
      const target = { ...stage.target, project: project(change) };
      assert.equal(told(await settle(target)), 'unknown: verify.targetChanged');
      assert.deepEqual(stage.events, []);
    });
  }

  it('keeps the true outcome, and the credential, when the entry cannot be closed', async () => {
    stage.failAt('close', 'ENOSPC');
    assert.equal(told(await settle()), 'verified: test.gone');
    assert.ok(!stage.events.includes('forget'));
    assert.equal((await stage.memory.unfinished()).length, 1);
  });

  it('forgets only the credential it has read: one stored meanwhile stays', async () => {
    const newer = present(credential({ storedAt: noon + 1 }));
    stage.when('close', () => {
      stage.reading = newer;
    });
    assert.equal(told(await settle()), 'verified: test.gone');
    assert.deepEqual(stage.reading, newer);
  });

  it('can be told by hand what the reads cannot', async () => {
    stage.verifications = [{ kind: 'not-checkable', reason: reason('test.tokenEnded') }];
    await settle();
    await stage.memory.dismiss('left-behind');
    assert.deepEqual(await stage.memory.unfinished(), []);
  });
});
