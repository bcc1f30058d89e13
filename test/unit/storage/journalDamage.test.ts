import assert from 'node:assert/strict';
import { appendFile, mkdir, readdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freshFolder, JournalBench, newEntry, outcome } from './support';

describe('fault 53: damaged files of the journal', () => {
  const folder = freshFolder(() => bench.dispose());
  let bench: JournalBench;
  beforeEach(() => {
    bench = new JournalBench(folder());
  });

  const journalFolder = () => join(folder(), 'journal');
  const ids = (entries: readonly { operationId: string }[]) => entries.map((entry) => entry.operationId);

  /** The file of a dead window with the operations `1` (open) and `2` (refused). */
  async function deadFile(): Promise<string> {
    const dead = bench.window('dead');
    await dead.open(newEntry('1'));
    await dead.open(newEntry('2'));
    await dead.close('2', outcome('refused'));
    await dead.dispose();
    bench.windows.kill('dead');
    const name = (await readdir(journalFolder())).find((one) => one.startsWith('window-dead'));
    return join(journalFolder(), String(name));
  }

  async function foldWith(journal = bench.window('b')): Promise<readonly string[]> {
    const unfinished = ids(await journal.unfinished());
    await journal.dispose();
    return unfinished;
  }

  it('skips a torn last line, says so, and keeps the file', async () => {
    const path = await deadFile();
    await appendFile(path, '{"v":1,"type":"closed","operationId":"1","outc');
    assert.deepEqual(await foldWith(), ['1']);
    assert.match(bench.log.lines.join(), /1 damaged lines were skipped; the file is kept/);
    const [kept] = await readdir(join(journalFolder(), 'quarantine'));
    assert.match(await readFile(join(journalFolder(), 'quarantine', String(kept)), 'utf8'), /"outc$/);
    assert.deepEqual(await foldWith(bench.window('c')), ['1']);
  });

  it('reads a last line that lacks only its line break', async () => {
    const path = await deadFile();
    const { length } = await readFile(path);
    await truncate(path, length - 1);
    assert.deepEqual(await foldWith(), ['1']);
    assert.deepEqual(bench.log.lines, []);
    assert.deepEqual(ids(await bench.window('c').recent(9)), ['1', '2']);
  });

  it('skips garbage of every kind between good lines', async () => {
    const path = await deadFile();
    const good = (await readFile(path, 'utf8')).trimEnd().split('\n');
    const garbage = [
      'hello',
      '[]',
      'null',
      '{}',
      '{"v":1}',
      '{"v":"1","type":"sent"}',
      '{"v":1,"type":"sent","operationId":"1","at":"yesterday"}',
      '{"v":1,"type":"closed","operationId":"1","outcome":{"kind":"great"}}',
      '\u0000\u0000\u0000',
      `"${'x'.repeat(3_000_000)}`,
    ];
    await writeFile(
      path,
      `${good.flatMap((line, index) => [line, ...garbage.slice(index * 3, index * 3 + 3)]).join('\r\n')}\n`,
    );
    assert.deepEqual(await foldWith(), ['1']);
    assert.match(bench.log.lines.join(), /10 damaged lines were skipped/);
    assert.deepEqual(ids(await bench.window('c').recent(9)), ['1', '2']);
  });

  it('leaves a file with lines of a later version where it is', async () => {
    const path = await deadFile();
    await appendFile(path, '{"v":2,"type":"paused","operationId":"1"}\n');
    const before = await readFile(path, 'utf8');
    assert.deepEqual(await foldWith(), ['1']);
    assert.equal(await readFile(path, 'utf8'), before);
    assert.match(bench.log.lines.join(), /1 lines of a newer version were skipped/);
  });

  it('survives a file without its first line, an empty one and a folder of such a name', async () => {
    const path = await deadFile();
    const text = await readFile(path, 'utf8');
    await writeFile(path, text.slice(text.indexOf('\n') + 1));
    await writeFile(join(journalFolder(), 'window-empty.jsonl'), '');
    await mkdir(join(journalFolder(), 'window-folder.jsonl'));
    await mkdir(join(journalFolder(), 'archive-2024-01.jsonl'));
    // Nobody is known to own it, so its age decides; the test's clock is far from the file's time.
    assert.deepEqual(await foldWith(), ['1']);
    assert.match(bench.log.lines.join(), /window-folder\.jsonl: the file could not be read \(EISDIR\)/);
    const { entries, unreadable } = await bench.window('c').read(9);
    assert.deepEqual(ids(entries), ['1', '2']);
    assert.equal(unreadable, 'EISDIR');
    assert.equal(await bench.window('c').lastVerifiedReset(newEntry('1').address), undefined);
  });

  it('leaves a file that has just been made and is still empty alone', async () => {
    await mkdir(journalFolder());
    await writeFile(join(journalFolder(), 'window-new.jsonl'), '');
    bench.clock.time = Date.now();
    assert.deepEqual(await foldWith(), []);
    assert.deepEqual(await readdir(journalFolder()), ['window-new.jsonl']);
  });

  it('does not take a line for torn that another window is writing right now', async () => {
    const other = bench.window('other');
    await other.open(newEntry('1'));
    const name = String((await readdir(journalFolder())).find((one) => one.startsWith('window-other')));
    const line = `{"v":1,"type":"closed","operationId":"1","outcome":${JSON.stringify(outcome('unknown'))}}\n`;
    await appendFile(join(journalFolder(), name), line.slice(0, 40));
    const journal = bench.window('b');
    assert.deepEqual(await journal.unfinished(), []);
    await appendFile(join(journalFolder(), name), line.slice(40));
    bench.windows.kill('other');
    const [entry] = await journal.unfinished();
    assert.equal(entry?.outcome?.kind, 'unknown');
    assert.deepEqual(bench.log.lines, []);
  });
});
