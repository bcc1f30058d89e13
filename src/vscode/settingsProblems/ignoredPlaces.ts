/**
 * Where a workspace sets `reconsent.projects`, without effect. The editor does not tell: what it gives extensions leaves out
 * values of a setting that a workspace may not set (1.139 in every form, 1.100 where the key is written with dots), so that
 * the files themselves are looked into.
 */
import * as vscode from 'vscode';
import { plainText } from '../../core/foreignText';
import { mapLimited } from '../../core/mapLimited';
import { settingsPlace } from './places';

/** Larger files are no settings that somebody wrote. */
const longestFile = 5_000_000;

/** Names of the files, for the log; those that cannot be read set nothing. */
export async function ignoredPlaces(): Promise<readonly string[]> {
  const { workspaceFile, workspaceFolders = [] } = vscode.workspace;
  const files = [
    ...(workspaceFile && workspaceFile.scheme !== 'untitled' ? [{ uri: workspaceFile, name: '' }] : []),
    ...workspaceFolders.map(({ uri, name }) => ({
      uri: vscode.Uri.joinPath(uri, '.vscode', 'settings.json'),
      name: `${name}/.vscode/`,
    })),
  ];
  const found: string[] = [];
  await mapLimited(files, 8, async ({ uri, name }) => {
    if (await isIgnored(uri)) found.push(plainText(`${name}${uri.path.split('/').at(-1)}`, 200));
  });
  return found.sort();
}

async function isIgnored(uri: vscode.Uri): Promise<boolean> {
  try {
    if ((await vscode.workspace.fs.stat(uri)).size > longestFile) return false;
    const text = new TextDecoder().decode(await vscode.workspace.fs.readFile(uri));
    // The parser is loaded for files only that could have it; a key may be written with escapes.
    if (!/reconsent|\\u/.test(text)) return false;
    const { setsProjects } = await import('./settingsDiagnostics');
    return setsProjects(text, settingsPlace(uri) ?? 'folder');
  } catch {
    return false;
  }
}
