import { spawnSync } from 'node:child_process';
import { createWriteStream, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ToolingError } from './failure';
import { type ProcessTree, spawnTree } from './processTree';
import type { HostInstall } from './provide';

/** How to start a VS Code server. */
export interface ServerOptions {
  /** 0, the default, takes a free port. */
  readonly port?: number;
  /** A folder to keep user data and extensions in; without it a temporary one, removed at the end. */
  readonly dataFolder?: string;
  /** A packaged extension to install first. */
  readonly vsix?: string;
  /**
   * User settings to begin with. This build keeps them on the server's side (`User/settings.json` of the user data
   * folder), so what an extension writes to `ConfigurationTarget.Global` arrives there too.
   */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Leave workspace trust on: new folders then open in Restricted Mode. */
  readonly workspaceTrust?: boolean;
  /** More environment variables for the server and its extension hosts. */
  readonly env?: Readonly<Record<string, string>>;
}

/** A VS Code server that answers. */
export interface RunningServer {
  /** Where the workbench is served, for instance `http://127.0.0.1:41234`. */
  readonly origin: string;
  /** Host and port: the authority of `vscode-remote` URIs. */
  readonly authority: string;
  /** Holds `user` (user data), `server` and `extensions`. */
  readonly dataFolder: string;
  /** What the server printed. */
  readonly logFile: string;
  /** Settles when the server has ended, asked or not. */
  readonly ended: Promise<number | null>;
  stop(): Promise<void>;
}

const startLimitMs = 60_000;

/** Settings under which nothing moves, asks or updates by itself. */
const quietSettings = {
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'extensions.autoUpdate': false,
  'extensions.autoCheckUpdates': false,
  'extensions.ignoreRecommendations': true,
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'workbench.enableExperiments': false,
  'workbench.reduceMotion': 'on',
  'editor.accessibilitySupport': 'off',
  'chat.disableAIFeatures': true,
  'git.enabled': false,
} as const;

/**
 * Starts VS Code's own server on loopback and waits until it listens.
 *
 * @throws ToolingError when it ends early or does not listen within a minute, with the end of what it printed
 */
export async function startServer(host: HostInstall, options: ServerOptions = {}): Promise<RunningServer> {
  const temporary = options.dataFolder === undefined;
  const dataFolder = options.dataFolder ?? mkdtempSync(join(tmpdir(), 'reconsent-vscode-'));
  const remove = (): void => {
    if (temporary) rmSync(dataFolder, { recursive: true, force: true, maxRetries: 5 });
  };
  process.on('exit', remove);
  try {
    const folders = prepareDataFolder(dataFolder, options.settings);
    if (options.vsix) installVsix(host, options.vsix, folders);
    const logFile = join(dataFolder, 'server.log');
    const tree = spawnTree(host.node, serverArguments(host, options, folders), {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...cleanEnvironment(), ...options.env },
    });
    const port = await listeningPort(tree, logFile);
    const authority = `127.0.0.1:${port}`;
    const stop = async (): Promise<void> => {
      await tree.stop();
      remove();
      process.off('exit', remove);
    };
    return { origin: `http://${authority}`, authority, dataFolder, logFile, ended: tree.ended, stop };
  } catch (thrown) {
    remove();
    throw thrown;
  }
}

/** The folders of one VS Code, as command-line arguments name them. */
export interface DataFolders {
  readonly user: string;
  readonly server: string;
  readonly extensions: string;
}

/** Creates the data folders and writes the initial user settings; settings that are there already are kept. */
export function prepareDataFolder(
  dataFolder: string,
  settings: Readonly<Record<string, unknown>> | undefined,
): DataFolders {
  const folders = {
    user: join(dataFolder, 'user'),
    server: join(dataFolder, 'server'),
    extensions: join(dataFolder, 'extensions'),
  };
  for (const folder of Object.values(folders)) mkdirSync(folder, { recursive: true });
  const settingsFile = join(folders.user, 'User', 'settings.json');
  mkdirSync(join(folders.user, 'User'), { recursive: true });
  const content = { ...quietSettings, ...readSettings(settingsFile), ...settings };
  writeFileSync(settingsFile, `${JSON.stringify(content, null, 2)}\n`);
  return folders;
}

function readSettings(file: string): Record<string, unknown> {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') return {};
    // A person may have put comments into it; VS Code understands them, and overwriting would lose them.
    throw new ToolingError(`${file} is not plain JSON: mend or delete it.`);
  }
}

/**
 * Installs a packaged extension the way a user does on the command line.
 *
 * @throws ToolingError when VS Code refuses it
 */
export function installVsix(host: HostInstall, vsix: string, folders: DataFolders): void {
  const run = spawnSync(host.node, [...commonArguments(host, folders), '--install-extension', vsix, '--force'], {
    encoding: 'utf8',
    env: cleanEnvironment(),
  });
  if (run.status === 0 && /successfully installed/i.test(run.stdout)) return;
  throw new ToolingError(`VS Code ${host.vscodeVersion} did not install ${vsix}:\n${run.stdout}\n${run.stderr}`);
}

function commonArguments(host: HostInstall, folders: DataFolders): string[] {
  return [
    host.serverMain,
    '--accept-server-license-terms',
    '--telemetry-level=off',
    `--user-data-dir=${folders.user}`,
    `--server-data-dir=${folders.server}`,
    `--extensions-dir=${folders.extensions}`,
  ];
}

function serverArguments(host: HostInstall, options: ServerOptions, folders: DataFolders): string[] {
  return [
    ...commonArguments(host, folders),
    '--host=127.0.0.1',
    `--port=${options.port ?? 0}`,
    '--without-connection-token',
    // Without it the built workbench ignores the payload that names the extension to develop and the tests to run.
    '--enable-smoke-test-driver',
    ...(options.workspaceTrust ? [] : ['--disable-workspace-trust']),
  ];
}

/** The environment without what an outer VS Code or npm has put there and an inner one would act on. */
export function cleanEnvironment(): NodeJS.ProcessEnv {
  const environment = { ...process.env };
  for (const name of Object.keys(environment)) {
    if (/^(VSCODE_|ELECTRON_|npm_|NODE_OPTIONS$|NODE_V8_COVERAGE$)/i.test(name)) delete environment[name];
  }
  return environment;
}

async function listeningPort(tree: ProcessTree, logFile: string): Promise<number> {
  const log = createWriteStream(logFile, { flags: 'a' });
  let said = '';
  const listening = new Promise<number>((found) => {
    const read = (chunk: Buffer): void => {
      log.write(chunk);
      if (said.length > 100_000) return;
      said += chunk.toString('utf8');
      const match = /Extension host agent listening on (\d+)/.exec(said);
      if (match) found(Number(match[1]));
    };
    tree.child.stdout?.on('data', read);
    tree.child.stderr?.on('data', read);
  });
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<'late'>((late) => {
    timer = setTimeout(() => late('late'), startLimitMs);
  });
  const first = await Promise.race([listening, tree.ended.then(() => 'ended' as const), tooLate]);
  clearTimeout(timer);
  if (typeof first === 'number') return first;
  await tree.stop();
  const how = first === 'late' ? `did not listen within ${startLimitMs / 1000} s` : 'ended before it listened';
  throw new ToolingError(`The VS Code server ${how}. It printed:\n${said.slice(-3_000)}`);
}

/**
 * The address of a workbench window on this server.
 *
 * @param folder the folder to open, an absolute path; none gives an empty window
 * @param extensions folders of extensions to load from source, as in the Extension Development Host
 * @param tests the module whose `run()` the extension host calls
 */
export function workbenchAddress(
  server: Pick<RunningServer, 'origin' | 'authority'>,
  window: { readonly folder?: string; readonly extensions?: readonly string[]; readonly tests?: string },
): string {
  const remote = (path: string): string => `vscode-remote://${server.authority}${uriPath(path)}`;
  const payload = [
    ...(window.extensions ?? []).map((path) => ['extensionDevelopmentPath', remote(path)]),
    ...(window.tests ? [['extensionTestsPath', remote(window.tests)]] : []),
    ['skipWelcome', 'true'],
    ['skipReleaseNotes', 'true'],
  ];
  const address = new URL(server.origin);
  if (window.folder) address.searchParams.set('folder', uriPath(window.folder));
  else address.searchParams.set('ew', 'true');
  address.searchParams.set('payload', JSON.stringify(payload));
  return address.href;
}

function uriPath(path: string): string {
  const forward = path.replaceAll('\\', '/');
  return forward.startsWith('/') ? forward : `/${forward}`;
}
