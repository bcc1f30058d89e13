/** Everything that is kept on this computer: secrets in the editor's storage; notes, journal, locks and jobs on disk. */
import type { ExtensionContext } from 'vscode';
import { ClientVault } from '../auth/clientVault';
import { CredentialVault } from '../auth/credentialVault';
import { Keyring } from '../auth/keyring';
import { ownerName, tokenSecretName } from '../auth/vedauthRecord';
import type { Clock, Log, Random } from '../core/ports';
import type { ProviderDescription } from '../core/provider';
import { createFileAllowances } from '../storage/fileAllowances';
import { createFileGenerations } from '../storage/fileGenerations';
import { createFileJobs } from '../storage/fileJobs';
import { createFileJournal } from '../storage/fileJournal';
import { createFileLocks } from '../storage/fileLocks';
import { createFileMarkers } from '../storage/fileMarkers';
import { nodeFs, type StorageFs } from '../storage/fileSystem';
import { createProcessIdentity } from '../storage/processIdentity';
import { readsInPlace } from '../storage/readsInPlace';
import { secretStore } from './secretStorage';

export interface StorePorts {
  readonly clock: Clock;
  readonly log: Log;
  readonly random: Random;
  readonly describe: (id: string) => ProviderDescription | undefined;
  /** In place of the disk's own operations. */
  readonly fs?: StorageFs;
}

export type Stores = ReturnType<typeof createStores>;

export function createStores(context: Pick<ExtensionContext, 'secrets' | 'globalStorageUri'>, ports: StorePorts) {
  const { clock, log, random, describe } = ports;
  const disk = { folder: context.globalStorageUri.fsPath, fs: ports.fs ?? readsInPlace(nodeFs) };
  const owner = createProcessIdentity({ windowId: random.id(), clock });
  const secrets = secretStore(context.secrets);
  const keyring = new Keyring(secrets, clock);
  const generations = createFileGenerations(disk);
  const markers = createFileMarkers({ ...disk, log });
  const forgetSuccessors = async (...[key, storedAt]: Parameters<CredentialVault['isStored']>): Promise<void> => {
    await keyring.delete(tokenSecretName({ key, storedAt }));
    await generations.delete(ownerName({ key, storedAt }));
  };
  return {
    secrets,
    generations,
    journal: createFileJournal({ ...disk, clock, owner, log }),
    locks: createFileLocks({ ...disk, clock, owner }),
    allowances: createFileAllowances({ ...disk, log }),
    jobStore: createFileJobs({ ...disk, log }),
    vault: new CredentialVault({ secrets, markers, clock, log, describe, forgetSuccessors }),
    clients: new ClientVault({ secrets, clock }),
  } as const;
}
