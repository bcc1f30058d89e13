import assert from 'node:assert/strict';
import type { TargetAddress, TargetKey } from '../../../src/core/model';
import { isAbout, newestOpen, sameAddress, underWayElsewhere } from '../../../src/core/openEntries';
import type { JournalEntry, VerifiedReset } from '../../../src/core/ports';
import { aborted, unlessAborted } from '../../../src/core/unlessAborted';
import { credential, noon } from '../../fakes/resetStage';

const address: TargetAddress = { provider: 'p', origin: 'https://a.example', target: 'shop/alice' as TargetKey };
const elsewhere: readonly TargetAddress[] = [
  { ...address, provider: 'q' },
  { ...address, origin: 'https://b.example' },
  { ...address, target: 'shop/bob' as TargetKey },
];
const entry = (operationId: string, openedAt: number, credentialStoredAt = noon, at = address): JournalEntry =>
  ({ operationId, openedAt, credentialStoredAt, address: at }) as JournalEntry;

describe('operations whose outcome is not known', () => {
  it('are of the very provider, origin and identity', () => {
    assert.equal(sameAddress(address, { ...address }), true);
    for (const other of elsewhere) assert.equal(sameAddress(address, other), false);
  });

  it('are about a target with one of its credentials', () => {
    const [mine, other] = [credential({ storedAt: noon }), credential({ storedAt: noon + 1 })];
    assert.equal(isAbout(entry('a', 0), address, [mine]), true);
    assert.equal(isAbout(entry('a', 0), address, [other, mine]), true);
    assert.equal(isAbout(entry('a', 0), address, [other]), false);
    assert.equal(isAbout(entry('a', 0), address, []), false);
    for (const at of elsewhere) assert.equal(isAbout(entry('a', 0, noon, at), address, [mine]), false);
  });

  it('may be under way in another window', () => {
    const own = entry('own', 0);
    const others = elsewhere.map((at, index) => entry(`other${index}`, 0, noon, at));
    const standing = (underWay: readonly JournalEntry[]) =>
      ({ underWay }) as unknown as Parameters<typeof underWayElsewhere>[0];
    assert.equal(underWayElsewhere(standing([...others, own]), address), own);
    assert.equal(underWayElsewhere(standing(others), address), undefined);
  });

  describe('the newest one that is not settled', () => {
    const [old, young, twin] = [entry('old', 10), entry('young', 20), entry('twin', 20)];
    const last = (openedAt: number, credentialStoredAt = noon): VerifiedReset =>
      ({ openedAt, credentialStoredAt }) as VerifiedReset;
    const rows: readonly (readonly [string, readonly JournalEntry[], VerifiedReset | undefined, boolean, string])[] = [
      ['there is none', [], undefined, false, 'none'],
      ['in whatever order', [old, young], undefined, false, 'young'],
      ['in whatever order they come', [young, old], undefined, false, 'young'],
      ['the first of two of one time', [twin, young], undefined, false, 'twin'],
      ['a reset of that credential settles them', [old, young], last(0), false, 'none'],
      ['a reset of another credential does not', [old, young], last(99, noon + 1), false, 'young'],
      ["an operator's later reset settles them", [old, young], last(21, noon + 1), true, 'none'],
      ['one of the same time does as well', [old, young], last(20, noon + 1), true, 'none'],
      ['an earlier one settles those before it', [old, young], last(19), true, 'young'],
      ['an earlier one still', [old, young], last(9), true, 'young'],
    ];
    for (const [what, open, reset, byOperator, expected] of rows) {
      it(`${what}: ${expected}`, () => {
        assert.equal(newestOpen(open, reset, byOperator)?.operationId ?? 'none', expected);
      });
    }
  });
});

describe('an answer that nobody may wait for any more', () => {
  it('is handed on, and so is a failure', async () => {
    const { signal } = new AbortController();
    assert.equal(await unlessAborted(Promise.resolve(7), signal), 7);
    await assert.rejects(unlessAborted(Promise.reject(new Error('x')), signal), /x/);
  });

  it('is dropped when it was stopped before, or is stopped meanwhile', async () => {
    const never = new Promise<number>(() => undefined);
    assert.equal(await unlessAborted(never, AbortSignal.abort()), aborted);
    assert.equal(await unlessAborted(Promise.resolve(7), AbortSignal.abort()), aborted);
    const stop = new AbortController();
    const waiting = unlessAborted(never, stop.signal);
    stop.abort();
    assert.equal(await waiting, aborted);
  });
});
