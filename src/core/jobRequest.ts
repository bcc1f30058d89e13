/** From what the user has chosen to the jobs that are started. Pure. */
import type { ExportableGroup, JobRequest } from './archiveJobs';

export interface ExportableResource {
  readonly name: string;
  /** Its consent is used up by one export. */
  readonly oneTime: boolean;
}

/** Everything that can be exported, each resource once, those that can be exported again first; sorted by name within. */
export function exportableResources(groups: readonly ExportableGroup[]): readonly ExportableResource[] {
  const timeBased = new Set(groups.flatMap((group) => group.timeBased));
  const oneTime = new Set(groups.flatMap((group) => group.oneTime).filter((name) => !timeBased.has(name)));
  return [
    ...[...timeBased].sort().map((name) => ({ name, oneTime: false })),
    ...[...oneTime].sort().map((name) => ({ name, oneTime: true })),
  ];
}

export interface PlannedJob {
  readonly resources: readonly string[];
  /** Those of them whose consent the job uses up. */
  readonly usedUp: readonly string[];
}

/**
 * As few jobs as the groups allow: all resources of a job have to be of one group. A resource that can be exported again in
 * one group and only once in another is taken from the first.
 */
export function planJobs(groups: readonly ExportableGroup[], chosen: readonly string[]): readonly PlannedJob[] {
  const jobs: PlannedJob[] = [];
  let left = [...new Set(chosen)];
  const anywhereTimeBased = new Set(groups.flatMap(({ timeBased }) => timeBased));
  const takes = (group: ExportableGroup, name: string): boolean =>
    group.timeBased.includes(name) || (group.oneTime.includes(name) && !anywhereTimeBased.has(name));
  for (;;) {
    const best = groups
      .map((group) => ({ group, resources: left.filter((name) => takes(group, name)) }))
      .reduce<{ group: ExportableGroup; resources: readonly string[] } | undefined>(
        (most, one) => (one.resources.length > (most?.resources.length ?? 0) ? one : most),
        undefined,
      );
    if (!best) return jobs;
    const { group, resources } = best;
    jobs.push({ resources, usedUp: resources.filter((name) => !group.timeBased.includes(name)) });
    left = left.filter((name) => !resources.includes(name));
  }
}

export type TimeRange =
  | { readonly kind: 'all' }
  | { readonly kind: 'last-days'; readonly days: number }
  /** Epoch milliseconds. */
  | { readonly kind: 'from'; readonly startTime: number };

const dayMs = 24 * 3_600_000;

export function requestFor(job: PlannedJob, range: TimeRange, now: number): JobRequest {
  const { resources } = job;
  switch (range.kind) {
    case 'all':
      return { resources };
    case 'last-days':
      return { resources, startTime: now - range.days * dayMs };
    case 'from':
      return { resources, startTime: range.startTime };
  }
}

export type DayReading =
  /** The first moment of the day, local time; epoch milliseconds. */
  | { readonly kind: 'day'; readonly startTime: number }
  | { readonly kind: 'problem'; readonly problem: 'not-a-day' | 'in-the-future' };

/** Reads a day such as `2026-01-31`. */
export function readDay(text: string, now: number): DayReading {
  const [, year, month, day] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text.trim()) ?? [];
  if (year === undefined || month === undefined || day === undefined) return { kind: 'problem', problem: 'not-a-day' };
  const date = new Date(Number(year), Number(month) - 1, Number(day));
  const real = date.getMonth() === Number(month) - 1 && date.getDate() === Number(day) && Number(year) >= 1970;
  if (!real) return { kind: 'problem', problem: 'not-a-day' };
  return date.getTime() > now
    ? { kind: 'problem', problem: 'in-the-future' }
    : { kind: 'day', startTime: date.getTime() };
}

/** What is typed or pasted as the id of a job, cleaned; `undefined` when it cannot be one. */
export function readJobId(text: string): string | undefined {
  const id = text.trim();
  return /^[\w.~=+:-]{1,256}$/.test(id) && !/^\.+$/.test(id) ? id : undefined;
}
