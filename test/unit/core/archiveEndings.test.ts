/** What is checked before the first byte, and every way in which a file of an archive can end. */
import assert from 'node:assert/strict';
import type { DownloadResult } from '../../../src/core/archiveDownload';
import type { ArchivePart, TrackedJob } from '../../../src/core/archiveJobs';
import type { BodyChunks, BodyEnd, DownloadAnswer, FileFailure } from '../../../src/core/downloadPorts';
import { ArchiveScene, body, job, total } from '../../fakes/archiveScene';

const probe = body({ text: '', status: 206 });
const whole = () => body({ text: '0123456789' });
const cut: BodyEnd = { kind: 'cut', cause: 'cut-body', detail: 'd' };
const full: FileFailure = { kind: 'failed', problem: 'full', code: 'ENOSPC' };
const none = (...keys: readonly string[]) => Object.fromEntries(keys.map((key) => [key, undefined])) as object;
const withParts = (...parts: readonly ArchivePart[]): TrackedJob => ({ ...job, parts });
const done = (bytes?: number): ArchivePart => ({ downloadedAt: 1, ...(bytes === undefined ? {} : { bytes }) });
const codeOf = (result: DownloadResult): string => ('reason' in result ? result.reason.code : result.kind);

/** A body that notes when it is given up. */
function watched(answer: DownloadAnswer, hungUp: string[], name: string): DownloadAnswer {
  assert.ok(answer.kind === 'body');
  const { chunks } = answer;
  const given: BodyChunks = {
    next: () => chunks.next(),
    return: () => {
      hungUp.push(name);
      return chunks.return();
    },
  };
  return { ...answer, chunks: given };
}

describe('before the first byte of an archive', () => {
  it('nothing is asked when it is stopped already', async () => {
    const scene = new ArchiveScene([]);
    scene.abort.abort();
    assert.equal(codeOf(await scene.run({ askAddresses: () => assert.fail('asked') })), 'download.cancelled');
  });

  it('nothing is asked when all of it is there', async () => {
    const scene = new ArchiveScene([]);
    const result = await scene.run({ askAddresses: () => assert.fail('asked') }, withParts(done(1), done(2)));
    assert.deepEqual(result, { kind: 'downloaded', files: [] });
  });

  it('the number of files must be that of those that are there', async () => {
    const scene = new ArchiveScene([]);
    scene.counts = [3];
    assert.equal((await scene.run({}, withParts(done(), {}))).kind, 'parts-changed');
  });

  it('the number of files may be another one while none of them is there', async () => {
    const scene = new ArchiveScene([probe, probe, whole(), whole()]);
    scene.counts = [2];
    assert.equal((await scene.run({}, withParts({}))).kind, 'downloaded');
  });

  it('length, version and hashes of each missing file are learned from its first byte, and the rest is hung up on', async () => {
    const hungUp: string[] = [];
    const facts = { totalBytes: 10, etag: '"v1"', md5: 'M', crc32c: 'C' };
    const scene = new ArchiveScene([watched(body({ text: '', status: 206, ...facts }), hungUp, 'probe'), whole()]);
    scene.counts = [2];
    assert.equal((await scene.run({}, withParts(done(5), {}))).kind, 'downloaded');
    assert.deepEqual(scene.asked, [{ from: 0, to: 0 }, { from: 0 }]);
    assert.deepEqual(hungUp, ['probe']);
    assert.deepEqual(scene.keptAsked, [[2, 2, facts]]);
    assert.deepEqual(scene.parts[0]?.facts, facts);
  });

  it('what is not said of a file is not known of it', async () => {
    const scene = new ArchiveScene([
      body({ text: '', status: 206, ...none('totalBytes', 'etag') }),
      body({ text: 'abc', ...none('totalBytes', 'etag') }),
    ]);
    assert.equal((await scene.run()).kind, 'downloaded');
    assert.deepEqual(scene.keptAsked, [[1, 1, {}]]);
    assert.deepEqual(scene.parts[0]?.facts, {});
  });

  describe('there has to be room for what is missing, and a twentieth more', () => {
    const rows: readonly (readonly [string, readonly number[], number | undefined, DownloadResult['kind']])[] = [
      ['just enough', [], 21, 'downloaded'],
      ['a byte too little', [], 20, 'no-space'],
      ['just enough for the rest', [4, 0], 17, 'downloaded'],
      ['a byte too little for the rest', [4, 0], 16, 'no-space'],
      // What is too much of one file makes no room for another.
      ['a byte too little beside what is too long', [30, 0], 10, 'no-space'],
      ['just enough beside what is too long', [30, 0], 11, 'downloaded'],
      ['nobody knows', [], undefined, 'downloaded'],
    ];
    for (const [what, kept, free, kind] of rows) {
      it(`${what}: ${kind}`, async () => {
        const scene = new ArchiveScene([probe, probe, ...(kind === 'downloaded' ? [whole(), whole()] : [])]);
        scene.counts = [2];
        [scene.kept, scene.free] = [kept, free];
        const result = await scene.run();
        assert.equal(result.kind, kind, JSON.stringify(result));
        assert.equal(scene.parts.length, kind === 'downloaded' ? 2 : 0);
        if (result.kind !== 'no-space') return;
        assert.deepEqual([result.needed, result.free], [(free ?? 0) + 1, free]);
      });
    }

    it('and none for files of unknown length, or that are there', async () => {
      const scene = new ArchiveScene([
        body({ text: '', status: 206, ...none('totalBytes') }),
        body({ text: 'abc', ...none('totalBytes') }),
      ]);
      scene.counts = [2];
      scene.free = 0;
      assert.equal((await scene.run({}, withParts(done(1_000), {}))).kind, 'downloaded');
    });
  });
});

describe('the progress of an archive', () => {
  const parts = 3;

  it('counts all files, those that were there before included', async () => {
    const scene = new ArchiveScene([
      probe,
      probe,
      body({ text: '0123', end: cut }),
      body({ text: '456789', status: 206, from: 4 }),
      whole(),
    ]);
    scene.counts = [parts];
    assert.equal((await scene.run({}, withParts(done(5), {}, {}))).kind, 'downloaded');
    const told = scene.progress.map((one) => [one.doneBytes, one.totalBytes, one.part, one.parts].join());
    assert.deepEqual([...new Set(told)], ['5,25,2,3', '9,25,2,3', '15,25,2,3', '15,25,3,3', '25,25,3,3']);
    assert.deepEqual(scene.done, [
      { index: 1, parts, name: 'file.zip', bytes: total },
      { index: 2, parts, name: 'file.zip', bytes: total },
    ]);
  });

  it('counts what is kept of files that come later, and nothing where no size was noted', async () => {
    const scene = new ArchiveScene([probe, probe, whole(), whole()]);
    scene.counts = [parts];
    scene.kept = [0, 0, 6];
    await scene.run({}, withParts(done(), {}, {}));
    assert.deepEqual(scene.progress[0], { doneBytes: 6, totalBytes: 20, part: 2, parts });
  });

  it('has no end where the length of one is not known', async () => {
    const scene = new ArchiveScene([
      probe,
      body({ text: '', status: 206, ...none('totalBytes') }),
      whole(),
      body({ text: 'abc', ...none('totalBytes') }),
    ]);
    scene.counts = [2];
    await scene.run();
    assert.deepEqual([...new Set(scene.progress.map(({ totalBytes }) => totalBytes))], [undefined]);
  });
});

describe('a file of an archive', () => {
  it('cannot be opened', async () => {
    const scene = new ArchiveScene([probe]);
    scene.opening = full;
    assert.deepEqual([codeOf(await scene.run()), scene.done], ['download.diskFull', []]);
  });

  for (const [finishing, kind, code] of [
    [{ kind: 'wrong-hash' }, 'wrong-hash', 'download.wrongHash'],
    [{ kind: 'wrong-size', expected: 10, actual: 9 }, 'wrong-size', 'download.wrongSize'],
    [full, 'no-space', 'download.diskFull'],
  ] as const) {
    it(`is not called downloaded when it ends as ${finishing.kind}, and none behind it is begun`, async () => {
      const scene = new ArchiveScene([probe, probe, whole()]);
      scene.counts = [2];
      scene.onOpen = (part) => {
        part.finishing = finishing;
      };
      const result = await scene.run();
      assert.deepEqual([result.kind, codeOf(result), result.files, scene.done], [kind, code, [], []]);
    });
  }

  it('keeps those before it', async () => {
    const scene = new ArchiveScene([probe, probe, whole(), { kind: 'gone', status: 404 }]);
    scene.counts = [2];
    const result = await scene.run();
    assert.deepEqual([codeOf(result), result.files.length, scene.done.length], ['download.gone', 1, 1]);
    assert.deepEqual(
      scene.parts.map(({ last }) => last),
      ['finish', 'close'],
    );
  });

  it('is no longer than it was said to be, and how long it is is told', async () => {
    const sizes = async (...answers: readonly DownloadAnswer[]) => {
      const scene = new ArchiveScene([probe, ...answers]);
      const result = await scene.run();
      assert.equal(scene.parts[0]?.last, 'discard');
      return result.kind === 'wrong-size' && [result.expected, result.actual];
    };
    const behind = body({ text: '456789x', status: 206, from: 4 });
    assert.deepEqual(await sizes(body({ text: '0123', end: cut }), behind), [10, 11]);
    assert.deepEqual(await sizes(body({ text: '012345' })), [10, 6]);
    assert.deepEqual(await sizes(body({ text: '0123456789', totalBytes: 9 })), [10, 9]);
    const nothing = { kind: 'range-not-satisfiable' } as const;
    assert.deepEqual(await sizes(body({ text: '0123', end: cut }), { ...nothing, totalBytes: 7 }), [10, 7]);
    assert.deepEqual(await sizes(body({ text: '0123', end: cut }), { ...nothing, totalBytes: 10 }), [10, 4]);
    assert.deepEqual(await sizes(body({ text: '0123', end: cut }), nothing), [10, 4]);
  });

  it('of unknown length ends where the service says, and nowhere else', async () => {
    const unknown = (text: string, end: BodyEnd = { kind: 'complete' }) => body({ text, end, ...none('totalBytes') });
    const scene = new ArchiveScene([
      unknown(''),
      unknown('0123', cut),
      { kind: 'range-not-satisfiable', totalBytes: 7 },
    ]);
    const result = await scene.run();
    assert.deepEqual(result.kind === 'wrong-size' && [result.expected, result.actual], [7, 4]);
  });

  it('may have its length named only now and then', async () => {
    const { totalBytes: _, ...unsaid } = whole() as Extract<DownloadAnswer, { kind: 'body' }>;
    const known = new ArchiveScene([probe, unsaid]);
    assert.equal((await known.run()).kind, 'downloaded');
    const later = new ArchiveScene([body({ text: '', status: 206, ...none('totalBytes') }), whole()]);
    assert.equal((await later.run()).kind, 'downloaded');
  });

  it('begins anew, with all that is known of it, where the same version comes from its beginning', async () => {
    const scene = new ArchiveScene([
      body({ text: '', status: 206, md5: 'M' }),
      body({ text: '0123', end: cut }),
      body({ text: 'abcdefghij', crc32c: 'C' }),
    ]);
    assert.equal((await scene.run()).kind, 'downloaded');
    assert.equal(scene.parts[0]?.text, 'abcdefghij');
    assert.deepEqual(scene.parts[0]?.facts, { totalBytes: 10, etag: '"v1"', md5: 'M', crc32c: 'C' });
  });

  it('knows nothing of an older version any more', async () => {
    const scene = new ArchiveScene([
      body({ text: '', status: 206, md5: 'M' }),
      body({ text: '0123', end: cut }),
      body({ text: 'abcdefghij', etag: '"v2"' }),
    ]);
    assert.equal((await scene.run()).kind, 'downloaded');
    assert.deepEqual(scene.parts[0]?.facts, { totalBytes: 10, etag: '"v2"' });
  });

  it('that cannot begin anew is hung up on and kept', async () => {
    const hungUp: string[] = [];
    const scene = new ArchiveScene([
      probe,
      body({ text: '0123', end: cut }),
      watched(body({ text: 'abcdefghij', etag: '"v2"' }), hungUp, 'anew'),
    ]);
    scene.onOpen = (part) => {
      part.restartFailure = { ...full, problem: 'read-only' };
    };
    assert.equal(codeOf(await scene.run()), 'download.readOnly');
    assert.deepEqual([hungUp, scene.parts[0]?.last], [['anew'], 'close']);
  });

  it('is kept when it is stopped, whoever notices first', async () => {
    const told = new ArchiveScene([probe, body({ text: '0123', end: { kind: 'aborted' } })]);
    assert.equal(codeOf(await told.run()), 'download.cancelled');
    assert.equal(told.parts[0]?.last, 'close');
    const hungUp: string[] = [];
    const noticed = new ArchiveScene([probe, watched(body({ text: '0123' }), hungUp, 'rest')]);
    noticed.onOpen = () => noticed.abort.abort();
    assert.equal(codeOf(await noticed.run()), 'download.cancelled');
    assert.deepEqual([noticed.parts[0]?.text, noticed.parts[0]?.last, hungUp], ['0123', 'close', ['rest']]);
  });

  it('that breaks off again and again ends with the last cause', async () => {
    const none = () => body({ text: '', end: cut });
    const scene = new ArchiveScene([probe, none(), none(), none(), none(), none(), none()]);
    const result = await scene.run();
    assert.equal(codeOf(result), 'download.broke');
    assert.equal(result.kind === 'failed' && result.reason.cause?.code, 'http.cut-body');
    assert.equal(scene.parts[0]?.last, 'close');
  });

  it('that the disk does not take is hung up on', async () => {
    const hungUp: string[] = [];
    const scene = new ArchiveScene([probe, watched(whole(), hungUp, 'rest')]);
    scene.failure = full;
    assert.equal(codeOf(await scene.run()), 'download.diskFull');
    assert.deepEqual(hungUp, ['rest']);
  });
});
