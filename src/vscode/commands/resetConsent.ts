/** Reset Consent: the whole operation behind one row action. */
import * as vscode from 'vscode';
import { presentConfirmation } from '../../core/confirmation';
import type { ConsentOperations } from '../../core/consentOperations';
import type { ConsentStore } from '../../core/consentStore';
import type { JobOperations } from '../../core/jobOperations';
import { type Target, type TargetKey, targetKey } from '../../core/model';
import type { Outcome } from '../../core/outcome';
import type { ReasonTexts } from '../../core/outcomeText';
import type { Preview, ProviderDescription, ResetWay } from '../../core/provider';
import type { Requester } from '../../core/requester';
import type { Confirmation } from '../../core/resetSteps';
import type { Network } from '../network';
import type { Prompts } from '../prompts';
import { translate } from '../translate';
import { type ResetAgain, tellOutcome } from './tellOutcome';

export interface ResetCommandPorts {
  readonly descriptions: ReadonlyMap<string, ProviderDescription>;
  readonly operations: ConsentOperations;
  readonly prompts: Prompts;
  readonly network: Network;
  readonly jobs: Pick<JobOperations, 'show'>;
  readonly texts: ReasonTexts;
  readonly store: ConsentStore;
  currentTarget(key: TargetKey): Target | undefined;
}

export class ResetCommand {
  /** One identity may be waiting in a bulk while it is reset by itself. */
  readonly #underWay = new Set<{ readonly key: TargetKey; readonly controller: Pick<AbortController, 'abort'> }>();

  constructor(private readonly ports: ResetCommandPorts) {}

  /** `wayId`: another way of the provider than its first, to end the consent. */
  async run(target: Target, options: { readonly takeOverLock?: boolean; readonly wayId?: string } = {}): Promise<void> {
    const { operations } = this.ports;
    const way = this.#way(target, options.wayId);
    // A double click joins the reset that is under way; its outcome is told once, by the first.
    if (!way || operations.isResetting(target)) return;
    const outcome = await this.#withProgress(target, way, options.takeOverLock === true);
    await this.tell(target, outcome, way);
  }

  /** Tells what needs a look, with what can be done about it. */
  tell(target: Target, outcome: Outcome, way: ResetWay): Promise<void> {
    return tellOutcome(target, outcome, this.ports.prompts, this.following(target, way.id));
  }

  /** The question before the request leaves, the same whoever asks for the reset; `requestedBy` is named in it. */
  async ask(
    target: Target,
    preview: Preview,
    {
      way,
      changed,
      requestedBy,
    }: { readonly way: ResetWay; readonly changed: boolean; readonly requestedBy?: Requester },
  ): Promise<Confirmation> {
    const { jobs, network, operations, prompts, store, texts } = this.ports;
    // The connection is opened while the user reads; a failure shows when the request is sent.
    network.warm(target.project).catch(() => undefined);
    operations.prepare();
    // What the preview has learned of the jobs: the row says it as the question does.
    jobs.show(target).catch(() => undefined);
    const earlierUnknown = store.get(targetKey(target)).unfinished !== undefined;
    const { unreadableJournal } = operations;
    const circumstances = { way, earlierUnknown, unreadableJournal, changed, requestedBy };
    const { message, detail } = presentConfirmation(target, preview, circumstances, { texts, translate });
    if (!(await prompts.confirm(message, detail, vscode.l10n.t(way.verb)))) return { kind: 'declined' };
    // Where the question has named an unknown outcome, the user has said yes to it.
    const told = unreadableJournal !== undefined;
    const recheck = earlierUnknown ? undefined : () => operations.whyVerifyFirst(target, told);
    return { kind: 'confirmed', by: 'modal', ...(recheck && { recheck }) };
  }

  /** What can follow an outcome: once more the same way, or another one. */
  following(target: Target, wayId?: string): ResetAgain {
    const same = wayId === undefined ? {} : { wayId };
    return {
      retry: () => this.#again(target, same),
      takeOver: () => this.#again(target, { ...same, takeOverLock: true }),
      useWay: (other) => this.#again(target, { wayId: other }),
    };
  }

  #way(target: Target, id: string | undefined): ResetWay | undefined {
    const ways = this.ports.descriptions.get(target.project.provider)?.ways;
    return id === undefined ? ways?.[0] : ways?.find((way) => way.id === id);
  }

  /** Once more, with the target as it is configured by now. */
  async #again(target: Target, options: Parameters<ResetCommand['run']>[1]): Promise<void> {
    const current = this.ports.currentTarget(targetKey(target));
    if (current) return this.run(current, options);
    await this.ports.prompts.warn(vscode.l10n.t('This identity is no longer in the settings. Nothing was sent.'));
  }

  /** Stops what is under way: before the request left it is a cancel, afterwards the end of waiting. */
  stop(target: Target): void {
    const stopped = targetKey(target);
    for (const { key, controller } of this.#underWay) if (key === stopped) controller.abort();
  }

  /** Lets {@link stop} reach a reset that a task has begun, or that is part of a bulk; to be disposed when it has ended. */
  alsoStops(target: Target, controller: Pick<AbortController, 'abort'>): { dispose(): void } {
    const one = { key: targetKey(target), controller };
    this.#underWay.add(one);
    return { dispose: () => void this.#underWay.delete(one) };
  }

  dispose(): void {
    for (const { controller } of this.#underWay) controller.abort();
  }

  async #withProgress(target: Target, way: ResetWay, takeOverLock: boolean): Promise<Outcome> {
    const controller = new AbortController();
    const stopping = this.alsoStops(target, controller);
    try {
      return await vscode.window.withProgress({ location: { viewId: 'reconsent.consents' } }, () =>
        this.ports.operations.reset(target, {
          signal: controller.signal,
          takeOverLock,
          way: way.id,
          confirm: (confirmed, preview, changed) => this.ask(confirmed, preview, { way, changed }),
        }),
      );
    } finally {
      stopping.dispose();
    }
  }
}
