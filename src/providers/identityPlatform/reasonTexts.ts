/** English texts of the reasons that Identity Platform gives. */
import type { ReasonText } from '../../core/provider';
import { verifyFirst } from '../../core/verifyFirst';
import { fieldTexts } from './fieldTexts';
import { previewTexts } from './previewTexts';

const nothingDone = 'Nothing was revoked by this call.';
const nothingSent = 'Nothing was sent.';
const maybeDone = 'It is not known whether the token was revoked.';
const signInAgain = 'Let the test user sign in again and store the new credential.';

/** Of tokens that were looked at before sending, and of errors of the services. */
const errorTexts: Readonly<Record<string, ReasonText>> = {
  'identityPlatform.unsignedToProduction': {
    happened: 'This token was made by the Firebase Auth emulator: it is not signed. It is never sent to {host}.',
    notHappened: nothingSent,
    remedy: 'Point the project to the emulator, or store a token of the real project.',
  },
  'identityPlatform.signedToEmulator': {
    happened: 'At {host} runs the Firebase Auth emulator, and this token is of a real project. It is never sent there.',
    notHappened: nothingSent,
    remedy: 'Store a token of the emulator, or point the project to the real service.',
  },
  'identityPlatform.notAnIdToken': {
    happened: 'This is not an ID token of Identity Platform.',
    notHappened: 'It was not sent on.',
    remedy: 'Store the ID token of the signed-in Firebase user, not one of Apple, nor an access token.',
  },
  'identityPlatform.otherProject': {
    happened: 'The ID token is of the project {found}, and the settings name {wanted}.',
    notHappened: 'It was not sent on.',
    remedy: 'Correct "firebaseProject" in the settings, or store the sign-in of a user of that project.',
  },
  'identityPlatform.otherTenant': {
    happened: 'The ID token is of the tenant {found}, and the settings name {wanted}.',
    notHappened: 'It was not sent on.',
    remedy: 'Correct "tenantId" in the settings, or store the sign-in of a user of that tenant.',
  },
  'identityPlatform.idTokenOver': {
    happened: 'The ID token has run out at {when}; it lives an hour.',
    notHappened: nothingSent,
    remedy: 'Store a fresh one, or better the Firebase refresh token, from which fresh ones are made.',
  },
  'identityPlatform.secondFactor': {
    happened: 'This user signs in with a second factor, which cannot be given from here.',
    notHappened: nothingDone,
    remedy: 'Store the Firebase refresh token of the signed-in user instead.',
  },

  'identityPlatform.invalidIdToken': {
    happened: 'The ID token is not accepted: it is damaged, or of another project (settings: {project}).',
    notHappened: nothingDone,
    remedy: `Compare the project with the API key. ${signInAgain}`,
  },
  'identityPlatform.idTokenExpired': {
    happened: "The ID token has run out, or the user's sessions were revoked.",
    notHappened: nothingDone,
    remedy: signInAgain,
  },
  'identityPlatform.sessionExpired': {
    happened: "The Firebase session is over: the user's sessions were revoked, or the password was changed.",
    notHappened: nothingDone,
    remedy: signInAgain,
  },
  'identityPlatform.userNotFound': {
    happened: 'The Firebase user is deleted. Its Apple token has to be revoked before the user is deleted.',
    notHappened: nothingDone,
    remedy: 'With your own Apple key, the token can still be revoked at Apple itself.',
  },
  'identityPlatform.noSuchAccount': {
    happened: 'The service knows no user {uid} in this project or tenant.',
    notHappened: nothingDone,
    remedy: 'Compare project and tenant with the settings.',
  },
  'identityPlatform.userDisabled': {
    happened: 'The Firebase user is disabled.',
    notHappened: nothingDone,
    remedy: 'Enable the user in the console, or revoke at Apple itself with your own key.',
  },
  'identityPlatform.invalidRefreshToken': {
    happened: 'The Firebase refresh token is not accepted: it is damaged or incomplete.',
    notHappened: nothingDone,
    remedy: signInAgain,
  },
  'identityPlatform.invalidGrantType': {
    happened: '{host} does not know the exchange of refresh tokens.',
    notHappened: nothingDone,
    remedy: 'Check "secureTokenEndpoint" and "endpoint" of the project.',
  },
  'identityPlatform.otherProjectsSession': {
    happened: 'The Firebase refresh token is of another project than the API key.',
    notHappened: nothingDone,
    remedy: 'Store the API key and the refresh token of one and the same project.',
  },
  'identityPlatform.wrongPassword': {
    happened: 'E-mail or password of the test user is wrong, or there is no such user.',
    notHappened: nothingDone,
    remedy: 'Store the credential again.',
  },
  'identityPlatform.passwordSignInDisabled': {
    happened: 'Sign-in with a password is not enabled in this project.',
    notHappened: nothingDone,
    remedy: 'Enable it in the console, or store the Firebase refresh token of the signed-in user.',
  },
  'identityPlatform.invalidCustomToken': {
    happened: 'The custom token is not accepted: it is damaged, or older than an hour.',
    notHappened: nothingDone,
    remedy: 'Make a fresh custom token and store it.',
  },
  'identityPlatform.customTokenMismatch': {
    happened: 'The custom token was signed by a service account of another project.',
    notHappened: nothingDone,
    remedy: 'Make one with a service account of the project that the API key belongs to.',
  },
  'identityPlatform.invalidProviderId': {
    happened: 'The service does not take tokens of {provider}.',
    notHappened: nothingDone,
    remedy: 'Enable Sign in with Apple in the console of the project.',
  },
  'identityPlatform.providerDisabled': {
    happened: '{provider} is not enabled as a sign-in provider of this project.',
    notHappened: nothingDone,
    remedy: 'Enable it in the console, under Authentication, or revoke at Apple itself with your own key.',
  },
  'identityPlatform.tenantMismatch': {
    happened: 'The ID token is of another tenant than the request (settings: {tenant}).',
    notHappened: nothingDone,
    remedy: 'Set "tenantId" to the tenant of the user, or remove it for users of the project itself.',
  },
  'identityPlatform.tenantUnsupported': {
    happened: 'The project does not have tenants.',
    notHappened: nothingDone,
    remedy: 'Remove "tenantId" from the settings, or enable multi-tenancy in the console.',
  },
  'identityPlatform.tenantUnknown': {
    happened: 'The project has no tenant {tenant}.',
    notHappened: nothingDone,
    remedy: 'Correct "tenantId" in the settings.',
  },
  'identityPlatform.tooMany': {
    happened: 'There were too many requests, for this user or this project.',
    notHappened: nothingDone,
    remedy: 'Wait a few minutes and try again.',
  },
  'identityPlatform.tooManyWait': {
    happened: 'There were too many requests, for this user or this project.',
    notHappened: nothingDone,
    remedy: 'Try again in {seconds} seconds.',
  },
  'identityPlatform.otherCode': {
    happened: '{host} refused with {code}: {detail}',
    notHappened: nothingDone,
    remedy: 'See the documentation of Identity Platform for this code.',
  },

  'identityPlatform.invalidIdpResponse': {
    happened: 'Apple did not take what the project sent (Apple says: {said}). {cause}',
    notHappened: nothingDone,
    remedy: 'Go through the marked lines: [✗] is wrong, [✓] is fine, [?] cannot be seen from here.',
  },
  'identityPlatform.check.settingsWrong': {
    happened: 'Code flow settings of Apple in the console: Team ID, Key ID and .p8 do not fit the client [✗]. {cause}',
  },
  'identityPlatform.check.settingsFine': {
    happened: 'Code flow settings in the console: Apple took them [✓]. {cause}',
  },
  'identityPlatform.check.settingsUnseen': {
    happened: 'Code flow settings of Apple in the console: Team ID, Key ID, .p8 of one team [?]. {cause}',
  },
  'identityPlatform.check.codeOld': {
    happened: 'Age of the code: stored {seconds} s ago, and codes live 300 s [✗]. {cause}',
  },
  'identityPlatform.check.codeFresh': {
    happened: 'Age of the code: stored {seconds} s ago, of 300 s; but it is good once [✓]. {cause}',
  },
  'identityPlatform.check.clientWeb': {
    happened: 'Web code: the Services ID in the console has to be the client of the sign-in [?]. {cause}',
  },
  'identityPlatform.check.clientNative': {
    happened: 'Code of an app: its bundle ID has to be in the console [?]. {cause}',
  },
  'identityPlatform.check.redirectSent': {
    happened: 'Redirect URI {uri}: exactly that of the authorization request [?].',
  },
  'identityPlatform.check.redirectNone': { happened: 'No redirect URI, as for an app [✓].' },
  'identityPlatform.check.tokenEnded': { happened: 'The token: revoked already, or of another client [✗].' },
  'identityPlatform.check.accessToken': { happened: 'The access token: it lives an hour [?].' },
  'identityPlatform.check.refreshToken': { happened: 'The refresh token: of a client that the console names [?].' },

  'identityPlatform.apiKeyInvalid': {
    happened: 'The API key is not valid.',
    notHappened: nothingDone,
    remedy: 'Store the credential again with the Web API key of the project.',
  },
  'identityPlatform.apiKeyServiceBlocked': {
    happened: 'The API key is not allowed for {service}.',
    notHappened: nothingDone,
    remedy: 'Allow the key both the Identity Toolkit API and the Token Service API, in the console.',
  },
  'identityPlatform.apiKeyRefererBlocked': {
    happened: 'The API key is for certain web sites, and was sent with the Referer {sent}.',
    notHappened: nothingDone,
    remedy: 'Set "keyReferer" of the project to an address that the key allows.',
  },
  'identityPlatform.apiKeyIosBlocked': {
    happened: 'The API key is for certain iOS apps, and was sent for the bundle ID {sent}.',
    notHappened: nothingDone,
    remedy: 'Set "keyIosBundleId" of the project to an app that the key allows.',
  },
  'identityPlatform.apiKeyAndroidBlocked': {
    happened: 'The API key is for certain Android apps, and was sent for the package {sent}.',
    notHappened: nothingDone,
    remedy: 'Set "keyAndroidPackage" and "keyAndroidCert" of the project to an app that the key allows.',
  },
  'identityPlatform.apiKeyAddressBlocked': {
    happened: 'The API key is for certain IP addresses, and that of this computer is none of them.',
    notHappened: nothingDone,
    remedy: 'Use another key, or add the address in the console.',
  },
  'identityPlatform.apiDisabled': {
    happened: '{service} is not enabled in the project {project}.',
    notHappened: nothingDone,
    remedy: 'Enable it in the console, wait a few minutes, and try again.',
  },
  'identityPlatform.projectSuspended': {
    happened: 'Google has suspended the project, or the API key was reported as stolen.',
    notHappened: nothingDone,
    remedy: 'See the console of the project.',
  },
  'identityPlatform.oauthRejected': {
    happened: 'The OAuth access token is not accepted; it lives about an hour.',
    notHappened: nothingDone,
    remedy: 'Store a fresh one, or the API key of the project.',
  },
  'identityPlatform.oauthScope': {
    happened: 'The OAuth access token lacks the scope "cloud-platform" or "identitytoolkit".',
    notHappened: nothingDone,
    remedy: 'Get one with that scope, or store the API key of the project.',
  },
  'identityPlatform.quotaProjectMissing': {
    happened: 'A call with an OAuth access token has to name a project that it is counted for.',
    notHappened: nothingDone,
    remedy: 'Set "quotaProject" or "firebaseProject" of the project.',
  },
  'identityPlatform.quotaProjectDenied': {
    happened: 'The caller may not use the project {project} for quota.',
    notHappened: nothingDone,
    remedy: 'Give the caller the role Service Usage Consumer there, or correct "quotaProject".',
  },
  'identityPlatform.permissionDenied': {
    happened: '{host} denies permission: {message}',
    notHappened: nothingDone,
    remedy: 'Check the API key, or the OAuth access token, and the project.',
  },
  'identityPlatform.invalidArgument': {
    happened: '{host} does not accept the request: {message}',
    notHappened: nothingDone,
    remedy: 'Check the credential and the settings of the project.',
  },
  'identityPlatform.otherRefusal': {
    happened: '{host} refused with status {status}: {message}',
    notHappened: nothingDone,
    remedy: 'See the log for the request, and the service for the meaning of this status.',
  },
  'identityPlatform.notThisService': {
    happened: '{host} answered with a page of status {status} instead of an answer of Identity Platform.',
    notHappened: nothingDone,
    remedy: 'Check "endpoint" of the project; it has to be Identity Toolkit, its emulator, or the sandbox.',
  },
  'identityPlatform.emulatorUnsupported': {
    happened:
      'The Firebase Auth emulator at {host} takes the call, but does not implement it. The token is not at fault.',
    notHappened: nothingDone,
    remedy: 'Use the sandbox for this call ("Reconsent: Start Sandbox"): it implements it, with Apple behind it.',
  },
  'identityPlatform.notImplemented': {
    happened: '{host} does not implement the revocation of tokens.',
    notHappened: nothingDone,
    remedy: 'Check "endpoint" of the project.',
  },
  'identityPlatform.unavailable': {
    happened: '{host} is unavailable at the moment (503).',
    notHappened: maybeDone,
    remedy: verifyFirst,
  },
  'identityPlatform.serverError': {
    happened: '{host} failed with status {status}: {message}',
    notHappened: maybeDone,
    remedy: verifyFirst,
  },
  'identityPlatform.gatewayPage': {
    happened: 'A gateway before {host} answered with a page of status {status}.',
    notHappened: 'It is not known whether the request reached the service.',
    remedy: verifyFirst,
  },
  'identityPlatform.unexpectedAnswer': {
    happened:
      '{host} answered with status {status}, but not with an answer of Identity Platform. It may be a sign-in page of the network.',
    notHappened: maybeDone,
    remedy: 'Check the network, then verify.',
  },
};

export const reasonTexts: Readonly<Record<string, ReasonText>> = { ...fieldTexts, ...previewTexts, ...errorTexts };
