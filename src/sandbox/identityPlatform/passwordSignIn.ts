/** `accounts:signUp` and `accounts:signInWithPassword`. */
import { mintId } from '../ids';
import { accountAnswer } from './errors';
import { issueTokens, readIdToken } from './idTokens';
import type { Call, Method } from './method';
import { refuse } from './method';
import { textField } from './requestFields';
import { addUser, canonicalEmail, hashPassword, isEmail, userByEmail } from './users';
import type { User } from './world';

const shortestPassword = 6;

export const signUp: Method = {
  version: 'v1',
  name: 'accounts:signUp',
  rpc: 'google.cloud.identitytoolkit.v1.AuthenticationService.SignUp',
  body: {
    email: 'string',
    password: 'string',
    displayName: 'string',
    photoUrl: 'string',
    idToken: 'string',
    localId: 'string',
    emailVerified: 'boolean',
    disabled: 'boolean',
    returnSecureToken: 'boolean',
    tenantId: 'string',
    clientType: 'string',
    captchaResponse: 'string',
    recaptchaVersion: 'string',
  },
  async run(call) {
    const { service, fields, via } = call;
    const world = service.world();
    const [email, password, idToken, localId] = ['email', 'password', 'idToken', 'localId'].map((name) =>
      textField(fields, name),
    );
    const wanted = signUpRefusal(call);
    if (wanted) return wanted;
    const own = idToken === undefined ? undefined : await readIdToken(service, call.project, idToken);
    if (own?.kind === 'refused') return refuse(own.code);
    const taken = email === undefined ? undefined : userByEmail(world, call.directory, email);
    if (taken && taken !== own?.user) return refuse('EMAIL_EXISTS');
    const user = own?.user ?? addUser(service, call.directory, via === 'bearer' ? localId : undefined);
    if (email !== undefined) user.email = canonicalEmail(email);
    if (password !== undefined) user.passwordHash = hashPassword(user, password);
    const displayName = textField(fields, 'displayName');
    if (displayName !== undefined) user.displayName = displayName;
    if (via === 'bearer') {
      user.emailVerified = fields['emailVerified'] === true;
      user.disabled = fields['disabled'] === true;
    }
    return accountAnswer({
      kind: 'identitytoolkit#SignupNewUserResponse',
      ...profile(user),
      // A developer who makes an account for somebody is not signed in as that person.
      ...(via === 'bearer' ? {} : await issueTokens(service, user, email === undefined ? 'anonymous' : 'password')),
    });
  },
};

function signUpRefusal({ service, project, directory, fields, via }: Call): Response | undefined {
  const [email, password, idToken, localId] = ['email', 'password', 'idToken', 'localId'].map((name) =>
    textField(fields, name),
  );
  if (via === 'api-key') {
    if (localId !== undefined) return refuse('UNEXPECTED_PARAMETER : User ID');
    const anonymous = email === undefined && password === undefined && idToken === undefined;
    if (anonymous && !project.anonymousSignIn) return refuse('ADMIN_ONLY_OPERATION');
    if (!anonymous) {
      if (!email) return refuse('MISSING_EMAIL');
      if (!password) return refuse('MISSING_PASSWORD');
      if (!project.passwordSignIn) return refuse('OPERATION_NOT_ALLOWED');
    }
  } else if (localId !== undefined) {
    const users = Object.values(service.world().users);
    const there = users.some(
      (user) => user.project === project.id && user.tenantId === directory.tenantId && user.uid === localId,
    );
    if (there) return refuse('DUPLICATE_LOCAL_ID');
  }
  if (email !== undefined && !isEmail(email)) return refuse('INVALID_EMAIL');
  if (password !== undefined && password.length < shortestPassword) {
    return refuse(`WEAK_PASSWORD : Password should be at least ${shortestPassword} characters`);
  }
  return undefined;
}

export const signInWithPassword: Method = {
  version: 'v1',
  name: 'accounts:signInWithPassword',
  rpc: 'google.cloud.identitytoolkit.v1.AuthenticationService.SignInWithPassword',
  body: {
    email: 'string',
    password: 'string',
    returnSecureToken: 'boolean',
    tenantId: 'string',
    clientType: 'string',
    captchaResponse: 'string',
    recaptchaVersion: 'string',
  },
  async run({ service, project, directory, fields }) {
    const world = service.world();
    const [email, password] = [textField(fields, 'email'), textField(fields, 'password')];
    if (!email) return refuse('MISSING_EMAIL');
    if (!isEmail(email)) return refuse('INVALID_EMAIL');
    if (!password) return refuse('MISSING_PASSWORD');
    if (!project.passwordSignIn) return refuse('OPERATION_NOT_ALLOWED');
    const { emailEnumerationProtection: secretive } = world.switches;
    const user = userByEmail(world, directory, email);
    if (!user) return refuse(secretive ? 'INVALID_LOGIN_CREDENTIALS' : 'EMAIL_NOT_FOUND');
    if (user.disabled) return refuse('USER_DISABLED');
    if (user.passwordHash === undefined || user.passwordHash !== hashPassword(user, password)) {
      return refuse(secretive ? 'INVALID_LOGIN_CREDENTIALS' : 'INVALID_PASSWORD');
    }
    const answer = {
      kind: 'identitytoolkit#VerifyPasswordResponse',
      ...profile(user),
      displayName: user.displayName ?? '',
      registered: true,
    };
    if (user.secondFactor)
      return accountAnswer({ ...answer, ...secondFactor(user, mintId(service.ids(), 'mfa', user.uid)) });
    const { idToken, ...session } = await issueTokens(service, user, 'password');
    return accountAnswer({ ...answer, idToken, ...(fields['returnSecureToken'] === true ? session : {}) });
  },
};

function profile({ uid, email, displayName }: User): Record<string, string> {
  return {
    localId: uid,
    ...(email === undefined ? {} : { email }),
    ...(displayName === undefined ? {} : { displayName }),
  };
}

/** The sign-in has to go on with a code from a telephone, which nobody here can do. */
function secondFactor(user: User, id: string): object {
  return {
    mfaPendingCredential: Buffer.from(`sandbox-${id}`).toString('base64url'),
    mfaInfo: [
      {
        mfaEnrollmentId: `${user.uid.slice(0, 8)}-phone`,
        displayName: 'Test phone',
        phoneInfo: '+*******0100',
        enrolledAt: new Date(user.createdAt).toISOString(),
      },
    ],
  };
}
