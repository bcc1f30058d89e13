/** Who calls: an API key with its restrictions, or an OAuth bearer with its quota project. In Google's order. */
import { entry } from '../entry';
import type { ErrorAnswer } from '../google/errors';
import { bearerToken } from '../redaction';
import type { Consumer } from './errors';
import {
  addressBlocked,
  androidAppBlocked,
  apiDisabled,
  badBearer,
  callerMissing,
  iosAppBlocked,
  keyInvalid,
  keyServiceBlocked,
  quotaProjectDenied,
  quotaProjectMissing,
  referrerBlocked,
  scopeMissing,
  suspended,
} from './errors';
import type { RestrictedApi } from './seedApi';
import type { ApiKey, IdentityPlatformWorld, Project } from './world';

export type Caller =
  | { readonly kind: 'accepted'; readonly project: Project; readonly via: 'api-key' | 'bearer' }
  | { readonly kind: 'refused'; readonly answer: ErrorAnswer };

/** The method that is called, by Google's own name, and the API it belongs to. */
export interface CalledMethod {
  readonly service: RestrictedApi;
  readonly rpc: string;
}

const refused = (answer: ErrorAnswer): Caller => ({ kind: 'refused', answer });

export function identifyCaller(
  world: IdentityPlatformWorld,
  headers: Headers,
  query: URLSearchParams,
  method: CalledMethod,
  now: number,
): Caller {
  const bearer = bearerToken(headers.get('authorization'));
  const key = query.get('key') ?? headers.get('x-goog-api-key');
  if (world.switches.emulator) return emulatorCaller(world, bearer, key);
  if (bearer !== undefined) return bearerCaller(world, bearer, headers.get('x-goog-user-project'), method, now);
  if (!key) return refused(callerMissing());
  const known = entry(world.apiKeys, key);
  const project = known && entry(world.projects, known.project);
  if (!known || !project) return refused(keyInvalid(world.switches.keyInvalidForm, method.service));
  const consumer: Consumer = { number: project.number, service: method.service, method: method.rpc };
  const answer =
    (project.suspended ? suspended(consumer, key) : undefined) ??
    keyRefusal(known, consumer, headers) ??
    (project.apiEnabled ? undefined : apiDisabled(consumer));
  return answer ? refused(answer) : { kind: 'accepted', project, via: 'api-key' };
}

function keyRefusal({ apis, restriction }: ApiKey, consumer: Consumer, headers: Headers): ErrorAnswer | undefined {
  if (apis && !apis.includes(consumer.service)) return keyServiceBlocked(consumer);
  switch (restriction?.kind) {
    case undefined:
      return undefined;
    case 'referrers': {
      const referrer = headers.get('referer');
      const allowed = referrer !== null && restriction.patterns.some((pattern) => matchesReferrer(pattern, referrer));
      return allowed ? undefined : referrerBlocked(consumer, referrer);
    }
    case 'ios': {
      const bundleId = headers.get('x-ios-bundle-identifier');
      return restriction.bundleIds.includes(bundleId ?? '') ? undefined : iosAppBlocked(consumer, bundleId);
    }
    case 'android': {
      const packageName = headers.get('x-android-package');
      const certificate = plainHex(headers.get('x-android-cert') ?? '');
      const allowed = restriction.apps.some(
        (app) => app.packageName === packageName && plainHex(app.certificate) === certificate,
      );
      return allowed ? undefined : androidAppBlocked(consumer, packageName);
    }
    case 'addresses': {
      const allowed = restriction.addresses.some((address) => ['127.0.0.1', '::1'].includes(address));
      return allowed ? undefined : addressBlocked(consumer);
    }
  }
}

/** A pattern without a scheme is for every scheme; `*` is for any text. */
function matchesReferrer(pattern: string, referrer: string): boolean {
  const text = pattern.includes('://') ? referrer : referrer.replace(/^[a-z]+:\/\//i, '');
  const parts = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 'is').test(text);
}

function plainHex(certificate: string): string {
  return certificate.replaceAll(':', '').toLowerCase();
}

const sufficientScopes = ['cloud-platform', 'identitytoolkit', 'firebase'].map(
  (name) => `https://www.googleapis.com/auth/${name}`,
);

function bearerCaller(
  world: IdentityPlatformWorld,
  token: string,
  quotaProject: string | null,
  { service, rpc }: CalledMethod,
  now: number,
): Caller {
  const bearer = entry(world.bearers, token);
  if (!bearer || now >= bearer.expiresAt) return refused(badBearer());
  if (!bearer.scopes.some((scope) => sufficientScopes.includes(scope))) return refused(scopeMissing(service, rpc));
  if (quotaProject === null && bearer.project === undefined) return refused(quotaProjectMissing(service));
  const named = Object.values(world.projects).find(
    ({ id, number }) => quotaProject !== null && (id === quotaProject || number === quotaProject),
  );
  const project = quotaProject === null ? entry(world.projects, bearer.project ?? '') : named;
  const allowed = project && (bearer.project === project.id || bearer.quotaProjects.includes(project.id));
  if (!allowed) return refused(quotaProjectDenied(quotaProject ?? bearer.project ?? '', service));
  if (project.suspended) return refused(suspended({ number: project.number, service }));
  if (!project.apiEnabled) return refused(apiDisabled({ number: project.number, service }));
  return { kind: 'accepted', project, via: 'bearer' };
}

/** The emulator takes every key, and the word "owner" or whatever looks like a service account's token. */
function emulatorCaller(world: IdentityPlatformWorld, bearer: string | undefined, key: string | null): Caller {
  if (bearer !== undefined && bearer.toLowerCase() !== 'owner' && !bearer.startsWith('ya29.')) {
    return refused(badBearer());
  }
  if (bearer === undefined && !key) return refused(callerMissing());
  const own = entry(world.projects, entry(world.apiKeys, key ?? '')?.project ?? '');
  const project = own ?? Object.values(world.projects)[0] ?? emulatorProject(world);
  return { kind: 'accepted', project, via: bearer === undefined ? 'api-key' : 'bearer' };
}

/** The emulator needs no configuration: its project is there as soon as somebody asks for it. */
function emulatorProject(world: IdentityPlatformWorld): Project {
  const project: Project = {
    id: 'demo-sandbox',
    number: '12345',
    tenants: [],
    serviceAccounts: [],
    apple: { enabled: true },
    passwordSignIn: true,
    anonymousSignIn: true,
    apiEnabled: true,
    suspended: false,
    quotaExceeded: false,
  };
  world.projects[project.id] = project;
  return project;
}
