/** Downloads of archives from the sandbox: real transport and real files; only the clock is stood in for. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import {
  type DownloadedPart,
  type DownloadPorts,
  type DownloadProgress,
  type DownloadResult,
  downloadArchive,
} from '../../src/core/archiveDownload';
import type { JobReading, TrackedJob } from '../../src/core/archiveJobs';
import { downloadTexts } from '../../src/core/downloadTexts';
import { reason } from '../../src/core/model';
import { collectReasonTexts, reasonParagraph, untranslated } from '../../src/core/outcomeText';
import type { Log } from '../../src/core/ports';
import { reasonTexts } from '../../src/core/reasonTexts';
import { BoundSecret } from '../../src/core/redact';
import { createTransport, type TransportOptions, type UndiciTransport } from '../../src/http/transport';
import type { RunningSandbox } from '../../src/sandbox/api';
import { frozenClock } from '../../src/sandbox/clock';
import { fingerprint } from '../../src/sandbox/redaction';
import { startSandbox } from '../../src/sandbox/server';
import { createArchiveFiles } from '../../src/storage/archiveFiles';
import { FakeClock } from '../fakes/clock';
import { noon } from '../fakes/resetStage';
import { FaultyDisk } from '../unit/storage/faultyDisk';

const hourMs = 3_600_000;
const bytesPerPart = 300_000;
const texts = collectReasonTexts([reasonTexts, downloadTexts]);

const network: Omit<TransportOptions, 'log'> = {
  proxy: () => ({ support: 'off', proxy: '', noProxy: [], env: {} }),
  trust: { extraCertificates: () => [] },
};

class DownloadWorld {
  stop = new AbortController();
  readonly disk = new FaultyDisk();
  readonly progress: DownloadProgress[] = [];
  readonly done: DownloadedPart[] = [];
  /** How often the addresses were asked for, and what came. */
  readonly readings: JobReading[] = [];
  readonly signatures = new Set<string>();
  job: TrackedJob;

  private constructor(
    readonly sandbox: RunningSandbox,
    readonly clock: FakeClock,
    readonly transport: UndiciTransport,
    readonly folder: string,
    readonly log: Log,
    readonly logLines: readonly string[],
    private readonly token: string,
    jobId: string,
  ) {
    this.job = {
      jobId,
      resources: ['play.installs'],
      state: 'complete',
      trackedAt: noon,
      retries: 0,
      parts: [],
    };
  }

  static async open(parts = 2): Promise<DownloadWorld> {
    const sandboxClock = frozenClock(noon);
    const sandbox = await startSandbox({ port: 0, clock: sandboxClock });
    sandbox.control.google.setSwitches({ archiveParts: parts, archiveBytes: bytesPerPart });
    const bob = sandbox.control.seedSample().users[1];
    if (!bob) throw new Error('no second sample user');
    const started = await fetch(`${sandbox.origin}/v1/portabilityArchive:initiate`, {
      method: 'POST',
      headers: { authorization: `Bearer ${bob.accessToken}`, 'content-type': 'application/json' },
      body: JSON.stringify({ resources: ['play.installs'] }),
    });
    const { archiveJobId } = (await started.json()) as { archiveJobId: string };
    const lines: string[] = [];
    const write = (line: string): void => void lines.push(line);
    const log: Log = { trace: write, info: write, warn: write, error: write };
    const transport = createTransport({ ...network, log });
    const folder = await mkdtemp(join(tmpdir(), 'reconsent-download-'));
    const clock = new FakeClock(sandboxClock);
    return new DownloadWorld(sandbox, clock, transport, folder, log, lines, bob.accessToken, archiveJobId);
  }

  async close(): Promise<void> {
    await this.transport.close();
    await this.sandbox.close();
    await rm(this.folder, { recursive: true, force: true });
  }

  async download(ports: Partial<DownloadPorts> = {}): Promise<DownloadResult> {
    const { jobId, resources } = this.job;
    const files = createArchiveFiles({ folder: this.folder, archive: { jobId, resources }, fs: this.disk.fs });
    const result = await downloadArchive(
      this.job,
      {
        askAddresses: () => this.ask(),
        downloads: this.transport,
        files,
        clock: this.clock,
        onProgress: (progress) => void this.progress.push(progress),
        onPartDone: async (part) => void this.done.push(part),
        ...ports,
      },
      this.stop.signal,
    );
    await this.assertNoSecret(result);
    return result;
  }

  /** The state of the job as the service says it. */
  async ask(): Promise<JobReading> {
    // Its own token outlives no six hours; the signed addresses are what is tested here.
    const token = this.sandbox.control.clock.now() === noon ? this.token : await this.freshToken();
    const response = await fetch(`${this.sandbox.origin}/v1/archiveJobs/${this.job.jobId}/portabilityArchiveState`, {
      headers: { authorization: `Bearer ${token}` },
    });
    const body = (await response.json()) as { state?: string; urls?: readonly string[] };
    const addresses = (body.urls ?? []).map((url) => {
      this.signatures.add(new URL(url).searchParams.get('signature') ?? '');
      return new BoundSecret(url, [new URL(url).origin]);
    });
    const state = body.state === 'COMPLETE' ? 'complete' : 'in-progress';
    const reading: JobReading = response.ok
      ? { kind: 'state', state, addresses }
      : { kind: 'no-such-job', reason: reason('test.noSuchJob') };
    this.readings.push(reading);
    return reading;
  }

  private async freshToken(): Promise<string> {
    return this.sandbox.control.seedSample().users[1]?.accessToken ?? '';
  }

  /** What the service holds. */
  async served(number: number): Promise<Buffer> {
    const reading = await this.ask();
    const address = reading.kind === 'state' ? reading.addresses[number - 1] : undefined;
    const revealed = address?.revealFor(new URL(this.sandbox.origin));
    const url = revealed?.kind === 'revealed' ? revealed.value : '';
    return Buffer.from(await (await fetch(url)).arrayBuffer());
  }

  /** Strikes the next request for a file, once the sizes are known. */
  cutNext(bytes: number, times = 1): DownloadPorts['onProgress'] {
    let armed = false;
    return (progress) => {
      this.progress.push(progress);
      if (!armed) this.sandbox.control.google.fault('cutBody', { route: 'archive', bytes, times });
      armed = true;
    };
  }

  requests() {
    return this.sandbox.control.requests
      .list({ path: '/__archives/*' })
      .filter(({ headers }) => headers['range'] !== range('bytes=0-0'))
      .filter(({ headers }) => !headers['user-agent']?.includes('node'));
  }

  names(): Promise<string[]> {
    return readdir(this.folder).then((names) => names.sort());
  }

  text(result: DownloadResult): string {
    return 'reason' in result ? reasonParagraph(result.reason, texts, untranslated) : result.kind;
  }

  async assertWhole(result: DownloadResult, count = 2): Promise<void> {
    assert.equal(result.kind, 'downloaded', this.text(result));
    assert.equal(result.files.length, count);
    for (const { index, name, bytes } of result.files) {
      const own = await readFile(join(this.folder, name));
      const served = await this.served(index + 1);
      assert.equal(own.length, bytes);
      assert.equal(sha256(own), sha256(served), name);
    }
  }

  async assertNoSecret(result: DownloadResult): Promise<void> {
    const disk: string[] = [];
    for (const name of await this.names()) {
      disk.push(name, (await readFile(join(this.folder, name))).toString('latin1'));
    }
    const shown = [inspect(result, { depth: null, showHidden: true }), JSON.stringify(result), this.text(result)];
    const everything = [...disk, ...this.logLines, ...shown].join('\n');
    for (const signature of this.signatures) {
      assert.ok(signature.length > 20);
      assert.ok(!everything.includes(signature), 'a signature was written down');
    }
    assert.doesNotMatch(everything, /__archives|[?&]expires=/);
    if ('reason' in result) assert.doesNotMatch(this.text(result), /[{}]|^download\.|^http\./);
  }
}

/** As the sandbox keeps it: headers that might be secret are told by their fingerprint. */
function range(value: string): string {
  return `#${fingerprint(value)}`;
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

describe('downloading an archive from the sandbox', () => {
  let world: DownloadWorld;
  beforeEach(async () => {
    world = await DownloadWorld.open();
  });
  afterEach(() => world.close());

  const short = () => world.job.jobId.replaceAll(/[^A-Za-z0-9]/g, '').slice(0, 8);
  const nameOf = (number: number, of = 2) => `play.installs-${short()}-${number}of${of}.zip`;

  it('brings every file, whole, under its name, and tells each when it is done', async () => {
    const result = await world.download();
    await world.assertWhole(result);
    assert.deepEqual(await world.names(), [nameOf(1), nameOf(2)]);
    assert.deepEqual(world.done, result.files);
    const last = world.progress.at(-1);
    assert.deepEqual(last, { doneBytes: 2 * bytesPerPart, totalBytes: 2 * bytesPerPart, part: 2, parts: 2 });
    const bytes = world.progress.map(({ doneBytes }) => doneBytes);
    assert.deepEqual(
      bytes,
      [...bytes].sort((a, b) => a - b),
      'progress never goes back',
    );
    assert.ok(world.requests().every(({ headers }) => headers['authorization'] === undefined));
    assert.match(world.logLines.join('\n'), /^GET 127\.0\.0\.1:\d+\/\{signed address\} 200 \d+ ms$/m);
  });

  it('goes on where a body was cut, with a range of the same version', async () => {
    const result = await world.download({ onProgress: world.cutNext(123_456) });
    await world.assertWhole(result);
    const [, second] = world.requests();
    assert.equal(second?.headers['range'], range('bytes=123456-'));
    const etag = `"${createHash('md5')
      .update(await world.served(1))
      .digest('hex')}"`;
    assert.equal(second?.headers['if-range'], range(etag));
    assert.equal(second?.status, 206);
    assert.deepEqual(world.clock.sleeps, [1_000]);
  });

  it('gives up after five resumptions, keeps the part, and the next try goes on from there', async () => {
    const result = await world.download({ onProgress: world.cutNext(1_000, 6) });
    assert.equal(result.kind, 'failed', world.text(result));
    assert.match(world.text(result), /broke off 6 times/);
    assert.deepEqual(world.clock.sleeps, [1_000, 2_000, 4_000, 8_000, 16_000]);
    assert.deepEqual(await world.names(), [`${nameOf(1)}.part`, `${nameOf(1)}.part.json`]);
    const before = world.requests().length;
    await world.assertWhole(await world.download());
    assert.equal(world.requests()[before]?.headers['range'], range('bytes=6000-'));
    assert.deepEqual(await world.names(), [nameOf(1), nameOf(2)]);
  });

  it('goes on after silence, and after a service that is busy', async () => {
    let struck = false;
    const impatient = createTransport({ ...network, log: world.log, downloadIdleMs: 500 });
    const result = await world.download({
      downloads: impatient,
      onProgress: () => {
        if (struck) return;
        struck = true;
        world.sandbox.control.google.fault('unavailable503', { route: 'archive', times: 1 });
        world.sandbox.control.google.fault('noAnswer', { route: 'archive', times: 1 });
      },
    });
    await impatient.close();
    await world.assertWhole(result);
    assert.deepEqual(world.clock.sleeps.slice(0, 2), [1_000, 2_000]);
    assert.match(world.logLines.join('\n'), / broken timeout \d+ ms$/m);
  });

  it('asks for addresses again when they have grown old, and goes on from where it was', async () => {
    let moved = false;
    const result = await world.download({
      onProgress: (progress) => {
        if (progress.doneBytes === 0 && !moved)
          world.sandbox.control.google.fault('cutBody', { route: 'archive', bytes: 50_000, times: 1 });
        if (progress.doneBytes >= 50_000 && !moved) {
          moved = true;
          world.sandbox.control.clock.advance(6 * hourMs + 1_000);
        }
      },
    });
    assert.equal(world.readings.length, 2);
    await world.assertWhole(result);
    const statuses = world.requests().map(({ status, headers }) => [status, headers['range']]);
    assert.deepEqual(statuses.slice(0, 3), [
      [200, undefined],
      [400, range('bytes=50000-')],
      [206, range('bytes=50000-')],
    ]);
  });

  it('takes 403 for an old address as well, and asks no third time', async () => {
    world.sandbox.control.google.setSwitches({ expiredUrlStatus: 403 });
    const reading = await world.ask();
    world.sandbox.control.clock.advance(6 * hourMs);
    let asked = 0;
    const result = await world.download({
      askAddresses: async () => {
        asked += 1;
        return asked === 1 ? reading : world.ask();
      },
    });
    assert.equal(asked, 2);
    await world.assertWhole(result);

    asked = 0;
    const clockOff = await world.download({
      askAddresses: async () => {
        asked += 1;
        return reading;
      },
    });
    assert.equal(asked, 2);
    assert.equal(clockOff.kind, 'failed');
    assert.match(world.text(clockOff), /status 403.*clock/);
  });

  for (const [how, expiredArchive] of [
    ['by an empty list', 'no-urls'],
    ['by 404', 'not-found'],
  ] as const) {
    it(`tells that the archive is over after 14 days, ${how}`, async () => {
      world.sandbox.control.google.setSwitches({ expiredArchive });
      world.sandbox.control.clock.advance(14 * 24 * hourMs);
      const result = await world.download();
      assert.equal(result.kind === 'not-there' && result.state, expiredArchive === 'no-urls' ? 'gone' : 'no-such-job');
      assert.deepEqual(await world.names(), []);
    });
  }

  it('tells that the archive is over when its files go in the middle', async () => {
    let struck = false;
    const result = await world.download({
      onProgress: () => {
        if (!struck) world.sandbox.control.google.fault('notFoundHtml', { route: 'archive' });
        struck = true;
      },
    });
    assert.equal(result.kind === 'not-there' && result.state, 'gone');
    assert.match(world.text(result), /14 days/);
  });

  it('tells a wrong size, and removes the file', async () => {
    let struck = false;
    const result = await world.download({
      onProgress: () => {
        if (!struck) world.sandbox.control.google.fault('wrongLength', { route: 'archive', bytes: 10, times: 1 });
        struck = true;
      },
    });
    assert.equal(result.kind, 'wrong-size', world.text(result));
    assert.ok(result.kind === 'wrong-size');
    assert.deepEqual([result.expected, result.actual], [bytesPerPart, bytesPerPart + 10]);
    assert.deepEqual(await world.names(), []);
    await world.assertWhole(await world.download());
  });

  it('tells a file whose bytes are not those of the service, and removes it', async () => {
    await world.download({ onProgress: world.cutNext(10_000, 6) });
    const part = join(world.folder, `${nameOf(1)}.part`);
    const bytes = await readFile(part);
    bytes[77] = (bytes[77] ?? 0) ^ 1;
    await writeFile(part, bytes);
    const result = await world.download();
    assert.equal(result.kind, 'wrong-hash', world.text(result));
    assert.deepEqual(await world.names(), []);
    await world.assertWhole(await world.download());
  });

  it('begins nothing when the disk has not room for all of it and a little more', async () => {
    const needed = Math.ceil(2 * bytesPerPart * 1.05);
    world.disk.free = needed - 1;
    const result = await world.download();
    assert.ok(result.kind === 'no-space', world.text(result));
    assert.deepEqual([result.needed, result.free], [needed, needed - 1]);
    assert.match(world.text(result), /needs 630\.0 kB of free space, and the folder has 630\.0 kB/);
    assert.deepEqual(await world.names(), []);
    assert.equal(world.requests().length, 0);
    world.disk.free = needed;
    await world.assertWhole(await world.download());
  });

  it('tells a disk that becomes full, and goes on once there is room', async () => {
    world.disk.room = bytesPerPart + 111_111;
    const result = await world.download();
    assert.ok(result.kind === 'no-space', world.text(result));
    assert.deepEqual([result.needed, result.free], [bytesPerPart - 111_111, undefined]);
    assert.deepEqual(
      result.files.map(({ name }) => name),
      [nameOf(1)],
    );
    assert.deepEqual(await world.names(), [nameOf(1), `${nameOf(2)}.part`, `${nameOf(2)}.part.json`]);
    world.disk.room = undefined;
    world.job = { ...world.job, parts: [{ downloadedAt: noon, bytes: bytesPerPart }, {}] };
    const before = world.requests().length;
    await world.assertWhole(await world.download(), 1);
    assert.deepEqual(
      world
        .requests()
        .slice(before)
        .map(({ path, headers }) => [path.split('/').at(-1), headers['range']]),
      [['2.zip', range('bytes=111111-')]],
    );
    assert.equal(world.progress.at(-1)?.doneBytes, 2 * bytesPerPart);
  });

  it('stops when told to, keeps the part, and goes on later', async () => {
    const result = await world.download({
      onProgress: ({ doneBytes }) => {
        if (doneBytes > 0) world.stop.abort();
      },
    });
    assert.equal(result.kind, 'cancelled');
    assert.deepEqual(await world.names(), [`${nameOf(1)}.part`, `${nameOf(1)}.part.json`]);
    world.stop = new AbortController();
    await world.assertWhole(await world.download());
  });

  it('asks nothing when every file was downloaded before', async () => {
    world.job = { ...world.job, parts: [{ downloadedAt: noon }, { downloadedAt: noon }] };
    assert.deepEqual(await world.download(), { kind: 'downloaded', files: [] });
    assert.equal(world.readings.length, 0);
  });

  it('tells that the number of files has changed, where some of them are there already', async () => {
    world.job = { ...world.job, parts: [{ downloadedAt: noon }, {}, {}] };
    const result = await world.download();
    assert.ok(result.kind === 'parts-changed');
    assert.deepEqual([result.before, result.now], [3, 2]);
    assert.equal(world.requests().length, 0);
  });

  it('says of a running job that there is nothing yet', async () => {
    world.sandbox.control.google.setJobState(world.job.jobId, 'IN_PROGRESS');
    const result = await world.download();
    assert.equal(result.kind === 'not-there' && result.state, 'in-progress');
  });

  it('does not wait for a service that was never reached', async () => {
    await world.ask();
    const reading = world.readings[0];
    await world.sandbox.close();
    const result = await world.download({
      askAddresses: async () => reading ?? { kind: 'aborted' },
    });
    assert.equal(result.kind, 'failed');
    assert.match(world.text(result), /could not be reached.*refused the connection/);
    assert.deepEqual(world.clock.sleeps, []);
  });

  it('takes a page of the network for no file', async () => {
    world.sandbox.control.google.fault('html200', { route: 'archive' });
    const result = await world.download();
    assert.equal(result.kind, 'failed');
    assert.match(world.text(result), /did not answer with the file \(.*a page instead of a file\)/);
    assert.deepEqual([await world.names(), world.clock.sleeps], [[], []]);
  });
});
