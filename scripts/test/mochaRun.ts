import Mocha from 'mocha';

/** What became of the tests of one file. */
export interface FileTotals {
  readonly file: string;
  readonly passed: number;
  readonly failed: number;
}

/** Runs test files in this process, as `npx mocha` would, with nothing exclusive, pending or left out. */
export async function runMocha(files: readonly string[], limitMs: number): Promise<readonly FileTotals[]> {
  const mocha = new Mocha({ timeout: limitMs, forbidOnly: true, forbidPending: true, color: false });
  for (const file of files) mocha.addFile(file);
  await mocha.loadFilesAsync();
  const totals = new Map(files.map((file) => [file, { file, passed: 0, failed: 0 }]));
  const of = (runnable: { readonly file?: string | undefined }): { passed: number; failed: number } => {
    const found = totals.get(runnable.file ?? '');
    if (!found) throw new Error(`A test of no file ended: ${runnable.file}`);
    return found;
  };
  await new Promise<void>((done) => {
    const runner = mocha.run(() => done());
    runner.on('pass', (test) => {
      of(test).passed++;
    });
    // A hook that fails comes here too.
    runner.on('fail', (test) => {
      of(test).failed++;
    });
  });
  return [...totals.values()];
}
