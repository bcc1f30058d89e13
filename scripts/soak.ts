import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { runInServer } from '../test/host/runInServer';
import type { SoakPlan } from '../test/soak/plan';
import { buildExtension } from './host/build';
import { runProgram, ToolingError } from './host/failure';
import { freePort } from './host/freePort';
import { repoRoot } from './host/paths';
import { startStandaloneSandbox } from './host/standaloneSandbox';

const usage = `Resets consents by the thousand through one extension host, with faults, and compares each outcome with the
ledger of the sandbox, and what the process holds at the end with what it held after the warm-up.

  --operations <n>   how many resets (10000)
  --seed <n>         what goes wrong follows from it; printed (by the clock)
  --mishaps <share>  how many of the resets meet a mishap, from 0 to 1 (0.2)
  --minutes <n>      the longest time it may take (40)
  --no-build         take dist/ as it is`;

/** A tenth of it is the warm-up. Exit code 0 only when every outcome was true and nothing has piled up. */
async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      operations: { type: 'string', default: '10000' },
      seed: { type: 'string', default: String(Date.now() % 1_000_000) },
      mishaps: { type: 'string', default: '0.2' },
      minutes: { type: 'string', default: '40' },
      'no-build': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(usage);
    return 0;
  }
  const operations = Number(values.operations);
  const seed = Number(values.seed);
  const mishapShare = Number(values.mishaps);
  const minutes = Number(values.minutes);
  if (!(operations >= 10) || !(seed >= 0) || !(mishapShare >= 0) || !(minutes > 0)) throw new ToolingError(usage);
  if (!values['no-build']) buildExtension();
  const sandbox = await startStandaloneSandbox(await freePort());
  try {
    const limitMs = minutes * 60_000;
    const origin = `http://127.0.0.1:${sandbox.port}`;
    const warmUp = Math.ceil(operations / 10);
    const plan: SoakPlan = { origin, seed, operations, warmUp, mishapShare, limitMs };
    const { passed, failed, problem } = await runInServer('newest', {
      suites: join(repoRoot, 'test', 'soak'),
      extension: repoRoot,
      // Without its native logger, which this build of VS Code may lack, the editor keeps each line in memory for ever.
      logLevel: 'off',
      env: { RECONSENT_SOAK: JSON.stringify(plan) },
      limitMs,
      verbose: false,
    });
    if (problem) console.log(`\n  ${problem}`);
    console.log(`\n${passed} passed, ${failed + (problem ? 1 : 0)} failed`);
    return failed > 0 || passed === 0 || problem ? 1 : 0;
  } finally {
    await sandbox.stop();
  }
}

runProgram(main);
