/** A reset on a bare stage: a scripted provider, recording ports, and one list of everything that happened, in order. */
import assert from 'node:assert/strict';
import type { CredentialReading, CredentialSource } from '../../src/core/credentialSource';
import {
  type Credential,
  type Project,
  reason,
  type Target,
  type TargetKey,
  targetAddress,
} from '../../src/core/model';
import type { Outcome } from '../../src/core/outcome';
import type { CredentialMarker, Journal, JournalEntry, Log, TargetLocks } from '../../src/core/ports';
import type {
  Leaving,
  PreviewResult,
  ProbeResult,
  Provider,
  Reread,
  ResetAnswer,
  Verification,
} from '../../src/core/provider';
import { BoundSecret } from '../../src/core/redact';
import { runReset } from '../../src/core/resetOperation';
import type { Confirmation, ResetPorts, ResetStep } from '../../src/core/resetSteps';
import { FakeClock } from './clock';
import { MemoryJournal, MemoryTargetLocks } from './storage';

export type StageEvent =
  | 'ask-journal'
  | 'read'
  | 'generation'
  | 'preview'
  | 'confirm'
  | 'lock'
  | 'reread'
  | 'open'
  | 'send'
  | 'left'
  | 'verify'
  | 'probe'
  | 'close'
  | 'forget'
  | 'unlock';

export const origin = 'https://consent.example';
export const noon = Date.UTC(2030, 0, 2, 12);
/** What no outcome, journal entry or log line may hold. */
export const plantedSecret = 'planted-refresh-token-8f1c';

export const gone: Verification = { kind: 'gone', reason: reason('test.gone') };
export const alive: Verification = { kind: 'alive', reason: reason('test.alive') };
export const notCheckable: Verification = { kind: 'not-checkable', reason: reason('test.notCheckable') };
export const readFailed: Verification = { kind: 'failed', reason: reason('test.readFailed') };
export const deadCredential: PreviewResult = { kind: 'dead-credential', reason: reason('test.dead') };

export function project(changes: Partial<Project> = {}): Project {
  const identities = [{ id: 'alice', label: 'alice.test@example.com' }];
  return { id: 'shop', label: 'Shop', provider: 'scripted', endpoint: origin, options: {}, identities, ...changes };
}

export function credential(changes: Partial<Credential> = {}): Credential {
  return {
    form: 'token',
    secrets: { token: new BoundSecret(plantedSecret, [origin]) },
    facts: {},
    storedAt: noon - 60_000,
    ...changes,
  };
}

/** A reading of these credentials; one with the default credential if none is given. */
export function present(...credentials: readonly Credential[]): Extract<CredentialReading, { kind: 'present' }> {
  const [first = credential(), ...more] = credentials;
  const all = [first, ...more] as const;
  return { kind: 'present', credentials: all, generation: generationOf(all), unusable: [] };
}

function generationOf(credentials: readonly Credential[]): string {
  return credentials.map(({ storedAt }) => storedAt).join();
}

export class ResetStage {
  readonly events: StageEvent[] = [];
  readonly steps: ResetStep[] = [];
  readonly logLines: string[] = [];
  /** Whether the credentials are an operator's. */
  byOperator = false;
  /** Broken rules of the reset that a fake saw from inside. */
  readonly violations: string[] = [];
  readonly memory = new MemoryJournal();
  readonly memoryLocks = new MemoryTargetLocks();
  readonly markers = new Map<TargetKey, readonly CredentialMarker[]>();
  wallMs = noon;
  readonly clock = new FakeClock({
    now: () => this.wallMs,
    advance: (ms) => {
      this.wallMs += ms;
    },
  });

  readonly target: Target;
  /** The target as configured now. */
  configured: Target | undefined;
  reading: CredentialReading = present();
  previewResult: PreviewResult | undefined;
  confirmation: Confirmation = { kind: 'confirmed', by: 'modal' };
  answer: ResetAnswer = { kind: 'accepted' };
  /** Whether the request starts to leave when it is sent. */
  leaves = true;
  /** What the reads after the reset say, one after the other; the last one repeats. */
  verifications: Verification[] = [gone];
  probeResult: ProbeResult = { kind: 'granted', grant: { timeBased: ['maps'], oneTime: [], credentials: [] } };
  /** What the reads between confirmation and sending say, one after the other; then nothing has changed. */
  rereads: Reread[] = [];
  /** Which of the stored credentials were dead when the preview was made. */
  dead: readonly Credential[] = [];
  /** Whether a reset ends the consents of all credentials. */
  endsAll = true;
  /** Credentials that were forgotten, and why. */
  readonly forgotten: { readonly storedAt: number; readonly because: 'reset' | 'rejected' }[] = [];
  /** How many reads said that the consent is gone. */
  goneReads = 0;
  /** How many reads said that nothing can be told. */
  notCheckableReads = 0;
  /** The credentials that the last preview was made with, and the provider's way that was asked for. */
  previewed: readonly Credential[] = [];
  previewedWay = '';
  /** Whether the last confirmation was asked for because something had changed. */
  readonly askedAgain: boolean[] = [];
  /** What another window has stored and this window's memory has not heard of yet. */
  generationElsewhere: string | undefined;
  /** Looks at the moment at which the request leaves. */
  onLeave: () => void = () => undefined;
  /** The operation whose journal entry is on disk and that has not been sent. */
  #openedForSend: string | undefined;
  readonly #hooks = new Map<StageEvent, () => void | Promise<void>>();
  readonly log: Log;

  constructor() {
    const shop = project();
    const [identity] = shop.identities;
    assert.ok(identity);
    this.target = { project: shop, identity };
    this.configured = this.target;
    const write = (line: string): void => void this.logLines.push(line);
    this.log = { trace: write, info: write, warn: write, error: write };
  }

  get address() {
    return targetAddress(this.target);
  }

  get sends(): number {
    return this.events.filter((event) => event === 'send').length;
  }

  /** Does something at the moment of an event, before it takes effect; throwing makes the event fail. */
  when(event: StageEvent, work: () => void | Promise<void>): void {
    this.#hooks.set(event, work);
  }

  /** Makes the event fail, as a full disk or a defect does. */
  failAt(event: StageEvent, message = `broken at ${event}`): void {
    this.when(event, () => {
      throw new Error(message);
    });
  }

  /** A verified reset that the journal remembers, of this window or another one, by default of the credential that is read. */
  rememberVerified(at: number, changes: Partial<JournalEntry> = {}): void {
    const operationId = changes.operationId ?? `earlier-${at}`;
    this.leaveBehind({
      ...changes,
      operationId,
      stage: 'closed',
      outcome: { kind: 'verified', reason: reason('test.gone'), at, operationId },
    });
  }

  leaveBehind(changes: Partial<JournalEntry> & { readonly operationId: string }): JournalEntry {
    const entry: JournalEntry = {
      address: this.address,
      projectLabel: 'Shop',
      identityLabel: 'alice.test@example.com',
      confirmedBy: 'modal',
      confirmedAt: noon - 30_000,
      credentialStoredAt: credential().storedAt,
      hints: { tokenEndsAt: noon + 3_600_000 },
      openedAt: noon - 30_000,
      endsAll: true,
      stage: 'sent',
      ...changes,
    };
    this.memory.leaveBehind(entry);
    return entry;
  }

  readonly credentials: CredentialSource & {
    markers(): Promise<ReadonlyMap<TargetKey, readonly CredentialMarker[]>>;
  } = {
    read: async () => {
      await this.#happen('read');
      return this.reading;
    },
    storedGeneration: async () => {
      await this.#happen('generation');
      return this.#storedGeneration();
    },
    forgetDead: async (_target, credentials, resetAt) => {
      await this.#happen('forget');
      this.#drop(credentials, 'reset', { kind: 'missing', resetAt });
    },
    dropRejected: async (_target, credentials) => {
      await this.#happen('forget');
      this.#drop(credentials, 'rejected', { kind: 'missing' });
    },
    markers: async () => this.markers,
  };

  /** What was made ready while a question was open. */
  readonly prepared = new Set<'journal' | 'locks' | 'connection'>();

  readonly journal: Journal = {
    prepare: async () => void this.prepared.add('journal'),
    open: async (entry) => {
      await this.#happen('open');
      await this.memory.open(entry);
      this.#openedForSend = entry.operationId;
    },
    markSent: (operationId, at) => {
      this.memory.markSent(operationId, at);
    },
    close: async (operationId, outcome) => {
      await this.#happen('close');
      await this.memory.close(operationId, outcome);
    },
    dismiss: (operationId) => this.memory.dismiss(operationId),
    lastVerifiedReset: async (address) => {
      await this.#happen('ask-journal');
      return this.memory.lastVerifiedReset(address);
    },
    standing: () => this.memory.standing(),
    unfinished: () => this.memory.unfinished(),
    recent: (limit) => this.memory.recent(limit),
    read: (limit) => this.memory.read(limit),
  };

  readonly locks: TargetLocks = {
    prepare: async () => void this.prepared.add('locks'),
    acquire: async (address, options) => {
      await this.#happen('lock');
      const result = await this.memoryLocks.acquire(address, options);
      if (result.kind !== 'acquired') return result;
      return {
        kind: 'acquired',
        isOurs: () => result.isOurs(),
        release: async () => {
          await result.release();
          await this.#happen('unlock');
        },
      };
    },
  };

  readonly provider: Provider = {
    id: 'scripted',
    preview: async (target, way) => {
      this.previewed = target.credentials;
      this.previewedWay = way;
      await this.#happen('preview');
      return this.previewResult ?? this.ready();
    },
    verify: async () => {
      await this.#happen('verify');
      const [next, ...rest] = this.verifications;
      if (rest.length > 0) this.verifications = rest;
      if (next?.kind === 'gone') this.goneReads++;
      if (next?.kind === 'not-checkable') this.notCheckableReads++;
      return next ?? readFailed;
    },
    probe: async () => {
      await this.#happen('probe');
      return this.probeResult;
    },
    forget: () => undefined,
  };

  #storedGeneration(): string | undefined {
    const { reading } = this;
    return this.generationElsewhere ?? (reading.kind === 'present' ? reading.generation : undefined);
  }

  #drop(credentials: readonly Credential[], because: 'reset' | 'rejected', otherwise: CredentialReading): void {
    if (this.reading.kind !== 'present') return;
    const gone = new Set(credentials.map(({ storedAt }) => storedAt));
    for (const storedAt of gone) this.forgotten.push({ storedAt, because });
    const kept = this.reading.credentials.filter(({ storedAt }) => !gone.has(storedAt));
    this.reading = kept.length === 0 ? otherwise : present(...kept);
  }

  ready(): PreviewResult {
    const stored = this.reading.kind === 'present' ? this.reading.credentials : [credential()];
    const hints = { tokenEndsAt: noon + 3_600_000 };
    const [sentWith = credential(), ...others] = stored.filter((one) => !this.dead.includes(one));
    return {
      kind: 'ready',
      preview: {
        effects: [reason('test.effect')],
        losses: [reason('test.loss')],
        grant: { timeBased: ['maps'], oneTime: [], credentials: [] },
      },
      prepared: {
        sentWith: { credential: sentWith, hints },
        alsoAlive: others.map((one) => ({ credential: one, hints })),
        dead: this.dead,
        endsAll: this.endsAll,
        reread: async () => {
          await this.#happen('reread');
          return this.rereads.shift() ?? { kind: 'unchanged' };
        },
        send: (leaving, signal) => this.#send(leaving, signal),
      },
    };
  }

  /** At `send` the connection is made; then it is asked whether the request may leave. */
  async #send(leaving: Leaving, signal: AbortSignal): Promise<ResetAnswer> {
    this.#checkBeforeSend();
    await this.#happen('send');
    if (signal.aborted) return { kind: 'aborted', sent: false };
    if (!leaving.mayLeave()) return { kind: 'not-sent', reason: reason('test.withdrawn') };
    this.onLeave();
    if (this.leaves) {
      leaving.onSent();
      await this.#happen('left');
    }
    return signal.aborted ? { kind: 'aborted', sent: this.leaves } : this.answer;
  }

  #checkBeforeSend(): void {
    const entry = this.memory.entries.get(this.#openedForSend ?? '');
    if (entry?.stage !== 'sending') this.violations.push('sent without an open journal entry of its own');
    this.#openedForSend = undefined;
    if (!this.memoryLocks.isHeld(this.address)) this.violations.push('sent without the lock');
    if (!this.events.includes('confirm')) this.violations.push('sent without a confirmation');
  }

  async #happen(event: StageEvent): Promise<void> {
    this.events.push(event);
    await this.#hooks.get(event)?.();
  }

  ports(): ResetPorts {
    const { provider, credentials, locks, journal, clock, log } = this;
    let ids = 0;
    return {
      provider,
      credentials,
      locks,
      journal,
      clock,
      log,
      random: { id: () => `operation-${++ids}` },
      currentTarget: () => this.configured,
      way: 'reset',
      byOperator: this.byOperator,
      confirm: async (_target, _preview, changed) => {
        this.askedAgain.push(changed);
        await this.#happen('confirm');
        return this.confirmation;
      },
      signInEnded: () => undefined,
      progress: (step) => void this.steps.push(step),
    };
  }

  run(signal: AbortSignal = new AbortController().signal, changes: Partial<ResetPorts> = {}): Promise<Outcome> {
    return runReset(this.target, { ...this.ports(), ...changes }, signal);
  }

  /** Runs it, and demands that nothing left, nothing was written to the journal, and the lock is free again. */
  async runSendingNothing(signal?: AbortSignal, changes?: Partial<ResetPorts>): Promise<Outcome> {
    const before = this.memory.entries.size;
    const outcome = await this.run(signal, changes);
    assert.equal(this.sends, 0, `something was sent before ${outcome.kind} (${outcome.reason.code})`);
    assert.equal(this.memory.entries.size, before, 'a journal entry was written');
    assert.equal(this.memoryLocks.heldCount, 0, 'the lock is still held');
    return outcome;
  }

  /** The one journal entry that the operation wrote. */
  entry(operationId = 'operation-1'): JournalEntry {
    const entry = this.memory.entries.get(operationId);
    assert.ok(entry, `the journal has no entry ${operationId}`);
    return entry;
  }
}

/** `kind: code`, as tests compare outcomes. */
export function told(outcome: Outcome): string {
  return `${outcome.kind}: ${outcome.reason.code}`;
}
