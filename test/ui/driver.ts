import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, type BrowserContext, chromium } from 'playwright-core';
import { provideBrowser } from '../../scripts/host/browser';
import { freePort } from '../../scripts/host/freePort';
import { artifactsRoot } from '../../scripts/host/paths';
import { type HostVersion, provideHost } from '../../scripts/host/provide';
import { type RunningServer, startServer, workbenchAddress } from '../../scripts/host/server';
import { type StandaloneSandbox, startStandaloneSandbox } from '../../scripts/host/standaloneSandbox';
import { WorkbenchWindow } from './window';

/** What to open. */
export interface WorkbenchOptions {
  readonly version: HostVersion;
  /** Folders of extensions to load from source. */
  readonly linked?: readonly string[];
  /** A packaged extension to install. */
  readonly vsix?: string;
  /** The folder to open; without it a temporary, empty one. */
  readonly folder?: string;
  readonly theme?: 'light' | 'dark' | 'high-contrast';
  /** Display language, by the name that VS Code gives it: `pt-br`. Without it English. */
  readonly language?: string;
  /** More user settings. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Settings with the scope `machine`, which user settings have no effect on. */
  readonly machineSettings?: Readonly<Record<string, unknown>>;
  /**
   * Run the sandbox in a process of its own, which the extension joins. Without it the extension starts one inside its
   * host, and a reload of the window begins with a new one.
   */
  readonly ownSandbox?: boolean;
  /** Leave workspace trust on: the window then opens in Restricted Mode. */
  readonly workspaceTrust?: boolean;
  /** Have logs written into files, as a desktop VS Code does; the output view shows what is in them. */
  readonly logFiles?: boolean;
  /** A folder that keeps user data and extensions after the end. */
  readonly dataFolder?: string;
  /** Size of the window in CSS pixels. */
  readonly size?: { readonly width: number; readonly height: number };
  /** Device pixels for each CSS pixel: 2 makes sharp pictures. */
  readonly scale?: number;
}

/** A VS Code in a browser, with at least one window. */
export interface Workbench {
  /** The window opened first. */
  readonly window: WorkbenchWindow;
  readonly server: RunningServer;
  /** The origin of the sandbox, once it runs: in a process of its own, or after *Try the Sandbox*. */
  readonly sandboxOrigin: string;
  readonly context: BrowserContext;
  /** The folder that the windows have open. */
  readonly folder: string;
  /** Another window of the same user: it shares settings and secrets and has an extension host of its own. */
  openWindow(folder?: string): Promise<WorkbenchWindow>;
  close(): Promise<void>;
}

const themes = {
  light: 'Default Light Modern',
  dark: 'Default Dark Modern',
  'high-contrast': 'Default High Contrast',
} as const;

/** Opens a real workbench; the promise resolves when the first window shows its status bar. */
export async function openWorkbench(options: WorkbenchOptions): Promise<Workbench> {
  const host = await provideHost(options.version);
  const install = await provideBrowser();
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'reconsent-workspace-'));
  let browser: Browser | undefined;
  let server: RunningServer | undefined;
  let sandbox: StandaloneSandbox | undefined;
  const close = async (): Promise<void> => {
    await browser?.close();
    await server?.stop();
    await sandbox?.stop();
    if (options.folder === undefined) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    // One of its own, or it would join the sandbox of another run.
    const sandboxPort = await freePort();
    if (options.ownSandbox) sandbox = await startStandaloneSandbox(sandboxPort);
    const running = await startServer(host, {
      settings: {
        'workbench.colorTheme': themes[options.theme ?? 'light'],
        'window.autoDetectColorScheme': false,
        'window.autoDetectHighContrast': false,
        ...options.settings,
      },
      machineSettings: { 'reconsent.sandbox.port': sandboxPort, ...options.machineSettings },
      workspaceTrust: options.workspaceTrust ?? false,
      logFiles: options.logFiles ?? false,
      ...(options.linked ? { linked: options.linked } : {}),
      ...(options.vsix ? { vsix: options.vsix } : {}),
      ...(options.dataFolder ? { dataFolder: options.dataFolder } : {}),
    });
    server = running;
    browser = await chromium.launch(install);
    const context = await browser.newContext({
      viewport: options.size ?? { width: 1280, height: 800 },
      deviceScaleFactor: options.scale ?? 1,
      reducedMotion: 'reduce',
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    if (options.language !== undefined) await displayLanguage(context, options.language);
    await keepSecrets(context);
    await unwrapLoopbackLinks(context);
    const openWindow = async (other?: string): Promise<WorkbenchWindow> => {
      const window = new WorkbenchWindow(await context.newPage());
      await window.open(workbenchAddress(running, { folder: other ?? folder }));
      return window;
    };
    const window = await openWindow();
    return {
      window,
      server: running,
      sandboxOrigin: `http://127.0.0.1:${sandboxPort}`,
      context,
      folder,
      openWindow,
      close,
    };
  } catch (thrown) {
    await close();
    throw thrown;
  }
}

/**
 * The workbench encrypts secrets with a key of which the server keeps one half, and asks for it here. VS Code's bare
 * server does not answer, and secrets would live as long as the page; with an answer they survive a reload and are
 * shared by the windows of one browser context.
 */
async function keepSecrets(context: BrowserContext): Promise<void> {
  const key = Buffer.alloc(32, 7);
  await context.route('**/mint-key', (route) =>
    route.fulfill({ status: 200, contentType: 'application/octet-stream', body: key }),
  );
}

/**
 * What the script of a language pack tells the workbench, which hands it on to the server and the extension host. There is no
 * pack here: the workbench's own texts stay English, those of extensions are in the language.
 */
async function displayLanguage(context: BrowserContext, language: string): Promise<void> {
  await context.addInitScript(`globalThis._VSCODE_NLS_LANGUAGE = ${JSON.stringify(language)};`);
}

/** Links to loopback are rewritten to `/proxy/<port>/…`, which only code-server's own entry serves. */
async function unwrapLoopbackLinks(context: BrowserContext): Promise<void> {
  await context.route(/\/proxy\/\d+(\/|$)/, (route) => {
    const address = new URL(route.request().url());
    const [, port, path] = /\/proxy\/(\d+)(\/.*)?$/.exec(address.pathname) ?? [];
    const location = `http://127.0.0.1:${port}${path ?? '/'}${address.search}`;
    return route.fulfill({ status: 302, headers: { location } });
  });
}

/**
 * Runs a piece of a UI test; when it throws, keeps a picture of every window and the server's log under
 * `.artifacts/ui/<name>` for whoever looks at the failure.
 */
export async function withEvidence<T>(workbench: Workbench, name: string, piece: () => Promise<T>): Promise<T> {
  try {
    return await piece();
  } catch (thrown) {
    const folder = join(artifactsRoot, 'ui');
    mkdirSync(folder, { recursive: true });
    const pages = workbench.context.pages();
    await Promise.all(
      pages.map((page, at) =>
        page.screenshot({ path: join(folder, `${name}-failed-${at}.png`) }).catch(() => undefined),
      ),
    );
    writeFileSync(join(folder, `${name}-failed.txt`), thrown instanceof Error ? (thrown.stack ?? '') : String(thrown));
    throw thrown;
  }
}
