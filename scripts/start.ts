import { spawn } from 'node:child_process';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { buildExtension } from './host/build';
import { PortInUseError, type RunningCodeServer, startCodeServer } from './host/codeServer';
import { companionFolder } from './host/companion';
import { runProgram, ToolingError } from './host/failure';
import { canOpenBrowser, openBrowser } from './host/openBrowser';
import { cacheRoot, repoRoot } from './host/paths';
import { provideHost } from './host/provide';
import { startStandaloneSandbox } from './host/standaloneSandbox';
import { provideStartWorkspace } from './host/startWorkspace';

const usage = `Opens a VS Code with Reconsent and sample data.

  --port <number>        where to serve VS Code on 127.0.0.1 (8642)
  --no-open              print the address only
  --desktop              use the installed desktop VS Code (command "code")
  --no-sample            without the sample data
  --extension <folder>   another extension`;

/** Fixed, because a browser keeps sign-ins by address. */
const usualPort = 8642;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      port: { type: 'string' },
      'no-open': { type: 'boolean', default: false },
      'no-sample': { type: 'boolean', default: false },
      desktop: { type: 'boolean', default: false },
      extension: { type: 'string', default: repoRoot },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(usage);
    return 0;
  }
  const port = values.port === undefined ? undefined : portNumber(values.port);
  const extension = resolve(values.extension);
  if (extension === repoRoot) buildExtension();
  const linked = values['no-sample'] ? [extension] : [extension, companionFolder];
  const folder = join(cacheRoot, 'start');
  const workspace = join(folder, 'workspace');
  provideStartWorkspace(workspace);
  if (values.desktop) return startDesktop(linked, join(folder, 'desktop'), workspace);

  const server = await startInBrowser(port, linked, folder);
  const address = `${server.origin}/?folder=${encodeURI(workspace.replaceAll('\\', '/'))}`;
  console.log(`\nReconsent is ready: ${address}\nPress Ctrl+C to stop.`);
  if (!values['no-open'] && canOpenBrowser()) openBrowser(address);
  const code = await server.ended;
  console.error(`VS Code ended (exit code ${code}). Its log: ${server.logFile}`);
  return 1;
}

async function startInBrowser(
  port: number | undefined,
  linked: readonly string[],
  dataFolder: string,
): Promise<RunningCodeServer> {
  const host = await provideHost('newest');
  const sandbox = await startStandaloneSandbox();
  const start = (on: number): Promise<RunningCodeServer> =>
    startCodeServer(host, {
      port: on,
      dataFolder,
      linked,
      settings: { 'workbench.startupEditor': 'readme' },
      machineSettings: { 'reconsent.sandbox.port': sandbox.port },
    });
  if (port !== undefined) return start(port);
  try {
    return await start(usualPort);
  } catch (thrown) {
    if (!(thrown instanceof PortInUseError)) throw thrown;
    console.error(`Port ${usualPort} is in use: taking another one. Sign-ins are kept for each address.`);
    return start(0);
  }
}

/** The desktop VS Code loads the extensions in its Extension Development Host; returns when its window is closed. */
async function startDesktop(extensions: readonly string[], dataFolder: string, workspace: string): Promise<number> {
  const args = [
    ...extensions.map((extension) => `--extensionDevelopmentPath=${extension}`),
    `--user-data-dir=${dataFolder}`,
    '--disable-workspace-trust',
    '--new-window',
    '--wait',
    workspace,
  ];
  // On Windows `code` is a batch file, which only a shell starts; the quotes keep paths with spaces whole.
  const shell = process.platform === 'win32';
  const child = spawn('code', shell ? args.map((argument) => `"${argument}"`) : args, { stdio: 'inherit', shell });
  return new Promise((done, fail) => {
    child.once('error', () =>
      fail(
        new ToolingError('The command "code" was not found: install VS Code, and "Shell Command: Install \'code\'".'),
      ),
    );
    child.once('exit', (code) => done(code ?? 1));
  });
}

function portNumber(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new ToolingError(`--port ${text} is not a port number`);
}

runProgram(main);
