/** What is in an archive: made up, the same for the same job whenever it is asked for, and as large as was wished. */
import { createHash } from 'node:crypto';
import type { GoogleSwitches } from './api';
import { exportedUntil } from './jobTimes';
import type { Job } from './world';
import { dayMs } from './world';
import type { ZipEntry } from './zip';
import { zipOf, zipOverhead } from './zip';

/** Bytes of each part. */
export type ArchivePlan = readonly number[];

/** Without a wish one to three parts of 20 to 60 kB, by the id of the job. */
export function planArchive(job: string, { archiveParts, archiveBytes }: GoogleSwitches): ArchivePlan {
  const chance = createHash('sha256').update(job).digest();
  const parts = archiveParts === 'by-job' ? 1 + (chance.readUInt8(0) % 3) : archiveParts;
  return Array.from({ length: parts }, (_, index) =>
    archiveBytes === 'by-job' ? 20_000 + (chance.readUInt32LE(4 + 4 * (index % 3)) % 40_000) : archiveBytes,
  );
}

/**
 * Part `number` (from 1) as a .zip with one JSON file for each resource. It has the planned size to the byte, unless that is
 * too small for one entry per resource.
 */
export function archivePart(job: Job, number: number): Buffer {
  const names = job.resources.map((resource) => `Portability/${resource}.json`);
  const wanted = job.archive[number - 1] ?? 0;
  const share = Math.floor((wanted - zipOverhead(names)) / names.length);
  const entries = job.resources.map((resource, index): ZipEntry => {
    return { name: names[index] ?? '', data: exported(job, resource, number, share) };
  });
  const missing = wanted - zipOverhead(names) - entries.reduce((sum, { data }) => sum + data.length, 0);
  // White space after the value: the JSON stays valid.
  const padding = Buffer.alloc(Math.max(0, missing), '\n');
  const padded = entries.map(({ name, data }, index) => ({
    name,
    data: index === entries.length - 1 ? Buffer.concat([data, padding]) : data,
  }));
  return zipOf(padded, job.startedAt);
}

/** A JSON list of entries between the start and the end of the export, in at most `bytes` (but one entry at least). */
function exported(job: Job, resource: string, part: number, bytes: number): Buffer {
  const end = Date.parse(exportedUntil(job));
  const start = job.startTime === undefined ? end - 180 * dayMs : Date.parse(job.startTime);
  const entryBytes = Buffer.byteLength(entry(job.id, resource, part, 0, end)) + 2;
  const count = Math.max(1, Math.floor((bytes - 2) / entryBytes));
  const entries = Array.from({ length: count }, (_, index) =>
    entry(job.id, resource, part, index, end - Math.floor((Math.max(0, end - start) * index) / count)),
  );
  return Buffer.from(`[\n${entries.join(',\n')}\n]`);
}

function entry(job: string, resource: string, part: number, index: number, time: number): string {
  const id = createHash('sha256')
    .update(JSON.stringify([job, resource, part, index]))
    .digest('hex')
    .slice(0, 16);
  return JSON.stringify({ id, header: resource, title: `Sample ${String(index).padStart(7, '0')}`, time: iso(time) });
}

function iso(time: number): string {
  return new Date(time).toISOString();
}
