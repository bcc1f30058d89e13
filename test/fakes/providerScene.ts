/** One identity of each provider, signed in, on real parts: sandbox, transport, vault, journal and locks. */
import assert from 'node:assert/strict';
import type { Identity, Target } from '../../src/core/model';
import type { Outcome } from '../../src/core/outcome';
import type { CredentialForm } from '../../src/core/provider';
import { providerDescriptions } from '../../src/providers/registry';
import { credentialForms } from '../../src/providers/venafiTpp/credentialForms';
import type { FaultRule, LoggedRequest } from '../../src/sandbox/api';
import { ResetWorld, type WorldOptions } from './resetWorld';

export type ProviderId = 'googleDataPortability' | 'identityPlatform' | 'venafiTpp';

export type Route = FaultRule['match'] & { readonly path: string };

/** Where the calls of a provider arrive: the one with an effect, the first read before it, the token endpoint. */
interface Routes {
  readonly effect: Route;
  readonly read: Route;
  readonly token: Route;
}

export const routesOf: Readonly<Record<ProviderId, Routes>> = {
  googleDataPortability: {
    effect: { method: 'POST', path: '/{version}/authorization:reset' },
    read: { method: 'POST', path: '/{version}/accessType:check' },
    token: { method: 'POST', path: '/token' },
  },
  identityPlatform: {
    effect: { method: 'POST', path: '/identitytoolkit.googleapis.com/v2/accounts:revokeToken' },
    read: { method: 'POST', path: '/identitytoolkit.googleapis.com/v1/accounts:lookup' },
    token: { method: 'POST', path: '/securetoken.googleapis.com/v1/token' },
  },
  venafiTpp: {
    effect: { method: 'POST', path: '/vedsdk/oauth/revokegrants' },
    read: { method: 'POST', path: '/vedsdk/oauth/getgrants' },
    token: { method: 'POST', path: '/vedauth/authorize/token' },
  },
};

export class ProviderScene {
  readonly routes: Routes;

  private constructor(
    readonly provider: ProviderId,
    readonly world: ResetWorld,
    readonly identity: Identity,
    /** By what it is: everything that must never be told. */
    readonly secrets: Readonly<Record<string, string>>,
  ) {
    this.routes = routesOf[provider];
  }

  static async open(provider: ProviderId, options: WorldOptions = {}): Promise<ProviderScene> {
    const world = await ResetWorld.open(options);
    const signIn = { googleDataPortability: signInGoogle, identityPlatform: signInFirebase, venafiTpp: signInVenafi };
    const { identity, secrets } = await signIn[provider](world);
    world.sandbox.control.requests.clear();
    return new ProviderScene(provider, world, identity, secrets);
  }

  close(): Promise<void> {
    return this.world.close();
  }

  get target(): Target {
    return this.world.target(this.identity.id);
  }

  get way(): string {
    return providerDescriptions.get(this.provider)?.ways[0]?.id ?? assert.fail(this.provider);
  }

  reset(way = this.way): Promise<Outcome> {
    return this.world.reset(this.identity.id, undefined, way);
  }

  /** A fault at one of the provider's calls, by default at the one with an effect. */
  fault(effect: FaultRule['effect'], at: FaultRule['match'] = this.routes.effect, times?: number): void {
    const rule = { match: at, effect, ...(times === undefined ? {} : { times }) };
    this.world.sandbox.control.faults.add(rule);
  }

  /** Requests that came to the call, whatever became of them. */
  requests(at: Route = this.routes.effect): readonly LoggedRequest[] {
    const ending = at.path.slice(at.path.lastIndexOf('/')).toLowerCase();
    return this.world.sandbox.control.requests.list().filter(({ path }) => path.toLowerCase().endsWith(ending));
  }
}

type SignedIn = Promise<{ readonly identity: Identity; readonly secrets: Readonly<Record<string, string>> }>;

async function signInGoogle(world: ResetWorld): SignedIn {
  const { clientSecret, users } = world.sandbox.control.seedSample();
  await world.signIn('alice', 'refreshToken');
  const [alice] = users;
  assert.ok(alice);
  return { identity: world.target('alice').identity, secrets: { clientSecret, refreshToken: alice.refreshToken } };
}

async function signInFirebase(world: ResetWorld): SignedIn {
  const sample = world.sandbox.control.identityPlatform.seedSample();
  const [user] = sample.users;
  assert.ok(user);
  const identity = { id: 'carol', label: user.email };
  world.project = {
    id: 'app',
    label: 'App',
    provider: 'identityPlatform',
    endpoint: world.sandbox.origin,
    options: { identityProvider: 'apple.com' },
    identities: [identity],
  };
  const secrets = { apiKey: sample.apiKey, refreshToken: user.refreshToken, token: user.apple.refreshToken };
  const forms = providerDescriptions.get('identityPlatform')?.credentialForms;
  const form = forms?.find(({ id }) => id === 'refreshToken') ?? assert.fail('no such form');
  await store(world, identity, form, { ...secrets, tokenType: 'REFRESH_TOKEN' });
  return { identity, secrets };
}

async function signInVenafi(world: ResetWorld): SignedIn {
  const { administrator, clientId, users } = world.sandbox.control.venafi.seedSample();
  const [alice] = users;
  assert.ok(alice);
  const identity = { id: alice.prefixedUniversal, label: alice.name };
  world.project = {
    id: 'tpp',
    label: 'TPP',
    provider: 'venafiTpp',
    endpoint: world.sandbox.origin,
    options: { clientId },
    identities: [identity],
  };
  const { accessToken, refreshToken } = administrator;
  await store(world, identity, credentialForms.signIn, { clientId, accessToken, refreshToken });
  return { identity, secrets: { accessToken, refreshToken } };
}

async function store(
  world: ResetWorld,
  { id }: Identity,
  form: CredentialForm,
  values: Readonly<Record<string, string>>,
): Promise<void> {
  await world.vault.replace(world.target(id), form, values);
}
