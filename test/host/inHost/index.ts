import { appendFileSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Mocha from 'mocha';
import type { HostEvent, HostRun, HostTest } from './events';

/**
 * The module that VS Code loads into the extension host as `extensionTestsPath`: runs the bundled suites beside it with
 * mocha and writes every line at once to a file that the runner follows. A file, because the console of an extension
 * host reaches the outside in pieces, late, and among the lines of other extensions.
 *
 * @throws Error when a test failed or none ran; VS Code turns that into the exit code
 */
export async function run(): Promise<void> {
  const settings = JSON.parse(readFileSync(join(__dirname, 'run.json'), 'utf8')) as HostRun;
  const emit = (event: HostEvent): void => appendFileSync(settings.events, `${JSON.stringify(event)}\n`);
  const line = (text: string): void => emit({ kind: 'line', text });
  try {
    const { passed, failed, pending } = await runMocha(settings, emit);
    emit({ kind: 'end', passed, failed, pending });
    if (failed > 0) throw new Error(`${failed} failed`);
    if (passed === 0) throw new Error('No test ran');
  } catch (thrown) {
    if (!(thrown instanceof Error && / failed$|^No test ran$/.test(thrown.message))) {
      line(thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown));
    }
    throw thrown;
  }
}

/** The run is reported by listening to mocha's runner, below. */
class Silent extends Mocha.reporters.Base {
  override epilogue(): void {}
}

async function runMocha(
  settings: HostRun,
  emit: (event: HostEvent) => void,
): Promise<{ passed: number; failed: number; pending: number }> {
  const line = (text: string): void => emit({ kind: 'line', text });
  const ended = (test: Mocha.Runnable, state: HostTest['state']): void =>
    emit({ kind: 'test', fullTitle: test.fullTitle(), state });
  const mocha = new Mocha({
    ui: 'bdd',
    timeout: 20_000,
    forbidOnly: true,
    reporter: Silent,
    ...(settings.grep === undefined ? {} : { grep: new RegExp(settings.grep) }),
  });
  const files = readdirSync(__dirname).filter((name) => name.endsWith('.test.js'));
  for (const name of files.sort()) mocha.addFile(join(__dirname, name));

  let passed = 0;
  let failed = 0;
  let pending = 0;
  let depth = -1;
  const failures: string[] = [];
  await new Promise<void>((done) => {
    const runner = mocha.run(() => done());
    runner.on('suite', (suite) => {
      if (suite.title !== '') line(`${'  '.repeat(depth)}${suite.title}`);
      depth += 1;
    });
    runner.on('suite end', () => {
      depth -= 1;
    });
    runner.on('pass', (test) => {
      passed += 1;
      ended(test, 'passed');
      line(
        `${'  '.repeat(depth)}✔ ${test.title}${test.duration && test.duration > 500 ? ` (${test.duration}ms)` : ''}`,
      );
    });
    runner.on('pending', (test) => {
      pending += 1;
      ended(test, 'pending');
      line(`${'  '.repeat(depth)}- ${test.title}`);
    });
    runner.on('fail', (test, error: unknown) => {
      failed += 1;
      ended(test, 'failed');
      line(`${'  '.repeat(depth)}${failed}) ${test.title}`);
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
      failures.push(`${failed}) ${test.fullTitle()}\n${text.replaceAll(/^/gm, '     ')}`);
    });
  });
  for (const failure of failures) line(`\n${failure}`);
  return { passed, failed, pending };
}
