import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, normalize, sep } from 'node:path';

const block = 512;

/**
 * Writes the plain files of a tar archive below `folder`. Knows what the browser package's archives hold (ustar: files
 * and folders); anything else is skipped. A name that leaves the folder is an error.
 */
export function unpackTar(archive: Buffer, folder: string): void {
  let at = 0;
  while (at + block <= archive.length) {
    const header = archive.subarray(at, at + block);
    const name = text(header, 0, 100);
    if (name === '') return;
    const prefix = text(header, 345, 155);
    const size = Number.parseInt(text(header, 124, 12), 8) || 0;
    const kind = text(header, 156, 1);
    const path = normalize(prefix ? `${prefix}/${name}` : name);
    if (path.startsWith('..') || path.startsWith(sep)) throw new Error(`The archive holds an unsafe name: ${path}`);
    at += block;
    if (kind === '0' || kind === '') {
      const target = join(folder, path);
      mkdirSync(dirname(target), { recursive: true });
      const mode = Number.parseInt(text(header, 100, 8), 8) & 0o777;
      writeFileSync(target, archive.subarray(at, at + size), { mode });
    }
    at += Math.ceil(size / block) * block;
  }
}

function text(header: Buffer, from: number, length: number): string {
  const field = header.subarray(from, from + length);
  const end = field.indexOf(0);
  return field.toString('latin1', 0, end < 0 ? length : end).trim();
}
