/**
 * The three services behind one gate, and what the faults of the network are tried on: the reset of each, and a read of
 * each. Everything is real but the editor, the keyring and the time that the waiting takes.
 */
import assert from 'node:assert/strict';
import type { Reason } from '../../../src/core/model';
import { targetKey } from '../../../src/core/model';
import type { Outcome } from '../../../src/core/outcome';
import { reasonParagraph, untranslated } from '../../../src/core/outcomeText';
import type { TransportOptions } from '../../../src/http/transport';
import { providerDescriptions } from '../../../src/providers/registry';
import type { RunningSandbox } from '../../../src/sandbox/api';
import { ManualTimers } from '../../fakes/manualTimers';
import { ResetWorld } from '../../fakes/resetWorld';
import { googleSample, identityPlatformSample } from '../../fakes/sampleCredentials';
import { type Accident, Gate, type GateOptions } from './gate';

export interface Service {
  readonly name: string;
  readonly provider: string;
  readonly way: string;
  /** Paths of the irreversible call, and of a read that the preview is made of. */
  readonly reset: RegExp;
  readonly read: RegExp;
  /** Of a read that is asked for again when it fails. */
  readonly patient: RegExp;
  readonly form: string;
  options(sandbox: RunningSandbox): Record<string, unknown>;
  identity(sandbox: RunningSandbox): string;
  secrets(sandbox: RunningSandbox): Readonly<Record<string, string>>;
  /** Whether the sandbox has carried a reset out. */
  gone(sandbox: RunningSandbox): boolean;
}

const google: Service = {
  name: 'Data Portability',
  provider: 'googleDataPortability',
  way: 'reset',
  reset: /\/authorization:reset$/,
  read: /\/accessType:check$/,
  patient: /\/accessType:check$/,
  form: 'refreshToken',
  options: () => ({ apiVersion: 'v1' }),
  identity: () => 'alice',
  secrets: ({ control }) => googleSample(control),
  gone: (sandbox) => sandbox.control.google.consents('alice.test@example.com', '123456789012').state === 'none',
};

const identityPlatform: Service = {
  name: 'Identity Platform',
  provider: 'identityPlatform',
  way: 'revokeToken',
  reset: /\/accounts:revokeToken$/,
  read: /\/v1\/token$/,
  patient: /\/accounts:lookup$/,
  form: 'refreshToken',
  options: () => ({ identityProvider: 'apple.com', firebaseProject: 'reconsent-sample' }),
  identity: () => 'carol.test@example.com',
  secrets: ({ control }) => identityPlatformSample(control),
  gone: (sandbox) =>
    sandbox.control.identityPlatform.apple
      .grants()
      .every(({ user, state }) => user !== '000000.carol.0001' || state !== 'authorized'),
};

const venafi: Service = {
  name: 'Venafi TPP',
  provider: 'venafiTpp',
  way: 'revokeGrants',
  reset: /\/oauth\/revokegrants$/i,
  read: /\/oauth\/getgrants$/i,
  patient: /\/oauth\/getgrants$/i,
  form: 'accessToken',
  options: (sandbox) => ({ clientId: sandbox.control.venafi.seedSample().clientId }),
  identity(sandbox) {
    const alice = sandbox.control.venafi.seedSample().users.find(({ name }) => name === 'alice.test');
    assert.ok(alice);
    return alice.prefixedUniversal;
  },
  secrets: (sandbox) => ({ accessToken: sandbox.control.venafi.seedSample().administrator.accessToken }),
  gone: (sandbox) => sandbox.control.venafi.grants({ grantee: 'alice.test' }).length === 0,
};

export const services: readonly Service[] = [google, identityPlatform, venafi];

export interface StandOptions extends GateOptions {
  readonly transport?: Partial<TransportOptions>;
}

/** One service with a signed-in identity, whose consent is alive. */
export class Stand {
  private constructor(
    readonly service: Service,
    readonly world: ResetWorld,
    readonly gate: Gate,
    readonly timers: ManualTimers,
    private readonly identity: string,
  ) {}

  static async open(service: Service, options: StandOptions = {}): Promise<Stand> {
    const { transport = {}, ...ofGate } = options;
    const timers = new ManualTimers();
    const world = await ResetWorld.open({ transport: { startTimer: timers.start, ...transport } });
    const gate = await Gate.open(world.sandbox.origin, ofGate);
    const { sandbox } = world;
    const id = service.identity(sandbox);
    world.project = {
      id: 'shop',
      label: 'Shop',
      provider: service.provider,
      endpoint: gate.origin,
      options: service.options(sandbox),
      identities: [{ id, label: id }],
    };
    const stand = new Stand(service, world, gate, timers, id);
    const form = providerDescriptions.get(service.provider)?.credentialForms.find((one) => one.id === service.form);
    assert.ok(form);
    await world.vault.replace(stand.target, form, service.secrets(sandbox));
    return stand;
  }

  async close(): Promise<void> {
    await this.world.close();
    await this.gate.close();
  }

  get target() {
    return this.world.target(this.identity);
  }

  get gone(): boolean {
    return this.service.gone(this.world.sandbox);
  }

  /** Irreversible requests that have arrived, whatever became of them. */
  get resets(): number {
    return this.gate.count(this.service.reset);
  }

  /** @param whileConfirming what happens after the preview, before the reset is sent */
  reset(whileConfirming: () => void | Promise<void> = () => undefined): Promise<Outcome> {
    this.world.confirm = async () => {
      await whileConfirming();
      return { kind: 'confirmed', by: 'modal' };
    };
    return this.world.reset(this.identity, new AbortController().signal, this.service.way);
  }

  /** The reset meets an accident, and the user does not wait for its verification. */
  resetUnseen(accident: Accident): Promise<Outcome> {
    this.gate.strike(this.service.reset, accident);
    const stop = new AbortController();
    return this.world.operations.reset(this.target, {
      signal: stop.signal,
      way: this.service.way,
      confirm: async () => ({ kind: 'confirmed', by: 'modal' }),
      progress: (step) => {
        if (step === 'verifying') stop.abort();
      },
    });
  }

  /** By reads only, when the network is well again. */
  async verifyLater({ operationId = '' }: Outcome): Promise<Outcome> {
    this.gate.repair();
    return this.world.operations.verify(this.target, operationId, new AbortController().signal);
  }

  /** What the tree shows after asking the service. */
  async probe(): Promise<{ readonly kind: string; readonly code: string }> {
    await this.world.operations.probe(this.target, new AbortController().signal);
    const { consent } = this.world.store.get(targetKey(this.target));
    return { kind: consent.kind, code: 'reason' in consent ? innermost(consent.reason).code : '' };
  }

  text(outcome: Outcome): string {
    return `${outcome.kind}: ${reasonParagraph(outcome.reason, this.world.texts, untranslated)}`;
  }

  /** Nothing of the user's is lost by a fault: neither the credential nor an entry whose end is not known. */
  async assertKept(unfinished: number): Promise<void> {
    assert.equal((await this.world.vault.read(this.target)).kind, 'present', 'the credential is kept');
    assert.equal((await this.world.journal.unfinished()).length, unfinished, 'entries whose end is not known');
  }
}

export function innermost(why: Reason): Reason {
  return why.cause ? innermost(why.cause) : why;
}

export const ended = ({ kind, reason }: Outcome): string => `${kind} ${innermost(reason).code}`;
