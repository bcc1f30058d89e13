/** The one notification about what in the settings cannot be used. */
import * as vscode from 'vscode';
import { plainText } from '../core/foreignText';
import type { AuthorityProblem } from './authorities';
import { caBundleTexts } from './caBundle';
import { clientCertificateTexts } from './clientCertificate';

/**
 * One text for all of it. `count`: how many entries there are that cannot be used; `ignored`: whether a workspace sets
 * projects, too, which has no effect.
 */
export function settingsNotice(count: number, files: readonly AuthorityProblem[], ignored: boolean): string {
  const sentences = [
    ...(ignored
      ? [
          vscode.l10n.t(
            'This workspace sets "reconsent.projects". That has no effect, and nothing was sent: only your user settings decide where secrets go. Remove it there; the log names the file.',
          ),
        ]
      : []),
    ...(count > 0 ? [entriesNotice(count, files)] : []),
  ];
  return sentences.join(' ');
}

/**
 * A file that was refused is told with what is wrong and what to do: its path is the user's own, and everything else is fixed
 * text. Other entries may quote anything, so they are counted, and the log tells them. `count`: how many there are in all.
 */
function entriesNotice(count: number, [file]: readonly AuthorityProblem[]): string {
  if (!file) {
    return count === 1
      ? vscode.l10n.t(
          'One entry of "reconsent.projects" cannot be used. Nothing was changed; the log says which and why.',
        )
      : vscode.l10n.t(
          '{0} entries of "reconsent.projects" cannot be used. Nothing was changed; the log says which and why.',
          count,
        );
  }
  const text = file.option === 'caBundle' ? caBundleTexts[file.problem] : clientCertificateTexts[file.problem];
  const sentences = [
    vscode.l10n.t(
      '{0}, "{1}": {2} {3}.',
      plainText(file.project.label, 80),
      file.option,
      shortPath(file.file),
      vscode.l10n.t(text.what),
    ),
    file.option === 'caBundle'
      ? vscode.l10n.t('No authority was added to those that are trusted.')
      : vscode.l10n.t('Nothing is sent for this project until it can be used.'),
    vscode.l10n.t(text.mend),
  ];
  if (count > 1) {
    sentences.push(
      vscode.l10n.t('Other entries of "reconsent.projects" that cannot be used: {0}; the log tells them.', count - 1),
    );
  }
  return sentences.join(' ');
}

/** The end of a path, which tells files apart: its folder and its name. */
export function shortPath(path: string): string {
  const [, end] = /[\\/]([^\\/]+[\\/][^\\/]+)$/.exec(path) ?? [];
  const short = end !== undefined && path.length > 40 ? `…${path.at(-end.length - 1) ?? ''}${end}` : path;
  return plainText(short, 100);
}
