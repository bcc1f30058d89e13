import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { reason } from '../../../src/core/model';
import { freshFolder } from '../storage/support';
import { JobDesk } from './jobDesk';

describe('Download Archive', () => {
  const folder = freshFolder();
  let desk: JobDesk;
  let row: object;
  let press: string | undefined;
  before(async function () {
    this.timeout(30_000);
    await import('../../../src/vscode/jobs/jobActions');
  });
  beforeEach(async () => {
    desk = new JobDesk();
    press = undefined;
    desk.person = ({ kind, choices }) => (kind === 'folder' ? folder() : choices.find((one) => one === press));
    row = await desk.follows('job-1', { state: 'complete', completeSince: desk.stage.clock.now(), parts: [{}, {}] });
    desk.hasArchive('first file', 'second');
  });

  const run = (): Promise<void> => desk.commands['reconsent.downloadArchive'](row);
  const names = async (): Promise<readonly string[]> => (await readdir(folder())).sort();
  const parts = () => desk.tracked[0]?.parts;

  it('saves every file under its name, and notes each', async () => {
    await run();
    assert.deepEqual(await names(), ['maps-job1-1of2.zip', 'maps-job1-2of2.zip']);
    assert.equal(await readFile(join(folder(), 'maps-job1-2of2.zip'), 'utf8'), 'second');
    const downloadedAt = desk.stage.clock.now();
    assert.deepEqual(parts(), [
      { downloadedAt, bytes: 10 },
      { downloadedAt, bytes: 6 },
    ]);
    assert.deepEqual((await desk.onDisk())[0]?.parts, parts());
    assert.equal(desk.store.get(desk.key).downloads.size, 0);
  });

  it('offers the reset after the last archive, and to show it', async () => {
    press = 'Reset Now…';
    await run();
    assert.deepEqual(desk.last().choices, ['Reset Now…', 'Show in Folder']);
    assert.match(desk.last().text, /Google advises to reset the consent at this point/);
    assert.deepEqual(
      desk.editor.executed.map(({ id }) => id),
      ['reconsent.resetConsent'],
    );
  });

  it('shows the first file in its folder', async () => {
    press = 'Show in Folder';
    await run();
    assert.deepEqual(
      desk.editor.executed.map(({ id, argument }) => [id, String(argument)]),
      [['revealFileInOS', `${folder()}/maps-job1-1of2.zip`]],
    );
  });

  for (const [name, changes] of Object.entries({
    'a job runs': { state: 'in-progress' },
    'another archive waits': { state: 'complete', parts: [] },
  } as const)) {
    it(`advises no reset while ${name}`, async () => {
      await desk.follows('job-2', changes);
      await run();
      assert.deepEqual(desk.kinds(), ['folder']);
    });
  }

  it('shows progress in the row and in the notification', async () => {
    const seen: unknown[] = [];
    desk.instead = () => {
      desk.stage.clock.pass(1_000);
      seen.push(desk.store.get(desk.key).downloads.get('job-1'));
      return undefined;
    };
    await run();
    assert.deepEqual(seen.at(0), { doneBytes: 0, totalBytes: undefined });
    assert.deepEqual(seen.at(-1), { doneBytes: 10, totalBytes: 16 });
    assert.deepEqual(desk.reports.at(-1), { message: 'file 2 of 2, 16 bytes of 16 bytes', increment: 37.5 });
    const shown = desk.reports.reduce((sum, { increment = 0 }) => sum + increment, 0);
    assert.equal(shown, 100);
  });

  it('starts once at a double click', async () => {
    await Promise.all([run(), run()]);
    assert.deepEqual(
      desk.kinds().filter((kind) => kind === 'folder'),
      ['folder'],
    );
  });

  it('does nothing without a folder, and can be tried again', async () => {
    desk.person = () => undefined;
    await run();
    assert.deepEqual([desk.kinds(), desk.calls], [['folder'], []]);
    desk.person = ({ kind }) => (kind === 'folder' ? folder() : undefined);
    await run();
    assert.equal((await names()).length, 2);
  });

  it('tells that another computer is out of reach', async () => {
    desk.person = ({ kind }) => (kind === 'folder' ? 'vscode-remote:/elsewhere' : undefined);
    await run();
    assert.match(desk.last().text, /^Archives can be saved only to the disks of the computer/);
    assert.deepEqual([desk.last().kind, desk.calls], ['error', []]);
  });

  for (const [name, stop] of Object.entries({
    'the notification': (one: JobDesk): unknown => one.stopProgress(),
    'its command': (one: JobDesk): unknown => one.commands['reconsent.stopDownload'](row),
    'the end of the window': (one: JobDesk): unknown => one.downloads.dispose(),
  })) {
    it(`is stopped by ${name}, in silence, and keeps what is whole`, async () => {
      desk.instead = async ({ to }) => {
        const isSecond = to !== 0 && parts()?.[0]?.downloadedAt !== undefined;
        if (!isSecond) return undefined;
        await stop(desk);
        return { kind: 'aborted' };
      };
      await run();
      assert.deepEqual(desk.kinds(), ['folder']);
      assert.deepEqual(
        parts()?.map(({ bytes }) => bytes),
        [10, undefined],
      );
      assert.equal((await names()).filter((file) => file.endsWith('.zip')).length, 1);
      assert.equal(desk.store.get(desk.key).downloads.size, 0);
    });
  }

  it('goes on with what is missing', async () => {
    await desk.jobs.change(
      desk.target,
      'job-1',
      (job) => job && { ...job, parts: [{ downloadedAt: 1, bytes: 10 }, {}] },
    );
    await run();
    assert.deepEqual(await names(), ['maps-job1-2of2.zip']);
    assert.deepEqual(
      parts()?.map(({ bytes }) => bytes),
      [10, 6],
    );
  });

  it('tells a file of the wrong size, and tries again when told to', async () => {
    let wrong = true;
    desk.instead = ({ to }) => {
      if (to === 0 || !wrong) return undefined;
      wrong = false;
      const chunks = { next: async () => ({ done: true, value: { kind: 'complete' } }) as const };
      const body = { kind: 'body', status: 200, from: 0, totalBytes: 3, etag: '"v1"' } as const;
      return {
        ...body,
        chunks: { ...chunks, return: async () => ({ done: true, value: { kind: 'aborted' } }) as const },
      };
    };
    press = 'Retry';
    await run();
    const told = desk.shown.find(({ kind }) => kind === 'error');
    assert.match(told?.text ?? '', /The file should have 10 bytes, and 3 came\./);
    assert.deepEqual(told?.choices, ['Retry', 'Show Log']);
    assert.deepEqual(await names(), ['maps-job1-1of2.zip', 'maps-job1-2of2.zip']);
  });

  it('tells an archive that is gone, and asks what has become of the job', async () => {
    desk.instead = () => ({ kind: 'gone', status: 404 });
    await run();
    assert.match(desk.last().text, /The archive is over/);
    assert.deepEqual(desk.calls, ['read job-1', 'read job-1']);
  });

  it('begins anew with an archive that has other files now, when told to', async () => {
    await desk.jobs.change(
      desk.target,
      'job-1',
      (job) => job && { ...job, parts: [{ downloadedAt: 1, bytes: 1 }, {}, {}] },
    );
    press = 'Retry';
    await run();
    assert.match(desk.shown[1]?.text ?? '', /The archive had 3 files before and has 2 now\./);
    assert.deepEqual(
      parts()?.map(({ bytes }) => bytes),
      [10, 6],
    );
  });

  it('offers to sign in where the service no longer says where it is', async () => {
    desk.reading = { kind: 'dead-credential', reason: reason('test.dead') };
    await run();
    assert.deepEqual(desk.last().choices, ['Sign In…', 'Show Log']);
  });

  it('asks for no archive that has expired or is downloaded', async () => {
    desk.stage.clock.pass(14 * 86_400_000);
    await run();
    await desk.commands['reconsent.downloadArchive'](undefined);
    assert.deepEqual(
      desk.shown.map(({ text }) => text),
      Array.from({ length: 2 }, () => 'No archive of this identity waits to be downloaded.'),
      'also from a row that was painted before',
    );
  });
});
