import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { families, faults } from '../test/faults/catalogue';
import { faultTable, tableFile, titleProblems } from '../test/faults/table';
import { faultTitles } from '../test/faults/titles';
import { type FaultRunEnd, faultRuns, runFaults } from './faults/runs';
import { isLeftOut, isSurvived, numbersIn, verdicts, verdictTable } from './faults/verdict';
import { buildExtension } from './host/build';
import { runProgram, ToolingError } from './host/failure';
import { repoRoot } from './host/paths';

const usage = `Runs every test that shows how a fault is survived, wherever it stands, and says which are.

  --plain           only those that need no editor and no browser
  --family <name>   only one of: ${families.join(', ')}
  --table           run nothing; write ${tableFile} anew`;

const limitMs = 15 * 60_000;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      plain: { type: 'boolean', default: false },
      family: { type: 'string' },
      table: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(usage);
    return 0;
  }
  const titles = faultTitles();
  if (values.table) {
    writeFileSync(join(repoRoot, tableFile), faultTable(titles));
    return 0;
  }
  const { family } = values;
  const asked = faults.filter((fault) => family === undefined || fault.family === family);
  if (asked.length === 0) throw new ToolingError(`--family ${family}: choose ${families.join(', ')}`);
  const numbers = new Set(asked.map(({ number }) => number));
  const wanted = titles.filter(({ number }) => numbers.has(number));

  const runs = faultRuns(wanted, !values.plain);
  if (runs.some(({ level }) => level === 'host' || level === 'UI')) buildExtension();
  const ends: FaultRunEnd[] = [];
  for (const run of runs) {
    console.log(`▶ ${run.name}`);
    const end = await runFaults(run, repoRoot, limitMs);
    ends.push(end);
    report(end);
  }

  const all = verdicts(asked, wanted, ends);
  const problems = titleProblems(titles);
  console.log(verdictTable(all));
  if (problems.length > 0) console.log(`\n${problems.join('\n')}`);
  const leftOut = all.filter(isLeftOut).length;
  const survived = all.filter(isSurvived).length;
  if (leftOut > 0) console.log(`\n${leftOut} shown with an editor only, which was left out`);
  console.log(`\n${survived} of ${all.length - leftOut}`);
  const clean = ends.every(({ problem }) => problem === undefined);
  return clean && problems.length === 0 && survived === all.length - leftOut ? 0 : 1;
}

function report({ run, tests, problem, output }: FaultRunEnd): void {
  for (const { fullTitle, state, error } of tests) {
    if (state === 'failed') console.log(`\n✘ ${fullTitle}\n${(error ?? '').replaceAll(/^/gm, '    ')}`);
    if (state === 'pending') console.log(`\n✘ ${fullTitle}: skipped`);
  }
  const ofFaults = tests.filter(({ fullTitle }) => numbersIn(fullTitle).length > 0);
  const passed = ofFaults.filter(({ state }) => state === 'passed');
  const shown = new Set(passed.flatMap(({ fullTitle }) => numbersIn(fullTitle)));
  console.log(`  ${passed.length} of ${ofFaults.length} tests passed, of ${shown.size} faults`);
  // The host's runner says itself why a test failed.
  const said = problem !== undefined || (run.level === 'host' && passed.length < ofFaults.length);
  if (said) console.log(`✘ ${run.name}: ${problem ?? 'see above'}\n${output.slice(-8_000).replaceAll(/^/gm, '    ')}`);
}

runProgram(main);
