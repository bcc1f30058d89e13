/** Check, verify and dismiss: what can be asked about a consent without an effect on it. */
import * as vscode from 'vscode';
import type { ConsentOperations } from '../../core/consentOperations';
import type { ConsentStore } from '../../core/consentStore';
import { mapLimited } from '../../core/mapLimited';
import { type Target, targetKey } from '../../core/model';
import type { Prompts } from '../prompts';
import type { ResetCommand } from './resetConsent';
import { tellOutcome } from './tellOutcome';

export interface OutcomeCommandPorts {
  readonly operations: ConsentOperations;
  readonly store: ConsentStore;
  readonly prompts: Prompts;
  readonly resetCommand: ResetCommand;
}

const concurrentReads = 8;

export async function checkConsents(targets: readonly Target[], ports: OutcomeCommandPorts): Promise<void> {
  await vscode.window.withProgress({ location: { viewId: 'reconsent.consents' } }, async () => {
    const { signal } = new AbortController();
    await mapLimited(targets, concurrentReads, (target) => ports.operations.probe(target, signal));
  });
}

/** Reads whether the consent of an operation with unknown result is gone: the given one, or the newest. Never sends a reset. */
export async function verifyOutcome(target: Target, ports: OutcomeCommandPorts, given?: string): Promise<void> {
  const operationId = given ?? operationToSettle(target, ports.store);
  if (operationId === undefined) {
    await ports.prompts.warn(vscode.l10n.t('There is no reset of this identity that waits to be verified.'));
    return;
  }
  const outcome = await vscode.window.withProgress(
    {
      location: vscode.ProgressLocation.Notification,
      title: vscode.l10n.t('Checking whether the consent is gone'),
      cancellable: true,
    },
    (_progress, token) => {
      const controller = new AbortController();
      token.onCancellationRequested(() => controller.abort());
      return ports.operations.verify(target, operationId, controller.signal);
    },
  );
  await tellOutcome(target, outcome, ports.prompts, ports.resetCommand.following(target));
}

export async function dismissOutcome(target: Target, ports: OutcomeCommandPorts, given?: string): Promise<void> {
  const operationId = given ?? operationToSettle(target, ports.store);
  if (operationId !== undefined) await ports.operations.dismiss(target, operationId);
}

function operationToSettle(target: Target, store: ConsentStore): string | undefined {
  return store.get(targetKey(target)).unfinished?.operationId;
}
