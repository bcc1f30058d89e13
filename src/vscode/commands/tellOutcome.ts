/** Tells an outcome that needs a look, and does what the user chooses from it. Success shows in place. */
import * as vscode from 'vscode';
import { plainText } from '../../core/foreignText';
import type { Reason, RemedyAction, Target } from '../../core/model';
import { needsAttention, type Outcome } from '../../core/outcome';
import { commandIds } from '../commandIds';
import type { Prompts } from '../prompts';
import { sampleProjectId } from '../sandbox';

type Offer = RemedyAction['kind'] | 'start-sandbox' | 'show-log';

/** What only the command that resets can do. */
export interface ResetAgain {
  retry(target: Target): Promise<void>;
  takeOver(target: Target): Promise<void>;
}

export async function tellOutcome(
  target: Target,
  outcome: Outcome,
  prompts: Prompts,
  again: ResetAgain,
): Promise<void> {
  const subject = `${plainText(target.identity.label, 80)} (${plainText(target.project.label, 60)})`;
  if (outcome.kind === 'already-reset') {
    await prompts.tell('information', subject, outcome.reason, []);
    return;
  }
  if (!needsAttention(outcome.kind) && outcome.kind !== 'not-sent' && outcome.kind !== 'accepted') return;
  const offers = offersOf(target, outcome);
  const severity = outcome.kind === 'accepted' ? 'information' : outcome.kind === 'unknown' ? 'warning' : 'error';
  const chosen = await prompts.tell(severity, subject, outcome.reason, [...offers.keys()]);
  const offer = chosen === undefined ? undefined : offers.get(chosen);
  if (offer) await follow(offer, target, outcome, again);
}

function offersOf(target: Target, outcome: Outcome): ReadonlyMap<string, Offer> {
  const titles: Readonly<Record<RemedyAction['kind'], string>> = {
    retry: vscode.l10n.t('Retry'),
    verify: vscode.l10n.t('Verify'),
    'replace-credential': vscode.l10n.t('Set Credential…'),
    'open-url': vscode.l10n.t('Open Page'),
    'open-settings': vscode.l10n.t('Open Settings'),
    'take-over-lock': vscode.l10n.t('Take Over'),
  };
  const offers = new Map<string, Offer>();
  if (target.project.id === sampleProjectId && isRefusedConnection(outcome.reason)) {
    offers.set(vscode.l10n.t('Start Sandbox'), 'start-sandbox');
  }
  for (const { kind } of outcome.reason.actions) offers.set(titles[kind], kind);
  return offers.set(vscode.l10n.t('Show Log'), 'show-log');
}

function isRefusedConnection(why: Reason): boolean {
  return why.code === 'http.refused' || (why.cause !== undefined && isRefusedConnection(why.cause));
}

async function follow(offer: Offer, target: Target, outcome: Outcome, again: ResetAgain): Promise<void> {
  const node = { kind: 'identity', target };
  switch (offer) {
    case 'retry':
      return again.retry(target);
    case 'take-over-lock':
      return again.takeOver(target);
    case 'verify':
      await vscode.commands.executeCommand(commandIds.verifyOutcome, node);
      return;
    case 'replace-credential':
      await vscode.commands.executeCommand(commandIds.setCredential, node);
      return;
    case 'open-url': {
      const link = outcome.reason.actions.find((offered) => offered.kind === 'open-url');
      if (link) await vscode.env.openExternal(vscode.Uri.parse(link.url, true));
      return;
    }
    case 'open-settings':
      await vscode.commands.executeCommand(commandIds.editProjects);
      return;
    case 'start-sandbox':
      await vscode.commands.executeCommand(commandIds.startSandbox);
      return;
    case 'show-log':
      await vscode.commands.executeCommand(commandIds.showLog);
      return;
  }
}
