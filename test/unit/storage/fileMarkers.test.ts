import assert from 'node:assert/strict';
import { access, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TargetKey } from '../../../src/core/model';
import type { CredentialMarker } from '../../../src/core/ports';
import { createFileMarkers } from '../../../src/storage/fileMarkers';
import { nodeFs, StorageUnavailable } from '../../../src/storage/fileSystem';
import { freshFolder, RecordingLog, WatchedFs } from './support';

const marker = { form: 'accessToken', storedAt: 5, origins: ['https://service.example.com'] };
const at = (storedAt: number): CredentialMarker => ({ ...marker, storedAt });
const alice = 'project/alice' as TargetKey;
const bob = 'project/../bob' as TargetKey;

describe('fileMarkers', () => {
  const folder = freshFolder();
  let log: RecordingLog;
  let watched: WatchedFs;
  beforeEach(() => {
    log = new RecordingLog();
    watched = new WatchedFs();
  });
  const store = () => createFileMarkers({ folder: folder(), log, fs: watched.fs });
  const markers = () => join(folder(), 'markers');
  const path = (name: string) => join(markers(), name.slice(0, 3), name);
  const files = async () => {
    const found = await readdir(markers(), { recursive: true, withFileTypes: true });
    return found.filter((one) => one.isFile()).map(({ name }) => name);
  };

  it('reads nothing and makes nothing before the first write', async () => {
    assert.deepEqual(await store().list(alice), []);
    assert.equal((await store().all()).size, 0);
    await store().delete(alice, 5);
    await assert.rejects(access(markers()));
    assert.deepEqual(log.lines, []);
  });

  it('keeps, replaces and deletes one by one, seen by another window at once', async () => {
    const [a, b] = [store(), store()];
    await a.set(alice, at(10));
    await b.set(alice, at(9));
    await b.set(bob, at(9));
    assert.deepEqual(await a.list(alice), [at(9), at(10)], 'oldest first, by number');
    const ended = { ...at(9), ended: { by: 'reset', at: 11 } } as const;
    await b.set(alice, ended);
    assert.deepEqual(await a.list(alice), [ended, at(10)]);
    assert.deepEqual(
      await a.all(),
      new Map([
        [alice, [ended, at(10)]],
        [bob, [at(9)]],
      ]),
    );
    await a.delete(alice, 9);
    await a.delete(bob, 9);
    assert.deepEqual(await b.all(), new Map([[alice, [at(10)]]]));
  });

  it('gives a number once: of those that ask at the same time, one gets it', async () => {
    const forms = Array.from({ length: 10 }, (_, index) => `form ${index}`);
    const got = await Promise.all(forms.map((form) => store().add(alice, { ...marker, form })));
    assert.equal(got.filter(Boolean).length, 1);
    assert.deepEqual(await store().list(alice), [{ ...marker, form: forms[got.indexOf(true)] }]);
    assert.equal(await store().add(bob, marker), true, 'another identity');
    assert.equal(await store().add(alice, at(6)), true, 'another number');
    await store().set(alice, { ...marker, ended: { by: 'forget', at: 7 } });
    assert.equal(await store().add(alice, marker), false, 'that of an ended one');
    assert.equal((await store().list(alice))[0]?.ended?.by, 'forget');
  });

  it('takes a number that was taken and not used, as by a window that was killed, for no marker', async () => {
    await store().add(alice, marker);
    const [name] = await files();
    await writeFile(path(String(name)), '');
    assert.deepEqual(await store().list(alice), []);
    assert.equal((await store().all()).size, 0);
    assert.equal(await store().add(alice, marker), false);
    assert.deepEqual(log.lines, []);
  });

  for (const by of ['forget', 'reset', 'damage', 'dead'] as const) {
    it(`reads back every field of a credential that ended by ${by}`, async () => {
      // Required: a field that the marker gains does not compile before it stands here, and then has to survive the disk.
      const full: Required<CredentialMarker> = { ...marker, grants: ['maps', 'chrome'], ended: { by, at: 7 } };
      await store().set(alice, full);
      assert.deepEqual(await store().list(alice), [full]);
      assert.deepEqual([...(await store().all()).values()], [[full]]);
      assert.deepEqual(log.lines, []);
    });
  }

  it('stores the named fields only, and names no identity in the file name', async () => {
    await store().add(alice, { ...marker, accessToken: 'planted' } as never);
    await store().set(alice, {
      ...at(6),
      accessToken: 'planted',
      ended: { by: 'reset', at: 7, accessToken: 'planted' },
    } as never);
    const names = await files();
    assert.equal(names.length, 2);
    for (const name of names) {
      assert.match(name, /^[0-9a-f]{64}-[56]\.json$/);
      assert.doesNotMatch(await readFile(path(name), 'utf8'), /planted/);
    }
  });

  it('ignores damaged files with a warning, and repairs them by the next set', async () => {
    await store().set(alice, marker);
    await store().set(bob, marker);
    await store().set(bob, at(6));
    const names = (await files()).sort();
    const whole = await readFile(path(String(names[1])), 'utf8');
    await writeFile(path(String(names[0])), '{"v":1,"key":');
    // Under the name of another identity, and of another number.
    await mkdir(join(markers(), '000'), { recursive: true });
    await writeFile(path(`${'0'.repeat(64)}-5.json`), whole);
    await writeFile(path(String(names[1]).replace(/-\d+/, '-99')), whole);
    assert.equal([...(await store().all()).values()].flat().length, 2);
    assert.equal(log.lines.length, 3);
    assert.deepEqual(await store().list('project/carol' as TargetKey), []);
    assert.equal(log.lines.length, 3, 'the files of others are not read');
    await store().set(alice, marker);
    await store().set(bob, marker);
    await store().set(bob, at(6));
    assert.deepEqual([await store().list(alice), await store().list(bob)], [[marker], [marker, at(6)]]);
  });

  it('reads a file again only when it is another one', async () => {
    let reads = 0;
    const readFileCounted: typeof nodeFs.readFile = Object.assign((...where: Parameters<typeof nodeFs.readFile>) => {
      reads += 1;
      return nodeFs.readFile(...where);
    }) as typeof nodeFs.readFile;
    const here = createFileMarkers({ folder: folder(), log, fs: { ...nodeFs, readFile: readFileCounted } });
    await store().set(alice, marker);
    for (let time = 0; time < 3; time++) assert.deepEqual(await here.list(alice), [marker]);
    assert.equal(reads, 1);
    // As long as the one before, and by another window.
    const [one, other] = [
      { ...marker, form: 'one' },
      { ...marker, form: 'two' },
    ] as const;
    for (const now of [one, other, one]) {
      await store().set(alice, now);
      assert.deepEqual(await here.list(alice), [now]);
    }
    const [name] = await files();
    await writeFile(path(String(name)), (await readFile(path(String(name)), 'utf8')).replace('"one"', '"six"'));
    assert.equal((await here.list(alice))[0]?.form, 'six', 'edited by hand');
    await store().delete(alice, marker.storedAt);
    assert.deepEqual(await here.list(alice), []);
    assert.equal(reads, 5);
  });

  it('rejects a failed set and keeps the old marker', async () => {
    await store().set(alice, marker);
    for (const operation of ['write', 'sync', 'rename'] as const) {
      watched.failWhen = (step) => (step.operation === operation ? 'ENOSPC' : undefined);
      await assert.rejects(store().set(alice, { ...marker, form: 'other' }), (error) => {
        assert.ok(error instanceof StorageUnavailable);
        return error.code === 'ENOSPC';
      });
    }
    watched.failWhen = undefined;
    assert.deepEqual(await store().list(alice), [marker]);
    assert.equal((await files()).length, 1, 'no draft is left');
  });

  it('rejects a failed add and gives the number back', async () => {
    for (const operation of ['create', 'write', 'sync', 'rename'] as const) {
      watched.failWhen = (step) => (step.operation === operation ? 'ENOSPC' : undefined);
      await assert.rejects(store().add(alice, marker), StorageUnavailable);
      watched.failWhen = undefined;
      assert.deepEqual(await files(), []);
    }
    assert.equal(await store().add(alice, marker), true);
  });

  it('never throws on reading when something else stands in the way', async () => {
    await writeFile(join(folder(), 'markers'), 'a file');
    assert.deepEqual(await store().list(alice), []);
    assert.equal((await store().all()).size, 0);
    assert.equal(log.lines.length, 2);
    await assert.rejects(store().set(alice, marker), StorageUnavailable);
    await assert.rejects(store().add(alice, marker), StorageUnavailable);
  });
});
