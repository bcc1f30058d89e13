import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { runTests } from '@vscode/test-electron';
import { buildExtension } from '../../scripts/host/build';
import { runProgram, ToolingError } from '../../scripts/host/failure';
import { cacheRoot, repoRoot } from '../../scripts/host/paths';
import { bundleSuites, callerFolder, debuggerFolder } from './bundle';
import { followEvents } from './follow';
import type { HostRun } from './inHost/events';
import { judge } from './runInServer';

const usage = `Runs the suites below test/host/suite in the desktop VS Code, which is downloaded first.
On Linux without a display: xvfb-run -a npm run test:desktop

  --vscode min|newest|<version>|insiders   (newest)
  --grep <expression>                      only tests whose full title matches`;

/** Ends with the closing line `N passed, N failed`, like the run in the server build. */
async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      vscode: { type: 'string', default: 'newest' },
      grep: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(usage);
    return 0;
  }
  if (process.platform === 'linux' && !process.env['DISPLAY'] && !process.env['WAYLAND_DISPLAY']) {
    throw new ToolingError(`The desktop VS Code needs a display.\n\n${usage}`);
  }
  buildExtension();
  const bundle = await bundleSuites(join(repoRoot, 'test', 'host', 'suite'), `desktop-${process.pid}`);
  const temporary = mkdtempSync(join(tmpdir(), 'reconsent-desktop-'));
  const events = join(bundle.folder, 'events.ndjson');
  writeFileSync(events, '');
  const userData = join(temporary, 'user');
  const hostRun: HostRun = { events, userData, ...(values.grep === undefined ? {} : { grep: values.grep }) };
  writeFileSync(join(bundle.folder, 'run.json'), JSON.stringify(hostRun));
  const follower = followEvents(events, (line) => console.log(`  ${line}`));
  const ticker = setInterval(() => follower.read(), 100);
  try {
    const end = await runTests({
      version: values.vscode === 'min' ? '1.100.3' : values.vscode === 'newest' ? 'stable' : values.vscode,
      cachePath: join(cacheRoot, 'desktop'),
      extensionDevelopmentPath: [repoRoot, debuggerFolder, callerFolder],
      extensionTestsPath: bundle.index,
      launchArgs: [
        temporary,
        `--user-data-dir=${userData}`,
        `--extensions-dir=${join(temporary, 'extensions')}`,
        '--disable-workspace-trust',
        '--log=reconsent.reconsent:trace',
        '--skip-welcome',
        '--skip-release-notes',
      ],
    }).then(
      (code) => ({ code }),
      (thrown: unknown) => ({ problem: thrown instanceof Error ? thrown.message : String(thrown) }),
    );
    follower.read();
    const totals = follower.totals();
    // A red run ends with an exit code, which the library reports by throwing; the tests have said what is wrong.
    const result = judge('problem' in end && totals && totals.failed > 0 ? { code: 1 } : end, totals);
    if (result.problem) console.log(`\n  ${result.problem}`);
    const failed = result.failed + (result.problem ? 1 : 0);
    console.log(`\n${result.passed} passed, ${failed} failed`);
    return failed > 0 || result.passed === 0 ? 1 : 0;
  } finally {
    clearInterval(ticker);
    rmSync(temporary, { recursive: true, force: true, maxRetries: 5 });
    rmSync(bundle.folder, { recursive: true, force: true });
  }
}

runProgram(main);
