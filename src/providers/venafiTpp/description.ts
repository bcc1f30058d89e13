import type { ProviderDescription } from '../../core/provider';
import { credentialForms } from './credentialForms';
import { reasonTexts } from './reasonTexts';
import { credentialOrigins, optionsSchema } from './settings';
import { ways } from './ways';

/**
 * Venafi Trust Protection Platform (also TLS Protect Datacenter, CyberArk Certificate Manager Self-Hosted) as settings,
 * sign-in forms and texts; its network code is loaded on first use.
 */
export const venafiTpp: ProviderDescription = {
  id: 'venafiTpp',
  label: 'Venafi TPP',
  defaultEndpoint: undefined,
  // Whoever revokes is the operator; the users and applications whose grants end have no part in it.
  credentialOwner: 'project',
  signIn: 'vedauth',
  optionsSchema,
  credentialForms: [credentialForms.refreshToken, credentialForms.accessToken],
  ways: [ways.revokeGrants],
  reasonTexts,
  credentialOrigins,
};
