/** What activation knows of the providers of the registry: enough to read settings and to paint rows. */
import type { ProviderProfile } from '../core/provider';
import { profile as googleDataPortability } from './googleDataPortability/profile';
import { profile as identityPlatform } from './identityPlatform/profile';
import { profile as venafiTpp } from './venafiTpp/profile';

export const providerProfiles: ReadonlyMap<string, ProviderProfile> = new Map(
  [googleDataPortability, identityPlatform, venafiTpp].map((profile) => [profile.id, profile]),
);
