/** The three services as the soak uses them: who consents, what is typed, what goes wrong, and what the ledger says. */
import assert from 'node:assert/strict';
import type { GoogleFault, SampleWorld, SeedResult } from '../../src/sandbox/google/api';
import type { AppleGrantReadout } from '../../src/sandbox/identityPlatform/api';
import type {
  AppleTokens,
  IdentityPlatformSample,
  IdentityPlatformSeedResult,
} from '../../src/sandbox/identityPlatform/seedApi';
import type { GrantReadout, VenafiSample, VenafiSeedResult } from '../../src/sandbox/venafi/api';
import type { SandboxControl } from './control';

export interface Person {
  readonly service: Service;
  /** As in the settings. */
  readonly id: string;
  readonly label: string;
}

/** What may go wrong with the request that resets, or with a read. */
export interface Mishap {
  readonly name: string;
  readonly route: string;
  /** The request has its effect all the same. */
  readonly carryOut?: boolean;
}

export interface Service {
  readonly projectId: string;
  /** Where the request arrives that resets, as in a fault rule. */
  readonly resetPath: string;
  readonly mishaps: readonly Mishap[];
  /** The entry for the settings. */
  project(): Record<string, unknown>;
  people(): readonly Person[];
  /** The person consents, unless that still holds. What is typed to sign in with it, by the label of the field, if it has to be. */
  consent(person: Person): Promise<ReadonlyMap<string, string> | undefined>;
  /** Whether nothing is left of the consent, as the service keeps it. */
  isGone(person: Person): Promise<boolean>;
  mishap(mishap: Mishap): Promise<unknown>;
}

/** On the way there or back, and on the server; each once with its effect and once without, where it says nothing of that. */
const brokenAnswers = ['internal500', 'unavailable503'];
const onReset = (route: string, ...more: readonly string[]): readonly Mishap[] => [
  ...['connectionResetBefore', 'connectionResetAfter', 'cutBody', ...more].map((name) => ({ name, route })),
  ...brokenAnswers.flatMap((name) => [
    { name, route },
    { name, route, carryOut: true },
  ]),
];

const number = '123456789012';

export function googleService(control: SandboxControl, sample: SampleWorld, count: number): Service {
  const { clientId, clientSecret } = sample;
  const service: Service = {
    projectId: 'soak-google',
    resetPath: '/{version}/authorization:reset',
    mishaps: [
      ...onReset('reset', 'html200', 'rateLimitExceeded', 'scopeInsufficient', 'wrongLength'),
      { name: 'html200', route: 'reset', carryOut: true },
      { name: 'unavailable503', route: 'check' },
      { name: 'connectionResetAfter', route: 'check' },
      { name: 'unavailable503', route: 'token' },
    ] satisfies (Mishap & { name: GoogleFault | string })[],
    project: () => ({ ...entryOf(service, control), provider: 'googleDataPortability', clientId }),
    people: () => crowd(service, count, (at) => `google${at}.test@example.com`),
    async consent(person) {
      // What was not reset is still there, and so is what was typed for it.
      if (!(await service.isGone(person))) return undefined;
      const { id } = person;
      const { grants } = await control.post<SeedResult>('seed', {
        users: [{ email: id }],
        grants: [{ user: id, clientId, scopes: ['myactivity.search'], access: '180-days' }],
      });
      const refreshToken = grants[0]?.refreshToken;
      assert.ok(refreshToken);
      return new Map(Object.entries({ 'Client secret': clientSecret, 'Refresh token': refreshToken }));
    },
    async isGone({ id }) {
      const query = new URLSearchParams({ user: id, project: number });
      return (await control.get<{ state: string }>(`google/consents?${query}`)).state === 'none';
    },
    mishap: (mishap) => control.post('google/faults', { ...mishap, times: 1 }),
  };
  return service;
}

export function identityPlatformService(
  control: SandboxControl,
  sample: IdentityPlatformSample,
  count: number,
): Service {
  const { teamId, keyId, bundleId, privateKey } = sample.apple;
  const refreshTokens = new Map<string, string>();
  const service: Service = {
    projectId: 'soak-identity',
    resetPath: '[/identitytoolkit.googleapis.com]/v2/accounts:revokeToken',
    mishaps: [
      ...onReset('revokeToken', 'quotaExceeded', 'invalidIdpResponse'),
      { name: 'unavailable503', route: 'token' },
      { name: 'connectionResetBefore', route: 'appleToken' },
    ],
    project: () => ({
      ...entryOf(service, control),
      provider: 'identityPlatform',
      firebaseProject: sample.project,
      appleTeamId: teamId,
      appleKeyId: keyId,
      appleClientId: bundleId,
    }),
    people: () => crowd(service, count, (at) => `apple${at}.test@example.com`),
    async consent({ id: email }) {
      const sub = `000000.${email}.0001`;
      if (!refreshTokens.has(email)) {
        const { users } = await control.post<IdentityPlatformSeedResult>('identityPlatform/seed', {
          appleUsers: [{ sub, email }],
          users: [{ project: sample.project, email, emailVerified: true, apple: sub }],
        });
        refreshTokens.set(email, users[0]?.refreshToken ?? '');
      }
      const apple = await control.post<AppleTokens>('identityPlatform/apple/tokens', { user: sub, clientId: bundleId });
      return new Map(
        Object.entries({
          'Web API key': sample.apiKey,
          'Firebase refresh token': refreshTokens.get(email) ?? '',
          'Apple token or code': apple.refreshToken,
          'Apple key': privateKey.replaceAll('\n', ' '),
        }),
      );
    },
    async isGone({ id: email }) {
      const grants = await control.get<readonly AppleGrantReadout[]>('identityPlatform/apple/grants');
      return !grants.some(({ user, state }) => user === `000000.${email}.0001` && state === 'authorized');
    },
    mishap: (mishap) => control.post('identityPlatform/faults', { ...mishap, times: 1 }),
  };
  return service;
}

export async function venafiService(control: SandboxControl, sample: VenafiSample, count: number): Promise<Service> {
  const application = sample.application;
  const { identities } = await control.post<VenafiSeedResult>('venafi/seed', {
    identities: Array.from({ length: count }, (_, at) => ({ name: `soak${at}.test` })),
  });
  const ids = new Map(identities.map(({ name, prefixedUniversal }) => [prefixedUniversal, name]));
  const service: Service = {
    projectId: 'soak-venafi',
    resetPath: '/vedsdk/oauth/revokegrants',
    mishaps: [
      ...onReset('revokeGrants', 'insufficientRights', 'invalidRequest', 'emptyObject', 'html'),
      { name: 'invalidToken', route: 'revokeGrants' },
      { name: 'unavailable503', route: 'getGrants' },
    ],
    project: () => ({
      ...entryOf(service, control),
      provider: 'venafiTpp',
      clientId: sample.clientId,
      identities: [...ids].map(([id, name]) => ({ id, name })),
    }),
    people: () => [...ids].map(([id, label]) => ({ service, id, label })),
    async consent({ label: grantee }) {
      await control.post('venafi/seed', { grants: [{ grantee, application }] });
      return undefined;
    },
    async isGone({ label: grantee }) {
      const query = new URLSearchParams({ grantee });
      return (await control.get<readonly GrantReadout[]>(`venafi/grants?${query}`)).length === 0;
    },
    mishap: (mishap) => control.post('venafi/faults', { ...mishap, times: 1 }),
  };
  return service;
}

function crowd(service: Service, count: number, idOf: (at: number) => string): readonly Person[] {
  return Array.from({ length: count }, (_, at) => ({ service, id: idOf(at), label: idOf(at) }));
}

function entryOf(service: Service, { origin }: SandboxControl): Record<string, unknown> {
  const identities = service.projectId === 'soak-venafi' ? [] : service.people().map(({ id }) => ({ id }));
  return { id: service.projectId, name: service.projectId, endpoint: origin, identities };
}
