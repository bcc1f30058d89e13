import { chmodSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { ToolingError } from './failure';
import { installPackage, npm, provideFolder } from './install';
import { cacheRoot, nodePlatform } from './paths';

/** The two ends of the supported range of VS Code. */
export type HostVersion = 'min' | 'newest';

/** A VS Code of one version, ready to start. */
export interface HostInstall {
  readonly version: HostVersion;
  /** The version that `vscode.version` reports inside, for instance `1.100.3`. */
  readonly vscodeVersion: string;
  /** The Node executable of the major version that this VS Code is built for. */
  readonly node: string;
  /** `server-main.js`: VS Code's own server, without code-server around it. */
  readonly serverMain: string;
  /** code-server's entry, which also keeps the key that secrets are encrypted with. */
  readonly codeServerEntry: string;
}

/**
 * The desktop build of VS Code comes from a download site; its server build, which runs the same workbench and the same
 * extension host, comes with the npm package `code-server`. That package pins what it needs by its own shrinkwrap.
 */
const hosts = {
  min: { codeServer: '4.100.3', vscode: '1.100.3', nodeMajor: 20 },
  newest: { codeServer: '4.139.1', vscode: '1.139.1', nodeMajor: 24 },
} as const;

const nodeVersions = { 20: '20.20.2', 24: '24.21.0' } as const;

/**
 * Installs the VS Code of the given version into `.vscode-test/`, or finds it there. Safe to call from two processes.
 *
 * @throws ToolingError when the registry cannot be reached
 */
export async function provideHost(version: HostVersion): Promise<HostInstall> {
  const host = hosts[version];
  const node = await provideNode(host.nodeMajor);
  const folder = join(cacheRoot, `vscode-${host.vscode}`);
  const codeServer = (base: string): string => join(base, 'node_modules', 'code-server');
  await provideFolder(folder, `code-server@${host.codeServer} 1`, (partial) => {
    console.error(`Installing VS Code ${host.vscode} (npm code-server@${host.codeServer}) …`);
    installPackage(partial, 'code-server', host.codeServer);
    // Its install script would do this, and compile modules that the server can do without.
    npm(join(codeServer(partial), 'lib', 'vscode'), ['install', '--omit=dev', '--no-save']);
  });
  return {
    version,
    vscodeVersion: host.vscode,
    node,
    serverMain: join(codeServer(folder), 'lib', 'vscode', 'out', 'server-main.js'),
    codeServerEntry: join(codeServer(folder), 'out', 'node', 'entry.js'),
  };
}

/** The Node that runs this script where it is of that major version, otherwise the one that npm carries. */
export async function provideNode(major: 20 | 24): Promise<string> {
  if (process.versions.node.startsWith(`${major}.`)) return process.execPath;
  const name = `node-${nodePlatform}-${process.arch}`;
  const version = nodeVersions[major];
  const folder = join(cacheRoot, `node-${version}`);
  await provideFolder(folder, `${name}@${version}`, (partial) => {
    console.error(`Installing Node ${version} (npm ${name}) …`);
    installPackage(partial, name, version);
  });
  const node = join(folder, 'node_modules', name, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  if (!existsSync(node)) throw new ToolingError(`npm ${name}@${version} holds no Node executable. Delete ${folder}`);
  if (process.platform !== 'win32') chmodSync(node, 0o755);
  return node;
}
