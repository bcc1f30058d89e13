/**
 * Where a workspace sets `reconsent.projects`, without effect. The editor does not tell: what it gives extensions leaves out
 * values of a setting that a workspace may not set (1.139 in every form, 1.100 where the key is written with dots), so that
 * the files themselves are looked into.
 */
import * as vscode from 'vscode';
import { plainText } from '../../core/foreignText';
import { mapLimited } from '../../core/mapLimited';
import { inspected } from '../projectsValue';
import { settingsPlace } from './places';

/** Larger files are no settings that somebody wrote. */
const longestFile = 5_000_000;

/**
 * Where somebody else than the user sets the projects: a workspace, a folder, a remote machine. It has no effect, and the
 * user is told once. Names for the log.
 */
export async function ignoredPlaces(): Promise<readonly string[]> {
  const { workspaceValue, workspaceFolderValue, globalRemoteValue } = inspected();
  const files = await ignoredFiles();
  const elsewhere = files.length === 0 && (workspaceValue ?? workspaceFolderValue) !== undefined;
  return [
    ...files,
    ...(elsewhere ? ['its settings'] : []),
    ...(globalRemoteValue === undefined ? [] : ['the settings of the remote machine']),
  ];
}

/** Names of the files; those that cannot be read set nothing. */
async function ignoredFiles(): Promise<readonly string[]> {
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
