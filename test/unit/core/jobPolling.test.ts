import assert from 'node:assert/strict';
import type { TrackedJob } from '../../../src/core/archiveJobs';
import { ConsentStore } from '../../../src/core/consentStore';
import type { Refreshed } from '../../../src/core/jobOperations';
import { JobPolling, planPolls } from '../../../src/core/jobPolling';
import { type Target, type TargetKey, targetKey } from '../../../src/core/model';
import { ManualClock } from '../../fakes/manualClock';

const start = 1_780_000_000_000;
const minute = 60_000;

function job(jobId: string, changes: Partial<TrackedJob> = {}): TrackedJob {
  return { jobId, resources: [], state: 'in-progress', trackedAt: start, retries: 0, parts: [], ...changes };
}

function target(id: string, endpoint = 'https://service.example'): Target {
  const identity = { id, label: id };
  return { project: { id: 'p', label: 'P', provider: 'x', endpoint, options: {}, identities: [identity] }, identity };
}

const alice = target('alice');
const bob = target('bob');
const key = (of: Target): TargetKey => targetKey(of);

describe('the plan of polls', () => {
  const polled = (jobs: readonly TrackedJob[], more: { onThisComputer?: boolean; askedAt?: number } = {}) => ({
    key: key(alice),
    jobs,
    onThisComputer: more.onThisComputer ?? false,
    askedAt: more.askedAt,
  });

  it('has nothing to do where no job runs', () => {
    const settled = [job('a', { state: 'complete' }), job('b', { state: 'failed' }), job('c', { state: 'gone' })];
    assert.deepEqual(planPolls([polled([]), polled(settled)], start + 99 * minute), { due: [], nextInMs: undefined });
  });

  it('waits five minutes from the start of a job, then from each look at it', () => {
    assert.deepEqual(planPolls([polled([job('a')])], start + minute), { due: [], nextInMs: 4 * minute });
    assert.deepEqual(planPolls([polled([job('a')])], start + 5 * minute), { due: [key(alice)], nextInMs: undefined });
    const looked = job('a', { checkedAt: start + 5 * minute });
    assert.deepEqual(planPolls([polled([looked])], start + 6 * minute), { due: [], nextInMs: 4 * minute });
  });

  it('asks a service of this computer often', () => {
    assert.deepEqual(planPolls([polled([job('a')], { onThisComputer: true })], start), { due: [], nextInMs: 2_000 });
  });

  it('asks no oftener when the reads fail', () => {
    const failed = polled([job('a')], { askedAt: start + 20 * minute });
    assert.deepEqual(planPolls([failed], start + 21 * minute), { due: [], nextInMs: 4 * minute });
  });

  it('does not wait longer because the clock was set back', () => {
    const ahead = polled([job('a', { trackedAt: start + 99 * minute })], { askedAt: start + 99 * minute });
    assert.deepEqual(planPolls([ahead], start), { due: [], nextInMs: 5 * minute });
  });

  it('names who is due, and waits for the first of the others', () => {
    const other = { ...polled([job('b', { checkedAt: start + 4 * minute })]), key: key(bob) };
    assert.deepEqual(planPolls([polled([job('a')]), other], start + 6 * minute), {
      due: [key(alice)],
      nextInMs: 3 * minute,
    });
  });
});

describe('polling', () => {
  const nothing: Refreshed = { kind: 'refreshed', completed: [], failure: undefined };

  function stage(targets: readonly Target[] = [alice, bob]) {
    const clock = new ManualClock(start);
    const store = new ConsentStore((error) => assert.fail(String(error)));
    const asked: string[] = [];
    const told: string[] = [];
    const warnings: string[] = [];
    const answers = new Map<TargetKey, () => Promise<Refreshed>>();
    const polling = new JobPolling({
      clock,
      store,
      targets: () => new Map(targets.map((one) => [key(one), one])),
      jobs: {
        refresh: async (one) => {
          asked.push(one.identity.id);
          return (await answers.get(key(one))?.()) ?? nothing;
        },
      },
      completed: (one, jobs) => void told.push(`${one.identity.id}: ${jobs.map(({ jobId }) => jobId).join()}`),
      log: { trace: () => {}, info: () => {}, warn: (line) => void warnings.push(line), error: () => {} },
    });
    const setJobs = (of: Target, jobs: readonly TrackedJob[]): void =>
      store.update(key(of), (state) => ({ ...state, jobs }));
    const pass = async (ms: number): Promise<void> => {
      clock.advance(ms);
      await settled();
    };
    return { clock, store, asked, told, warnings, answers, polling, setJobs, pass };
  }

  /** Everything that can go on without time passing has gone on. */
  const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

  it('keeps no timer while nobody looks, or nothing runs', async () => {
    const { clock, asked, polling, setJobs, pass } = stage();
    setJobs(alice, [job('a')]);
    await pass(60 * minute);
    assert.equal(clock.sleeping, 0, 'hidden');
    setJobs(alice, [job('a', { state: 'complete' })]);
    polling.setVisible(true);
    await pass(60 * minute);
    assert.equal(clock.sleeping, 0, 'nothing runs');
    assert.deepEqual(asked, []);
  });

  it('asks at once for what became due while nobody looked, and keeps one timer', async () => {
    const { clock, asked, polling, setJobs, pass } = stage();
    setJobs(alice, [job('a')]);
    setJobs(bob, [job('b'), job('c')]);
    await pass(10 * minute);
    polling.setVisible(true);
    await pass(0);
    assert.deepEqual(asked, ['alice', 'bob']);
    assert.equal(clock.sleeping, 1);
    await pass(5 * minute);
    assert.deepEqual(asked, ['alice', 'bob', 'alice', 'bob']);
    polling.setVisible(false);
    assert.equal(clock.sleeping, 0);
    await pass(60 * minute);
    assert.equal(asked.length, 4);
  });

  it('takes up a job that is started while somebody looks, and lets go of one that has ended', async () => {
    const { clock, asked, polling, setJobs, pass } = stage();
    polling.setVisible(true);
    assert.equal(clock.sleeping, 0);
    setJobs(alice, [job('a')]);
    assert.equal(clock.sleeping, 1);
    await pass(5 * minute);
    assert.deepEqual(asked, ['alice']);
    setJobs(alice, [job('a', { state: 'cancelled' })]);
    assert.equal(clock.sleeping, 0);
  });

  it('is not woken by what has nothing to do with jobs', async () => {
    const { clock, store, polling, setJobs } = stage();
    setJobs(alice, [job('a')]);
    polling.setVisible(true);
    const before = clock.sleeping;
    let slept = 0;
    const sleep = clock.sleep.bind(clock);
    clock.sleep = (ms, signal) => {
      slept += 1;
      return sleep(ms, signal);
    };
    for (let doneBytes = 0; doneBytes < 50; doneBytes += 1) {
      store.update(key(alice), (state) => ({ ...state, downloads: new Map([['z', { doneBytes, totalBytes: 50 }]]) }));
    }
    assert.deepEqual([before, clock.sleeping, slept], [1, 1, 0]);
  });

  it('tells what completed once for each look', async () => {
    const { told, polling, setJobs, answers, pass } = stage();
    setJobs(alice, [job('a'), job('b')]);
    answers.set(key(alice), async () => ({
      kind: 'refreshed',
      completed: [job('a', { state: 'complete' }), job('b', { state: 'complete' })],
      failure: undefined,
    }));
    polling.setVisible(true);
    await pass(5 * minute);
    assert.deepEqual(told, ['alice: a,b']);
  });

  it('goes on after a look that broke, for the others and later', async () => {
    const { asked, warnings, polling, setJobs, answers, pass } = stage();
    setJobs(alice, [job('a')]);
    setJobs(bob, [job('b')]);
    answers.set(key(alice), () => Promise.reject(new Error('no disk')));
    polling.setVisible(true);
    await pass(5 * minute);
    assert.deepEqual(asked, ['alice', 'bob']);
    assert.deepEqual(warnings, [`The archive jobs of ${key(alice)} could not be checked: no disk`]);
    await pass(5 * minute);
    assert.equal(asked.length, 4);
  });

  it('never asks twice at a time', async () => {
    const { asked, polling, setJobs, answers, pass } = stage();
    setJobs(alice, [job('a')]);
    let answer: () => void = () => {};
    answers.set(key(alice), () => new Promise((resolve) => (answer = () => resolve(nothing))));
    polling.setVisible(true);
    await pass(5 * minute);
    polling.setVisible(false);
    polling.setVisible(true);
    await pass(30 * minute);
    assert.deepEqual(asked, ['alice']);
    answer();
    await pass(0);
    assert.equal(asked.length, 2);
  });

  it('is over once it is disposed of', async () => {
    const { clock, asked, polling, setJobs, pass } = stage();
    setJobs(alice, [job('a')]);
    polling.setVisible(true);
    polling.dispose();
    polling.setVisible(true);
    setJobs(bob, [job('b')]);
    await pass(60 * minute);
    assert.equal(clock.sleeping, 0);
    assert.deepEqual(asked, []);
  });
});
