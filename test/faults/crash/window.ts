/** A window of the editor without the editor: real transport, providers, vault, journal and locks, over one folder. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CredentialVault } from '../../../src/auth/credentialVault';
import { ConsentOperations } from '../../../src/core/consentOperations';
import { ConsentStore } from '../../../src/core/consentStore';
import { credentialKey } from '../../../src/core/credentialSource';
import { type Project, type Target, targetKey } from '../../../src/core/model';
import type { Clock, Journal, Log, SecretStore, TargetLocks, Transport } from '../../../src/core/ports';
import { createTransport } from '../../../src/http/transport';
import { providerDescriptions, registeredProviders } from '../../../src/providers/registry';
import { createFileGenerations } from '../../../src/storage/fileGenerations';
import { createFileJobs } from '../../../src/storage/fileJobs';
import { createFileJournal } from '../../../src/storage/fileJournal';
import { createFileLocks } from '../../../src/storage/fileLocks';
import { createFileMarkers } from '../../../src/storage/fileMarkers';
import { createProcessIdentity } from '../../../src/storage/processIdentity';

/** Where in a reset the window is, by the calls that it makes and gets answers from. */
export type Moment =
  | 'locking'
  | 'locked'
  | 'opened'
  /** The entry of a second attempt, after an answer that proves the first to have had no effect. */
  | 'openedAgain'
  | 'leaving'
  | 'answered'
  | 'reading'
  | 'closing'
  | 'closed'
  | 'forgotten'
  | 'released';

export interface WindowOptions {
  readonly folder: string;
  readonly windowId: string;
  readonly clock: Clock;
  readonly project: Project;
  /** Told of each moment when it is reached, before anything else happens. */
  readonly reach?: (moment: Moment) => void;
}

export type Window = ReturnType<typeof openWindow>;

/** Keeps what it is given in a file, so that another process reads the same: the keyring of all windows. */
function secretsIn(folder: string): SecretStore {
  const file = join(folder, 'secrets.json');
  const read = (): Record<string, string> => {
    try {
      return JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>;
    } catch {
      return {};
    }
  };
  return {
    get: async (key) => read()[key],
    store: async (key, value) => writeFileSync(file, JSON.stringify({ ...read(), [key]: value })),
    delete: async (key) => {
      const { [key]: _gone, ...rest } = read();
      writeFileSync(file, JSON.stringify(rest));
    },
  };
}

export function openWindow({ folder, windowId, clock, project, reach = () => {} }: WindowOptions) {
  const lines: string[] = [];
  const write = (line: string): void => void lines.push(line);
  const log: Log = { trace: write, info: write, warn: write, error: write };
  const owner = createProcessIdentity({ windowId, clock });
  const journal = createFileJournal({ folder, clock, owner, log });
  const locks = createFileLocks({ folder, clock, owner });
  const transport = createTransport({
    log,
    proxy: () => ({ support: 'off', proxy: '', noProxy: [], env: {} }),
    trust: { extraCertificates: () => [] },
  });
  const secrets = secretsIn(folder);
  const describe = (id: string) => providerDescriptions.get(id);
  const markers = createFileMarkers({ folder, log });
  const vault = new CredentialVault({ secrets, markers, clock, log, describe });
  const byOperator = (target: Target): boolean => describe(target.project.provider)?.credentialOwner === 'project';
  const found = registeredProviders.find(({ description }) => description.id === project.provider);
  if (!found) throw new Error(`no provider ${project.provider}`);
  const provider = found.load({
    transport: reachingTransport(transport, reach),
    clock,
    log,
    jobs: createFileJobs({ folder, log }),
    secrets,
    locks,
    generations: createFileGenerations({ folder }),
    isStored: ({ key, storedAt }) => vault.isStored(key, storedAt),
    ownerKey: (target) => credentialKey(target, byOperator(target)),
  });
  const targets: readonly Target[] = project.identities.map((identity) => ({ project, identity }));
  const store = new ConsentStore((error) => {
    throw error;
  });
  let operation = 0;
  const operations = new ConsentOperations({
    store,
    credentials: {
      read: (target) => vault.read(target),
      storedGeneration: (target) => vault.storedGeneration(target),
      dropRejected: (target, credentials) => vault.dropRejected(target, credentials),
      markers: () => vault.markers(),
      forgetDead: async (target, credentials, at) => {
        await vault.forgetDead(target, credentials, at);
        reach('forgotten');
      },
    },
    journal: reachingJournal(journal, reach),
    locks: reachingLocks(locks, reach),
    clock,
    log,
    random: { id: () => `${windowId}-operation-${++operation}` },
    provider: () => provider,
    sharing: () => targets,
    consentGone: async () => undefined,
    currentTarget: (key) => targets.find((target) => targetKey(target) === key),
    forgetTokens: (target) => void provider.then((one) => one.forget(target)),
    byOperator,
    credentialOrigins: (target) => describe(target.project.provider)?.credentialOrigins(target.project) ?? [],
  });
  const close = async (): Promise<void> => {
    locks.dispose();
    await journal.dispose();
    await transport.close();
  };
  return { operations, journal, vault, store, targets, lines, byOperator, close } as const;
}

function reachingLocks(locks: TargetLocks, reach: (moment: Moment) => void): TargetLocks {
  return {
    prepare: () => locks.prepare(),
    async acquire(address, how) {
      reach('locking');
      const result = await locks.acquire(address, how);
      if (result.kind !== 'acquired') return result;
      reach('locked');
      const release = async (): Promise<void> => {
        await result.release();
        reach('released');
      };
      return { ...result, release };
    },
  };
}

function reachingJournal(journal: Journal, reach: (moment: Moment) => void): Journal {
  let entries = 0;
  return {
    prepare: () => journal.prepare(),
    async open(entry) {
      await journal.open(entry);
      entries += 1;
      reach(entries === 1 ? 'opened' : 'openedAgain');
    },
    async close(operationId, outcome) {
      reach('closing');
      await journal.close(operationId, outcome);
      reach('closed');
    },
    markSent: (...sent) => journal.markSent(...sent),
    dismiss: (operationId) => journal.dismiss(operationId),
    lastVerifiedReset: (address) => journal.lastVerifiedReset(address),
    standing: () => journal.standing(),
    unfinished: () => journal.unfinished(),
    recent: (limit) => journal.recent(limit),
    read: (limit) => journal.read(limit),
  };
}

function reachingTransport(transport: Transport, reach: (moment: Moment) => void): Transport {
  let answered = false;
  return {
    async send(request, signal) {
      if (request.effect === 'read') {
        if (answered) reach('reading');
        return transport.send(request, signal);
      }
      const onSent = (): void => {
        reach('leaving');
        request.onSent?.();
      };
      const result = await transport.send({ ...request, onSent }, signal);
      answered = true;
      reach('answered');
      return result;
    },
  };
}
