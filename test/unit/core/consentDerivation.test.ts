import assert from 'node:assert/strict';
import { afterReset, consentByMarkers, readingWithoutSecret, whyUnusable } from '../../../src/core/consentDerivation';
import { type IdentityState, initialState } from '../../../src/core/consentStore';
import type { NoCredential } from '../../../src/core/credentialSource';
import { localTime } from '../../../src/core/localTime';
import { reason } from '../../../src/core/model';
import type { OutcomeKind } from '../../../src/core/outcome';
import type { CredentialMarker } from '../../../src/core/ports';

const noon = Date.UTC(2030, 0, 2, 12);
const here = ['https://consent.example'];
const elsewhere = ['https://other.example'];

type End = NonNullable<CredentialMarker['ended']>['by'];

const live = (storedAt: number, origins: readonly string[] = here): CredentialMarker => ({
  form: 'token',
  storedAt,
  origins,
});
const ended = (by: End, at: number): CredentialMarker => ({ ...live(at - 1), ended: { by, at } });

describe('what the notes of an identity say when there is no secret', () => {
  const rows: readonly (readonly [what: string, markers: readonly CredentialMarker[], reading: NoCredential])[] = [
    ['none', [], { kind: 'missing' }],
    ['one that should be there', [live(5)], { kind: 'lost', storedAt: 5 }],
    ['the newest of those that should be', [live(9), live(5)], { kind: 'lost', storedAt: 9 }],
    [
      'one that should be, beside one that was reset later',
      [live(5), ended('reset', 9)],
      { kind: 'lost', storedAt: 5 },
    ],
    ['forgotten', [ended('forget', 5)], { kind: 'missing' }],
    ['no longer accepted', [ended('dead', 5)], { kind: 'missing' }],
    ['reset', [ended('reset', 5)], { kind: 'missing', resetAt: 5 }],
    ['reset at the very beginning of time', [ended('reset', 0)], { kind: 'missing', resetAt: 0 }],
    ['damaged', [ended('damage', 5)], { kind: 'corrupt' }],
    ['reset last', [ended('forget', 5), ended('reset', 9)], { kind: 'missing', resetAt: 9 }],
    ['reset last, noted first', [ended('reset', 9), ended('forget', 5)], { kind: 'missing', resetAt: 9 }],
    ['forgotten last', [ended('reset', 5), ended('forget', 9)], { kind: 'missing' }],
    ['forgotten last, noted first', [ended('forget', 9), ended('reset', 5)], { kind: 'missing' }],
    ['two ends at one time: the later note', [ended('forget', 5), ended('damage', 5)], { kind: 'corrupt' }],
  ];
  for (const [what, markers, reading] of rows) {
    it(`${what}: ${JSON.stringify(reading)}`, () => assert.deepEqual(readingWithoutSecret(markers), reading));
  }
});

describe('what the notes of an identity say of its consent', () => {
  const rows: readonly (readonly [what: string, markers: readonly CredentialMarker[], told: string])[] = [
    ['none', [], 'not-signed-in'],
    ['one for this address', [live(5)], 'stored'],
    ['one for this address among others', [live(5, elsewhere), live(4)], 'stored'],
    ['one for this address and more', [live(5, [...elsewhere, ...here])], 'stored'],
    ['one for another address', [live(5, elsewhere)], `credential.foreignOrigin ${elsewhere}`],
    [
      'the newest of those for other addresses',
      [live(5, ['https://old.example']), live(9, elsewhere), live(7, ['https://older.example'])],
      `credential.foreignOrigin ${elsewhere}`,
    ],
    [
      'one for another address beside one for this that was reset',
      [live(9, elsewhere), ended('reset', 5)],
      'needs-consent 5',
    ],
    [
      'one for another address beside one for this that was forgotten',
      [live(9, elsewhere), ended('forget', 5)],
      `credential.foreignOrigin ${elsewhere}`,
    ],
    ['one for this address that was reset', [ended('reset', 5)], 'needs-consent 5'],
    ['one that was forgotten', [ended('forget', 5)], 'not-signed-in'],
    ['one that was damaged', [ended('damage', 5)], 'credential.corrupt'],
  ];
  for (const [what, markers, told] of rows) {
    it(`${what}: ${told}`, () => {
      const state = consentByMarkers(markers, here);
      const said =
        state.kind === 'unusable-credential'
          ? [state.reason.code, ...Object.values(state.reason.params)].join(' ')
          : state.kind === 'needs-consent'
            ? `${state.kind} ${state.since}`
            : state.kind;
      assert.equal(said, told);
    });
  }
});

describe('why a stored credential cannot be used', () => {
  const rows: readonly (readonly [
    Exclude<NoCredential, { kind: 'missing' }>,
    code: string,
    actions: readonly string[],
  ])[] = [
    [{ kind: 'lost', storedAt: noon }, 'credential.lost', ['replace-credential', 'lost-token-help']],
    [
      { kind: 'foreign-origin', boundTo: ['https://a.example', 'https://b.example'] },
      'credential.foreignOrigin',
      ['replace-credential'],
    ],
    [{ kind: 'corrupt' }, 'credential.corrupt', ['replace-credential']],
    [{ kind: 'newer' }, 'credential.newer', []],
    [{ kind: 'unreadable' }, 'credential.unreadable', ['retry']],
  ];
  for (const [reading, code, actions] of rows) {
    it(`${reading.kind}: ${actions.join(', ') || 'nothing to do here'}`, () => {
      const why = whyUnusable(reading);
      assert.equal(why.code, code);
      assert.deepEqual(
        why.actions.map(({ kind }) => kind),
        actions,
      );
    });
  }

  it('says since when it was there, and where it belongs', () => {
    assert.deepEqual(whyUnusable({ kind: 'lost', storedAt: noon }).params, { since: localTime(noon) });
    const boundTo = ['https://a.example', 'https://b.example'];
    assert.deepEqual(whyUnusable({ kind: 'foreign-origin', boundTo }).params, {
      boundTo: 'https://a.example, https://b.example',
    });
  });
});

describe('the row after a reset', () => {
  const stored: IdentityState = { ...initialState, consent: { kind: 'stored' } };
  const unfinished = { operationId: 'earlier', openedAt: noon - 1, reason: reason('test.open') };
  const end = (kind: OutcomeKind, changes: { operationId?: string; replace?: boolean } = {}) => ({
    kind,
    reason: reason(
      'test.why',
      {},
      changes.replace ? [{ kind: 'retry' }, { kind: 'replace-credential' }] : [{ kind: 'retry' }],
    ),
    at: noon,
    ...(changes.operationId !== undefined && { operationId: changes.operationId }),
  });

  it('is dead only when a refusal asks for another credential', () => {
    assert.equal(afterReset(stored, end('refused', { replace: true })).consent.kind, 'dead-credential');
    assert.equal(afterReset(stored, end('refused')).consent.kind, 'stored');
    assert.equal(afterReset(stored, end('not-sent', { replace: true })).consent.kind, 'stored');
  });

  it('keeps an earlier operation open unless it is the one that ended', () => {
    const before = { ...stored, unfinished };
    for (const kind of ['refused', 'not-sent', 'cancelled', 'verified'] as const) {
      assert.equal(afterReset(before, end(kind, { operationId: 'other' })).unfinished, unfinished, kind);
      assert.equal(afterReset(before, end(kind, { operationId: 'earlier' })).unfinished, undefined, kind);
    }
  });

  it('is open after an unknown outcome that the journal has, and only then', () => {
    assert.equal(afterReset(stored, end('unknown', { operationId: 'now' })).unfinished?.operationId, 'now');
    assert.equal(afterReset(stored, end('unknown')).unfinished, undefined);
  });

  it('needs a consent once it is gone, and knows nothing where nobody could see it', () => {
    assert.deepEqual(afterReset(stored, end('verified')).consent, { kind: 'needs-consent', since: noon });
    assert.deepEqual(afterReset(stored, end('already-reset')).consent, { kind: 'needs-consent', since: noon });
    assert.equal(afterReset(stored, end('accepted')).consent.kind, 'unread');
    assert.equal(afterReset(stored, end('not-reset')).consent.kind, 'stored');
    assert.equal(afterReset(stored, end('cancelled')).lastOutcome, undefined);
  });
});
