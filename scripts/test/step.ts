import { runToEnd } from '../host/processTree';

/** One child process of `npm test`. */
export interface Step {
  readonly name: string;
  readonly command: readonly string[];
  /** Names of the steps that must have ended before, whatever became of them. */
  readonly after: readonly string[];
  /** Whether the step runs tests: then it must report totals, and running none is a failure. */
  readonly tests: boolean;
  /** In milliseconds. */
  readonly limitMs: number;
}

/** What became of a step. A step that is no test run counts as one failure when it fails, otherwise as nothing. */
export interface StepResult {
  readonly step: Step;
  readonly ok: boolean;
  readonly passed: number;
  readonly failed: number;
  readonly seconds: number;
  /** Why it failed, where the output does not say so itself; and what passed at a second try only. */
  readonly note?: string;
  readonly output: string;
}

/** Runs a step to its end. Its output is collected, so that steps that run at the same time do not mix theirs. */
export async function runStep(step: Step, cwd: string): Promise<StepResult> {
  const began = performance.now();
  const [file = '', ...args] = step.command;
  const env = { ...process.env, FORCE_COLOR: '0', NO_COLOR: '1' };
  const { code, output } = await runToEnd(file, args, step.limitMs, { cwd, env });
  const seconds = (performance.now() - began) / 1000;
  const late = `did not end within ${step.limitMs / 1000} s`;
  const exit = code === 'late' ? late : code === 0 ? undefined : `exit code ${code}`;
  return { step, seconds, output, ...judge(step, exit, readTotals(output), readSecondTries(output)) };
}

function judge(
  step: Step,
  exit: string | undefined,
  totals: { readonly passed: number; readonly failed: number } | undefined,
  secondTries: string | undefined,
): Pick<StepResult, 'ok' | 'passed' | 'failed' | 'note'> {
  const { passed, failed } = (step.tests ? totals : undefined) ?? { passed: 0, failed: 0 };
  if (exit !== undefined) return { ok: false, passed, failed: Math.max(failed, 1), note: exit };
  if (!step.tests) return { ok: true, passed, failed };
  if (!totals) return { ok: false, passed, failed: 1, note: 'no totals were printed' };
  if (passed + failed === 0) return { ok: false, passed, failed: 1, note: 'no test ran' };
  return { ok: failed === 0, passed, failed, ...(secondTries ? { note: secondTries } : {}) };
}

/** The totals that mocha's reporter or our own runner closes with. */
export function readTotals(output: string): { readonly passed: number; readonly failed: number } | undefined {
  const own = [...output.matchAll(/^(\d+) passed, (\d+) failed$/gm)].at(-1);
  if (own) return { passed: Number(own[1]), failed: Number(own[2]) };
  const passing = [...output.matchAll(/^ {2}(\d+) passing\b/gm)].at(-1);
  if (!passing) return undefined;
  const failing = [...output.matchAll(/^ {2}(\d+) failing$/gm)].at(-1);
  return { passed: Number(passing[1]), failed: Number(failing?.[1] ?? 0) };
}

function readSecondTries(output: string): string | undefined {
  const names = [...output.matchAll(/^passed at the second try only: (.+)$/gm)].map(([, name]) => name);
  return names.length > 0 ? `at the second try only: ${names.join(', ')}` : undefined;
}
