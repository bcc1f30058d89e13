import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { runProgram, ToolingError } from './host/failure';
import { fillLockedFolder } from './host/lockedFolder';
import { artifactsRoot, repoRoot } from './host/paths';
import { spawnTree } from './host/processTree';
import { parts, strykerOptions } from './test/mutationParts';
import { type MutationReport, survivorLines } from './test/survivors';

const usage = `Changes the source in small ways, and looks whether a test notices: the score is how many are noticed.

  npm run test:mutation                         every part
  npm run test:mutation -- core http            some parts
  npm run test:mutation -- core --file src/core/redact.ts
                                                one file of a part; may be repeated
  npm run test:mutation -- core --survivors     what no test noticed in the last run; runs nothing
  --concurrency <n>                             processes that run tests; 2 by default`;

const folder = join(repoRoot, 'test', 'mutation');
const results = join(artifactsRoot, 'mutation');

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      file: { type: 'string', multiple: true },
      survivors: { type: 'boolean', default: false },
      concurrency: { type: 'string', default: '2' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(usage);
    return 0;
  }
  const concurrency = Number(values.concurrency);
  if (!Number.isInteger(concurrency) || concurrency < 1) throw new ToolingError(usage);
  const known = Object.keys(parts);
  const chosen = positionals.length > 0 ? positionals : known;
  const unknown = chosen.filter((name) => !known.includes(name));
  if (unknown.length > 0)
    throw new ToolingError(`There is no part ${unknown.join(', ')}. There are ${known.join(', ')}.`);
  if (values.survivors) {
    for (const name of chosen) for (const line of survivorLines(readReport(name))) console.log(line);
    return 0;
  }
  fillLockedFolder(folder);
  mkdirSync(results, { recursive: true });
  let failed = 0;
  for (const name of chosen) {
    console.log(`\n── ${name}`);
    if ((await measure(name, values.file ?? [], concurrency)) !== 0) failed++;
  }
  return failed === 0 ? 0 : 1;
}

/** The exit code: 0 when the score is high enough. */
async function measure(name: string, files: readonly string[], concurrency: number): Promise<number> {
  const part = parts[name];
  if (!part) throw new Error(`There is no part ${name}.`);
  const narrowed = files.length > 0 ? { ...part, source: files } : part;
  const config = join(results, `${name}-options.json`);
  const options = strykerOptions(name, narrowed, relative(repoRoot, results), concurrency);
  writeFileSync(config, JSON.stringify(options, undefined, 2));
  const stryker = join(folder, 'node_modules', '@stryker-mutator', 'core', 'bin', 'stryker.js');
  const run = spawnTree(process.execPath, [stryker, 'run', config], {
    cwd: repoRoot,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const code = await run.ended;
  await run.stop();
  return code ?? 1;
}

function readReport(part: string): MutationReport {
  try {
    return JSON.parse(readFileSync(join(results, `${part}-report.json`), 'utf8')) as MutationReport;
  } catch {
    throw new ToolingError(`${part} has not been measured yet: npm run test:mutation -- ${part}`);
  }
}

runProgram(main);
