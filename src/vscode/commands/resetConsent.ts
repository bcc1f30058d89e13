/** Reset Consent: the whole operation behind one row action. */
import * as vscode from 'vscode';
import type { ConsentOperations } from '../../core/consentOperations';
import { type RemedyAction, type Target, type TargetKey, targetKey } from '../../core/model';
import type { Outcome } from '../../core/outcome';
import { needsAttention } from '../../core/outcome';
import type { ReasonTexts } from '../../core/outcomeText';
import { presentConfirmation } from '../../core/presentation';
import { commandIds } from '../commandIds';
import type { Network } from '../network';
import type { Prompts } from '../prompts';
import { translate } from '../translate';

export interface ResetCommandPorts {
  readonly operations: ConsentOperations;
  readonly prompts: Prompts;
  readonly network: Network;
  readonly texts: ReasonTexts;
}

export class ResetCommand {
  readonly #underWay = new Map<TargetKey, AbortController>();

  constructor(private readonly ports: ResetCommandPorts) {}

  async run(target: Target, takeOverLock = false): Promise<void> {
    const { operations, prompts } = this.ports;
    // A double click joins the reset that is under way; its outcome is told once, by the first.
    if (operations.isResetting(target)) return;
    const outcome = await this.#withProgress(target, takeOverLock);
    const next = await tellOutcome(outcome, prompts);
    if (next) await this.#follow(next, target, outcome);
  }

  /** Stops what is under way: before the request left it is a cancel, afterwards the end of waiting. */
  stop(target: Target): void {
    this.#underWay.get(targetKey(target))?.abort();
  }

  dispose(): void {
    for (const controller of this.#underWay.values()) controller.abort();
  }

  async #withProgress(target: Target, takeOverLock: boolean): Promise<Outcome> {
    const controller = new AbortController();
    const key = targetKey(target);
    this.#underWay.set(key, controller);
    try {
      return await vscode.window.withProgress({ location: { viewId: 'reconsent.consents' } }, () =>
        this.ports.operations.reset(target, {
          signal: controller.signal,
          takeOverLock,
          confirm: async (confirmed, preview) => {
            // The connection is opened while the user reads; a failure shows when the request is sent.
            this.ports.network.warm(confirmed.project.endpoint).catch(() => undefined);
            const { message, detail } = presentConfirmation(confirmed, preview, { texts: this.ports.texts, translate });
            const yes = await this.ports.prompts.confirm(message, detail, vscode.l10n.t('Reset Consent'));
            return yes ? { kind: 'confirmed', by: 'modal' } : { kind: 'declined' };
          },
        }),
      );
    } finally {
      this.#underWay.delete(key);
    }
  }

  async #follow(action: RemedyAction['kind'] | 'show-log', target: Target, outcome: Outcome): Promise<void> {
    switch (action) {
      case 'retry':
        return this.run(target);
      case 'verify':
        await vscode.commands.executeCommand(commandIds.verifyOutcome, { kind: 'identity', target });
        return;
      case 'replace-credential':
        await vscode.commands.executeCommand(commandIds.setCredential, { kind: 'identity', target });
        return;
      case 'open-url': {
        const link = outcome.reason.actions.find((offered) => offered.kind === 'open-url');
        if (link) await vscode.env.openExternal(vscode.Uri.parse(link.url, true));
        return;
      }
      case 'open-settings':
        await vscode.commands.executeCommand(commandIds.editProjects);
        return;
      case 'show-log':
        await vscode.commands.executeCommand(commandIds.showLog);
        return;
      case 'take-over-lock':
        return this.run(target, true);
    }
  }
}

/** Tells an outcome that needs a look; success shows in place. Resolves with the remedy the user chose. */
export async function tellOutcome(
  outcome: Outcome,
  prompts: Prompts,
): Promise<RemedyAction['kind'] | 'show-log' | undefined> {
  const mustKnow = needsAttention(outcome.kind) || outcome.kind === 'not-sent' || outcome.kind === 'accepted';
  if (outcome.kind === 'already-reset') {
    await prompts.tell('information', outcome.reason, []);
    return undefined;
  }
  if (!mustKnow) return undefined;
  const titles: Readonly<Record<RemedyAction['kind'], string>> = {
    retry: vscode.l10n.t('Retry'),
    verify: vscode.l10n.t('Verify'),
    'replace-credential': vscode.l10n.t('Set Credential…'),
    'open-url': vscode.l10n.t('Open Page'),
    'open-settings': vscode.l10n.t('Open Settings'),
    'take-over-lock': vscode.l10n.t('Take Over'),
  };
  const offers = new Map<string, RemedyAction['kind'] | 'show-log'>();
  for (const { kind } of outcome.reason.actions) offers.set(titles[kind], kind);
  offers.set(vscode.l10n.t('Show Log'), 'show-log');
  const severity = outcome.kind === 'accepted' ? 'information' : outcome.kind === 'unknown' ? 'warning' : 'error';
  const chosen = await prompts.tell(severity, outcome.reason, [...offers.keys()]);
  return chosen === undefined ? undefined : offers.get(chosen);
}
