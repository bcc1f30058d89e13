/**
 * One window of an editor, without the editor: the stores as the extension makes them, real transport, vault, journal, locks
 * and providers. Several of them over one folder and one keyring are the windows of one user, in one process or in several.
 */
import { ConsentOperations } from '../../../src/core/consentOperations';
import { ConsentStore, type IdentityState } from '../../../src/core/consentStore';
import { credentialKey } from '../../../src/core/credentialSource';
import { JobOperations } from '../../../src/core/jobOperations';
import { type Project, type Target, type TargetKey, targetKey } from '../../../src/core/model';
import type { Outcome } from '../../../src/core/outcome';
import { collectReasonTexts, reasonParagraph, untranslated } from '../../../src/core/outcomeText';
import type { Clock, Log, SecretStore } from '../../../src/core/ports';
import type { CredentialForm, Provider } from '../../../src/core/provider';
import { reasonTexts } from '../../../src/core/reasonTexts';
import type { ResetPorts, ResetStep } from '../../../src/core/resetSteps';
import { createTransport, type UndiciTransport } from '../../../src/http/transport';
import { type ProviderPorts, providerDescriptions, registeredProviders } from '../../../src/providers/registry';
import { credentialForms as signInForms } from '../../../src/providers/venafiTpp/credentialForms';
import { type SignOutResult, signOut } from '../../../src/providers/venafiTpp/signOut';
import type { StorageFs } from '../../../src/storage/fileSystem';
import { createStores, type Stores } from '../../../src/vscode/stores';
import type { Scene } from './services';

export interface WindowOptions {
  readonly folder: string;
  readonly secrets: SecretStore;
  readonly clock: Clock;
  readonly fs?: StorageFs;
  readonly windowId?: string;
}

export interface ResetOptions {
  readonly takeOver?: boolean;
  readonly signal?: AbortSignal;
  readonly confirm?: ResetPorts['confirm'];
  readonly progress?: (step: ResetStep) => void;
}

const never = new AbortController().signal;
const texts = collectReasonTexts([reasonTexts, ...[...providerDescriptions.values()].map((one) => one.reasonTexts)]);
let opened = 0;

export class OneWindow {
  readonly logLines: string[] = [];
  readonly stores: Stores;
  readonly store = new ConsentStore((error) => {
    throw error;
  });
  readonly operations: ConsentOperations;
  readonly transport: UndiciTransport;
  readonly providerPorts: ProviderPorts;
  /** As the settings say. */
  projects: readonly Project[] = [];
  /** Called when a request that may have had an effect has its answer, or none, before anybody here reads that. */
  whenAnswered: () => void = () => undefined;
  /** Called with the scene and the preview, by default says yes. */
  confirm: ResetPorts['confirm'] = async () => ({ kind: 'confirmed', by: 'modal' });
  readonly #providers = new Map<string, Promise<Provider>>();

  constructor({ folder, secrets, clock, fs, windowId = `window-${process.pid}-${++opened}` }: WindowOptions) {
    const write = (line: string): void => void this.logLines.push(line);
    const log: Log = { trace: write, info: write, warn: write, error: write };
    let ids = 0;
    const random = { id: () => (ids++ === 0 ? windowId : `${windowId}-${ids - 1}`) };
    const describe = (id: string) => providerDescriptions.get(id);
    const context = { secrets, globalStorageUri: { fsPath: folder } } as unknown as Parameters<typeof createStores>[0];
    this.stores = createStores(context, { clock, log, random, describe, ...(fs && { fs }) });
    const { vault, jobStore } = this.stores;
    this.transport = createTransport({
      log,
      proxy: () => ({ support: 'off', proxy: '', noProxy: [], env: {} }),
      trust: { extraCertificates: () => [] },
    });
    const byOperator = ({ project }: Target) => describe(project.provider)?.credentialOwner === 'project';
    this.providerPorts = {
      ...this.stores,
      transport: {
        send: async (request, signal) => {
          const result = await this.transport.send(request, signal);
          if (request.effect === 'irreversible') this.whenAnswered();
          return result;
        },
      },
      clock,
      log,
      jobs: jobStore,
      isStored: ({ key, storedAt }) => vault.isStored(key, storedAt),
      ownerKey: (target) => credentialKey(target, byOperator(target)),
    };
    const provider = (id: string) => this.#provider(id);
    const jobs = new JobOperations({ store: this.store, jobs: jobStore, credentials: vault, provider, clock, log });
    this.operations = new ConsentOperations({
      ...this.stores,
      store: this.store,
      credentials: vault,
      clock,
      log,
      random,
      provider,
      currentTarget: (key) => this.targets().find((target) => targetKey(target) === key),
      forgetTokens: (target) => void provider(target.project.provider).then((one) => one.forget(target)),
      consentGone: (target) => jobs.consentGone(target),
      byOperator,
      sharing: (target) => this.targets().filter(({ project }) => project.id === target.project.id),
      credentialOrigins: ({ project }) => describe(project.provider)?.credentialOrigins(project) ?? [],
    });
  }

  targets(): readonly Target[] {
    return this.projects.flatMap((project) => project.identities.map((identity) => ({ project, identity })));
  }

  /** The scene is in the settings from now on. */
  target({ project }: Pick<Scene, 'project'>): Target {
    if (!this.projects.includes(project)) {
      this.projects = [...this.projects.filter(({ id }) => id !== project.id), project];
    }
    const [identity] = project.identities;
    if (!identity) throw new Error('a scene without an identity');
    return { project, identity };
  }

  keyOf(target: Target): TargetKey {
    return targetKey(target);
  }

  /** Stores the credential of the scene, as a sign-in does; resolves with the number that names it. */
  async signIn(scene: Scene): Promise<number> {
    const target = this.target(scene);
    const storedAt = await this.stores.vault.replace(target, formOf(scene), scene.values, scene.facts);
    this.operations.credentialChanged(target, { kind: 'stored' });
    return storedAt;
  }

  reset(scene: Scene, options: ResetOptions = {}): Promise<Outcome> {
    return this.operations.reset(this.target(scene), {
      way: scene.way,
      signal: options.signal ?? never,
      takeOverLock: options.takeOver === true,
      confirm: options.confirm ?? ((...question) => this.confirm(...question)),
      ...(options.progress && { progress: options.progress }),
    });
  }

  /** *Check Consent*; resolves with what the row says then. */
  async check(scene: Scene): Promise<IdentityState['consent']> {
    const target = this.target(scene);
    await this.operations.probe(target, never);
    return this.store.get(targetKey(target)).consent;
  }

  /** *Sign Out…* of an operator, as its command does it. */
  async signOut(scene: Scene): Promise<SignOutResult['kind'] | 'missing'> {
    const target = this.target(scene);
    const reading = await this.stores.vault.read(target);
    if (reading.kind !== 'present') return 'missing';
    const [credential] = reading.credentials;
    const result = await signOut(target, credential, this.providerPorts, never);
    if (result.kind === 'revoked' || result.kind === 'not-found') {
      await this.stores.vault.forgetOne(target, credential.storedAt);
    }
    return result.kind;
  }

  /** What is told of the outcome. */
  text(outcome: Outcome): string {
    return reasonParagraph(outcome.reason, texts, untranslated);
  }

  async close(): Promise<void> {
    await this.stores.journal.dispose();
    this.stores.locks.dispose();
    await this.transport.close();
  }

  #provider(id: string): Promise<Provider> {
    const registered = registeredProviders.find(({ description }) => description.id === id);
    if (!registered) throw new Error(`no provider ${id}`);
    const loaded = this.#providers.get(id) ?? registered.load(this.providerPorts);
    this.#providers.set(id, loaded);
    return loaded;
  }
}

/** What a sign-in brings is in no list that one could choose from. */
function formOf({ service, form }: Scene): CredentialForm {
  const forms = providerDescriptions.get(service)?.credentialForms ?? [];
  const found = [...forms, signInForms.signIn].find(({ id }) => id === form);
  if (!found) throw new Error(`no form ${form}`);
  return found;
}
