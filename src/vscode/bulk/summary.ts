/** What became of a bulk: in short, and each by name in a document. */
import * as vscode from 'vscode';
import type { BulkResult } from '../../core/bulkPreview';
import { nameOf, presentBulkReport, presentBulkSummary, presentCounts } from '../../core/bulkWords';
import type { Target } from '../../core/model';
import { isGone, type OutcomeKind } from '../../core/outcome';
import type { PresentationContext } from '../../core/presentation';
import { commandIds } from '../commandIds';
import type { BulkCommandPorts } from './ports';
import { showReport } from './report';

/** Nothing was done, as far as is known: these may be asked for again. */
const againKinds: readonly OutcomeKind[] = ['refused', 'not-sent', 'not-reset'];

const shownMs = 10_000;

export async function tellSummary(
  results: readonly BulkResult[],
  leftOut: readonly BulkResult[],
  context: PresentationContext,
  ports: BulkCommandPorts,
  again: (targets: readonly Target[]) => Promise<void>,
): Promise<void> {
  const { log, prompts } = ports;
  const counts = presentCounts(results, context);
  log.info(`Reset of ${results.length} consents: ${counts}`);
  for (const { target, outcome } of results) {
    if (!isGone(outcome.kind)) log.warn(`${nameOf(target)}: ${outcome.kind} (${outcome.reason.code})`);
  }
  if (results.every(({ outcome }) => isGone(outcome.kind))) {
    // Success shows in place: the rows say it, and the status bar for a moment.
    vscode.window.setStatusBarMessage(vscode.l10n.t('Consents reset: {0}', counts), shownMs);
    return;
  }
  const rest = results.filter(({ outcome }) => againKinds.includes(outcome.kind)).map(({ target }) => target);
  const details = vscode.l10n.t('Show Details');
  const retry = vscode.l10n.t('Try the Rest Again…');
  const journal = vscode.l10n.t('Show Journal');
  const chosen = await prompts.warn(
    presentBulkSummary(results, context),
    details,
    ...(rest.length > 0 ? [retry] : []),
    journal,
  );
  if (chosen === details) await showReport(presentBulkReport(results, leftOut, context));
  if (chosen === retry) await again(rest);
  if (chosen === journal) await vscode.commands.executeCommand(commandIds.showJournal);
}

export async function tellNothingToReset(
  leftOut: readonly BulkResult[],
  context: PresentationContext,
  { prompts }: BulkCommandPorts,
): Promise<void> {
  const details = vscode.l10n.t('Show Details');
  const message = vscode.l10n.t('None of the {0} consents can be reset now. Nothing was sent.', leftOut.length);
  if ((await prompts.warn(message, details)) === details) await showReport(presentBulkReport([], leftOut, context));
}
