/** Two windows over one disk and one service, and the rules that hold whatever happens to them. */
import type { Target } from '../../../src/core/model';
import type { Outcome } from '../../../src/core/outcome';
import type { Clock, NewJournalEntry } from '../../../src/core/ports';
import { confirmationLifetimeMs } from '../../../src/core/resetSteps';
import { noon, project } from '../../fakes/resetStage';
import { Windows } from '../storage/support';
import type { Entry, Operation } from './operation';
import { type Request, Service, SharedCredentials } from './service';
import { ModelWindow } from './window';

/** Sleeping moves the time of all windows on. */
class SharedClock implements Clock {
  wall = noon;
  #monotonic = 0;

  now(): number {
    return this.wall;
  }

  monotonic(): number {
    return this.#monotonic;
  }

  pass(wallMs: number, monotonicMs: number): void {
    this.wall += wallMs;
    this.#monotonic += monotonicMs;
  }

  async sleep(ms: number, signal: AbortSignal): Promise<void> {
    await new Promise((turn) => setImmediate(turn));
    signal.throwIfAborted();
    this.pass(ms, ms);
  }
}

export class World {
  readonly clock = new SharedClock();
  readonly processes = new Windows();
  readonly service = new Service();
  readonly credentials = new SharedCredentials();
  readonly target: Target;
  readonly entries = new Map<string, Entry>();
  readonly windows: ModelWindow[];
  readonly #ended: ModelWindow[] = [];
  /** Broken rules. */
  readonly violations: string[] = [];
  /** Kinds of outcomes that were seen. */
  readonly outcomes = new Set<string>();
  /** How many commands there were. */
  commands = 0;
  #lastStoredAt = noon - 1_000;
  #restarts = 0;

  constructor(readonly folder: string) {
    const shop = project();
    const [identity] = shop.identities;
    if (!identity) throw new Error('The project has no identity.');
    this.target = { project: shop, identity };
    this.consent();
    this.windows = [new ModelWindow('left', this), new ModelWindow('right', this)];
  }

  demand(holds: boolean, rule: string): void {
    if (!holds) this.violations.push(`command ${this.commands}: ${rule}`);
  }

  /** The user consents and signs in, once more perhaps. */
  consent(): void {
    this.#lastStoredAt = Math.max(this.clock.now(), this.#lastStoredAt + 1);
    this.credentials.add(this.#lastStoredAt, this.commands);
    this.service.consent(this.#lastStoredAt);
  }

  async restart(at: number): Promise<void> {
    const old = this.windows[at];
    if (old) this.#ended.push(old);
    const window = new ModelWindow(`${old?.id.split('-')[0]}-${++this.#restarts}`, this);
    this.windows[at] = window;
    await window.load();
    await this.#assertNothingLost(window);
  }

  async #assertNothingLost(window: ModelWindow): Promise<void> {
    const living = new Set(this.windows.map(({ id }) => id));
    const told = new Set(await window.unfinished());
    // A window that lives is taken to be at work on what it has written no end of.
    const isOpen = (one: Entry): boolean => !one.settled && (one.ended || !living.has(one.window));
    for (const entry of this.entries.values())
      this.demand(
        told.has(entry.operationId) === isOpen(entry),
        `${entry.operationId} is told as open or not, wrongly`,
      );
    const open = [...this.entries.values()].filter(isOpen);
    const offers = open.some(({ credentialStoredAt }) => !this.#isVerified(credentialStoredAt));
    this.demand((window.state.unfinished !== undefined) === offers, 'a new window offers to verify, or not, wrongly');
  }

  readonly #verified = new Set<number>();

  #isVerified(credentialStoredAt: number): boolean {
    return this.#verified.has(credentialStoredAt);
  }

  opened(window: string, { operationId, credentialStoredAt }: NewJournalEntry): void {
    const entry = { operationId, credentialStoredAt, window, request: undefined, ended: false, settled: false };
    this.entries.set(operationId, entry);
  }

  closed(operationId: string, outcome: Outcome): void {
    const entry = this.entries.get(operationId);
    if (!entry) return;
    entry.ended = true;
    if (outcome.kind === 'unknown') return;
    entry.settled = true;
    if (outcome.kind === 'verified') this.#verified.add(entry.credentialStoredAt);
  }

  dismissed(operationId: string): void {
    const entry = this.entries.get(operationId);
    if (entry) entry.settled = true;
  }

  /** A request leaves: the moment that everything else is about. */
  leaves(window: ModelWindow, credentialStoredAt: number): Request {
    const { operation } = window;
    const operationId = operation?.operationId ?? '';
    const request: Request = { operationId, credentialStoredAt, effect: undefined };
    const { entry, lock } = window.onDisk(operationId);
    this.demand(entry, 'sent without a journal entry on disk');
    this.demand(lock, 'sent without the lock');
    this.demand(operation?.kind === 'reset', 'sent by itself');
    this.demand(!this.service.requests.some((one) => one.operationId === operationId), 'sent twice');
    for (const { operation: other } of this.windows) {
      const onItsWay = other !== operation && other?.request !== undefined && other.request.effect === undefined;
      this.demand(!onItsWay, 'two requests on their way at once');
    }
    this.#assertConfirmed(operation);
    const before = [...this.entries.values()].filter(
      (one) => one.operationId !== operationId && !one.settled && one.request !== undefined,
    );
    const open = before.some((one) => !this.#isVerified(one.credentialStoredAt));
    this.demand(!open || operation?.confirmed?.told === true, 'sent over an unknown outcome that was not told');
    const changed = this.credentials.generation !== operation?.generation;
    this.demand(!changed || this.credentials.changedAt >= (operation?.rereadAt ?? 0), 'sent over a newer consent');
    if (operation) operation.request = request;
    const own = this.entries.get(operationId);
    if (own) own.request = request;
    this.service.requests.push(request);
    return request;
  }

  #assertConfirmed(operation: Operation | undefined): void {
    const { confirmed } = operation ?? {};
    this.demand(confirmed !== undefined, 'sent without a confirmation');
    if (!confirmed) return;
    const age = Math.max(this.clock.now() - confirmed.wall, this.clock.monotonic() - confirmed.monotonic);
    this.demand(age <= confirmationLifetimeMs, `sent ${age} ms after the confirmation`);
  }

  /** Holds what an operation claims against what was really done. */
  judge(operation: Operation, { kind, operationId }: Outcome): void {
    this.outcomes.add(kind);
    const request = operation.kind === 'reset' ? operation.request : this.entries.get(operationId ?? '')?.request;
    const alive = (storedAt: number): boolean => this.service.isAlive({ storedAt });
    switch (kind) {
      case 'verified':
        this.demand(operation.goneReads > 0 || operation.kind === 'verification', 'verified without a read');
        this.demand(!request || !alive(request.credentialStoredAt), 'verified, and still alive');
        if (operation.kind === 'reset') this.demand(request !== undefined, 'verified, and nothing was sent');
        break;
      case 'accepted':
        this.demand(request?.effect === true, 'accepted, and nothing was done');
        break;
      case 'not-sent':
      case 'cancelled':
        this.demand(request === undefined, `${kind}, and a request has left`);
        break;
      case 'refused':
      case 'unsupported':
        this.demand(request?.effect !== true, `${kind}, and it was done`);
        break;
      case 'not-reset':
        this.demand(request === undefined || alive(request.credentialStoredAt), 'not reset, and it is gone');
        break;
      case 'already-reset':
        this.demand(request === undefined, 'already reset, and sent');
        this.demand(
          this.service.requests.some(({ effect }) => effect === true),
          'already reset, and nothing ever was',
        );
        break;
      case 'unknown':
        this.demand(request !== undefined || operation.kind === 'verification', 'unknown, and nothing has left');
        break;
    }
  }

  async dispose(): Promise<void> {
    await Promise.all([...this.windows, ...this.#ended].map((window) => window.dispose()));
  }
}
