/** What can be done with an identity's consent, and how the store follows it: reset, read, verify, dismiss. */
import { afterReset, consentByMarkers, consentWithoutCredential, leftOpen, whyUnusable } from './consentDerivation';
import { type ConsentState, type ConsentStore, type IdentityState, initialState } from './consentStore';
import {
  type CredentialReading,
  type CredentialSource,
  credentialKey,
  type NoCredential,
  wereEndedBy,
} from './credentialSource';
import { mapLimited } from './mapLimited';
import { type Reason, reason, type Target, type TargetKey, targetAddress, targetKey } from './model';
import { underWayElsewhere } from './openEntries';
import { OpenOperations } from './openOperations';
import { isGone, type Outcome } from './outcome';
import type { CredentialMarker, Journal, JournalEntry, TargetLocks, Transport } from './ports';
import type { Preview, ProbeResult, Provider } from './provider';
import { prepareReset, runReset } from './resetOperation';
import { end, ending, type ResetPorts, type Step } from './resetSteps';
import { aborted, unlessAborted } from './unlessAborted';
import { settleUnfinished } from './verification';

export interface OperationPorts extends Pick<ResetPorts, 'clock' | 'random' | 'log'> {
  readonly store: ConsentStore;
  readonly credentials: CredentialSource & { markers(): Promise<ReadonlyMap<TargetKey, readonly CredentialMarker[]>> };
  /** Whether the credentials of the target are those of an operator, kept once for the project. */
  byOperator(target: Target): boolean;
  /** All identities that use the same credentials, the target among them. */
  sharing(target: Target): readonly Target[];
  /** Origins that a credential of the target has to be bound to. */
  credentialOrigins(target: Target): readonly string[];
  /** Drops what a loaded provider keeps in memory of the target's credentials. */
  forgetTokens(target: Target): void;
  /** The consent is known to be gone: what was kept about the work done with it is over, too. */
  consentGone(target: Target): Promise<void>;
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
  /** Id of the provider's way to end the consent. */
  readonly way: string;
  readonly confirm: ResetPorts['confirm'];
  /** As in {@link ResetPorts}. */
  readonly carrier?: Transport;
  /** As in {@link ResetPorts}. */
  readonly turn?: () => Promise<void>;
  /** Called with the step the operation has reached. */
  progress?: (step: Parameters<ResetPorts['progress']>[0]) => void;
}

type Present = Extract<CredentialReading, { kind: 'present' }>;
type Granted = Extract<ProbeResult, { kind: 'granted' }>;

export class ConsentOperations {
  readonly #inFlight = new Map<TargetKey, Promise<Outcome>>();
  /** Where each identity's project pointed when its state was loaded. */
  readonly #loadedOrigins = new Map<TargetKey, string>();

  readonly #open: OpenOperations;

  constructor(private readonly ports: OperationPorts) {
    this.#open = new OpenOperations(ports);
  }

  /** Resets the consent. While a reset of the identity is under way in this window, a second call joins it. */
  reset(target: Target, request: ResetRequest): Promise<Outcome> {
    const key = targetKey(target);
    const running = this.#inFlight.get(key);
    if (running) return running;
    const operation = this.#reset(target, key, request).finally(() => this.#inFlight.delete(key));
    this.#inFlight.set(key, operation);
    return operation;
  }

  /** As in {@link OpenOperations.whyVerifyFirst}; asked before a reset nobody is asked about, and with the lock held. */
  whyVerifyFirst(target: Target, toldUnreadable = false): Promise<Reason | undefined> {
    return this.#open.whyVerifyFirst(target, toldUnreadable);
  }

  /** As in {@link OpenOperations.unreadable}, as of the moment before the question. */
  get unreadableJournal(): string | undefined {
    return this.#open.unreadable;
  }

  /** What the first reset of a window has to make is made while the user reads the question. */
  prepare(): void {
    const { journal, locks, log } = this.ports;
    const failed = (): void => log.info('Journal or locks could not be prepared; the reset will say why.');
    Promise.all([journal.prepare(), locks.prepare()]).catch(failed);
  }

  isResetting(target: Target): boolean {
    return this.#inFlight.has(targetKey(target));
  }

  async #reset(target: Target, key: TargetKey, request: ResetRequest): Promise<Outcome> {
    const { store, log } = this.ports;
    let sent = false;
    let signInEnded = false;
    let outcome: Outcome;
    try {
      const provider = await this.ports.provider(target.project.provider);
      const ports: ResetPorts = {
        ...this.ports,
        provider,
        currentTarget: () => this.ports.currentTarget(key),
        confirm: async (...question) => {
          // The question names what is still unknown, in whatever window it was begun.
          await this.#open.look(target);
          return request.confirm(...question);
        },
        takeOverLock: request.takeOverLock === true,
        ...(request.carrier && { carrier: request.carrier }),
        ...(request.turn && { turn: request.turn }),
        way: request.way,
        byOperator: this.ports.byOperator(target),
        signInEnded: () => {
          signInEnded = true;
        },
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
    await this.#settle(target, outcome);
    if (signInEnded || store.get(key).consent.kind === 'dead-credential') this.#uncheckOthers(target);
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

  /** What a reset would do, or why there can be none: for one question about several identities. Sends nothing. */
  async preview(target: Target, way: string, signal: AbortSignal): Promise<Step<Preview>> {
    const key = targetKey(target);
    const { store, clock, log } = this.ports;
    if (this.#inFlight.has(key) || store.get(key).activity.kind !== 'idle')
      return end(ending(this.ports, 'not-sent', reason('bulk.busy', {}, [{ kind: 'retry' }])));
    const checking = { kind: 'checking' } as const;
    store.update(key, (state) => ({ ...state, activity: checking }));
    try {
      const provider = await this.ports.provider(target.project.provider);
      const ports = { ...this.ports, provider, way, byOperator: this.ports.byOperator(target) };
      const step = await prepareReset(target, ports, signal);
      if (step.kind === 'go') return { kind: 'go', with: step.with.preview };
      if (isGone(step.outcome.kind)) await this.#settle(target, step.outcome);
      return step;
    } catch (error) {
      log.error(
        `Defect while previewing ${key}: ${error instanceof Error ? (error.stack ?? error.message) : 'unknown'}`,
      );
      return end(ending({ clock }, 'not-sent', reason('reset.crashedBefore', {}, [{ kind: 'retry' }])));
    } finally {
      store.update(key, (state) => (state.activity === checking ? { ...state, activity: { kind: 'idle' } } : state));
    }
  }

  /**
   * Reads the state of the consent; consumes nothing. With `dropRejected`, credentials that the service does not accept are
   * forgotten if a newer one is accepted: a sign-in has taken their place.
   */
  async probe(target: Target, signal: AbortSignal, options: { readonly dropRejected?: boolean } = {}): Promise<void> {
    const key = targetKey(target);
    const { store } = this.ports;
    if (this.#inFlight.has(key) || store.get(key).activity.kind !== 'idle') return;
    const checking = { kind: 'checking' } as const;
    store.update(key, (state) => ({ ...state, activity: checking }));
    const consent = await this.#readConsent(target, signal, options.dropRejected === true);
    // A reset that began meanwhile knows better: this read may have been answered before it.
    store.update(key, (state) =>
      state.activity === checking ? { ...state, activity: { kind: 'idle' }, consent: consent ?? state.consent } : state,
    );
    if (consent?.kind === 'dead-credential') this.#uncheckOthers(target);
  }

  /** The sign-in of an operator has ended: what it once showed of the other identities is no knowledge any more. */
  #uncheckOthers(target: Target): void {
    const { store } = this.ports;
    const own = targetKey(target);
    const others = this.ports.byOperator(target) ? this.ports.sharing(target).map(targetKey) : [];
    const granted = others.filter((key) => key !== own && store.get(key).consent.kind === 'granted');
    store.updateAll(
      new Map(granted.map((key) => [key, (state) => ({ ...state, consent: { kind: 'stored' } as const })])),
    );
  }

  async #readConsent(target: Target, signal: AbortSignal, dropRejected: boolean): Promise<ConsentState | undefined> {
    try {
      const reading = await unlessAborted(this.ports.credentials.read(target), signal);
      if (reading === aborted) return undefined;
      if (reading.kind !== 'present') return consentWithoutCredential(reading);
      const provider = await this.ports.provider(target.project.provider);
      const probe = await provider.probe({ ...target, credentials: reading.credentials }, signal);
      if (dropRejected && probe.kind === 'granted') await this.#dropRejected(target, reading, probe);
      return await this.#consentOf(probe, target, reading);
    } catch (error) {
      this.ports.log.error(`Reading the consent failed: ${error instanceof Error ? error.message : 'unknown error'}`);
      return { kind: 'unread', reason: reason('consent.readDefect', {}, [{ kind: 'retry' }]) };
    }
  }

  async #dropRejected(target: Target, reading: Present, probe: Granted): Promise<void> {
    const read = probe.grant.credentials;
    const newestAlive = Math.max(...read.filter(({ alive }) => alive).map(({ storedAt }) => storedAt));
    const rejected = new Set(read.filter(({ alive }) => !alive).map(({ storedAt }) => storedAt));
    const dropped = reading.credentials.filter(({ storedAt }) => rejected.has(storedAt) && storedAt < newestAlive);
    if (dropped.length > 0) await this.ports.credentials.dropRejected(target, dropped);
  }

  async #consentOf(probe: ProbeResult, target: Target, reading: Present): Promise<ConsentState | undefined> {
    switch (probe.kind) {
      case 'granted': {
        const unusable = reading.unusable
          .filter((one): one is Exclude<NoCredential, { kind: 'missing' }> => one.kind !== 'missing')
          .map(whyUnusable);
        return { kind: 'granted', grant: probe.grant, readAt: this.ports.clock.now(), unusable };
      }
      case 'dead-credential': {
        const address = targetAddress(target);
        const elsewhere = underWayElsewhere(await this.ports.journal.standing(), address);
        const last = await this.ports.journal.lastVerifiedReset(address);
        if (this.ports.byOperator(target) || !last || !wereEndedBy(last, reading.credentials)) {
          // Another window is about to end it; what became of that is not known before it says so.
          if (elsewhere) return undefined;
          return { kind: 'dead-credential', reason: probe.reason };
        }
        await this.ports.credentials.forgetDead(target, reading.credentials, last.closedAt);
        return { kind: 'needs-consent', since: last.closedAt };
      }
      case 'not-granted':
        return { kind: 'needs-consent', since: this.ports.clock.now() };
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
    // A reset under way verifies itself.
    const running = this.#inFlight.get(key);
    if (running) return running;
    store.update(key, (state) => ({ ...state, activity: { kind: 'verifying' } }));
    let outcome: Outcome;
    try {
      const entry = await this.#findEntry(operationId);
      outcome = entry
        ? await this.#outcomeOf(entry, target, signal)
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
    await this.#settle(target, outcome);
    return outcome;
  }

  async #outcomeOf(entry: JournalEntry, target: Target, signal: AbortSignal): Promise<Outcome> {
    // Another window may have settled it already.
    if (entry.outcome && entry.outcome.kind !== 'unknown') return entry.outcome;
    const provider = await this.ports.provider(entry.address.provider);
    const byOperator = this.ports.byOperator(target);
    return settleUnfinished(entry, target, { ...this.ports, provider, byOperator }, signal);
  }

  /** Brings an outcome into the store. A failure here changes nothing about the outcome. */
  async #settle(target: Target, outcome: Outcome): Promise<void> {
    const { store, credentials, log } = this.ports;
    const key = targetKey(target);
    const hadOpen = store.get(key).unfinished !== undefined;
    store.update(key, (state) => afterReset(state, outcome));
    if (outcome.kind === 'unknown' || outcome.kind === 'cancelled') return;
    try {
      if (isGone(outcome.kind)) {
        this.ports.forgetTokens(target);
        // The user may have consented and signed in anew while the reset was being verified.
        const stored = !this.ports.byOperator(target) && (await credentials.storedGeneration(target)) !== undefined;
        if (stored) await this.#showStored(target);
        // What another credential, or a new one after a mere revocation, can still reach is not over.
        else if (await this.#allEnded(target)) await this.ports.consentGone(target);
      }
      if (hadOpen) await this.#open.showNext(target);
    } catch (error) {
      log.warn(`After the reset of ${key}: ${error instanceof Error ? error.message : 'unknown error'}`);
    }
  }

  /** What is stored may be for where the project pointed once. */
  async #showStored(target: Target): Promise<void> {
    const reading = await this.ports.credentials.read(target);
    const consent = reading.kind === 'present' ? ({ kind: 'stored' } as const) : consentWithoutCredential(reading);
    this.ports.store.update(targetKey(target), (state) => ({ ...state, consent }));
  }

  async #allEnded(target: Target): Promise<boolean> {
    return (await this.ports.journal.lastVerifiedReset(targetAddress(target)))?.endsAll === true;
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
    await this.#open.showNext(target);
  }

  /** Fills the store for the first paint: from markers and the journal, without reading a secret or asking a service. */
  async load(targets: readonly Target[]): Promise<void> {
    const { journal, credentials, store } = this.ports;
    const [markers, unfinished] = await Promise.all([credentials.markers(), journal.unfinished()]);
    const changes = new Map<TargetKey, (state: IdentityState) => IdentityState>();
    const load = async (target: Target): Promise<void> => {
      const key = targetKey(target);
      const { origin } = targetAddress(target);
      const consent = consentByMarkers(
        markers.get(this.#credentialKey(target)) ?? [],
        this.ports.credentialOrigins(target),
      );
      const open = await this.#open.newest(target, unfinished);
      const loadedOrigin = this.#loadedOrigins.get(key);
      this.#loadedOrigins.set(key, origin);
      changes.set(key, (current) => {
        // What was learned at another address says nothing about this one.
        const moved = loadedOrigin !== undefined && loadedOrigin !== origin;
        const { unattended } = current;
        const fresh = { ...initialState, activity: current.activity, ...(unattended ? { unattended } : {}) };
        const { unfinished: known, ...state } = moved ? fresh : current;
        const shown = known ?? (open && leftOpen(open));
        return {
          ...state,
          // What this window has learned since is newer than what the disk says.
          consent: state.consent.kind === 'not-signed-in' ? consent : state.consent,
          ...(shown === undefined ? {} : { unfinished: shown }),
        };
      });
    };
    await mapLimited(targets, 32, load);
    store.retain(new Set(targets.map(targetKey)));
    store.updateAll(changes);
  }

  #credentialKey(target: Target): TargetKey {
    return credentialKey(target, this.ports.byOperator(target));
  }

  /** A credential was stored or forgotten in this window: what was known of the consent no longer holds. */
  credentialChanged(target: Target, consent: ConsentState): void {
    this.ports.forgetTokens(target);
    this.ports.store.update(targetKey(target), ({ lastOutcome: _old, ...state }) => ({ ...state, consent }));
  }

  /** Another window has stored or forgotten the credential: the marker says what holds now. */
  async credentialChangedElsewhere(target: Target): Promise<void> {
    const markers = (await this.ports.credentials.markers()).get(this.#credentialKey(target)) ?? [];
    this.credentialChanged(target, consentByMarkers(markers, this.ports.credentialOrigins(target)));
    await this.#open.showNext(target);
  }
}
