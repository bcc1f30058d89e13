/** `/vedsdk/oauth/`: roles, applications and grants, and the one call that ends grants. */
import { fingerprint } from '../redaction';
import { dateFields, descriptions, oauthError, resultAnswer, toResponse } from './answers';
import { endGrants, grantsOf } from './grants';
import {
  mayCount,
  mayReadGrantsOf,
  mayRevokeIn,
  mayRevokeOf,
  roleObject,
  visibleApplications,
  visibleGrants,
} from './roles';
import type { VenafiService } from './service';
import type { Call, Method } from './webSdk';
import type { Application, Grant, VenafiWorld } from './world';
import { findApplication } from './world';

const notFound = { application: 2, grant: 3 } as const;
const invalidParameters = 6;
const insufficientPrivileges = 9;

/** Grants can be administered since then. */
const since = [22, 3] as const;
const admin = () => 'admin';

export const grantMethods: Record<string, Method> = {
  'oauth/revokegrants': {
    verb: 'POST',
    writes: true,
    since,
    scope: (world) => world.switches.revokeScope,
    run: revokeGrants,
  },
  'oauth/getgrants': { verb: 'POST', since, scope: admin, run: getGrants },
  'oauth/grantcount': {
    verb: 'POST',
    since,
    scope: admin,
    run: (service, call) => count(service, call, (grants) => grants.length),
  },
  'oauth/usercount': {
    verb: 'POST',
    since,
    scope: admin,
    run: (service, call) => count(service, call, (grants) => new Set(grants.map(({ grantee }) => grantee)).size),
  },
  'oauth/getrole': {
    verb: 'POST',
    since,
    scope: admin,
    run: (service, { caller }) => resultAnswer(0, { Role: roleObject(service.world(), caller) }),
  },
  'oauth/enumerateapplications': { verb: 'POST', since, scope: admin, run: enumerateApplications },
};

function invalidRequest(service: VenafiService): Response {
  const { errorStyle } = service.world().switches;
  return toResponse(oauthError(errorStyle, 400, 'invalid_request', descriptions.invalid_request));
}

function denied(service: VenafiService): Response {
  const { errorStyle, rightsDenied } = service.world().switches;
  if (rightsDenied === 'result-9') return resultAnswer(insufficientPrivileges);
  return toResponse(oauthError(errorStyle, 401, 'insufficient_rights', descriptions.insufficient_rights));
}

/** A text parameter: undefined when it is absent or empty, null when it is no text. */
function text({ fields }: Call, name: string): string | undefined | null {
  const value = fields[name];
  if (value === undefined || value === null || value === '') return undefined;
  return typeof value === 'string' ? value : null;
}

function revokeGrants(service: VenafiService, call: Call): Response {
  const world = service.world();
  const grantee = text(call, 'GranteePrefixedUniversal');
  const application = text(call, 'ApplicationId');
  if (grantee === null || application === null) return invalidRequest(service);
  if (grantee === undefined && application === undefined) return invalidRequest(service);
  if (grantee !== undefined && application !== undefined && world.switches.bothParameters === 'refused') {
    return resultAnswer(invalidParameters);
  }
  if (grantee !== undefined && !mayRevokeOf(call.caller, grantee)) return denied(service);
  if (application !== undefined && !mayRevokeIn(world, call.caller, application)) return denied(service);
  if (application !== undefined && !findApplication(world, application)) return resultAnswer(notFound.application);
  const grants = concerned(world, grantee, application, call.now);
  if (grants.length === 0) return resultAnswer(world.switches.nothingToRevoke);
  endGrants(grants, call.now, world.switches.propagationMs);
  world.revocations.push({
    time: call.now,
    caller: call.caller.prefixedUniversal,
    clientId: call.grant.application,
    ...(grantee === undefined ? {} : { grantee }),
    ...(application === undefined ? {} : { application }),
    grants: grants.length,
    bodyLength: call.bodyLength,
    tokenFingerprint: fingerprint(call.token),
  });
  return resultAnswer(0);
}

function concerned(
  world: VenafiWorld,
  grantee: string | undefined,
  application: string | undefined,
  now: number,
): readonly Grant[] {
  const ofGrantee = grantee === undefined ? [] : grantsOf(world, { grantee }, 'truth', now);
  const ofApplication = application === undefined ? [] : grantsOf(world, { application }, 'truth', now);
  if (grantee === undefined) return ofApplication;
  if (application === undefined) return ofGrantee;
  switch (world.switches.bothParameters) {
    case 'grantee':
      return ofGrantee;
    case 'application':
      return ofApplication;
    case 'union':
      return [...new Set([...ofGrantee, ...ofApplication])];
    default:
      return ofGrantee.filter((grant) => ofApplication.includes(grant));
  }
}

function getGrants(service: VenafiService, call: Call): Response {
  const world = service.world();
  const grantee = text(call, 'GranteePrefixedUniversal');
  if (!grantee) return invalidRequest(service);
  if (!mayReadGrantsOf(world, call.caller, grantee)) return denied(service);
  const grants = visibleGrants(world, call.caller, grantsOf(world, { grantee }, 'seen', call.now));
  return resultAnswer(0, { Grants: grants.map((grant) => shownGrant(world, grant)) });
}

function shownGrant(world: VenafiWorld, grant: Grant): Record<string, unknown> {
  const { accessValidityS = 0 } = findApplication(world, grant.application) ?? {};
  const grantee = world.identities[grant.grantee]?.prefixedUniversal ?? grant.grantee;
  return {
    ...dateFields('AccessIssuedOn', grant.accessIssuedAt),
    ...(world.switches.grantsCarryTokens ? { AccessToken: grant.accessToken, RefreshToken: grant.refreshToken } : {}),
    Application: grant.application,
    ...dateFields('Expires', grant.expiresAt),
    ...dateFields('GrantIssuedOn', grant.issuedAt),
    GrantedToPrefixedUniversal: grantee,
    GranteePrefixedUniversal: grantee,
    Scope: grant.scope,
    ValidFor: accessValidityS,
  };
}

function count(service: VenafiService, call: Call, measure: (grants: readonly Grant[]) => number): Response {
  const world = service.world();
  const application = text(call, 'ApplicationId');
  if (!application) return invalidRequest(service);
  if (!mayCount(world, call.caller, application)) return denied(service);
  if (!findApplication(world, application)) return resultAnswer(notFound.application);
  return resultAnswer(0, { Count: measure(grantsOf(world, { application }, 'seen', call.now)) });
}

/** `Start` is the number of applications to leave out, not of pages. */
function enumerateApplications(service: VenafiService, call: Call): Response {
  const world = service.world();
  const { Start: start, Count: size } = call.fields;
  if (!isIndex(start) || !isIndex(size)) return invalidRequest(service);
  const visible = visibleApplications(world, call.caller);
  if (!visible) return denied(service);
  const shown = visible.slice(start, start + size).flatMap((id) => findApplication(world, id) ?? []);
  return resultAnswer(0, { Applications: shown.map(shownApplication) });
}

function isIndex(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0;
}

function shownApplication(application: Application): Record<string, unknown> {
  const { id, name, description, vendor, scope, accessValidityS, grantValidityS, renewable } = application;
  return {
    AccessValidity: accessValidityS,
    Description: description,
    GrantValidity: grantValidityS,
    ID: id,
    MaximumScope: scope,
    Name: name,
    Renewable: renewable,
    Scope: scope,
    Vendor: vendor,
  };
}
