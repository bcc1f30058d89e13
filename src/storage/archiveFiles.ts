/**
 * The files of a downloaded archive, in a folder of the user's choice. A file gets its final name only when it is whole and
 * right; until then it is `<name>.part`, with `<name>.part.json` beside it, so that a later try can go on from there.
 */
import * as promises from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import type { ArchiveFiles, PartFacts, PartOpening } from '../core/downloadPorts';
import { type ArchiveName, archiveFileName, archiveStem } from './archiveNames';
import { errorCode, namesIn, readIfThere, sha256, writeAtomically } from './fileSystem';
import { type ArchiveFs, fileFailure, OpenPart, openAnew, openKept, openNew, type PartPlace } from './partFile';

const noteSchema = v.object({
  v: v.literal(1),
  /** SHA-256 of the job's id. */
  job: v.string(),
  number: v.number(),
  of: v.number(),
  etag: v.exactOptional(v.string()),
  totalBytes: v.exactOptional(v.number()),
});

type Note = v.InferOutput<typeof noteSchema>;

/** What was left behind of a part, and where. */
interface Kept {
  readonly place: PartPlace;
  /** Bytes to go on from; 0 when they are of another version. */
  readonly bytes: number;
}

const mostNames = 1000;

export function createArchiveFiles(options: {
  /** Has to be there. */
  readonly folder: string;
  readonly archive: ArchiveName;
  readonly fs?: ArchiveFs;
}): ArchiveFiles {
  const { folder, archive, fs = promises } = options;
  const job = sha256(archive.jobId);

  function placeOf(stem: string, nth: number, number: number, of: number): PartPlace {
    const name = archiveFileName(stem, nth);
    const notePath = join(folder, `${name}.part.json`);
    return {
      fs,
      folder,
      stem,
      partPath: join(folder, `${name}.part`),
      notePath,
      writeNote({ etag, totalBytes }) {
        // Only the fields of the schema get to disk.
        const note = v.parse(noteSchema, {
          v: 1,
          job,
          number,
          of,
          ...(etag === undefined ? {} : { etag }),
          ...(totalBytes === undefined ? {} : { totalBytes }),
        });
        return writeAtomically(fs, notePath, `${JSON.stringify(note)}\n`, 'content');
      },
    };
  }

  /** Rejects with the system's error. */
  async function find(number: number, of: number, facts: PartFacts): Promise<Kept | { readonly place: PartPlace }> {
    const stem = archiveStem(archive, number, of);
    // Systems that do not tell small letters from capitals must not be asked to keep both.
    const taken = new Set((await namesIn(fs, folder)).map((name) => name.toLowerCase()));
    let free: PartPlace | undefined;
    for (let nth = 1; nth <= mostNames; nth += 1) {
      const name = archiveFileName(stem, nth).toLowerCase();
      const place = placeOf(stem, nth, number, of);
      if (taken.has(`${name}.part.json`)) {
        const note = await readNote(place.notePath);
        const ours = note?.job === job && note.number === number && note.of === of;
        if (ours) return { place, bytes: await usable(place, note, facts) };
      } else if (!taken.has(name) && !taken.has(`${name}.part`)) {
        free ??= place;
      }
      // Past the last one there can be nothing of ours.
      if (free && !hasLater(taken, stem, nth)) return { place: free };
    }
    throw Object.assign(new Error('no free name'), { code: 'EEXIST' });
  }

  async function readNote(path: string): Promise<Note | undefined> {
    const text = await readIfThere(fs, path);
    try {
      const parsed = v.safeParse(noteSchema, JSON.parse(text ?? ''));
      return parsed.success ? parsed.output : undefined;
    } catch {
      return undefined; // Not ours, then: the name is left to whoever wrote it.
    }
  }

  /** Only the very same version can be gone on with. */
  async function usable({ partPath }: PartPlace, note: Note, { etag, totalBytes }: PartFacts): Promise<number> {
    if (note.etag === undefined || note.etag !== etag || note.totalBytes !== totalBytes) return 0;
    try {
      const { size } = await fs.stat(partPath);
      return totalBytes !== undefined && size > totalBytes ? 0 : size;
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return 0;
      throw error;
    }
  }

  return {
    async freeBytes() {
      try {
        const { bavail, bsize } = await fs.statfs(folder);
        return bavail * bsize;
      } catch {
        return undefined;
      }
    },
    async kept(number, of, facts) {
      try {
        const found = await find(number, of, facts);
        return 'bytes' in found ? found.bytes : 0;
      } catch {
        return 0; // Opening it will tell what is wrong.
      }
    },
    async open(number, of, facts): Promise<PartOpening> {
      let part: OpenPart | undefined;
      try {
        const found = await find(number, of, facts);
        const { place } = found;
        const isOurs = 'bytes' in found;
        const isKept = isOurs && found.bytes > 0;
        // The note first: a part without one belongs to nobody.
        if (!isKept) await place.writeNote(facts);
        const kept = isKept ? await openKept(place) : undefined;
        part = new OpenPart(place, kept ?? (await (isOurs ? openAnew(place) : openNew(place))), facts);
        await part.takeOver();
        return { kind: 'open', file: part };
      } catch (error) {
        await part?.close();
        return fileFailure(error, facts.totalBytes);
      }
    },
  };
}

function hasLater(taken: ReadonlySet<string>, stem: string, nth: number): boolean {
  const front = `${stem} (`.toLowerCase();
  for (const name of taken) {
    const later = name.startsWith(front) ? /^(\d{1,4})\)\.zip\.part\.json$/.exec(name.slice(front.length)) : null;
    if (later && Number(later[1]) > nth) return true;
  }
  return false;
}
