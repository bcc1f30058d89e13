/** Who is signed in, whether that role may revoke, and what a revocation would do to the sign-in itself. */
import type { Credential } from '../../core/model';
import { type Reason, reason } from '../../core/model';
import type { BoundSecret } from '../../core/redact';
import { type ApiFailure, canRevokeGrants, getRole, type Role, readVersion, type VenafiApi } from './api';
import { type Consent, isConsent, readConsent } from './consent';
import { readSelf } from './identities';
import { type Subject, samePrincipal } from './subject';

export interface Preflight {
  readonly consent: Consent;
  /** Whether the sign-in ends with it; `unknown` when nobody says who is signed in. */
  readonly endsSignIn: 'yes' | 'no' | 'unknown';
}

const admin = 6;
const grantAdmin = 5;
const severalRoles = 4;
const owner = 3;
const roleNames = [
  'User',
  'Auditor',
  'Maintainer',
  'Application Owner',
  'Owner and Maintainer',
  'Grant Admin',
  'Admin',
];

/** Reads only. A role that cannot do it is refused here, before anybody is asked. */
export async function preflight(
  api: VenafiApi,
  token: BoundSecret,
  credential: Credential,
  subject: Subject,
  signal: AbortSignal,
): Promise<{ readonly kind: 'value'; readonly value: Preflight } | ApiFailure> {
  // One call first: a token that is dead is renewed before more is asked with it.
  const version = await readVersion(api, token, signal);
  if (version !== undefined && !canRevokeGrants(version)) {
    return { kind: 'unsupported', reason: reason('venafi.tooOld', { version }) };
  }
  const role = await getRole(api, token, signal);
  if (role.kind !== 'role') return role;
  const self = await readSelf(api, token, signal);
  if (self.kind === 'aborted') return { kind: 'aborted', sent: true };
  const own = self.kind === 'self' ? self.prefixedUniversal : credential.facts['identity'];
  const obstacle = roleObstacle(role, own, subject);
  if (obstacle) return { kind: 'refused', reason: obstacle };
  const consent = await readConsent(api, token, subject, signal);
  if (!isConsent(consent)) return consent;
  return { kind: 'value', value: { consent, endsSignIn: endsSignIn(subject, own, credential.facts['clientId']) } };
}

function roleObstacle(
  { role, ownedApplications }: Role,
  own: string | undefined,
  subject: Subject,
): Reason | undefined {
  // What is not known here the service decides.
  if (role === admin || role === grantAdmin || role > admin || role < 0) return undefined;
  const params = { role: roleNames[role] ?? String(role) };
  if (subject.kind === 'grantee') {
    const other = own !== undefined && !samePrincipal(own, subject.prefixedUniversal);
    return other ? reason('venafi.roleForGrantee', params) : undefined;
  }
  const mayOwn = role === owner || role === severalRoles;
  const owns = ownedApplications?.includes(subject.applicationId) ?? mayOwn;
  return owns ? undefined : reason('venafi.roleForApplication', params);
}

function endsSignIn(subject: Subject, own: string | undefined, clientId: string | undefined): Preflight['endsSignIn'] {
  const [mine, theirs] =
    subject.kind === 'grantee' ? [own, subject.prefixedUniversal] : [clientId, subject.applicationId];
  if (mine === undefined) return 'unknown';
  const same = subject.kind === 'grantee' ? samePrincipal(mine, theirs) : mine === theirs;
  return same ? 'yes' : 'no';
}
