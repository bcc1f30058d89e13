import type { Project } from '../../core/model';
import type { ProviderProfile } from '../../core/provider';
import { googleApiOrigin, googleOrigins, optionsSchema } from './settings';
import { ways } from './ways';

export const profile: ProviderProfile = {
  id: 'googleDataPortability',
  label: 'Google Data Portability',
  defaultEndpoint: googleApiOrigin,
  optionsSchema,
  signIn: 'googleOAuth',
  exportsArchives: true,
  ways: [ways.reset, ways.revoke],
  credentialOrigins(project: Project): readonly string[] {
    const { apiOrigin, oauthOrigin } = googleOrigins(project);
    return [...new Set([apiOrigin, oauthOrigin])];
  },
};
