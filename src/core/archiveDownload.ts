/**
 * Downloads the archive of a job, file after file. Addresses that grow old are asked for anew, what breaks off is gone on
 * with, and a file is called downloaded only when it is whole and right.
 */
import type { TrackedJob } from './archiveJobs';
import { ArchiveSource, type SourcePorts, type Wanted } from './archiveSource';
import type { ArchiveFiles, DownloadBody, DownloadRequest, PartFacts, PartFile } from './downloadPorts';
import {
  cancelled,
  type DownloadEnding,
  noSpace,
  type Unserved,
  unservedEnding,
  unwritten,
  wrongHash,
  wrongSize,
} from './downloadReasons';

export interface DownloadPorts extends SourcePorts {
  /** The files of this very job, in the folder that the user has chosen. */
  readonly files: ArchiveFiles;
  /** Called for every piece that was written: the caller decides how often it shows that. */
  readonly onProgress: (progress: DownloadProgress) => void;
  /** A file is whole and has its final name; waited for before the next one is begun. */
  readonly onPartDone: (part: DownloadedPart) => Promise<void>;
}

/** Over all files, those of earlier tries included. */
export interface DownloadProgress {
  readonly doneBytes: number;
  /** `undefined` when the service does not say. */
  readonly totalBytes: number | undefined;
  /** The file under way, from 1. */
  readonly part: number;
  readonly parts: number;
}

export interface DownloadedPart {
  /** In `TrackedJob.parts`, from 0. */
  readonly index: number;
  /** How many files the archive has. */
  readonly parts: number;
  /** The file's own name, without its folder. */
  readonly name: string;
  readonly bytes: number;
}

/** `files` are those that this call has finished, however it ended. */
export type DownloadResult = DownloadEnding & { readonly files: readonly DownloadedPart[] };

/** Rejects only by a defect, and when `onPartDone` rejects. */
export async function downloadArchive(
  job: TrackedJob,
  ports: DownloadPorts,
  signal: AbortSignal,
): Promise<DownloadResult> {
  const run = new DownloadRun(job, ports, signal);
  const ending = await run.run();
  return { ...ending, files: run.finished };
}

/** A file that is still to be downloaded. */
interface Plan extends Wanted {
  facts: PartFacts;
}

class DownloadRun {
  readonly finished: DownloadedPart[] = [];
  readonly #job: TrackedJob;
  readonly #ports: DownloadPorts;
  readonly #signal: AbortSignal;
  readonly #source: ArchiveSource;
  #plans: readonly Plan[] = [];
  /** Bytes that are there, by file. */
  readonly #have = new Map<number, number>();
  #totalBytes: number | undefined;

  constructor(job: TrackedJob, ports: DownloadPorts, signal: AbortSignal) {
    this.#job = job;
    this.#ports = ports;
    this.#signal = signal;
    this.#source = new ArchiveSource(ports, signal);
  }

  async run(): Promise<DownloadEnding> {
    const { parts } = this.#job;
    if (this.#signal.aborted) return cancelled();
    if (parts.length > 0 && parts.every(isDone)) return { kind: 'downloaded' };
    const unasked = await this.#source.ask(parts.some(isDone) ? parts.length : undefined);
    if (unasked) return unasked;
    this.#plans = Array.from(
      { length: this.#source.parts },
      (_, index): Plan => ({ index, facts: {}, broken: 0 }),
    ).filter(({ index }) => !isDone(parts[index]));
    const unprepared = (await this.#learn()) ?? (await this.#checkSpace());
    if (unprepared) return unprepared;
    for (const plan of this.#plans) {
      const ending = await this.#fetch(plan);
      if (ending) return ending;
    }
    return { kind: 'downloaded' };
  }

  /** Learns length and version of each file from its first byte. */
  async #learn(): Promise<DownloadEnding | undefined> {
    for (const plan of this.#plans) {
      const service = await this.#source.serve(plan, { from: 0, to: 0 });
      if (service.kind === 'ended') return service.ending;
      const { answer } = service;
      if (answer.kind === 'body') {
        await answer.chunks.return();
        plan.facts = factsOf(answer);
      } else {
        // An empty file has no first byte.
        if (answer.totalBytes !== 0) return unservedEnding({ kind: 'refused', status: 416 }, this.#source.host(plan));
        plan.facts = { totalBytes: 0 };
      }
    }
    return undefined;
  }

  async #checkSpace(): Promise<DownloadEnding | undefined> {
    const { files } = this.#ports;
    const of = this.#source.parts;
    for (const { index, facts } of this.#plans) this.#have.set(index, await files.kept(index + 1, of, facts));
    this.#job.parts.forEach((part, index) => {
      if (isDone(part)) this.#have.set(index, part.bytes ?? 0);
    });
    this.#count();
    const missing = this.#plans.reduce((sum, { index, facts }) => {
      return sum + Math.max(0, (facts.totalBytes ?? 0) - (this.#have.get(index) ?? 0));
    }, 0);
    const free = await files.freeBytes();
    const needed = Math.ceil(missing * 1.05);
    return free !== undefined && free < needed ? noSpace(needed, free) : undefined;
  }

  #count(): void {
    const lengths = this.#plans.map(({ facts }) => facts.totalBytes);
    const done = this.#job.parts.filter(isDone).map(({ bytes = 0 }) => bytes);
    this.#totalBytes = lengths.includes(undefined) ? undefined : sumOf([...done, ...lengths]);
  }

  async #fetch(plan: Plan): Promise<DownloadEnding | undefined> {
    const { files } = this.#ports;
    const opening = await files.open(plan.index + 1, this.#source.parts, plan.facts);
    if (opening.kind === 'failed') return unwritten(opening);
    const { file } = opening;
    let ending: DownloadEnding | undefined;
    try {
      ending = await this.#fill(plan, file);
    } catch (error) {
      await file.close();
      throw error;
    }
    if (ending) {
      if (ending.kind === 'wrong-size') await file.discard();
      else await file.close();
      return ending;
    }
    return this.#finish(plan, file);
  }

  async #finish(plan: Plan, file: PartFile): Promise<DownloadEnding | undefined> {
    const finish = await file.finish();
    switch (finish.kind) {
      case 'failed':
        return unwritten(finish);
      case 'wrong-size':
        return wrongSize(finish.expected, finish.actual);
      case 'wrong-hash':
        return wrongHash();
      case 'finished': {
        const { name, bytes } = finish;
        const part = { index: plan.index, parts: this.#source.parts, name, bytes };
        this.finished.push(part);
        this.#progress(plan, file);
        await this.#ports.onPartDone(part);
        return undefined;
      }
    }
  }

  /** Brings the file to its full length; whether it is right is found out at the end. */
  async #fill(plan: Plan, file: PartFile): Promise<DownloadEnding | undefined> {
    for (;;) {
      this.#progress(plan, file);
      if (file.bytes === plan.facts.totalBytes) return undefined;
      const service = await this.#source.serve(plan, rest(file, plan.facts));
      if (service.kind === 'ended') return service.ending;
      const { answer } = service;
      if (answer.kind === 'range-not-satisfiable') {
        const { totalBytes: actual = file.bytes } = answer;
        const expected = plan.facts.totalBytes ?? actual;
        // Only where no length was known can this be its end.
        if (plan.facts.totalBytes === undefined && actual === file.bytes) return undefined;
        return wrongSize(expected, actual === expected ? file.bytes : actual);
      }
      const mismatch = await this.#fit(plan, file, answer);
      if (mismatch === 'again') continue;
      const ending = mismatch ?? (await this.#receive(plan, file, answer));
      if (ending !== 'broken-off') return ending === 'whole' ? undefined : ending;
    }
  }

  /** Sees to it that the body fits what is there: the same version, from where it ends. */
  async #fit(plan: Plan, file: PartFile, body: DownloadBody): Promise<DownloadEnding | 'again' | undefined> {
    const facts = factsOf(body);
    const sameVersion = facts.etag === plan.facts.etag;
    const { totalBytes: expected } = plan.facts;
    const { totalBytes: actual } = facts;
    if (sameVersion && expected !== undefined && actual !== undefined && expected !== actual) {
      await body.chunks.return();
      return wrongSize(expected, actual);
    }
    if (sameVersion && body.from === file.bytes) return undefined;
    plan.facts = sameVersion ? { ...facts, ...plan.facts } : facts;
    this.#count();
    const restarted = await file.restart(plan.facts);
    if (restarted.kind === 'restarted' && body.from === 0) return undefined;
    await body.chunks.return();
    if (restarted.kind === 'failed') return unwritten(restarted);
    // Another version, and not from its beginning.
    return (await this.#source.breakOff(plan, otherBody)) ?? 'again';
  }

  async #receive(
    plan: Plan,
    file: PartFile,
    { status, chunks }: DownloadBody,
  ): Promise<DownloadEnding | 'whole' | 'broken-off'> {
    const { totalBytes: expected } = plan.facts;
    for (;;) {
      const { done, value } = await chunks.next();
      if (done) {
        if (value.kind === 'aborted') return cancelled();
        if (value.kind === 'cut') {
          return (await this.#source.breakOff(plan, { ...value, kind: 'broken' })) ?? 'broken-off';
        }
        if (expected === undefined || file.bytes === expected) return 'whole';
        // A server may send less than the rest that it was asked for, but not call less the whole.
        if (status === 200) return wrongSize(expected, file.bytes);
        return (await this.#source.breakOff(plan, otherBody)) ?? 'broken-off';
      }
      if (expected !== undefined && file.bytes + value.length > expected) {
        await chunks.return();
        return wrongSize(expected, file.bytes + value.length);
      }
      const written = await file.append(value);
      if (written.kind === 'failed') {
        await chunks.return();
        return unwritten(written);
      }
      this.#progress(plan, file);
      if (this.#signal.aborted) {
        await chunks.return();
        return cancelled();
      }
    }
  }

  #progress({ index }: Plan, file: PartFile): void {
    this.#have.set(index, file.bytes);
    this.#ports.onProgress({
      doneBytes: sumOf([...this.#have.values()]),
      totalBytes: this.#totalBytes,
      part: index + 1,
      parts: this.#source.parts,
    });
  }
}

function isDone(part: TrackedJob['parts'][number] | undefined): boolean {
  return part?.downloadedAt !== undefined;
}

/** Asks for what is missing; without a version to compare, a file is begun anew. */
function rest(file: PartFile, { etag }: PartFacts): Omit<DownloadRequest, 'address'> {
  return etag === undefined || file.bytes === 0 ? { from: 0 } : { from: file.bytes, etag };
}

function factsOf({ totalBytes, etag, md5, crc32c }: DownloadBody): PartFacts {
  return {
    ...(totalBytes === undefined ? {} : { totalBytes }),
    ...(etag === undefined ? {} : { etag }),
    ...(md5 === undefined ? {} : { md5 }),
    ...(crc32c === undefined ? {} : { crc32c }),
  };
}

const otherBody: Unserved = {
  kind: 'broken',
  cause: 'malformed',
  detail: 'another range or version than was asked for',
};

function sumOf(values: readonly (number | undefined)[]): number {
  return values.reduce<number>((sum, value) => sum + (value ?? 0), 0);
}
