/**
 * The notes that a credential exists, one small file for each: two windows never overwrite each other's. They are spread over
 * 4096 folders, as those of one identity are looked for several times in each reset, among those of thousands.
 */
import { dirname, join } from 'node:path';
import * as v from 'valibot';
import { mapLimited } from '../core/mapLimited';
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
import { readsInPlace } from './readsInPlace';

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
/** As many characters of the name name its folder. */
const shardLength = 3;
const shardPattern = /^[0-9a-f]{3}$/;

/** How many files are remembered: as many as a large bulk comes back to. */
const mostKept = 2000;

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
  const fs = options.fs ?? readsInPlace(nodeFs);
  const folder = join(options.folder, 'markers');

  const shardOf = (name: string): string => join(folder, name.slice(0, shardLength));

  async function read(name: string): Promise<MarkerFile | undefined> {
    try {
      const text = await readIfThere(fs, join(shardOf(name), name));
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

  const kept = new Map<string, { readonly version: string; readonly file: MarkerFile }>();

  /** As {@link read}, but only if the file is another one than the last time: each change replaces it by a new file. */
  async function readAnew(name: string): Promise<MarkerFile | undefined> {
    const version = await versionOf(name);
    const before = kept.get(name);
    kept.delete(name);
    const file = before && before.version === version ? before.file : await read(name);
    if (file && version !== undefined) kept.set(name, { version, file });
    const [oldest] = kept.size > mostKept ? kept.keys() : [];
    if (oldest !== undefined) kept.delete(oldest);
    return file;
  }

  /** Asked before the file is read: what is read may be newer than its version says, but never older. */
  async function versionOf(name: string): Promise<string | undefined> {
    try {
      const { ino, size, mtimeNs, ctimeNs } = await fs.stat(join(shardOf(name), name), { bigint: true });
      return `${ino} ${size} ${mtimeNs} ${ctimeNs}`;
    } catch {
      return undefined; // Reading it will say why.
    }
  }

  /** The markers of the files by identity, oldest first. */
  async function readAll(
    names: readonly string[],
    readOne: typeof read,
  ): Promise<ReadonlyMap<TargetKey, readonly CredentialMarker[]>> {
    const markers = new Map<TargetKey, CredentialMarker[]>();
    await mapLimited(names, readersAtOnce, async (name) => {
      const file = await readOne(name);
      if (!file) return;
      const key = file.key as TargetKey;
      markers.set(key, [...(markers.get(key) ?? []), file.marker]);
    });
    for (const ofOne of markers.values()) ofOne.sort((a, b) => a.storedAt - b.storedAt);
    return markers;
  }

  async function namesBelow(place: string): Promise<readonly string[]> {
    try {
      return await namesIn(fs, place);
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
    const name = fileName(key, storedAt);
    return join(shardOf(name), name);
  }

  return {
    async list(key) {
      const prefix = `${sha256(key)}-`;
      const own = (await namesBelow(shardOf(prefix))).filter((name) => name.startsWith(prefix) && isMarker(name));
      return (await readAll(own, readAnew)).get(key) ?? [];
    },
    async add(key, marker) {
      const path = pathOf(key, marker.storedAt);
      const text = textOf(key, marker);
      try {
        await makeFolder(fs, dirname(path));
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
      const path = pathOf(key, marker.storedAt);
      const text = textOf(key, marker);
      try {
        await makeFolder(fs, dirname(path));
        await writeAtomically(fs, path, text, 'content-and-name');
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
    async all() {
      const shards = (await namesBelow(folder)).filter((name) => shardPattern.test(name));
      const names: string[] = [];
      await mapLimited(shards, readersAtOnce, async (shard) => {
        names.push(...(await namesBelow(join(folder, shard))).filter(isMarker));
      });
      return readAll(names, read);
    },
  };
}

function isMarker(name: string): boolean {
  return namePattern.test(name);
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
