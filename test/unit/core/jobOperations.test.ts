import assert from 'node:assert/strict';
import type { ArchiveJobs, JobCancel, JobReading, JobStart, TrackedJob } from '../../../src/core/archiveJobs';
import { ConsentStore } from '../../../src/core/consentStore';
import { JobOperations } from '../../../src/core/jobOperations';
import { reason, targetAddress, targetKey } from '../../../src/core/model';
import { MemoryJobs } from '../../fakes/memoryJobs';
import { credential, noon, ResetStage } from '../../fakes/resetStage';

const never = new AbortController().signal;

/** A service that remembers what it was asked, and answers as told. */
class ScriptedArchives implements ArchiveJobs {
  readonly calls: string[] = [];
  startAnswer: JobStart = { kind: 'started', jobId: 'job-1', oneTime: true };
  readings = new Map<string, JobReading>();
  cancelAnswer: JobCancel = { kind: 'cancelled' };

  async start(target: { credentials: readonly unknown[] }, { resources }: { resources: readonly string[] }) {
    this.calls.push(`start ${resources.join()} with ${target.credentials.length}`);
    return this.startAnswer;
  }
  async read(_target: unknown, jobId: string) {
    this.calls.push(`read ${jobId}`);
    return this.readings.get(jobId) ?? ({ kind: 'state', state: 'in-progress', addresses: [] } as const);
  }
  async retry(_target: unknown, jobId: string) {
    this.calls.push(`retry ${jobId}`);
    return this.startAnswer;
  }
  async cancel(_target: unknown, jobId: string) {
    this.calls.push(`cancel ${jobId}`);
    return this.cancelAnswer;
  }
  async exportable() {
    return { kind: 'groups', groups: [] } as const;
  }
}

describe('JobOperations', () => {
  let stage: ResetStage;
  let archives: ScriptedArchives;
  let disk: MemoryJobs;
  let store: ConsentStore;
  let operations: JobOperations;
  const start = (...resources: readonly string[]) => operations.start(stage.target, { resources }, never);
  const shown = () => store.get(targetKey(stage.target)).jobs;
  const job = (changes: Partial<TrackedJob> = {}): TrackedJob => ({
    jobId: 'job-1',
    resources: ['maps'],
    oneTime: true,
    state: 'in-progress',
    trackedAt: noon,
    retries: 0,
    parts: [],
    ...changes,
  });

  beforeEach(() => {
    stage = new ResetStage();
    archives = new ScriptedArchives();
    disk = new MemoryJobs();
    store = new ConsentStore((error) => assert.fail(String(error)));
    const { credentials, clock, log } = stage;
    const provider = async () => ({ ...stage.provider, archives });
    operations = new JobOperations({ store, jobs: disk, credentials, provider, clock, log });
  });

  it('a job that was started is told, and its id not lost, where the disk cannot be written', async () => {
    disk.broken = true;
    assert.equal((await start('maps')).kind, 'started');
    assert.ok(stage.logLines.some((line) => line.includes('job-1')));
    archives.startAnswer = { kind: 'started', jobId: 'job-2' };
    assert.equal((await operations.retry(stage.target, 'job-1', never)).kind, 'started');
    assert.ok(stage.logLines.some((line) => line.includes('job-2')));
    archives.startAnswer = { kind: 'exhausted', jobIds: ['job-3'], reason: reason('test.exhausted') };
    assert.equal((await start('maps')).kind, 'exhausted');
    assert.ok(stage.logLines.some((line) => line.includes('job-3')));
  });

  it('a started job is kept on disk and shown', async () => {
    assert.equal((await start('maps')).kind, 'started');
    assert.deepEqual(archives.calls, ['start maps with 1']);
    assert.deepEqual(await disk.list(targetAddress(stage.target)), [job()]);
    assert.deepEqual(shown(), [job()]);
  });

  it('a job that runs already is adopted, not started twice', async () => {
    archives.startAnswer = { kind: 'exists', jobId: 'job-9', reason: reason('test.exists') };
    await start('maps');
    assert.deepEqual(
      shown().map(({ jobId, resources }) => [jobId, resources]),
      [['job-9', ['maps']]],
    );
    assert.equal(archives.calls.length, 1);
  });

  it('the jobs that used up the consent are adopted and looked at', async () => {
    archives.startAnswer = { kind: 'exhausted', jobIds: ['old-1', 'old-2'], reason: reason('test.exhausted') };
    archives.readings.set('old-2', { kind: 'state', state: 'failed', addresses: [] });
    assert.equal((await start('maps')).kind, 'exhausted');
    assert.deepEqual(
      shown().map(({ jobId, state }) => [jobId, state]),
      [
        ['old-1', 'in-progress'],
        ['old-2', 'failed'],
      ],
    );
  });

  for (const answer of [
    { kind: 'refused', reason: reason('test.refused') },
    { kind: 'unknown', reason: reason('test.unknown') },
    { kind: 'not-sent', reason: reason('test.notSent') },
    { kind: 'dead-credential', reason: reason('test.dead') },
  ] as const) {
    it(`${answer.kind}: nothing is tracked, and nothing is sent again`, async () => {
      archives.startAnswer = answer;
      assert.deepEqual(await start('maps'), answer);
      assert.deepEqual(shown(), []);
      assert.equal(archives.calls.length, 1);
    });
  }

  it('nothing is sent without a credential, or with one of another address', async () => {
    for (const reading of [
      { kind: 'missing' },
      { kind: 'foreign-origin', boundTo: ['https://old.example'] },
    ] as const) {
      stage.reading = reading;
      assert.equal((await start('maps')).kind, 'not-possible');
      assert.equal((await operations.refresh(stage.target, never)).kind, 'not-possible');
    }
    assert.deepEqual(archives.calls, []);
  });

  it('a refresh asks for what is not settled, tells what was completed, and keeps what cannot be read', async () => {
    const address = targetAddress(stage.target);
    const files = { kind: 'state', state: 'complete', addresses: [] } as const;
    for (const one of [
      job({ jobId: 'finishes' }),
      job({ jobId: 'unread' }),
      job({ jobId: 'downloaded', state: 'complete', completeSince: noon, parts: [{ downloadedAt: noon }] }),
      job({ jobId: 'failed', state: 'failed' }),
      job({ jobId: 'waits', state: 'complete', completeSince: noon, parts: [{}] }),
    ])
      await disk.update(address, one.jobId, () => one);
    archives.readings.set('finishes', files);
    archives.readings.set('waits', files);
    archives.readings.set('unread', { kind: 'failed', reason: reason('test.offline') });
    const refreshed = await operations.refresh(stage.target, never);
    assert.ok(refreshed.kind === 'refreshed');
    assert.deepEqual(archives.calls.toSorted(), ['read finishes', 'read unread', 'read waits']);
    assert.deepEqual(
      refreshed.completed.map(({ jobId }) => jobId),
      ['finishes'],
    );
    assert.equal(refreshed.failure?.code, 'test.offline');
    assert.deepEqual(
      shown().map(({ state }) => state),
      ['complete', 'in-progress', 'complete', 'failed', 'complete'],
    );
  });

  it('while they are polled, only those that run are asked for', async () => {
    const address = targetAddress(stage.target);
    for (const one of [job({ jobId: 'running' }), job({ jobId: 'waits', state: 'complete', completeSince: noon })])
      await disk.update(address, one.jobId, () => one);
    await operations.refresh(stage.target, never, 'running');
    assert.deepEqual(archives.calls, ['read running']);
  });

  it('a retry is a job of its own that counts on', async () => {
    const address = targetAddress(stage.target);
    await disk.update(address, 'job-1', () => job({ state: 'failed', retries: 1 }));
    archives.startAnswer = { kind: 'started', jobId: 'job-2' };
    await operations.retry(stage.target, 'job-1', never);
    assert.deepEqual(shown(), [
      job({ state: 'failed', retries: 1, retriedAs: 'job-2' }),
      job({ jobId: 'job-2', retries: 2, retryOf: 'job-1' }),
    ]);
  });

  it('after a cancel the state that is read counts, whatever was answered', async () => {
    await start('maps');
    archives.cancelAnswer = { kind: 'unknown', reason: reason('test.unknown') };
    archives.readings.set('job-1', { kind: 'state', state: 'cancelled', addresses: [] });
    assert.equal((await operations.cancel(stage.target, 'job-1', never)).kind, 'unknown');
    assert.equal(shown()[0]?.state, 'cancelled');
    assert.equal(archives.calls.filter((call) => call === 'cancel job-1').length, 1);
  });

  it('a job started elsewhere is followed if the service knows it', async () => {
    archives.readings.set('typo', { kind: 'no-such-job', reason: reason('test.none') });
    assert.equal((await operations.adopt(stage.target, 'typo', never)).kind, 'no-such-job');
    assert.deepEqual(shown(), []);
    await operations.adopt(stage.target, 'job-7', never);
    assert.deepEqual(
      shown().map(({ jobId }) => jobId),
      ['job-7'],
    );
  });

  it('when the consent is gone, so are its jobs', async () => {
    await start('maps');
    await operations.consentGone(stage.target);
    assert.deepEqual(shown(), []);
    assert.deepEqual(await disk.list(targetAddress(stage.target)), []);
  });

  it('a new window shows what is on disk, without a call', async () => {
    await disk.update(targetAddress(stage.target), 'job-1', () => job());
    await operations.load([stage.target]);
    assert.deepEqual(shown(), [job()]);
    assert.deepEqual(archives.calls, []);
  });

  it('what a preview or another window has learned is shown with the next look, and nothing is asked for it', async () => {
    await start('maps');
    const calls = archives.calls.length;
    await disk.update(
      targetAddress(stage.target),
      'job-1',
      (known) => known && { ...known, state: 'complete', parts: [] },
    );
    assert.equal(shown()[0]?.state, 'in-progress');
    const refreshed = await operations.refresh(stage.target, never, 'running');
    assert.deepEqual([refreshed.kind, shown()[0]?.state, archives.calls.length], ['refreshed', 'complete', calls]);
  });

  it('hands on all credentials', async () => {
    const second = credential({ storedAt: noon });
    stage.reading = { kind: 'present', credentials: [credential(), second], generation: 'two', unusable: [] };
    await start('maps', 'youtube');
    assert.deepEqual(archives.calls, ['start maps,youtube with 2']);
  });
});
