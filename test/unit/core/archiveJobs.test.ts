import assert from 'node:assert/strict';
import {
  archiveLifetimeMs,
  isRunning,
  isUndownloaded,
  maxJobRetries,
  mayRetry,
  type TrackedJob,
} from '../../../src/core/archiveJobs';
import { noteReading, pollPauseMs } from '../../../src/core/jobOperations';
import { reason } from '../../../src/core/model';
import { BoundSecret } from '../../../src/core/redact';

const now = Date.UTC(2030, 0, 2, 12);
const minute = 60_000;

function job(changes: Partial<TrackedJob> = {}): TrackedJob {
  return { jobId: 'one', resources: ['maps'], state: 'in-progress', trackedAt: now, retries: 0, parts: [], ...changes };
}

const address = (n: number) =>
  new BoundSecret(`https://files.example/${n}?signature=planted`, ['https://files.example']);
const complete = (count: number) =>
  ({ kind: 'state', state: 'complete', addresses: Array.from({ length: count }, (_, n) => address(n)) }) as const;

describe('archive jobs', () => {
  it('run while they are in progress, and only then', () => {
    for (const state of ['complete', 'failed', 'cancelled', 'gone'] as const) assert.ok(!isRunning(job({ state })));
    assert.ok(isRunning(job()));
  });

  describe('have something to lose', () => {
    const done = { downloadedAt: now, bytes: 10 };
    for (const [name, parts, expected] of [
      ['no file was looked at', [], true],
      ['no file is here', [{}, {}], true],
      ['a file is missing', [done, {}], true],
      ['all files are here', [done, done], false],
    ] as const) {
      it(`${name}: ${expected}`, () => {
        assert.equal(isUndownloaded(job({ state: 'complete', completeSince: now, parts }), now), expected);
      });
    }

    it('until fourteen days after they were seen complete, or were tracked', () => {
      const since = job({ state: 'complete', completeSince: now });
      assert.ok(isUndownloaded(since, now + archiveLifetimeMs - 1));
      assert.ok(!isUndownloaded(since, now + archiveLifetimeMs));
      assert.ok(!isUndownloaded(job({ state: 'complete' }), now + archiveLifetimeMs));
    });
  });

  it('may be retried when they failed, three times in a row at most, and once each', () => {
    for (let retries = 0; retries < maxJobRetries; retries++) assert.ok(mayRetry(job({ state: 'failed', retries })));
    assert.ok(!mayRetry(job({ state: 'failed', retries: maxJobRetries })));
    assert.ok(!mayRetry(job({ state: 'failed', retriedAs: 'two' })));
    for (const state of ['in-progress', 'complete', 'cancelled', 'gone'] as const) assert.ok(!mayRetry(job({ state })));
  });

  describe('after a read', () => {
    it('complete: the number of files, and when it was first seen so', () => {
      const first = noteReading(job(), complete(2), now);
      assert.deepEqual(first, job({ state: 'complete', checkedAt: now, completeSince: now, parts: [{}, {}] }));
      assert.equal(noteReading(first, complete(2), now + minute).completeSince, now);
    });

    it('complete again: what was downloaded stays known', () => {
      const parts = [{ downloadedAt: now, bytes: 5 }, {}];
      const after = noteReading(job({ state: 'complete', completeSince: now, parts }), complete(2), now + minute);
      assert.deepEqual(after.parts, parts);
      assert.deepEqual(noteReading(after, complete(0), now + minute).parts, parts, 'no addresses any more');
    });

    it('holds no address: they are secrets', () => {
      assert.ok(!JSON.stringify(noteReading(job(), complete(2), now)).includes('planted'));
    });

    it('gone when the service does not know it; untouched by a failure', () => {
      assert.equal(noteReading(job(), { kind: 'no-such-job', reason: reason('x') }, now).state, 'gone');
      const before = job();
      for (const kind of ['failed', 'dead-credential'] as const) {
        assert.equal(noteReading(before, { kind, reason: reason('x') }, now), before);
      }
      assert.equal(noteReading(before, { kind: 'aborted' }, now), before);
    });
  });

  it('are asked for politely: every 5 minutes, later every 15 and 60; on this computer at once', () => {
    const pauses = [0, 59, 60, 359, 360, 10_000].map((age) => pollPauseMs(job(), now + age * minute, false) / minute);
    assert.deepEqual(pauses, [5, 5, 15, 15, 60, 60]);
    assert.equal(pollPauseMs(job(), now, true), 2_000);
  });
});
