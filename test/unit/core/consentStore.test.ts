import assert from 'node:assert/strict';
import { ConsentStore, type IdentityState, identityNeedsAttention, initialState } from '../../../src/core/consentStore';
import { reason, type TargetKey } from '../../../src/core/model';
import type { OutcomeKind } from '../../../src/core/outcome';

const alice = 'shop/alice' as TargetKey;
const bob = 'shop/bob' as TargetKey;
const stored: IdentityState = { ...initialState, consent: { kind: 'stored' } };

describe('ConsentStore', () => {
  let store: ConsentStore;
  let announced: (readonly TargetKey[])[];
  let errors: unknown[];
  beforeEach(() => {
    errors = [];
    store = new ConsentStore((error) => errors.push(error));
    announced = [];
    store.subscribe((changed) => announced.push([...changed]));
  });

  it('knows nothing of an identity at first', () => assert.equal(store.get(alice), initialState));

  it('replaces an entry, and announces it', () => {
    store.update(alice, () => stored);
    assert.equal(store.get(alice), stored);
    assert.equal(store.get(bob), initialState);
    assert.deepEqual(announced, [[alice]]);
  });

  it('a listener that throws is reported, and keeps nobody from hearing', () => {
    const failure = new Error('listener');
    const heard: (readonly TargetKey[])[] = [];
    store.subscribe(() => {
      throw failure;
    });
    store.subscribe((changed) => heard.push([...changed]));
    store.update(alice, () => stored);
    assert.equal(store.get(alice), stored);
    assert.deepEqual([announced, heard, errors], [[[alice]], [[alice]], [failure]]);
  });

  it('is silent when nothing changed', () => {
    store.update(alice, (state) => state);
    store.updateAll(new Map());
    assert.deepEqual(announced, []);
  });

  it('announces several changes at once', () => {
    store.updateAll(
      new Map([
        [alice, () => stored],
        [bob, () => stored],
      ]),
    );
    assert.deepEqual(announced, [[alice, bob]]);
  });

  it('lets go of what is not retained', () => {
    store.update(alice, () => stored);
    store.update(bob, () => stored);
    store.retain(new Set([bob]));
    assert.equal(store.get(alice), initialState);
    assert.equal(store.get(bob), stored);
  });

  it('a listener that leaves while it is told does not silence the others', () => {
    const told: string[] = [];
    const first = store.subscribe(() => {
      told.push('first');
      first.dispose();
    });
    store.subscribe(() => told.push('second'));
    store.update(alice, () => stored);
    store.update(alice, () => ({ ...stored }));
    assert.deepEqual(told, ['first', 'second', 'second']);
  });
});

describe('identityNeedsAttention', () => {
  const why = reason('test');
  const outcome = (kind: OutcomeKind): IdentityState => ({ ...stored, lastOutcome: { kind, reason: why, at: 0 } });
  const needed: Readonly<Record<OutcomeKind, boolean>> = {
    verified: false,
    accepted: false,
    'already-reset': false,
    'not-reset': true,
    refused: true,
    'not-sent': false,
    unknown: true,
    unsupported: true,
    cancelled: false,
  };
  for (const [kind, expected] of Object.entries(needed)) {
    it(`after ${kind}: ${expected}`, () =>
      assert.equal(identityNeedsAttention(outcome(kind as OutcomeKind)), expected));
  }

  it('while an operation is unfinished, or the credential is dead or unusable', () => {
    assert.ok(identityNeedsAttention({ ...stored, unfinished: { operationId: '1', openedAt: 0, reason: why } }));
    assert.ok(identityNeedsAttention({ ...stored, consent: { kind: 'dead-credential', reason: why } }));
    assert.ok(identityNeedsAttention({ ...stored, consent: { kind: 'unusable-credential', reason: why } }));
    assert.ok(!identityNeedsAttention({ ...stored, consent: { kind: 'unread', reason: why } }));
    assert.ok(!identityNeedsAttention(stored));
  });
});
