/** A window at work on many identities: operations, vault, journal, locks and transport are real; keyring and editor are stood in for. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CredentialVault } from '../../src/auth/credentialVault';
import { type BulkItem, previewBulk } from '../../src/core/bulkPreview';
import { ConsentOperations } from '../../src/core/consentOperations';
import { mapLimited } from '../../src/core/mapLimited';
import { type Project, type Target, type TargetKey, targetKey } from '../../src/core/model';
import type { Log } from '../../src/core/ports';
import { createTransport } from '../../src/http/transport';
import { providerDescriptions, registeredProviders } from '../../src/providers/registry';
import { createFileGenerations } from '../../src/storage/fileGenerations';
import { createFileJobs } from '../../src/storage/fileJobs';
import { createFileJournal } from '../../src/storage/fileJournal';
import { createFileLocks } from '../../src/storage/fileLocks';
import { createFileMarkers } from '../../src/storage/fileMarkers';
import { nodeFs, type StorageFs } from '../../src/storage/fileSystem';
import { createProcessIdentity } from '../../src/storage/processIdentity';
import { readsInPlace } from '../../src/storage/readsInPlace';
import { systemClock, systemRandom } from '../../src/vscode/systemPorts';
import { MemorySecretStore } from '../fakes/storage';
import type { Service } from './service';
import { benchProject, newStore } from './window';

export interface BulkWorld {
  readonly project: Project;
  readonly store: ReturnType<typeof newStore>;
  readonly operations: ConsentOperations;
  readonly journal: ReturnType<typeof createFileJournal>;
  readonly transport: ReturnType<typeof createTransport>;
  /** Signs in whoever is not, and reads what a bulk of all would do. */
  plan(): Promise<readonly BulkItem[]>;
  close(): Promise<void>;
}

const silent: Log = { trace: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
/** As long as Google's. */
const clientId = '123456789012-benchbenchbenchbenchbenchbench12.apps.googleusercontent.com';
const clientSecret = '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';
const never = new AbortController().signal;

/** `disk` is the journal's. */
export function openBulkWorld(
  { origin, authority }: Service,
  identities: number,
  disk: StorageFs = readsInPlace(nodeFs),
  log: Log = silent,
): BulkWorld {
  const folder = mkdtempSync(join(tmpdir(), 'reconsent-bench-'));
  const clock = systemClock;
  const project = benchProject(identities, origin);
  const all: readonly Target[] = project.identities.map((identity) => ({ project, identity }));
  const byKey = new Map<TargetKey, Target>(all.map((target) => [targetKey(target), target]));
  const owner = createProcessIdentity({ windowId: 'bench', clock });
  const journal = createFileJournal({ folder, clock, owner, log, fs: disk });
  const locks = createFileLocks({ folder, clock, owner });
  const secrets = new MemorySecretStore();
  const markers = createFileMarkers({ folder, log });
  const describe = (id: string) => providerDescriptions.get(id);
  const vault = new CredentialVault({ secrets, markers, clock, log, describe });
  const transport = createTransport({
    log,
    proxy: () => ({ support: 'off', proxy: '', noProxy: [], env: {} }),
    trust: { extraCertificates: () => [authority] },
    userAgent: 'reconsent/bench',
  });
  const registered = registeredProviders.find(({ description }) => description.id === project.provider);
  const form = registered?.description.credentialForms.find(({ id }) => id === 'refreshToken');
  const [way] = registered?.description.ways ?? [];
  if (!registered || !form || !way) throw new Error(`no provider ${project.provider}`);
  const loading = registered.load({
    transport,
    clock,
    log,
    jobs: createFileJobs({ folder, log }),
    secrets,
    locks,
    generations: createFileGenerations({ folder }),
    isStored: async () => true,
    ownerKey: targetKey,
  });
  const store = newStore();
  const operations = new ConsentOperations({
    store,
    credentials: vault,
    journal,
    locks,
    clock,
    log,
    random: systemRandom,
    provider: () => loading,
    sharing: (target) => [target],
    consentGone: async () => undefined,
    currentTarget: (key) => byKey.get(key),
    forgetTokens: (target) => void loading.then((provider) => provider.forget(target)),
    byOperator: () => false,
    credentialOrigins: (target) => registered.description.credentialOrigins(target.project),
  });
  let signIns = 0;
  const signIn = async (target: Target): Promise<void> => {
    const refreshToken = `1//${target.identity.id}-${++signIns}-${'r'.repeat(90)}`;
    await vault.replace(target, form, { clientId, clientSecret, refreshToken });
  };
  return {
    project,
    store,
    operations,
    journal,
    transport,
    plan: async () => {
      await mapLimited(all, 16, signIn);
      const ports = { operations, clock, progress: () => undefined };
      const targets = all.map((target) => ({ target, way }));
      const plan = await previewBulk(targets, ports, never);
      if (plan?.items.length !== identities) {
        throw new Error(`not ready to be reset: ${plan?.leftOut[0]?.outcome.reason.code}`);
      }
      return plan.items;
    },
    close: async () => {
      await journal.dispose();
      locks.dispose();
      await transport.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
