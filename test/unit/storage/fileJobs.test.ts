import assert from 'node:assert/strict';
import { access, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { addressKey, type TrackedJob } from '../../../src/core/archiveJobs';
import { createFileJobs } from '../../../src/storage/fileJobs';
import { StorageUnavailable, sha256 } from '../../../src/storage/fileSystem';
import { address, freshFolder, RecordingLog, WatchedFs } from './support';

const job = (jobId: string, changes: Partial<TrackedJob> = {}): TrackedJob => ({
  jobId,
  resources: ['myactivity.search'],
  state: 'in-progress',
  trackedAt: 5,
  retries: 0,
  parts: [],
  ...changes,
});

describe('fileJobs', () => {
  const folder = freshFolder();
  let log: RecordingLog;
  let watched: WatchedFs;
  beforeEach(() => {
    log = new RecordingLog();
    watched = new WatchedFs();
  });
  const store = () => createFileJobs({ folder: folder(), log, fs: watched.fs });
  const path = (name: string) => join(folder(), 'jobs', name);
  const alice = address('project/alice');
  const bob = address('project/bob');
  const nameOf = (of: typeof alice, jobId: string) => `${sha256(addressKey(of))}-${sha256(jobId)}.json`;

  it('reads nothing and makes nothing before the first job', async () => {
    assert.deepEqual(await store().list(alice), []);
    assert.equal((await store().all()).size, 0);
    assert.equal(await store().update(alice, 'x', () => undefined), undefined);
    await assert.rejects(access(path('')));
    assert.deepEqual(log.lines, []);
  });

  it('keeps, changes and removes jobs by identity and origin, oldest first, seen by another window at once', async () => {
    const [a, b] = [store(), store()];
    const elsewhere = address('project/alice', 'https://other.example.com');
    await a.update(alice, 'late', () => job('late', { trackedAt: 9 }));
    await b.update(alice, 'early', () => job('early', { trackedAt: 2 }));
    await b.update(bob, 'late', () => job('late'));
    await b.update(elsewhere, '../../x', () => job('../../x'));
    assert.deepEqual(
      (await b.list(alice)).map(({ jobId }) => jobId),
      ['early', 'late'],
    );
    const all = await a.all();
    assert.deepEqual([...all.keys()].sort(), [alice, bob, elsewhere].map(addressKey).sort());
    assert.deepEqual(
      all.get(addressKey(alice))?.map(({ jobId }) => jobId),
      ['early', 'late'],
    );
    const changed = await b.update(alice, 'late', (before) => before && { ...before, state: 'complete' });
    assert.equal(changed?.state, 'complete');
    assert.equal((await a.list(alice))[1]?.state, 'complete');
    await a.update(alice, 'late', () => undefined);
    assert.deepEqual(
      (await b.list(alice)).map(({ jobId }) => jobId),
      ['early'],
    );
    assert.deepEqual((await a.list(bob)).length, 1);
  });

  it('reads back every field', async () => {
    // Required: a field that the job gains does not compile before it stands here, and then has to survive the disk.
    const full: Required<TrackedJob> = {
      jobId: 'full',
      resources: ['a', 'b'],
      oneTime: true,
      state: 'failed',
      trackedAt: 1,
      checkedAt: 2,
      completeSince: 3,
      retries: 2,
      retryOf: 'before',
      retriedAs: 'after',
      parts: [{}, { downloadedAt: 4, bytes: 5 }],
    };
    await store().update(alice, 'full', () => full);
    assert.deepEqual(await store().list(alice), [full]);
    for (const state of ['in-progress', 'complete', 'cancelled', 'gone'] as const) {
      await store().update(alice, 'full', () => ({ ...full, state }));
      assert.equal((await store().list(alice))[0]?.state, state);
    }
    assert.deepEqual(log.lines, []);
  });

  it('stores the named fields only, and names nobody in the file name', async () => {
    const planted = { addresses: ['https://x.example.com/?signature=planted'] };
    await store().update(alice, 'job-1', () => ({ ...job('job-1', { parts: [planted] as never }), ...planted }));
    const names = await readdir(path(''));
    assert.deepEqual(names, [nameOf(alice, 'job-1')]);
    assert.doesNotMatch(await readFile(path(String(names[0])), 'utf8'), /planted/);
  });

  it('makes changes of one job in this window one after the other', async () => {
    const one = store();
    await one.update(alice, 'x', () => job('x'));
    const add = () => one.update(alice, 'x', (before) => before && { ...before, retries: before.retries + 1 });
    await Promise.all(Array.from({ length: 20 }, add));
    assert.equal((await one.list(alice))[0]?.retries, 20);
  });

  it('goes on after a change that failed', async () => {
    const one = store();
    await one.update(alice, 'x', () => job('x'));
    const failing = one.update(alice, 'x', () => {
      throw new Error('a defect of the caller');
    });
    const next = one.update(alice, 'x', (before) => before && { ...before, retries: 7 });
    await assert.rejects(failing, /a defect/);
    assert.equal((await next)?.retries, 7);
    await assert.rejects(
      one.update(alice, 'x', () => job('y')),
      /one job into another/,
    );
  });

  it('writes nothing where nothing changes', async () => {
    await store().update(alice, 'x', () => job('x'));
    const before = watched.count('rename');
    await store().update(alice, 'x', (same) => same);
    assert.equal(watched.count('rename'), before);
  });

  it('ignores damaged files with a warning, and replaces them by the next change', async () => {
    await store().update(alice, 'a', () => job('a'));
    await store().update(alice, 'b', () => job('b'));
    const text = await readFile(path(nameOf(alice, 'b')), 'utf8');
    await writeFile(path(nameOf(alice, 'a')), '{"v":1,"address":');
    await writeFile(path(nameOf(alice, 'c')), text);
    await writeFile(path(nameOf(alice, 'd')), text.replace('in-progress', 'dancing').replace('"b"', '"d"'));
    assert.deepEqual(
      (await store().list(alice)).map(({ jobId }) => jobId),
      ['b'],
    );
    assert.equal(log.lines.length, 3, log.lines.join('\n'));
    for (const jobId of ['a', 'c', 'd']) {
      await store().update(alice, jobId, (before) => {
        assert.equal(before, undefined);
        return job(jobId);
      });
    }
    assert.equal((await store().list(alice)).length, 4);
  });

  it('leaves the file of a later version alone', async () => {
    await store().update(alice, 'a', () => job('a'));
    const later = '{"v":2,"address":"unheard of"}';
    await writeFile(path(nameOf(alice, 'a')), later);
    assert.deepEqual(await store().list(alice), []);
    assert.match(log.lines.join('\n'), /later version/);
    for (const change of [() => job('a'), () => undefined]) {
      await assert.rejects(store().update(alice, 'a', change), StorageUnavailable);
    }
    assert.equal(await readFile(path(nameOf(alice, 'a')), 'utf8'), later);
  });

  it('rejects a failed change and keeps the old job', async () => {
    await store().update(alice, 'a', () => job('a'));
    for (const operation of ['write', 'sync', 'rename'] as const) {
      watched.failWhen = (step) => (step.operation === operation ? 'ENOSPC' : undefined);
      await assert.rejects(
        store().update(alice, 'a', () => job('a', { retries: 3 })),
        (error) => {
          assert.ok(error instanceof StorageUnavailable);
          return error.code === 'ENOSPC';
        },
      );
    }
    watched.failWhen = (step) => (step.operation === 'unlink' ? 'EACCES' : undefined);
    await assert.rejects(
      store().update(alice, 'a', () => undefined),
      StorageUnavailable,
    );
    watched.failWhen = undefined;
    assert.equal((await store().list(alice))[0]?.retries, 0);
    assert.equal((await readdir(path(''))).length, 1, 'no draft is left');
  });

  it('a new job that cannot be written stays known to this window, and is written with its next change', async () => {
    const [here, elsewhere] = [store(), store()];
    watched.failWhen = (step) => (step.operation === 'write' ? 'ENOSPC' : undefined);
    for (const changed of [job('a'), job('a', { state: 'complete' })]) {
      await assert.rejects(
        here.update(alice, 'a', () => changed),
        StorageUnavailable,
      );
      assert.deepEqual(await here.list(alice), [changed]);
      assert.deepEqual((await here.all()).get(addressKey(alice)), [changed]);
    }
    assert.deepEqual([await here.list(bob), await elsewhere.list(alice)], [[], []]);
    watched.failWhen = undefined;
    await here.update(alice, 'a', (before) => before && { ...before, retries: 1 });
    assert.deepEqual(await elsewhere.list(alice), [job('a', { state: 'complete', retries: 1 })]);
    await elsewhere.update(alice, 'a', () => undefined);
    assert.deepEqual(await here.list(alice), [], 'it is not remembered any longer');
  });

  it('a new job that could not be written can be removed', async () => {
    const here = store();
    watched.failWhen = (step) => (step.operation === 'write' ? 'ENOSPC' : undefined);
    await assert.rejects(here.update(alice, 'a', () => job('a')));
    assert.equal(await here.update(alice, 'a', () => undefined), undefined);
    assert.deepEqual(await here.list(alice), []);
  });

  it('never throws on reading when something else stands in the way', async () => {
    await writeFile(join(folder(), 'jobs'), 'a file');
    assert.deepEqual(await store().list(alice), []);
    assert.equal((await store().all()).size, 0);
    assert.equal(log.lines.length, 2);
    await assert.rejects(
      store().update(alice, 'a', () => job('a')),
      StorageUnavailable,
    );
  });

  it('opens a bounded number of files at the same time', async () => {
    for (let index = 0; index < 60; index += 1) await store().update(alice, `${index}`, () => job(`${index}`));
    let open = 0;
    let most = 0;
    const fs = {
      ...watched.fs,
      readFile: (async (...args: Parameters<typeof readFile>) => {
        open += 1;
        most = Math.max(most, open);
        try {
          return await readFile(...args);
        } finally {
          open -= 1;
        }
      }) as typeof readFile,
    };
    const all = await createFileJobs({ folder: folder(), log, fs }).all();
    assert.equal(all.get(addressKey(alice))?.length, 60);
    assert.ok(most > 1 && most <= 32, String(most));
  });
});
