import type { ProviderDescription } from '../../core/provider';
import { credentialForms } from './credentialForms';
import { profile } from './profile';
import { reasonTexts } from './reasonTexts';

/** Identity Platform as settings, sign-in forms and texts; its network code is loaded on first use. */
export const identityPlatform: ProviderDescription = {
  ...profile,
  credentialForms: [
    credentialForms.refreshToken,
    credentialForms.password,
    credentialForms.customToken,
    credentialForms.idToken,
    credentialForms.appleOnly,
  ],
  reasonTexts,
};
