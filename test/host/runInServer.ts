import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { provideBrowser } from '../../scripts/host/browser';
import { freePort } from '../../scripts/host/freePort';
import { type HostVersion, provideHost } from '../../scripts/host/provide';
import { type RunningServer, startServer, workbenchAddress } from '../../scripts/host/server';
import { bundleSuites, callerFolder, debuggerFolder } from './bundle';
import { followEvents } from './follow';
import type { HostRun, HostTest } from './inHost/events';

/** What to run in an extension host. */
export interface SuiteRun {
  /** The folder with the `*.test.ts` files. */
  readonly suites: string;
  /** The folder of the extension under test, loaded from source. */
  readonly extension: string;
  readonly grep?: string;
  /** More environment variables for the extension host. */
  readonly env?: Readonly<Record<string, string>>;
  /** Of the extension's own log; `trace` if not given. */
  readonly logLevel?: 'trace' | 'off';
  /** The whole run, from opening the window, must end within this time, in milliseconds. */
  readonly limitMs: number;
  /** Fills the folder of the window, and gives the `.code-workspace` file in it to open; without it, the empty folder is. */
  readonly workspace?: (folder: string) => string;
  /** Print what the window and the extension host write to their consoles. */
  readonly verbose: boolean;
}

/** How a run ended. `problem` is set when the run itself went wrong: a crash, a hang, no test. */
export interface SuiteResult {
  readonly passed: number;
  readonly failed: number;
  readonly problem?: string;
  /** How each test ended, as far as the run came. */
  readonly tests?: readonly HostTest[];
}

/** Runs the suites in the real extension host of that VS Code, in its server build and a headless browser. */
export async function runInServer(version: HostVersion, run: SuiteRun): Promise<SuiteResult> {
  const host = await provideHost(version);
  const browserInstall = await provideBrowser();
  const bundle = await bundleSuites(run.suites, `${version}-${process.pid}`);
  const workspace = mkdtempSync(join(tmpdir(), 'reconsent-workspace-'));
  const events = join(bundle.folder, 'events.ndjson');
  writeFileSync(events, '');

  let server: RunningServer | undefined;
  const browser = await chromium.launch(browserInstall);
  try {
    server = await startServer(host, {
      testDriver: true,
      logFiles: run.logLevel !== 'off',
      ...(run.env ? { env: run.env } : {}),
      // Linked, because a window takes one extension in development only.
      linked: [debuggerFolder, callerFolder],
      // One of its own, or it would join the sandbox of another run.
      machineSettings: { 'reconsent.sandbox.port': await freePort() },
    });
    const userData = join(server.dataFolder, 'user');
    const hostRun: HostRun = { events, userData, ...(run.grep === undefined ? {} : { grep: run.grep }) };
    writeFileSync(join(bundle.folder, 'run.json'), JSON.stringify(hostRun));
    const page = await browser.newPage();
    const console_ = (text: string): void => {
      if (run.verbose) console.error(`    [window] ${text}`);
    };
    page.on('console', (message) => console_(message.text()));
    await page.exposeFunction('codeAutomationLog', (_level: string, args: unknown[]) => console_(args.join(' ')));
    const exited = new Promise<number>((done) => void page.exposeFunction('codeAutomationExit', done));

    const follower = followEvents(events, (line) => console.log(`  ${line}`));
    const ticker = setInterval(() => follower.read(), 100);
    const address = workbenchAddress(server, {
      ...(run.workspace ? { workspace: run.workspace(workspace) } : { folder: workspace }),
      extensions: [run.extension],
      tests: bundle.index,
      logLevels: { 'reconsent.reconsent': run.logLevel ?? 'trace' },
    });
    let timer: NodeJS.Timeout | undefined;
    const ends = [
      exited.then((code) => ({ code })),
      server.ended.then((code) => ({ problem: `the VS Code server ended (exit code ${code})` })),
      new Promise<{ problem: string }>((done) => {
        page.once('crash', () => done({ problem: 'the window crashed' }));
        browser.once('disconnected', () => done({ problem: 'the browser ended' }));
        timer = setTimeout(() => done({ problem: `the run hangs: no end after ${run.limitMs / 1000} s` }), run.limitMs);
      }),
    ];
    const opened = page.goto(address).then(
      () => new Promise<never>(() => undefined),
      (thrown: Error) => ({ problem: `the window did not open: ${thrown.message}` }),
    );
    const end = await Promise.race([...ends, opened]);
    clearTimeout(timer);
    clearInterval(ticker);
    follower.read();
    return { ...judge(end, follower.totals(), server.logFile), tests: follower.tests() };
  } finally {
    await browser.close();
    await server?.stop();
    rmSync(workspace, { recursive: true, force: true, maxRetries: 5 });
    rmSync(bundle.folder, { recursive: true, force: true });
  }
}

/**
 * Both must agree for a run to count as passed: the exit code of the extension host, and the totals that mocha reached.
 */
export function judge(
  end: { readonly code: number } | { readonly problem: string },
  totals: { readonly passed: number; readonly failed: number } | undefined,
  logFile?: string,
): SuiteResult {
  const { passed, failed } = totals ?? { passed: 0, failed: 0 };
  if ('problem' in end) return { passed, failed, problem: `${end.problem}${logEnd(logFile)}` };
  if (!totals)
    return { passed, failed, problem: `the tests never reached their end (exit code ${end.code})${logEnd(logFile)}` };
  if (passed + failed === 0) return { passed, failed, problem: 'no test ran' };
  if (failed === 0 && end.code !== 0) return { passed, failed, problem: `VS Code ended with exit code ${end.code}` };
  return { passed, failed };
}

function logEnd(file: string | undefined): string {
  if (!file) return '';
  // Only the server's own lines: the rest are stacks about native modules that it does without.
  const lines = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('['));
  return `\n  The server printed at the end:\n${lines.slice(-12).join('\n').replaceAll(/^/gm, '    ')}`;
}
