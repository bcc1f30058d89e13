/** English texts of the reasons that signing in and reading a client file give. Placeholders are `{name}`. */
import type { ReasonText } from '../core/provider';

const notOpened = 'The browser was not opened.';
const notSignedIn = 'Nothing was stored: the sign-in is not complete.';
/** What a page that stays open means; the log says what else it can be. */
const deadEndMeaning =
  'A page that says "Incremental auth is not allowed" never comes back: a consent for one of these scopes is still alive, and has to be reset or removed first. The log lists the other pages.';
const notReadFile = 'Nothing of the file was kept.';
const stillWaiting = 'Nothing was sent: the sign-in still waits.';
const pasteAgain = 'Copy the whole address of the page that the browser shows after the consent, and paste it here.';
const maybeLive =
  'No token was stored. The consent itself was given and may be alive, and Google does not ask for it a second time.';
const endItFirst = 'Remove the app at myaccount.google.com/connections as the test user, then start the sign-in again.';
const downloadAgain =
  'Download the JSON of an OAuth client in the Google Cloud console under "APIs & Services", "Credentials".';

export const signInReasonTexts: Readonly<Record<string, ReasonText>> = {
  'signIn.noScopes': {
    happened: 'No scope was chosen to ask for.',
    notHappened: notOpened,
    remedy: 'Choose at least one Data Portability scope. One is enough to reset the whole consent.',
  },
  'signIn.foreignScope': {
    happened: 'The scope {scope} does not belong to Data Portability.',
    notHappened: notOpened,
    remedy: 'Leave it out: Google refuses Data Portability scopes together with any other scope.',
  },
  'signIn.tooManyScopes': {
    happened:
      'With {count} scopes the address of the consent page has {length} characters; Google takes about {limit}.',
    notHappened: notOpened,
    remedy: 'Choose fewer scopes. One is enough to reset the whole consent.',
  },
  'signIn.noLoopback': {
    happened: 'This web client has no redirect address that leads back to this computer.',
    notHappened: notOpened,
    remedy: 'Register {redirectUri} as a redirect URI of the client, or use a desktop client.',
  },
  'signIn.portInUse': {
    happened: 'Another program on this computer listens on port {port}, where the browser would come back to.',
    notHappened: notOpened,
    remedy:
      'End that program, register another port for the client, or use a desktop client, which takes any free port.',
  },
  'signIn.listenFailed': {
    happened: 'This computer does not let Reconsent wait for the browser: {detail}.',
    notHappened: notOpened,
    remedy: 'Use a port above 1024, and look at what restricts local connections.',
  },
  'signIn.notOpened': {
    happened: 'The browser was not opened.',
    notHappened: 'Nobody was asked for consent.',
    remedy: 'Start the sign-in again and let the editor open the address.',
  },
  'signIn.cancelled': {
    happened: 'You cancelled the sign-in.',
    notHappened: notSignedIn,
    remedy: deadEndMeaning,
  },
  'signIn.cancelledAfterConsent': {
    happened: 'You cancelled while the consent was being exchanged for tokens.',
    notHappened: maybeLive,
    remedy: endItFirst,
  },
  'signIn.denied': {
    happened: "Cancel was pressed on Google's page.",
    notHappened: 'No consent was given, and nothing was stored.',
    remedy: 'Start the sign-in again.',
  },
  'signIn.timedOut': {
    happened: 'The browser did not come back within {minutes} minutes.',
    notHappened: notSignedIn,
    remedy: deadEndMeaning,
  },
  'signIn.page.incrementalAuth': {
    happened: 'The page says "Incremental auth is not allowed for the requested scopes".',
    notHappened: 'The user has a live consent for one of these scopes, so Google does not ask again.',
    remedy:
      'Reset that consent with its token. Without one, remove the app at myaccount.google.com/connections as the test user.',
  },
  'signIn.page.notTestUser': {
    happened: 'The page says "Access blocked", or "Error 403: access_denied".',
    notHappened: 'The account is none of the test users of the project.',
    remedy:
      'Add it under "Google Auth Platform", "Audience". Accounts have to be in the EEA, Switzerland or the United Kingdom.',
  },
  'signIn.page.redirectUriMismatch': {
    happened: 'The page says "Error 400: redirect_uri_mismatch".',
    notHappened: 'The client does not know the address {redirectUri}.',
    remedy: 'Register exactly this text as a redirect URI of the web client, or use a desktop client.',
  },
  'signIn.page.invalidClient': {
    happened: 'The page says "Error 401: invalid_client".',
    notHappened: 'Google does not know the client {clientId}, or it was deleted.',
    remedy: 'Compare it with the client in the Google Cloud console.',
  },
  'signIn.page.mixedScopes': {
    happened: 'The page says "Error 400: invalid_request" and that these scopes cannot be requested together.',
    notHappened: 'Google takes Data Portability scopes alone.',
    remedy: 'Choose fewer scopes, and see whether the page goes away.',
  },
  'signIn.nothingGranted': {
    happened: 'The consent was given without any of the scopes.',
    notHappened: 'Nothing was stored: such a token can neither read nor reset anything.',
    remedy: 'Start the sign-in again, and leave at least one scope ticked.',
  },
  'signIn.redirectError': {
    happened: 'Google sent the browser back with the error {error}.',
    notHappened: 'No consent was given, and nothing was stored.',
    remedy: 'Look the error up, and start the sign-in again.',
  },
  'signIn.codeRejected': {
    happened: 'Google rejected the code that the browser brought: it has expired, or was used before.',
    notHappened: maybeLive,
    remedy: endItFirst,
  },
  'signIn.invalidClient': {
    happened: 'Google does not know the client {clientId}, or its secret is wrong.',
    notHappened: maybeLive,
    remedy:
      'Give the right secret of this client. Then remove the app at myaccount.google.com/connections as the test user, and start again.',
  },
  'signIn.redirectUriMismatch': {
    happened: 'Google does not accept {redirectUri} as redirect address of this client.',
    notHappened: maybeLive,
    remedy:
      'Register exactly this text, or use a desktop client. Then remove the app at myaccount.google.com/connections as the test user.',
  },
  'signIn.exchangeFailed': {
    happened: 'The exchange of the code for tokens at {host} failed: {error}.',
    notHappened: maybeLive,
    remedy: endItFirst,
  },
  'signIn.exchangeUnanswered': {
    happened: 'The code could not be exchanged for tokens. {cause}',
    notHappened: maybeLive,
    remedy: endItFirst,
  },

  'signIn.pastedNothing': { happened: 'Nothing was pasted.', notHappened: stillWaiting, remedy: pasteAgain },
  'signIn.pastedTooLong': {
    happened: 'This is longer than 8 kB: it cannot be the address of the page.',
    notHappened: stillWaiting,
    remedy: pasteAgain,
  },
  'signIn.pastedNoAddress': {
    happened: 'This is no address.',
    notHappened: stillWaiting,
    remedy: pasteAgain,
  },
  'signIn.pastedOtherAddress': {
    happened: 'This is the address of another page: the right one starts with {start}.',
    notHappened: stillWaiting,
    remedy: 'Finish the consent in the browser. It ends on a page that may not load; paste the address of that page.',
  },
  'signIn.pastedNoState': {
    happened: 'This address is not complete: its "state" is missing.',
    notHappened: stillWaiting,
    remedy: pasteAgain,
  },
  'signIn.pastedOtherState': {
    happened: 'This address belongs to another sign-in, or was changed.',
    notHappened: stillWaiting,
    remedy: 'Use the page that this sign-in has opened.',
  },
  'signIn.pastedNoCode': {
    happened: 'This address carries no code and no error, or several.',
    notHappened: stillWaiting,
    remedy: pasteAgain,
  },

  'clientFile.tooLarge': {
    happened: 'The file is larger than 64 kB: it cannot be a client file.',
    notHappened: notReadFile,
    remedy: downloadAgain,
  },
  'clientFile.unreadable': {
    happened: 'The file could not be read.',
    notHappened: notReadFile,
    remedy: 'See whether it is still there and may be read, and choose it again.',
  },
  'clientFile.notJson': { happened: 'The file is no JSON.', notHappened: notReadFile, remedy: downloadAgain },
  'clientFile.notAnObject': {
    happened: 'The file is JSON, but not of the shape of a client file.',
    notHappened: notReadFile,
    remedy: downloadAgain,
  },
  'clientFile.serviceAccount': {
    happened: 'This is the key of a service account. No user can consent to one.',
    notHappened: notReadFile,
    remedy: 'Download the JSON of an OAuth client of the kind "Desktop app" instead.',
  },
  'clientFile.refreshToken': {
    happened: 'This file holds the credential of a user, as gcloud writes it, and no client of its own.',
    notHappened: notReadFile,
    remedy: downloadAgain,
  },
  'clientFile.twoClients': {
    happened: 'The file holds two clients, "installed" and "web".',
    notHappened: notReadFile,
    remedy: 'Leave one of them in the file.',
  },
  'clientFile.noClient': {
    happened: 'The file holds neither an "installed" nor a "web" client.',
    notHappened: notReadFile,
    remedy: downloadAgain,
  },
  'clientFile.clientNotAnObject': {
    happened: 'What the file says of its client has the wrong shape.',
    notHappened: notReadFile,
    remedy: downloadAgain,
  },
  'clientFile.clientId': {
    happened: 'The client id in the file is missing, or looks like none.',
    notHappened: notReadFile,
    remedy: downloadAgain,
  },
  'clientFile.noSecret': {
    happened: 'The file holds no client secret.',
    notHappened: notReadFile,
    remedy:
      'Use a client of the kind "Desktop app" or "Web application": both have one. Add one in the console if need be.',
  },
  'clientFile.secret': {
    happened: 'The client secret in the file is no text, or has characters that no secret has.',
    notHappened: notReadFile,
    remedy: downloadAgain,
  },
  'clientFile.redirectUris': {
    happened: 'The redirect addresses in the file are no list of texts.',
    notHappened: notReadFile,
    remedy: downloadAgain,
  },
  'clientFile.noLoopback': {
    happened: 'This web client has no redirect address that leads back to this computer.',
    notHappened: notReadFile,
    remedy:
      'Register {redirectUri} as a redirect URI of the client and download the file again, or use a client of the kind "Desktop app".',
  },
};
