import type { ProviderProfile } from '../../core/provider';
import { credentialOrigins, optionsSchema } from './settings';
import { ways } from './ways';

export const profile: ProviderProfile = {
  id: 'venafiTpp',
  label: 'Venafi TPP',
  defaultEndpoint: undefined,
  // Whoever revokes is the operator; the users and applications whose grants end have no part in it.
  credentialOwner: 'project',
  signIn: 'vedauth',
  optionsSchema,
  ways: [ways.revokeGrants],
  credentialOrigins,
};
