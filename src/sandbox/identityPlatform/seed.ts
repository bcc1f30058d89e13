import { createPublicKey } from 'node:crypto';
import { entry } from '../entry';
import { mintId } from '../ids';
import { SandboxInputError } from '../inputError';
import { appleKeyPair } from './apple/clientSecret';
import { beginSession } from './idTokens';
import type {
  IdentityPlatformSeed,
  IdentityPlatformSeedResult,
  SeedAppleKey,
  SeedAppleUser,
  SeedBearer,
  SeededIdentityUser,
  SeedIdentityProject,
  SeedIdentityUser,
} from './seedApi';
import type { IdentityPlatformService } from './service';
import { addUser, canonicalEmail, hashPassword, userByAppleSub, userByEmail } from './users';
import type { Project, SignInProvider, User } from './world';
import { hourMs } from './world';

/** Throws SandboxInputError for what refers to nothing, or stands in the way of something that is there. */
export function seedIdentityPlatform(
  service: IdentityPlatformService,
  request: IdentityPlatformSeed,
): IdentityPlatformSeedResult {
  const { apple } = service.world();
  for (const { clientId, teamId, group } of request.appleClients ?? []) {
    apple.clients[clientId] = { clientId, teamId, group: group ?? clientId };
  }
  const appleKeys = (request.appleKeys ?? []).map((key) => addAppleKey(service, key));
  const appleUsers = (request.appleUsers ?? []).map((user) => addAppleUser(service, user));
  for (const project of request.projects ?? []) addProject(service, project);
  return {
    appleKeys,
    appleUsers,
    bearers: (request.bearers ?? []).map((bearer) => addBearer(service, bearer)),
    users: (request.users ?? []).map((user) => seedUser(service, user)),
  };
}

function addAppleKey(
  service: IdentityPlatformService,
  { keyId, teamId, publicKey }: SeedAppleKey,
): IdentityPlatformSeedResult['appleKeys'][number] {
  if (publicKey !== undefined && !isP256(publicKey)) {
    throw new SandboxInputError(`The public key of "${keyId}" is no P-256 key in SPKI PEM.`);
  }
  const made = publicKey === undefined ? appleKeyPair(service.ids().seed, keyId) : undefined;
  service.world().apple.keys[keyId] = { keyId, teamId, publicKey: publicKey ?? made?.publicKey ?? '' };
  return { keyId, teamId, ...(made ? { privateKey: made.privateKey } : {}) };
}

function isP256(pem: string): boolean {
  if (!pem.includes('BEGIN PUBLIC KEY')) return false;
  try {
    return createPublicKey(pem).asymmetricKeyDetails?.namedCurve === 'prime256v1';
  } catch {
    return false;
  }
}

function addAppleUser(
  service: IdentityPlatformService,
  { sub, email, name, privateEmail }: SeedAppleUser,
): { readonly sub: string; readonly email: string } {
  const { users } = service.world().apple;
  const id = sub ?? `000000.${mintId(service.ids(), 'apple-user', email).slice(0, 32)}.0000`;
  const { authorizations = 0, tokens = 0 } = entry(users, id) ?? {};
  users[id] = {
    sub: id,
    email: canonicalEmail(email),
    ...(name === undefined ? {} : { name }),
    privateEmail: privateEmail ?? false,
    authorizations,
    tokens,
  };
  return { sub: id, email: canonicalEmail(email) };
}

function addProject(service: IdentityPlatformService, seed: SeedIdentityProject): void {
  const world = service.world();
  const namesake = Object.values(world.projects).find(({ id, number }) => number === seed.number && id !== seed.id);
  if (namesake) throw new SandboxInputError(`The project number ${seed.number} is that of ${namesake.id}.`);
  world.projects[seed.id] = {
    id: seed.id,
    number: seed.number,
    tenants: seed.tenants ?? [],
    serviceAccounts: seed.serviceAccounts ?? [],
    apple: seed.apple ?? null,
    passwordSignIn: seed.passwordSignIn ?? true,
    anonymousSignIn: seed.anonymousSignIn ?? true,
    apiEnabled: seed.apiEnabled ?? true,
    suspended: seed.suspended ?? false,
    quotaExceeded: seed.quotaExceeded ?? false,
  };
  for (const { key, ...limits } of seed.apiKeys ?? []) world.apiKeys[key] = { project: seed.id, ...limits };
}

function addBearer(service: IdentityPlatformService, bearer: SeedBearer): string {
  const world = service.world();
  for (const id of [...(bearer.quotaProjects ?? []), ...(bearer.project ? [bearer.project] : [])]) {
    projectNamed(service, id);
  }
  const token = `ya29.sandbox-${mintId(service.ids(), 'bearer', bearer.project ?? '')}`;
  world.bearers[token] = {
    ...(bearer.project === undefined ? {} : { project: bearer.project }),
    quotaProjects: bearer.quotaProjects ?? [],
    scopes: bearer.scopes ?? ['https://www.googleapis.com/auth/cloud-platform'],
    expiresAt: service.clock.now() + (bearer.lifetimeMs ?? hourMs),
  };
  return token;
}

export function projectNamed(service: IdentityPlatformService, id: string): Project {
  const project = entry(service.world().projects, id);
  if (!project) throw new SandboxInputError(`No project "${id}". Seed it first.`);
  return project;
}

function seedUser(service: IdentityPlatformService, seed: SeedIdentityUser): SeededIdentityUser {
  const world = service.world();
  const project = projectNamed(service, seed.project);
  const { tenantId } = seed;
  if (tenantId !== undefined && !project.tenants.includes(tenantId)) {
    throw new SandboxInputError(`The project ${project.id} has no tenant "${tenantId}".`);
  }
  const directory = { project, tenantId };
  const linked = seed.apple === undefined ? undefined : entry(world.apple.users, seed.apple);
  if (seed.apple !== undefined && !linked) throw new SandboxInputError(`No Apple user "${seed.apple}".`);
  const owners = [
    seed.email === undefined ? undefined : userByEmail(world, directory, seed.email),
    linked && userByAppleSub(world, directory, linked.sub),
  ];
  if (owners.some((owner) => owner && owner.uid !== seed.uid)) {
    throw new SandboxInputError(`${seed.email ?? seed.apple} belongs to another account of ${project.id} already.`);
  }
  const user = addUser(service, directory, seed.uid);
  if (seed.email !== undefined) user.email = canonicalEmail(seed.email);
  user.emailVerified = seed.emailVerified ?? false;
  if (seed.displayName !== undefined) user.displayName = seed.displayName;
  if (seed.password !== undefined) user.passwordHash = hashPassword(user, seed.password);
  user.disabled = seed.disabled ?? false;
  user.secondFactor = seed.secondFactor ?? false;
  user.claims = seed.claims ?? {};
  if (linked) user.apple = { sub: linked.sub, email: linked.email };
  return seededUser(service, user);
}

/** The account, with the refresh token of a fresh sign-in. */
export function seededUser(service: IdentityPlatformService, user: User): SeededIdentityUser {
  const { refreshToken } = beginSession(service, user, usualProvider(user));
  return {
    project: user.project,
    ...(user.tenantId === undefined ? {} : { tenantId: user.tenantId }),
    uid: user.uid,
    ...(user.email === undefined ? {} : { email: user.email }),
    refreshToken,
  };
}

export function usualProvider({ apple, passwordHash, email }: User): SignInProvider {
  if (apple) return 'apple.com';
  if (passwordHash !== undefined) return 'password';
  return email === undefined ? 'anonymous' : 'custom';
}
