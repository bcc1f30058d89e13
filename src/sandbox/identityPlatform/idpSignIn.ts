/** `accounts:signInWithIdp`, with Apple as the only identity provider. */
import { createHash } from 'node:crypto';
import { toResponse } from '../google/errors';
import type { AppleClaims } from './apple/identityToken';
import { mintIdentityToken, readIdentityToken } from './apple/identityToken';
import { exchangeForProject } from './codeFlow';
import { accountAnswer, idpResponse } from './errors';
import { issueTokens, readIdToken, readUnchecked } from './idTokens';
import type { Call, Method } from './method';
import { refuse } from './method';
import { textField } from './requestFields';
import type { AppleTokens } from './seedApi';
import type { Directory } from './users';
import { addUser, canonicalEmail, userByAppleSub, userByEmail } from './users';
import type { IdentityPlatformWorld, User } from './world';

/** What Apple says about the user, and the tokens if a code was exchanged. */
interface Assertion {
  readonly claims: AppleClaims;
  readonly idToken: string;
  readonly tokens?: AppleTokens;
}

export const signInWithIdp: Method = {
  version: 'v1',
  name: 'accounts:signInWithIdp',
  rpc: 'google.cloud.identitytoolkit.v1.AuthenticationService.SignInWithIdp',
  body: {
    requestUri: 'string',
    postBody: 'string',
    idToken: 'string',
    sessionId: 'string',
    pendingToken: 'string',
    tenantId: 'string',
    returnSecureToken: 'boolean',
    returnIdpCredential: 'boolean',
    returnRefreshToken: 'boolean',
    autoCreate: 'boolean',
  },
  async run(call) {
    const { service, project, directory, fields } = call;
    const world = service.world();
    const requestUri = textField(fields, 'requestUri');
    if (!requestUri || !URL.canParse(requestUri)) return refuse('MISSING_REQUEST_URI');
    const credential = new URLSearchParams(textField(fields, 'postBody') ?? new URL(requestUri).search);
    const providerId = credential.get('providerId');
    if (!providerId) {
      return refuse('INVALID_CREDENTIAL_OR_PROVIDER_ID : Invalid IdP response/credential: no providerId.');
    }
    const enabled = providerId === 'apple.com' && (world.switches.emulator || project.apple?.enabled !== false);
    if (!enabled || (project.apple === null && !world.switches.emulator)) {
      return refuse('OPERATION_NOT_ALLOWED : The identity provider configuration is not found.');
    }
    const assertion = await assert(call, credential, requestUri);
    if (assertion instanceof Response) return assertion;
    const linkTo = textField(fields, 'idToken');
    const own = linkTo === undefined ? undefined : await readIdToken(service, project, linkTo);
    if (own?.kind === 'refused') return refuse(own.code);
    const known = userByAppleSub(world, directory, assertion.claims.sub);
    if (own && known && known !== own.user) return refuse('FEDERATED_USER_ID_ALREADY_LINKED');
    const found = own?.user ?? known ?? sameVerifiedEmail(world, directory, assertion.claims);
    if (found?.disabled) return refuse('USER_DISABLED');
    const user = found ?? addUser(service, directory);
    link(user, assertion.claims);
    const issued = await issueTokens(service, user, 'apple.com');
    return accountAnswer(signedIn(user, assertion, issued, found === undefined, fields['returnSecureToken'] === true));
  },
};

async function assert(
  { service, project }: Call,
  credential: URLSearchParams,
  requestUri: string,
): Promise<Assertion | Response> {
  const { switches } = service.world();
  const code = credential.get('code');
  let idToken = credential.get('id_token') ?? '';
  let tokens: AppleTokens | undefined;
  if (code !== null) {
    const redirectUri = requestUri.split(/[?#]/, 1)[0] ?? '';
    const exchanged = exchangeForProject(service, project, code, redirectUri);
    if (exchanged.kind === 'refused') return toResponse(idpResponse(redirectUri, exchanged.response));
    const { nonce, firstTime } = exchanged.code;
    tokens = exchanged.tokens;
    idToken = await mintIdentityToken(service, exchanged.grant, { clientId: tokens.clientId, nonce, firstTime });
  }
  if (idToken === '') return refuse('INVALID_IDP_RESPONSE : The request has neither an id_token nor a code of Apple.');
  const claims = switches.emulator ? readLoosely(idToken) : await readIdentityToken(idToken, service.clock.now());
  if (!claims) return refuse('INVALID_IDP_RESPONSE : The Apple ID Token is not valid.');
  const audiences = [...(project.apple?.bundleIds ?? []), project.apple?.servicesId];
  if (!switches.emulator && !audiences.includes(String(claims.aud))) {
    return refuse(
      `INVALID_IDP_RESPONSE : The audience in ID Token [${claims.aud}] does not match the expected audience ${audiences[0]}.`,
    );
  }
  const nonce = credential.get('nonce');
  const expected = nonce === null ? undefined : createHash('sha256').update(nonce).digest('hex');
  if (!switches.emulator && code === null && claims['nonce'] !== expected) {
    const detail = nonce === null ? 'Nonce is missing in the request.' : 'The nonce in ID Token does not match.';
    return refuse(`MISSING_OR_INVALID_NONCE : ${detail}`);
  }
  return { claims, idToken, ...(tokens ? { tokens } : {}) };
}

/** The emulator takes unsigned tokens, and bare JSON in place of one. */
function readLoosely(text: string): AppleClaims | undefined {
  let claims: unknown;
  try {
    claims = text.startsWith('{') ? JSON.parse(text) : readUnchecked(text);
  } catch {
    return undefined;
  }
  return isClaims(claims) ? claims : undefined;
}

function isClaims(value: unknown): value is AppleClaims {
  return typeof value === 'object' && value !== null && 'sub' in value && typeof value.sub === 'string';
}

/** Apple's verified address is believed: one account for each e-mail. */
function sameVerifiedEmail(
  world: IdentityPlatformWorld,
  directory: Directory,
  { email, email_verified: verified }: AppleClaims,
): User | undefined {
  if (typeof email !== 'string' || ![true, 'true'].includes(verified as boolean | string)) return undefined;
  return userByEmail(world, directory, email);
}

function link(user: User, { sub, email }: AppleClaims): void {
  const address = typeof email === 'string' ? canonicalEmail(email) : user.apple?.email;
  user.apple = { sub, ...(address === undefined ? {} : { email: address }) };
  if (user.email === undefined && address !== undefined) {
    user.email = address;
    user.emailVerified = true;
  }
}

function signedIn(
  user: User,
  { claims, idToken, tokens }: Assertion,
  issued: { idToken: string; refreshToken: string; expiresIn: string },
  isNewUser: boolean,
  secure: boolean,
): object {
  const { idToken: ownToken, ...session } = issued;
  return {
    kind: 'identitytoolkit#VerifyAssertionResponse',
    providerId: 'apple.com',
    federatedId: claims.sub,
    localId: user.uid,
    ...(user.email === undefined ? {} : { email: user.email, emailVerified: user.emailVerified }),
    ...(user.displayName === undefined ? {} : { displayName: user.displayName }),
    ...(user.tenantId === undefined ? {} : { tenantId: user.tenantId }),
    idToken: ownToken,
    ...(secure ? session : {}),
    oauthIdToken: idToken,
    ...(tokens
      ? { oauthAccessToken: tokens.accessToken, oauthRefreshToken: tokens.refreshToken, oauthExpireIn: 3600 }
      : {}),
    rawUserInfo: JSON.stringify(claims),
    ...(isNewUser ? { isNewUser } : {}),
  };
}
