/** Reset Consents…: which identities it is about; the rest is loaded on first use. */
import * as vscode from 'vscode';
import type { Target } from '../../core/model';
import { commandIds } from '../commandIds';
import type { BulkCommandPorts } from './ports';
import { chooseScope, type ScopePorts } from './scope';

type Run = (argument: unknown, selected: unknown) => Promise<void>;

export function bulkCommands(
  ports: BulkCommandPorts & ScopePorts,
): Readonly<Record<typeof commandIds.resetConsents, Run>> {
  const { targets, resetCommand, prompts } = ports;
  return {
    [commandIds.resetConsents]: async (argument, selected) => {
      const chosen = argument === undefined ? await chooseScope(ports) : targets.ofNodes(rowsOf(argument, selected));
      if (!chosen) return;
      const [only, ...others] = chosen;
      if (!only) {
        await prompts.warn(vscode.l10n.t('There is no identity here to reset. Nothing was sent.'));
        return;
      }
      if (others.length === 0) return resetCommand.run(only);
      const { bulkActions } = await import('./bulkActions');
      await bulkActions.resetSeveral(chosen as readonly Target[], ports);
    },
  };
}

/** VS Code gives the row that was clicked, and with it all that are selected if it is one of those. */
function rowsOf(argument: unknown, selected: unknown): readonly unknown[] {
  return Array.isArray(selected) && selected.length > 0 ? selected : [argument];
}
