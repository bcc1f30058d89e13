/** Names of downloaded files that every system takes. Pure. */
import { createHash } from 'node:crypto';

/** Which archive the files are of. */
export interface ArchiveName {
  readonly jobId: string;
  readonly resources: readonly string[];
}

/** Names of devices on Windows, whatever follows their first dot. */
const devices = /^(con|prn|aux|nul|com\d|lpt\d)(?=\.|$)/i;

/** `<resource or "job">-<job id, short>-<n>of<m>`, without its ending. */
export function archiveStem({ jobId, resources }: ArchiveName, number: number, of: number): string {
  const [only, ...others] = resources;
  const subject = only !== undefined && others.length === 0 ? plain(only).slice(0, 60) : '';
  const id =
    plain(jobId).replaceAll(/[._-]/g, '').slice(0, 8) || createHash('sha256').update(jobId).digest('hex').slice(0, 8);
  const stem = `${subject === '' ? 'job' : subject}-${id}-${number}of${of}`;
  return stem.replace(devices, '_$1');
}

/** The name of the `nth` file of that stem, from 1. */
export function archiveFileName(stem: string, nth: number): string {
  return nth === 1 ? `${stem}.zip` : `${stem} (${nth}).zip`;
}

/** Letters, digits, dots, dashes; no dot in front, where it would hide the file, and none at the end, which Windows drops. */
function plain(text: string): string {
  return text.replaceAll(/[^A-Za-z0-9._-]+/g, '-').replaceAll(/^[.-]+|[.-]+$/g, '');
}
