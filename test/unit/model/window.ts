/** A window with the real operations, journal and locks, which stands still wherever it could be interrupted. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConsentOperations } from '../../../src/core/consentOperations';
import { ConsentStore } from '../../../src/core/consentStore';
import { reason, targetKey } from '../../../src/core/model';
import type { Outcome } from '../../../src/core/outcome';
import type { Clock, Journal, TargetLocks } from '../../../src/core/ports';
import type {
  Leaving,
  PreviewResult,
  Provider,
  ProviderTarget,
  Reread,
  ResetAnswer,
  Verification,
} from '../../../src/core/provider';
import { propagationMs } from '../../../src/core/verification';
import { createFileJournal, type FileJournal } from '../../../src/storage/fileJournal';
import { createFileLocks, type FileLocks } from '../../../src/storage/fileLocks';
import { RecordingLog, WatchedFs } from '../storage/support';
import { type Gate, Operation } from './operation';
import type { World } from './world';

/** What happens at the gate that is opened. Each gate looks at its own part. */
export interface Choice {
  readonly confirm: boolean;
  readonly read: 'truth' | 'failed' | 'uncheckable';
  readonly connects: boolean;
  readonly answer: 'accepted' | 'refused' | 'unsupported' | 'lost' | 'dropped';
}

const hints = {};

export class ModelWindow {
  readonly disk = new WatchedFs();
  readonly log = new RecordingLog();
  readonly store = new ConsentStore((error) => this.log.error(String(error)));
  readonly operations: ConsentOperations;
  operation: Operation | undefined;
  dead = false;
  readonly #journal: FileJournal;
  readonly #locks: FileLocks;
  #abort = new AbortController();
  #open: ((choice: Choice | undefined) => void) | undefined;
  #stopped: () => void = () => undefined;
  #ids = 0;

  constructor(
    readonly id: string,
    private readonly world: World,
  ) {
    const owner = world.processes.identity(id);
    const { folder, clock } = world;
    const { fs } = this.disk;
    this.#journal = createFileJournal({ folder, clock, owner, log: this.log, fs });
    // The disk of the locks is always fine: without them nothing comes as far as the journal.
    this.#locks = createFileLocks({ folder, clock, owner });
    this.operations = new ConsentOperations({
      store: this.store,
      credentials: world.credentials.source,
      byOperator: () => false,
      sharing: (target) => [target],
      credentialOrigins: (target) => [target.project.endpoint],
      forgetTokens: () => undefined,
      consentGone: async () => undefined,
      journal: this.#gatedJournal(),
      locks: this.#gatedLocks(),
      provider: async () => this.#provider,
      currentTarget: () => world.target,
      clock: clock satisfies Clock,
      random: { id: () => `${this.id}-${++this.#ids}` },
      log: this.log,
    });
  }

  get state() {
    return this.store.get(targetKey(this.world.target));
  }

  load(): Promise<void> {
    return this.operations.load([this.world.target]);
  }

  /** What the journal says stands open, for a new window. */
  async unfinished(): Promise<readonly string[]> {
    return (await this.#journal.unfinished()).map(({ operationId }) => operationId);
  }

  /** Clicks *Reset*. While an operation is under way, the click joins it. */
  async click(): Promise<void> {
    if (this.operation) {
      // A second click joins; while a row is being verified, it offers no reset.
      if (this.operation.kind === 'reset') this.#reset().catch(() => undefined);
      return;
    }
    this.#abort = new AbortController();
    await this.#run(new Operation('reset'), () => this.#reset());
  }

  #reset(): Promise<Outcome> {
    return this.operations.reset(this.world.target, {
      signal: this.#abort.signal,
      way: 'reset',
      // As the command asks: what the question names, the user has said yes to.
      confirm: async () => {
        const told = this.state.unfinished !== undefined;
        const choice = await this.#at('question');
        if (!choice?.confirm) return { kind: 'declined' };
        const { clock, target } = this.world;
        if (this.operation) this.operation.confirmed = { wall: clock.now(), monotonic: clock.monotonic(), told };
        return {
          kind: 'confirmed',
          by: 'modal',
          ...(!told && { recheck: () => this.operations.whyVerifyFirst(target) }),
        };
      },
    });
  }

  /** Verifies what the row offers. */
  async verify(): Promise<void> {
    const open = this.state.unfinished;
    if (!open || this.operation) return;
    this.#abort = new AbortController();
    const operation = new Operation('verification');
    operation.operationId = open.operationId;
    await this.#run(operation, () => this.operations.verify(this.world.target, open.operationId, this.#abort.signal));
  }

  async dismiss(): Promise<void> {
    const open = this.state.unfinished;
    if (!open || this.operation) return;
    try {
      await this.operations.dismiss(this.world.target, open.operationId);
      this.world.dismissed(open.operationId);
    } catch {
      // It cannot be written: then it stays.
    }
  }

  /** Opens the gate that the operation stands at, and waits until it stands at the next one or has ended. */
  async step(choice: Choice): Promise<void> {
    const open = this.#open;
    if (!open || !this.operation) return;
    this.#open = undefined;
    await this.#until(() => open(choice));
  }

  /** Clicks *Cancel*. What is on its way may be carried out or not. */
  async cancel(effect: boolean): Promise<void> {
    const { operation } = this;
    if (!operation) return;
    if (operation.gate === 'answer' && operation.request) this.world.service.settle(operation.request, effect);
    this.#abort.abort();
    const waits: readonly (Gate | undefined)[] = [
      'preview',
      'question',
      'reread',
      'connection',
      'answer',
      'verification',
    ];
    const open = this.#open;
    if (!open || !waits.includes(operation.gate)) return;
    this.#open = undefined;
    await this.#until(() => open(undefined));
  }

  /** The process ends, wherever it stands. */
  kill(effect: boolean): void {
    const { operation } = this;
    if (operation?.gate === 'answer' && operation.request) this.world.service.settle(operation.request, effect);
    this.dead = true;
    this.world.processes.kill(this.id);
    this.#locks.dispose();
  }

  async dispose(): Promise<void> {
    this.#locks.dispose();
    await this.#journal.dispose();
  }

  async #run(operation: Operation, begin: () => Promise<Outcome>): Promise<void> {
    this.operation = operation;
    await this.#until(() => {
      begin().then(
        (outcome) => this.#end(operation, outcome),
        (error: unknown) => {
          this.world.demand(false, `${operation.kind} rejected: ${String(error)}`);
          this.#end(operation, undefined);
        },
      );
    });
  }

  #end(operation: Operation, outcome: Outcome | undefined): void {
    operation.outcome = outcome;
    this.operation = undefined;
    if (outcome) this.world.judge(operation, outcome);
    this.#stopped();
  }

  #until(work: () => void): Promise<void> {
    return new Promise((stopped) => {
      this.#stopped = stopped;
      work();
    });
  }

  /** Stands still until the gate is opened; `undefined` when the operation was cancelled. A dead window stands for ever. */
  #at(gate: Gate): Promise<Choice | undefined> {
    if (this.operation) this.operation.gate = gate;
    return new Promise((open) => {
      this.#open = (choice) => {
        if (!this.dead) open(choice);
      };
      this.#stopped();
    });
  }

  #gatedJournal(): Journal {
    const journal = this.#journal;
    const { world } = this;
    return {
      prepare: () => journal.prepare(),
      open: async (entry) => {
        if (this.operation) this.operation.operationId = entry.operationId;
        await this.#at('before the entry');
        await journal.open(entry);
        world.opened(this.id, entry);
        await this.#at('behind the entry');
      },
      markSent: (operationId, at) => journal.markSent(operationId, at),
      close: async (operationId, outcome) => {
        await this.#at('before the end');
        await journal.close(operationId, outcome);
        world.closed(operationId, outcome);
        await this.#at('behind the end');
      },
      dismiss: (operationId) => journal.dismiss(operationId),
      lastVerifiedReset: (address) => journal.lastVerifiedReset(address),
      standing: () => journal.standing(),
      unfinished: () => journal.unfinished(),
      recent: (limit) => journal.recent(limit),
      read: (limit) => journal.read(limit),
    };
  }

  #gatedLocks(): TargetLocks {
    return {
      prepare: () => this.#locks.prepare(),
      acquire: async (address, options) => {
        await this.#at('lock');
        return this.#locks.acquire(address, options);
      },
    };
  }

  readonly #provider: Provider = {
    id: 'scripted',
    preview: (target) => this.#preview(target),
    verify: ({ credential }) => this.#read(credential),
    probe: async (target) => {
      const credentials = target.credentials.map((one) => ({
        storedAt: one.storedAt,
        alive: this.world.service.isAlive(one),
      }));
      if (!credentials.some(({ alive }) => alive)) return { kind: 'dead-credential', reason: reason('test.dead') };
      return { kind: 'granted', grant: { timeBased: ['maps'], oneTime: [], credentials } };
    },
    forget: () => undefined,
  };

  async #preview(target: ProviderTarget): Promise<PreviewResult> {
    const choice = await this.#at('preview');
    if (!choice) return { kind: 'aborted' };
    const { service, credentials } = this.world;
    if (choice.read === 'failed') return { kind: 'stopped', outcome: 'not-sent', reason: reason('test.readFailed') };
    if (this.operation) this.operation.generation = credentials.generation;
    const alive = target.credentials.filter((one) => service.isAlive(one));
    const dead = target.credentials.filter((one) => !service.isAlive(one));
    const sender = alive.at(-1);
    if (!sender) return { kind: 'dead-credential', reason: reason('test.dead') };
    return {
      kind: 'ready',
      preview: { effects: [], losses: [], grant: { timeBased: ['maps'], oneTime: [], credentials: [] } },
      prepared: {
        sentWith: { credential: sender, hints },
        alsoAlive: alive.filter((one) => one !== sender).map((credential) => ({ credential, hints })),
        dead,
        endsAll: true,
        reread: () => this.#reread(),
        send: (leaving) => this.#send(sender.storedAt, leaving),
      },
    };
  }

  async #reread(): Promise<Reread> {
    const choice = await this.#at('reread');
    if (this.operation) this.operation.rereadAt = this.world.commands;
    if (!choice) return { kind: 'aborted' };
    return choice.read === 'failed' ? { kind: 'failed', reason: reason('test.readFailed') } : { kind: 'unchanged' };
  }

  async #send(credentialStoredAt: number, leaving: Leaving): Promise<ResetAnswer> {
    const connection = await this.#at('connection');
    if (!connection) return { kind: 'aborted', sent: false };
    if (!connection.connects) return { kind: 'not-sent', reason: reason('test.noConnection') };
    if (!leaving.mayLeave()) return { kind: 'not-sent', reason: reason('test.withdrawn') };
    leaving.onSent();
    const request = this.world.leaves(this, credentialStoredAt);
    const choice = await this.#at('answer');
    if (!choice) return { kind: 'aborted', sent: true };
    const { answer } = choice;
    this.world.service.settle(request, answer === 'accepted' || answer === 'lost');
    switch (answer) {
      case 'accepted':
        return { kind: 'accepted' };
      case 'refused':
      case 'unsupported':
        return { kind: answer, reason: reason(`test.${answer}`) };
      case 'lost':
      case 'dropped':
        return { kind: 'unknown', reason: reason('test.broken') };
    }
  }

  async #read(credential: Parameters<World['service']['isAlive']>[0]): Promise<Verification> {
    const { operation } = this;
    // Once for each verification: the later reads of a patient one come by themselves.
    const choice = operation?.lastReadAlive ? undefined : await this.#at('verification');
    if (!choice && !operation?.lastReadAlive) return { kind: 'aborted' };
    if (choice?.read === 'failed') {
      // All through the time of a patient verification.
      this.world.clock.pass(propagationMs, propagationMs);
      return { kind: 'failed', reason: reason('test.readFailed') };
    }
    if (choice?.read === 'uncheckable') return { kind: 'not-checkable', reason: reason('test.notCheckable') };
    const alive = this.world.service.isAlive(credential);
    if (operation) operation.lastReadAlive = alive;
    if (operation && !alive) operation.goneReads++;
    return alive ? { kind: 'alive', reason: reason('test.alive') } : { kind: 'gone', reason: reason('test.gone') };
  }

  /** Whether the disk has an entry of the operation, and a lock of this window. */
  onDisk(operationId: string): { readonly entry: boolean; readonly lock: boolean } {
    const read = (folder: string): readonly string[] => {
      const path = join(this.world.folder, folder);
      return readdirSync(path, { withFileTypes: true })
        .filter((one) => one.isFile())
        .map(({ name }) => readFileSync(join(path, name), 'utf8'));
    };
    const opening = `"operationId":${JSON.stringify(operationId)}`;
    const entry = read('journal').some((text) =>
      text.split('\n').some((line) => line.includes('"type":"sending"') && line.includes(opening)),
    );
    return { entry, lock: read('locks').some((text) => text.includes(`"windowId":${JSON.stringify(this.id)}`)) };
  }
}
