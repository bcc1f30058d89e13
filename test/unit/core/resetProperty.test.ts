import assert from 'node:assert/strict';
import fc from 'fast-check';
import { reason } from '../../../src/core/model';
import type { ResetAnswer, Verification } from '../../../src/core/provider';
import { confirmationLifetimeMs } from '../../../src/core/resetSteps';
import {
  alive,
  credential,
  deadCredential,
  gone,
  notCheckable,
  origin,
  present,
  project,
  ResetStage,
  readFailed,
  type StageEvent,
} from '../../fakes/resetStage';

const events: readonly StageEvent[] = [
  'ask-journal',
  'read',
  'generation',
  'preview',
  'confirm',
  'lock',
  'reread',
  'open',
  'send',
  'left',
  'verify',
  'close',
  'forget',
  'unlock',
];

const sudden = [
  'abort',
  'throw',
  'reconfigure',
  'remove',
  'new-credential',
  'verified-elsewhere',
  'older-verified-elsewhere',
] as const;

/** Something that befalls the operation at an event. */
type Mishap =
  | { readonly kind: (typeof sudden)[number] }
  | { readonly kind: 'time'; readonly wallMs: number; readonly monotonicMs: number };

interface Script {
  readonly mishaps: readonly (readonly [StageEvent, Mishap])[];
  readonly answer: ResetAnswer;
  readonly leaves: boolean;
  readonly verifications: readonly Verification[];
  readonly dead: boolean;
  readonly declined: boolean;
  readonly held: boolean;
  readonly runs: number;
}

const jump = fc.constantFrom(0, 1, 1_000, 59_999, 60_001, 8 * 3_600_000);
const mishap: fc.Arbitrary<Mishap> = fc.oneof(
  fc.constantFrom(...sudden).map((kind) => ({ kind })),
  fc.record({
    kind: fc.constant('time' as const),
    wallMs: fc.oneof(jump, fc.constant(-86_400_000)),
    monotonicMs: jump,
  }),
);
const answer = fc.constantFrom<ResetAnswer>(
  { kind: 'accepted' },
  { kind: 'accepted' },
  { kind: 'unknown', reason: reason('test.unknown') },
  { kind: 'refused', reason: reason('test.refused') },
  { kind: 'not-sent', reason: reason('test.notSent') },
  { kind: 'unsupported', reason: reason('test.unsupported') },
);
const verification = fc.constantFrom<Verification>(gone, gone, alive, notCheckable, readFailed, { kind: 'aborted' });
const script: fc.Arbitrary<Script> = fc.record({
  mishaps: fc.array(fc.tuple(fc.constantFrom(...events), mishap), { maxLength: 3 }),
  answer,
  leaves: fc.boolean(),
  verifications: fc.array(verification, { minLength: 1, maxLength: 4 }),
  dead: fc.boolean(),
  declined: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
  held: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
  runs: fc.integer({ min: 1, max: 3 }),
});

function setTheStage(plan: Script, stage: ResetStage): AbortController {
  const controller = new AbortController();
  stage.answer = plan.answer;
  stage.leaves = plan.leaves;
  stage.verifications = [...plan.verifications];
  if (plan.dead) stage.previewResult = deadCredential;
  if (plan.declined) stage.confirmation = { kind: 'declined' };
  if (plan.held) stage.memoryLocks.holdElsewhere(stage.address, 1_000);
  let confirmedAt: readonly [wall: number, monotonic: number] | undefined;
  let foreign = 0;
  for (const event of events) {
    const here = plan.mishaps.filter(([where]) => where === event).map(([, what]) => what);
    stage.when(event, () => {
      for (const what of here) {
        switch (what.kind) {
          case 'abort':
            controller.abort();
            break;
          case 'reconfigure':
            stage.configured = { ...stage.target, project: project({ endpoint: 'https://other.example' }) };
            break;
          case 'remove':
            stage.configured = undefined;
            break;
          case 'new-credential':
            stage.reading = present(credential({ storedAt: stage.wallMs }));
            break;
          case 'verified-elsewhere':
            stage.rememberVerified(stage.wallMs, { operationId: `foreign-${++foreign}` });
            break;
          case 'older-verified-elsewhere':
            stage.rememberVerified(stage.wallMs, { operationId: `foreign-${++foreign}`, credentialStoredAt: 1 });
            break;
          case 'time':
            stage.clock.pass(what.monotonicMs);
            stage.wallMs += what.wallMs - what.monotonicMs;
            break;
        }
      }
      if (event === 'confirm') confirmedAt = [stage.wallMs, stage.clock.monotonic()];
      if (here.some(({ kind }) => kind === 'throw')) throw new Error(`broken at ${event}`);
    });
  }
  stage.onLeave = () => {
    const [wall, monotonic] = confirmedAt ?? [Number.NaN, Number.NaN];
    const age = Math.max(stage.wallMs - wall, stage.clock.monotonic() - monotonic);
    if (!(age <= confirmationLifetimeMs)) stage.violations.push(`sent ${age} ms after the confirmation`);
    const { configured, reading } = stage;
    if (configured?.project.endpoint !== origin) stage.violations.push('sent to a changed target');
    // The disk cannot be asked once more while the entry is written or the connection made: the confirmation would grow old.
    if (plan.mishaps.some(([event]) => event === 'open' || event === 'send')) return;
    const current = reading.kind === 'present' ? reading.credentials : [];
    if (current.map(({ storedAt }) => storedAt).join() !== stage.previewed.map(({ storedAt }) => storedAt).join())
      stage.violations.push('sent with an old credential');
  };
  return controller;
}

/** The credential that was previewed, or the last one there was, is the very one that a reset was verified for. */
function assertItWasReset(stage: ResetStage): void {
  const { previewed, reading } = stage;
  if (previewed.length === 0) {
    assert.ok(reading.kind === 'missing' && reading.resetAt !== undefined, 'nothing was reset');
    return;
  }
  const resets = [...stage.memory.entries.values()].filter(({ outcome }) => outcome?.kind === 'verified');
  assert.ok(
    resets.some(({ credentialStoredAt }) => previewed.some(({ storedAt }) => storedAt === credentialStoredAt)),
    'another credential was reset',
  );
}

describe('resetOperation, whatever happens', () => {
  it('sends at most once, never before its journal entry, and calls nothing verified that no read showed gone', async () => {
    const seen = new Map<string, number>();
    await fc.assert(
      fc.asyncProperty(script, async (plan) => {
        const stage = new ResetStage();
        const controller = setTheStage(plan, stage);
        for (let run = 0; run < plan.runs; run++) {
          const [sendsBefore, goneBefore, uncheckableBefore] = [stage.sends, stage.goneReads, stage.notCheckableReads];
          stage.previewed = [];
          const outcome = await stage
            .run(controller.signal, { random: { id: () => `run-${run}` } })
            .catch((error: Error) => {
              assert.match(error.message, /^broken at /);
              return undefined;
            });
          const sends = stage.sends - sendsBefore;
          assert.ok(sends <= 1, `sent ${sends} times`);
          if (outcome?.kind === 'verified') {
            assert.equal(sends, 1, 'verified without sending');
            assert.ok(stage.goneReads > goneBefore, 'verified without a read that said gone');
          }
          if (outcome?.kind === 'accepted') {
            assert.ok(stage.notCheckableReads > uncheckableBefore, 'accepted without a read that can tell nothing');
            assert.equal(plan.answer.kind, 'accepted');
          }
          if (outcome?.kind === 'already-reset') assertItWasReset(stage);
          if (!outcome || outcome.kind === 'already-reset') assert.equal(sends, 0, 'sent, and told otherwise');
          if (outcome?.kind === 'cancelled' || (outcome?.kind === 'not-sent' && plan.answer.kind !== 'not-sent')) {
            const left = stage.memory.calls.some((call) => call.kind === 'sent' && call.operationId === `run-${run}`);
            assert.ok(!left, `${outcome.kind} (${outcome.reason.code}) although the request left`);
          }
          assert.equal(stage.memoryLocks.heldCount, 0, 'the lock is still held');
          const key = outcome?.kind ?? 'defect';
          seen.set(key, (seen.get(key) ?? 0) + 1);
        }
        assert.deepEqual(stage.violations, []);
      }),
      { seed: 20_300_102, numRuns: 700 },
    );
    const kinds = ['verified', 'accepted', 'already-reset', 'not-reset', 'refused', 'not-sent', 'unknown', 'cancelled'];
    assert.deepEqual(
      kinds.filter((kind) => !seen.has(kind)),
      [],
      'the scripts have not come to every outcome',
    );
  });
});
