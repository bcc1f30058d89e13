import { createHash } from 'node:crypto';
import { mintId } from '../ids';
import type { IdentityPlatformService } from './service';
import type { IdentityPlatformWorld, Project, User } from './world';
import { userKey } from './world';

/** Where accounts live: a tenant of a project, or the project itself. */
export interface Directory {
  readonly project: Project;
  readonly tenantId: string | undefined;
}

export function usersOf(world: IdentityPlatformWorld, { project, tenantId }: Directory): readonly User[] {
  return Object.values(world.users).filter((user) => user.project === project.id && user.tenantId === tenantId);
}

export function userByEmail(world: IdentityPlatformWorld, directory: Directory, email: string): User | undefined {
  return usersOf(world, directory).find((user) => user.email === canonicalEmail(email));
}

export function userByAppleSub(world: IdentityPlatformWorld, directory: Directory, sub: string): User | undefined {
  return usersOf(world, directory).find((user) => user.apple?.sub === sub);
}

export function addUser(service: IdentityPlatformService, { project, tenantId }: Directory, uid?: string): User {
  const now = service.clock.now();
  const user: User = {
    project: project.id,
    ...(tenantId === undefined ? {} : { tenantId }),
    uid: uid ?? mintId(service.ids(), 'uid', project.id).replace(/[-_]/g, '').slice(0, 28),
    createdAt: now,
    emailVerified: false,
    disabled: false,
    secondFactor: false,
    claims: {},
    lastLoginAt: now,
    validSince: Math.floor(now / 1000),
  };
  service.world().users[userKey(user)] = user;
  return user;
}

export function canonicalEmail(email: string): string {
  return email.toLowerCase();
}

export function isEmail(text: string): boolean {
  return /^[^@\s]+@[^@\s]+$/.test(text);
}

export function hashPassword({ project, uid }: User, password: string): string {
  return createHash('sha256')
    .update(JSON.stringify([project, uid, password]))
    .digest('base64url');
}
