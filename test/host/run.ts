import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { buildExtension } from '../../scripts/host/build';
import { runProgram, ToolingError } from '../../scripts/host/failure';
import { repoRoot } from '../../scripts/host/paths';
import type { HostVersion } from '../../scripts/host/provide';
import { writeForeignWorkspace } from './foreignWorkspace/files';
import type { HostTest } from './inHost/events';
import { runInServer, type SuiteResult, type SuiteRun } from './runInServer';

const suitesFolder = join(repoRoot, 'test', 'host', 'suite');

const usage = `Runs the suites below test/host/suite in the extension host of a real VS Code, and those below
test/host/foreignWorkspace in a workspace that wants to decide where secrets go.

  --vscode min|newest|both   the versions to run in (both)
  --grep <expression>        only tests whose full title matches
  --timeout <seconds>        the longest time one window may take (180)
  --suites <folder>          other suites
  --extension <folder>       another extension under test
  --no-build                 take dist/ as it is
  --results <file>           write how each test ended there, as JSON
  --verbose                  print the console of the window, too`;

/** Runs in the versions asked for, one after the other, and prints the closing line `N passed, N failed`. */
async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      vscode: { type: 'string', default: 'both' },
      grep: { type: 'string' },
      timeout: { type: 'string', default: '180' },
      suites: { type: 'string', default: suitesFolder },
      extension: { type: 'string', default: repoRoot },
      'no-build': { type: 'boolean', default: false },
      results: { type: 'string' },
      verbose: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(usage);
    return 0;
  }
  const versions = chosenVersions(values.vscode);
  const seconds = Number(values.timeout);
  if (!(seconds > 0)) throw new ToolingError(`--timeout ${values.timeout} is not a number of seconds`);
  if (!values['no-build'] && resolve(values.extension) === repoRoot) buildExtension();

  let passed = 0;
  let failed = 0;
  const tests: HostTest[] = [];
  for (const version of versions) {
    console.log(`\nVS Code ${version}`);
    for (const window of windowsFor(resolve(values.suites))) {
      const result: SuiteResult = await runInServer(version, {
        ...window,
        extension: resolve(values.extension),
        ...(values.grep === undefined ? {} : { grep: values.grep }),
        limitMs: seconds * 1000,
        verbose: values.verbose,
      });
      passed += result.passed;
      failed += result.failed;
      tests.push(...(result.tests ?? []));
      // Where only some are asked for, they may all be in the other window.
      const noneMeant = values.grep !== undefined && result.passed + result.failed === 0;
      if (result.problem && !noneMeant) {
        failed += 1;
        console.log(`\n  VS Code ${version}: ${result.problem}`);
      }
    }
  }
  if (values.results !== undefined) writeFileSync(values.results, JSON.stringify(tests));
  console.log(`\n${passed} passed, ${failed} failed`);
  return failed > 0 || passed === 0 ? 1 : 0;
}

function windowsFor(suites: string): readonly Pick<SuiteRun, 'suites' | 'workspace'>[] {
  if (suites !== suitesFolder) return [{ suites }];
  return [{ suites }, { suites: join(repoRoot, 'test', 'host', 'foreignWorkspace'), workspace: writeForeignWorkspace }];
}

function chosenVersions(name: string): HostVersion[] {
  if (name === 'both') return ['min', 'newest'];
  if (name === 'min' || name === 'newest') return [name];
  throw new ToolingError(`--vscode ${name}: choose min, newest or both`);
}

runProgram(main);
