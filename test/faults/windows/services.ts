/** The three services of the sandbox as one thing to reset in each, and what of it has reached the wire. */
import type { Project } from '../../../src/core/model';
import type { FaultEffect, RunningSandbox } from '../../../src/sandbox/api';

export const services = ['googleDataPortability', 'identityPlatform', 'venafiTpp'] as const;
export type Service = (typeof services)[number];

/** A project with one test user, and the credential it is reset with. Plain data, for processes of their own. */
export interface Scene {
  readonly service: Service;
  readonly project: Project;
  /** Id of the provider's first way. */
  readonly way: string;
  readonly form: string;
  readonly values: Readonly<Record<string, string>>;
  readonly facts: Readonly<Record<string, string>>;
}

/** A user who has consented, and a fresh credential; asked again, the user has consented anew. */
export function sceneOf(service: Service, sandbox: RunningSandbox): Scene {
  const { control, origin } = sandbox;
  const project = (options: Record<string, unknown>, id: string, label: string): Project => {
    return { id: service, label: 'Shop', provider: service, endpoint: origin, options, identities: [{ id, label }] };
  };
  switch (service) {
    case 'googleDataPortability': {
      const { clientId, clientSecret, users } = control.seedSample();
      const alice = users.find(({ user }) => user.startsWith('alice.'));
      if (!alice) throw new Error('the sample has no alice');
      const { user, refreshToken } = alice;
      const values = { clientId, clientSecret, refreshToken };
      const google = project({ apiVersion: 'v1', clientId }, user, user);
      return { service, project: google, way: 'reset', form: 'refreshToken', values, facts: {} };
    }
    case 'identityPlatform': {
      const { apiKey, apple, users } = control.identityPlatform.seedSample();
      const [carol] = users;
      if (!carol) throw new Error('the sample has no carol');
      const { privateKey: appleKey, keyId: appleKeyId, teamId: appleTeamId, bundleId: appleClientId } = apple;
      const { refreshToken, email } = carol;
      const token = { tokenType: 'REFRESH_TOKEN', token: carol.apple.refreshToken };
      const values = { apiKey, refreshToken, ...token, appleKey, appleKeyId, appleTeamId, appleClientId };
      const options = { identityProvider: 'apple.com' };
      const shop = project(options, email, email);
      return { service, project: shop, way: 'revokeToken', form: 'refreshToken', values, facts: {} };
    }
    case 'venafiTpp': {
      const { administrator, clientId, users } = control.venafi.seedSample();
      const [user] = users;
      if (!user) throw new Error('the sample has no user');
      const { accessToken, refreshToken, accessTokenExpiresAt } = administrator;
      const values = { clientId, accessToken, refreshToken };
      const facts = { clientId, accessTokenExpiresAt: String(accessTokenExpiresAt) };
      const tpp = project({ clientId }, user.prefixedUniversal, user.name);
      return { service, project: tpp, way: 'revokeGrants', form: 'signIn', values, facts };
    }
  }
}

const resetPaths: Readonly<Record<Service, RegExp>> = {
  googleDataPortability: /\/authorization:reset$/,
  identityPlatform: /\/accounts:revokeToken$/,
  venafiTpp: /\/OAuth\/RevokeGrants$/i,
};

/** How many resets have reached the server's door, whatever became of them. */
export function resetsOnWire(service: Service, { control }: RunningSandbox): number {
  return control.requests.list({ method: 'POST' }).filter(({ path }) => resetPaths[service].test(path)).length;
}

/** The next reset meets this accident; what is `-after` is carried out all the same. Gives the fault's id. */
export function faultAtReset(service: Service, { control }: RunningSandbox, effect: FaultEffect): string {
  return control.faults.add({ match: { method: 'POST', path: resetRoutes[service] }, effect, times: 1 });
}

const resetRoutes: Readonly<Record<Service, string>> = {
  googleDataPortability: '/{version}/authorization:reset',
  identityPlatform: '[/identitytoolkit.googleapis.com]/v2/accounts:revokeToken',
  venafiTpp: '/vedsdk/oauth/revokegrants',
};

/** How often single-use refresh tokens were sent. */
export function refreshesOnWire({ control }: RunningSandbox): number {
  return control.requests.list({ path: '/vedauth/authorize/token' }).length;
}

/** Whether the consent is alive, as the service sees it. */
export function isGranted({ service, project }: Scene, { control }: RunningSandbox): boolean {
  const id = project.identities[0]?.id ?? '';
  switch (service) {
    case 'googleDataPortability':
      return control.google.consents(id, '123456789012').state === 'granted';
    case 'identityPlatform':
      return control.identityPlatform.apple
        .grants()
        .some(({ user, state }) => state === 'authorized' && /carol/.test(user));
    case 'venafiTpp':
      return control.venafi.grants({ grantee: id }).length > 0;
  }
}
