/** What is known of a credential without asking anybody: noted when it was stored. */
import { type Credential, type Reason, reason } from '../../core/model';

/** A time that was noted beside the credential, epoch milliseconds; `undefined` when there is none. */
export function notedTime({ facts }: Credential, name: 'consentedAt' | 'refreshTokenExpiresAt'): number | undefined {
  const text = facts[name];
  return text !== undefined && /^\d{1,16}$/.test(text) ? Number(text) : undefined;
}

/** The resources that the user has ticked, as the sign-in was told; `undefined` for credentials that were pasted. */
export function notedResources({ facts }: Credential): readonly string[] | undefined {
  const resources = facts['scopes']?.split(' ').filter((resource) => resource !== '');
  return resources === undefined || resources.length === 0 ? undefined : [...new Set(resources)];
}

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** Why a refresh token ends when it does, told by how long after the consent that is; an hour more or less does not count. */
export function lifetimeLimit(credential: Credential, expiresAt: number | undefined): Reason | undefined {
  const consentedAt = notedTime(credential, 'consentedAt');
  if (consentedAt === undefined || expiresAt === undefined) return undefined;
  const isAbout = (days: number): boolean => Math.abs(expiresAt - consentedAt - days * dayMs) <= hourMs;
  if (isAbout(7)) return reason('google.limit.testing');
  if (isAbout(30)) return reason('google.limit.thirtyDays');
  if (isAbout(180)) return reason('google.limit.halfYear');
  return undefined;
}
