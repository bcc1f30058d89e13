import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import { ToolingError } from './failure';
import { installPackage, provideFolder } from './install';
import { cacheRoot } from './paths';
import { unpackTar } from './tar';

/** A Chromium that Playwright can start: pass the fields on to `chromium.launch`. */
export interface BrowserInstall {
  readonly executablePath: string;
  readonly args: string[];
  readonly env: Record<string, string>;
}

const packageName = '@sparticuz/chromium';
const packageVersion = '143.0.4';

/** Quiet, without a sandbox (containers have none), and nothing that talks to the network by itself. */
const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/**
 * An installed Chrome or Chromium where there is one (`CHROME_PATH`, then the usual places), otherwise the Chromium
 * that the npm package `@sparticuz/chromium` carries (Linux on x64), unpacked into `.vscode-test/`.
 *
 * @throws ToolingError when there is none
 */
export async function provideBrowser(): Promise<BrowserInstall> {
  const installed = installedBrowser();
  if (installed) return { executablePath: installed, args: [...flags], env: environment({}) };
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new ToolingError('No Chrome or Chromium was found. Install one, or name its executable in CHROME_PATH.');
  }
  const folder = await provideFolder(
    join(cacheRoot, `chromium-${packageVersion}`),
    `${packageName}@${packageVersion} 1`,
    unpackBrowser,
  );
  const executablePath = join(folder, 'chromium');
  const fonts = { FONTCONFIG_FILE: writeFontsConfig(folder) };
  const libraries = { LD_LIBRARY_PATH: join(folder, 'lib') };
  for (const extra of [fonts, { ...fonts, ...libraries }]) {
    const env = environment(extra);
    if (spawnSync(executablePath, ['--version'], { env, stdio: 'ignore' }).status === 0) {
      return { executablePath, args: [...flags], env };
    }
  }
  const missing = spawnSync(executablePath, ['--version'], { env: environment(libraries), encoding: 'utf8' });
  throw new ToolingError(
    `The Chromium of npm ${packageName} does not start here: ${(missing.stderr || missing.error?.message || '').trim()}\n` +
      'Install Chrome or Chromium, or name its executable in CHROME_PATH.',
  );
}

/**
 * The package brings the browser and, for images that lack NSS, its libraries, as Brotli archives beside JavaScript that
 * would unpack them into the system's temporary folder. Unpacking them here leaves nothing behind there, and none of
 * the package's code runs.
 */
function unpackBrowser(partial: string): void {
  console.error(`Installing Chromium (npm ${packageName}@${packageVersion}) …`);
  installPackage(partial, packageName, packageVersion);
  const bin = join(partial, 'node_modules', packageName, 'bin');
  const unpacked = (name: string): Buffer => brotliDecompressSync(readFileSync(join(bin, name)));
  writeFileSync(join(partial, 'chromium'), unpacked('chromium.br'), { mode: 0o755 });
  unpackTar(unpacked('swiftshader.tar.br'), partial);
  unpackTar(unpacked('al2023.tar.br'), partial);
  unpackTar(unpacked('fonts.tar.br'), join(partial, 'fonts'));
  rmSync(join(partial, 'node_modules'), { recursive: true });
}

/** The system's fonts and the package's; the package's own file names folders that exist on one cloud service only. */
function writeFontsConfig(folder: string): string {
  const cache = join(folder, 'fonts-cache');
  const file = join(folder, 'fonts.conf');
  mkdirSync(cache, { recursive: true });
  const system = existsSync('/etc/fonts/fonts.conf')
    ? '<include ignore_missing="yes">/etc/fonts/fonts.conf</include>'
    : '';
  const content =
    `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">\n` +
    `<fontconfig>${system}<dir>${join(folder, 'fonts')}</dir><cachedir>${cache}</cachedir></fontconfig>\n`;
  if (!existsSync(file) || readFileSync(file, 'utf8') !== content) writeFileSync(file, content);
  return file;
}

function environment(extra: Record<string, string>): Record<string, string> {
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(process.env)) {
    if (value !== undefined) env[name] = value;
  }
  return { ...env, ...extra };
}

function installedBrowser(): string | undefined {
  const named = process.env['CHROME_PATH'];
  if (named) {
    if (existsSync(named)) return named;
    throw new ToolingError(`CHROME_PATH names ${named}, which does not exist.`);
  }
  return usualPlaces().find((file) => existsSync(file));
}

function usualPlaces(): string[] {
  if (process.platform === 'darwin') {
    const apps = ['Google Chrome', 'Chromium', 'Microsoft Edge'];
    return ['/Applications', join(process.env['HOME'] ?? '', 'Applications')].flatMap((folder) =>
      apps.map((app) => join(folder, `${app}.app`, 'Contents', 'MacOS', app)),
    );
  }
  if (process.platform === 'win32') {
    const roots = [process.env['PROGRAMFILES'], process.env['PROGRAMFILES(X86)'], process.env['LOCALAPPDATA']];
    return roots
      .filter((root) => root !== undefined)
      .flatMap((root) => [
        join(root, 'Google', 'Chrome', 'Application', 'chrome.exe'),
        join(root, 'Chromium', 'Application', 'chrome.exe'),
        join(root, 'Microsoft', 'Edge', 'Application', 'msedge.exe'),
      ]);
  }
  const names = ['google-chrome-stable', 'google-chrome', 'chromium', 'chromium-browser', 'microsoft-edge-stable'];
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  return [...names.flatMap((name) => folders.map((folder) => join(folder, name))), '/opt/google/chrome/chrome'];
}
