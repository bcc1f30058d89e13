/** English texts of the reasons that Google Data Portability gives. */
import type { ReasonText } from '../../core/provider';
import { verifyFirst } from '../../core/verifyFirst';
import { jobReasonTexts } from './jobReasonTexts';

const nothingDone = 'Nothing was done by this call.';
const maybeDone = 'It is not known whether the request was carried out.';
const notEnded = 'The consent was not reset.';

/** Of reading and ending a consent, and of errors that fit every call. */
const consentReasonTexts: Readonly<Record<string, ReasonText>> = {
  'google.effect.pair': {
    happened:
      'Ends every Data Portability consent of this user for the whole Google Cloud project, and all its tokens, also those of other clients.',
  },
  'google.effect.unknownJobs': {
    happened: 'Jobs and archives that were not started from here are not known; they are lost as well.',
  },
  'google.effect.tokens': { happened: 'Ends {count} of the tokens stored here for this user.' },
  'google.effect.deadTokens': { happened: 'Stored tokens that Google no longer accepts: {count}.' },
  'google.effect.unreadTokens': { happened: 'Stored tokens that could not be checked: {count}.' },
  'google.effect.revoke': {
    happened:
      'Ends the whole grant of this user to one OAuth client, with all its tokens and scopes, also those of other APIs.',
  },
  'google.effect.revokeIsNoReset': {
    happened:
      'It is no reset: tokens of other clients of the project stay alive, and it is not documented whether a one-time consent that is used up can be given again.',
  },
  'google.effect.revokeJobs': {
    happened:
      'Running jobs and archives not downloaded may be out of reach afterwards, also those that were not started from here.',
  },
  'google.effect.revokeLeaves': {
    happened: 'Stored tokens that are not known to be of this client, and may stay alive: {count}.',
  },

  'google.limit.testing': {
    happened: 'Google ends the tokens of a client in testing status 7 days after the consent.',
    remedy: 'Publish the client in the Google Cloud console, or let the user consent again each week.',
  },
  'google.limit.thirtyDays': { happened: 'The user has given access for 30 days.' },
  'google.limit.halfYear': { happened: 'The user has given access for 180 days.' },

  'google.gone.invalidGrant': {
    happened: 'The consent is gone: Google no longer accepts the refresh token.',
    remedy: 'The next run starts at the consent screen.',
  },
  'google.gone.rejected': {
    happened: 'The consent is gone: Google rejects the access token before its time.',
    remedy: 'The next run starts at the consent screen.',
  },
  'google.alive.refresh': {
    happened: 'The consent is still alive: Google still accepts the refresh token, two minutes later.',
    notHappened: notEnded,
    remedy: 'Try again. If it stays, remove the app at myaccount.google.com/connections.',
  },
  'google.alive.check': {
    happened: 'The consent is still alive: Google still accepts the access token, two minutes later.',
    notHappened: notEnded,
    remedy: 'Try again. If it stays, remove the app at myaccount.google.com/connections.',
  },
  'google.uncheckable.lifetimeUnknown': {
    happened: 'Google did not say how long the access token lives, so its end proves nothing about the reset.',
    notHappened: 'The reset could not be checked.',
    remedy: 'Store a refresh token instead of an access token; then every reset can be verified.',
  },
  'google.uncheckable.accessTokenEnded': {
    happened:
      'The access token has reached its own end, or the clock of this computer was set back, so a rejection proves nothing about the reset.',
    notHappened: 'The reset could not be checked.',
    remedy: 'Store a refresh token instead of an access token; then every reset can be verified.',
  },
  'google.uncheckable.refreshTokenEnded': {
    happened: 'The refresh token has reached its own end, so a rejection proves nothing about the reset.',
    notHappened: 'The reset could not be checked.',
    remedy: 'Let the test user consent again and store the new refresh token.',
  },
  'google.uncheckable.tooLate': {
    happened: 'Google no longer accepts the refresh token, but so long after the reset this may have another cause.',
    notHappened: 'The reset could not be checked.',
    remedy: 'See by hand whether the consent screen comes back, then dismiss the entry.',
  },

  'google.invalidGrant': {
    happened:
      'Google no longer accepts the refresh token: it was revoked, reset, or has expired (7 days in testing status).',
    notHappened:
      'Nothing was reset. No verified reset since this token was stored is known here, so this may be a wrong or an old token.',
    remedy:
      'Let the test user consent again and store the new token. If the consent screen does not come back, look at myaccount.google.com/connections.',
  },
  'google.invalidClient': {
    happened: 'Google does not know the client {clientId}, or its secret is wrong.',
    notHappened: 'Nothing was reset, and the refresh token was not used.',
    remedy: 'Compare client id and client secret with the Google Cloud console, then store the credential again.',
  },
  'google.refreshFailed': {
    happened: '{host} refused to renew the access token ({error}).',
    notHappened: 'Nothing was reset; the refresh token is kept.',
    remedy: 'Try again in a moment.',
  },
  'google.refreshUnanswered': {
    happened: 'The access token could not be renewed. {cause}',
    notHappened: 'Nothing was reset; the refresh token is kept.',
    remedy: 'Check the connection and try again.',
  },

  'google.tokenExpired': {
    happened: 'Google rejects the access token as expired. Tokens that were revoked or reset get the same answer.',
    notHappened:
      'Nothing was reset. No verified reset since this token was stored is known here, so it may also be a wrong or an old token.',
    remedy: 'Store a current token, best a refresh token.',
  },
  'google.tokenRejected': {
    happened: 'Google does not accept the access token.',
    notHappened: 'Nothing was reset. The token may be wrong, expired, or from another service.',
    remedy: 'Store the token of a Data Portability consent, best a refresh token.',
  },
  'google.credentialsMissing': {
    happened: 'Google saw no access token in the request. Something on the way may have removed it.',
    notHappened: 'Nothing was reset.',
    remedy: 'Check proxies between this computer and Google, then store the credential again.',
  },
  'google.tokenTypeUnsupported': {
    happened: 'Google says that this kind of token cannot be used here. It needs an OAuth access token of a user.',
    notHappened: 'Nothing was reset.',
    remedy:
      'Store the access token or refresh token of the test user, not an API key, ID token or service account token.',
  },
  'google.exhaustedOneTime': {
    happened: 'The one-time consent is used up by the jobs {jobs}.',
    notHappened: 'Nothing was done by this call.',
    remedy: 'Finish and download those jobs, then reset the consent.',
  },
  'google.coolDown': {
    happened: 'This resource was exported within the last 24 hours.',
    notHappened: 'Nothing was done by this call.',
    remedy: 'Wait until {until}. Do not reset: the wait belongs to the resource.',
  },
  'google.jobExists': {
    happened: 'The same export is already running as job {job}.',
    notHappened: 'Nothing was done by this call.',
    remedy: 'Go on with that job. Do not reset: it would be lost.',
  },
  'google.quota': {
    happened: 'The request quota of the Google Cloud project is used up for the moment.',
    notHappened: nothingDone,
    remedy: 'Wait a minute and try again.',
  },
  'google.quotaWait': {
    happened: 'The request quota of the Google Cloud project is used up for the moment.',
    notHappened: nothingDone,
    remedy: 'Try again in {seconds} seconds.',
  },
  'google.tooManyRequests': {
    happened: 'Google answered "too many requests" without saying which limit.',
    notHappened: nothingDone,
    remedy: 'Wait a few minutes and try again.',
  },
  'google.tooManyRequestsWait': {
    happened: 'Google answered "too many requests" without saying which limit.',
    notHappened: nothingDone,
    remedy: 'Try again in {seconds} seconds.',
  },
  'google.resourceNotAuthorized': {
    happened: 'The token does not cover the requested resource.',
    notHappened: 'Nothing was done by this call.',
    remedy: 'Let the test user consent to that resource, and store the new token.',
  },
  'google.scopeInsufficient': {
    happened: 'The token has no Data Portability scope at all.',
    notHappened: nothingDone,
    remedy: 'Store the token of a Data Portability consent. For a reset, any one of its scopes is enough.',
  },
  'google.apiDisabled': {
    happened: 'The Data Portability API is not enabled in the Google Cloud project {project}.',
    notHappened: nothingDone,
    remedy: 'Enable it in the console, wait a few minutes, and try again.',
  },
  'google.permissionDenied': {
    happened: '{host} denies permission: {message}',
    notHappened: nothingDone,
    remedy: 'Check the client, the project and the test user in the Google Cloud console.',
  },
  'google.invalidArgument': {
    happened: '{host} does not accept the request: {message}',
    notHappened: nothingDone,
    remedy: 'Check "apiVersion", "quotaUser" and "endpoint" of the project in the settings.',
  },
  'google.otherRefusal': {
    happened: '{host} refused with status {status}: {message}',
    notHappened: nothingDone,
    remedy: 'See the log for the request, and the service for the meaning of this status.',
  },
  'google.notThisService': {
    happened: '{host} answered with a page of status {status} instead of an answer of the Data Portability API.',
    notHappened: nothingDone,
    remedy: 'Check "endpoint" of the project; it has to be the API, or the sandbox.',
  },
  'google.unavailable': {
    happened: '{host} is unavailable at the moment (503).',
    notHappened: maybeDone,
    remedy: verifyFirst,
  },
  'google.serverError': {
    happened: '{host} failed with status {status}: {message}',
    notHappened: maybeDone,
    remedy: verifyFirst,
  },
  'google.gatewayPage': {
    happened: 'A gateway before {host} answered with a page of status {status}.',
    notHappened: 'It is not known whether the request reached the service.',
    remedy: verifyFirst,
  },
  'google.unexpectedAnswer': {
    happened:
      '{host} answered with status {status}, but not with an answer of the Data Portability API. It may be a sign-in page of the network.',
    notHappened: maybeDone,
    remedy: 'Check the network, then verify.',
  },
  'google.tokenInfoFailed': {
    happened: 'Whether the access token is alive could not be read: {host} answered with status {status}.',
    notHappened: 'Nothing was done: only reads were tried.',
    remedy: 'Try again in a moment.',
  },

  'google.revoke.invalidToken': {
    happened: 'Google no longer accepts the token: it has expired, or was revoked already.',
    notHappened: nothingDone,
    remedy:
      'Let the test user consent again if the consent screen comes back; else look at myaccount.google.com/connections.',
  },
  'google.revoke.refused': {
    happened: '{host} refused to revoke the grant ({error}).',
    notHappened: 'The grant was not revoked.',
    remedy: 'Remove the app at myaccount.google.com/connections.',
  },
  'google.revoke.unclear': {
    happened: '{host} answered the revocation with something unexpected ({error}).',
    notHappened: maybeDone,
    remedy: verifyFirst,
  },
};

export const reasonTexts: Readonly<Record<string, ReasonText>> = { ...consentReasonTexts, ...jobReasonTexts };
