import { entry } from '../entry';
import { SandboxInputError } from '../inputError';
import type { AppleControl, IdentityPlatformControl, UserPlace, UserReadout } from './api';
import { authorize, mintAppleTokens, mintCode, readGrants } from './apple/grants';
import { mintIdentityToken } from './apple/identityToken';
import { mintCustomToken } from './customToken';
import { issueTokens } from './idTokens';
import { seedSample } from './sample';
import { projectNamed, seedIdentityPlatform, usualProvider } from './seed';
import type { IdentityPlatformService } from './service';
import type { User } from './world';
import { userKey } from './world';

/** All of the control except `fault`, which needs the server's book of faults. */
export function identityPlatformControl(service: IdentityPlatformService): Omit<IdentityPlatformControl, 'fault'> {
  const findUsers = ({ project, tenantId }: UserPlace) =>
    Object.values(service.world().users).filter(
      (user) =>
        (project === undefined || user.project === project) && (tenantId === undefined || user.tenantId === tenantId),
    );
  const findUser = (uid: string, place: UserPlace): User => {
    const [user, ...others] = findUsers(place).filter((candidate) => candidate.uid === uid);
    if (!user) throw new SandboxInputError(`No account ${uid}.`);
    if (others.length > 0) throw new SandboxInputError(`Several accounts are ${uid}: name project and tenant.`);
    return user;
  };
  return {
    apple: appleControl(service),
    seed: (request) => seedIdentityPlatform(service, request),
    seedSample: () => seedSample(service),
    users: (place = {}) => findUsers(place).map(readUser),
    setUser(uid, { revokeSessions, ...patch }, place = {}) {
      const user = findUser(uid, place);
      Object.assign(user, patch);
      // The next whole second: a sign-in of this very second is over, too.
      if (revokeSessions) user.validSince = Math.floor(service.clock.now() / 1000) + 1;
      return readUser(user);
    },
    deleteUser(uid, place = {}) {
      const { users, lastSuccess } = service.world();
      const key = userKey(findUser(uid, place));
      delete users[key];
      delete lastSuccess[key];
    },
    setProject(id, patch) {
      Object.assign(projectNamed(service, id), patch);
    },
    async signIn({ uid, provider, ...place }) {
      const user = findUser(uid, place);
      const { idToken, refreshToken } = await issueTokens(service, user, provider ?? usualProvider(user));
      return { uid, idToken, refreshToken };
    },
    customToken: async (request) => mintCustomToken(service, projectNamed(service, request.project), request),
    revocations: () => [...service.world().revocations],
    switches: () => service.world().switches,
    setSwitches({ fieldErrorCodes, ...patch }) {
      const world = service.world();
      const codes = { ...world.switches.fieldErrorCodes, ...fieldErrorCodes };
      world.switches = { ...world.switches, ...patch, fieldErrorCodes: codes };
      return world.switches;
    },
  };
}

function appleControl(service: IdentityPlatformService): AppleControl {
  return {
    async authorize(request) {
      const { user: sub, clientId, nonce } = request;
      const authorized = authorize(service, sub, clientId);
      const { grant, firstTime } = authorized;
      const code = mintCode(service, authorized, request);
      const { email, name } = entry(service.world().apple.users, sub) ?? {};
      return {
        code,
        idToken: await mintIdentityToken(service, grant, { clientId, nonce, firstTime }),
        firstTime,
        ...(firstTime && email !== undefined ? { email } : {}),
        ...(firstTime && name !== undefined ? { name } : {}),
      };
    },
    tokens: ({ user, clientId }) => mintAppleTokens(service, authorize(service, user, clientId).grant, clientId),
    grants: () => readGrants(service),
    revocations: () => [...service.world().apple.revocations],
  };
}

function readUser({ project, tenantId, uid, email, disabled, apple, validSince }: User): UserReadout {
  return {
    project,
    ...(tenantId === undefined ? {} : { tenantId }),
    uid,
    ...(email === undefined ? {} : { email }),
    disabled,
    ...(apple ? { apple: apple.sub } : {}),
    validSince: validSince * 1000,
  };
}
