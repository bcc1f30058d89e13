/** The device flow as the user sees it: the code, the page where it is entered, and a wait that ends by itself. */
import * as vscode from 'vscode';
import type { VedauthClient } from '../../auth/vedauth';
import { type DeviceCode, type DeviceResult, type DeviceStart, startDeviceSignIn } from '../../auth/vedauthDevice';
import { plainText } from '../../core/foreignText';
import type { Project } from '../../core/model';
import type { Transport } from '../../core/ports';
import { inert } from '../inertText';
import { nameOf, whenAbandoned, whileWaiting } from './operator';
import type { VenafiPorts } from './ports';

export type SignInEnd = Exclude<DeviceResult, { kind: 'issued' }> | Exclude<DeviceStart, { kind: 'started' }>;

/** `aborted` also when the user closes the dialog. */
export async function signInByDevice(
  project: Project,
  client: VedauthClient,
  scope: string,
  { prompts, clock, log }: Pick<VenafiPorts, 'prompts' | 'clock' | 'log'>,
  transport: Transport,
): Promise<DeviceResult | SignInEnd> {
  const server = new URL(client.authOrigin);
  const { host } = server;
  const ports = { transport, clock, onAbandoned: whenAbandoned(project, server, { prompts, log }) };
  const started = await whileWaiting(inert(vscode.l10n.t('Asking {0} for a code', host)), (signal) =>
    startDeviceSignIn(client, scope, ports, signal),
  );
  if (started.kind !== 'started') return started;
  const { code, waiting } = started;
  if (!(await showCode(project, client, code, prompts))) return { kind: 'aborted' };
  const title = vscode.l10n.t('Waiting for the code {0} to be entered in the browser', plainText(code.userCode, 64));
  return whileWaiting(inert(title), (signal, tell) => {
    // An address may hold brackets, and a notification would make a link of them.
    tell(inert(plainText(code.verificationUri, 300)));
    return waiting.wait(signal);
  });
}

/** Resolves with whether to wait. Stays until the user goes on: the code can be copied first, and the page opened then. */
async function showCode(
  project: Project,
  { authOrigin }: VedauthClient,
  code: DeviceCode,
  prompts: VenafiPorts['prompts'],
): Promise<boolean> {
  const open = vscode.l10n.t('Open Browser');
  const copy = vscode.l10n.t('Copy Code');
  const wait = vscode.l10n.t('Continue');
  const page = pageToOpen(code, authOrigin);
  const userCode = plainText(code.userCode, 64);
  const paragraphs = [
    vscode.l10n.t('Enter this code in the browser: {0}', userCode),
    vscode.l10n.t('At: {0}', plainText(code.verificationUri, 300)),
    page === undefined
      ? vscode.l10n.t('The page is not on {0}, so it is not opened from here.', new URL(authOrigin).host)
      : vscode.l10n.t(
          'Sign in there as somebody who may revoke grants. Enter a code only if you asked for it yourself.',
        ),
  ];
  for (let copied = false; ; copied = true) {
    const chosen = await prompts.page(
      vscode.l10n.t('Sign in to {0}', nameOf(project)),
      copied ? [...paragraphs, vscode.l10n.t('The code is in the clipboard.')] : paragraphs,
      page === undefined ? [wait, copy] : [open, copy, wait],
    );
    if (chosen === copy) {
      // What is shown, and nothing else that the server may have put beside it.
      await vscode.env.clipboard.writeText(userCode);
      continue;
    }
    // VS Code decodes a `Uri` and does not encode it again; the text it opens as it is, although its type does not say so.
    if (chosen === open && page !== undefined) await vscode.env.openExternal(page as unknown as vscode.Uri);
    return chosen === open || chosen === wait;
  }
}

/** Only a page of the very host that the sign-in is for: an address elsewhere is shown, and the user decides. */
export function pageToOpen(code: DeviceCode, authOrigin: string): string | undefined {
  const { hostname } = new URL(authOrigin);
  const pages = [code.verificationUriComplete, code.verificationUri];
  return pages.find((page) => page !== undefined && new URL(page).hostname === hostname);
}
