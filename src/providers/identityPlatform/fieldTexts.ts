/** English texts about the fields of a credential. */
import type { ReasonText } from '../../core/provider';

export const fieldTexts: Readonly<Record<string, ReasonText>> = {
  'identityPlatform.invalidCredential': {
    happened: 'The stored credential cannot be used. {cause}',
    notHappened: 'Nothing was sent.',
    remedy: 'Store the credential again.',
  },
  'identityPlatform.field.provider': {
    happened: 'Tokens of this identity provider cannot be revoked; "apple.com" can.',
  },
  'identityPlatform.field.tokenType': {
    happened: 'The kind of the token has to be REFRESH_TOKEN (1), ACCESS_TOKEN (2) or CODE (3).',
  },
  'identityPlatform.field.token': { happened: 'There is no Apple token or code.' },
  'identityPlatform.field.clientKind': {
    happened: 'It is not said whether the code comes from a web page or from an app.',
  },
  'identityPlatform.field.signIn': { happened: 'There is no sign-in of the Firebase user.' },
  'identityPlatform.field.caller': { happened: 'There is neither an API key nor an OAuth access token.' },
  'identityPlatform.field.redirectMissing': { happened: 'A code of a web page needs its redirect URI.' },
  'identityPlatform.field.redirectNotHttps': { happened: 'The redirect URI has to be an https address.' },
  'identityPlatform.field.redirectFragment': { happened: 'The redirect URI must not have a fragment ("#…").' },
  'identityPlatform.field.redirectIpAddress': {
    happened: 'The redirect URI has to name a domain, not an IP address.',
  },
  'identityPlatform.field.redirectLocalhost': { happened: 'The redirect URI must not be localhost.' },
  'identityPlatform.field.redirectNoDomain': {
    happened: 'The redirect URI has to name a whole domain, such as app.example.com.',
  },
  'identityPlatform.field.appleKey': {
    happened: 'This is not the text of a .p8 file, from "BEGIN PRIVATE KEY" to "END PRIVATE KEY", with the dashes.',
  },
  'identityPlatform.field.appleId': { happened: "Apple's Team IDs and Key IDs are 10 capital letters and digits." },
  'identityPlatform.field.appleClientId': {
    happened: 'A bundle ID or Services ID is of letters, digits, dots and hyphens.',
  },
  'identityPlatform.field.appleKeyIncomplete': {
    happened: 'With an Apple key go its Key ID, the Team ID and the client ID that the token was made for.',
  },
};
