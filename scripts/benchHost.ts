import { writeFileSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { type Extent, type HostReport, measureIn } from '../test/bench/host/measure';
import { linesOf } from '../test/bench/host/profile';
import { isMet, tableOf } from '../test/bench/row';
import { buildExtension } from './host/build';
import { runProgram, ToolingError } from './host/failure';
import type { HostVersion } from './host/provide';

const usage = `usage: npm run bench:host -- [--vscode min|newest|both] [--json <file>] [--quick] [--only activation] [--no-build]
Measures Reconsent in the extension hosts of real editors, oldest and newest, beside a UI-only extension and what else can
send a reset, against a service on this machine that is a round trip of 50 ms away.

--json <file>      also writes the rows as JSON
--quick            fewer windows and rounds
--only activation  leaves out resets and the tree
--no-build         takes dist/ as it is`;

/** What is not explained has to be looked at. */
const shareLimit = 5;

/** Times drift with the machine; ratios inside one run hold. */
async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      vscode: { type: 'string', default: 'both' },
      json: { type: 'string' },
      quick: { type: 'boolean', default: false },
      only: { type: 'string' },
      'no-build': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(usage);
    return 0;
  }
  const versions = chosenVersions(values.vscode);
  if (values.only !== undefined && values.only !== 'activation') {
    throw new ToolingError(`--only ${values.only}: there is activation alone`);
  }
  const extent: Extent = { quick: values.quick, activationOnly: values.only !== undefined };
  if (!values['no-build']) buildExtension();
  const reports: HostReport[] = [];
  for (const version of versions) {
    const report = await measureIn(version, extent, (what) => console.error(`${version}: ${what} …`));
    reports.push(report);
    print(report);
  }
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(reports.map(withVerdicts), null, 2)}\n`);
  return 0;
}

function print({ vscode, node, rows, shares }: HostReport): void {
  const [load = 0] = loadavg();
  const machine = `${process.platform}, ${availableParallelism()} processors with a load of ${load.toFixed(1)}`;
  console.log(`\nVS Code ${vscode}, Node.js ${node}, ${machine}\n`);
  console.log(tableOf(rows));
  console.log('\nwhat activation spends its time on');
  for (const line of linesOf(shares, shareLimit)) console.log(line);
}

function withVerdicts(report: HostReport): object {
  return { ...report, rows: report.rows.map((row) => ({ ...row, met: isMet(row) })) };
}

function chosenVersions(name: string): readonly HostVersion[] {
  if (name === 'both') return ['min', 'newest'];
  if (name === 'min' || name === 'newest') return [name];
  throw new ToolingError(`--vscode ${name}: choose min, newest or both`);
}

runProgram(main);
