/** The ways to give a credential for Identity Platform: who calls, who the user is, and the Apple token to end. */
import { type Reason, reason } from '../../core/model';
import type { CredentialField, CredentialForm } from '../../core/provider';
import { redirectUriProblem } from './settings';

/** Names and numbers of the API; a server takes both. `TOKEN_TYPE_UNSPECIFIED` (0) is not to be used. */
const tokenTypes = { REFRESH_TOKEN: '1', ACCESS_TOKEN: '2', CODE: '3' } as const;

export type TokenType = keyof typeof tokenTypes;

/** Reads a name or a number, in whatever case; `undefined` for everything else. */
export function parseTokenType(text: string): TokenType | undefined {
  const wanted = text.trim().toUpperCase();
  const names = Object.keys(tokenTypes) as TokenType[];
  return names.find((name) => name === wanted || tokenTypes[name] === wanted);
}

export function checkRedirectUri(value: string): Reason | undefined {
  switch (redirectUriProblem(value)) {
    case undefined:
      return undefined;
    case 'not-https':
      return reason('identityPlatform.field.redirectNotHttps');
    case 'has-fragment':
      return reason('identityPlatform.field.redirectFragment');
    case 'ip-address':
      return reason('identityPlatform.field.redirectIpAddress');
    case 'localhost':
      return reason('identityPlatform.field.redirectLocalhost');
    case 'no-domain':
      return reason('identityPlatform.field.redirectNoDomain');
  }
}

export function checkTokenType(value: string): Reason | undefined {
  return parseTokenType(value) === undefined ? reason('identityPlatform.field.tokenType') : undefined;
}

/** Whether it looks like the content of a `.p8` file; whether it is a key, signing shows. */
export function checkAppleKey(value: string): Reason | undefined {
  return /^\s*-----BEGIN PRIVATE KEY-----[A-Za-z0-9+/=\s]{100,}-----END PRIVATE KEY-----\s*$/.test(value)
    ? undefined
    : reason('identityPlatform.field.appleKey');
}

export function checkAppleId(value: string): Reason | undefined {
  return /^[A-Z0-9]{10}$/.test(value) ? undefined : reason('identityPlatform.field.appleId');
}

export function checkAppleClientId(value: string): Reason | undefined {
  return /^[A-Za-z0-9.-]{1,155}$/.test(value) ? undefined : reason('identityPlatform.field.appleClientId');
}

const caller: readonly CredentialField[] = [
  {
    id: 'apiKey',
    label: 'Web API key of the project (empty: call with an OAuth access token instead)',
    placeholder: 'AIza…',
    secret: true,
    optional: true,
  },
  {
    id: 'oauthToken',
    label: 'OAuth access token for Google Cloud (empty: the Firebase Auth emulator, which needs none)',
    placeholder: 'ya29.…',
    secret: true,
    optional: true,
    onlyWhen: { field: 'apiKey', is: [''] },
  },
];

const tokenTypeField = {
  id: 'tokenType',
  label: 'Kind of Apple token',
  secret: false,
  choices: [
    { value: 'REFRESH_TOKEN', label: 'Refresh token', detail: 'Lasts. With an Apple key, its end can be verified.' },
    { value: 'ACCESS_TOKEN', label: 'Access token', detail: 'Lasts an hour.' },
    { value: 'CODE', label: 'Authorization code', detail: 'Good once, for five minutes.' },
  ],
  check: checkTokenType,
} as const satisfies CredentialField;

const tokenField: CredentialField = { id: 'token', label: 'Apple token or code', secret: true };

const appleToken: readonly CredentialField[] = [
  tokenTypeField,
  {
    id: 'clientKind',
    label: 'Where the code comes from',
    secret: false,
    choices: [
      { value: 'web', label: 'A web page', detail: 'Sign-in with a Services ID and a redirect URI.' },
      { value: 'native', label: 'An app', detail: 'Sign-in with a bundle ID, without a redirect URI.' },
    ],
    onlyWhen: { field: 'tokenType', is: ['CODE'] },
  },
  {
    id: 'redirectUri',
    label: 'Redirect URI of the web sign-in',
    placeholder: 'https://app.example.com/callback',
    secret: false,
    content: 'text',
    fromOption: 'appleRedirectUri',
    onlyWhen: { field: 'clientKind', is: ['web'] },
    check: checkRedirectUri,
  },
  tokenField,
];

const appleClient: readonly CredentialField[] = [
  {
    id: 'appleTeamId',
    label: 'Apple Team ID',
    placeholder: 'ABCDE12345',
    secret: false,
    fromOption: 'appleTeamId',
    onlyWhen: { field: 'appleKey' },
    check: checkAppleId,
  },
  {
    id: 'appleKeyId',
    label: 'Key ID of the Apple key',
    placeholder: 'ABCDE12345',
    secret: false,
    fromOption: 'appleKeyId',
    onlyWhen: { field: 'appleKey' },
    check: checkAppleId,
  },
  {
    id: 'appleClientId',
    label: 'Bundle ID or Services ID that the Apple token was made for',
    placeholder: 'com.example.app',
    secret: false,
    content: 'text',
    fromOption: 'appleClientId',
    onlyWhen: { field: 'appleKey' },
    check: checkAppleClientId,
  },
];

const appleKey = { id: 'appleKey', secret: true, content: 'pem', check: checkAppleKey } as const;

const verification: readonly CredentialField[] = [
  { ...appleKey, label: 'Apple key, the text of the .p8 file (empty: the reset cannot be verified)', optional: true },
  ...appleClient,
];

export const credentialForms = {
  refreshToken: {
    id: 'refreshToken',
    label: 'Firebase refresh token',
    detail: 'Of the signed-in test user. Exchanged for a fresh ID token before each call.',
    fields: [
      ...caller,
      { id: 'refreshToken', label: 'Firebase refresh token', secret: true },
      ...appleToken,
      ...verification,
    ],
  },
  password: {
    id: 'password',
    label: 'E-mail and password',
    detail: 'Of a test user with a password, without a second factor.',
    fields: [
      ...caller,
      { id: 'email', label: 'E-mail', placeholder: 'alice.test@example.com', secret: false, content: 'text' },
      { id: 'password', label: 'Password', secret: true, content: 'password' },
      ...appleToken,
      ...verification,
    ],
  },
  customToken: {
    id: 'customToken',
    label: 'Custom token',
    detail: 'Made by a service account of the project. Lasts an hour.',
    fields: [
      ...caller,
      { id: 'customToken', label: 'Custom token', secret: true, content: 'text' },
      ...appleToken,
      ...verification,
    ],
  },
  idToken: {
    id: 'idToken',
    label: 'ID token',
    detail: 'Of the signed-in test user. Lasts an hour at most.',
    fields: [...caller, { id: 'idToken', label: 'ID token', secret: true }, ...appleToken, ...verification],
  },
  appleOnly: {
    id: 'appleOnly',
    label: 'Apple token and key alone',
    detail: 'Only for the way straight to Apple, for instance when the Firebase user is deleted already.',
    fields: [
      { ...tokenTypeField, choices: tokenTypeField.choices.filter(({ value }) => value !== 'CODE') },
      tokenField,
      { ...appleKey, label: 'Apple key, the text of the .p8 file' },
      ...appleClient,
    ],
  },
} as const satisfies Record<string, CredentialForm>;
