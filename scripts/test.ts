import { parseArgs } from 'node:util';
import { runProgram, ToolingError } from './host/failure';
import { repoRoot } from './host/paths';
import { runStep, type Step, type StepResult } from './test/step';
import { steps } from './test/steps';

const usage = `Runs every check and test.

  --only <name>   only the steps whose name contains this; may be repeated
  --list          print the names of the steps`;

/** As many steps at a time as leave the time-outs of the tests alone on two cores. */
const atOnce = 2;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      only: { type: 'string', multiple: true },
      list: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) console.log(usage);
  if (values.list) for (const { name } of steps) console.log(name);
  if (values.help || values.list) return 0;
  const { only } = values;
  const chosen = steps.filter(({ name }) => !only || only.some((part) => name.includes(part)));
  if (chosen.length === 0) throw new ToolingError(`No step is called like that. There are:\n${stepNames()}`);

  const began = performance.now();
  const results = await runAll(chosen);
  console.log(`\n${'─'.repeat(72)}`);
  for (const step of chosen) {
    const result = results.get(step.name);
    if (result) console.log(summaryLine(result));
  }
  const all = [...results.values()];
  const passed = all.reduce((sum, result) => sum + result.passed, 0);
  const failed = all.reduce((sum, result) => sum + result.failed, 0);
  console.log(`${Math.round((performance.now() - began) / 1000)} s in all\n`);
  console.log(`${passed} passed, ${failed} failed`);
  return all.every(({ ok }) => ok) && all.length === chosen.length ? 0 : 1;
}

/** Runs the steps, some at the same time, each after those it waits for; a failure stops none of the others. */
async function runAll(chosen: readonly Step[]): Promise<Map<string, StepResult>> {
  const results = new Map<string, StepResult>();
  const waiting = [...chosen];
  const running = new Set<Promise<void>>();
  const isFree = (step: Step): boolean =>
    step.after.every((name) => results.has(name) || !chosen.some((other) => other.name === name));
  while (waiting.length > 0 || running.size > 0) {
    const next = running.size < atOnce ? waiting.findIndex(isFree) : -1;
    if (next < 0) {
      if (running.size === 0) throw new Error('The steps wait for each other');
      await Promise.race(running);
      continue;
    }
    const [step] = waiting.splice(next, 1);
    if (!step) break;
    console.log(`▶ ${step.name}`);
    const run = runStep(step, repoRoot).then((result) => {
      results.set(step.name, result);
      running.delete(run);
      report(result);
    });
    running.add(run);
  }
  return results;
}

function report(result: StepResult): void {
  console.log(`\n── ${result.step.name} ${'─'.repeat(Math.max(3, 68 - result.step.name.length))}`);
  // Indented, so that the totals of a part are not taken for those of the whole.
  console.log(result.output.trimEnd().replaceAll(/^(?=.)/gm, '  '));
  console.log(`${summaryLine(result)}\n`);
}

function summaryLine({ step, ok, passed, failed, seconds, note }: StepResult): string {
  const totals = step.tests ? `${passed} passed · ${failed} failed` : '';
  const time = `${seconds.toFixed(1)} s`.padStart(8);
  return `${ok ? '✔' : '✘'} ${step.name.padEnd(24)} ${time}  ${totals}${note ? `${totals ? ' · ' : ''}${note}` : ''}`.trimEnd();
}

function stepNames(): string {
  return steps.map(({ name }) => `  ${name}`).join('\n');
}

runProgram(main);
