/** One identity of each service, signed in at the sandbox: everything is real but the editor, the keyring and time. */
import assert from 'node:assert/strict';
import { type Project, type Target, targetKey } from '../../src/core/model';
import type { Outcome } from '../../src/core/outcome';
import type { CredentialForm } from '../../src/core/provider';
import { providerDescriptions } from '../../src/providers/registry';
import { credentialForms as venafiForms } from '../../src/providers/venafiTpp/credentialForms';
import type { RunningSandbox } from '../../src/sandbox/api';
import { ResetWorld, type WorldOptions } from '../fakes/resetWorld';
import { googleSample, identityPlatformSample } from '../fakes/sampleCredentials';

export interface Service {
  readonly name: string;
  readonly provider: 'googleDataPortability' | 'identityPlatform' | 'venafiTpp';
  readonly way: string;
  /** Options of the project that name further addresses that get its secrets. */
  readonly addresses: readonly string[];
  /** The form that is filled in, and whose tokens are stored. */
  readonly form: string;
  identity(sandbox: RunningSandbox): string;
  options(sandbox: RunningSandbox): Readonly<Record<string, unknown>>;
  values(sandbox: RunningSandbox): Readonly<Record<string, string>>;
}

const google: Service = {
  name: 'Data Portability',
  provider: 'googleDataPortability',
  way: 'reset',
  addresses: ['oauthEndpoint'],
  form: 'refreshToken',
  identity: () => 'alice',
  options: () => ({ apiVersion: 'v1' }),
  values: ({ control }) => googleSample(control),
};

const identityPlatform: Service = {
  name: 'Identity Platform',
  provider: 'identityPlatform',
  way: 'revokeToken',
  addresses: ['secureTokenEndpoint', 'appleEndpoint'],
  form: 'refreshToken',
  identity: () => 'carol',
  options: () => ({ identityProvider: 'apple.com' }),
  values: ({ control }) => identityPlatformSample(control),
};

const venafi: Service = {
  name: 'Venafi TPP',
  provider: 'venafiTpp',
  way: 'revokeGrants',
  addresses: ['authEndpoint'],
  form: 'signIn',
  identity: (sandbox) => sandbox.control.venafi.seedSample().users[0]?.prefixedUniversal ?? '',
  options: (sandbox) => ({ clientId: sandbox.control.venafi.seedSample().clientId }),
  values(sandbox) {
    const { clientId, administrator } = sandbox.control.venafi.seedSample();
    return { clientId, accessToken: administrator.accessToken, refreshToken: administrator.refreshToken };
  },
};

export const services: readonly Service[] = [google, identityPlatform, venafi];

const never = new AbortController().signal;

export interface SignedInOptions extends WorldOptions {
  /** Where the project was when its credential was stored; the sandbox, if not given. */
  readonly endpoint?: string;
}

/** The window of somebody who has signed in. Another window of theirs begins with an empty memory. */
export class SignedIn {
  readonly #others: SignedIn[] = [];

  private constructor(
    readonly service: Service,
    readonly world: ResetWorld,
  ) {}

  static async open(service: Service, { endpoint, ...options }: SignedInOptions = {}): Promise<SignedIn> {
    const world = await ResetWorld.open(options);
    const { sandbox } = world;
    const id = service.identity(sandbox);
    world.project = {
      id: 'shop',
      label: 'Shop',
      provider: service.provider,
      endpoint: endpoint ?? sandbox.origin,
      options: service.options(sandbox),
      identities: [{ id, label: 'somebody.test@example.com' }],
    };
    const window = new SignedIn(service, world);
    await window.signInAgain();
    return window;
  }

  secondWindow(): SignedIn {
    const other = new SignedIn(this.service, this.world.secondWindow());
    this.#others.push(other);
    return other;
  }

  async close(): Promise<void> {
    await this.#leave();
    await this.world.close();
  }

  /** The journals of all other windows. */
  async #leave(): Promise<void> {
    for (const other of this.#others) {
      await other.#leave();
      await other.world.journal.dispose();
    }
  }

  get target(): Target {
    const [target] = this.world.targets();
    assert.ok(target);
    return target;
  }

  get key(): string {
    return targetKey(this.target);
  }

  get form(): CredentialForm {
    if (this.service.provider === 'venafiTpp') return venafiForms.signIn;
    const forms = providerDescriptions.get(this.service.provider)?.credentialForms;
    return forms?.find(({ id }) => id === this.service.form) ?? assert.fail(this.service.form);
  }

  /** Stores the credential of the sandbox's sample for what the project is now. */
  signInAgain(): Promise<number> {
    return this.world.vault.replace(this.target, this.form, this.service.values(this.world.sandbox));
  }

  edit(changes: Partial<Project>): void {
    this.world.project = { ...this.world.project, ...changes };
  }

  reset(signal: AbortSignal = never): Promise<Outcome> {
    return this.world.reset(this.target.identity.id, signal, this.service.way);
  }

  /** What the tree shows after it was read once more. */
  async probe(signal: AbortSignal = never): Promise<string> {
    await this.world.operations.probe(this.target, signal);
    const { consent } = this.world.store.get(targetKey(this.target));
    return 'reason' in consent ? `${consent.kind}: ${consent.reason.code}` : consent.kind;
  }

  /** What the tree shows of a window that has just been opened. */
  async opened(): Promise<string> {
    await this.world.operations.load(this.world.targets());
    const { consent } = this.world.store.get(targetKey(this.target));
    return 'reason' in consent ? `${consent.kind}: ${consent.reason.code}` : consent.kind;
  }

  /** Requests that have reached the service. */
  get requests(): number {
    return this.world.sandbox.control.requests.list().length;
  }

  /** Nothing of an operation is left behind in the journal. */
  async assertNoEntry(): Promise<void> {
    assert.deepEqual(await this.world.journal.recent(10), []);
  }

  /** Where no secret has any business. */
  async assertNoSecretTold(outcome: Outcome): Promise<void> {
    const told = [this.world.text(outcome), ...this.world.logLines, await this.world.journalText().catch(() => '')];
    for (const secret of this.secrets) assert.ok(!told.join('\n').includes(secret));
  }

  get secrets(): readonly string[] {
    const values = this.service.values(this.world.sandbox);
    const secret = this.form.fields.filter((field) => field.secret).map(({ id }) => values[id] ?? '');
    return secret.filter((value) => value.length > 8);
  }
}
