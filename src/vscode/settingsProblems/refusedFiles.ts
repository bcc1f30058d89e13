/** Files that the settings name and that cannot be used, in the words of a diagnostic. */
import * as vscode from 'vscode';
import { plainText } from '../../core/foreignText';
import type { Authorities, AuthorityProblem } from '../authorities';
import { caBundleTexts } from '../caBundle';
import { clientCertificateTexts } from '../clientCertificate';
import type { RefusedFile } from './findings';

/** As they are now: they are read anew. */
export async function refusedFiles(authorities: Pick<Authorities, 'problems'>): Promise<readonly RefusedFile[]> {
  const problems = await authorities.problems();
  return problems.map((problem) => ({ option: problem.option, file: problem.file, words: wordsOf(problem) }));
}

/** What is wrong with the file, and how to mend it: sentences. */
function wordsOf(refused: AuthorityProblem): string {
  const text = refused.option === 'caBundle' ? caBundleTexts[refused.problem] : clientCertificateTexts[refused.problem];
  return `${plainText(refused.file, 300)} ${vscode.l10n.t(text.what)}. ${vscode.l10n.t(text.mend)}`;
}
