import { SandboxInputError } from '../inputError';
import type { VenafiControl } from './api';
import { decide, deviceState, findDevice } from './device';
import { endGrants, grantsOf } from './grants';
import { seedSampleVenafi } from './sample';
import { isScope } from './scopes';
import { keysOf, oneIdentity, seedVenafi } from './seed';
import type { VenafiService } from './service';
import type { Grant, VenafiWorld } from './world';
import { entry, findApplication } from './world';

/** All of the Venafi control except what needs the server: its book of faults and its listeners. */
export function venafiControl(
  service: VenafiService,
): Omit<VenafiControl, 'fault' | 'ca' | 'clientCertificate' | 'listen' | 'listeners' | 'closeListener'> {
  const world = () => service.world();
  const now = () => service.clock.now();
  const live = (filter: Parameters<VenafiControl['endGrants']>[0] = {}) => {
    const grantee =
      filter.grantee === undefined ? {} : { grantee: oneIdentity(world(), filter.grantee).prefixedUniversal };
    return grantsOf(world(), { ...filter, ...grantee }, 'truth', now());
  };
  return {
    seed: (request) => seedVenafi(service, request),
    seedSample: () => seedSampleVenafi(service),
    identities: () =>
      Object.values(world().identities).map(({ name, fullName, prefixedUniversal, role, group }) => ({
        name,
        fullName,
        prefixedUniversal,
        role,
        group,
      })),
    setIdentity(id, patch) {
      Object.assign(oneIdentity(world(), id), patch);
    },
    applications: () =>
      Object.values(world().applications).map(({ id, name, scope, owners, maintainers }) => {
        const grants = live({ application: id });
        return {
          id,
          name,
          scope,
          owners: shown(world(), owners),
          maintainers: shown(world(), maintainers),
          grants: grants.length,
          users: new Set(grants.map(({ grantee }) => grantee)).size,
        };
      }),
    setApplication(id, { owners, maintainers, ...patch }) {
      const application = findApplication(world(), id);
      if (!application) throw new SandboxInputError(`No application "${id}".`);
      if (patch.scope !== undefined && !isScope(patch.scope))
        throw new SandboxInputError(`"${patch.scope}" is no scope.`);
      Object.assign(application, patch, {
        ...(owners === undefined ? {} : { owners: keysOf(world(), owners) }),
        ...(maintainers === undefined ? {} : { maintainers: keysOf(world(), maintainers) }),
      });
    },
    grants: (filter) =>
      live(filter).map(({ id, grantee, application, scope, issuedAt, expiresAt }) => ({
        id,
        grantee: shown(world(), [grantee])[0] ?? grantee,
        application,
        scope,
        issuedAt,
        expiresAt,
      })),
    endGrants(filter) {
      const grants = live(filter);
      endGrants(grants, now(), world().switches.propagationMs);
      return grants.length;
    },
    expireAccessTokens: (filter) => expireAccessTokens(world(), live(filter), now()),
    devices: () =>
      Object.values(world().devices).map((device) => ({
        userCode: device.userCode,
        application: device.application,
        scope: device.scope,
        state: deviceState(device, now()),
        expiresAt: device.expiresAt,
      })),
    decideDevice(userCode, decision) {
      const device = findDevice(world(), userCode);
      if (!device) throw new SandboxInputError(`No device shows the code "${userCode}".`);
      const state = deviceState(device, now());
      if (state !== 'pending') throw new SandboxInputError(`The code "${userCode}" is ${state}.`);
      const identity = 'deny' in decision ? 'deny' : oneIdentity(world(), decision.identity);
      if (identity !== 'deny' && identity.group !== null) throw new SandboxInputError(`"${identity.name}" is a group.`);
      decide(device, identity);
    },
    revocations: () => [...world().revocations],
    switches: () => world().switches,
    setSwitches(patch) {
      const { autoApproveDevice } = patch;
      if (typeof autoApproveDevice === 'string') oneIdentity(world(), autoApproveDevice);
      world().switches = { ...world().switches, ...patch };
      return world().switches;
    },
  };
}

function shown(world: VenafiWorld, keys: readonly string[]): string[] {
  return keys.map((key) => entry(world.identities, key)?.prefixedUniversal ?? key);
}

function expireAccessTokens(world: VenafiWorld, grants: readonly Grant[], now: number): number {
  const ids = new Set(grants.map(({ id }) => id));
  const tokens = Object.values(world.accessTokens).filter(({ grant, expiresAt }) => ids.has(grant) && expiresAt > now);
  for (const token of tokens) token.expiresAt = now;
  return tokens.length;
}
