/** Everything a reset needs, real: sandbox, transport, provider, vault, journal and locks; only editor and clock are stood in for. */
import { mkdtempSync, rmSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CredentialVault } from '../../src/auth/credentialVault';
import type { JobStore } from '../../src/core/archiveJobs';
import { ConsentOperations } from '../../src/core/consentOperations';
import { ConsentStore } from '../../src/core/consentStore';
import { credentialKey } from '../../src/core/credentialSource';
import { JobOperations } from '../../src/core/jobOperations';
import { type Project, type Target, targetKey } from '../../src/core/model';
import type { Outcome } from '../../src/core/outcome';
import { collectReasonTexts, reasonParagraph, untranslated } from '../../src/core/outcomeText';
import type { Log, TargetLocks } from '../../src/core/ports';
import type { Preview, Provider } from '../../src/core/provider';
import { reasonTexts } from '../../src/core/reasonTexts';
import type { Confirmation } from '../../src/core/resetSteps';
import { createTransport, type TransportOptions, type UndiciTransport } from '../../src/http/transport';
import { providerDescriptions, registeredProviders } from '../../src/providers/registry';
import type { RunningSandbox } from '../../src/sandbox/api';
import { startSandbox } from '../../src/sandbox/server';
import { createFileGenerations } from '../../src/storage/fileGenerations';
import { createFileJobs } from '../../src/storage/fileJobs';
import { createFileJournal } from '../../src/storage/fileJournal';
import { createFileLocks } from '../../src/storage/fileLocks';
import { createFileMarkers } from '../../src/storage/fileMarkers';
import type { StorageFs } from '../../src/storage/fileSystem';
import { createProcessIdentity } from '../../src/storage/processIdentity';
import { FakeClock } from './clock';
import { MemorySecretStore } from './storage';

export interface WorldOptions {
  readonly apiVersion?: 'v1' | 'v1beta';
  readonly quotaUser?: string;
  readonly transportLimits?: { readonly totalMs?: number };
  /** In place of what the transport has otherwise: no proxy, no authority but the system's. */
  readonly transport?: Partial<TransportOptions>;
  /** The time that everything but the sandbox goes by; one that sleeps without waiting, if not given. */
  readonly clock?: (sandbox: RunningSandbox) => FakeClock;
  /** The disk of the journal. */
  readonly journalFs?: StorageFs;
}

/** One project of the sandbox's sample users, and what acts on it. */
export class ResetWorld {
  readonly #others: ResetWorld[] = [];
  readonly store = new ConsentStore((error) => {
    throw error;
  });
  logLines: readonly string[] = [];
  readonly vault: CredentialVault;
  readonly operations: ConsentOperations;
  readonly jobs: JobStore;
  readonly jobOperations: JobOperations;
  readonly journal: ReturnType<typeof createFileJournal>;
  readonly locks: TargetLocks;
  readonly provider: (id: string) => Promise<Provider>;
  readonly texts = collectReasonTexts([
    reasonTexts,
    ...[...providerDescriptions.values()].map((one) => one.reasonTexts),
  ]);
  project: Project;
  /** What the user answers to the confirmation, and what happens while it shows. */
  confirm: (preview?: Preview, changed?: boolean) => Promise<Confirmation> = async () => ({
    kind: 'confirmed',
    by: 'modal',
  });

  private constructor(
    readonly sandbox: RunningSandbox,
    readonly transport: UndiciTransport,
    readonly clock: FakeClock,
    readonly folder: string,
    readonly secrets: MemorySecretStore,
    private readonly options: WorldOptions,
    private readonly log: Log,
    windowId = 'first-window',
  ) {
    this.project = {
      id: 'sample',
      label: 'Sample',
      provider: 'googleDataPortability',
      endpoint: sandbox.origin,
      options: {
        apiVersion: options.apiVersion ?? 'v1',
        ...(options.quotaUser === undefined ? {} : { quotaUser: options.quotaUser }),
      },
      identities: [
        { id: 'alice', label: 'alice.test@example.com' },
        { id: 'bob', label: 'bob.test@example.com' },
      ],
    };
    const owner = createProcessIdentity({ windowId, clock });
    const { journalFs: fs } = options;
    this.journal = createFileJournal({ folder, clock, owner, log, ...(fs && { fs }) });
    this.locks = createFileLocks({ folder, clock, owner });
    const markers = createFileMarkers({ folder, log });
    const describe = (id: string) => providerDescriptions.get(id);
    const byOperator = ({ project }: Target) => describe(project.provider)?.credentialOwner === 'project';
    this.vault = new CredentialVault({ secrets: this.secrets, markers, clock, log, describe });
    this.jobs = createFileJobs({ folder, log });
    let ids = 0;
    const loaded = registeredProviders.map(
      ({ load, description }) =>
        [
          description.id,
          load({
            transport,
            clock,
            log,
            jobs: this.jobs,
            secrets: this.secrets,
            locks: this.locks,
            generations: createFileGenerations({ folder }),
            isStored: ({ key, storedAt }) => this.vault.isStored(key, storedAt),
            ownerKey: (target) => credentialKey(target, byOperator(target)),
          }),
        ] as const,
    );
    const providers = new Map(loaded);
    const provider = async (id: string) => {
      const found = await providers.get(id);
      if (!found) throw new Error(`no provider ${id}`);
      return found;
    };
    this.provider = provider;
    const { store, vault: credentials, jobs } = this;
    this.jobOperations = new JobOperations({ store, jobs, credentials, provider, clock, log });
    this.operations = new ConsentOperations({
      store: this.store,
      credentials: this.vault,
      journal: this.journal,
      locks: this.locks,
      clock,
      log,
      random: { id: () => `${windowId}-operation-${++ids}` },
      provider,
      sharing: (target) => [target],
      consentGone: (target) => this.jobOperations.consentGone(target),
      currentTarget: (key) => this.targets().find((target) => targetKey(target) === key),
      forgetTokens: (target) => {
        for (const provider of providers.values()) void provider.then((one) => one.forget(target));
      },
      byOperator,
      credentialOrigins: ({ project }) => describe(project.provider)?.credentialOrigins(project) ?? [],
    });
  }

  static async open(options: WorldOptions = {}): Promise<ResetWorld> {
    const sandbox = await startSandbox({ port: 0 });
    const lines: string[] = [];
    const write = (line: string): void => void lines.push(line);
    const log: Log = { trace: write, info: write, warn: write, error: write };
    const transport = createTransport({
      log,
      proxy: () => ({ support: 'off', proxy: '', noProxy: [], env: {} }),
      trust: { extraCertificates: () => [] },
      ...(options.transportLimits ? { limits: options.transportLimits } : {}),
      ...options.transport,
    });
    const folder = mkdtempSync(join(tmpdir(), 'reconsent-world-'));
    const world = new ResetWorld(
      sandbox,
      transport,
      options.clock?.(sandbox) ?? new FakeClock(sandbox.control.clock),
      folder,
      new MemorySecretStore(),
      options,
      log,
    );
    world.logLines = lines;
    return world;
  }

  /** Another window of the same editor: the same disk, keyring and service, and a memory of its own. */
  secondWindow(): ResetWorld {
    const { sandbox, transport, clock, folder, secrets, options, log } = this;
    const window = new ResetWorld(sandbox, transport, clock, folder, secrets, options, log, 'second-window');
    window.project = this.project;
    this.#others.push(window);
    return window;
  }

  async close(): Promise<void> {
    for (const { journal } of [this, ...this.#others]) await journal.dispose();
    await this.transport.close();
    await this.sandbox.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  targets(): readonly Target[] {
    return this.project.identities.map((identity) => ({ project: this.project, identity }));
  }

  target(id: string): Target {
    const found = this.targets().find(({ identity }) => identity.id === id);
    if (!found) throw new Error(`no identity ${id}`);
    return found;
  }

  /** Stores the sample user's credential, as the user would by *Set Credential…*. */
  async signIn(id: string, form: 'refreshToken' | 'accessToken', values?: Record<string, string>): Promise<void> {
    const sample = this.sandbox.control.seedSample();
    const user = sample.users.find(({ user }) => user.startsWith(`${id}.`));
    const description = providerDescriptions.get(this.project.provider);
    const shape = description?.credentialForms.find((one) => one.id === form);
    if (!user || !shape) throw new Error(`no sample user ${id}`);
    const all = {
      clientId: sample.clientId,
      clientSecret: sample.clientSecret,
      refreshToken: user.refreshToken,
      accessToken: user.accessToken,
      ...values,
    };
    await this.vault.replace(this.target(id), shape, all);
  }

  /** Puts that many users with a consent and a stored credential into the project, in place of the sample users. */
  async crowd(count: number): Promise<void> {
    const users = Array.from({ length: count }, (_, at) => `user${at + 1}.test@example.com`);
    const { clientId, clientSecret } = this.sandbox.control.seedSample();
    const { grants } = this.sandbox.control.seed({
      users: users.map((email) => ({ email })),
      grants: users.map((user) => ({ user, clientId, scopes: ['myactivity.search'], access: '180-days' as const })),
    });
    this.project = { ...this.project, identities: users.map((email) => ({ id: email, label: email })) };
    const form = providerDescriptions
      .get(this.project.provider)
      ?.credentialForms.find(({ id }) => id === 'refreshToken');
    for (const { user, refreshToken = '' } of grants) {
      if (form) await this.vault.replace(this.target(user), form, { clientId, clientSecret, refreshToken });
    }
  }

  reset(id: string, signal: AbortSignal = new AbortController().signal, way = 'reset'): Promise<Outcome> {
    return this.operations.reset(this.target(id), {
      signal,
      way,
      confirm: (_target, preview, changed) => this.confirm(preview, changed),
    });
  }

  /** State of the consent as the service sees it. */
  consent(id: string): string {
    return this.sandbox.control.google.consents(`${id}.test@example.com`, '123456789012').state;
  }

  /** Reset requests that reached the service's door, whether or not they were carried out. */
  resetRequests() {
    return this.sandbox.control.requests.list({ method: 'POST', path: '/{version}/authorization:reset' });
  }

  /** Everything the journal has written, as it stands on disk. */
  async journalText(): Promise<string> {
    const folder = join(this.folder, 'journal');
    const names = await readdir(folder, { recursive: true, withFileTypes: true });
    const files = names.filter((entry) => entry.isFile());
    return (await Promise.all(files.map((file) => readFile(join(file.parentPath, file.name), 'utf8')))).join('\n');
  }

  text(outcome: Outcome): string {
    return reasonParagraph(outcome.reason, this.texts, untranslated);
  }
}
