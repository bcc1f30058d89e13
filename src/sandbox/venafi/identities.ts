/** `/vedsdk/identity/`: people and groups of the caller's own identity provider. */
import { descriptions, emptyAnswer, jsonAnswer, oauthError, toResponse } from './answers';
import type { VenafiService } from './service';
import type { Call, Method } from './webSdk';
import type { Identity, VenafiWorld } from './world';
import { findIdentity, identityKey, prefixOf } from './world';

const configuration = () => 'configuration';

export const identityMethods: Record<string, Method> = {
  'identity/self': { verb: 'GET', scope: configuration, run: self },
  'identity/browse': { verb: 'POST', scope: configuration, run: browse },
  'identity/validate': { verb: 'POST', scope: configuration, run: validate },
};

/** Bits of the parameter `IdentityType`, and values of the field `Type`. */
const types = { user: 1, security: 2, distribution: 8 } as const;

function typeOf(identity: Identity): number {
  return types[identity.group ?? 'user'];
}

function shown(world: VenafiWorld, identity: Identity): Record<string, unknown> {
  const { prefixedUniversal, name, fullName, group } = identity;
  const prefix = prefixOf(prefixedUniversal);
  return {
    FullName: fullName,
    ...(world.switches.identitiesSayIsGroup ? { IsGroup: group !== null } : {}),
    Name: name,
    Prefix: prefix,
    PrefixedName: `${prefix}:${name}`,
    PrefixedUniversal: prefixedUniversal,
    Type: typeOf(identity),
    Universal: prefixedUniversal.slice(prefix.length + 1),
  };
}

/** Oneself, then one's groups. */
function self(service: VenafiService, { caller }: Call): Response {
  const world = service.world();
  const groups = caller.memberOf.flatMap((key) => world.identities[key] ?? []);
  return jsonAnswer({ Identities: [caller, ...groups].map((identity) => shown(world, identity)) });
}

const localLimit = 50;
const directoryLimit = 250;

function browse(service: VenafiService, call: Call): Response {
  const world = service.world();
  const { Filter: filter = '', Limit: limit, IdentityType: wanted = 0 } = call.fields;
  const sensible =
    typeof filter === 'string' && typeof wanted === 'number' && (limit === undefined || typeof limit === 'number');
  if (!sensible) return invalidRequest(service);
  const prefix = prefixOf(call.caller.prefixedUniversal);
  const needle = filter.toLowerCase();
  const found = Object.values(world.identities).filter(
    (identity) =>
      prefixOf(identity.prefixedUniversal) === prefix &&
      (wanted === 0 || (wanted & typeOf(identity)) !== 0) &&
      [identity.name, identity.fullName].some((name) => name.toLowerCase().includes(needle)),
  );
  const most = limit && limit > 0 ? limit : prefix === 'local' ? localLimit : directoryLimit;
  return jsonAnswer({ Identities: found.slice(0, most).map((identity) => shown(world, identity)) });
}

/** An identity that there is not answers 200 with nothing at all. */
function validate(service: VenafiService, call: Call): Response {
  const world = service.world();
  const id = call.fields['ID'];
  if (typeof id !== 'object' || id === null) return invalidRequest(service);
  const { PrefixedUniversal: universal, PrefixedName: name } = id as Record<string, unknown>;
  const identity =
    typeof universal === 'string'
      ? findIdentity(world, universal)
      : typeof name === 'string'
        ? named(world, name)
        : undefined;
  if (typeof universal !== 'string' && typeof name !== 'string') return invalidRequest(service);
  return identity ? jsonAnswer({ ID: shown(world, identity) }) : toResponse(emptyAnswer(200));
}

/** Of two with the same name, neither. */
function named(world: VenafiWorld, prefixedName: string): Identity | undefined {
  const found = Object.values(world.identities).filter(
    ({ prefixedUniversal, name }) => `${prefixOf(prefixedUniversal)}:${name}` === prefixedName,
  );
  return found.length === 1 ? found[0] : undefined;
}

function invalidRequest(service: VenafiService): Response {
  const { errorStyle } = service.world().switches;
  return toResponse(oauthError(errorStyle, 400, 'invalid_request', descriptions.invalid_request));
}

/** The one whom a developer means: by prefixed universal, or by a name that only one has. */
export function meantIdentity(world: VenafiWorld, text: string): Identity | 'unknown' | 'ambiguous' {
  const exact = world.identities[identityKey(text)];
  if (exact) return exact;
  const found = Object.values(world.identities).filter(({ name }) => name === text);
  if (found.length > 1) return 'ambiguous';
  return found[0] ?? 'unknown';
}
