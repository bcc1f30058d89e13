/** Every state a row of the tree can be in, as far as its `contextValue` tells. */
import { archiveLifetimeMs, type JobState, maxJobRetries, type TrackedJob } from '../../src/core/archiveJobs';
import { type Activity, type ConsentState, type IdentityState, initialState } from '../../src/core/consentStore';
import { presentJobs } from '../../src/core/jobPresentation';
import { type EntryState, presentEntry } from '../../src/core/journalPresentation';
import type { TargetKey } from '../../src/core/model';
import type { OutcomeKind } from '../../src/core/outcome';
import { untranslated } from '../../src/core/outcomeText';
import { presentIdentity, providerFlags } from '../../src/core/presentation';
import { providerDescriptions } from '../../src/providers/registry';

const why = { code: 'test', params: {}, actions: [] };

const consents: Readonly<Record<ConsentState['kind'], ConsentState>> = {
  'not-signed-in': { kind: 'not-signed-in' },
  stored: { kind: 'stored' },
  granted: {
    kind: 'granted',
    grant: { timeBased: ['search'], oneTime: [], credentials: [] },
    readAt: 1,
    unusable: [],
  },
  'needs-consent': { kind: 'needs-consent', since: 1 },
  'dead-credential': { kind: 'dead-credential', reason: why },
  'unusable-credential': { kind: 'unusable-credential', reason: why },
  unread: { kind: 'unread', reason: why },
};

const activities: Readonly<Record<Activity['kind'], Activity>> = {
  idle: { kind: 'idle' },
  checking: { kind: 'checking' },
  queued: { kind: 'queued' },
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

/** What a service offers, as far as rows tell it: every combination that a provider has, and none at all. */
const services: ReadonlyMap<string, readonly string[]> = new Map([
  ['none', []],
  ...[...providerDescriptions].map(([id, description]) => [id, providerFlags(description)] as const),
]);

export interface Row {
  /** Flags of the provider. */
  readonly service: readonly string[];
  readonly state: IdentityState;
  readonly contextValue: string;
}

export function allRows(): readonly Row[] {
  return [...services.entries()].flatMap(([provider, service]) => rowsOf(provider, service));
}

function rowsOf(provider: string, service: readonly string[]): readonly Row[] {
  const project = { id: 'p', label: 'P', provider, endpoint: 'https://a.example', options: {}, identities: [] };
  const target = { project, identity: { id: 'i', label: 'I' } };
  const unfinished = { operationId: 'o', openedAt: 1, reason: why };
  const rows: Row[] = [];
  for (const consent of Object.values(consents)) {
    for (const activity of Object.values(activities)) {
      for (const kind of [undefined, ...(Object.keys(outcomes) as OutcomeKind[])]) {
        for (const [open, unattended] of [
          [false, false],
          [true, false],
          [false, true],
        ]) {
          const state: IdentityState = {
            ...initialState,
            consent,
            activity,
            ...(kind === undefined ? {} : { lastOutcome: { kind, reason: why, at: 1 } }),
            ...(open ? { unfinished } : {}),
            ...(unattended ? { unattended: ['reset'] } : {}),
          };
          const context = { now: 1, texts: new Map(), translate: untranslated, flagsOf: () => service };
          const shown = presentIdentity(target, state, context);
          rows.push({ service, state, contextValue: shown.contextValue });
        }
      }
    }
  }
  return rows;
}

const jobStates: Readonly<Record<JobState, true>> = {
  'in-progress': true,
  complete: true,
  failed: true,
  cancelled: true,
  gone: true,
};

export interface JobRow {
  readonly job: TrackedJob;
  readonly downloading: boolean;
  readonly contextValue: string;
}

export function allJobRows(): readonly JobRow[] {
  const rows: JobRow[] = [];
  for (const state of Object.keys(jobStates) as JobState[]) {
    for (const parts of [[], [{}], [{ downloadedAt: 1, bytes: 1 }]]) {
      for (const retries of [0, maxJobRetries]) {
        for (const now of [1, 1 + archiveLifetimeMs]) {
          for (const downloading of [false, true]) {
            const job: TrackedJob = { jobId: 'j', resources: [], state, trackedAt: 1, retries, parts };
            const downloads = new Map(downloading ? [['j', { doneBytes: 0, totalBytes: 1 }]] : []);
            const context = { now, texts: new Map(), translate: untranslated };
            const [row] = presentJobs({ ...initialState, jobs: [job], downloads }, context);
            if (!row?.job) throw new Error('A job has no row.');
            rows.push({ job, downloading, contextValue: row.job.contextValue });
          }
        }
      }
    }
  }
  return rows;
}

const entryStates: Readonly<Record<EntryState, true>> = { ...outcomes, running: true, dismissed: true };

export interface JournalRow {
  readonly state: EntryState;
  readonly contextValue: string;
}

export function allJournalRows(): readonly JournalRow[] {
  const address = { provider: 'none', origin: 'https://a.example', target: 'p/i' as TargetKey };
  const entry = {
    operationId: 'o',
    address,
    projectLabel: 'P',
    identityLabel: 'I',
    confirmedBy: 'modal',
    confirmedAt: 1,
    credentialStoredAt: 1,
    hints: {},
    openedAt: 1,
    stage: 'sending',
  } as const;
  const context = { now: 1, texts: new Map(), translate: untranslated };
  return (Object.keys(entryStates) as EntryState[]).map((state) => ({
    state,
    contextValue: presentEntry(entry, state, context).contextValue,
  }));
}

/** The flags between the semicolons of a `contextValue`. */
export function flagsOf(contextValue: string): readonly string[] {
  return contextValue.split(';').filter((flag) => flag !== '');
}
