import * as vscode from 'vscode';
import { plainText } from '../../core/foreignText';
import { entryPage } from '../../core/journalDetails';
import { findEntry } from '../../core/journalFilter';
import { localTime } from '../../core/localTime';
import type { JournalEntry } from '../../core/ports';
import { translate } from '../translate';
import type { JournalReadPorts } from './ports';

/** The text of an entry's page. */
export async function page(operationId: string, ports: JournalReadPorts): Promise<string> {
  const found = await findEntry(ports.journal, operationId);
  if (found.kind === 'none') {
    return `${vscode.l10n.t('The journal of this computer has no entry {0}.', plainText(operationId))}\n`;
  }
  if (found.kind === 'unreadable') {
    const id = plainText(operationId);
    return `${vscode.l10n.t('The journal cannot be read ({0}), and with it the entry {1}.', found.code, id)}\n`;
  }
  const { entry, state } = found;
  const description = ports.descriptions.get(entry.address.provider);
  const way = entry.way === undefined ? description?.ways[0] : description?.ways.find(({ id }) => id === entry.way);
  return entryPage(entry, state, {
    texts: ports.texts,
    translate,
    service: description?.label ?? entry.address.provider,
    way: way ? vscode.l10n.t(way.verb) : entry.way,
  });
}

/** Opens the page of an entry, in the tab for previews. */
export async function openEntry(operationId: string, scheme: string, ports: JournalReadPorts): Promise<void> {
  const found = await findEntry(ports.journal, operationId);
  const path = `/${found.kind === 'found' ? nameOf(found.entry) : 'journal'}.txt`;
  const document = await vscode.workspace.openTextDocument(vscode.Uri.from({ scheme, path, query: operationId }));
  await vscode.window.showTextDocument(document, { preview: true });
}

function nameOf({ identityLabel, openedAt }: JournalEntry): string {
  return `${plainText(identityLabel, 60)} ${localTime(openedAt)}`.replaceAll(/[\\/:*?"<>|]/g, '-');
}
