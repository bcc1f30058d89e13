/** A sign-in that brought no tokens: one notification, with what helps. */
import * as vscode from 'vscode';
import type { ClientVault } from '../../auth/clientVault';
import type { CredentialVault } from '../../auth/credentialVault';
import type { SignInResult } from '../../auth/googleSignIn';
import { signInDeadEnds } from '../../auth/signInDeadEnds';
import { plainText } from '../../core/foreignText';
import type { Target } from '../../core/model';
import { type ReasonTexts, reasonParagraph } from '../../core/outcomeText';
import type { Log } from '../../core/ports';
import { commandIds } from '../commandIds';
import type { Prompts } from '../prompts';
import { translate } from '../translate';
import type { SignInClient } from './client';

export interface EndingPorts {
  readonly vault: CredentialVault;
  readonly clients: ClientVault;
  readonly prompts: Prompts;
  readonly texts: ReasonTexts;
  readonly log: Log;
}

type Unsuccessful = Exclude<SignInResult, { kind: 'signed-in' }>;

/** `signInAnew` asks for the client again, because what is kept of it is wrong. */
export async function tellEnding(
  target: Target,
  client: SignInClient,
  result: Unsuccessful,
  signInAnew: () => Promise<void>,
  ports: EndingPorts,
): Promise<void> {
  const { prompts, clients, log, texts } = ports;
  const offers = new Map<string, () => PromiseLike<unknown>>();
  const stayedAway = result.kind === 'cancelled' || result.kind === 'timed-out';
  if (stayedAway) {
    const pages = signInDeadEnds({ clientId: client.clientId, redirectUri: client.redirectUri ?? 'http://127.0.0.1' });
    for (const page of result.kind === 'timed-out' ? result.pages : pages) {
      log.info(reasonParagraph(page, texts, translate));
    }
  }
  if (result.reason.code === 'signIn.invalidClient') {
    await clients.forget(target.project).catch(() => log.warn('A wrong client secret could not be forgotten.'));
    offers.set(vscode.l10n.t('Another Client…'), signInAnew);
  }
  if (stayedAway || result.reason.actions.some(({ kind }) => kind === 'open-url')) {
    const node = { kind: 'identity', target };
    const run = (id: string) => () => vscode.commands.executeCommand(id, node);
    const stored = (await ports.vault.read(target)).kind === 'present';
    if (stored) offers.set(vscode.l10n.t('Reset Consent'), run(commandIds.resetConsent));
    else offers.set(vscode.l10n.t('What Now?'), run(commandIds.lostTokenHelp));
  }
  offers.set(vscode.l10n.t('Show Log'), () => vscode.commands.executeCommand(commandIds.showLog));
  const severity = result.kind === 'denied' || result.kind === 'cancelled' ? 'information' : 'warning';
  const chosen = await prompts.tell(severity, plainText(target.identity.label, 80), result.reason, [...offers.keys()]);
  if (chosen !== undefined) await offers.get(chosen)?.();
}
