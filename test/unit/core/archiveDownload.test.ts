/** What no well-behaved service does, played by a scripted one. */
import assert from 'node:assert/strict';
import type { DownloadResult } from '../../../src/core/archiveDownload';
import type { JobReading } from '../../../src/core/archiveJobs';
import type { BodyEnd, DownloadAnswer } from '../../../src/core/downloadPorts';
import { bytesText } from '../../../src/core/downloadReasons';
import { downloadTexts } from '../../../src/core/downloadTexts';
import { reason } from '../../../src/core/model';
import { reasonTexts } from '../../../src/core/reasonTexts';
import { ArchiveScene, body, total } from '../../fakes/archiveScene';

const probe = body({ text: '', status: 206 });
const cut: BodyEnd = { kind: 'cut', cause: 'cut-body', detail: 'd' };
const whole = () => body({ text: '0123456789' });

describe('archiveDownload', () => {
  async function expect(script: (DownloadAnswer | Error)[], kind: DownloadResult['kind'], how: string) {
    const scene = new ArchiveScene([probe, ...script]);
    const result = await scene.run();
    assert.equal(result.kind, kind, JSON.stringify(result));
    assert.equal(scene.parts[0]?.last, how);
    return { scene, result };
  }

  it('takes no piece of another version for the rest of this one', async () => {
    const { scene } = await expect(
      [
        body({ text: '0123', end: cut }),
        body({ text: 'wxyz', status: 206, from: 4, etag: '"v2"' }),
        body({ text: 'abcdefghij', etag: '"v2"' }),
      ],
      'downloaded',
      'finish',
    );
    assert.equal(scene.parts[0]?.text, 'abcdefghij');
    assert.equal(scene.parts[0]?.facts.etag, '"v2"');
    assert.deepEqual(scene.asked.slice(1), [{ from: 0 }, { from: 4, etag: '"v1"' }, { from: 0 }]);
  });

  it('begins anew where the whole comes instead of the rest', async () => {
    const script = [body({ text: '0123', end: cut }), body({ text: 'abcdefghijkl', etag: '"v2"', totalBytes: 12 })];
    const { scene } = await expect(script, 'downloaded', 'finish');
    assert.equal(scene.parts[0]?.text, 'abcdefghijkl');
    assert.equal(scene.parts[0]?.facts.totalBytes, 12);
  });

  it('begins anew after a cut where no version was named', async () => {
    const none = { etag: undefined } as never;
    const scene = new ArchiveScene([
      body({ text: '', status: 206, ...(none as object) }),
      body({ text: '0123', end: cut, ...(none as object) }),
      body({ text: 'abcdefghij', ...(none as object) }),
    ]);
    assert.equal((await scene.run()).kind, 'downloaded');
    assert.equal(scene.parts[0]?.text, 'abcdefghij');
    assert.deepEqual(scene.asked[2], { from: 0 });
  });

  it('goes on where only some of the rest came', async () => {
    const script = [
      body({ text: '0123', end: cut }),
      body({ text: '45', status: 206, from: 4 }),
      body({ text: '6789', status: 206, from: 6 }),
    ];
    const { scene } = await expect(script, 'downloaded', 'finish');
    assert.equal(scene.parts[0]?.text, '0123456789');
    assert.deepEqual(scene.clock.sleeps, [1_000, 2_000]);
  });

  it('removes what is too short, too long, or of two lengths', async () => {
    await expect([body({ text: '012345' })], 'wrong-size', 'discard');
    await expect([body({ text: '0123456789x' })], 'wrong-size', 'discard');
    await expect([body({ text: '0123456789', totalBytes: 9 })], 'wrong-size', 'discard');
    const beyond = { kind: 'range-not-satisfiable', totalBytes: 4 } as const;
    const { result } = await expect([body({ text: '0123', end: cut }), beyond], 'wrong-size', 'discard');
    assert.deepEqual(result.kind === 'wrong-size' && [result.expected, result.actual], [total, 4]);
  });

  it('does not wait for the end of what is too long already', async () => {
    let pieces = 0;
    const chunks = {
      next: async () => {
        pieces += 1;
        assert.ok(pieces <= 4, 'went on reading');
        return { done: false, value: Buffer.from('abc') } as const;
      },
      return: async () => ({ done: true, value: { kind: 'aborted' } }) as const,
    };
    const { scene } = await expect([body({ text: '', chunks })], 'wrong-size', 'discard');
    assert.equal(scene.parts[0]?.text, 'abcabcabc');
  });

  it('takes a body of unknown length as it ends, and the end of the file for its end', async () => {
    const unknown = (text: string, end: BodyEnd) => body({ text, end, totalBytes: undefined } as never);
    for (const script of [
      [unknown('', { kind: 'complete' }), unknown('0123', { kind: 'complete' })],
      [
        unknown('', { kind: 'complete' }),
        unknown('0123', cut),
        { kind: 'range-not-satisfiable', totalBytes: 4 } as const,
      ],
    ]) {
      const scene = new ArchiveScene(script);
      assert.equal((await scene.run()).kind, 'downloaded');
      assert.equal(scene.parts[0]?.text, '0123');
    }
  });

  it('downloads empty files without asking for their bytes', async () => {
    const scene = new ArchiveScene([{ kind: 'range-not-satisfiable', totalBytes: 0 }]);
    assert.equal((await scene.run()).kind, 'downloaded');
    const odd = new ArchiveScene([{ kind: 'range-not-satisfiable' }]);
    assert.equal((await odd.run()).kind, 'failed');
  });

  it('waits for a network that goes away in the middle, but not for what stays', async () => {
    const away = { kind: 'not-sent', cause: 'dns', detail: 'd' } as const;
    await expect([away, away, whole()], 'downloaded', 'finish');
    for (const cause of ['tls-untrusted', 'proxy-refused', 'invalid-request'] as const) {
      await expect([{ kind: 'not-sent', cause, detail: 'd' }], 'failed', 'close');
    }
    await expect([{ kind: 'redirect', status: 302, location: 'https://portal.example.com' }], 'failed', 'close');
    await expect([{ kind: 'refused', status: 400, code: 'InvalidArgument' }], 'failed', 'close');
    await expect([{ kind: 'refused', status: 429 }, { kind: 'refused', status: 500 }, whole()], 'downloaded', 'finish');
    await expect([{ kind: 'aborted' }], 'cancelled', 'close');
    const never = new ArchiveScene([away]);
    const result = await never.run();
    assert.equal(result.kind === 'failed' && result.reason.code, 'download.notConnected');
    assert.deepEqual(never.clock.sleeps, []);
  });

  it('tells each way in which the service does not say where the archive is', async () => {
    const why = reason('http.dns', { host: 'h', detail: 'ENOTFOUND' });
    const readings: [JobReading, DownloadResult['kind'], string][] = [
      [{ kind: 'no-such-job', reason: why }, 'not-there', 'download.noSuchJob'],
      [{ kind: 'dead-credential', reason: why }, 'dead-credential', 'download.deadCredential'],
      [{ kind: 'failed', reason: why }, 'failed', 'download.stateUnread'],
      [{ kind: 'aborted' }, 'cancelled', 'download.cancelled'],
      [{ kind: 'state', state: 'failed', addresses: [] }, 'not-there', 'download.jobFailed'],
      [{ kind: 'state', state: 'cancelled', addresses: [] }, 'not-there', 'download.jobCancelled'],
      [{ kind: 'state', state: 'in-progress', addresses: [] }, 'not-there', 'download.notComplete'],
      [{ kind: 'state', state: 'complete', addresses: [] }, 'not-there', 'download.gone'],
    ];
    for (const [reading, kind, code] of readings) {
      const scene = new ArchiveScene([]);
      scene.readings = [reading];
      const result = await scene.run();
      assert.equal(result.kind, kind);
      assert.equal('reason' in result && result.reason.code, code);
    }
  });

  it('stops when new addresses are for another number of files', async () => {
    const scene = new ArchiveScene([probe, { kind: 'expired', status: 400 }]);
    scene.counts = [1, 3];
    const result = await scene.run();
    assert.deepEqual(result.kind === 'parts-changed' && [result.before, result.now], [1, 3]);
    assert.equal(scene.parts[0]?.last, 'close');
  });

  it('tells each thing that can go wrong with the file', async () => {
    for (const problem of ['full', 'quota', 'file-limit', 'read-only', 'denied', 'missing', 'other'] as const) {
      const scene = new ArchiveScene([probe, whole()]);
      scene.failure = { kind: 'failed', problem, code: 'EX', missingBytes: 7 };
      const result = await scene.run();
      assert.equal(result.kind, problem === 'full' || problem === 'quota' ? 'no-space' : 'failed');
      assert.equal(scene.parts[0]?.last, 'close');
    }
  });

  it('closes the file when there is a defect', async () => {
    const scene = new ArchiveScene([probe, new Error('a defect')]);
    await assert.rejects(scene.run(), /a defect/);
    assert.equal(scene.parts[0]?.last, 'close');
  });

  it('has texts with named placeholders that end like sentences', () => {
    for (const [code, text] of Object.entries(downloadTexts)) {
      for (const sentence of Object.values(text)) {
        assert.doesNotMatch(sentence.replaceAll(/\{[a-zA-Z]\w*\}/g, ''), /[{}]/, code);
        assert.match(sentence, /([.!?]|\{\w+\})$/, code);
      }
      assert.ok(!(code in reasonTexts), code);
    }
  });

  it('says sizes so that they can be read', () => {
    assert.deepEqual([0, 999, 1_000, 1_501, 999_999, 2_500_000_000].map(bytesText), [
      '0 bytes',
      '999 bytes',
      '1.0 kB',
      '1.6 kB',
      '1.0 MB',
      '2.5 GB',
    ]);
  });
});
