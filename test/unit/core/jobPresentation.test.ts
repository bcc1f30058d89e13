import assert from 'node:assert/strict';
import { archiveLifetimeMs, type TrackedJob } from '../../../src/core/archiveJobs';
import { type DownloadProgress, initialState } from '../../../src/core/consentStore';
import { jobLabel, presentJobs } from '../../../src/core/jobPresentation';
import { localTime } from '../../../src/core/localTime';
import { untranslated } from '../../../src/core/outcomeText';
import type { PresentationContext } from '../../../src/core/presentation';

const now = Date.UTC(2030, 0, 2, 12);
const context: PresentationContext = { now, texts: new Map(), translate: untranslated };
const job = (changes: Partial<TrackedJob> = {}): TrackedJob => ({
  jobId: 'job-1',
  resources: ['maps.reviews'],
  state: 'in-progress',
  trackedAt: now - 60_000,
  retries: 0,
  parts: [],
  ...changes,
});

function row(changes: Partial<TrackedJob> = {}, progress?: DownloadProgress) {
  const one = job(changes);
  const downloads = new Map(progress ? [[one.jobId, progress]] : []);
  const [presented, ...more] = presentJobs({ ...initialState, jobs: [one], downloads }, context);
  assert.ok(presented && more.length === 0);
  return presented;
}

const warning = { id: 'cloud-download', color: 'list.warningForeground' };
const complete = { state: 'complete' as const, completeSince: now - 86_400_000 };
const there = {};
const fetched = { downloadedAt: now - 1_000, bytes: 9 };

describe('the row of an archive job', () => {
  const rows: readonly (readonly [
    what: string,
    changes: Partial<TrackedJob>,
    description: string,
    icon: object,
    flags: string,
  ])[] = [
    ['that runs', {}, `running · started ${localTime(now - 60_000, now)}`, { id: 'sync' }, ';job;running;'],
    [
      'whose archive waits',
      { ...complete, parts: [there, there] },
      'complete · not downloaded · at most 13 d left',
      warning,
      ';job;undownloaded;settled;',
    ],
    [
      'whose archive was never looked at',
      complete,
      'complete · not downloaded · at most 13 d left',
      warning,
      ';job;undownloaded;settled;',
    ],
    [
      'with a part of the archive here',
      { ...complete, parts: [fetched, there, there] },
      'complete · 1 of 3 files downloaded',
      warning,
      ';job;undownloaded;settled;',
    ],
    [
      'with all of the archive here',
      { ...complete, parts: [fetched, fetched] },
      'complete · downloaded',
      { id: 'pass' },
      ';job;settled;',
    ],
    [
      'with all of it here, long ago',
      { ...complete, completeSince: now - archiveLifetimeMs, parts: [fetched] },
      'complete · downloaded',
      { id: 'pass' },
      ';job;settled;',
    ],
    [
      'whose archive has just expired, with a part of it here',
      { ...complete, completeSince: now - archiveLifetimeMs, parts: [fetched, there] },
      'complete · archive has expired',
      { id: 'pass' },
      ';job;settled;',
    ],
    [
      'whose archive expires in a second',
      { ...complete, completeSince: now - archiveLifetimeMs + 1_000, parts: [there] },
      'complete · not downloaded · at most 1 s left',
      warning,
      ';job;undownloaded;settled;',
    ],
    [
      'that failed',
      { state: 'failed', retries: 2 },
      'failed · can be retried',
      { id: 'error', color: 'list.errorForeground' },
      ';job;mayRetry;settled;',
    ],
    [
      'that failed for the last time',
      { state: 'failed', retries: 3 },
      'failed · no retry left',
      { id: 'error', color: 'list.errorForeground' },
      ';job;settled;',
    ],
    [
      'that another has taken the place of',
      { state: 'failed', retriedAs: 'job-2' },
      'failed · retried',
      { id: 'history' },
      ';job;settled;',
    ],
    ['that was cancelled', { state: 'cancelled' }, 'cancelled', { id: 'circle-slash' }, ';job;settled;'],
    ['that is gone', { state: 'gone' }, 'no longer known to the service', { id: 'circle-slash' }, ';job;settled;'],
  ];
  for (const [what, changes, description, icon, contextValue] of rows) {
    it(`${what}: ${description}`, () => {
      assert.deepEqual(row(changes), {
        id: 'job:job-1',
        label: 'Job: maps.reviews',
        description,
        ariaLabel: `Job: maps.reviews, ${description.replaceAll(' · ', ', ')}`,
        icon,
        job: { jobId: 'job-1', contextValue },
      });
    });
  }

  const progresses: readonly (readonly [DownloadProgress, string])[] = [
    [{ doneBytes: 0, totalBytes: undefined }, 'downloading…'],
    [{ doneBytes: 5, totalBytes: 0 }, 'downloading…'],
    [{ doneBytes: 0, totalBytes: 3 }, 'downloading… 0 %'],
    [{ doneBytes: 2, totalBytes: 3 }, 'downloading… 66 %'],
    [{ doneBytes: 3, totalBytes: 3 }, 'downloading… 100 %'],
  ];
  for (const [progress, description] of progresses) {
    it(`while ${progress.doneBytes} of ${progress.totalBytes} bytes are here: ${description}`, () => {
      const presented = row({ ...complete, parts: [there] }, progress);
      assert.equal(presented.description, description);
      assert.deepEqual(presented.icon, { id: 'cloud-download' });
      assert.equal(presented.job?.contextValue, ';job;undownloaded;downloading;settled;');
    });
  }

  it('is called by its resources, or by its id', () => {
    const label = (changes: Partial<TrackedJob>): string => jobLabel(job(changes), context);
    assert.equal(label({ resources: ['a', 'b'] }), 'Job: a and 1 more');
    assert.equal(label({ resources: ['a', 'b', 'c'] }), 'Job: a and 2 more');
    assert.equal(label({ resources: [] }), 'Job job-1');
    assert.equal(label({ resources: [], jobId: 'j'.repeat(99) }), `Job ${'j'.repeat(39)}…`);
    assert.equal(label({ resources: [`${'r'.repeat(99)}`] }), `Job: ${'r'.repeat(59)}…`);
  });
});
