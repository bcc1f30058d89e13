/**
 * Sign In, Grant Consent Again and Rescue with Another Scope. A lazy part of the bundle, with the scope data and the
 * listener in it.
 */
import * as vscode from 'vscode';
import { plainText } from '../../core/foreignText';
import type { Target } from '../../core/model';
import { scopeModel } from '../../providers/googleDataPortability/scopeSelection';
import { parseOptions } from '../../providers/googleDataPortability/settings';
import { commandIds } from '../commandIds';
import { pickOneScope, pickScopes, recentScopeSets } from '../scopePicker';
import { chooseClient } from './client';
import { askConsent, type ConsentPorts } from './consent';
import { grantedNow, lastAskedFor, resources } from './grants';

export interface SignInPorts extends ConsentPorts {
  readonly recent: vscode.Memento;
}

/** Asks for scopes that are not granted yet. A living consent stays as it is and gets a token more. */
export async function signIn(target: Target, origins: readonly string[], ports: SignInPorts): Promise<void> {
  const client = await chooseClient(target, origins, ports);
  if (!client) return;
  const chosen = await pickScopes(await offeredScopes(target, ports), vscode.window, ports.recent);
  if (chosen) await askConsent(target, { client, origins, resources: chosen }, ports);
}

/** Asks for what was granted last, without asking the developer again which scopes those are. */
export async function grantAgain(target: Target, origins: readonly string[], ports: SignInPorts): Promise<void> {
  const wanted = await lastAskedFor(target, ports.vault);
  if (wanted.length === 0) return signIn(target, origins, ports);
  const granted = new Set(await grantedNow(target, ports));
  const missing = wanted.filter((resource) => !granted.has(resource));
  if (missing.length === 0) return tellGranted(target, ports);
  const client = await chooseClient(target, origins, ports);
  if (client) await askConsent(target, { client, origins, resources: missing }, ports);
}

async function tellGranted(target: Target, { prompts }: SignInPorts): Promise<void> {
  const reset = vscode.l10n.t('Reset Consent');
  const chosen = await prompts.warn(
    vscode.l10n.t(
      'The consent of {0} is alive: all of these scopes are granted. Asking again ends at a page of Google that never comes back. Reset the consent first.',
      plainText(target.identity.label, 80),
    ),
    reset,
  );
  if (chosen === reset) await vscode.commands.executeCommand(commandIds.resetConsent, { kind: 'identity', target });
}

/** An idea that nobody has tried at Google: the token of one new scope resets a consent whose own tokens are lost. */
export async function rescueScope(target: Target, origins: readonly string[], ports: SignInPorts): Promise<void> {
  const subject = plainText(target.identity.label, 80);
  const yes = await ports.prompts.confirm(
    vscode.l10n.t('Try to rescue the consent of {0}? (Experimental)', subject),
    [
      vscode.l10n.t('This was never tried against Google: nobody knows whether it works. It works in the sandbox.'),
      vscode.l10n.t(
        'The test user consents to one scope that was not granted before. With the token of that scope, Reset Consent is run: one token is enough to reset the whole consent.',
      ),
      vscode.l10n.t(
        'If the browser stays on a page that says "Incremental auth is not allowed", nothing has changed: cancel the wait, and remove the app on the account page.',
      ),
    ].join('\n\n'),
    vscode.l10n.t('Choose a Scope…'),
  );
  if (!yes) return;
  const now = await grantedNow(target, ports);
  const granted = resources([...(await ports.vault.lastGrants(target)), ...now]);
  const model = scopeModel({
    subject: target.identity.label,
    projectSet: [],
    recentSets: [],
    granted,
    resetFirst: false,
  });
  const resource = await pickOneScope(model, vscode.window);
  if (resource === undefined) return;
  const client = await chooseClient(target, origins, ports);
  if (!client) return;
  const stored = await askConsent(target, { client, origins, resources: [resource] }, ports);
  if (stored) await vscode.commands.executeCommand(commandIds.resetConsent, { kind: 'identity', target });
}

/** Asks for the scopes that a project names, of no identity in particular. */
export function chooseProjectScopes(
  subject: string,
  before: readonly string[],
  recent: vscode.Memento,
): Promise<readonly string[] | undefined> {
  const recentSets = recentScopeSets(recent);
  const model = scopeModel({ subject, projectSet: before, recentSets, granted: [], resetFirst: true });
  return pickScopes(model, vscode.window, recent);
}

async function offeredScopes(target: Target, ports: SignInPorts): Promise<ReturnType<typeof scopeModel>> {
  return scopeModel({
    subject: target.identity.label,
    projectSet: parseOptions(target.project).scopes ?? [],
    recentSets: recentScopeSets(ports.recent),
    granted: await grantedNow(target, ports),
    resetFirst: false,
  });
}
