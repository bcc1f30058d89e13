import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FaultTitle, Level } from '../../test/faults/titles';
import { runToEnd } from '../host/processTree';

/** How one test ended, with the titles of the suites around it. */
export interface EndedTest {
  readonly fullTitle: string;
  readonly state: 'passed' | 'failed' | 'pending';
  readonly error?: string;
}

/** One child process that runs tests of one level. */
export interface FaultRun {
  readonly name: string;
  readonly level: Level;
  readonly command: readonly string[];
}

export interface FaultRunEnd {
  readonly run: FaultRun;
  readonly tests: readonly EndedTest[];
  /** Set when it has not run all of its tests to their end; `output` says more. */
  readonly problem?: string;
  readonly output: string;
}

/** Stands in a command for the file that the results go to. */
const results = 'RESULTS';

/**
 * The runs that the tests of these titles need. They leave out whatever shows none of these faults, except in a window: its
 * tests go one after the other, each from where the one before has left it.
 */
export function faultRuns(titles: readonly FaultTitle[], withEditor: boolean): readonly FaultRun[] {
  const numbers = [...new Set(titles.map(({ number }) => number))];
  const grep = String.raw`(^|\s)fault (${numbers.join('|')}): `;
  const files = (level: Level): readonly string[] => [
    ...new Set(titles.filter((title) => title.level === level).map(({ file }) => file)),
  ];
  const all = [
    mocha('unit', 30_000, grep, files('unit')),
    mocha('contract', 30_000, grep, files('contract')),
    ...(files('host').length > 0 ? [host('oldest', grep), host('newest', grep)] : []),
    mocha('UI', 120_000, undefined, files('UI')),
  ];
  return all.filter(
    (run) => files(run.level).length > 0 && (withEditor || (run.level !== 'host' && run.level !== 'UI')),
  );
}

/** Mocha with its results in a file, for {@link runFaults}. */
export function mocha(level: Level, timeoutMs: number, grep: string | undefined, files: readonly string[]): FaultRun {
  const report = ['--reporter=json', `--reporter-option=output=${results}`];
  const program = join('node_modules', 'mocha', 'bin', 'mocha.js');
  const only = grep === undefined ? [] : [`--grep=${grep}`];
  return { name: level, level, command: [program, ...report, `--timeout=${timeoutMs}`, ...only, ...files] };
}

function host(version: 'oldest' | 'newest', grep: string): FaultRun {
  const chosen = ['--vscode', version === 'oldest' ? 'min' : 'newest', '--no-build'];
  const command = ['--import', 'tsx', 'test/host/run.ts', ...chosen, '--grep', grep, '--results', results];
  return { name: `host, ${version} VS Code`, level: 'host', command };
}

/** @param limitMs the whole run must end within this time */
export async function runFaults(run: FaultRun, cwd: string, limitMs: number): Promise<FaultRunEnd> {
  const folder = mkdtempSync(join(tmpdir(), 'reconsent-faults-'));
  const file = join(folder, 'results.json');
  const command = run.command.map((part) => part.replace(results, file));
  try {
    const { code, output } = await runToEnd(process.execPath, command, limitMs, { cwd });
    if (code === 'late') return { run, tests: [], output, problem: `did not end within ${limitMs / 1000} s` };
    if (!existsSync(file)) return { run, tests: [], output, problem: `no results were written (exit code ${code})` };
    const tests = run.level === 'host' ? readHost(file) : readMocha(file);
    // A failure of a test is told by the test; what ended the run in another way is not.
    const failed = tests.some(({ state }) => state !== 'passed');
    return { run, tests, output, ...(code === 0 || failed ? {} : { problem: `exit code ${code}` }) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function readHost(file: string): readonly EndedTest[] {
  return JSON.parse(readFileSync(file, 'utf8')) as EndedTest[];
}

interface MochaTest {
  readonly fullTitle: string;
  readonly err?: { readonly stack?: string; readonly message?: string };
}

/** The lists by ending, as a hook that fails stands in the list of failures and not in that of the tests. */
function readMocha(file: string): readonly EndedTest[] {
  const { passes, failures, pending } = JSON.parse(readFileSync(file, 'utf8')) as Readonly<
    Record<'passes' | 'failures' | 'pending', readonly MochaTest[]>
  >;
  return [
    ...passes.map(({ fullTitle }) => ({ fullTitle, state: 'passed' as const })),
    ...pending.map(({ fullTitle }) => ({ fullTitle, state: 'pending' as const })),
    ...failures.map(({ fullTitle, err }) => ({
      fullTitle,
      state: 'failed' as const,
      error: err?.stack ?? err?.message ?? '',
    })),
  ];
}
