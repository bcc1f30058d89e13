/** What is known of every identity: the one truth that tree, status bar and tasks render. Entries are immutable and replaced. */
import type { TrackedJob } from './archiveJobs';
import type { Reason, TargetKey } from './model';
import { needsAttention, type Outcome } from './outcome';
import type { GrantSummary } from './provider';
import type { ResetStep } from './resetSteps';

export type Activity =
  | { readonly kind: 'idle' }
  | { readonly kind: 'checking' }
  /** It is part of a bulk that has not come to it yet, or that waits for the service to take it. */
  | { readonly kind: 'queued' }
  | { readonly kind: 'resetting'; readonly step: ResetStep }
  | { readonly kind: 'verifying' };

export type ConsentState =
  /** No credential on this computer, and no reset that would explain it. */
  | { readonly kind: 'not-signed-in' }
  /** A credential is stored; the consent has not been read since the window opened. */
  | { readonly kind: 'stored' }
  | {
      readonly kind: 'granted';
      readonly grant: GrantSummary;
      readonly readAt: number;
      /** Why other stored credentials of the identity cannot be used. */
      readonly unusable: readonly Reason[];
    }
  /** The consent is known to be gone. */
  | { readonly kind: 'needs-consent'; readonly since: number }
  /** The service does not accept the credential, and no reset explains it. */
  | { readonly kind: 'dead-credential'; readonly reason: Reason }
  /** The stored credential must not be used: it belongs elsewhere, was lost, or cannot be read. */
  | { readonly kind: 'unusable-credential'; readonly reason: Reason }
  /** The last read failed; nothing is known. */
  | { readonly kind: 'unread'; readonly reason: Reason };

export interface IdentityState {
  readonly activity: Activity;
  readonly consent: ConsentState;
  /** The outcome of the last operation in this window. */
  readonly lastOutcome?: Outcome;
  /** An operation whose result is not known, from this window or one that has ended. */
  readonly unfinished?: { readonly operationId: string; readonly openedAt: number; readonly reason: Reason };
  /** Archive jobs that are known here, oldest first. */
  readonly jobs: readonly TrackedJob[];
  /** Ids of the ways in which tasks of this window may reset it without asking; absent when there is none. */
  readonly unattended?: readonly string[];
  /** Downloads that run in this window, by job id. */
  readonly downloads: ReadonlyMap<string, DownloadProgress>;
}

export interface DownloadProgress {
  readonly doneBytes: number;
  /** `undefined` until the sizes are known. */
  readonly totalBytes: number | undefined;
}

export const initialState: IdentityState = {
  activity: { kind: 'idle' },
  consent: { kind: 'not-signed-in' },
  jobs: [],
  downloads: new Map(),
};

/** Whether the identity counts in the badge. */
export function identityNeedsAttention(state: IdentityState): boolean {
  return (
    state.unfinished !== undefined ||
    state.consent.kind === 'dead-credential' ||
    state.consent.kind === 'unusable-credential' ||
    (state.lastOutcome !== undefined && needsAttention(state.lastOutcome.kind))
  );
}

export type StoreListener = (changed: ReadonlySet<TargetKey>) => void;

export class ConsentStore {
  readonly #states = new Map<TargetKey, IdentityState>();
  readonly #listeners = new Set<StoreListener>();

  /** A listener that throws must not keep the others, or the operation that caused the change, from going on. */
  constructor(private readonly onListenerError: (error: unknown) => void) {}

  get(key: TargetKey): IdentityState {
    return this.#states.get(key) ?? initialState;
  }

  /** Replaces the entry of one identity by what `change` makes of it. */
  update(key: TargetKey, change: (state: IdentityState) => IdentityState): void {
    const before = this.get(key);
    const after = change(before);
    if (after === before) return;
    this.#states.set(key, after);
    this.#announce(new Set([key]));
  }

  /** Replaces several entries with one announcement. */
  updateAll(changes: ReadonlyMap<TargetKey, (state: IdentityState) => IdentityState>): void {
    for (const [key, change] of changes) this.#states.set(key, change(this.get(key)));
    if (changes.size > 0) this.#announce(new Set(changes.keys()));
  }

  /** Entries of identities that are no longer configured are let go. */
  retain(keys: ReadonlySet<TargetKey>): void {
    for (const key of this.#states.keys()) if (!keys.has(key)) this.#states.delete(key);
  }

  subscribe(listener: StoreListener): { dispose(): void } {
    this.#listeners.add(listener);
    return { dispose: () => void this.#listeners.delete(listener) };
  }

  #announce(changed: ReadonlySet<TargetKey>): void {
    for (const listener of [...this.#listeners]) {
      try {
        listener(changed);
      } catch (error) {
        this.onListenerError(error);
      }
    }
  }
}
