/** The sample world: who administers, who has consented to what, and the accidents of a real directory. */
import type { VenafiSample } from './api';
import { grantsOf } from './grants';
import { seedGrants, seedVenafi, withTokens } from './seed';
import type { VenafiService } from './service';
import { findIdentity } from './world';

const clientId = 'reconsent';
const scope = 'admin:delete;configuration';
const administrator = {
  name: 'tpp-admin',
  fullName: 'TPP Administrator',
  prefixedUniversal: 'local:{a1c5e2f0-0b7d-4e52-9c11-7f3a52d0e901}',
  password: 'sandbox-only',
  role: 'admin',
} as const;
const testers = 'local:{b7f0c3d2-64a8-4a0f-8d5b-2f6d9c1e7a02}';

const users = [
  { name: 'alice.test', fullName: 'Alice Test', prefixedUniversal: 'local:{7c3b6a1e-52d4-4f0b-9a6e-0d1c8e5f4b27}' },
  { name: 'bob.test', fullName: 'Bob Test', prefixedUniversal: 'local:{1d9e4c80-3f5a-47f6-b2a1-6c0e8d7f5a13}' },
  { name: 'carol.test', fullName: 'Carol Test', prefixedUniversal: 'local:{5e8b2f71-9a3c-4d60-8f24-b1d7e6c50a34}' },
  { name: 'dave.test', fullName: 'Dave Test', prefixedUniversal: 'local:{9f2d7b15-c84e-4b3a-a6d0-3e5f1c8b7d45}' },
] as const;

/** Two people of one name, whom no tool may tell apart by it. */
const namesakes = [
  {
    name: 'sam.test',
    fullName: 'Sam Test (Berlin)',
    prefixedUniversal: 'local:{2a6f8d03-71be-4c95-9e4d-5b0c7f1a8e56}',
  },
  { name: 'sam.test', fullName: 'Sam Test (Oslo)', prefixedUniversal: 'local:{c40e9b7a-15d8-4f2c-8b63-a9d2e7f05b67}' },
] as const;

const application = 'build-pipeline';
const grants = [
  { grantee: 'alice.test', application, scope: 'certificate:manage', count: 2 },
  { grantee: 'alice.test', application: 'cert-dashboard', scope: 'certificate:discover', count: 1 },
  { grantee: 'bob.test', application, scope: 'certificate:manage', count: 3 },
  { grantee: 'carol.test', application, scope: 'certificate:manage', count: 2 },
  { grantee: 'dave.test', application, scope: 'certificate:manage', count: 2 },
] as const;

/**
 * Sees to it that the sample world is there. Live grants are kept, those that were revoked are granted anew, as if their
 * users had consented again; passwords and roles of the sample's people are set back. Switches stay.
 */
export function seedSampleVenafi(service: VenafiService): VenafiSample {
  const world = service.world();
  seedVenafi(service, {
    identities: [
      { name: 'testers', fullName: 'All testers', prefixedUniversal: testers, group: 'security' },
      administrator,
      ...users.map((user) => ({ ...user, memberOf: [testers] })),
      ...namesakes,
    ],
    applications: [
      { id: clientId, name: 'Reconsent', vendor: 'Reconsent', scope },
      {
        id: application,
        name: 'Build pipeline',
        vendor: 'Sandbox',
        scope: 'certificate:manage,revoke',
        owners: ['dave.test'],
      },
      { id: 'cert-dashboard', name: 'Certificate dashboard', vendor: 'Sandbox', scope: 'certificate:discover' },
    ],
  });
  const now = service.clock.now();
  for (const grant of grants) {
    const grantee = findIdentity(world, users.find(({ name }) => name === grant.grantee)?.prefixedUniversal ?? '');
    const live = grantsOf(
      world,
      { grantee: grantee?.prefixedUniversal ?? '', application: grant.application },
      'truth',
      now,
    ).length;
    for (let missing = grant.count - live; missing > 0; missing -= 1) {
      for (const added of seedGrants(service, { ...grant, count: 1 })) withTokens(service, added);
    }
  }
  const [own] = grantsOf(world, { grantee: administrator.prefixedUniversal, application: clientId }, 'truth', now);
  const [granted = own] = own ? [own] : seedGrants(service, { grantee: administrator.name, application: clientId });
  if (!granted) throw new Error('The administrator of the sample world has no grant.');
  const tokens = withTokens(service, granted);
  return {
    clientId,
    scope,
    administrator: {
      ...tokens,
      refreshToken: tokens.refreshToken ?? '',
      username: administrator.name,
      password: administrator.password,
    },
    users: users.map(({ name, prefixedUniversal }) => ({ name, prefixedUniversal })),
    application,
  };
}
