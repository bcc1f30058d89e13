/** The three services in one sandbox: who is reset there, with which credential, and what the ledger says of it. */
import type { CredentialForm } from '../../../src/core/provider';
import { credentialForms as identityPlatformForms } from '../../../src/providers/identityPlatform/credentialForms';
import { providerDescriptions } from '../../../src/providers/registry';
import { credentialForms as venafiForms } from '../../../src/providers/venafiTpp/credentialForms';
import type { RunningSandbox } from '../../../src/sandbox/api';
import { identityPlatformSample } from '../../fakes/sampleCredentials';

export interface Service {
  /** Id of the provider. */
  readonly id: string;
  readonly way: string;
  /** What the request line of the one irreversible request holds. */
  readonly path: RegExp;
  /** Seeds the service and says what a project and its credential have to be. */
  seed(sandbox: RunningSandbox): Seeded;
}

export interface Seeded {
  readonly options: Readonly<Record<string, string>>;
  readonly identity: { readonly id: string; readonly label: string };
  readonly form: CredentialForm;
  readonly values: Readonly<Record<string, string>>;
  readonly facts: Readonly<Record<string, string>>;
  /** Whether the service still has the consent. */
  consented(): boolean;
  /** How often the service has carried out a reset. */
  carriedOut(): number;
}

export const services: readonly Service[] = [
  {
    id: 'googleDataPortability',
    way: 'reset',
    path: /^POST \S+authorization:reset/,
    seed({ control }) {
      const { clientId, clientSecret, users } = control.seedSample();
      const alice = users.find(({ user }) => user.startsWith('alice.')) ?? missing();
      return {
        options: { apiVersion: 'v1' },
        identity: { id: alice.user, label: alice.user },
        form: providerDescriptions.get(this.id)?.credentialForms.find(({ id }) => id === 'refreshToken') ?? missing(),
        values: { clientId, clientSecret, refreshToken: alice.refreshToken },
        facts: {},
        consented: () => control.google.consents(alice.user, '123456789012').state === 'granted',
        carriedOut: () => control.google.resets().length,
      };
    },
  },
  {
    id: 'identityPlatform',
    way: 'revokeToken',
    path: /^POST \S+accounts:revokeToken/,
    seed({ control }) {
      const carol = control.identityPlatform.seedSample().users[0] ?? missing();
      return {
        options: { identityProvider: 'apple.com' },
        identity: { id: carol.email, label: carol.email },
        form: identityPlatformForms.refreshToken,
        values: identityPlatformSample(control),
        facts: {},
        consented: () =>
          control.identityPlatform.apple
            .grants()
            .some(({ user, state }) => user === carol.appleUser && state === 'authorized'),
        carriedOut: () => control.identityPlatform.revocations().length,
      };
    },
  },
  {
    id: 'venafiTpp',
    way: 'revokeGrants',
    path: /^POST \S+revokegrants/i,
    seed({ control }) {
      const { clientId, administrator, users } = control.venafi.seedSample();
      const alice = users.find(({ name }) => name === 'alice.test') ?? missing();
      const { accessToken, refreshToken } = administrator;
      return {
        options: { clientId },
        identity: { id: alice.prefixedUniversal, label: alice.name },
        form: venafiForms.signIn,
        values: { clientId, accessToken, refreshToken },
        facts: { clientId },
        consented: () => control.venafi.grants({ grantee: 'alice.test' }).length > 0,
        carriedOut: () => control.venafi.revocations().length,
      };
    },
  },
];

function missing(): never {
  throw new Error('The sample lacks something.');
}
