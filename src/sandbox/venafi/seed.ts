import { mintUuid } from '../ids';
import { SandboxInputError } from '../inputError';
import type {
  SeedApplication,
  SeededVenafiGrant,
  SeedIdentity,
  SeedVenafiGrant,
  VenafiSeed,
  VenafiSeedResult,
} from './api';
import { addGrant, issueTokens } from './grants';
import { meantIdentity } from './identities';
import { coversScope, isScope } from './scopes';
import type { VenafiService } from './service';
import type { Grant, Identity, VenafiWorld } from './world';
import { dayS, findApplication, identityKey } from './world';

const universalForm = /^(local|(AD|LDAP)\+[^:\p{Cc}]+):.+$/u;

export function seedVenafi(service: VenafiService, request: VenafiSeed): VenafiSeedResult {
  const world = service.world();
  const identities = (request.identities ?? []).map((identity) => addIdentity(service, identity));
  for (const application of request.applications ?? []) addApplication(world, application);
  const grants = (request.grants ?? []).flatMap((grant) => seedGrants(service, grant));
  return {
    identities: identities.map(({ name, prefixedUniversal }) => ({ name, prefixedUniversal })),
    grants: grants.map((grant) => withTokens(service, grant)),
  };
}

function addIdentity(service: VenafiService, seed: SeedIdentity): Identity {
  const world = service.world();
  const prefixedUniversal = seed.prefixedUniversal ?? `local:{${mintUuid(service.ids(), 'identity', seed.name)}}`;
  if (!universalForm.test(prefixedUniversal)) {
    throw new SandboxInputError(
      `"${prefixedUniversal}" is no prefixed universal, such as local:{UUID} or AD+corp:{UUID}.`,
    );
  }
  const identity: Identity = {
    prefixedUniversal,
    name: seed.name,
    fullName: seed.fullName ?? seed.name,
    password: seed.password ?? null,
    role: seed.role ?? 'user',
    group: seed.group ?? null,
    memberOf: (seed.memberOf ?? []).map((group) => identityKey(oneIdentity(world, group).prefixedUniversal)),
  };
  world.identities[identityKey(prefixedUniversal)] = identity;
  return identity;
}

/** Throws SandboxInputError for nobody, and for a name that several have. */
export function oneIdentity(world: VenafiWorld, text: string): Identity {
  const meant = meantIdentity(world, text);
  if (meant === 'unknown') throw new SandboxInputError(`No identity "${text}". Seed it first.`);
  if (meant === 'ambiguous')
    throw new SandboxInputError(`Several are called "${text}": say which by prefixed universal.`);
  return meant;
}

function addApplication(world: VenafiWorld, seed: SeedApplication): void {
  if (!isScope(seed.scope))
    throw new SandboxInputError(`"${seed.scope}" is no scope, such as admin:delete;configuration.`);
  world.applications[seed.id] = {
    id: seed.id,
    name: seed.name ?? seed.id,
    description: seed.description ?? '',
    vendor: seed.vendor ?? '',
    scope: seed.scope,
    owners: keysOf(world, seed.owners ?? []),
    maintainers: keysOf(world, seed.maintainers ?? []),
    accessValidityS: seed.accessValidityS ?? 90 * dayS,
    grantValidityS: seed.grantValidityS === undefined ? 365 * dayS : seed.grantValidityS,
    renewable: seed.renewable ?? true,
  };
}

export function keysOf(world: VenafiWorld, names: readonly string[]): string[] {
  return names.map((name) => identityKey(oneIdentity(world, name).prefixedUniversal));
}

export function seedGrants(service: VenafiService, seed: SeedVenafiGrant): Grant[] {
  const world = service.world();
  const application = findApplication(world, seed.application);
  if (!application) throw new SandboxInputError(`No application "${seed.application}". Seed it first.`);
  const identity = oneIdentity(world, seed.grantee);
  if (identity.group !== null) throw new SandboxInputError(`"${seed.grantee}" is a group, which holds no grants.`);
  const scope = seed.scope ?? application.scope;
  if (!isScope(scope) || !coversScope(application.scope, scope)) {
    throw new SandboxInputError(`The scope "${scope}" exceeds that of the application, "${application.scope}".`);
  }
  const issuedAt = seed.issuedAt ?? service.clock.now();
  return Array.from({ length: seed.count ?? 1 }, () =>
    addGrant(world, service.ids(), { identity, application, scope, issuedAt }),
  );
}

/** A new pair of tokens, as the authorization server would give it. */
export function withTokens(service: VenafiService, grant: Grant): SeededVenafiGrant {
  const world = service.world();
  const { id, application, scope } = grant;
  return {
    id,
    grantee: world.identities[grant.grantee]?.prefixedUniversal ?? grant.grantee,
    application,
    scope,
    ...issueTokens(world, service.ids(), grant, service.clock.now()),
  };
}
