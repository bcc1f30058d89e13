/** What can be done with an identity's consent, and how the store follows it: reset, read, verify, dismiss. */
import { type ConsentState, type ConsentStore, type IdentityState, initialState } from './consentStore';
import { sameOrigins } from './endpoint';
import { mapLimited } from './mapLimited';
import {
  type Reason,
  reason,
  type Target,
  type TargetAddress,
  type TargetKey,
  targetAddress,
  targetKey,
} from './model';
import { isGone, type Outcome } from './outcome';
import type { CredentialMarker, Journal, JournalEntry, TargetLocks } from './ports';
import type { Preview, ProbeResult, Provider } from './provider';
import {
  type Confirmation,
  type CredentialReading,
  type CredentialSource,
  type ResetPorts,
  runReset,
} from './resetOperation';
import { settleUnfinished } from './verification';

export interface OperationPorts extends Pick<ResetPorts, 'clock' | 'random' | 'log'> {
  readonly store: ConsentStore;
  readonly credentials: CredentialSource & { markers(): Promise<ReadonlyMap<string, CredentialMarker>> };
  /** Origins that a credential of the target has to be bound to. */
  credentialOrigins(target: Target): readonly string[];
  readonly journal: Journal;
  readonly locks: TargetLocks;
  /** Loads the provider's network code on first use. */
  provider(id: string): Promise<Provider>;
  /** The target as configured now. */
  currentTarget(key: TargetKey): Target | undefined;
}

export interface ResetRequest {
  readonly signal: AbortSignal;
  readonly takeOverLock?: boolean;
  confirm(target: Target, preview: Preview): Promise<Confirmation>;
  /** Called with the step the operation has reached. */
  progress?: (step: Parameters<ResetPorts['progress']>[0]) => void;
}

export class ConsentOperations {
  readonly #inFlight = new Map<TargetKey, Promise<Outcome>>();
  /** Where each identity's project pointed when its state was loaded. */
  readonly #loadedOrigins = new Map<TargetKey, string>();

  constructor(private readonly ports: OperationPorts) {}

  /** Resets the consent. While a reset of the identity is under way in this window, a second call joins it. */
  reset(target: Target, request: ResetRequest): Promise<Outcome> {
    const key = targetKey(target);
    const running = this.#inFlight.get(key);
    if (running) return running;
    const operation = this.#reset(target, key, request).finally(() => this.#inFlight.delete(key));
    this.#inFlight.set(key, operation);
    return operation;
  }

  isResetting(target: Target): boolean {
    return this.#inFlight.has(targetKey(target));
  }

  async #reset(target: Target, key: TargetKey, request: ResetRequest): Promise<Outcome> {
    const { store, log } = this.ports;
    let sent = false;
    let outcome: Outcome;
    try {
      const provider = await this.ports.provider(target.project.provider);
      const ports: ResetPorts = {
        ...this.ports,
        provider,
        currentTarget: () => this.ports.currentTarget(key),
        confirm: request.confirm,
        takeOverLock: request.takeOverLock === true,
        progress: (step) => {
          sent ||= step === 'sent';
          store.update(key, (state) => ({ ...state, activity: { kind: 'resetting', step } }));
          request.progress?.(step);
        },
      };
      outcome = await runReset(target, ports, request.signal);
    } catch (error) {
      log.error(
        `Defect while resetting ${key}: ${error instanceof Error ? (error.stack ?? error.message) : 'unknown'}`,
      );
      outcome = this.#outcomeOfDefect(sent);
    }
    store.update(key, (state) => afterReset(state, outcome));
    log.info(`Reset of ${key}: ${outcome.kind} (${outcome.reason.code})`);
    return outcome;
  }

  #outcomeOfDefect(sent: boolean): Outcome {
    return {
      kind: sent ? 'unknown' : 'not-sent',
      reason: reason(sent ? 'reset.crashed' : 'reset.crashedBefore', {}, [{ kind: sent ? 'verify' : 'retry' }]),
      at: this.ports.clock.now(),
    };
  }

  /** Reads the state of the consent; consumes nothing. */
  async probe(target: Target, signal: AbortSignal): Promise<void> {
    const key = targetKey(target);
    const { store } = this.ports;
    if (this.#inFlight.has(key) || store.get(key).activity.kind !== 'idle') return;
    const checking = { kind: 'checking' } as const;
    store.update(key, (state) => ({ ...state, activity: checking }));
    const consent = await this.#readConsent(target, signal);
    // A reset that began meanwhile knows better: this read may have been answered before it.
    store.update(key, (state) =>
      state.activity === checking ? { ...state, activity: { kind: 'idle' }, consent: consent ?? state.consent } : state,
    );
  }

  async #readConsent(target: Target, signal: AbortSignal): Promise<ConsentState | undefined> {
    try {
      const [reading, lastVerified] = await Promise.all([
        this.ports.credentials.read(target),
        this.ports.journal.lastVerifiedReset(targetAddress(target)),
      ]);
      if (reading.kind !== 'present') return consentWithoutCredential(reading, lastVerified);
      const provider = await this.ports.provider(target.project.provider);
      const probe = await provider.probe({ ...target, credential: reading.credential }, signal);
      return this.#consentOf(probe, reading.credential.storedAt, lastVerified);
    } catch (error) {
      this.ports.log.error(`Reading the consent failed: ${error instanceof Error ? error.message : 'unknown error'}`);
      return { kind: 'unread', reason: reason('consent.readDefect', {}, [{ kind: 'retry' }]) };
    }
  }

  #consentOf(probe: ProbeResult, storedAt: number, lastVerified: number | undefined): ConsentState | undefined {
    switch (probe.kind) {
      case 'granted':
        return { kind: 'granted', grant: probe.grant, readAt: this.ports.clock.now() };
      case 'dead-credential':
        return lastVerified !== undefined && lastVerified >= storedAt
          ? { kind: 'needs-consent', since: lastVerified }
          : { kind: 'dead-credential', reason: probe.reason };
      case 'failed':
        return { kind: 'unread', reason: probe.reason };
      case 'aborted':
        return undefined;
    }
  }

  /** Verifies an operation whose result is not known, by reading only. */
  async verify(target: Target, operationId: string, signal: AbortSignal): Promise<Outcome> {
    const key = targetKey(target);
    const { store, log } = this.ports;
    store.update(key, (state) => ({ ...state, activity: { kind: 'verifying' } }));
    let outcome: Outcome;
    try {
      const entry = await this.#findEntry(operationId);
      outcome = entry
        ? await settleUnfinished(
            entry,
            target,
            { ...this.ports, provider: await this.ports.provider(entry.address.provider) },
            signal,
          )
        : { kind: 'unknown', reason: reason('verify.noEntry'), at: this.ports.clock.now(), operationId };
    } catch (error) {
      log.error(
        `Defect while verifying ${key}: ${error instanceof Error ? (error.stack ?? error.message) : 'unknown'}`,
      );
      outcome = {
        kind: 'unknown',
        reason: reason('verify.crashed', {}, [{ kind: 'verify' }]),
        at: this.ports.clock.now(),
        operationId,
      };
    }
    store.update(key, (state) => afterReset(state, outcome));
    return outcome;
  }

  async #findEntry(operationId: string): Promise<JournalEntry | undefined> {
    const unfinished = await this.ports.journal.unfinished();
    const own = unfinished.find((entry) => entry.operationId === operationId);
    return own ?? (await this.ports.journal.recent(200)).find((entry) => entry.operationId === operationId);
  }

  /** The user has seen an operation with unknown result and does not want it verified. */
  async dismiss(target: Target, operationId: string): Promise<void> {
    await this.ports.journal.dismiss(operationId);
    this.ports.store.update(targetKey(target), ({ unfinished: _seen, lastOutcome: _old, ...state }) => state);
  }

  /** Fills the store for the first paint: from markers and the journal, without reading a secret or asking a service. */
  async load(targets: readonly Target[]): Promise<void> {
    const { journal, credentials, store } = this.ports;
    const [markers, unfinished] = await Promise.all([credentials.markers(), journal.unfinished()]);
    const changes = new Map<TargetKey, (state: IdentityState) => IdentityState>();
    const load = async (target: Target): Promise<void> => {
      const key = targetKey(target);
      const address = targetAddress(target);
      const marker = markers.get(key);
      const left = unfinished.find((entry) => sameAddress(entry.address, address));
      // The journal is asked only where it matters: most identities are simply signed in.
      const asks = left !== undefined || marker === undefined || marker.forgottenAt !== undefined;
      const lastVerified = asks ? await journal.lastVerifiedReset(address) : undefined;
      const consent = this.#consentByMarker(target, marker, lastVerified);
      // What a later reset has settled is not asked about again.
      const open = left !== undefined && left.openedAt > (lastVerified ?? 0) ? left : undefined;
      const loadedOrigin = this.#loadedOrigins.get(key);
      this.#loadedOrigins.set(key, address.origin);
      changes.set(key, (current) => {
        // What was learned at another address says nothing about this one.
        const moved = loadedOrigin !== undefined && loadedOrigin !== address.origin;
        const state: IdentityState = moved ? { ...initialState, activity: current.activity } : current;
        return {
          ...state,
          // What this window has learned since is newer than what the disk says.
          consent: state.consent.kind === 'not-signed-in' ? consent : state.consent,
          ...(open === undefined || state.unfinished ? {} : { unfinished: interrupted(open) }),
        };
      });
    };
    await mapLimited(targets, 32, load);
    store.retain(new Set(targets.map(targetKey)));
    store.updateAll(changes);
  }

  #consentByMarker(
    target: Target,
    marker: CredentialMarker | undefined,
    lastVerified: number | undefined,
  ): ConsentState {
    if (marker !== undefined && marker.forgottenAt === undefined) {
      return sameOrigins(marker.origins, this.ports.credentialOrigins(target))
        ? { kind: 'stored', storedAt: marker.storedAt }
        : consentWithoutCredential({ kind: 'foreign-origin', boundTo: marker.origins }, undefined);
    }
    return consentWithoutCredential(forgotten(marker), lastVerified);
  }

  /** A credential was stored or forgotten: what was known of the consent no longer holds. */
  credentialChanged(target: Target, consent: ConsentState): void {
    this.ports.store.update(targetKey(target), ({ lastOutcome: _old, ...state }) => ({ ...state, consent }));
  }
}

function forgotten(marker: CredentialMarker | undefined): Exclude<CredentialReading, { kind: 'present' }> {
  return marker?.forgottenAt === undefined ? { kind: 'missing' } : { kind: 'missing', forgottenAt: marker.forgottenAt };
}

function sameAddress(one: TargetAddress, other: TargetAddress): boolean {
  return one.provider === other.provider && one.origin === other.origin && one.target === other.target;
}

function interrupted(entry: JournalEntry): NonNullable<IdentityState['unfinished']> {
  const why = entry.outcome?.reason ?? reason('reset.interrupted', {}, [{ kind: 'verify' }]);
  return { operationId: entry.operationId, openedAt: entry.openedAt, reason: why };
}

/** What a missing or unusable credential means for the consent. */
export function consentWithoutCredential(
  reading: Exclude<CredentialReading, { kind: 'present' }>,
  lastVerified: number | undefined,
): ConsentState {
  const unusable = (code: string, params: Record<string, string> = {}): ConsentState => {
    const why: Reason = reason(code, params, [{ kind: 'replace-credential' }]);
    return { kind: 'unusable-credential', reason: why };
  };
  switch (reading.kind) {
    case 'missing':
      return lastVerified !== undefined && (reading.forgottenAt === undefined || reading.forgottenAt < lastVerified)
        ? { kind: 'needs-consent', since: lastVerified }
        : { kind: 'not-signed-in' };
    case 'lost':
      return unusable('credential.lost', { since: new Date(reading.storedAt).toISOString() });
    case 'foreign-origin':
      return unusable('credential.foreignOrigin', { boundTo: reading.boundTo.join(', ') });
    case 'corrupt':
      return unusable('credential.corrupt');
    case 'newer':
      return unusable('credential.newer');
    case 'unreadable':
      return unusable('credential.unreadable');
  }
}

function afterReset(state: IdentityState, outcome: Outcome): IdentityState {
  const { unfinished: before, ...rest } = state;
  const idle = { ...rest, activity: { kind: 'idle' } } as const;
  // An operation that was not sent, refused or cancelled says nothing about an earlier one whose result is not known.
  const stillOpen = before === undefined || before.operationId === outcome.operationId ? {} : { unfinished: before };
  if (outcome.kind === 'cancelled') return { ...idle, ...stillOpen };
  if (outcome.kind === 'unknown' && outcome.operationId !== undefined) {
    const unfinished = { operationId: outcome.operationId, openedAt: outcome.at, reason: outcome.reason };
    return { ...idle, lastOutcome: outcome, unfinished };
  }
  if (isGone(outcome.kind)) {
    return { ...idle, lastOutcome: outcome, consent: { kind: 'needs-consent', since: outcome.at } };
  }
  return { ...idle, ...stillOpen, lastOutcome: outcome };
}
