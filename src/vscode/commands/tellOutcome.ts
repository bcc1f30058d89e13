/** Tells an outcome that needs a look, and does what the user chooses from it. Success shows in place. */
import * as vscode from 'vscode';
import { plainText } from '../../core/foreignText';
import type { Reason, RemedyAction, Target } from '../../core/model';
import { needsAttention, type Outcome } from '../../core/outcome';
import { providerDescriptions } from '../../providers/registry';
import { commandIds } from '../commandIds';
import type { Prompts } from '../prompts';
import { isSampleProject } from '../sandboxSamples';

type Offer = RemedyAction['kind'] | 'start-sandbox' | 'show-log';

/** What only the command that resets can do. */
export interface ResetAgain {
  retry(): Promise<void>;
  takeOver(): Promise<void>;
  useWay(wayId: string): Promise<void>;
}

export async function tellOutcome(
  target: Target,
  outcome: Outcome,
  prompts: Prompts,
  again: ResetAgain,
): Promise<void> {
  const subject = subjectOf(target);
  if (outcome.kind === 'already-reset') {
    await prompts.tell('information', subject, outcome.reason, []);
    return;
  }
  if (!needsAttention(outcome.kind) && outcome.kind !== 'not-sent' && outcome.kind !== 'accepted') return;
  const offers = offersOf(target, outcome.reason);
  const severity = outcome.kind === 'accepted' ? 'information' : outcome.kind === 'unknown' ? 'warning' : 'error';
  const chosen = await prompts.tell(severity, subject, outcome.reason, [...offers.keys()]);
  const offer = chosen === undefined ? undefined : offers.get(chosen);
  if (offer) await follow(offer, target, outcome.reason, again);
}

/** What a button of the teller does. */
export type OwnOffers = ReadonlyMap<string, () => Promise<void>>;

/**
 * Tells why something about the identity, other than a reset, did not come about: first the buttons of the teller, then those
 * of the reason. Where sending again is not for the teller, `retry` is absent.
 */
export async function tellReason(
  target: Target,
  severity: 'error' | 'warning' | 'information',
  why: Reason,
  prompts: Prompts,
  { own = new Map(), retry }: { readonly own?: OwnOffers; readonly retry?: () => Promise<void> } = {},
): Promise<void> {
  // The other kinds are about the reset itself.
  const kinds: readonly RemedyAction['kind'][] = [
    'replace-credential',
    'open-url',
    'open-settings',
    'reset',
    'sign-in',
  ];
  const actions = why.actions.filter(({ kind }) => kinds.includes(kind) || (kind === 'retry' && retry !== undefined));
  const offers = offersOf(target, { ...why, actions });
  const chosen = await prompts.tell(severity, subjectOf(target), why, [...own.keys(), ...offers.keys()]);
  if (chosen === undefined) return;
  const ownOffer = own.get(chosen);
  if (ownOffer) return ownOffer();
  const offer = offers.get(chosen);
  if (offer === 'retry') return retry?.();
  if (offer) await follow(offer, target, why);
}

function subjectOf(target: Target): string {
  return `${plainText(target.identity.label, 80)} (${plainText(target.project.label, 60)})`;
}

function offersOf(target: Target, why: Reason): ReadonlyMap<string, Offer> {
  const titles: Readonly<Record<RemedyAction['kind'], string>> = {
    retry: vscode.l10n.t('Retry'),
    verify: vscode.l10n.t('Verify'),
    'replace-credential': vscode.l10n.t('Set Credential…'),
    'open-url': vscode.l10n.t('Open Page'),
    'open-settings': vscode.l10n.t('Open Settings'),
    'take-over-lock': vscode.l10n.t('Take Over'),
    reset: vscode.l10n.t('Reset Consent'),
    'sign-in': vscode.l10n.t('Sign In…'),
    'use-way': vscode.l10n.t('Another Way…'),
    'lost-token-help': vscode.l10n.t('What Now?'),
  };
  const offers = new Map<string, Offer>();
  if (isSampleProject(target.project.id) && isRefusedConnection(why)) {
    offers.set(vscode.l10n.t('Start Sandbox'), 'start-sandbox');
  }
  const atGoogle = providerDescriptions.get(target.project.provider)?.signIn === 'googleOAuth';
  for (const { kind } of why.actions) {
    // The help is about consents at Google.
    if (kind !== 'lost-token-help' || atGoogle) offers.set(titles[kind], kind);
  }
  return offers.set(vscode.l10n.t('Show Log'), 'show-log');
}

function isRefusedConnection(why: Reason): boolean {
  return why.code === 'http.refused' || (why.cause !== undefined && isRefusedConnection(why.cause));
}

async function follow(offer: Offer, target: Target, why: Reason, again?: ResetAgain): Promise<void> {
  const node = { kind: 'identity', target };
  switch (offer) {
    case 'retry':
      return again?.retry();
    case 'take-over-lock':
      return again?.takeOver();
    case 'use-way': {
      const other = why.actions.find((offered) => offered.kind === 'use-way');
      return other ? again?.useWay(other.way) : undefined;
    }
    case 'reset':
      await vscode.commands.executeCommand(commandIds.resetConsent, node);
      return;
    case 'sign-in':
      await vscode.commands.executeCommand(commandIds.signIn, node);
      return;
    case 'lost-token-help':
      await vscode.commands.executeCommand(commandIds.lostTokenHelp, node);
      return;
    case 'verify':
      await vscode.commands.executeCommand(commandIds.verifyOutcome, node);
      return;
    case 'replace-credential':
      await vscode.commands.executeCommand(commandIds.setCredential, node);
      return;
    case 'open-url': {
      const link = why.actions.find((offered) => offered.kind === 'open-url');
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
