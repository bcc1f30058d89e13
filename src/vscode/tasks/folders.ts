import * as vscode from 'vscode';

/** URIs of the folders of this window: what allowances name. */
export function folderUris(): readonly string[] {
  return (vscode.workspace.workspaceFolders ?? []).map(({ uri }) => uri.toString());
}
