import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FileProblem, PartFacts, PartFile } from '../../../src/core/downloadPorts';
import { createArchiveFiles } from '../../../src/storage/archiveFiles';
import { archiveStem } from '../../../src/storage/archiveNames';
import { Crc32c } from '../../../src/storage/fileHash';
import { type DiskStep, FaultyDisk } from './faultyDisk';
import { freshFolder } from './support';

const jobId = '3f0c8ab1-77aa';
const name = 'myactivity.search-3f0c8ab1-1of2.zip';
const content = Buffer.from('the bytes of a file of an archive, long enough to be cut somewhere');
const md5 = createHash('md5').update(content).digest('base64');
const facts: PartFacts = { totalBytes: content.length, etag: '"v1"', md5 };

describe('archiveFiles', () => {
  const folder = freshFolder();
  let disk: FaultyDisk;
  const opened: PartFile[] = [];
  beforeEach(() => {
    disk = new FaultyDisk();
  });
  afterEach(async () => {
    for (const file of opened.splice(0)) await file.close();
  });

  const files = (id = jobId) =>
    createArchiveFiles({ folder: folder(), archive: { jobId: id, resources: ['myactivity.search'] }, fs: disk.fs });
  const names = async () => (await readdir(folder())).sort();
  const text = (file: string) => readFile(join(folder(), file), 'utf8');

  async function open(of: PartFacts = facts, store = files()): Promise<PartFile> {
    const opening = await store.open(1, 2, of);
    if (opening.kind !== 'open') throw new Error(JSON.stringify(opening));
    opened.push(opening.file);
    return opening.file;
  }

  async function write(file: PartFile, bytes: Uint8Array): Promise<void> {
    assert.deepEqual(await file.append(bytes), { kind: 'written' });
  }

  it('gives a file its name only when it is whole', async () => {
    const file = await open();
    assert.equal(file.bytes, 0);
    for (const part of [content.subarray(0, 9), content.subarray(9)]) {
      await write(file, part);
      assert.deepEqual(await names(), [`${name}.part`, `${name}.part.json`]);
    }
    assert.deepEqual(await file.finish(), { kind: 'finished', name, bytes: content.length });
    assert.deepEqual(await names(), [name]);
    assert.deepEqual(await readFile(join(folder(), name)), content);
    assert.equal(disk.count('sync', /zip\.part$/), 1, 'the content is on disk before it has its name');
    if (process.platform !== 'win32') assert.equal((await stat(join(folder(), name))).mode & 0o777, 0o600);
  });

  it('goes on with what an earlier try has left behind, and checks the whole', async () => {
    const first = await open();
    await write(first, content.subarray(0, 20));
    await first.close();
    assert.equal(await files().kept(1, 2, facts), 20);
    assert.deepEqual(JSON.parse(await text(`${name}.part.json`)), {
      v: 1,
      job: createHash('sha256').update(jobId).digest('hex'),
      number: 1,
      of: 2,
      etag: '"v1"',
      totalBytes: content.length,
    });
    const second = await open();
    assert.equal(second.bytes, 20);
    await write(second, content.subarray(20));
    assert.equal((await second.finish()).kind, 'finished');
    assert.deepEqual(await readFile(join(folder(), name)), content);
  });

  it('finds damage within what was kept, removes it, and puts nothing under the final name', async () => {
    const first = await open();
    await write(first, content.subarray(0, 20));
    await first.close();
    await writeFile(join(folder(), `${name}.part`), Buffer.alloc(20, 'x'));
    const second = await open();
    await write(second, content.subarray(20));
    assert.deepEqual(await second.finish(), { kind: 'wrong-hash' });
    assert.deepEqual(await names(), []);
  });

  it('checks by CRC-32C where there is no MD5, and by length alone where there is neither', async () => {
    // The check value of the polynomial, as in RFC 3720's and every other list of it.
    const known = new Crc32c();
    known.update(Buffer.from('1234'));
    known.update(Buffer.from('56789'));
    assert.equal(Buffer.from(known.base64(), 'base64').toString('hex'), 'e3069283');
    const { md5: _, ...rest } = facts;
    const sum = new Crc32c();
    sum.update(content);
    for (const [crc32c, kind] of [
      [sum.base64(), 'finished'],
      ['AAAAAA==', 'wrong-hash'],
    ] as const) {
      const file = await open({ ...rest, crc32c });
      await write(file, content);
      assert.equal((await file.finish()).kind, kind);
    }
    const file = await open(rest);
    await write(file, content);
    assert.equal((await file.finish()).kind, 'finished');
  });

  it('removes a file of the wrong size, short or long, and says both lengths', async () => {
    for (const bytes of [content.subarray(0, 30), Buffer.concat([content, Buffer.from('!')])]) {
      const file = await open();
      await write(file, bytes);
      const expected = content.length;
      assert.deepEqual(await file.finish(), { kind: 'wrong-size', expected, actual: bytes.length });
      assert.deepEqual(await names(), []);
    }
  });

  it('begins anew where there is another version, or none to compare', async () => {
    const { etag: _, ...noEtag } = facts;
    const others: [PartFacts, PartFacts][] = [
      [facts, { ...facts, etag: '"v2"' }],
      [facts, { ...facts, totalBytes: content.length + 1 }],
      [facts, noEtag],
      [noEtag, noEtag],
    ];
    for (const [before, other] of others) {
      const first = await open(before);
      await write(first, content.subarray(0, 20));
      await first.close();
      assert.equal(await files().kept(1, 2, other), 0);
      const second = await open(other);
      assert.equal(second.bytes, 0);
      assert.equal((await stat(join(folder(), `${name}.part`))).size, 0);
      await second.discard();
      assert.deepEqual(await names(), []);
    }
  });

  it('begins anew in the middle when told to', async () => {
    const file = await open();
    await write(file, Buffer.from('something else altogether'));
    const newer = { ...facts, etag: '"v2"' };
    assert.deepEqual(await file.restart(newer), { kind: 'restarted' });
    assert.equal(file.bytes, 0);
    await write(file, content.subarray(0, 5));
    await file.close();
    const again = await open(newer);
    assert.equal(again.bytes, 5);
    await write(again, content.subarray(5));
    assert.equal((await again.finish()).kind, 'finished');
  });

  it('overwrites no file that is there, whoever put it there and whenever', async () => {
    await writeFile(join(folder(), name), 'mine');
    const file = await open();
    await write(file, content);
    await writeFile(join(folder(), name.replace('.zip', ' (2).zip')), 'mine too');
    const third = name.replace('.zip', ' (3).zip');
    assert.deepEqual(await file.finish(), { kind: 'finished', name: third, bytes: content.length });
    assert.equal(await text(name), 'mine');
    assert.equal(await text(name.replace('.zip', ' (2).zip')), 'mine too');
    assert.equal((await names()).length, 3);
  });

  it('overwrites none where the disk has no links either', async () => {
    await writeFile(join(folder(), name), 'mine');
    disk.failWhen = (step) => (step.operation === 'link' ? 'ENOTSUP' : undefined);
    const file = await open();
    await write(file, content);
    const second = name.replace('.zip', ' (2).zip');
    assert.deepEqual(await file.finish(), { kind: 'finished', name: second, bytes: content.length });
    assert.equal(await text(name), 'mine');
    assert.deepEqual(await names(), [second, name].sort());
  });

  it('leaves alone parts and notes of somebody else', async () => {
    const foreign = { [`${name}.part`]: 'p', [name.replace('.zip', ' (2).zip.part.json')]: '{"v":1,"job":"other"}' };
    for (const [file, bytes] of Object.entries(foreign)) await writeFile(join(folder(), file), bytes);
    const other = await open(facts, files('3f0c8ab1-another-job-of-the-same-beginning'));
    await write(other, content.subarray(0, 3));
    await other.close();
    const file = await open();
    assert.equal(file.bytes, 0);
    await write(file, content);
    assert.equal((await file.finish()).kind, 'finished');
    for (const [path, bytes] of Object.entries(foreign)) assert.equal(await text(path), bytes);
    assert.equal((await open(facts, files('3f0c8ab1-another-job-of-the-same-beginning'))).bytes, 3);
  });

  it('finds its part again although the names before it have become free', async () => {
    await writeFile(join(folder(), name), 'mine');
    const first = await open();
    await write(first, content.subarray(0, 20));
    await first.close();
    await rm(join(folder(), name));
    const second = await open();
    assert.equal(second.bytes, 20);
    await write(second, content.subarray(20));
    assert.deepEqual(await second.finish(), { kind: 'finished', name, bytes: content.length });
    assert.deepEqual(await names(), [name]);
  });

  it('makes no second copy after an end between the two names', async () => {
    disk.failWhen = (step) => (step.operation === 'unlink' ? 'EIO' : undefined);
    const first = await open();
    await write(first, content);
    assert.equal((await first.finish()).kind, 'finished');
    assert.equal((await names()).length, 3);
    disk.failWhen = undefined;
    const second = await open();
    assert.equal(second.bytes, content.length);
    assert.deepEqual(await second.finish(), { kind: 'finished', name, bytes: content.length });
    assert.deepEqual(await names(), [name]);
  });

  it('keeps the part of a disk that became full, half-written pieces included, and can go on', async () => {
    const file = await open();
    await write(file, content.subarray(0, 20));
    disk.room = 7;
    const missingBytes = content.length - 27;
    assert.deepEqual(await file.append(content.subarray(20)), {
      kind: 'failed',
      problem: 'full',
      code: 'ENOSPC',
      missingBytes,
    });
    await file.close();
    assert.deepEqual(await names(), [`${name}.part`, `${name}.part.json`]);
    disk.room = undefined;
    const again = await open();
    assert.equal(again.bytes, 27);
    await write(again, content.subarray(27));
    assert.equal((await again.finish()).kind, 'finished');
    assert.deepEqual(await readFile(join(folder(), name)), content);
  });

  const problems: [string, FileProblem][] = [
    ['ENOSPC', 'full'],
    ['EDQUOT', 'quota'],
    ['EFBIG', 'file-limit'],
    ['EROFS', 'read-only'],
    ['EACCES', 'denied'],
    ['EIO', 'other'],
  ];
  for (const [code, problem] of problems) {
    it(`tells ${code} as ${problem}, wherever it strikes, with nothing under the final name`, async () => {
      const strike = (operation: DiskStep['operation']) => {
        disk.failWhen = (step) => (step.operation === operation ? code : undefined);
      };
      for (const operation of ['create', 'write', 'sync', 'rename'] as const) {
        strike(operation);
        const opening = await files().open(1, 2, facts);
        let failure: unknown = opening;
        if (opening.kind === 'open') {
          const appended = await opening.file.append(content);
          failure = appended.kind === 'failed' ? appended : await opening.file.finish();
          await opening.file.close();
        }
        assert.equal((failure as { problem?: string }).problem, problem, `${operation}: ${JSON.stringify(failure)}`);
        assert.ok(!(await names()).includes(name));
      }
    });
  }

  it('tells a folder that is gone', async () => {
    const gone = createArchiveFiles({ folder: join(folder(), 'gone'), archive: { jobId, resources: [] } });
    assert.equal(await gone.freeBytes(), undefined);
    assert.equal(await gone.kept(1, 1, facts), 0);
    const opening = await gone.open(1, 1, facts);
    assert.equal(opening.kind === 'failed' && opening.problem, 'missing');
  });

  it('says how much is free', async () => {
    assert.ok(((await files().freeBytes()) ?? 0) > 0);
    disk.free = 12_345;
    assert.equal(await files().freeBytes(), 12_345);
  });

  it('writes nothing but the named facts beside the part', async () => {
    const planted = { ...facts, address: 'https://x.example.com/?signature=planted' };
    await (await open(planted)).close();
    assert.doesNotMatch(await text(`${name}.part.json`), /planted/);
  });

  it('serves two windows at the same part without damage', async () => {
    const one = await open();
    await write(one, content.subarray(0, 20));
    const other = await open();
    assert.equal(other.bytes, 20);
    await write(other, content.subarray(20, 40));
    await write(one, content.subarray(20));
    assert.equal((await one.finish()).kind, 'finished');
    await write(other, content.subarray(40));
    assert.equal((await other.finish()).kind, 'failed');
    assert.deepEqual(await readFile(join(folder(), name)), content);
    assert.deepEqual(await names(), [name]);
  });

  it('a window that begins anew takes nothing from the other, and only one of them gives the name', async () => {
    const beginnings: (() => Promise<PartFile>)[] = [
      () => open({ ...facts, etag: '"v2"' }),
      async () => {
        const other = await open();
        assert.deepEqual(await other.restart({ ...facts, etag: '"v2"' }), { kind: 'restarted' });
        return other;
      },
    ];
    for (const begin of beginnings) {
      const one = await open();
      await write(one, content.subarray(0, 20));
      const other = await begin();
      assert.equal(other.bytes, 0);
      await write(other, content.subarray(0, 3));
      await write(one, content.subarray(20));
      const finish = await one.finish();
      assert.equal(finish.kind === 'failed' && finish.problem, 'missing');
      assert.ok(!(await names()).includes(name), 'there is a hole in it');
      await write(other, content.subarray(3));
      assert.deepEqual(await other.finish(), { kind: 'finished', name, bytes: content.length });
      assert.deepEqual(await readFile(join(folder(), name)), content);
      await rm(join(folder(), name));
      assert.deepEqual(await names(), []);
    }
  });

  it('what has its final name is not touched by another version, after an end between the two names', async () => {
    disk.failWhen = (step) => (step.operation === 'unlink' ? 'EIO' : undefined);
    const first = await open();
    await write(first, content);
    assert.equal((await first.finish()).kind, 'finished');
    disk.failWhen = undefined;
    const newer = await open({ ...facts, etag: '"v2"' });
    await write(newer, Buffer.from('another version'));
    await newer.close();
    assert.deepEqual(await readFile(join(folder(), name)), content);
  });

  if (process.platform !== 'win32') {
    it('follows no link that was put in the place of a part', async () => {
      const first = await open();
      await write(first, content.subarray(0, 20));
      await first.close();
      await writeFile(join(folder(), 'precious'), 'precious, and as long as that');
      await rm(join(folder(), `${name}.part`));
      await symlink(join(folder(), 'precious'), join(folder(), `${name}.part`));
      const second = await open();
      assert.equal(second.bytes, 0);
      await write(second, content);
      assert.equal((await second.finish()).kind, 'finished');
      assert.equal(await text('precious'), 'precious, and as long as that');
      assert.deepEqual(await readFile(join(folder(), name)), content);
    });

    it('goes past a link to nowhere that has the final name', async () => {
      const file = await open();
      await write(file, content);
      await symlink(join(folder(), 'nowhere'), join(folder(), name));
      const second = name.replace('.zip', ' (2).zip');
      assert.deepEqual(await file.finish(), { kind: 'finished', name: second, bytes: content.length });
    });
  }

  it('leaves alone a folder that has the name of the part', async () => {
    await mkdir(join(folder(), `${name}.part`));
    const opening = await files().open(1, 2, facts);
    assert.equal(opening.kind, 'open');
    if (opening.kind === 'open') await opening.file.discard();
    assert.deepEqual(await names(), [`${name}.part`]);
  });
});

describe('names of archive files', () => {
  const stem = (id: string, ...resources: string[]) => archiveStem({ jobId: id, resources }, 1, 2);

  it('say what and which', () => {
    assert.equal(stem('3f0c8ab1-77aa', 'play.installs'), 'play.installs-3f0c8ab1-1of2');
    assert.equal(stem('3f0c', 'a', 'b'), 'job-3f0c-1of2');
    assert.equal(stem('3f0c'), 'job-3f0c-1of2');
  });

  it('are names on every system, whatever the service says', () => {
    const hostile = [
      '../../etc/passwd',
      'a:b|c?d*e<f>g"h',
      'CON',
      'nul.x',
      '.hidden',
      'x'.repeat(500),
      '\u202eabc',
      ' ',
      'a\nb',
    ];
    for (const one of hostile) {
      for (const made of [stem(one, 'r'), stem('id', one)]) {
        assert.match(made, /^[A-Za-z0-9_][A-Za-z0-9._-]{0,90}-1of2$/, JSON.stringify(one));
        assert.doesNotMatch(made, /^(con|nul|prn|aux)\./i);
      }
    }
    assert.equal(stem('id', 'nul.x'), '_nul.x-id-1of2');
  });
});
