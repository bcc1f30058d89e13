import type { ProviderDescription } from '../../core/provider';
import { credentialForms } from './credentialForms';
import { profile } from './profile';
import { reasonTexts } from './reasonTexts';

/** Google Data Portability as settings, sign-in forms and texts; its network code is loaded on first use. */
export const googleDataPortability: ProviderDescription = {
  ...profile,
  credentialForms: [credentialForms.refreshToken, credentialForms.accessToken],
  reasonTexts,
};
