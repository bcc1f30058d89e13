import assert from 'node:assert/strict';
import { readdir, readFile, rm, stat, unlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LockResult } from '../../../src/core/ports';
import { createFileLocks, type FileLocks } from '../../../src/storage/fileLocks';
import { address, freshFolder, TestClock, until, WatchedFs, Windows } from './support';

const target = address();

describe('fileLocks', () => {
  const folder = freshFolder();
  let clock: TestClock;
  let windows: Windows;
  let made: FileLocks[];
  beforeEach(() => {
    clock = new TestClock();
    windows = new Windows();
    made = [];
  });
  afterEach(() => {
    for (const locks of made) locks.dispose();
  });

  function window(windowId: string, more: Partial<Parameters<typeof createFileLocks>[0]> = {}): FileLocks {
    const locks = createFileLocks({ folder: folder(), clock, owner: windows.identity(windowId), ...more });
    made.push(locks);
    return locks;
  }
  async function lockFile(): Promise<string> {
    const [name] = await readdir(join(folder(), 'locks'));
    assert.ok(name);
    return join(folder(), 'locks', name);
  }
  function acquired(result: LockResult): () => Promise<void> {
    assert.equal(result.kind, 'acquired');
    return result.kind === 'acquired' ? result.release : assert.fail();
  }

  it('gives a target to one window and says how long it has been held', async () => {
    const release = acquired(await window('a').acquire(target));
    const b = window('b');
    clock.time += 12_000;
    assert.deepEqual(await b.acquire(target), { kind: 'held', heldForMs: 12_000, mayTakeOver: false });
    await release();
    assert.deepEqual(await readdir(join(folder(), 'locks')), []);
    acquired(await b.acquire(target));
  });

  it('prepares the folder and the name of its owner, and says when it cannot', async () => {
    const a = window('a');
    await a.prepare();
    assert.deepEqual(await readdir(join(folder(), 'locks')), []);
    await rm(join(folder(), 'locks'), { recursive: true });
    await writeFile(join(folder(), 'locks'), 'a file in the way');
    await assert.rejects(a.prepare());
  });

  it('keeps targets, providers and origins apart', async () => {
    const a = window('a');
    acquired(await a.acquire(target));
    acquired(await a.acquire(address('project/bob')));
    acquired(await a.acquire(address('project/alice', 'https://other.example.com')));
    acquired(await a.acquire({ ...target, provider: 'venafi' }));
  });

  it('gives nothing twice to the same window, also at once', async () => {
    const a = window('a');
    const results = await Promise.all([a.acquire(target), a.acquire(target), a.acquire(target)]);
    assert.deepEqual(results.map(({ kind }) => kind).sort(), ['acquired', 'held', 'held']);
    assert.equal((await a.acquire(target)).kind, 'held');
  });

  it('takes the lock of a dead owner after 30 s without heartbeat, not before', async () => {
    acquired(await window('a').acquire(target));
    windows.kill('a');
    const b = window('b');
    clock.time += 30_000;
    assert.equal((await b.acquire(target)).kind, 'held');
    clock.time += 1;
    acquired(await b.acquire(target));
  });

  it('never takes the lock of a living owner by itself, however long it is silent', async () => {
    acquired(await window('a').acquire(target));
    clock.time += 8 * 3_600_000;
    assert.deepEqual(await window('b').acquire(target), { kind: 'held', heldForMs: 8 * 3_600_000, mayTakeOver: true });
  });

  it('fault 20: frees the lock of a dead owner also after the clock was set back by a day', async () => {
    acquired(await window('a').acquire(target));
    windows.kill('a');
    clock.time -= 24 * 3_600_000;
    acquired(await window('b').acquire(target));
  });

  it('takes over from a living owner by explicit wish; the old owner then removes nothing', async () => {
    const release = acquired(await window('a').acquire(target));
    clock.time += 5 * 60_000;
    const b = window('b');
    assert.deepEqual(await b.acquire(target), { kind: 'held', heldForMs: 300_000, mayTakeOver: true });
    const releaseB = acquired(await b.acquire(target, { takeOver: true }));
    await release();
    assert.equal((await window('c').acquire(target)).kind, 'held');
    await releaseB();
    acquired(await window('d').acquire(target));
  });

  it('tells its holder whether it still is', async () => {
    const held = await window('a').acquire(target);
    assert.ok(held.kind === 'acquired');
    assert.equal(await held.isOurs(), true);
    clock.time += 5 * 60_000;
    const taker = await window('b').acquire(target, { takeOver: true });
    assert.ok(taker.kind === 'acquired');
    assert.deepEqual([await held.isOurs(), await taker.isOurs()], [false, true]);
    await taker.release();
    assert.equal(await held.isOurs(), false, 'no file');
    const watched = new WatchedFs();
    const unread = async () => Promise.reject(Object.assign(new Error('no'), { code: 'EACCES' })) as never;
    const blind = await window('c', { fs: { ...watched.fs, stat: unread } }).acquire(target);
    assert.ok(blind.kind === 'acquired');
    assert.equal(await blind.isOurs(), false, 'it cannot be read');
  });

  it('takes over no lock that is younger than 5 minutes, whatever was wished', async () => {
    acquired(await window('a').acquire(target));
    const b = window('b');
    clock.time += 5 * 60_000 - 1;
    const held = { kind: 'held', heldForMs: 299_999, mayTakeOver: false };
    assert.deepEqual(await b.acquire(target, { takeOver: true }), held);
    clock.time += 1;
    acquired(await b.acquire(target, { takeOver: true }));
    // The wish was for the lock of a, and a second one finds that of b.
    assert.deepEqual(await window('c').acquire(target, { takeOver: true }), { ...held, heldForMs: 0 });
  });

  it('is held when another took the file for abandoned between making and filling it', async () => {
    let takenByOther: LockResult | undefined;
    const slow = new WatchedFs();
    const a = window('a', {
      fs: {
        ...slow.fs,
        open: async (path, ...rest) => {
          const handle = await slow.fs.open(path, ...rest);
          if (rest[0] !== 'wx' || takenByOther) return handle;
          takenByOther = { kind: 'unavailable', detail: 'not yet' };
          await utimes(String(path), clock.time / 1000, clock.time / 1000);
          clock.time += 31_000;
          takenByOther = await window('b').acquire(target);
          return handle;
        },
      },
    });
    const result = await a.acquire(target);
    assert.ok(takenByOther);
    const release = acquired(takenByOther);
    assert.deepEqual(result, { kind: 'held', heldForMs: 0, mayTakeOver: false });
    assert.equal((await window('c').acquire(target)).kind, 'held', 'the lock of b stands');
    await release();
    acquired(await a.acquire(target));
  });

  it('leaves the lock of another alone when filling its own file fails', async () => {
    const watched = new WatchedFs();
    let other: LockResult | undefined;
    const a = window('a', {
      fs: {
        ...watched.fs,
        open: async (path, ...rest) => {
          const handle = await watched.fs.open(path, ...rest);
          if (rest[0] !== 'wx') return handle;
          await unlink(path);
          other = await window('b').acquire(target);
          watched.failWhen = ({ operation }) => (operation === 'write' ? 'ENOSPC' : undefined);
          return handle;
        },
      },
    });
    assert.equal((await a.acquire(target)).kind, 'unavailable');
    assert.equal(other?.kind, 'acquired');
    assert.equal((await window('c').acquire(target)).kind, 'held');
  });

  for (const [age, made] of [
    [15_000, 1],
    [15_001, 2],
    [-1, 2],
  ] as const) {
    it(`gives back a lock of ${age} ms ${made === 1 ? 'after a look' : 'under the right to remove it'}`, async () => {
      const watched = new WatchedFs();
      const release = acquired(await window('a', { fs: watched.fs }).acquire(target));
      clock.time += age;
      await release();
      assert.equal(watched.count('create'), made);
      assert.deepEqual(await readdir(join(folder(), 'locks')), []);
    });
  }

  it('leaves the lock of another alone that stands in place of a young one', async () => {
    const release = acquired(await window('a').acquire(target));
    await unlink(await lockFile());
    acquired(await window('b').acquire(target));
    await release();
    assert.equal((await window('c').acquire(target)).kind, 'held');
  });

  it('takes over from itself', async () => {
    const a = window('a');
    const first = acquired(await a.acquire(target));
    clock.time += 5 * 60_000;
    const second = acquired(await a.acquire(target, { takeOver: true }));
    await first();
    assert.equal((await a.acquire(target)).kind, 'held');
    await second();
    acquired(await a.acquire(target));
  });

  it('lets exactly one of many steal a stale lock', async () => {
    acquired(await window('a').acquire(target));
    windows.kill('a');
    clock.time += 31_000;
    const thieves = Array.from({ length: 12 }, (_, index) => window(`thief${index}`));
    const results = await Promise.all(thieves.map((thief) => thief.acquire(target)));
    assert.equal(results.filter(({ kind }) => kind === 'acquired').length, 1);
    assert.equal((await readdir(join(folder(), 'locks'))).length, 1);
  });

  it('steals although an earlier thief died while stealing', async () => {
    acquired(await window('a').acquire(target));
    windows.kill('a');
    clock.time += 31_000;
    const watched = new WatchedFs();
    // The first thief gets as far as the right to remove the file.
    watched.failWhen = ({ operation }) => (operation === 'unlink' ? 'EIO' : undefined);
    assert.equal((await window('thief', { fs: watched.fs }).acquire(target)).kind, 'unavailable');
    assert.equal((await readdir(join(folder(), 'locks'))).length, 2);
    const b = window('b');
    assert.equal((await b.acquire(target)).kind, 'held');
    windows.kill('thief');
    clock.time += 31_000;
    acquired(await b.acquire(target));
    assert.equal((await readdir(join(folder(), 'locks'))).length, 1);
  });

  it('shows life by heartbeats', async () => {
    const watched = new WatchedFs();
    acquired(await window('a', { heartbeatMs: 1, fs: watched.fs }).acquire(target));
    windows.kill('a');
    clock.time += 31_000;
    const seen = watched.count('utimes');
    await until(() => watched.count('utimes') >= seen + 2);
    assert.equal((await stat(await lockFile())).mtimeMs, clock.time);
    assert.equal((await window('b').acquire(target)).kind, 'held');
  });

  it('treats a damaged lock file by its age', async () => {
    acquired(await window('a').acquire(target));
    const path = await lockFile();
    await writeFile(path, '{"owner"');
    await utimes(path, clock.time / 1000, clock.time / 1000);
    const b = window('b');
    clock.time += 20_000;
    assert.deepEqual(await b.acquire(target), { kind: 'held', heldForMs: 20_000, mayTakeOver: false });
    clock.time += 11_000;
    acquired(await b.acquire(target));
  });

  it('is unavailable when the folder cannot be made, and says why without a path', async () => {
    await writeFile(join(folder(), 'locks'), 'a file in the way');
    const result = await window('a').acquire(target);
    assert.deepEqual(result, { kind: 'unavailable', detail: 'The folder for locks cannot be made (EEXIST).' });
  });

  for (const code of ['ENOSPC', 'EROFS', 'EACCES']) {
    it(`is unavailable on ${code}, and leaves no half-made file`, async () => {
      const watched = new WatchedFs();
      const failing = code === 'ENOSPC' ? 'write' : 'create';
      watched.failWhen = ({ operation, name }) => (operation === failing && /lock$/.test(name) ? code : undefined);
      const a = window('a', { fs: watched.fs });
      assert.deepEqual(await a.acquire(target), {
        kind: 'unavailable',
        detail: `The lock file cannot be used (${code}).`,
      });
      assert.deepEqual(await readdir(join(folder(), 'locks')), []);
      watched.failWhen = undefined;
      acquired(await a.acquire(target));
    });
  }

  it('is unavailable when the lock file cannot be read', async () => {
    const release = acquired(await window('a').acquire(target));
    const watched = new WatchedFs();
    const b = window('b', {
      fs: {
        ...watched.fs,
        readFile: () => Promise.reject(Object.assign(new Error('no'), { code: 'EACCES' })) as never,
      },
    });
    assert.equal((await b.acquire(target)).kind, 'unavailable');
    await release();
  });

  it('takes back a lock that it once failed to remove', async () => {
    const watched = new WatchedFs();
    const a = window('a', { fs: watched.fs });
    const release = acquired(await a.acquire(target));
    watched.failWhen = ({ operation }) => (operation === 'unlink' ? 'EIO' : undefined);
    await release();
    watched.failWhen = undefined;
    acquired(await a.acquire(target));
  });

  it('holds no secret and no label', async () => {
    acquired(await window('a').acquire(target));
    const path = await lockFile();
    assert.doesNotMatch(path + (await readFile(path, 'utf8')), /alice|example\.com/);
    await unlink(path);
  });
});
