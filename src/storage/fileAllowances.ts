/**
 * What the user has allowed tasks to do without asking, one small file each. Not the editor's `globalState`: every update
 * rewrites the whole of it, so a window that knows an old one could bring back what another has withdrawn.
 */
import { join } from 'node:path';
import * as v from 'valibot';
import type { Allowance } from '../core/allowance';
import type { Log } from '../core/ports';
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
import { readsInPlace } from './readsInPlace';

const fileSchema = v.object({
  v: v.literal(1),
  // A record of all fields: what the allowance gains and the file lacks fails to compile.
  allowance: v.object({
    folder: v.string(),
    project: v.string(),
    identity: v.string(),
    provider: v.string(),
    endpoint: v.string(),
    options: v.string(),
    way: v.string(),
    allowedAt: v.number(),
  } satisfies Readonly<Record<keyof Allowance, unknown>>),
});

const namePattern = /^[0-9a-f]{64}\.json$/;

export interface FileAllowances {
  /** Oldest first, from the disk, as every window sees them. What cannot be read is not allowed; it never rejects. */
  list(): Promise<readonly Allowance[]>;
  /** Replaces one of the same folder, identity and way. Rejects with {@link StorageUnavailable}. */
  add(allowance: Allowance): Promise<void>;
  /** Rejects with {@link StorageUnavailable}: then it still stands. */
  remove(allowance: Allowance): Promise<void>;
}

/** `folder` gets the sub-folder `allowances`, made on first use. */
export function createFileAllowances(options: {
  readonly folder: string;
  readonly log: Log;
  readonly fs?: StorageFs;
}): FileAllowances {
  const fs = options.fs ?? readsInPlace(nodeFs);
  const own = join(options.folder, 'allowances');

  async function read(name: string): Promise<Allowance | undefined> {
    try {
      const text = await readIfThere(fs, join(own, name));
      if (text === undefined) return undefined;
      const allowance = parse(text);
      // A file under another name would not be found when it is withdrawn.
      if (allowance && fileName(allowance) === name) return allowance;
      options.log.warn(`The allowance ${name} is damaged and was ignored.`);
    } catch (error) {
      options.log.warn(`The allowance ${name} could not be read (${errorCode(error)}).`);
    }
    return undefined;
  }

  return {
    async list() {
      try {
        const names = (await namesIn(fs, own)).filter((name) => namePattern.test(name));
        const found = await Promise.all(names.map(read));
        return found.filter((one) => one !== undefined).sort((one, other) => one.allowedAt - other.allowedAt);
      } catch (error) {
        options.log.warn(`The allowances could not be read (${errorCode(error)}).`);
        return [];
      }
    },
    async add(allowance) {
      try {
        await makeFolder(fs, own);
        const text = `${JSON.stringify({ v: 1, allowance })}\n`;
        await writeAtomically(fs, join(own, fileName(allowance)), text, 'content-and-name');
      } catch (error) {
        throw new StorageUnavailable('The allowance could not be written', error);
      }
    },
    async remove(allowance) {
      try {
        await fs.unlink(join(own, fileName(allowance)));
      } catch (error) {
        if (errorCode(error) !== 'ENOENT') throw new StorageUnavailable('The allowance could not be removed', error);
      }
    },
  };
}

function parse(text: string): Allowance | undefined {
  try {
    const parsed = v.safeParse(fileSchema, JSON.parse(text));
    return parsed.success ? parsed.output.allowance : undefined;
  } catch {
    return undefined;
  }
}

/** One file for each folder, identity and way: allowing anew replaces what was allowed for another address. */
function fileName({ folder, project, identity, way }: Allowance): string {
  return `${sha256(JSON.stringify([folder, project, identity, way]))}.json`;
}
