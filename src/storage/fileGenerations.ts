/** Numbers on disk that every window reads as they are: how often the tokens of a sign-in were refreshed. */
import { join } from 'node:path';
import { makeFolder, nodeFs, readIfThere, type StorageFs, sha256, writeAtomically } from './fileSystem';
import { readsInPlace } from './readsInPlace';

export interface FileGenerations {
  /** 0 when there is none. Rejects when the disk cannot be read, or the file is damaged. */
  read(name: string): Promise<number>;
  write(name: string, generation: number): Promise<void>;
  delete(name: string): Promise<void>;
}

/** `folder` gets the sub-folder `generations`, made on first use. Names are stored as their hashes. */
export function createFileGenerations({
  folder,
  fs = readsInPlace(nodeFs),
}: {
  readonly folder: string;
  readonly fs?: StorageFs;
}): FileGenerations {
  const own = join(folder, 'generations');
  const pathOf = (name: string): string => join(own, sha256(name));
  return {
    async read(name) {
      const text = await readIfThere(fs, pathOf(name));
      if (text === undefined) return 0;
      if (!/^\d{1,9}\n$/.test(text)) throw new Error('The note of a generation is damaged.');
      return Number(text);
    },
    async write(name, generation) {
      await makeFolder(fs, own);
      await writeAtomically(fs, pathOf(name), `${generation}\n`, 'content-and-name');
    },
    async delete(name) {
      // 0 and no file mean the same; a file that is not there need not be removed.
      if ((await readIfThere(fs, pathOf(name))) !== undefined) await fs.unlink(pathOf(name));
    },
  };
}
