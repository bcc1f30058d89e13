/** *Export Journal…*: what the filter shows, all pages of it, as a file of the user's choice. */
import * as vscode from 'vscode';
import { exportRow, toCsv, toJsonLines } from '../../core/journalExport';
import { findEntries, isFiltering } from '../../core/journalFilter';
import { errorCode, nodeFs, writeAtomically } from '../../storage/fileSystem';
import { translate } from '../translate';
import type { JournalPorts } from './ports';

const formats = [
  { label: 'JSON Lines', extension: 'jsonl', write: toJsonLines },
  { label: 'CSV', extension: 'csv', write: toCsv },
] as const;

export async function exportJournal(ports: JournalPorts): Promise<void> {
  const { journalView, prompts, texts, clock } = ports;
  const { filter } = journalView;
  const all = Number.POSITIVE_INFINITY;
  const { entries, unreadable } = await findEntries(ports.stores.journal, filter, all, { texts, translate });
  const count = entries.length;
  if (count === 0 && unreadable !== undefined) {
    await prompts.error(
      vscode.l10n.t(
        'The journal cannot be read ({0}). Nothing was exported. Make its folder readable and try again.',
        unreadable,
      ),
    );
    return;
  }
  if (count === 0) {
    await prompts.warn(
      isFiltering(filter)
        ? vscode.l10n.t('No operation matches the filter of the journal. Nothing was exported.')
        : vscode.l10n.t('The journal has no operations. Nothing was exported.'),
    );
    return;
  }
  const hint =
    unreadable === undefined
      ? vscode.l10n.t('Choose a format')
      : vscode.l10n.t('Some of the journal cannot be read ({0}) and will be missing. Choose a format', unreadable);
  const chosen = await prompts.pick(titleOf(count, isFiltering(filter)), hint, [
    { ...formats[0], description: vscode.l10n.t('one JSON object a line, for programs') },
    { ...formats[1], description: vscode.l10n.t('for spreadsheets') },
  ]);
  if (!chosen) return;
  const name = `reconsent-journal-${new Date(clock.now()).toISOString().slice(0, 10)}.${chosen.extension}`;
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  const uri = await vscode.window.showSaveDialog({
    title: titleOf(count, isFiltering(filter)),
    saveLabel: vscode.l10n.t('Export'),
    filters: { [chosen.label]: [chosen.extension] },
    defaultUri: folder ? vscode.Uri.joinPath(folder, name) : vscode.Uri.file(name),
  });
  if (!uri) return;
  const text = chosen.write(entries.map(({ entry, state }) => exportRow(entry, state, { texts, translate })));
  try {
    await write(uri, text);
  } catch (error) {
    ports.log.warn(`The journal could not be exported (${errorCode(error)}).`);
    await prompts.error(
      vscode.l10n.t(
        'The journal could not be exported ({0}). A file that was there before is as it was; choose another folder.',
        errorCode(error),
      ),
    );
    return;
  }
  const done =
    count === 1 ? vscode.l10n.t('1 operation exported') : vscode.l10n.t('{0} operations exported', String(count));
  vscode.window.setStatusBarMessage(`$(check) ${done}`, 8_000);
}

function titleOf(count: number, filtered: boolean): string {
  if (filtered) {
    return count === 1
      ? vscode.l10n.t('Export the 1 operation that matches the filter')
      : vscode.l10n.t('Export the {0} operations that match the filter', String(count));
  }
  return count === 1
    ? vscode.l10n.t('Export the journal, 1 operation')
    : vscode.l10n.t('Export the journal, {0} operations', String(count));
}

/** In one step where the file is on this computer; else the editor does it. */
async function write(uri: vscode.Uri, text: string): Promise<void> {
  if (uri.scheme === 'file') await writeAtomically(nodeFs, uri.fsPath, text, 'content-and-name');
  else await vscode.workspace.fs.writeFile(uri, Buffer.from(text, 'utf8'));
}
