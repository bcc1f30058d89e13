import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { OutcomeKind } from '../../../src/core/outcome';
import type { JournalEvent } from '../../../src/storage/journalEvents';
import { formatEvent, parseLine } from '../../../src/storage/journalEvents';
import { type Known, knownFrom, mergeKnown, snapshotOf } from '../../../src/storage/journalTable';
import { address, newEntry, outcome } from './support';

const kinds: readonly OutcomeKind[] = ['verified', 'accepted', 'refused', 'not-sent', 'unknown', 'cancelled'];
const { credentialStoredAt, openedAt } = newEntry('1');
const subject = { address: address(), credentialStoredAt, openedAt };
const time = fc.integer({ min: 0, max: 4 });
const anyOutcome = fc.tuple(fc.constantFrom(...kinds), time).map(([kind, at]) => outcome(kind, at));
const anyEvent: fc.Arbitrary<JournalEvent> = fc.oneof(
  fc.constant<JournalEvent>({ type: 'sending', entry: newEntry('1') }),
  time.map((at): JournalEvent => ({ type: 'sent', operationId: '1', at })),
  anyOutcome.map((end): JournalEvent => ({ type: 'closed', operationId: '1', outcome: end, subject })),
  fc.constant<JournalEvent>({ type: 'dismissed', operationId: '1' }),
  anyOutcome.map((end): JournalEvent => ({ type: 'snapshot', operationId: '1', entry: newEntry('1'), outcome: end })),
);

function merged(events: readonly JournalEvent[]): Known | undefined {
  const pieces = events.map(knownFrom).filter((piece) => piece !== undefined);
  return pieces.length > 0 ? pieces.reduce(mergeKnown) : undefined;
}

function closed(kind: OutcomeKind, at: number): JournalEvent {
  return { type: 'closed', operationId: '1', outcome: outcome(kind, at) };
}

describe('journalTable', () => {
  it('gives the same whatever the order and however often events are read', () => {
    fc.assert(
      fc.property(
        fc
          .array(anyEvent, { minLength: 1, maxLength: 6 })
          .chain((events) =>
            fc.tuple(
              fc.constant(events),
              fc.shuffledSubarray([...events, ...events], { minLength: events.length * 2 }),
            ),
          ),
        ([events, shuffled]) => {
          assert.deepEqual(merged(shuffled), merged(events));
        },
      ),
    );
  });

  it('loses nothing in a snapshot but whose file it was', () => {
    fc.assert(
      fc.property(fc.array(anyEvent, { minLength: 1 }), (events) => {
        const known = merged(events);
        assert.ok(known);
        const line = parseLine(formatEvent(snapshotOf(known)));
        const { opened: _, ...rest } = known;
        assert.deepEqual(line.kind === 'event' ? knownFrom(line.event) : undefined, rest);
      }),
    );
  });

  it('never lets "unknown" replace a result', () => {
    assert.equal(merged([closed('verified', 1), closed('unknown', 9)])?.outcome?.kind, 'verified');
    assert.equal(merged([closed('not-reset', 1), closed('verified', 9)])?.outcome?.kind, 'verified');
    assert.equal(merged([closed('accepted', 9), closed('unknown', 10)])?.outcome?.kind, 'accepted');
  });

  it('never takes a verified reset back, also when the clock was', () => {
    assert.equal(merged([closed('accepted', 9), closed('verified', 1)])?.outcome?.kind, 'verified');
    assert.equal(merged([closed('verified', 1), closed('not-reset', 9)])?.outcome?.kind, 'verified');
  });
});
