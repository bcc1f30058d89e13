/** Reset Consent: the whole operation behind one row action. */
import * as vscode from 'vscode';
import type { ConsentOperations } from '../../core/consentOperations';
import type { ConsentStore } from '../../core/consentStore';
import { type Target, type TargetKey, targetKey } from '../../core/model';
import type { Outcome } from '../../core/outcome';
import type { ReasonTexts } from '../../core/outcomeText';
import { presentConfirmation } from '../../core/presentation';
import type { Network } from '../network';
import type { Prompts } from '../prompts';
import { translate } from '../translate';
import { tellOutcome } from './tellOutcome';

export interface ResetCommandPorts {
  readonly operations: ConsentOperations;
  readonly prompts: Prompts;
  readonly network: Network;
  readonly texts: ReasonTexts;
  readonly store: ConsentStore;
  currentTarget(key: TargetKey): Target | undefined;
}

export class ResetCommand {
  readonly #underWay = new Map<TargetKey, AbortController>();

  constructor(private readonly ports: ResetCommandPorts) {}

  async run(target: Target, takeOverLock = false): Promise<void> {
    const { operations, prompts } = this.ports;
    // A double click joins the reset that is under way; its outcome is told once, by the first.
    if (operations.isResetting(target)) return;
    const outcome = await this.#withProgress(target, takeOverLock);
    await tellOutcome(target, outcome, prompts, this);
  }

  /** Once more, with the target as it is configured by now. */
  retry(target: Target): Promise<void> {
    return this.#again(target, false);
  }

  takeOver(target: Target): Promise<void> {
    return this.#again(target, true);
  }

  async #again(target: Target, takeOverLock: boolean): Promise<void> {
    const current = this.ports.currentTarget(targetKey(target));
    if (current) return this.run(current, takeOverLock);
    await this.ports.prompts.warn(vscode.l10n.t('This identity is no longer in the settings. Nothing was sent.'));
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
            const earlier = this.ports.store.get(key).unfinished;
            const { message, detail } = presentConfirmation(
              confirmed,
              preview,
              { texts: this.ports.texts, translate },
              earlier !== undefined,
            );
            const yes = await this.ports.prompts.confirm(message, detail, vscode.l10n.t('Reset Consent'));
            return yes ? { kind: 'confirmed', by: 'modal' } : { kind: 'declined' };
          },
        }),
      );
    } finally {
      this.#underWay.delete(key);
    }
  }
}
