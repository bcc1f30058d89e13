/** Small files that settings name by their whole path. */
import { readFile, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';

export type UnreadableFile = 'missing' | 'not-a-file' | 'unreadable' | 'too-large';

/** Why a file was refused. */
export interface FileText {
  /** What is wrong with the file; said after its path. */
  readonly what: string;
  /** How to mend it: a sentence. */
  readonly mend: string;
}

const maxBytes = 1_000_000;

/** Only a file of a sensible size is read at all. `~/` is the home folder. */
export async function readWholeFile(path: string): Promise<Buffer | UnreadableFile> {
  const file = fullPath(path);
  try {
    const found = await stat(file);
    if (!found.isFile()) return 'not-a-file';
    if (found.size > maxBytes) return 'too-large';
    const bytes = await readFile(file);
    return bytes.length > maxBytes ? 'too-large' : bytes;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ENOENT' ? 'missing' : 'unreadable';
  }
}

/** Another text whenever the file may hold something else: it was written, replaced, made or removed. */
export async function stampOf(path: string): Promise<string> {
  try {
    const { ino, size, mtimeNs, ctimeNs } = await stat(fullPath(path), { bigint: true });
    return `${ino} ${size} ${mtimeNs} ${ctimeNs}`;
  } catch {
    return 'none';
  }
}

function fullPath(path: string): string {
  return path.startsWith('~/') ? join(homedir(), path.slice(2)) : path;
}
