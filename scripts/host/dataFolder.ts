import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { cleanEnvironment } from './environment';
import { ToolingError } from './failure';
import type { HostInstall } from './provide';

/**
 * Settings under which nothing moves, asks or updates by itself. None that VS Code would migrate: it does so seconds after it
 * has started, and then writes into the file that a test may be editing.
 */
const quietSettings = {
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'extensions.autoCheckUpdates': false,
  'extensions.ignoreRecommendations': true,
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'workbench.enableExperiments': false,
  'workbench.reduceMotion': 'on',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.settings.showAISearchToggle': false,
  'editor.accessibilitySupport': 'off',
  'chat.disableAIFeatures': true,
  'chat.commandCenter.enabled': false,
  'git.enabled': false,
  'git.openRepositoryInParentFolders': 'never',
  'remote.autoForwardPorts': false,
} as const;

/** The folders of one VS Code, as its command-line arguments name them. */
export interface DataFolders {
  readonly user: string;
  readonly server: string;
  readonly extensions: string;
}

/** Initial settings. This build keeps all of them on the server's side. */
export interface InitialSettings {
  /**
   * User settings (`User/settings.json`): what `ConfigurationTarget.Global` writes, too. Settings with the scope
   * `machine` have no effect here, because every window of this build is a remote one.
   */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Settings of the remote machine (`Machine/settings.json`): the place for the scope `machine`. */
  readonly machineSettings?: Readonly<Record<string, unknown>>;
}

/** Creates the folders below `dataFolder` and writes the settings; others that are there already are kept. */
export function prepareDataFolder(dataFolder: string, initial: InitialSettings): DataFolders {
  const folders = {
    user: join(dataFolder, 'user'),
    server: join(dataFolder, 'server'),
    extensions: join(dataFolder, 'extensions'),
  };
  for (const folder of Object.values(folders)) mkdirSync(folder, { recursive: true });
  mergeSettings(join(folders.user, 'User', 'settings.json'), quietSettings, initial.settings);
  mergeSettings(join(folders.user, 'Machine', 'settings.json'), {}, initial.machineSettings);
  return folders;
}

function mergeSettings(
  file: string,
  defaults: Readonly<Record<string, unknown>>,
  settings: Readonly<Record<string, unknown>> | undefined,
): void {
  const kept = readJson(file);
  // Comments may have been written into it, which VS Code understands and rewriting would lose.
  if (kept === 'unreadable') return;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify({ ...defaults, ...kept, ...settings }, null, 2)}\n`);
}

/** The arguments that both VS Code's server and its command line understand. */
export function dataFolderArguments(folders: DataFolders): string[] {
  return [
    '--accept-server-license-terms',
    '--telemetry-level=off',
    `--user-data-dir=${folders.user}`,
    `--server-data-dir=${folders.server}`,
    `--extensions-dir=${folders.extensions}`,
  ];
}

/**
 * Makes extensions load from their source folders as if they were installed, by links in the extensions folder and the
 * list that VS Code keeps there. Unlike the Extension Development Host this needs no test driver, which VS Code 1.100
 * shows no dialogs under, and it works behind code-server's own entry.
 */
export function linkExtensions(folders: DataFolders, sources: readonly string[]): void {
  if (sources.length === 0) return;
  const entries = sources.map((source) => {
    const manifest = readJson(join(source, 'package.json'));
    if (manifest === undefined || manifest === 'unreadable') throw new ToolingError(`${source} holds no extension`);
    const id = `${String(manifest['publisher'])}.${String(manifest['name'])}`;
    const version = String(manifest['version']);
    const name = `${id}-${version}`;
    const link = join(folders.extensions, name);
    rmSync(link, { recursive: true, force: true });
    symlinkSync(resolve(source), link, 'junction');
    const location = { $mid: 1, path: pathToFileURL(link).pathname, scheme: 'file' };
    return { identifier: { id }, version, location, relativeLocation: name };
  });
  writeFileSync(join(folders.extensions, 'extensions.json'), JSON.stringify(entries));
}

/**
 * Installs a packaged extension the way a user does on the command line.
 *
 * @throws ToolingError when VS Code refuses it
 */
export function installVsix(host: HostInstall, vsix: string, folders: DataFolders): void {
  const args = [host.serverMain, ...dataFolderArguments(folders), '--install-extension', vsix, '--force'];
  const run = spawnSync(host.node, args, { encoding: 'utf8', env: cleanEnvironment() });
  if (run.status === 0 && /successfully installed/i.test(run.stdout)) return;
  throw new ToolingError(`VS Code ${host.vscodeVersion} did not install ${vsix}:\n${run.stdout}\n${run.stderr}`);
}

function readJson(file: string): Record<string, unknown> | 'unreadable' | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return 'unreadable';
  }
}
