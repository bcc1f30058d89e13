import type { GlobalRole } from './api';
import type { Grant, Identity, VenafiWorld } from './world';
import { identityKey } from './world';

/** Codes of the documentation's table of OAuth roles. */
const codes: Record<GlobalRole, number> = { user: 0, auditor: 1, grantAdmin: 5, admin: 6 };
const maintainer = 2;
const owner = 3;
const mixed = 4;

interface ApplicationRoles {
  readonly owned: readonly string[];
  readonly maintained: readonly string[];
}

function applicationRoles(world: VenafiWorld, identity: Identity): ApplicationRoles {
  const key = identityKey(identity.prefixedUniversal);
  const all = Object.values(world.applications);
  return {
    owned: all.filter(({ owners }) => owners.includes(key)).map(({ id }) => id),
    maintained: all.filter(({ maintainers }) => maintainers.includes(key)).map(({ id }) => id),
  };
}

/** The `Role` object of GetRole. */
export function roleObject(world: VenafiWorld, identity: Identity): Record<string, unknown> {
  const { owned, maintained } = applicationRoles(world, identity);
  if (identity.role !== 'user' || owned.length + maintained.length === 0) return { Role: codes[identity.role] };
  const role = maintained.length === 0 ? owner : owned.length === 0 ? maintainer : mixed;
  return {
    OwnedApplications: [
      ...owned.map((id) => ({ ApplicationId: id, Role: owner })),
      ...maintained.map((id) => ({ ApplicationId: id, Role: maintainer })),
    ],
    PermittedApplications: [...owned, ...maintained],
    Role: role,
  };
}

export function mayRevokeOf(identity: Identity, grantee: string): boolean {
  const own = identityKey(identity.prefixedUniversal) === identityKey(grantee);
  return own || identity.role === 'admin' || identity.role === 'grantAdmin';
}

export function mayRevokeIn(world: VenafiWorld, identity: Identity, application: string): boolean {
  if (identity.role === 'admin' || identity.role === 'grantAdmin') return true;
  return applicationRoles(world, identity).owned.includes(application);
}

export function mayCount(world: VenafiWorld, identity: Identity, application: string): boolean {
  return identity.role === 'auditor' || mayRevokeIn(world, identity, application);
}

/** Those of the grants that the caller may see: all, one's own, or those of the applications one owns. */
export function visibleGrants(world: VenafiWorld, identity: Identity, grants: readonly Grant[]): readonly Grant[] {
  if (identity.role !== 'user') return grants;
  const key = identityKey(identity.prefixedUniversal);
  const { owned } = applicationRoles(world, identity);
  return grants.filter(({ grantee, application }) => grantee === key || owned.includes(application));
}

export function mayReadGrantsOf(world: VenafiWorld, identity: Identity, grantee: string): boolean {
  if (identity.role !== 'user' || identityKey(identity.prefixedUniversal) === identityKey(grantee)) return true;
  return applicationRoles(world, identity).owned.length > 0;
}

/** The ids of the applications that EnumerateApplications shows; undefined: the role does not permit the call. */
export function visibleApplications(world: VenafiWorld, identity: Identity): readonly string[] | undefined {
  if (identity.role !== 'user') return Object.keys(world.applications);
  const { owned, maintained } = applicationRoles(world, identity);
  const own = [...owned, ...maintained];
  return own.length > 0 ? own : undefined;
}
