/** The archive jobs that are known here, one small file each: two windows never overwrite each other's. */
import { join } from 'node:path';
import * as v from 'valibot';
import { type ArchivePart, addressKey, type JobState, type JobStore, type TrackedJob } from '../core/archiveJobs';
import { mapLimited } from '../core/mapLimited';
import type { TargetAddress, TargetKey } from '../core/model';
import type { Log } from '../core/ports';
import {
  errorCode,
  makeFolder,
  namesIn,
  nodeFs,
  readIfThere,
  type StorageFs,
  StorageUnavailable,
  sha256,
  writeAtomically,
} from './fileSystem';
import { readsInPlace } from './readsInPlace';

// A record, as are the schemas' lists of fields: what the job gains and the file lacks fails to compile.
const states: Readonly<Record<JobState, true>> = {
  'in-progress': true,
  complete: true,
  failed: true,
  cancelled: true,
  gone: true,
};

const partSchema = v.object({
  downloadedAt: v.exactOptional(v.number()),
  bytes: v.exactOptional(v.number()),
} satisfies Readonly<Record<keyof ArchivePart, unknown>>);

const jobSchema = v.object({
  jobId: v.string(),
  resources: v.pipe(v.array(v.string()), v.readonly()),
  oneTime: v.exactOptional(v.boolean()),
  state: v.picklist(Object.keys(states) as JobState[]),
  trackedAt: v.number(),
  checkedAt: v.exactOptional(v.number()),
  completeSince: v.exactOptional(v.number()),
  retries: v.number(),
  retryOf: v.exactOptional(v.string()),
  retriedAs: v.exactOptional(v.string()),
  parts: v.pipe(v.array(partSchema), v.readonly()),
} satisfies Readonly<Record<keyof TrackedJob, unknown>>);

const version = 1;

const fileSchema = v.object({
  v: v.literal(version),
  address: v.object({
    provider: v.string(),
    origin: v.string(),
    target: v.pipe(
      v.string(),
      v.transform((key) => key as TargetKey),
    ),
  } satisfies Readonly<Record<keyof TargetAddress, unknown>>),
  job: jobSchema,
});

/** Only the version can be read of what a later Reconsent has written. */
const newerSchema = v.object({ v: v.pipe(v.number(), v.gtValue(version)) });

type JobFile = v.InferOutput<typeof fileSchema>;

type Read = { readonly kind: 'job'; readonly file: JobFile } | { readonly kind: 'none' | 'damaged' | 'newer' };

/** How many files are read at the same time. */
const readersAtOnce = 32;

/**
 * `update` rejects with {@link StorageUnavailable}, also where the file is of a later version, which is left alone. Reading
 * never rejects: what cannot be read is not there.
 */
export function createFileJobs(options: {
  /** The folder that gets the sub-folder `jobs`; made by the first `update`. */
  readonly folder: string;
  readonly log: Log;
  readonly fs?: StorageFs;
}): JobStore {
  const fs = options.fs ?? readsInPlace(nodeFs);
  const { log } = options;
  const folder = join(options.folder, 'jobs');
  /** The last change of each file that is under way in this window. */
  const changing = new Map<string, Promise<unknown>>();
  /** New jobs that this window could not write: nobody could tell their ids again. By file. */
  const unwritten = new Map<string, JobFile>();

  async function read(name: string): Promise<Read> {
    const text = await readIfThere(fs, join(folder, name));
    if (text === undefined) return { kind: 'none' };
    const found = parseJob(text);
    return found.kind === 'job' && fileName(found.file.address, found.file.job.jobId) !== name
      ? { kind: 'damaged' }
      : found;
  }

  async function readFor(name: string): Promise<JobFile | undefined> {
    try {
      const found = await read(name);
      if (found.kind === 'job') return found.file;
      if (found.kind === 'damaged') log.warn(`The note of the archive job ${name} is damaged and was ignored.`);
      if (found.kind === 'newer')
        log.warn(`The note of the archive job ${name} is of a later version; it was left alone.`);
    } catch (error) {
      log.warn(`The note of the archive job ${name} could not be read (${errorCode(error)}).`);
    }
    return undefined;
  }

  async function readAll(prefix: string): Promise<readonly JobFile[]> {
    let names: readonly string[] = [];
    try {
      names = (await namesIn(fs, folder)).filter((name) => name.startsWith(prefix) && name.endsWith('.json'));
    } catch (error) {
      log.warn(`The notes of archive jobs could not be read (${errorCode(error)}).`);
    }
    const files: JobFile[] = [];
    await mapLimited(names, readersAtOnce, async (name) => {
      const file = await readFor(name);
      if (file) files.push(file);
    });
    for (const [name, file] of unwritten) if (name.startsWith(prefix) && !names.includes(name)) files.push(file);
    return files.sort(({ job: a }, { job: b }) => a.trackedAt - b.trackedAt || (a.jobId < b.jobId ? -1 : 1));
  }

  async function change(
    address: TargetAddress,
    jobId: string,
    changeJob: (job: TrackedJob | undefined) => TrackedJob | undefined,
  ): Promise<TrackedJob | undefined> {
    const name = fileName(address, jobId);
    const found = await guarded('cannot be read', () => read(name));
    if (found.kind === 'newer') {
      const cause = Object.assign(new Error('later version'), { code: 'LATER_VERSION' });
      throw new StorageUnavailable('The note of the archive job was written by a later version', cause);
    }
    const before = found.kind === 'job' ? found.file.job : unwritten.get(name)?.job;
    const after = changeJob(before);
    if (after === undefined) {
      unwritten.delete(name);
      if (found.kind !== 'none') await guarded('stays', () => remove(name));
      return undefined;
    }
    if (after === before) return before;
    // Only the fields of the schema get to disk.
    const file = v.parse(fileSchema, { v: version, address, job: after });
    if (file.job.jobId !== jobId) throw new Error('A change must not turn one job into another.');
    if (found.kind === 'none') unwritten.set(name, file);
    await guarded('cannot be written', async () => {
      await makeFolder(fs, folder);
      await writeAtomically(fs, join(folder, name), `${JSON.stringify(file)}\n`, 'content-and-name');
    });
    unwritten.delete(name);
    return file.job;
  }

  async function remove(name: string): Promise<void> {
    try {
      await fs.unlink(join(folder, name));
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw error;
    }
  }

  return {
    async list(address) {
      return (await readAll(`${sha256(addressKey(address))}-`)).map(({ job }) => job);
    },
    async all() {
      const jobs = new Map<string, TrackedJob[]>();
      for (const { address, job } of await readAll('')) {
        const key = addressKey(address);
        const ofKey = jobs.get(key) ?? [];
        ofKey.push(job);
        jobs.set(key, ofKey);
      }
      return jobs;
    },
    update(address, jobId, changeJob) {
      const name = fileName(address, jobId);
      const turn = (changing.get(name) ?? Promise.resolve()).then(() => change(address, jobId, changeJob));
      const settled = turn.then(
        () => undefined,
        () => undefined,
      );
      changing.set(name, settled);
      void settled.then(() => {
        if (changing.get(name) === settled) changing.delete(name);
      });
      return turn;
    },
  };
}

async function guarded<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new StorageUnavailable(`The note of the archive job ${what}`, error);
  }
}

function fileName(address: TargetAddress, jobId: string): string {
  return `${sha256(addressKey(address))}-${sha256(jobId)}.json`;
}

function parseJob(text: string): Read {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    return { kind: 'damaged' };
  }
  const parsed = v.safeParse(fileSchema, content);
  if (parsed.success) return { kind: 'job', file: parsed.output };
  return { kind: v.is(newerSchema, content) ? 'newer' : 'damaged' };
}
