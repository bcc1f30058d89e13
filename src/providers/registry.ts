/** The list that settings, sign-in forms, texts and lazy loading are made from. A provider is one folder and one line here. */
import type { JobStore } from '../core/archiveJobs';
import type { Clock, Transport } from '../core/ports';
import type { Provider, ProviderDescription } from '../core/provider';
import { googleDataPortability } from './googleDataPortability/description';
import { identityPlatform } from './identityPlatform/description';

export interface ProviderPorts {
  readonly transport: Transport;
  readonly clock: Clock;
  /** What a reset would lose is told from here, as no service lists it. */
  readonly jobs: JobStore;
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
];

export const providerDescriptions: ReadonlyMap<string, ProviderDescription> = new Map(
  registeredProviders.map(({ description }) => [description.id, description]),
);
