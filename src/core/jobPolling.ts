/** When running jobs are asked for their state: only while somebody looks, and as seldom as the service wants it. */
import { isRunning, type TrackedJob } from './archiveJobs';
import type { ConsentStore } from './consentStore';
import { isLoopbackHost } from './endpoint';
import { type JobOperations, pollPauseMs } from './jobOperations';
import type { Target, TargetKey } from './model';
import type { Clock, Log } from './ports';

export interface PolledIdentity {
  readonly key: TargetKey;
  readonly jobs: readonly TrackedJob[];
  /** The service runs on this computer. */
  readonly onThisComputer: boolean;
  /** When this window asked last, whatever came of it; epoch milliseconds. */
  readonly askedAt: number | undefined;
}

export interface PollPlan {
  /** Identities with a job whose state is to be asked for now. */
  readonly due: readonly TargetKey[];
  /** Milliseconds until the first of the others is due; `undefined` when none of them has a job that runs. */
  readonly nextInMs: number | undefined;
}

/** A read that failed counts as asked: a service that is down is not asked more often than one that answers. */
export function planPolls(identities: readonly PolledIdentity[], now: number): PollPlan {
  const waits = identities.flatMap((identity) => {
    const running = identity.jobs.filter(isRunning);
    return running.length === 0 ? [] : [{ key: identity.key, wait: waitOf(running, identity, now) }];
  });
  const later = waits.filter(({ wait }) => wait > 0).map(({ wait }) => wait);
  return {
    due: waits.filter(({ wait }) => wait <= 0).map(({ key }) => key),
    nextInMs: later.length === 0 ? undefined : Math.min(...later),
  };
}

function waitOf(running: readonly TrackedJob[], { onThisComputer, askedAt }: PolledIdentity, now: number): number {
  const waits = running.map((job) => {
    const pause = pollPauseMs(job, now, onThisComputer);
    const last = Math.max(job.checkedAt ?? job.trackedAt, askedAt ?? 0);
    // A clock that was set back must not keep it waiting longer than the pause itself.
    return Math.min(last + pause - now, pause);
  });
  return Math.min(...waits);
}

export interface JobPollingPorts {
  readonly jobs: Pick<JobOperations, 'refresh'>;
  readonly store: Pick<ConsentStore, 'get' | 'subscribe'>;
  readonly clock: Clock;
  readonly log: Log;
  /** The identities as configured now. */
  targets(): ReadonlyMap<TargetKey, Target>;
  /** Told once for each look that saw jobs complete for the first time. */
  completed(target: Target, jobs: readonly TrackedJob[]): void;
}

/** One timer at most; none while nobody looks or nothing runs. */
export class JobPolling {
  readonly #askedAt = new Map<TargetKey, number>();
  readonly #planned = new Map<TargetKey, readonly TrackedJob[]>();
  readonly #stop = new AbortController();
  readonly #subscription: { dispose(): void };
  #visible = false;
  #asking = false;
  #sleep: AbortController | undefined;

  constructor(private readonly ports: JobPollingPorts) {
    this.#subscription = ports.store.subscribe((keys) => {
      // Progress and activity change often and do not matter here.
      if ([...keys].some((key) => this.#planned.get(key) !== ports.store.get(key).jobs)) this.#plan();
    });
  }

  /** Whether somebody looks. What became due meanwhile is asked for at once. */
  setVisible(visible: boolean): void {
    this.#visible = visible;
    this.#plan();
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#stop.abort();
    this.#sleep?.abort();
  }

  #plan(): void {
    this.#sleep?.abort();
    this.#sleep = undefined;
    if (!this.#visible || this.#asking || this.#stop.signal.aborted) return;
    const { due, nextInMs } = planPolls(this.#identities(), this.ports.clock.now());
    if (due.length > 0) void this.#ask(due);
    else if (nextInMs !== undefined) this.#sleepFor(nextInMs);
  }

  #identities(): readonly PolledIdentity[] {
    this.#planned.clear();
    return [...this.ports.targets()].map(([key, { project }]) => {
      const { jobs } = this.ports.store.get(key);
      this.#planned.set(key, jobs);
      const onThisComputer = isLoopbackHost(new URL(project.endpoint).hostname);
      return { key, jobs, onThisComputer, askedAt: this.#askedAt.get(key) };
    });
  }

  #sleepFor(ms: number): void {
    const sleep = new AbortController();
    this.#sleep = sleep;
    this.ports.clock.sleep(ms, sleep.signal).then(
      () => {
        if (this.#sleep === sleep) this.#plan();
      },
      () => undefined,
    );
  }

  async #ask(keys: readonly TargetKey[]): Promise<void> {
    this.#asking = true;
    try {
      for (const key of keys) await this.#askOne(key);
    } finally {
      this.#asking = false;
      this.#plan();
    }
  }

  async #askOne(key: TargetKey): Promise<void> {
    const target = this.ports.targets().get(key);
    if (!target || !this.#visible || this.#stop.signal.aborted) return;
    this.#askedAt.set(key, this.ports.clock.now());
    try {
      const refreshed = await this.ports.jobs.refresh(target, this.#stop.signal, 'running');
      if ('completed' in refreshed && refreshed.completed.length > 0) this.ports.completed(target, refreshed.completed);
    } catch (error) {
      this.ports.log.warn(
        `The archive jobs of ${key} could not be checked: ${error instanceof Error ? error.message : 'unknown'}`,
      );
    }
  }
}
