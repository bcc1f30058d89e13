import type { Project } from '../../core/model';
import type { ProviderProfile } from '../../core/provider';
import { addressesOf, defaultEndpoint, optionsSchema } from './settings';
import { ways } from './ways';

export const profile: ProviderProfile = {
  id: 'identityPlatform',
  label: 'Identity Platform',
  defaultEndpoint: defaultEndpoint(process.env['FIREBASE_AUTH_EMULATOR_HOST']),
  optionsSchema,
  ways: [ways.revokeToken, ways.appleRevoke],
  /** Apple's is always among them: what is stored holds an Apple token, and may hold the key that goes with it. */
  credentialOrigins(project: Project): readonly string[] {
    return addressesOf(project).origins;
  },
};
