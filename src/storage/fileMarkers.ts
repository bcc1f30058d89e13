/** The notes that a credential exists, one small file each: two windows never overwrite each other's. */
import { join } from 'node:path';
import * as v from 'valibot';
import type { CredentialMarker, Log, MarkerStore } from '../core/ports';
import {
  errorCode,
  makeFolder,
  namesIn,
  nodeFs,
  readIfThere,
  type StorageFs,
  StorageUnavailable,
  sha256,
  writeAtomically,
} from './fileSystem';

type Ending = NonNullable<CredentialMarker['ended']>['by'];

// A record, as is the schema's list of fields: what the marker gains and the file lacks fails to compile.
const endings: Readonly<Record<Ending, true>> = { forget: true, reset: true, damage: true };

const fileSchema = v.object({
  v: v.literal(1),
  key: v.string(),
  marker: v.object({
    form: v.string(),
    storedAt: v.number(),
    origins: v.pipe(v.array(v.string()), v.readonly()),
    ended: v.exactOptional(v.object({ by: v.picklist(Object.keys(endings) as Ending[]), at: v.number() })),
  } satisfies Readonly<Record<keyof CredentialMarker, unknown>>),
});

type MarkerFile = v.InferOutput<typeof fileSchema>;

/** How many files are read at the same time. */
const readersAtOnce = 32;

/** `set` and `delete` reject with {@link StorageUnavailable}; reading never rejects: what cannot be read is not there. */
export function createFileMarkers(options: {
  /** The folder that gets the sub-folder `markers`; made by the first `set`. */
  readonly folder: string;
  readonly log: Log;
  readonly fs?: StorageFs;
}): MarkerStore {
  const fs = options.fs ?? nodeFs;
  const folder = join(options.folder, 'markers');

  async function read(name: string): Promise<MarkerFile | undefined> {
    try {
      const text = await readIfThere(fs, join(folder, name));
      if (text === undefined) return undefined;
      const file = parseMarker(text);
      if (file && fileName(file.key) === name) return file;
      options.log.warn(`The sign-in note ${name} is damaged and was ignored.`);
    } catch (error) {
      options.log.warn(`The sign-in note ${name} could not be read (${errorCode(error)}).`);
    }
    return undefined;
  }

  async function markerNames(): Promise<readonly string[]> {
    try {
      return (await namesIn(fs, folder)).filter((name) => name.endsWith('.json'));
    } catch (error) {
      options.log.warn(`The sign-in notes could not be read (${errorCode(error)}).`);
      return [];
    }
  }

  return {
    async get(key) {
      return (await read(fileName(key)))?.marker;
    },
    async set(key, marker) {
      // Only the fields of the schema get to disk.
      const file = v.parse(fileSchema, { v: 1, key, marker });
      try {
        await makeFolder(fs, folder);
        await writeAtomically(fs, join(folder, fileName(key)), `${JSON.stringify(file)}\n`, 'content-and-name');
      } catch (error) {
        throw new StorageUnavailable('The note about the sign-in cannot be written', error);
      }
    },
    async delete(key) {
      try {
        await fs.unlink(join(folder, fileName(key)));
      } catch (error) {
        if (errorCode(error) !== 'ENOENT') throw new StorageUnavailable('The note about the sign-in stays', error);
      }
    },
    async all() {
      const waiting = [...(await markerNames())];
      const markers = new Map<string, CredentialMarker>();
      const readOn = async () => {
        for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
          const file = await read(name);
          if (file) markers.set(file.key, file.marker);
        }
      };
      await Promise.all(Array.from({ length: readersAtOnce }, readOn));
      return markers;
    },
  };
}

function fileName(key: string): string {
  return `${sha256(key)}.json`;
}

function parseMarker(text: string): MarkerFile | undefined {
  try {
    const parsed = v.safeParse(fileSchema, JSON.parse(text));
    return parsed.success ? parsed.output : undefined;
  } catch {
    return undefined;
  }
}
