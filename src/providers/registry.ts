/** The list that settings, sign-in forms, texts and lazy loading are made from. A provider is one folder and one line here. */
import type { GenerationNotes } from '../auth/vedauthTokens';
import type { JobStore } from '../core/archiveJobs';
import type { Target, TargetKey } from '../core/model';
import type { Clock, Log, SecretStore, TargetLocks, Transport } from '../core/ports';
import type { Provider, ProviderDescription } from '../core/provider';
import { googleDataPortability } from './googleDataPortability/description';
import { identityPlatform } from './identityPlatform/description';
import { venafiTpp } from './venafiTpp/description';

export interface ProviderPorts {
  readonly transport: Transport;
  readonly clock: Clock;
  /** What a reset would lose is told from here, as no service lists it. */
  readonly jobs: JobStore;
  readonly log: Log;
  readonly secrets: SecretStore;
  readonly locks: TargetLocks;
  /** On disk: which of the tokens that have come of a credential is the newest. */
  readonly generations: GenerationNotes;
  /** Whether that credential is stored and not forgotten, as every window sees it. */
  isStored(credential: { readonly key: TargetKey; readonly storedAt: number }): Promise<boolean>;
  /** What the credentials of a target are filed under. */
  ownerKey(target: Target): TargetKey;
}

export interface RegisteredProvider {
  readonly description: ProviderDescription;
  /** Loads the provider's network code. */
  load(ports: ProviderPorts): Promise<Provider>;
}

export const registeredProviders: readonly RegisteredProvider[] = [
  {
    description: googleDataPortability,
    load: async (ports) => (await import('./googleDataPortability/provider')).createGoogleDataPortability(ports),
  },
  {
    description: identityPlatform,
    load: async (ports) => (await import('./identityPlatform/provider')).createIdentityPlatform(ports),
  },
  {
    description: venafiTpp,
    load: async (ports) => (await import('./venafiTpp/provider')).createVenafiTpp(ports),
  },
];

export const providerDescriptions: ReadonlyMap<string, ProviderDescription> = new Map(
  registeredProviders.map(({ description }) => [description.id, description]),
);
