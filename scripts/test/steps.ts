import { join } from 'node:path';
import { repoRoot } from '../host/paths';
import type { Step } from './step';

const node = process.execPath;
const bin = (...path: string[]): string => join(repoRoot, 'node_modules', ...path);
const tsx = [node, '--import', 'tsx'];
const minuteMs = 60_000;

function mocha(timeoutMs: number, ...specs: readonly string[]): string[] {
  return [bin('mocha', 'bin', 'mocha.js'), '--forbid-pending', `--timeout=${timeoutMs}`, ...specs];
}

function check(name: string, command: readonly string[], after: readonly string[] = []): Step {
  return { name, command, after, tests: false, limitMs: 5 * minuteMs };
}

function suite(name: string, command: readonly string[], after: readonly string[] = [], minutes = 5): Step {
  return { name, command, after, tests: true, limitMs: minutes * minuteMs };
}

/** Half of them: whoever is done first with what comes before takes one. */
function longerWays(nth: 1 | 2, after: readonly string[]): Step {
  const run = [...tsx, 'scripts/test/browserRun.ts', 'test/ui/flows', '--part', `${nth}/2`];
  return suite(`ui, longer ways, ${nth} of 2`, run, after, 12);
}

/**
 * All that `npm test` does. The order is the order of the summary; what need not wait for something runs beside it.
 * The steps that start a VS Code are the longest way through, and begin as soon as they can, beside the tests of plain code.
 * When either is done a half of the longer ways takes its place: two editors at a time are slower, but faster than one and an idle core.
 */
export const steps: readonly Step[] = [
  check('typecheck', [node, bin('typescript', 'bin', 'tsc'), '--noEmit']),
  check('lint', [node, bin('@biomejs', 'biome', 'bin', 'biome'), 'check', '--error-on-warnings', '.']),
  check('build', [node, 'esbuild.mjs']),
  // It compares times: beside what loads and unpacks, not beside an editor.
  check('sizes and speed', [...tsx, 'scripts/bench.ts', '--check'], ['typecheck', 'lint', 'build']),
  check('provide VS Code', [...tsx, 'scripts/provide.ts']),
  suite(
    'unit and manifest',
    [node, bin('c8', 'bin', 'c8.js'), node, ...mocha(10_000, 'test/unit/**/*.test.ts', 'test/manifest/**/*.test.ts')],
    ['build'],
  ),
  suite(
    'host, oldest VS Code',
    [...tsx, 'test/host/run.ts', '--vscode', 'min', '--no-build'],
    ['sizes and speed', 'provide VS Code'],
  ),
  suite(
    'host, newest VS Code',
    [...tsx, 'test/host/run.ts', '--vscode', 'newest', '--no-build'],
    ['host, oldest VS Code'],
  ),
  suite('ui', [...tsx, 'scripts/test/browserRun.ts', 'test/ui'], ['host, newest VS Code'], 12),
  suite('contract', [node, ...mocha(30_000, 'test/contract/**/*.test.ts')]),
  suite('faults', [node, ...mocha(30_000, 'test/faults/**/*.test.ts')]),
  suite('conformance', [node, ...mocha(120_000, 'test/conformance/*.test.ts')]),
  longerWays(1, ['host, newest VS Code', 'unit and manifest', 'contract', 'faults', 'conformance']),
  longerWays(2, ['ui']),
  check('packaged extension', [...tsx, 'scripts/demo.ts', '--vscode', 'min', '--vsix'], ['ui', 'unit and manifest']),
];
