/** Tracked jobs in memory. Hands out copies, as a disk does. */
import { addressKey, type JobStore, type TrackedJob } from '../../src/core/archiveJobs';
import type { TargetAddress } from '../../src/core/model';

export class MemoryJobs implements JobStore {
  readonly #jobs = new Map<string, Map<string, TrackedJob>>();
  /** Whether writing fails, as on a full disk. */
  broken = false;

  async list(address: TargetAddress): Promise<readonly TrackedJob[]> {
    return [...this.#of(address).values()].sort((one, other) => one.trackedAt - other.trackedAt);
  }

  async all(): Promise<ReadonlyMap<string, readonly TrackedJob[]>> {
    return new Map([...this.#jobs].map(([key, jobs]) => [key, [...jobs.values()]]));
  }

  async update(
    address: TargetAddress,
    jobId: string,
    change: (job: TrackedJob | undefined) => TrackedJob | undefined,
  ): Promise<TrackedJob | undefined> {
    if (this.broken) throw new Error('The disk is full.');
    const jobs = this.#of(address);
    const after = change(jobs.get(jobId));
    if (after) jobs.set(jobId, structuredClone(after));
    else jobs.delete(jobId);
    return after;
  }

  #of(address: TargetAddress): Map<string, TrackedJob> {
    const key = addressKey(address);
    const jobs = this.#jobs.get(key) ?? new Map<string, TrackedJob>();
    this.#jobs.set(key, jobs);
    return jobs;
  }
}
