import { fork } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { runProgram, ToolingError } from '../host/failure';
import { repoRoot } from '../host/paths';
import { type FileTotals, runMocha } from './mochaRun';

/**
 * `browserRun.ts test/ui` runs the test files of that folder in a browser, with `--part 2/3` every third of them from the
 * second on. A file with a failure is run once more, whole
 * and alone, with a workbench of its own, and the closing lines name it. An editor on two shared cores now and then drops
 * a key or a focus; what is wrong in the extension fails twice.
 */
const limitMs = 120_000;
/** That many files do not fail by accident: running them again would only take long. */
const mostAgain = 3;

async function main(): Promise<number> {
  const [folder = '', ...rest] = process.argv.slice(2);
  if (process.send) {
    const totals = await runMocha([folder, ...rest], limitMs);
    await new Promise((told) => process.send?.(totals, told));
    return 0;
  }
  const root = join(repoRoot, folder);
  const [nth, parts] = partOf(rest);
  const files = readdirSync(root)
    .filter((name) => name.endsWith('.test.ts'))
    .sort()
    .filter((_, at) => at % parts === nth - 1)
    .map((name) => join(root, name));
  if (files.length === 0) throw new ToolingError(`No test files in ${folder} for ${rest.join(' ') || 'all'}.`);
  const first = await runChild(files);
  const failing = first.filter(({ failed }) => failed > 0);
  const again = failing.length <= mostAgain ? failing.map(({ file }) => file) : [];
  if (again.length > 0) console.log(`\n${'═'.repeat(30)} second try ${'═'.repeat(30)}`);
  const second = again.length > 0 ? await runChild(again) : [];
  const totals = [...first.filter(({ file }) => !again.includes(file)), ...second];
  for (const { file, failed } of second) {
    if (failed === 0) console.log(`passed at the second try only: ${relative(repoRoot, file)}`);
  }
  const [passed, failed] = [sum(totals, 'passed'), sum(totals, 'failed')];
  console.log(`\n${passed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

function partOf([option, value = '']: readonly string[]): readonly [nth: number, parts: number] {
  if (option === undefined) return [1, 1];
  const [nth = 0, parts = 0] = value.split('/').map(Number);
  const isPart = option === '--part' && Number.isInteger(parts) && Number.isInteger(nth) && nth >= 1 && nth <= parts;
  if (!isPart) throw new ToolingError(`usage: browserRun.ts <folder> [--part <nth>/<parts>], not ${option} ${value}`);
  return [nth, parts];
}

function sum(totals: readonly FileTotals[], key: 'passed' | 'failed'): number {
  return totals.reduce((all, one) => all + one[key], 0);
}

/** Runs the files in a process of their own; one that dies before it has told its totals is a failure of all. */
function runChild(files: readonly string[]): Promise<readonly FileTotals[]> {
  return new Promise((resolve, reject) => {
    const child = fork(__filename, [...files], { execArgv: ['--import', 'tsx'] });
    let totals: readonly FileTotals[] | undefined;
    child.once('message', (message) => {
      totals = message as readonly FileTotals[];
    });
    child.once('exit', (code) =>
      totals ? resolve(totals) : reject(new ToolingError(`The tests ended with exit code ${code}, without totals.`)),
    );
  });
}

runProgram(main);
