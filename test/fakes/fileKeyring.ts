/** A keyring that several processes share: one file for each secret, replaced as a whole. */
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SecretStore } from '../../src/core/ports';

export function fileKeyring(folder: string): SecretStore {
  const own = join(folder, 'keyring');
  const pathOf = (key: string): string => join(own, Buffer.from(key).toString('base64url'));
  let parts = 0;
  return {
    get: (key) =>
      readFile(pathOf(key), 'utf8').catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return undefined;
        throw error;
      }),
    async store(key, value) {
      await mkdir(own, { recursive: true });
      const part = `${pathOf(key)}.${process.pid}.${++parts}`;
      await writeFile(part, value);
      await rename(part, pathOf(key));
    },
    delete: (key) => rm(pathOf(key), { force: true }),
  };
}
