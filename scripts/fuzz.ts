import { parseArgs } from 'node:util';
import { runProgram, ToolingError } from './host/failure';
import { repoRoot } from './host/paths';
import { spawnTree } from './host/processTree';

const usage = `Runs the fuzz tests for longer than \`npm test\` does, with other cases each time.

  npm run test:fuzz                          50 times as many cases
  npm run test:fuzz -- --times 500
  npm run test:fuzz -- --seed 42 --path 7:1 --grep settings
                                             a case that was found, as its message names it`;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      times: { type: 'string', default: '50' },
      seed: { type: 'string' },
      path: { type: 'string' },
      grep: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(usage);
    return 0;
  }
  if (!(Number(values.times) > 1)) throw new ToolingError(usage);
  const mocha = ['node_modules/mocha/bin/mocha.js', 'test/unit/fuzz/**/*.test.ts'];
  const run = spawnTree(process.execPath, [...mocha, ...(values.grep === undefined ? [] : ['--grep', values.grep])], {
    cwd: repoRoot,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: {
      ...process.env,
      RECONSENT_FUZZ_TIMES: values.times,
      ...(values.seed !== undefined && { RECONSENT_FUZZ_SEED: values.seed }),
      ...(values.path !== undefined && { RECONSENT_FUZZ_PATH: values.path }),
    },
  });
  return (await run.ended) ?? 1;
}

runProgram(main);
