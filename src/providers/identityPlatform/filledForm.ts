/** A stored credential as what it means, checked before anything is sent. Pure. */
import { type Credential, type Reason, type RemedyAction, reason } from '../../core/model';
import type { CredentialTarget } from '../../core/provider';
import type { BoundSecret } from '../../core/redact';
import {
  checkAppleClientId,
  checkAppleId,
  checkAppleKey,
  checkRedirectUri,
  parseTokenType,
  type TokenType,
} from './credentialForms';
import { addressesOf, type IdentityPlatformOptions, identityProviders, parseOptions } from './settings';

/** Where the ID token comes from. */
export type SignInMaterial =
  | { readonly kind: 'refresh-token' | 'custom-token' | 'id-token'; readonly secret: BoundSecret }
  | { readonly kind: 'password'; readonly email: string; readonly secret: BoundSecret };

/** What is to be ended. */
export interface AppleToken {
  readonly type: TokenType;
  readonly secret: BoundSecret;
  /** Of a code; `undefined` for tokens. */
  readonly clientKind: 'web' | 'native' | undefined;
  /** Of a web code. */
  readonly redirectUri: string | undefined;
}

/** The developer's own key, with what has to be said with it. */
export interface AppleKeyFields {
  readonly privateKey: BoundSecret;
  readonly teamId: string;
  readonly keyId: string;
  readonly clientId: string;
}

export interface FilledForm {
  readonly credential: Credential;
  readonly options: IdentityPlatformOptions;
  readonly providerId: string;
  /** `undefined` for a credential that is for Apple alone. */
  readonly material: SignInMaterial | undefined;
  readonly apiKey: BoundSecret | undefined;
  readonly oauthToken: BoundSecret | undefined;
  readonly token: AppleToken;
  readonly appleKey: AppleKeyFields | undefined;
}

export type FilledReading =
  | { readonly kind: 'filled'; readonly form: FilledForm }
  | { readonly kind: 'invalid'; readonly reason: Reason };

const replace: readonly RemedyAction[] = [{ kind: 'replace-credential' }];

/** Every rule of the fields: of `accounts:revokeToken`, and of Apple's key where there is one. */
export function readFilledForm(target: CredentialTarget): FilledReading {
  const { credential } = target;
  const options = parseOptions(target.project);
  const providerId = options.identityProvider;
  if (!identityProviders.some((known) => known === providerId))
    return invalid(reason('identityPlatform.field.provider'));
  const token = readToken(credential, options);
  if ('code' in token) return invalid(token);
  const appleKey = readAppleKey(target, options);
  if (appleKey !== undefined && 'code' in appleKey) return invalid(appleKey);
  const { apiKey, oauthToken } = credential.secrets;
  const form = { credential, options, providerId, token, appleKey, apiKey, oauthToken };
  if (credential.form === 'appleOnly') return { kind: 'filled', form: { ...form, material: undefined } };
  const material = readMaterial(credential);
  if (!material) return invalid(reason('identityPlatform.field.signIn'));
  // The emulator asks for a key, and takes any.
  if (!apiKey && !oauthToken && !addressesOf(target.project).isLocal) {
    return invalid(reason('identityPlatform.field.caller'));
  }
  return { kind: 'filled', form: { ...form, material } };
}

function readToken({ secrets, facts }: Credential, options: IdentityPlatformOptions): AppleToken | Reason {
  const type = parseTokenType(facts['tokenType'] ?? '');
  if (!type) return reason('identityPlatform.field.tokenType');
  const secret = secrets['token'];
  if (!secret) return reason('identityPlatform.field.token');
  if (type !== 'CODE') return { type, secret, clientKind: undefined, redirectUri: undefined };
  const { clientKind } = facts;
  if (clientKind !== 'web' && clientKind !== 'native') return reason('identityPlatform.field.clientKind');
  // Apple wants the address only if the authorisation request had one; a native one never had.
  if (clientKind === 'native') return { type, secret, clientKind, redirectUri: undefined };
  const redirectUri = facts['redirectUri'] ?? options.appleRedirectUri;
  if (redirectUri === undefined || redirectUri === '') return reason('identityPlatform.field.redirectMissing');
  return checkRedirectUri(redirectUri) ?? { type, secret, clientKind, redirectUri };
}

function readMaterial({ form, secrets, facts }: Credential): SignInMaterial | undefined {
  const kinds = { refreshToken: 'refresh-token', customToken: 'custom-token', idToken: 'id-token' } as const;
  if (form === 'password') {
    const { email } = facts;
    const secret = secrets['password'];
    return email && secret ? { kind: 'password', email, secret } : undefined;
  }
  if (form !== 'refreshToken' && form !== 'customToken' && form !== 'idToken') return undefined;
  const secret = secrets[form];
  return secret && { kind: kinds[form], secret };
}

function readAppleKey(target: CredentialTarget, options: IdentityPlatformOptions): AppleKeyFields | Reason | undefined {
  const { secrets, facts } = target.credential;
  const privateKey = secrets['appleKey'];
  if (!privateKey) return undefined;
  const revealed = privateKey.revealFor(addressesOf(target.project).appleToken.url);
  // One that was given for another address is told when it is used: it never is.
  const badKey = revealed.kind === 'revealed' ? checkAppleKey(revealed.value) : undefined;
  if (badKey) return badKey;
  const teamId = facts['appleTeamId'] ?? options.appleTeamId ?? '';
  const keyId = facts['appleKeyId'] ?? options.appleKeyId ?? '';
  const clientId = facts['appleClientId'] ?? options.appleClientId ?? '';
  if (teamId === '' || keyId === '' || clientId === '') return reason('identityPlatform.field.appleKeyIncomplete');
  const wrong = checkAppleId(teamId) ?? checkAppleId(keyId) ?? checkAppleClientId(clientId);
  return wrong ?? { privateKey, teamId, keyId, clientId };
}

function invalid(cause: Reason): FilledReading {
  return { kind: 'invalid', reason: { ...reason('identityPlatform.invalidCredential', {}, replace), cause } };
}
