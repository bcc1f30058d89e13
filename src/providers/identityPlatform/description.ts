import type { Project } from '../../core/model';
import type { ProviderDescription } from '../../core/provider';
import { credentialForms } from './credentialForms';
import { reasonTexts } from './reasonTexts';
import { addressesOf, defaultEndpoint, optionsSchema } from './settings';
import { ways } from './ways';

/** Identity Platform as settings, sign-in forms and texts; its network code is loaded on first use. */
export const identityPlatform: ProviderDescription = {
  id: 'identityPlatform',
  label: 'Identity Platform',
  defaultEndpoint: defaultEndpoint(process.env['FIREBASE_AUTH_EMULATOR_HOST']),
  optionsSchema,
  credentialForms: [
    credentialForms.refreshToken,
    credentialForms.password,
    credentialForms.customToken,
    credentialForms.idToken,
    credentialForms.appleOnly,
  ],
  ways: [ways.revokeToken, ways.appleRevoke],
  reasonTexts,
  /** Apple's is always among them: what is stored holds an Apple token, and may hold the key that goes with it. */
  credentialOrigins(project: Project): readonly string[] {
    return addressesOf(project).origins;
  },
};
