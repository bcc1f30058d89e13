import assert from 'node:assert/strict';
import { access, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CredentialMarker } from '../../../src/core/ports';
import { createFileMarkers } from '../../../src/storage/fileMarkers';
import { StorageUnavailable } from '../../../src/storage/fileSystem';
import { freshFolder, RecordingLog, WatchedFs } from './support';

const marker = { form: 'accessToken', storedAt: 5, origins: ['https://service.example.com'] };

describe('fileMarkers', () => {
  const folder = freshFolder();
  let log: RecordingLog;
  let watched: WatchedFs;
  beforeEach(() => {
    log = new RecordingLog();
    watched = new WatchedFs();
  });
  const store = () => createFileMarkers({ folder: folder(), log, fs: watched.fs });
  const path = (name: string) => join(folder(), 'markers', name);

  it('reads nothing and makes nothing before the first set', async () => {
    assert.equal(await store().get('a'), undefined);
    assert.equal((await store().all()).size, 0);
    await store().delete('a');
    await assert.rejects(access(path('')));
    assert.deepEqual(log.lines, []);
  });

  it('keeps, replaces and deletes, seen by another window at once', async () => {
    const [a, b] = [store(), store()];
    await a.set('project/alice', marker);
    await b.set('project/../bob', marker);
    assert.deepEqual(await b.get('project/alice'), marker);
    await b.set('project/alice', { ...marker, storedAt: 6 });
    assert.deepEqual([...(await a.all()).keys()].sort(), ['project/../bob', 'project/alice']);
    assert.equal((await a.get('project/alice'))?.storedAt, 6);
    await a.delete('project/alice');
    assert.deepEqual([...(await b.all()).keys()], ['project/../bob']);
  });

  for (const by of ['forget', 'reset', 'damage'] as const) {
    it(`reads back every field of a credential that ended by ${by}`, async () => {
      // Required: a field that the marker gains does not compile before it stands here, and then has to survive the disk.
      const full: Required<CredentialMarker> = { ...marker, ended: { by, at: 7 } };
      await store().set('project/alice', full);
      assert.deepEqual(await store().get('project/alice'), full);
      assert.deepEqual([...(await store().all()).values()], [full]);
      assert.deepEqual(log.lines, []);
    });
  }

  it('stores the named fields only, and names no identity in the file name', async () => {
    await store().set('project/alice', {
      ...marker,
      accessToken: 'planted',
      ended: { by: 'reset', at: 7, accessToken: 'planted' },
    } as never);
    const [name] = await readdir(path(''));
    assert.match(String(name), /^[0-9a-f]{64}\.json$/);
    assert.doesNotMatch(await readFile(path(String(name)), 'utf8'), /planted/);
  });

  it('ignores damaged files with a warning, and repairs them by the next set', async () => {
    await store().set('a', marker);
    await store().set('b', marker);
    const names = await readdir(path(''));
    await writeFile(path(String(names[0])), '{"v":1,"key":');
    await writeFile(path(`${'0'.repeat(64)}.json`), await readFile(path(String(names[1]))));
    assert.equal((await store().all()).size, 1);
    assert.equal(log.lines.length, 2);
    await store().set('a', marker);
    await store().set('b', marker);
    assert.equal((await store().all()).size, 2);
  });

  it('rejects a failed set and keeps the old marker', async () => {
    await store().set('a', marker);
    for (const operation of ['write', 'sync', 'rename'] as const) {
      watched.failWhen = (step) => (step.operation === operation ? 'ENOSPC' : undefined);
      await assert.rejects(store().set('a', { ...marker, storedAt: 9 }), (error) => {
        assert.ok(error instanceof StorageUnavailable);
        return error.code === 'ENOSPC';
      });
    }
    watched.failWhen = undefined;
    assert.equal((await store().get('a'))?.storedAt, 5);
    assert.equal((await readdir(path(''))).length, 1, 'no draft is left');
  });

  it('never throws on reading when something else stands in the way', async () => {
    await writeFile(join(folder(), 'markers'), 'a file');
    assert.equal(await store().get('a'), undefined);
    assert.equal((await store().all()).size, 0);
    assert.equal(log.lines.length, 2);
    await assert.rejects(store().set('a', marker), StorageUnavailable);
  });
});
