/** The notes that a credential exists, one small file for each: two windows never overwrite each other's. */
import { join } from 'node:path';
import * as v from 'valibot';
import type { TargetKey } from '../core/model';
import type { CredentialMarker, Log, MarkerStore } from '../core/ports';
import {
  errorCode,
  makeFolder,
  namesIn,
  nodeFs,
  privateFile,
  readIfThere,
  type StorageFs,
  StorageUnavailable,
  sha256,
  writeAtomically,
} from './fileSystem';

type Ending = NonNullable<CredentialMarker['ended']>['by'];

// A record, as is the schema's list of fields: what the marker gains and the file lacks fails to compile.
const endings: Readonly<Record<Ending, true>> = { forget: true, reset: true, damage: true, dead: true };

const strings = v.pipe(v.array(v.string()), v.readonly());

const fileSchema = v.object({
  v: v.literal(1),
  key: v.string(),
  marker: v.object({
    form: v.string(),
    storedAt: v.pipe(v.number(), v.integer()),
    origins: strings,
    grants: v.exactOptional(strings),
    ended: v.exactOptional(v.object({ by: v.picklist(Object.keys(endings) as Ending[]), at: v.number() })),
  } satisfies Readonly<Record<keyof CredentialMarker, unknown>>),
});

type MarkerFile = v.InferOutput<typeof fileSchema>;

const namePattern = /^[0-9a-f]{64}-\d+\.json$/;

/** How many files are read at the same time. */
const readersAtOnce = 32;

export interface FileMarkers extends MarkerStore {
  /**
   * Writes the marker of a new credential; `false`, and nothing is changed, when its number is taken. Of two windows that ask
   * for the same number at the same time, one gets it.
   */
  add(key: TargetKey, marker: CredentialMarker): Promise<boolean>;
}

/**
 * `add`, `set` and `delete` reject with {@link StorageUnavailable}; reading never rejects: what cannot be read is not there.
 */
export function createFileMarkers(options: {
  /** The folder that gets the sub-folder `markers`; made by the first `add` or `set`. */
  readonly folder: string;
  readonly log: Log;
  readonly fs?: StorageFs;
}): FileMarkers {
  const fs = options.fs ?? nodeFs;
  const folder = join(options.folder, 'markers');

  async function read(name: string): Promise<MarkerFile | undefined> {
    try {
      const text = await readIfThere(fs, join(folder, name));
      // An empty one is a number that was just taken, and has no marker yet.
      if (text === undefined || text === '') return undefined;
      const file = parseMarker(text);
      if (file && fileName(file.key, file.marker.storedAt) === name) return file;
      options.log.warn(`The sign-in note ${name} is damaged and was ignored.`);
    } catch (error) {
      options.log.warn(`The sign-in note ${name} could not be read (${errorCode(error)}).`);
    }
    return undefined;
  }

  /** The markers whose file names begin with `prefix`, by identity and oldest first. */
  async function readAll(prefix: string): Promise<ReadonlyMap<TargetKey, readonly CredentialMarker[]>> {
    const waiting = (await markerNames()).filter((name) => name.startsWith(prefix));
    const markers = new Map<TargetKey, CredentialMarker[]>();
    const readOn = async () => {
      for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
        const file = await read(name);
        if (!file) continue;
        const key = file.key as TargetKey;
        markers.set(key, [...(markers.get(key) ?? []), file.marker]);
      }
    };
    await Promise.all(Array.from({ length: readersAtOnce }, readOn));
    for (const ofOne of markers.values()) ofOne.sort((a, b) => a.storedAt - b.storedAt);
    return markers;
  }

  async function markerNames(): Promise<string[]> {
    try {
      return (await namesIn(fs, folder)).filter((name) => namePattern.test(name));
    } catch (error) {
      options.log.warn(`The sign-in notes could not be read (${errorCode(error)}).`);
      return [];
    }
  }

  /** Only the fields of the schema get to disk. */
  function textOf(key: TargetKey, marker: CredentialMarker): string {
    return `${JSON.stringify(v.parse(fileSchema, { v: 1, key, marker }))}\n`;
  }

  /** Takes the number by an empty file, which only one can make. */
  async function take(path: string): Promise<boolean> {
    try {
      await (await fs.open(path, 'wx', privateFile)).close();
      return true;
    } catch (error) {
      if (errorCode(error) === 'EEXIST') return false;
      throw error;
    }
  }

  function pathOf(key: TargetKey, storedAt: number): string {
    return join(folder, fileName(key, storedAt));
  }

  return {
    async list(key) {
      return (await readAll(`${sha256(key)}-`)).get(key) ?? [];
    },
    async add(key, marker) {
      const path = pathOf(key, marker.storedAt);
      const text = textOf(key, marker);
      try {
        await makeFolder(fs, folder);
        if (!(await take(path))) return false;
        try {
          await writeAtomically(fs, path, text, 'content-and-name');
        } catch (error) {
          await fs.unlink(path).catch(() => undefined);
          throw error;
        }
        return true;
      } catch (error) {
        throw new StorageUnavailable('The note about the sign-in cannot be written', error);
      }
    },
    async set(key, marker) {
      const text = textOf(key, marker);
      try {
        await makeFolder(fs, folder);
        await writeAtomically(fs, pathOf(key, marker.storedAt), text, 'content-and-name');
      } catch (error) {
        throw new StorageUnavailable('The note about the sign-in cannot be written', error);
      }
    },
    async delete(key, storedAt) {
      try {
        await fs.unlink(pathOf(key, storedAt));
      } catch (error) {
        if (errorCode(error) !== 'ENOENT') throw new StorageUnavailable('The note about the sign-in stays', error);
      }
    },
    all: () => readAll(''),
  };
}

function fileName(key: string, storedAt: number): string {
  return `${sha256(key)}-${storedAt}.json`;
}

function parseMarker(text: string): MarkerFile | undefined {
  try {
    const parsed = v.safeParse(fileSchema, JSON.parse(text));
    return parsed.success ? parsed.output : undefined;
  } catch {
    return undefined;
  }
}
