/** The download of an archive from a scripted service onto a scripted disk. */
import assert from 'node:assert/strict';
import {
  type DownloadedPart,
  type DownloadPorts,
  type DownloadProgress,
  type DownloadResult,
  downloadArchive,
} from '../../src/core/archiveDownload';
import type { JobReading, TrackedJob } from '../../src/core/archiveJobs';
import type {
  ArchiveFiles,
  BodyEnd,
  DownloadAnswer,
  DownloadRequest,
  FileFailure,
  PartFacts,
  PartFile,
  PartFinish,
} from '../../src/core/downloadPorts';
import { downloadTexts } from '../../src/core/downloadTexts';
import { collectReasonTexts, reasonParagraph, untranslated } from '../../src/core/outcomeText';
import { reasonTexts } from '../../src/core/reasonTexts';
import { BoundSecret } from '../../src/core/redact';
import { FakeClock } from './clock';

const origin = 'https://storage.example.com';
/** Bytes of each file, unless an answer says otherwise. */
export const total = 10;
export const job: TrackedJob = { jobId: 'j', resources: [], state: 'complete', trackedAt: 1, retries: 0, parts: [] };
const texts = collectReasonTexts([reasonTexts, downloadTexts]);

type BodyWishes = Partial<Extract<DownloadAnswer, { kind: 'body' }>> & {
  readonly text: string;
  readonly end?: BodyEnd;
};

/** A body that is there at once; it has to be read to its end or given up. */
export function body({ text, end = { kind: 'complete' }, ...wishes }: BodyWishes): DownloadAnswer {
  const bytes = Buffer.from(text);
  let given = false;
  return {
    kind: 'body',
    status: 200,
    from: 0,
    totalBytes: total,
    etag: '"v1"',
    chunks: {
      next: async () => {
        if (given || bytes.length === 0) return { done: true, value: end };
        given = true;
        return { done: false, value: bytes };
      },
      return: async () => ({ done: true, value: { kind: 'aborted' } }),
    },
    ...wishes,
  };
}

export class MemoryPart implements PartFile {
  text = '';
  last: string | undefined;
  failure: FileFailure | undefined;
  restartFailure: FileFailure | undefined;
  /** How its end is judged; as right if it is not said. */
  finishing: PartFinish | undefined;

  constructor(public facts: PartFacts) {}

  get bytes(): number {
    return this.text.length;
  }

  async restart(facts: PartFacts) {
    if (this.restartFailure) return this.restartFailure;
    this.facts = facts;
    this.text = '';
    return { kind: 'restarted' } as const;
  }

  async append(chunk: Uint8Array) {
    if (this.failure) return this.failure;
    this.text += Buffer.from(chunk).toString();
    return { kind: 'written' } as const;
  }

  async finish() {
    this.end('finish');
    return this.finishing ?? ({ kind: 'finished', name: 'file.zip', bytes: this.bytes } as const);
  }

  async close() {
    this.end('close');
  }

  async discard() {
    this.end('discard');
  }

  private end(how: string): void {
    assert.equal(this.last, undefined, `${how} after ${this.last}`);
    this.last = how;
  }
}

export class ArchiveScene {
  readonly asked: Omit<DownloadRequest, 'address'>[] = [];
  readonly clock = new FakeClock({ now: () => 0, advance: () => undefined });
  readonly abort = new AbortController();
  /** The files that were opened. */
  readonly parts: MemoryPart[] = [];
  readonly progress: DownloadProgress[] = [];
  readonly done: DownloadedPart[] = [];
  /** What was asked of each file before it was opened: its number, of how many, and what is known of it. */
  readonly keptAsked: (readonly [number, number, PartFacts])[] = [];
  readings: JobReading[] = [];
  counts = [1];
  free: number | undefined;
  /** Bytes that an earlier try has left of each file. */
  kept: readonly number[] = [];
  opening: FileFailure | undefined;
  failure: FileFailure | undefined;
  onOpen: (part: MemoryPart) => void = () => undefined;

  constructor(private readonly script: (DownloadAnswer | Error)[]) {}

  async run(changes: Partial<DownloadPorts> = {}, of = job): Promise<DownloadResult> {
    const files: ArchiveFiles = {
      freeBytes: async () => this.free,
      kept: async (...asked) => {
        this.keptAsked.push(asked);
        return this.kept[asked[0] - 1] ?? 0;
      },
      open: async (_number, _of, facts) => {
        if (this.opening) return this.opening;
        const file = new MemoryPart(facts);
        file.failure = this.failure;
        this.parts.push(file);
        this.onOpen(file);
        return { kind: 'open', file };
      },
    };
    const ports: DownloadPorts = {
      askAddresses: async () => this.readings.shift() ?? this.reading(),
      downloads: {
        download: async ({ address, ...request }) => {
          assert.equal(address.toString(), '[secret]');
          this.asked.push(request);
          const answer = this.script.shift();
          if (!answer) throw new Error('asked more often than expected');
          if (answer instanceof Error) throw answer;
          return answer;
        },
      },
      files,
      clock: this.clock,
      onProgress: (progress) => void this.progress.push(progress),
      onPartDone: async (part) => void this.done.push(part),
      ...changes,
    };
    const result = await downloadArchive(of, ports, this.abort.signal);
    assert.equal(this.script.length, 0, 'not everything was asked');
    for (const part of this.parts) assert.ok(part.last, 'a file was left open');
    if ('reason' in result) {
      const text = reasonParagraph(result.reason, texts, untranslated);
      assert.doesNotMatch(text, /[{}]|^\w+\.\w+$/, text);
    }
    return result;
  }

  private reading(): JobReading {
    const count = this.counts.length > 1 ? this.counts.shift() : this.counts[0];
    const addresses = Array.from({ length: count ?? 0 }, () => new BoundSecret(`${origin}/x`, [origin]));
    return { kind: 'state', state: 'complete', addresses };
  }
}
