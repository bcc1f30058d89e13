import assert from 'node:assert/strict';
import type { ArchiveJobs, JobCancel, JobReading, JobStart, TrackedJob } from '../../../src/core/archiveJobs';
import { ConsentStore } from '../../../src/core/consentStore';
import { JobOperations, noteReading } from '../../../src/core/jobOperations';
import { reason, targetAddress, targetKey } from '../../../src/core/model';
import { BoundSecret } from '../../../src/core/redact';
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

  it('nothing is sent for a credential that is missing or a service without archives, and it is said what helps', async () => {
    const asked = [
      () => start('maps'),
      () => operations.adopt(stage.target, 'job-1', never),
      () => operations.refresh(stage.target, never),
      () => operations.retry(stage.target, 'job-1', never),
      () => operations.cancel(stage.target, 'job-1', never),
    ];
    stage.reading = { kind: 'missing' };
    const missing = reason('credential.missing', {}, [{ kind: 'replace-credential' }]);
    for (const ask of asked) assert.deepEqual(await ask(), { kind: 'not-possible', reason: missing });
    stage = new ResetStage();
    const { credentials, clock, log, provider } = stage;
    operations = new JobOperations({ store, jobs: disk, credentials, provider: async () => provider, clock, log });
    const unsupported = { kind: 'not-possible', reason: reason('jobs.unsupported') };
    for (const ask of asked) assert.deepEqual(await ask(), unsupported);
    assert.deepEqual([archives.calls, shown()], [[], []]);
  });

  it('what nobody knows of a job is not made up', async () => {
    archives.startAnswer = { kind: 'started', jobId: 'job-1' };
    await start('maps');
    const { oneTime: _, ...unsaid } = job();
    assert.deepEqual(shown(), [unsaid]);
    await operations.adopt(stage.target, 'job-7', never);
    assert.deepEqual(shown()[1], { ...unsaid, jobId: 'job-7', resources: [], checkedAt: noon });
  });

  it('the jobs that used up the consent are known to have done so once', async () => {
    archives.startAnswer = { kind: 'exhausted', jobIds: ['old-1'], reason: reason('test.exhausted') };
    await start('maps');
    assert.deepEqual(shown(), [job({ jobId: 'old-1', resources: [], checkedAt: noon })]);
  });

  it('the first failure of a look is told; to be stopped, or no such job, is none', async () => {
    const address = targetAddress(stage.target);
    for (const jobId of ['a', 'b', 'c', 'd']) await disk.update(address, jobId, () => job({ jobId }));
    const failureOf = async () => {
      const refreshed = await operations.refresh(stage.target, never);
      assert.ok(refreshed.kind === 'refreshed');
      return refreshed.failure?.code;
    };
    archives.readings.set('a', { kind: 'aborted' });
    archives.readings.set('b', { kind: 'no-such-job', reason: reason('test.none') });
    assert.equal(await failureOf(), undefined);
    archives.readings.set('c', { kind: 'dead-credential', reason: reason('test.dead') });
    assert.equal(await failureOf(), 'test.dead');
    archives.readings.set('d', { kind: 'failed', reason: reason('test.offline') });
    assert.equal(await failureOf(), 'test.dead');
  });

  it('a job that was dropped while it was asked for stays dropped', async () => {
    await start('maps');
    const { read } = archives;
    archives.read = async (target, jobId) => {
      await operations.untrack(stage.target, jobId);
      return read.call(archives, target, jobId);
    };
    const refreshed = await operations.refresh(stage.target, never);
    assert.deepEqual(refreshed, { kind: 'refreshed', completed: [], failure: undefined });
    assert.deepEqual(shown(), []);
  });

  for (const kind of ['refused', 'unknown', 'not-sent', 'dead-credential'] as const) {
    it(`a retry that is ${kind} changes nothing here`, async () => {
      await disk.update(targetAddress(stage.target), 'job-1', () => job({ state: 'failed' }));
      const answer = { kind, reason: reason('test.no') };
      archives.startAnswer = answer;
      assert.deepEqual(await operations.retry(stage.target, 'job-1', never), answer);
      assert.deepEqual(await disk.list(targetAddress(stage.target)), [job({ state: 'failed' })]);
    });
  }

  it('a retry that runs already is followed in place of its own job, not of another', async () => {
    const address = targetAddress(stage.target);
    const { oneTime: _, ...other } = job({ jobId: 'another', resources: ['youtube'], retries: 2 });
    await disk.update(address, 'another', () => other);
    await disk.update(address, 'job-1', () => job({ state: 'failed' }));
    archives.startAnswer = { kind: 'exists', jobId: 'job-2', reason: reason('test.exists') };
    assert.equal((await operations.retry(stage.target, 'job-1', never)).kind, 'exists');
    assert.deepEqual(shown(), [
      other,
      job({ state: 'failed', retriedAs: 'job-2' }),
      job({ jobId: 'job-2', retries: 1, retryOf: 'job-1' }),
    ]);
  });

  it('a retry of a job that is not known here is followed, too', async () => {
    archives.startAnswer = { kind: 'started', jobId: 'job-2' };
    await operations.retry(stage.target, 'job-1', never);
    const { oneTime: _, ...unsaid } = job({ jobId: 'job-2', resources: [], retries: 1, retryOf: 'job-1' });
    assert.deepEqual(shown(), [unsaid]);
  });

  it('a cancel that was stopped asks for nothing more', async () => {
    await start('maps');
    archives.calls.length = 0;
    archives.cancelAnswer = { kind: 'aborted', sent: false };
    await operations.cancel(stage.target, 'job-1', never);
    assert.deepEqual(archives.calls, ['cancel job-1']);
  });

  it('each id that could not be noted is in the log with the cause, without what would break its lines', async () => {
    disk.broken = true;
    archives.startAnswer = { kind: 'exhausted', jobIds: ['old-1', 'old\n2'], reason: reason('test.exhausted') };
    await start('maps');
    const lost = stage.logLines.filter((line) => line.includes('could not be noted: The disk is full.'));
    assert.deepEqual(
      lost.map((line) => /The archive jobs (.+) of /.exec(line)?.[1]),
      ['old-1', 'old 2'],
    );
  });

  it('a window that knows no jobs shows none', async () => {
    await start('maps');
    await operations.untrack(stage.target, 'job-1');
    await disk.update({ ...targetAddress(stage.target), origin: 'https://old.example' }, 'job-9', () => job());
    await operations.load([stage.target]);
    assert.deepEqual(shown(), []);
  });

  it('hands on all credentials', async () => {
    const second = credential({ storedAt: noon });
    stage.reading = { kind: 'present', credentials: [credential(), second], generation: 'two', unusable: [] };
    await start('maps', 'youtube');
    assert.deepEqual(archives.calls, ['start maps,youtube with 2']);
  });
});

describe('a job after a look at it', () => {
  const job: TrackedJob = { jobId: 'j', resources: [], state: 'in-progress', trackedAt: 1, retries: 0, parts: [] };
  const secret = new BoundSecret('https://x.example/1', ['https://x.example']);
  const state = (is: TrackedJob['state'], ...addresses: readonly BoundSecret[]) =>
    ({ kind: 'state', state: is, addresses }) as Extract<JobReading, { kind: 'state' }>;
  const downloaded = { downloadedAt: 3, bytes: 4 };
  const rows: readonly (readonly [string, Partial<TrackedJob>, JobReading, Partial<TrackedJob>])[] = [
    ['that is not known', {}, { kind: 'no-such-job', reason: reason('test.none') }, { state: 'gone', checkedAt: 9 }],
    ['that could not be read', { checkedAt: 2 }, { kind: 'failed', reason: reason('test.no') }, { checkedAt: 2 }],
    ['that runs, whatever else is said', {}, state('in-progress', secret), { checkedAt: 9 }],
    ['that has failed', {}, state('failed', secret), { state: 'failed', checkedAt: 9 }],
    [
      'that is complete',
      {},
      state('complete', secret, secret),
      { state: 'complete', checkedAt: 9, completeSince: 9, parts: [{}, {}] },
    ],
    [
      'that was complete before',
      { state: 'complete', completeSince: 2, parts: [downloaded, {}] },
      state('complete', secret, secret),
      { state: 'complete', checkedAt: 9, completeSince: 2, parts: [downloaded, {}] },
    ],
    [
      'whose files are gone',
      { state: 'complete', completeSince: 2, parts: [downloaded] },
      state('complete'),
      { state: 'complete', checkedAt: 9, completeSince: 2, parts: [downloaded] },
    ],
  ];
  for (const [what, before, reading, after] of rows) {
    it(what, () => assert.deepEqual(noteReading({ ...job, ...before }, reading, 9), { ...job, ...after }));
  }
});
