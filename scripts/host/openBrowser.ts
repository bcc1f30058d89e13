import { spawn } from 'node:child_process';

/** Whether a person sits at this process and has a desktop to show a browser on. */
export function canOpenBrowser(): boolean {
  if (!process.stdout.isTTY || process.env['CI'] || process.env['SSH_CONNECTION']) return false;
  if (process.platform !== 'linux') return true;
  return Boolean(process.env['DISPLAY'] ?? process.env['WAYLAND_DISPLAY']);
}

/** Opens an address in the user's browser; a failure is silent, since the address has been printed. */
export function openBrowser(address: string): void {
  const [file, args] =
    process.platform === 'darwin'
      ? ['open', [address]]
      : process.platform === 'win32'
        ? ['rundll32', ['url.dll,FileProtocolHandler', address]]
        : ['xdg-open', [address]];
  const child = spawn(file, args, { stdio: 'ignore', detached: true });
  child.on('error', () => undefined);
  child.unref();
}
