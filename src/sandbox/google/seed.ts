import { SandboxInputError } from '../inputError';
import type { SampleWorld, SeededGrant, SeedGrant, SeedProject, SeedRequest, SeedResult } from './api';
import { grantedAlready } from './consents';
import type { GoogleService } from './service';
import { accessTokenLifetimeMs, addCredential, credentialUsable, mintAccessToken, mintRefreshToken } from './tokens';
import type { Credential, GoogleWorld, Pair } from './world';
import { findClient, findUser, pairRecord, projectNumberOf, resourceOf, scopePrefix } from './world';

export function seedGoogle(service: GoogleService, request: SeedRequest): SeedResult {
  const world = service.world();
  for (const user of request.users ?? []) {
    if (!user.email.includes('@')) throw new SandboxInputError(`"${user.email}" is no e-mail address.`);
    world.users[user.email] = { email: user.email, region: user.region ?? 'eligible' };
  }
  for (const project of request.projects ?? []) addProject(world, project);
  return { grants: (request.grants ?? []).map((grant) => addGrant(service, grant)) };
}

function addProject(world: GoogleWorld, project: SeedProject): void {
  for (const { clientId } of project.clients) {
    if (projectNumberOf(clientId) !== project.number) {
      throw new SandboxInputError(`The client id "${clientId}" must start with "${project.number}-".`);
    }
  }
  const clients = project.clients.map((client) => ({
    id: client.clientId,
    secret: client.clientSecret,
    kind: client.kind ?? ('installed' as const),
    redirectUris: client.redirectUris ?? [],
  }));
  world.projects[project.number] = {
    number: project.number,
    clients: {
      ...world.projects[project.number]?.clients,
      ...Object.fromEntries(clients.map((client) => [client.id, client])),
    },
    testing: project.testing ?? false,
    testUsers: project.testUsers ?? null,
    apiEnabled: project.apiEnabled ?? true,
    quotaExceeded: project.quotaExceeded ?? false,
  };
}

function addGrant(service: GoogleService, grant: SeedGrant): SeededGrant {
  const world = service.world();
  const found = findClient(world, grant.clientId);
  if (!found) throw new SandboxInputError(`No client "${grant.clientId}". Seed its project first.`);
  if (!findUser(world, grant.user)) throw new SandboxInputError(`No user "${grant.user}". Seed the user first.`);
  const scopes = grant.scopes.map((scope) =>
    scope.includes(':') || !scope.includes('.') ? scope : scopePrefix + scope,
  );
  if (scopes.length === 0) throw new SandboxInputError('A grant needs at least one scope.');
  const now = service.clock.now();
  const pair = { user: grant.user, project: found.project.number };
  const live = grantedAlready(world, pair, scopes, now);
  if (live.length > 0) throw new SandboxInputError(`${grant.user} has granted already: ${live.join(', ')}`);
  const resources = scopes.map(resourceOf).filter((resource) => resource !== undefined);
  const access = resources.map((resource) => {
    const choice = typeof grant.access === 'object' ? grant.access[resource] : grant.access;
    return [resource, choice ?? 'once'] as const;
  });
  const credential = addCredential(
    world,
    service.ids(),
    { ...pair, clientId: grant.clientId, scopes, access: Object.fromEntries(access), online: grant.online ?? false },
    now,
  );
  return tokensOf(service, credential, found.client.secret);
}

/** New tokens of a consent, as the token endpoint would give them. */
function tokensOf(service: GoogleService, credential: Credential, clientSecret: string): SeededGrant {
  const world = service.world();
  const now = service.clock.now();
  return {
    user: credential.user,
    project: credential.project,
    clientId: credential.clientId,
    clientSecret,
    scopes: credential.scopes,
    accessToken: mintAccessToken(world, service.ids(), credential, now),
    ...(credential.online ? {} : { refreshToken: mintRefreshToken(world, service.ids(), credential) }),
    accessTokenExpiresAt: now + accessTokenLifetimeMs,
  };
}

const sampleProject = {
  number: '123456789012',
  clients: [
    { clientId: '123456789012-sample.apps.googleusercontent.com', clientSecret: 'GOCSPX-sandbox-sample-secret' },
  ],
} as const;

/** Nobody has consented to it: for whoever adds a project by hand. */
const practiceProject = {
  number: '210987654321',
  clients: [
    { clientId: '210987654321-practice.apps.googleusercontent.com', clientSecret: 'GOCSPX-sandbox-practice-secret' },
  ],
} as const;

function liveCredential(service: GoogleService, pair: Pair, clientId: string): Credential | undefined {
  const world = service.world();
  return pairRecord(world, pair)
    .credentials.map((id) => world.credentials[id])
    .find(
      (credential) =>
        credential?.clientId === clientId &&
        !credential.online &&
        credentialUsable(world, credential, 'write', service.clock.now()),
    );
}

/** One user who consented for 180 days and one who consented once: the two kinds a developer meets. */
const sampleGrants = [
  { user: 'alice.test@example.com', access: '180-days', scopes: ['chrome.history', 'youtube.subscriptions'] },
  {
    user: 'bob.test@example.com',
    access: 'once',
    scopes: ['myactivity.search', 'myactivity.youtube', 'play.installs'],
  },
] as const;

/**
 * Sees to it that the sample world is there. A consent that is alive is kept, and new tokens of it are given; one that was
 * reset is granted anew, as if the user had consented again.
 */
export function seedSampleWorld(service: GoogleService): SampleWorld {
  const [{ clientId, clientSecret }] = sampleProject.clients;
  const projects = [sampleProject, practiceProject];
  seedGoogle(service, { users: sampleGrants.map(({ user }) => ({ email: user })), projects });
  const grants = sampleGrants.map((grant) => {
    const live = liveCredential(service, { user: grant.user, project: sampleProject.number }, clientId);
    return live ? tokensOf(service, live, clientSecret) : addGrant(service, { ...grant, clientId });
  });
  const users = grants.map((grant) => ({ ...grant, refreshToken: grant.refreshToken ?? '' }));
  const [practice] = practiceProject.clients;
  return { project: sampleProject.number, clientId, clientSecret, practice, users };
}
