import * as vscode from 'vscode';
import { findEntries, type JournalFilter, type StatedEntry } from '../../core/journalFilter';
import { presentEntry } from '../../core/journalPresentation';
import { commandIds } from '../commandIds';
import { translate } from '../translate';
import type { JournalNode } from '../views/journalView';
import type { JournalReadPorts } from './ports';

/** The rows of the view: the newest `wanted` that match, and one that leads to older ones; and what is to be said above. */
export async function rows(
  filter: JournalFilter,
  wanted: number,
  ports: JournalReadPorts,
): Promise<{ readonly nodes: JournalNode[]; readonly message?: string }> {
  const { texts } = ports;
  const { entries, more, unreadable } = await findEntries(ports.journal, filter, wanted, { texts, translate });
  const now = ports.clock.now();
  const shown = entries.map((one) => entryNode(one, { now, texts, translate }));
  return {
    nodes: more ? [...shown, olderNode()] : shown,
    ...(unreadable !== undefined && { message: unreadableMessage(unreadable, shown.length > 0) }),
  };
}

/** In the place of "nothing is recorded", which nobody can know then. */
function unreadableMessage(code: string, some: boolean): string {
  return some
    ? vscode.l10n.t(
        'Some of the journal cannot be read ({0}), so resets may be missing here. Nothing in it was changed. The log names the files; when they are readable, close and open this view.',
        code,
      )
    : vscode.l10n.t(
        'The journal cannot be read ({0}), so resets may have been recorded that are not shown. Nothing in it was changed. When it is readable, close and open this view.',
        code,
      );
}

function entryNode({ entry, state }: StatedEntry, context: Parameters<typeof presentEntry>[2]): JournalNode {
  const { operationId } = entry;
  const shown = presentEntry(entry, state, context);
  const { id, color } = shown.icon;
  const item = new vscode.TreeItem(shown.label, vscode.TreeItemCollapsibleState.None);
  item.id = `journal:${operationId}`;
  item.description = shown.description;
  item.iconPath =
    color === undefined ? new vscode.ThemeIcon(id) : new vscode.ThemeIcon(id, new vscode.ThemeColor(color));
  item.contextValue = shown.contextValue;
  item.accessibilityInformation = { label: shown.ariaLabel };
  item.command = {
    command: commandIds.openJournalEntry,
    title: vscode.l10n.t('Show Details'),
    arguments: [{ kind: 'journalEntry', operationId }],
  };
  return { kind: 'journalEntry', operationId, item, tooltip: shown.tooltip };
}

function olderNode(): JournalNode {
  const label = vscode.l10n.t('Show Older…');
  const item = new vscode.TreeItem(label, vscode.TreeItemCollapsibleState.None);
  item.id = 'older';
  item.iconPath = new vscode.ThemeIcon('ellipsis');
  item.accessibilityInformation = { label };
  item.command = { command: commandIds.showOlderJournal, title: label };
  return { kind: 'older', operationId: '', item, tooltip: [label] };
}
