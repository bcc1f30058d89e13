/** `accounts:signInWithCustomToken`, and the tokens that a project's own service account would sign. */
import type { JWTPayload } from 'jose';
import { decodeJwt, importJWK, importSPKI, jwtVerify, SignJWT } from 'jose';
import type { CustomTokenRequest } from './api';
import { accountAnswer } from './errors';
import { issueTokens, readUnchecked } from './idTokens';
import { googleKey, publicHalf } from './keys';
import type { Method } from './method';
import { refuse } from './method';
import { textField } from './requestFields';
import type { IdentityPlatformService } from './service';
import { addUser, usersOf } from './users';
import type { Project } from './world';

const audience = 'https://identitytoolkit.googleapis.com/google.identity.identitytoolkit.v1.IdentityToolkit';
const lifetimeSeconds = 3600;

const reservedClaims = [
  'acr',
  'amr',
  'at_hash',
  'aud',
  'auth_time',
  'azp',
  'cnf',
  'c_hash',
  'exp',
  'firebase',
  'iat',
  'iss',
  'jti',
  'nbf',
  'nonce',
  'sub',
];

/** The account for which the sandbox signs. */
export function ownServiceAccount(project: Project): string {
  return `firebase-adminsdk@${project.id}.iam.gserviceaccount.com`;
}

export async function mintCustomToken(
  service: IdentityPlatformService,
  project: Project,
  { uid, tenantId, claims }: CustomTokenRequest,
): Promise<string> {
  const now = Math.floor(service.clock.now() / 1000);
  const account = ownServiceAccount(project);
  return new SignJWT({ uid, ...(tenantId === undefined ? {} : { tenant_id: tenantId }), ...(claims ? { claims } : {}) })
    .setProtectedHeader({ alg: 'RS256', kid: googleKey.kid ?? '', typ: 'JWT' })
    .setIssuer(account)
    .setSubject(account)
    .setAudience(audience)
    .setIssuedAt(now)
    .setExpirationTime(now + lifetimeSeconds)
    .sign(await importJWK(googleKey));
}

export const signInWithCustomToken: Method = {
  version: 'v1',
  name: 'accounts:signInWithCustomToken',
  rpc: 'google.cloud.identitytoolkit.v1.AuthenticationService.SignInWithCustomToken',
  body: { token: 'string', returnSecureToken: 'boolean', tenantId: 'string', clientType: 'string' },
  async run({ service, project, directory, fields }) {
    const world = service.world();
    const token = textField(fields, 'token');
    if (!token) return refuse('MISSING_CUSTOM_TOKEN');
    const read = world.switches.emulator
      ? readLoosely(token)
      : await readCustomToken(project, token, service.clock.now());
    if (typeof read === 'string') return refuse(read);
    const { uid, claims, tenant_id: tenantId } = read;
    if (typeof uid !== 'string' || uid === '') return refuse('MISSING_IDENTIFIER');
    if (tenantId !== directory.tenantId) return refuse('TENANT_ID_MISMATCH');
    const extra = typeof claims === 'object' && claims !== null ? { ...claims } : {};
    const forbidden = Object.keys(extra).find((name) => reservedClaims.includes(name));
    if (forbidden !== undefined) return refuse(`FORBIDDEN_CLAIM : ${forbidden}`);
    const known = usersOf(world, directory).find((user) => user.uid === uid);
    if (known?.disabled) return refuse('USER_DISABLED');
    const issued = await issueTokens(service, known ?? addUser(service, directory, uid), 'custom', extra);
    const { idToken, ...session } = issued;
    return accountAnswer({
      kind: 'identitytoolkit#VerifyCustomTokenResponse',
      idToken,
      ...(fields['returnSecureToken'] === true || world.switches.emulator ? session : {}),
      isNewUser: known === undefined,
    });
  },
};

/** The payload, or the code that says what is wrong with the token. */
async function readCustomToken(project: Project, token: string, now: number): Promise<JWTPayload | string> {
  const invalid = 'INVALID_CUSTOM_TOKEN : Invalid assertion format. 3 dot separated segments required.';
  let issuer: string | undefined;
  try {
    issuer = decodeJwt(token).iss;
  } catch {
    return invalid;
  }
  const account = project.serviceAccounts.find(({ email }) => email === issuer);
  if (!account && issuer !== ownServiceAccount(project)) return 'CREDENTIAL_MISMATCH';
  try {
    const key = account ? await importSPKI(account.publicKey, 'RS256') : await importJWK(publicHalf(googleKey));
    const { payload } = await jwtVerify(token, key, {
      algorithms: ['RS256'],
      audience,
      requiredClaims: ['exp'],
      currentDate: new Date(now),
    });
    return payload;
  } catch {
    return 'INVALID_CUSTOM_TOKEN : The custom token is expired, of another audience, or its signature is wrong.';
  }
}

/** The emulator takes unsigned tokens, and bare JSON in place of one. */
function readLoosely(token: string): JWTPayload | string {
  if (token.startsWith('{')) {
    try {
      return JSON.parse(token) as JWTPayload;
    } catch {
      return 'INVALID_CUSTOM_TOKEN : ((Auth Emulator only accepts strict JSON or JWTs as fake custom tokens.))';
    }
  }
  const payload = readUnchecked(token);
  return payload?.aud === audience ? payload : 'INVALID_CUSTOM_TOKEN : ((Invalid assertion format.))';
}
