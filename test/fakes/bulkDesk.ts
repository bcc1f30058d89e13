/** Operations that answer from a script, for bulks: each records what would have left this machine. */
import assert from 'node:assert/strict';
import type { BulkItem, BulkTarget } from '../../src/core/bulkPreview';
import type { BulkPorts } from '../../src/core/bulkReset';
import { afterReset } from '../../src/core/consentDerivation';
import type { ConsentOperations, ResetRequest } from '../../src/core/consentOperations';
import { ConsentStore } from '../../src/core/consentStore';
import { asQuota, type Reason, reason, type Target, type TargetKey, targetKey } from '../../src/core/model';
import type { Outcome, OutcomeKind } from '../../src/core/outcome';
import type { Preview } from '../../src/core/provider';
import type { Step } from '../../src/core/resetSteps';
import { FakeClock } from './clock';
import { noon } from './resetStage';

/** `quota` is refused because the service was asked too often; with seconds where it says how long to wait. */
export type Answer = Exclude<OutcomeKind, 'cancelled'> | 'quota' | { readonly quota: number };

export const way = { id: 'reset', verb: 'Reset Consent', question: 'Reset {identity} of {project}?' } as const;

export function previewOf(losses: readonly Reason[] = []): Preview {
  const credentials = [{ storedAt: noon - 1, alive: true }];
  return { effects: [reason('test.effect')], losses, grant: { timeBased: ['maps'], oneTime: [], credentials } };
}

export class BulkDesk {
  wallMs = noon;
  readonly clock = new FakeClock({
    now: () => this.wallMs,
    advance: (ms) => {
      this.wallMs += ms;
    },
  });
  readonly store = new ConsentStore((error) => {
    throw error;
  });
  /** Ids of identities whose request left, in order, and the time of that. */
  readonly sends: { readonly id: string; readonly at: number }[] = [];
  /** What each is answered, one after the other; then `verified`. */
  readonly answers = new Map<string, readonly Answer[]>();
  /** What the preview right before sending says; as before if there is none. */
  readonly previews = new Map<string, Preview>();
  /** How many asked the service at most, at a time. */
  mostOnTheWay = 0;
  /** What one waits for while it is about locks and journal. */
  onLocking: (id: string) => Promise<void> = turn;
  /** Called when a request leaves. */
  onSent: (id: string) => void = () => undefined;
  readonly stops = new Map<string, () => void>();
  readonly #running = new Set<string>();
  #onTheWay = 0;

  readonly targets: readonly Target[];

  constructor(count: number) {
    const identities = Array.from({ length: count }, (_, at) => ({ id: `user${at}`, label: `user${at}@example.com` }));
    const project = { id: 'shop', label: 'Shop', provider: 'scripted', endpoint: 'https://consent.example' };
    const full = { ...project, options: {}, identities };
    this.targets = identities.map((identity) => ({ project: full, identity }));
  }

  get items(): readonly BulkItem[] {
    return this.bulkTargets.map((one) => ({ ...one, preview: previewOf() }));
  }

  get bulkTargets(): readonly BulkTarget[] {
    return this.targets.map((target) => ({ target, way }));
  }

  sendsOf(id: string): number {
    return this.sends.filter((sent) => sent.id === id).length;
  }

  /** Ids of those that another window has left with an unknown outcome since the answer. */
  readonly unknownElsewhere = new Set<string>();
  /** Keys of targets, and when another reset of each began that was verified. */
  readonly resetsElsewhere = new Map<TargetKey, number>();

  readonly operations: BulkPorts['operations'] & Pick<ConsentOperations, 'preview'> = {
    whyVerifyFirst: async ({ identity }) =>
      this.unknownElsewhere.has(identity.id) ? reason('reset.earlierUnknown') : undefined,
    isResetting: ({ identity }) => this.#running.has(identity.id),
    preview: async ({ identity: { id } }, _way, signal): Promise<Step<Preview>> => {
      await turn();
      if (signal.aborted) return { kind: 'end', outcome: this.#end('cancelled', reason('test.cancelled')) };
      const answer = this.#answer(id);
      if (answer === 'verified') return { kind: 'go', with: this.previews.get(id) ?? previewOf() };
      return { kind: 'end', outcome: this.#outcome(answer) };
    },
    reset: async (target, request) => {
      const { id } = target.identity;
      assert.ok(!this.#running.has(id), `two resets of ${id} at a time`);
      this.#running.add(id);
      const outcome = await this.#reset(target, request);
      this.#running.delete(id);
      this.store.update(targetKey(target), (state) => afterReset(state, outcome));
      return outcome;
    },
  };

  /** Asks the service, which takes its time. */
  async #ask(): Promise<void> {
    this.mostOnTheWay = Math.max(this.mostOnTheWay, ++this.#onTheWay);
    await turn();
    this.#onTheWay--;
  }

  async #reset(target: Target, request: ResetRequest): Promise<Outcome> {
    const { id } = target.identity;
    const { signal } = request;
    const cancelled = (): Outcome => this.#end('cancelled', reason('test.cancelled'));
    request.progress?.('previewing');
    await this.#ask();
    request.progress?.('confirming');
    const confirmation = await request.confirm(target, this.previews.get(id) ?? previewOf(), false);
    if (confirmation.kind === 'declined')
      return confirmation.because ? this.#end('not-sent', confirmation.because) : cancelled();
    request.progress?.('locking');
    await this.onLocking(id);
    await request.turn?.();
    request.progress?.('rereading');
    if (signal.aborted) return cancelled();
    const why = (await confirmation.recheck?.()) ?? confirmation.obstacle?.();
    if (why) return this.#end('not-sent', why);
    request.progress?.('journaling');
    request.progress?.('sending');
    request.progress?.('sent');
    this.sends.push({ id, at: this.clock.now() });
    this.onSent(id);
    await this.#ask();
    if (signal.aborted) return this.#end('unknown', reason('test.stopped'));
    const answer = this.#answer(id);
    if (answer === 'verified') {
      request.progress?.('verifying');
      await turn();
      if (signal.aborted) return this.#end('unknown', reason('test.stopped'));
    }
    return this.#outcome(answer);
  }

  #answer(id: string): Answer {
    const [next = 'verified', ...rest] = this.answers.get(id) ?? [];
    this.answers.set(id, rest);
    return next;
  }

  #outcome(answer: Answer): Outcome {
    if (answer === 'quota') return this.#end('refused', asQuota(reason('test.quota'), undefined));
    if (typeof answer === 'object') return this.#end('refused', asQuota(reason('test.quota'), answer.quota));
    return this.#end(answer, reason(`test.${answer}`));
  }

  #end(kind: OutcomeKind, why: Reason): Outcome {
    return { kind, reason: why, at: this.clock.now() };
  }

  ports(changes: Partial<BulkPorts> = {}): BulkPorts {
    return {
      operations: this.operations,
      store: this.store,
      journal: {
        lastVerifiedReset: async ({ target }) => {
          const openedAt = this.resetsElsewhere.get(target);
          return openedAt === undefined ? undefined : { credentialStoredAt: noon, openedAt, closedAt: openedAt };
        },
      },
      clock: this.clock,
      watch: { hasSlept: false },
      earlierUnknown: new Set(),
      progress: () => undefined,
      stoppable: ({ identity }, stop) => {
        this.stops.set(identity.id, stop);
        return () => void this.stops.delete(identity.id);
      },
      ...changes,
    };
  }
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
