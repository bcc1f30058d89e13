import assert from 'node:assert/strict';
import fc from 'fast-check';
import { resetAttempts, runBulk, sendingAtOnce } from '../../../src/core/bulkReset';
import { bulkLifetimeMs, momentOf } from '../../../src/core/bulkStanding';
import { type Answer, BulkDesk } from '../../fakes/bulkDesk';

const answer = fc.oneof(
  fc.constantFrom<Answer>('verified', 'refused', 'unknown', 'not-reset', 'quota'),
  fc.constantFrom(0, 1, 39, 900, 7_200).map((quota): Answer => ({ quota })),
);

/** What happens when so many have left. */
const happening = fc.record({
  after: fc.integer({ min: 1, max: 40 }),
  what: fc.constantFrom('cancel', 'stop-one', 'sleep', 'half-hour'),
});

const script = fc.record({
  count: fc.integer({ min: 1, max: 40 }),
  answers: fc.array(fc.tuple(fc.integer({ min: 0, max: 39 }), fc.array(answer, { minLength: 1, maxLength: 6 })), {
    maxLength: 12,
  }),
  happenings: fc.array(happening, { maxLength: 2 }),
});

const isQuota = (given: Answer | undefined): boolean => given === 'quota' || typeof given === 'object';

describe('a bulk of resets, whatever it is answered and whatever befalls it', () => {
  it('sends none twice unless it was refused for the quota, nothing after a cancel, and tells what each was answered', () =>
    fc.assert(
      fc.asyncProperty(script, async ({ count, answers, happenings }) => {
        const desk = new BulkDesk(count);
        for (const [at, given] of answers) desk.answers.set(`user${at}`, given);
        const planned = new Map([...desk.answers].map(([id, given]) => [id, given] as const));
        const start = desk.clock.now();
        const cancel = new AbortController();
        let ended = Number.POSITIVE_INFINITY;
        desk.onSent = () => {
          const so = desk.sends.length;
          for (const { after, what } of happenings) {
            if (after !== so) continue;
            if (what === 'stop-one') desk.stops.get('user0')?.();
            else ended = Math.min(ended, so);
            if (what === 'cancel') cancel.abort();
            if (what === 'sleep') desk.wallMs += 8 * 3_600_000;
            if (what === 'half-hour') desk.clock.pass(bulkLifetimeMs + 1);
          }
        };

        const results = await runBulk(desk.items, momentOf(desk.clock), desk.ports(), cancel.signal);

        assert.deepEqual(
          results.map(({ target }) => target),
          desk.targets,
        );
        assert.ok(desk.mostOnTheWay <= sendingAtOnce);
        assert.ok(desk.sends.length <= ended, `${desk.sends.length} have left, although it ended at ${ended}`);
        assert.equal(desk.stops.size, 0);
        for (const { at } of desk.sends) assert.ok(at - start <= bulkLifetimeMs);
        for (const { target, outcome } of results) {
          const { id } = target.identity;
          const sent = desk.sendsOf(id);
          const given = planned.get(id) ?? [];
          assert.ok(sent <= resetAttempts);
          for (let at = 0; at < sent - 1; at++) assert.ok(isQuota(given[at]), `${id} was sent again`);
          const last = sent === 0 ? undefined : (given[sent - 1] ?? 'verified');
          if (last === undefined) assert.ok(['cancelled', 'not-sent'].includes(outcome.kind), outcome.kind);
          else if (isQuota(last)) assert.ok(['refused', 'unknown'].includes(outcome.kind), outcome.kind);
          else if (outcome.kind !== 'unknown') assert.equal(outcome.kind, last);
          // Only who was stopped alone, after it had left, is not waited for.
          if (outcome.kind === 'unknown' && last !== 'unknown') assert.equal(id, 'user0');
        }
      }),
      { numRuns: 400 },
    ));
});
