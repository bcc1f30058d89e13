import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode, nodeFs, type StorageFs } from '../../../src/storage/fileSystem';
import { readsInPlace } from '../../../src/storage/readsInPlace';
import { freshFolder } from './support';

describe('readsInPlace', () => {
  const folder = freshFolder();
  /** Where each read was made. */
  let places: string[];
  /** Milliseconds that a read in place takes. */
  let takes: number;
  let now: number;
  let disk: StorageFs;
  let turn: () => void;

  beforeEach(async () => {
    places = [];
    takes = 0;
    now = 0;
    turn = () => undefined;
    await writeFile(join(folder(), 'note'), 'text');
    const inPlace =
      <A extends unknown[], T>(read: (...args: A) => T) =>
      (...args: A): T => {
        places.push('here');
        now += takes;
        return read(...args);
      };
    const inPool = <T>(result: Promise<T>): Promise<T> => {
      places.push('pool');
      return result;
    };
    const pool: StorageFs = {
      ...nodeFs,
      readFile: (...args) => inPool(nodeFs.readFile(...args)),
      readdir: (...args) => inPool(nodeFs.readdir(...args)),
      stat: ((path: string) => inPool(nodeFs.stat(path))) as StorageFs['stat'],
    };
    disk = readsInPlace(pool, {
      monotonic: () => now,
      nextTurn: (then) => {
        turn = then;
      },
      read: {
        readFile: inPlace(readFileSync as (path: string, encoding: 'utf8') => string),
        readdir: inPlace(readdirSync as (path: string) => string[]),
        stat: inPlace(statSync),
      },
    });
  });

  const readAll = async (): Promise<void> => {
    const path = join(folder(), 'note');
    assert.equal(await disk.readFile(path, 'utf8'), 'text');
    assert.deepEqual(await disk.readdir(folder()), ['note']);
    assert.equal((await disk.stat(path)).size, 4);
  };

  it('reads in place, with what the system itself says', async () => {
    await readAll();
    assert.deepEqual(places, ['here', 'here', 'here']);
    assert.equal((await disk.stat(join(folder(), 'note'), { bigint: true })).size, 4n);
  });

  it('reads in the pool what comes after 5 ms of reads, until the next turn of the event loop', async () => {
    takes = 2;
    await readAll();
    await readAll();
    assert.deepEqual(places, ['here', 'here', 'here', 'pool', 'pool', 'pool']);
    turn();
    await readAll();
    await disk.readdir(folder());
    assert.deepEqual(places.slice(6), ['here', 'here', 'here', 'pool']);
    turn();
    takes = 0;
    for (let time = 0; time < 50; time++) await readAll();
    assert.deepEqual([...new Set(places.slice(10))], ['here']);
  });

  it('reads in the pool for 10 s after a read that took more than 5 ms, and twice as long when the next one does', async () => {
    for (const pause of [10_000, 20_000, 40_000]) {
      takes = 5.1;
      await disk.readdir(folder());
      turn();
      places = [];
      now += pause - 1;
      await readAll();
      assert.deepEqual(places, ['pool', 'pool', 'pool'], `${pause} ms`);
      now += 1;
    }
    takes = 5;
    await disk.readdir(folder());
    turn();
    takes = 6;
    await disk.readdir(folder());
    turn();
    now += 10_000;
    places = [];
    takes = 0;
    await readAll();
    assert.deepEqual(places, ['here', 'here', 'here'], 'one that was quick has ended the doubling');
  });

  it('is not slow for good after a slow read that failed', async () => {
    takes = 6;
    const missing = disk.readFile(join(folder(), 'nothing'), 'utf8');
    await assert.rejects(missing, (error) => errorCode(error) === 'ENOENT');
    await assert.rejects(disk.readFile(join(folder(), 'nothing'), 'utf8'), (error) => errorCode(error) === 'ENOENT');
    assert.deepEqual(places, ['here', 'pool']);
  });

  it('never throws before it is awaited, and says why it cannot read as the pool does', async () => {
    const [nothing, file] = [join(folder(), 'nothing'), join(folder(), 'note')];
    const codes = async (fs: StorageFs): Promise<readonly string[]> => {
      const failing = [fs.readFile(nothing, 'utf8'), fs.readFile(folder(), 'utf8'), fs.readdir(file), fs.stat(nothing)];
      const settled = await Promise.allSettled(failing);
      return settled.map((one) => (one.status === 'rejected' ? errorCode(one.reason) : 'read'));
    };
    assert.deepEqual(await codes(disk), ['ENOENT', 'EISDIR', 'ENOTDIR', 'ENOENT']);
    assert.deepEqual(await codes(disk), await codes(nodeFs));
  });

  it('leaves whatever changes the disk to the pool', async () => {
    for (const name of ['open', 'mkdir', 'rename', 'unlink', 'utimes'] as const) assert.equal(disk[name], nodeFs[name]);
    await mkdir(join(folder(), 'below'));
    assert.deepEqual((await readdir(folder())).sort(), (await disk.readdir(folder())).sort());
  });
});
