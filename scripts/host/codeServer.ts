import { createWriteStream, mkdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type InitialSettings, linkExtensions, prepareDataFolder } from './dataFolder';
import { cleanEnvironment } from './environment';
import { ToolingError } from './failure';
import { type ProcessTree, spawnTree } from './processTree';
import type { HostInstall } from './provide';

/** How to start a VS Code that a person uses in a browser. */
export interface CodeServerOptions extends InitialSettings {
  /** 0 takes a free port. */
  readonly port: number;
  /** Keeps user data, extensions and logs from one start to the next. */
  readonly dataFolder: string;
  /** Folders of extensions to load from source. */
  readonly linked: readonly string[];
}

/** A code-server that answers. */
export interface RunningCodeServer {
  /** For instance `http://127.0.0.1:8642`. */
  readonly origin: string;
  readonly logFile: string;
  /** Settles when it has ended, asked or not. */
  readonly ended: Promise<number | null>;
  stop(): Promise<void>;
}

const startLimitMs = 60_000;

/**
 * Starts VS Code behind code-server's own entry: unlike the bare server it keeps the server's half of the key that
 * secrets are encrypted with, so a sign-in survives a reload, and it serves the rewritten links to loopback ports.
 * Without a password, therefore on loopback only.
 *
 * @throws PortInUseError when something else listens on the port
 * @throws ToolingError when it ends early or does not listen within a minute
 */
export async function startCodeServer(host: HostInstall, options: CodeServerOptions): Promise<RunningCodeServer> {
  const { dataFolder } = options;
  mkdirSync(dataFolder, { recursive: true });
  const folders = prepareDataFolder(dataFolder, options);
  linkExtensions(folders, options.linked);
  const environment = cleanEnvironment();
  // code-server takes these over the arguments.
  for (const name of ['PORT', 'PASSWORD', 'HASHED_PASSWORD']) delete environment[name];
  // Not in the data folder: the path of a socket may be about 100 characters long.
  const socket = join(tmpdir(), `reconsent-start-${process.pid}.sock`);
  process.on('exit', () => rmSync(socket, { force: true }));
  const logFile = join(dataFolder, 'code-server.log');
  const tree = spawnTree(
    host.node,
    [
      host.codeServerEntry,
      '--auth=none',
      `--bind-addr=127.0.0.1:${options.port}`,
      `--config=${join(dataFolder, 'code-server.yaml')}`,
      `--session-socket=${socket}`,
      `--user-data-dir=${folders.user}`,
      `--extensions-dir=${folders.extensions}`,
      '--app-name=VS Code',
      '--disable-telemetry',
      '--disable-update-check',
      '--disable-workspace-trust',
      '--disable-getting-started-override',
      '--ignore-last-opened',
    ],
    { stdio: ['ignore', 'pipe', 'pipe'], env: environment },
  );
  const origin = await listeningOrigin(tree, logFile, options.port);
  return { origin, logFile, ended: tree.ended, stop: tree.stop };
}

/** The port is taken by another program. */
export class PortInUseError extends ToolingError {
  constructor(port: number) {
    super(`Port ${port} is in use. Choose another: npm start -- --port <number>`);
  }
}

async function listeningOrigin(tree: ProcessTree, logFile: string, port: number): Promise<string> {
  const log = createWriteStream(logFile);
  let said = '';
  const listening = new Promise<string>((found) => {
    const read = (chunk: Buffer): void => {
      log.write(chunk);
      if (said.length > 100_000) return;
      said += chunk.toString('utf8');
      const match = /HTTP server listening on (http:\/\/127\.0\.0\.1:\d+)/.exec(said);
      if (match?.[1]) found(match[1]);
    };
    tree.child.stdout?.on('data', read);
    tree.child.stderr?.on('data', read);
  });
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<undefined>((late) => {
    timer = setTimeout(() => late(undefined), startLimitMs);
  });
  const origin = await Promise.race([listening, tree.ended.then(() => undefined), tooLate]);
  clearTimeout(timer);
  if (origin) return origin;
  await tree.stop();
  if (said.includes('EADDRINUSE')) throw new PortInUseError(port);
  throw new ToolingError(`VS Code did not start. It printed:\n${said.slice(-3_000)}\nThe whole log: ${logFile}`);
}
