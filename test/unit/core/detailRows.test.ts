import assert from 'node:assert/strict';
import { type ConsentState, type IdentityState, initialState } from '../../../src/core/consentStore';
import { presentDetails } from '../../../src/core/detailRows';
import { localTime } from '../../../src/core/localTime';
import { type Reason, reason } from '../../../src/core/model';
import type { OutcomeKind } from '../../../src/core/outcome';
import { collectReasonTexts, untranslated } from '../../../src/core/outcomeText';
import type { CredentialSummary } from '../../../src/core/provider';

const now = Date.UTC(2030, 0, 2, 12);
const texts = collectReasonTexts([
  {
    'test.why': { happened: 'It happened.', notHappened: 'Nothing was sent.', remedy: 'Try again.' },
    'test.other': { happened: 'Something else happened.' },
    'test.limit': { happened: 'limited to 7 days' },
  },
]);
const why = reason('test.why');
const other = reason('test.other');

/** `icon id label | description`, one for each row. */
function rows(state: Partial<IdentityState>): readonly string[] {
  return presentDetails(
    { ...initialState, consent: { kind: 'stored' }, ...state },
    { now, texts, translate: untranslated },
  ).map(({ icon, id, label, description, ariaLabel }) => {
    const spoken = [label, description].filter((part) => part !== '').join(', ');
    assert.ok(ariaLabel === spoken.replaceAll(' · ', ', ') || ariaLabel.startsWith('Scope '), ariaLabel);
    const colour = icon.color === undefined ? '' : `(${icon.color})`;
    return `${icon.id}${colour} ${id} ${label}${description === '' ? '' : ` | ${description}`}`;
  });
}

const sentences = (id: string): readonly string[] => [
  `info ${id}:happened It happened.`,
  `circle-slash ${id}:not Nothing was sent.`,
  `lightbulb ${id}:remedy Try again.`,
];
const outcome = (kind: OutcomeKind, because: Reason = why, operationId?: string) => ({
  lastOutcome: { kind, reason: because, at: now - 60_000, ...(operationId !== undefined && { operationId }) },
});
const granted = (
  credentials: readonly CredentialSummary[],
  changes: Partial<Extract<ConsentState, { kind: 'granted' }>> = {},
): Partial<IdentityState> => ({
  consent: {
    kind: 'granted',
    grant: { timeBased: [], oneTime: [], credentials },
    readAt: now,
    unusable: [],
    ...changes,
  },
});

describe('the rows below an identity', () => {
  it('tell an operation whose result is not known, once', () => {
    const unfinished = { operationId: 'op', openedAt: now, reason: why };
    assert.deepEqual(rows({ unfinished }), sentences('unfinished'));
    assert.deepEqual(rows({ unfinished, ...outcome('unknown', why, 'op') }), sentences('unfinished'));
  });

  it('tell the last outcome, with a warning where one has to look', () => {
    const when = localTime(now - 60_000, now);
    assert.deepEqual(rows(outcome('verified')), [
      `history last-outcome Last reset: verified | ${when}`,
      ...sentences('outcome'),
    ]);
    assert.deepEqual(rows(outcome('refused', other)), [
      `warning last-outcome Last reset: refused | ${when}`,
      'info outcome:happened Something else happened.',
    ]);
  });

  it('tell why a consent cannot be used, but not what the last outcome has told', () => {
    const consent: ConsentState = { kind: 'dead-credential', reason: why };
    assert.deepEqual(rows({ consent }), sentences('consent'));
    assert.equal(rows({ consent, ...outcome('refused', why) }).length, 4);
    assert.equal(rows({ consent, ...outcome('refused', other) }).length, 5);
  });

  it('tell what is granted: scopes and grants, by name', () => {
    const grant = {
      timeBased: ['maps'],
      oneTime: [`${'y'.repeat(99)}`],
      grants: { count: 1, names: ['build-pipeline'] },
      credentials: [],
    };
    const consent: ConsentState = { kind: 'granted', grant, readAt: now, unusable: [why] };
    assert.deepEqual(rows({ consent }), [
      'shield scope:maps maps | time-based',
      `shield scope:${'y'.repeat(99)} ${'y'.repeat(79)}… | one time`,
      'shield scope:build-pipeline build-pipeline | grant',
      ...sentences('unusable-0'),
    ]);
  });

  const alive = { storedAt: now - 60_000, alive: true };
  const words: readonly (readonly [Partial<CredentialSummary>, string])[] = [
    [{}, 'accepted'],
    [{ expiresAt: now + 3 * 86_400_000 }, 'ends in 3 d'],
    [{ expiresAt: now + 1_000 }, 'ends in 1 s'],
    [{ expiresAt: now }, 'expired'],
    [{ expiresAt: now - 1 }, 'expired'],
    [{ expiresAt: now + 86_400_000, limit: reason('test.limit') }, 'ends in 24 h · limited to 7 days'],
    [{ accessTokenExpiresAt: now + 1_800_000 }, 'access token: 30 min'],
    [{ accessTokenExpiresAt: now }, 'accepted'],
    [{ grants: ['maps'] }, 'accepted'],
  ];
  for (const [changes, description] of words) {
    it(`tell of a sign-in ${JSON.stringify(changes)}: ${description}`, () => {
      assert.deepEqual(rows(granted([{ ...alive, ...changes }])), [
        `clock credential:${now - 60_000} Sign-in | ${description}`,
      ]);
    });
  }

  it('tell several sign-ins apart by their time, and how much each was granted', () => {
    const time = (at: number): string => localTime(at, now);
    const [first, second, third] = [now - 3_000_000, now - 2_000_000, now - 1_000_000];
    assert.deepEqual(
      rows(
        granted([
          { storedAt: first, alive: false, grants: ['maps'] },
          { storedAt: second, alive: true, grants: ['maps'] },
          { storedAt: third, alive: true, grants: ['maps', 'search'] },
        ]),
      ),
      [
        `error(list.errorForeground) credential:${first} Sign-in of ${time(first)} | no longer accepted`,
        `clock credential:${second} Sign-in of ${time(second)} | 1 scope`,
        `clock credential:${third} Sign-in of ${time(third)} | 2 scopes`,
      ],
    );
  });

  it('tell that tasks may reset it', () => {
    assert.deepEqual(rows({ unattended: ['reset'] }), [
      'run-all unattended Unattended reset | allowed for tasks of this folder',
    ]);
  });
});
