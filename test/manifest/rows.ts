/** Every state an identity's row can be in, as far as its `contextValue` tells. */
import type { Activity, ConsentState, IdentityState } from '../../src/core/consentStore';
import type { OutcomeKind } from '../../src/core/outcome';
import { untranslated } from '../../src/core/outcomeText';
import { presentIdentity } from '../../src/core/presentation';

const why = { code: 'test', params: {}, actions: [] };

const consents: Readonly<Record<ConsentState['kind'], ConsentState>> = {
  'not-signed-in': { kind: 'not-signed-in' },
  stored: { kind: 'stored', storedAt: 1 },
  granted: { kind: 'granted', grant: { timeBased: ['search'], oneTime: [] }, readAt: 1 },
  'needs-consent': { kind: 'needs-consent', since: 1 },
  'dead-credential': { kind: 'dead-credential', reason: why },
  'unusable-credential': { kind: 'unusable-credential', reason: why },
  unread: { kind: 'unread', reason: why },
};

const activities: Readonly<Record<Activity['kind'], Activity>> = {
  idle: { kind: 'idle' },
  checking: { kind: 'checking' },
  resetting: { kind: 'resetting', step: 'sending' },
  verifying: { kind: 'verifying' },
};

const outcomes: Readonly<Record<OutcomeKind, true>> = {
  verified: true,
  accepted: true,
  'already-reset': true,
  'not-reset': true,
  refused: true,
  'not-sent': true,
  unknown: true,
  unsupported: true,
  cancelled: true,
};

export interface Row {
  readonly state: IdentityState;
  readonly contextValue: string;
}

export function allRows(): readonly Row[] {
  const project = { id: 'p', label: 'P', provider: 'x', endpoint: 'https://a.example', options: {}, identities: [] };
  const target = { project, identity: { id: 'i', label: 'I' } };
  const unfinished = { operationId: 'o', openedAt: 1, reason: why };
  const rows: Row[] = [];
  for (const consent of Object.values(consents)) {
    for (const activity of Object.values(activities)) {
      for (const kind of [undefined, ...(Object.keys(outcomes) as OutcomeKind[])]) {
        for (const open of [false, true]) {
          const state: IdentityState = {
            consent,
            activity,
            ...(kind === undefined ? {} : { lastOutcome: { kind, reason: why, at: 1 } }),
            ...(open ? { unfinished } : {}),
          };
          const shown = presentIdentity(target, state, { now: 1, texts: new Map(), translate: untranslated });
          rows.push({ state, contextValue: shown.contextValue });
        }
      }
    }
  }
  return rows;
}

/** The flags between the semicolons of a `contextValue`. */
export function flagsOf(contextValue: string): readonly string[] {
  return contextValue.split(';').filter((flag) => flag !== '');
}
