/** A client file that the user has picked, through the editor's file systems: it may lie on another machine. */
import type * as vscode from 'vscode';
import { type ClientFile, maxClientFileLength, parseClientFile } from '../../auth/googleClientFile';
import { reason } from '../../core/model';

export type ClientFiles = Pick<vscode.FileSystem, 'stat' | 'readFile'>;

/** Never rejects. The reason never carries any of the file. */
export async function readClientFile(
  uri: vscode.Uri,
  boundTo: readonly string[],
  files: ClientFiles,
): Promise<ClientFile> {
  let bytes: Uint8Array;
  try {
    // A picked file of any size would be read into memory as a whole.
    const { size } = await files.stat(uri);
    if (size > maxClientFileLength) return { kind: 'problem', reason: reason('clientFile.tooLarge') };
    bytes = await files.readFile(uri);
  } catch {
    return { kind: 'problem', reason: reason('clientFile.unreadable') };
  }
  if (bytes.length > maxClientFileLength) return { kind: 'problem', reason: reason('clientFile.tooLarge') };
  return parseClientFile(new TextDecoder().decode(bytes), boundTo);
}
