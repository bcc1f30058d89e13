/** A VS Code with a browser, and windows in it: each is a fresh extension host that runs one scenario. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, type BrowserContext, chromium } from 'playwright-core';
import { provideBrowser } from '../../../scripts/host/browser';
import { ToolingError } from '../../../scripts/host/failure';
import { freePort } from '../../../scripts/host/freePort';
import { type HostInstall, type HostVersion, provideHost } from '../../../scripts/host/provide';
import { type RunningServer, startServer, workbenchAddress } from '../../../scripts/host/server';
import type { ScenarioEnd } from './inHost/scenario';
import type { ScenarioName, Stage } from './stage';

const windowLimitMs = 240_000;

export class BenchHost {
  private constructor(
    readonly install: HostInstall,
    private readonly stage: Stage,
    private readonly browser: Browser,
    private readonly context: BrowserContext,
    private readonly server: RunningServer,
    private readonly folder: string,
  ) {}

  /** `env`: of the server and its extension hosts. */
  static async open(version: HostVersion, stage: Stage, env: Readonly<Record<string, string>>): Promise<BenchHost> {
    const host = await provideHost(version);
    const browser = await chromium.launch(await provideBrowser());
    const folder = mkdtempSync(join(tmpdir(), 'reconsent-bench-'));
    try {
      const server = await startServer(host, {
        testDriver: true,
        env,
        linked: stage.linked,
        // Its `fetch` would trust those alone, and not what Node was told to.
        settings: { 'http.systemCertificates': false },
        machineSettings: { 'reconsent.sandbox.port': await freePort() },
      });
      const context = await browser.newContext();
      await keepSecrets(context, server.origin);
      return new BenchHost(host, stage, browser, context, server, folder);
    } catch (error) {
      await browser.close();
      throw error;
    }
  }

  /**
   * Opens a window, runs the scenario in its extension host, and closes it.
   *
   * @throws ToolingError with what the scenario said when it failed
   */
  async run<T>(scenario: ScenarioName, plan: object): Promise<T> {
    const results = join(this.folder, 'end.json');
    rmSync(results, { force: true });
    const module = this.stage.scenario(scenario);
    writeFileSync(`${module}on`, JSON.stringify({ ...plan, results }));
    const page = await this.context.newPage();
    let timer: NodeJS.Timeout | undefined;
    try {
      await page.exposeFunction('codeAutomationLog', () => undefined);
      const exited = new Promise<void>((done) => void page.exposeFunction('codeAutomationExit', () => done()));
      const failed = new Promise<never>((_, reject) => {
        const fail = (why: string): void => reject(new ToolingError(`${scenario}: ${why}`));
        page.once('crash', () => fail('the window crashed'));
        void this.server.ended.then((code) => fail(`the VS Code server ended (exit code ${code})`));
        timer = setTimeout(() => fail(`no end after ${windowLimitMs / 1000} s`), windowLimitMs);
      });
      const address = workbenchAddress(this.server, {
        folder: this.folder,
        extensions: [this.stage.driver],
        tests: module,
        logLevels: { [`reconsent.reconsent`]: 'off' },
      });
      await Promise.race([Promise.all([page.goto(address), exited]), failed]);
    } finally {
      clearTimeout(timer);
      await page.close();
    }
    const end = JSON.parse(readFileSync(results, 'utf8')) as ScenarioEnd<T>;
    if (end.kind === 'failed') throw new ToolingError(`${scenario}: ${end.error}`);
    return end.value;
  }

  async close(): Promise<void> {
    await this.browser.close();
    await this.server.stop();
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/**
 * Secrets outlive a window only where the server keeps half of their key, which this one does not by itself: it is given
 * the half that code-server would keep.
 */
async function keepSecrets(context: BrowserContext, origin: string): Promise<void> {
  const path = '/mint-key';
  const half = randomBytes(32);
  await context.addCookies([{ name: 'vscode-secret-key-path', value: path, url: origin }]);
  await context.route(`**${path}`, (route) => route.fulfill({ body: half }));
}
