/** `accounts:lookup`: the owner of an ID token, or whomever a developer asks for. */
import { accountAnswer } from './errors';
import { readIdToken } from './idTokens';
import type { Method } from './method';
import { refuse } from './method';
import { textField, textsField } from './requestFields';
import { usersOf } from './users';
import type { User } from './world';

export const lookup: Method = {
  version: 'v1',
  name: 'accounts:lookup',
  rpc: 'google.cloud.identitytoolkit.v1.AccountManagementService.GetAccountInfo',
  body: { idToken: 'string', localId: 'strings', email: 'strings', tenantId: 'string' },
  async run({ service, project, directory, fields, via }) {
    const kind = 'identitytoolkit#GetAccountInfoResponse';
    if (via === 'bearer') {
      const [ids, emails] = [textsField(fields, 'localId'), textsField(fields, 'email')];
      const users = usersOf(service.world(), directory).filter(
        ({ uid, email }) => ids.includes(uid) || (email !== undefined && emails.includes(email)),
      );
      return accountAnswer({ kind, ...(users.length > 0 ? { users: users.map(describe) } : {}) });
    }
    const idToken = textField(fields, 'idToken');
    if (!idToken) return refuse('MISSING_ID_TOKEN');
    const read = await readIdToken(service, project, idToken);
    if (read.kind === 'refused') return refuse(read.code);
    if (directory.tenantId !== undefined && directory.tenantId !== read.tenantId) return refuse('TENANT_ID_MISMATCH');
    return accountAnswer({ kind, users: [describe(read.user)] });
  },
};

function describe(user: User): object {
  const { uid, email, apple, tenantId, displayName } = user;
  const named = displayName === undefined ? {} : { displayName };
  return {
    localId: uid,
    ...(email === undefined ? {} : { email, emailVerified: user.emailVerified }),
    ...named,
    ...(tenantId === undefined ? {} : { tenantId }),
    ...(user.passwordHash === undefined ? {} : { passwordHash: 'UkVEQUNURUQ=' }),
    providerUserInfo: [
      ...(apple
        ? [
            {
              providerId: 'apple.com',
              rawId: apple.sub,
              federatedId: apple.sub,
              ...(apple.email === undefined ? {} : { email: apple.email }),
            },
          ]
        : []),
      ...(user.passwordHash === undefined
        ? []
        : [{ providerId: 'password', rawId: email, federatedId: email, email, ...named }]),
    ],
    ...(user.secondFactor
      ? { mfaInfo: [{ mfaEnrollmentId: `${uid.slice(0, 8)}-phone`, phoneInfo: '+*******0100' }] }
      : {}),
    ...(Object.keys(user.claims).length > 0 ? { customAttributes: JSON.stringify(user.claims) } : {}),
    validSince: String(user.validSince),
    ...(user.disabled ? { disabled: true } : {}),
    createdAt: String(user.createdAt),
    lastLoginAt: String(user.lastLoginAt),
    lastRefreshAt: new Date(user.lastLoginAt).toISOString(),
  };
}
