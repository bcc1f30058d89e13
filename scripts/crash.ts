import { parseArgs } from 'node:util';
import { KilledHost } from '../test/crash/killedHost';
import { type Fate, runStep, type Step, servicesAt, steps } from '../test/crash/rounds';
import { points } from '../test/faults/crash/points';
import { services } from '../test/faults/crash/services';
import { type EndedTest, mocha, runFaults } from './faults/runs';
import { buildExtension } from './host/build';
import { runProgram, ToolingError } from './host/failure';
import { repoRoot } from './host/paths';

const usage = `Kills what resets a consent at each step of the reset, and sees what the next window makes of it.

  --plain                only a process of its own, at every step; no editor
  --vscode min|newest    the VS Code whose extension host is killed, at the steps that can be held from outside (newest)`;

const processLimitMs = 5 * 60_000;
const titleOfProcess = 'fault 18: the window is killed';
const providers = services.map(({ id }) => id);

type Sign = '✔' | '✘' | '–';

/** A row for each step, a sign for each provider. */
interface Row {
  readonly name: string;
  readonly signs: readonly Sign[];
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      plain: { type: 'boolean', default: false },
      vscode: { type: 'string', default: 'newest' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(usage);
    return 0;
  }
  const version = values.vscode;
  if (version !== 'min' && version !== 'newest') throw new ToolingError(`--vscode ${version}: choose min or newest`);

  const ended = await killProcesses();
  printTable('a process, killed at a call of its own', ended.rows);
  const fates = values.plain ? [] : await killHosts(version);
  if (!values.plain)
    printTable(`the extension host of VS Code (${version}), killed from outside`, steps.map(hostRow(fates)));

  const wrong = fates.filter((one) => one.wrong !== undefined);
  for (const { step, service, wrong: why } of wrong) console.log(`\n✘ ${service.id}, ${step.name}\n${why}`);
  const sum = (of: (one: Fate) => number): number => fates.reduce((all, one) => all + of(one), 0);
  const total = ended.rows.length * providers.length + fates.length;
  const failed = ended.failed + wrong.length;
  console.log(`\n${total} kills, ${failed} not survived`);
  // A process that has gone wrong may have sent twice, or lost something: its test says what.
  if (ended.failed === 0) {
    const [double, lost] = [sum(({ doubleSends }) => doubleSends), sum(({ lostEntries }) => lostEntries)];
    console.log(`${double} double sends, ${lost} lost entries`);
  }
  return failed === 0 ? 0 : 1;
}

async function killProcesses(): Promise<{ readonly rows: readonly Row[]; readonly failed: number }> {
  const run = mocha('contract', 30_000, titleOfProcess, ['test/faults/windows/killed.test.ts']);
  const { tests, problem, output } = await runFaults(run, repoRoot, processLimitMs);
  if (problem !== undefined) throw new ToolingError(`The processes could not be killed: ${problem}\n${output}`);
  for (const { fullTitle, error } of tests) if (error !== undefined) console.log(`\n✘ ${fullTitle}\n${error}`);
  const sign = (provider: string, point: string): Sign => {
    const title = `${titleOfProcess} ${provider} ${point}`;
    return tests.some((test: EndedTest) => test.fullTitle === title && test.state === 'passed') ? '✔' : '✘';
  };
  const rows = points.map(({ name }) => ({ name, signs: providers.map((provider) => sign(provider, name)) }));
  return { rows, failed: tests.filter(({ state }) => state !== 'passed').length };
}

async function killHosts(version: 'min' | 'newest'): Promise<readonly Fate[]> {
  buildExtension();
  const host = await KilledHost.open(version);
  const fates: Fate[] = [];
  try {
    for (const step of steps) {
      console.log(`▶ ${step.name}`);
      fates.push(...(await runStep(step, host)));
    }
  } finally {
    await host.close();
  }
  return fates;
}

function hostRow(fates: readonly Fate[]): (step: Step) => Row {
  return (step) => ({
    name: step.name,
    signs: providers.map((provider) => {
      if (!servicesAt(step).some(({ id }) => id === provider)) return '–';
      const found = fates.find((one) => one.step === step && one.service.id === provider);
      return found && found.wrong === undefined ? '✔' : '✘';
    }),
  });
}

function printTable(title: string, rows: readonly Row[]): void {
  console.log(`\n${title.padEnd(60)}${providers.join('  ')}`);
  for (const { name, signs } of rows) {
    const cells = signs.map((sign, at) => sign.padEnd((providers[at] ?? '').length));
    console.log(`  ${name.padEnd(58)}${cells.join('  ')}`.trimEnd());
  }
}

runProgram(main);
