/** What can be done with the archive jobs of an identity, and how store and disk follow it. */
import {
  type ArchiveJobs,
  addressKey,
  isRunning,
  isUndownloaded,
  type JobCancel,
  type JobReading,
  type JobRequest,
  type JobStart,
  type JobStore,
  type TrackedJob,
} from './archiveJobs';
import { whyUnusable } from './consentDerivation';
import type { ConsentStore } from './consentStore';
import type { CredentialSource } from './credentialSource';
import { plainText } from './foreignText';
import { mapLimited } from './mapLimited';
import { type Reason, reason, type Target, targetAddress, targetKey } from './model';
import type { Clock, Log } from './ports';
import type { Provider, ProviderTarget } from './provider';

export interface JobPorts {
  readonly store: ConsentStore;
  readonly jobs: JobStore;
  readonly credentials: CredentialSource;
  provider(id: string): Promise<Provider>;
  readonly clock: Clock;
  readonly log: Log;
}

/** No call could be made: nothing was sent. */
export interface NotPossible {
  readonly kind: 'not-possible';
  readonly reason: Reason;
}

/** What a look at the jobs of an identity has brought. */
export interface Refreshed {
  readonly kind: 'refreshed';
  /** Jobs that were seen complete for the first time. */
  readonly completed: readonly TrackedJob[];
  /** The first read that failed, if one did. */
  readonly failure: Reason | undefined;
}

export interface ReadyArchives {
  readonly archives: ArchiveJobs;
  readonly target: ProviderTarget;
}

const concurrentReads = 4;

export class JobOperations {
  constructor(private readonly ports: JobPorts) {}

  /** Fills the store for the first paint, from the disk alone. */
  async load(targets: readonly Target[]): Promise<void> {
    const all = await this.ports.jobs.all();
    this.ports.store.updateAll(
      new Map(
        targets.map((target) => {
          const jobs = all.get(addressKey(targetAddress(target))) ?? [];
          return [targetKey(target), (state) => ({ ...state, jobs })] as const;
        }),
      ),
    );
  }

  /** Starts a job and keeps track of it. A job that runs already is adopted; those that used up the consent are, too. */
  async start(target: Target, request: JobRequest, signal: AbortSignal): Promise<JobStart | NotPossible> {
    const ready = await this.ready(target);
    if (ready.kind === 'not-possible') return ready;
    const start = await ready.archives.start(ready.target, request, signal);
    if (start.kind === 'started') {
      const { oneTime } = start;
      await this.#track(target, start.jobId, {
        resources: request.resources,
        ...(oneTime === undefined ? {} : { oneTime }),
      });
    }
    if (start.kind === 'exists') await this.#track(target, start.jobId, { resources: request.resources });
    if (start.kind === 'exhausted') {
      for (const jobId of start.jobIds) await this.#track(target, jobId, { oneTime: true });
      await this.#withoutLosing(target, start.jobIds, () => this.refresh(target, signal));
    }
    return start;
  }

  /** Follows a job that was started elsewhere, if the service knows it. */
  async adopt(target: Target, jobId: string, signal: AbortSignal): Promise<JobReading | NotPossible> {
    const ready = await this.ready(target);
    if (ready.kind === 'not-possible') return ready;
    const reading = await ready.archives.read(ready.target, jobId, signal);
    if (reading.kind !== 'state') return reading;
    await this.#track(target, jobId, {});
    await this.#note(target, jobId, reading);
    return reading;
  }

  /** Asks for the state of every job that is not settled, or only of those that run. */
  async refresh(
    target: Target,
    signal: AbortSignal,
    which: 'unsettled' | 'running' = 'unsettled',
  ): Promise<Refreshed | NotPossible> {
    const ready = await this.ready(target);
    if (ready.kind === 'not-possible') return ready;
    const completed: TrackedJob[] = [];
    let failure: Reason | undefined;
    const jobs = await this.ports.jobs.list(targetAddress(target));
    const now = this.ports.clock.now();
    const asked = jobs.filter((job) => isRunning(job) || (which === 'unsettled' && isUndownloaded(job, now)));
    await mapLimited(asked, concurrentReads, async (job) => {
      const reading = await ready.archives.read(ready.target, job.jobId, signal);
      const after = await this.#note(target, job.jobId, reading);
      if (isRunning(job) && after?.state === 'complete') completed.push(after);
      if (reading.kind === 'failed' || reading.kind === 'dead-credential') failure ??= reading.reason;
    });
    // A preview or another window may have seen the end of a job that therefore is not asked for here any more.
    await this.show(target);
    return { kind: 'refreshed', completed, failure };
  }

  /** Starts a failed job again. The service gives the retry an id of its own. */
  async retry(target: Target, jobId: string, signal: AbortSignal): Promise<JobStart | NotPossible> {
    const ready = await this.ready(target);
    if (ready.kind === 'not-possible') return ready;
    const start = await ready.archives.retry(ready.target, jobId, signal);
    if (start.kind !== 'started' && start.kind !== 'exists') return start;
    const before = (await this.ports.jobs.list(targetAddress(target))).find((job) => job.jobId === jobId);
    await this.#track(target, start.jobId, {
      resources: before?.resources ?? [],
      ...(before?.oneTime === undefined ? {} : { oneTime: before.oneTime }),
      retries: (before?.retries ?? 0) + 1,
      retryOf: jobId,
    });
    await this.#withoutLosing(target, [jobId], () =>
      this.change(target, jobId, (job) => job && { ...job, retriedAs: start.jobId }),
    );
    return start;
  }

  async cancel(target: Target, jobId: string, signal: AbortSignal): Promise<JobCancel | NotPossible> {
    const ready = await this.ready(target);
    if (ready.kind === 'not-possible') return ready;
    const cancel = await ready.archives.cancel(ready.target, jobId, signal);
    // Whatever was answered, the state that counts is the one that is read.
    if (cancel.kind !== 'aborted') {
      const reading = await ready.archives.read(ready.target, jobId, signal);
      await this.#note(target, jobId, reading);
    }
    return cancel;
  }

  /** The job is no longer followed here; at the service it stays as it is. */
  async untrack(target: Target, jobId: string): Promise<void> {
    await this.change(target, jobId, () => undefined);
  }

  /** The consent is gone, and with it the access to its archives. */
  async consentGone(target: Target): Promise<void> {
    for (const { jobId } of await this.ports.jobs.list(targetAddress(target))) await this.untrack(target, jobId);
  }

  /** Everything a call needs, or why none can be made. */
  async ready(target: Target): Promise<({ readonly kind: 'ready' } & ReadyArchives) | NotPossible> {
    const reading = await this.ports.credentials.read(target);
    if (reading.kind === 'missing') {
      return { kind: 'not-possible', reason: reason('credential.missing', {}, [{ kind: 'replace-credential' }]) };
    }
    if (reading.kind !== 'present') return { kind: 'not-possible', reason: whyUnusable(reading) };
    const { archives } = await this.ports.provider(target.project.provider);
    if (!archives) return { kind: 'not-possible', reason: reason('jobs.unsupported') };
    return { kind: 'ready', archives, target: { ...target, credentials: reading.credentials } };
  }

  /** Changes one job on disk, then in the store. */
  async change(
    target: Target,
    jobId: string,
    change: (job: TrackedJob | undefined) => TrackedJob | undefined,
  ): Promise<TrackedJob | undefined> {
    const address = targetAddress(target);
    const after = await this.ports.jobs.update(address, jobId, change);
    await this.show(target);
    return after;
  }

  /** Brings what is on disk into the store: another window may have changed it, too. */
  async show(target: Target): Promise<void> {
    const jobs = await this.ports.jobs.list(targetAddress(target));
    this.ports.store.update(targetKey(target), (state) => ({ ...state, jobs }));
  }

  async #track(
    target: Target,
    jobId: string,
    known: Partial<Pick<TrackedJob, 'resources' | 'oneTime' | 'retries' | 'retryOf'>>,
  ): Promise<void> {
    const trackedAt = this.ports.clock.now();
    await this.#withoutLosing(target, [jobId], () =>
      this.change(
        target,
        jobId,
        (job) => job ?? { jobId, resources: [], state: 'in-progress', trackedAt, retries: 0, parts: [], ...known },
      ),
    );
    this.ports.log.info(`Archive job followed for ${targetKey(target)}.`);
  }

  /** What the service has answered counts, also where it cannot be noted: no list of the service brings an id back. */
  async #withoutLosing(target: Target, jobIds: readonly string[], work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (error) {
      const ids = jobIds.map((id) => plainText(id, 300)).join(', ');
      const why = error instanceof Error ? error.message : 'unknown error';
      this.ports.log.error(`The archive jobs ${ids} of ${targetKey(target)} could not be noted: ${why}`);
      await this.show(target);
    }
  }

  async #note(target: Target, jobId: string, reading: JobReading): Promise<TrackedJob | undefined> {
    const now = this.ports.clock.now();
    return this.change(target, jobId, (job) => job && noteReading(job, reading, now));
  }
}

/** The job as it stands after a read. A read that failed changes nothing. */
export function noteReading(job: TrackedJob, reading: JobReading, now: number): TrackedJob {
  if (reading.kind === 'no-such-job') return { ...job, state: 'gone', checkedAt: now };
  if (reading.kind !== 'state') return job;
  const { state, addresses } = reading;
  if (state !== 'complete') return { ...job, state, checkedAt: now };
  const completeSince = job.completeSince ?? now;
  // No addresses: there is nothing to download any more, or not yet. What was downloaded stays known.
  const parts = addresses.length === 0 ? job.parts : addresses.map((_, index) => job.parts[index] ?? {});
  return { ...job, state, checkedAt: now, completeSince, parts };
}

const minuteMs = 60_000;

/**
 * How long to wait before the state of a job is asked again. Jobs take minutes to days; Google asks for 5 to 60 minutes. A
 * service on this computer costs nobody anything.
 */
export function pollPauseMs(job: TrackedJob, now: number, onThisComputer: boolean): number {
  if (onThisComputer) return 2_000;
  const age = now - job.trackedAt;
  if (age < 60 * minuteMs) return 5 * minuteMs;
  return age < 6 * 60 * minuteMs ? 15 * minuteMs : 60 * minuteMs;
}
