import type { Project } from '../../core/model';
import type { ProviderDescription } from '../../core/provider';
import { credentialForms } from './credentialForms';
import { reasonTexts } from './reasonTexts';
import { googleAddresses, googleApiOrigin, optionsSchema } from './settings';
import { ways } from './ways';

/** Google Data Portability as settings, sign-in forms and texts; its network code is loaded on first use. */
export const googleDataPortability: ProviderDescription = {
  id: 'googleDataPortability',
  label: 'Google Data Portability',
  defaultEndpoint: googleApiOrigin,
  optionsSchema,
  credentialForms: [credentialForms.refreshToken, credentialForms.accessToken],
  signIn: 'googleOAuth',
  exportsArchives: true,
  ways: [ways.reset, ways.revoke],
  reasonTexts,
  credentialOrigins(project: Project): readonly string[] {
    const { apiOrigin, oauthOrigin } = googleAddresses(project);
    return [...new Set([apiOrigin, oauthOrigin])];
  },
};
