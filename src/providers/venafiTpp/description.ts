import type { ProviderDescription } from '../../core/provider';
import { credentialForms } from './credentialForms';
import { profile } from './profile';
import { reasonTexts } from './reasonTexts';

/**
 * Venafi Trust Protection Platform (also TLS Protect Datacenter, CyberArk Certificate Manager Self-Hosted) as settings,
 * sign-in forms and texts; its network code is loaded on first use.
 */
export const venafiTpp: ProviderDescription = {
  ...profile,
  credentialForms: [credentialForms.refreshToken, credentialForms.accessToken],
  reasonTexts,
};
