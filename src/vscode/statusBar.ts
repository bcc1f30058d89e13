/** One status bar item: resets the identity it names, after the usual confirmation. Driven by events, never polled. */
import * as vscode from 'vscode';
import { type ConsentStore, identityNeedsAttention } from '../core/consentStore';
import { plainText } from '../core/foreignText';
import { type Target, type TargetKey, targetKey } from '../core/model';
import type { ReasonTexts } from '../core/outcomeText';
import { presentIdentity } from '../core/presentation';
import type { ActiveIdentity } from './activeIdentity';
import { commandIds } from './commandIds';
import { withoutIcons } from './inertText';
import { translate } from './translate';

export class QuickResetItem implements vscode.Disposable {
  readonly #item = vscode.window.createStatusBarItem('reconsent.quickReset', vscode.StatusBarAlignment.Left, 1);
  readonly #subscriptions: { dispose(): void }[];

  constructor(
    private readonly active: ActiveIdentity,
    private readonly store: ConsentStore,
    private readonly texts: ReasonTexts,
  ) {
    this.#item.name = vscode.l10n.t('Reconsent: Quick Reset');
    this.#item.command = commandIds.quickReset;
    const isShown = (changed: ReadonlySet<TargetKey>): boolean =>
      active.current !== undefined && changed.has(targetKey(active.current));
    this.#subscriptions = [
      active.onDidChange(() => this.#render()),
      store.subscribe((changed) => {
        if (isShown(changed)) this.#render();
      }),
    ];
    this.#render();
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#item.dispose();
  }

  #render(): void {
    if (!this.active.anyIdentity) {
      this.#item.hide();
      return;
    }
    const target = this.active.current;
    if (target) this.#renderTarget(target);
    else this.#renderChoice();
    this.#item.show();
  }

  #renderTarget(target: Target): void {
    const state = this.store.get(targetKey(target));
    const shown = presentIdentity(target, state, { now: Date.now(), texts: this.texts, translate });
    const attention = identityNeedsAttention(state);
    // High-contrast themes have no warning background: the icon says it there, and words say it everywhere.
    const idle = attention ? 'warning' : 'debug-restart';
    const icon = state.activity.kind === 'idle' ? idle : 'loading~spin';
    this.#item.text = `$(${icon}) ${withoutIcons(target.identity.label, 40)}`;
    this.#item.accessibilityInformation = {
      label: vscode.l10n.t('Reset consent of {0}', shown.ariaLabel),
      role: 'button',
    };
    const tooltip = new vscode.MarkdownString('', true);
    tooltip.isTrusted = { enabledCommands: [commandIds.selectQuickResetIdentity, commandIds.showLog] };
    tooltip.appendText(
      vscode.l10n.t('Reset the consent of {0} in {1}', shown.label, plainText(target.project.label, 120)),
    );
    tooltip.appendMarkdown('\n\n').appendText(shown.description).appendMarkdown('\n\n');
    // Fixed texts only: nothing from outside stands in trusted Markdown.
    tooltip.appendMarkdown(
      `[${vscode.l10n.t('Choose another identity')}](command:${commandIds.selectQuickResetIdentity}) · [${vscode.l10n.t('Show log')}](command:${commandIds.showLog})`,
    );
    this.#item.tooltip = tooltip;
    this.#item.backgroundColor = attention ? new vscode.ThemeColor('statusBarItem.warningBackground') : undefined;
  }

  #renderChoice(): void {
    this.#item.text = `$(debug-restart) ${vscode.l10n.t('Reset consent…')}`;
    this.#item.tooltip = vscode.l10n.t('Choose the identity whose consent is reset from here');
    this.#item.accessibilityInformation = {
      label: vscode.l10n.t('Choose an identity for quick reset'),
      role: 'button',
    };
    this.#item.backgroundColor = undefined;
  }
}
