import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFileGenerations } from '../../../src/storage/fileGenerations';
import { WatchedFs } from './support';

describe('generations on disk', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'reconsent-generations-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('are 0 until they are written, and each name has its own', async () => {
    const [one, other] = [createFileGenerations({ folder }), createFileGenerations({ folder })];
    assert.equal(await one.read('a'), 0);
    await one.write('a', 3);
    await one.write('b', 7);
    assert.deepEqual([await other.read('a'), await other.read('b'), await other.read('c')], [3, 7, 0]);
    await other.delete('a');
    await other.delete('a');
    assert.deepEqual([await one.read('a'), await one.read('b')], [0, 7]);
  });

  it('tell nobody else whose they are', async () => {
    const name = 'shop/local:{7c3b6a1e}#1';
    await createFileGenerations({ folder }).write(name, 1);
    const own = join(folder, 'generations');
    const [file = '', ...more] = await readdir(own);
    assert.deepEqual(more, []);
    assert.match(file, /^[0-9a-f]{64}$/);
    assert.equal(await readFile(join(own, file), 'utf8'), '1\n');
    if (process.platform !== 'win32') assert.equal((await stat(join(own, file))).mode & 0o077, 0);
  });

  for (const damaged of ['', '1', 'x\n', '-1\n', '1.5\n', '1\n2\n', `${'9'.repeat(20)}\n`]) {
    it(`a damaged one (${JSON.stringify(damaged)}) is no number`, async () => {
      const generations = createFileGenerations({ folder });
      await generations.write('a', 1);
      const [file = ''] = await readdir(join(folder, 'generations'));
      await writeFile(join(folder, 'generations', file), damaged);
      await assert.rejects(generations.read('a'));
    });
  }

  it('a full disk leaves the old one', async () => {
    const watched = new WatchedFs();
    const generations = createFileGenerations({ folder, fs: watched.fs });
    await generations.write('a', 1);
    watched.failWhen = ({ operation }) => (operation === 'write' ? 'ENOSPC' : undefined);
    await assert.rejects(generations.write('a', 2));
    assert.equal(await generations.read('a'), 1);
  });
});
