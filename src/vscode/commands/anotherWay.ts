/** Reset Another Way: what the provider offers besides its first way to end a consent. */
import * as vscode from 'vscode';
import { plainText } from '../../core/foreignText';
import type { Target } from '../../core/model';
import type { ProviderDescription, ResetWay } from '../../core/provider';
import type { Prompts } from '../prompts';
import type { ResetCommand } from './resetConsent';

export interface AnotherWayPorts {
  readonly descriptions: ReadonlyMap<string, ProviderDescription>;
  readonly prompts: Prompts;
  readonly resetCommand: ResetCommand;
}

export async function resetAnotherWay(target: Target, ports: AnotherWayPorts): Promise<void> {
  const [, ...others] = ports.descriptions.get(target.project.provider)?.ways ?? [];
  const way = await chooseWay(target, others, ports.prompts);
  if (way) await ports.resetCommand.run(target, { wayId: way.id });
}

/** The only one is not asked for: the confirmation follows in any case. */
async function chooseWay(target: Target, ways: readonly ResetWay[], prompts: Prompts): Promise<ResetWay | undefined> {
  const [only, ...more] = ways;
  if (more.length === 0) {
    if (!only) await prompts.warn(vscode.l10n.t('This service has no other way to end a consent.'));
    return only;
  }
  const items = ways.map((way) => ({
    label: vscode.l10n.t(way.verb),
    detail: way.detail === undefined ? '' : vscode.l10n.t(way.detail),
    way,
  }));
  const title = vscode.l10n.t('Another way for {0}', plainText(target.identity.label, 80));
  return (await prompts.pick(title, vscode.l10n.t('How is the consent to be ended?'), items))?.way;
}
