/** A revocation against the sandbox: real transport, provider and reset; only editor, clock, disk and keyring are stood in for. */
import { startDeviceSignIn } from '../../src/auth/vedauthDevice';
import { ConsentOperations } from '../../src/core/consentOperations';
import { ConsentStore } from '../../src/core/consentStore';
import { type Credential, type Identity, type Project, type Target, targetKey } from '../../src/core/model';
import type { Outcome } from '../../src/core/outcome';
import { collectReasonTexts, reasonParagraph, untranslated } from '../../src/core/outcomeText';
import type { Journal, Log, TargetLocks } from '../../src/core/ports';
import type { Preview, Provider } from '../../src/core/provider';
import { reasonTexts } from '../../src/core/reasonTexts';
import { BoundSecret } from '../../src/core/redact';
import type { Confirmation } from '../../src/core/resetSteps';
import { createTransport, type UndiciTransport } from '../../src/http/transport';
import type { TrustSettings } from '../../src/http/trust';
import { venafiTpp } from '../../src/providers/venafiTpp/description';
import { createVenafiTpp, type VenafiPorts } from '../../src/providers/venafiTpp/provider';
import { credentialOrigins } from '../../src/providers/venafiTpp/settings';
import { signedIn } from '../../src/providers/venafiTpp/signedIn';
import type { RunningSandbox } from '../../src/sandbox/api';
import { frozenClock } from '../../src/sandbox/clock';
import { startSandbox } from '../../src/sandbox/server';
import type { VenafiControl, VenafiSample } from '../../src/sandbox/venafi/api';
import { FakeClock } from './clock';
import { noon } from './resetStage';
import { MemoryJournal, MemorySecretStore, MemoryTargetLocks } from './storage';
import { MemoryGenerations } from './venafiScene';

export const never = new AbortController().signal;

export interface VenafiDisk {
  readonly journal?: Journal;
  readonly locks?: TargetLocks;
  readonly generations?: VenafiPorts['generations'];
}

export class VenafiWorld {
  readonly control: VenafiControl;
  readonly sample: VenafiSample;
  readonly journal = new MemoryJournal();
  readonly locks = new MemoryTargetLocks();
  readonly secrets = new MemorySecretStore();
  readonly clock: FakeClock;
  readonly providerPorts: VenafiPorts;
  readonly provider: Provider;
  readonly texts = collectReasonTexts([reasonTexts, venafiTpp.reasonTexts]);
  readonly store = new ConsentStore((error) => {
    throw error;
  });
  /** Further identities of the project. */
  others: readonly Target[] = [];
  readonly previews: Preview[] = [];
  project: Project;
  credential: Credential;
  /** What happens while the confirmation shows. */
  whileConfirming: () => void = () => undefined;
  /** What the user answers. */
  answer: () => Confirmation = () => ({ kind: 'confirmed', by: 'modal' });
  readonly #ids = { operation: 0 };

  private constructor(
    readonly sandbox: RunningSandbox,
    readonly transport: UndiciTransport,
    readonly logLines: readonly string[],
    private readonly log: Log,
    private readonly disk: VenafiDisk,
  ) {
    this.control = sandbox.control.venafi;
    this.sample = this.control.seedSample();
    this.clock = new FakeClock(sandbox.control.clock);
    this.providerPorts = {
      transport,
      clock: this.clock,
      secrets: this.secrets,
      generations: disk.generations ?? new MemoryGenerations(),
      locks: disk.locks ?? this.locks,
      log,
      isStored: async () => true,
      // One operator has signed in for all identities of the project.
      ownerKey: ({ project }) => targetKey({ project, identity: { id: 'operator', label: '' } }),
    };
    this.provider = createVenafiTpp(this.providerPorts);
    this.project = {
      id: 'tpp',
      label: 'TPP',
      provider: 'venafiTpp',
      endpoint: sandbox.origin,
      options: { clientId: this.sample.clientId },
      identities: [],
    };
    this.credential = this.credentialOf(this.sample.administrator);
  }

  /** `disk`: in the place of what is otherwise in memory. */
  static async open(disk: VenafiDisk = {}): Promise<VenafiWorld> {
    const sandbox = await startSandbox({ clock: frozenClock(noon) });
    const lines: string[] = [];
    const write = (line: string): void => void lines.push(line);
    const log: Log = { trace: write, info: write, warn: write, error: write };
    const authorities: string[] = [];
    const shown: { files?: TrustSettings } = {};
    const transport = createTransport({
      log,
      proxy: () => ({ support: 'off', proxy: '', noProxy: [], env: {} }),
      trust: {
        extraCertificates: (origin) => [...authorities, ...(shown.files?.extraCertificates(origin) ?? [])],
        clientCertificate: (project, origin) => shown.files?.clientCertificate?.(project, origin) ?? { kind: 'none' },
      },
    });
    const world = new VenafiWorld(sandbox, transport, lines, log, disk);
    world.#authorities = authorities;
    world.#shown = shown;
    return world;
  }

  #authorities: string[] = [];
  #shown: { files?: TrustSettings } = {};

  /** What the files of the settings add, besides what is trusted by hand. */
  useFiles(files: TrustSettings): void {
    this.#shown.files = files;
  }

  trust(pem: string): void {
    this.#authorities.push(pem);
  }

  async close(): Promise<void> {
    await this.transport.close();
    await this.sandbox.close();
  }

  /** As a sign-in stores it, bound to what the project is now. */
  credentialOf(tokens: { readonly accessToken: string; readonly refreshToken?: string }): Credential {
    const boundTo = credentialOrigins(this.project);
    const sealed = (value: string | undefined) =>
      value === undefined ? {} : { refreshToken: new BoundSecret(value, boundTo) };
    return {
      form: tokens.refreshToken === undefined ? 'accessToken' : 'signIn',
      secrets: { accessToken: new BoundSecret(tokens.accessToken, boundTo), ...sealed(tokens.refreshToken) },
      facts: { clientId: this.sample.clientId },
      storedAt: noon - 1,
    };
  }

  /** By the device flow, answered by the administrator. */
  async signInByDevice(as = this.sample.administrator.username): Promise<void> {
    const boundTo = credentialOrigins(this.project);
    const authOrigin = boundTo.at(-1) ?? '';
    const client = { authOrigin, clientId: this.sample.clientId, boundTo, project: this.project.id };
    const { transport, clock, sample } = this;
    const started = await startDeviceSignIn(client, sample.scope, { transport, clock }, never);
    if (started.kind !== 'started') throw new Error(`${started.kind} ${'error' in started ? started.error : ''}`);
    this.control.decideDevice(started.code.userCode, { identity: as });
    const waited = await started.waiting.wait(never);
    if (waited.kind !== 'issued') throw new Error(waited.kind);
    const { form, values, facts } = signedIn(this.project, sample.clientId, waited.tokens);
    this.credential = {
      form: form.id,
      secrets: {
        accessToken: new BoundSecret(values['accessToken'] ?? '', boundTo),
        refreshToken: new BoundSecret(values['refreshToken'] ?? '', boundTo),
      },
      facts,
      storedAt: this.clock.now(),
    };
  }

  id(name: string): string {
    return this.sample.users.find((user) => user.name === name)?.prefixedUniversal ?? name;
  }

  /** As the editor does it: through the operations on consents, signed in as the operator of the project. */
  revoke(id: string): Promise<Outcome> {
    const identity: Identity = { id, label: id };
    const target: Target = { project: this.project, identity };
    const { credential } = this;
    const operations = new ConsentOperations({
      store: this.store,
      provider: async () => this.provider,
      credentials: {
        read: async () => ({ kind: 'present', credentials: [credential], generation: '1', unusable: [] }),
        storedGeneration: async () => '1',
        forgetDead: async () => undefined,
        dropRejected: async () => undefined,
        markers: async () => new Map(),
      },
      locks: this.disk.locks ?? this.locks,
      journal: this.disk.journal ?? this.journal,
      clock: this.clock,
      random: { id: () => `operation-${++this.#ids.operation}` },
      log: this.log,
      currentTarget: () => target,
      byOperator: () => true,
      sharing: () => [target, ...this.others],
      credentialOrigins: () => credentialOrigins(this.project),
      forgetTokens: () => this.provider.forget(target),
      consentGone: async () => undefined,
    });
    return operations.reset(target, {
      signal: never,
      way: 'revokeGrants',
      confirm: async (_target, preview) => {
        this.previews.push(preview);
        this.whileConfirming();
        return this.answer();
      },
    });
  }

  /** How many requests came to the path, whatever became of them. */
  requests(path: string): number {
    return this.sandbox.control.requests.list().filter((request) => request.path.toLowerCase().endsWith(path)).length;
  }

  text(outcome: Outcome): string {
    return reasonParagraph(outcome.reason, this.texts, untranslated);
  }
}
