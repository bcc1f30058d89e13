import { createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type DataFolders,
  dataFolderArguments,
  type InitialSettings,
  installVsix,
  linkExtensions,
  prepareDataFolder,
} from './dataFolder';
import { cleanEnvironment } from './environment';
import { ToolingError } from './failure';
import { repoRoot } from './paths';
import { type ProcessTree, spawnTree } from './processTree';
import type { HostInstall } from './provide';

/** How to start a VS Code server. */
export interface ServerOptions extends InitialSettings {
  /** 0, the default, takes a free port. */
  readonly port?: number;
  /** A folder to keep user data and extensions in; without it a temporary one, removed at the end. */
  readonly dataFolder?: string;
  /** A packaged extension to install first. */
  readonly vsix?: string;
  /** Folders of extensions to load from source, as if they were installed. */
  readonly linked?: readonly string[];
  /**
   * Switches the workbench's test driver on. Without it the built workbench ignores the payload of
   * {@link workbenchAddress}, so in-host tests need it; with it VS Code 1.100 refuses to show dialogs, so everything
   * that clicks does without.
   */
  readonly testDriver?: boolean;
  /** Leave workspace trust on: new folders then open in Restricted Mode. */
  readonly workspaceTrust?: boolean;
  /** Have logs written into files below `user/logs` even where the native module for that is missing. */
  readonly logFiles?: boolean;
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

/** The server hands its own Node options on to the extension hosts; from their environment it takes them away. */
const logFiles = `--require=${join(repoRoot, 'scripts', 'host', 'logFiles.js')}`;
const startLimitMs = 60_000;

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
    const folders = prepareDataFolder(dataFolder, options);
    linkExtensions(folders, options.linked ?? []);
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

function serverArguments(host: HostInstall, options: ServerOptions, folders: DataFolders): string[] {
  return [
    ...(options.logFiles ? [logFiles] : []),
    host.serverMain,
    ...dataFolderArguments(folders),
    '--host=127.0.0.1',
    `--port=${options.port ?? 0}`,
    '--without-connection-token',
    ...(options.testDriver ? ['--enable-smoke-test-driver'] : []),
    ...(options.workspaceTrust ? [] : ['--disable-workspace-trust']),
  ];
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
 * @param workspace a `.code-workspace` file to open in its place
 * @param extensions folders of extensions to load from source, as in the Extension Development Host
 * @param tests the module whose `run()` the extension host calls
 */
export function workbenchAddress(
  server: Pick<RunningServer, 'origin' | 'authority'>,
  window: {
    readonly folder?: string;
    readonly workspace?: string;
    readonly extensions?: readonly string[];
    readonly tests?: string;
    /** Levels of the logs of extensions, by their ids. */
    readonly logLevels?: Readonly<Record<string, 'trace' | 'off'>>;
  },
): string {
  const remote = (path: string): string => `vscode-remote://${server.authority}${uriPath(path)}`;
  const levels = Object.entries(window.logLevels ?? {});
  const payload = [
    ...(window.extensions ?? []).map((path) => ['extensionDevelopmentPath', remote(path)]),
    ...(window.tests ? [['extensionTestsPath', remote(window.tests)]] : []),
    ...(levels.length > 0 ? [['logLevel', levels.map((pair) => pair.join(':')).join()]] : []),
    ['skipWelcome', 'true'],
    ['skipReleaseNotes', 'true'],
  ];
  const address = new URL(server.origin);
  if (window.workspace) address.searchParams.set('workspace', uriPath(window.workspace));
  else if (window.folder) address.searchParams.set('folder', uriPath(window.folder));
  else address.searchParams.set('ew', 'true');
  address.searchParams.set('payload', JSON.stringify(payload));
  return address.href;
}

function uriPath(path: string): string {
  const forward = path.replaceAll('\\', '/');
  return forward.startsWith('/') ? forward : `/${forward}`;
}
