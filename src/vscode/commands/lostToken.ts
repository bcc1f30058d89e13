/** What can be done when the token of a living consent is gone: a page that says why, and what helps, in order. */
import * as vscode from 'vscode';
import { connectionsUrl } from '../../auth/signInDeadEnds';
import { isLoopbackHost } from '../../core/endpoint';
import { plainText } from '../../core/foreignText';
import type { Target } from '../../core/model';
import { commandIds } from '../commandIds';
import type { Prompts } from '../prompts';
import { sampleProjectId } from '../sandboxSamples';

/** Shows the page until something else than the account page was chosen: the steps after that one stand here. */
export async function lostTokenHelp(target: Target, { prompts }: { readonly prompts: Prompts }): Promise<void> {
  const node = { kind: 'identity', target };
  const steps = new Map<string, () => PromiseLike<unknown>>();
  const accountPage = vscode.l10n.t('Open Account Page');
  const local = isLoopbackHost(new URL(target.project.endpoint).hostname);
  if (!local) steps.set(accountPage, () => vscode.env.openExternal(vscode.Uri.parse(connectionsUrl, true)));
  if (target.project.id === sampleProjectId) {
    steps.set(vscode.l10n.t('Start Sandbox'), () => vscode.commands.executeCommand(commandIds.startSandbox));
  }
  steps.set(vscode.l10n.t('Sign In…'), () => vscode.commands.executeCommand(commandIds.signIn, node));
  steps.set(vscode.l10n.t('Rescue (Experimental)…'), () =>
    vscode.commands.executeCommand(commandIds.rescueScope, node),
  );
  for (;;) {
    const chosen = await prompts.page(
      vscode.l10n.t('When the token of {0} is lost', plainText(target.identity.label, 80)),
      [
        vscode.l10n.t(
          'A consent is reset with one of its own tokens. If the consent is alive and its tokens are lost, nothing can be sent from here; and while it is alive, Google does not ask for the same scopes again: its page stops at "Incremental auth is not allowed" and never comes back.',
        ),
        vscode.l10n.t('What helps, in this order:'),
        ...(local ? localWay(target) : [accountWay()]),
        vscode.l10n.t('2. Sign in again: now the consent page is shown, and the new token is stored.'),
        vscode.l10n.t(
          '3. Where that is impossible: consent to one scope that was not granted before, and reset with its token. This is an experiment that was never tried against Google.',
        ),
        vscode.l10n.t('If your app still has a token of this user, Set Credential… does it at once.'),
      ],
      [...steps.keys()],
    );
    if (chosen === undefined) return;
    await steps.get(chosen)?.();
    if (chosen !== accountPage) return;
  }
}

function accountWay(): string {
  return vscode.l10n.t(
    '1. As the test user, open myaccount.google.com/connections and remove the app. That ends the consent; whether it gives used-up one-time exports back is not known.',
  );
}

function localWay({ project }: Target): readonly string[] {
  if (project.id === sampleProjectId) {
    return [
      vscode.l10n.t('1. Start the sandbox once more: it has no account page, but gives its sample users new tokens.'),
    ];
  }
  return [
    vscode.l10n.t(
      '1. This project points to {0}, on this computer, where no account page is. If it is the sandbox, a POST to /__sandbox/reset forgets all its consents.',
      plainText(project.endpoint, 100),
    ),
  ];
}
