/** English texts of the reasons that Venafi TPP gives. */
import { vedauthReasonTexts } from '../../auth/vedauthReasons';
import type { ReasonText } from '../../core/provider';
import { verifyFirst } from '../../core/verifyFirst';

const nothingDone = 'Nothing was revoked by this call.';
const nothingSent = 'Nothing was sent.';
const maybeDone = 'It is not known whether the grants were revoked.';
const signInAgain = 'Sign in again.';

const effectTexts: Readonly<Record<string, ReasonText>> = {
  'venafi.effect.grantee': {
    happened:
      'Ends all grants of this user in all applications, with all their tokens. A single grant cannot be revoked.',
  },
  'venafi.effect.application': {
    happened: 'Ends the grants of every user of this application, with all their tokens.',
  },
  'venafi.effect.self': { happened: 'This also signs out this tool: the sign-in it uses is among what ends.' },
  'venafi.effect.maybeSelf.grantee': {
    happened: 'Who is signed in could not be read. If it is this user, this tool is signed out, too.',
  },
  'venafi.effect.maybeSelf.application': {
    happened: 'It is not known whose token is stored here. If it is of this application, this tool is signed out, too.',
  },
  'venafi.effect.noUuid': { happened: 'The id of this user does not end in a UUID, as ids of users do.' },
  'venafi.effect.deadSignIns': { happened: 'Stored sign-ins that the server no longer accepts: {count}.' },

  'venafi.loss.grantee': { happened: 'Grants that end: {grants}; in applications: {applications}.' },
  'venafi.loss.application': { happened: '{grants} grants of {users} users end.' },
  'venafi.loss.grant': { happened: '{application}: {scope}, issued {issued}.' },
  'venafi.loss.grantUntil': { happened: '{application}: {scope}, issued {issued}, until {expires}.' },
  'venafi.loss.more': { happened: 'And {count} more.' },
};

const verificationTexts: Readonly<Record<string, ReasonText>> = {
  'venafi.gone.noGrants': {
    happened: 'The grants are gone: the server lists none.',
    remedy: 'The next run starts at the consent screen.',
  },
  'venafi.gone.newGrants': {
    happened: 'The grants are gone. {count} were issued after the revocation: the user has consented anew.',
  },
  'venafi.alive.grants': {
    happened: 'The server still lists {count} grants that are older than the revocation.',
    notHappened: 'They were not revoked.',
    remedy: 'Try again. If they stay, ask an administrator of the server.',
  },
  'venafi.uncheckable.self': {
    happened: 'The revocation ended the sign-in of this tool as well, so nothing can be asked any more.',
    notHappened: 'It was not seen that the grants are gone.',
    remedy: signInAgain,
  },
  'venafi.uncheckable.fewer': {
    happened:
      '{count} grants of the application are there now; it was {before} before. They may have been issued since.',
    notHappened: 'It was not seen that all the old ones are gone.',
    remedy: 'Look at the grants of the application on the server.',
  },
  'venafi.unclear.fewerYet': {
    happened: '{count} of {before} grants are still counted.',
    notHappened: maybeDone,
    remedy: 'Verify again in a minute.',
  },
  'venafi.unclear.sameCount': {
    happened:
      '{count} grants of the application are counted; it was {before} before. New ones may have taken their place.',
    notHappened: maybeDone,
    remedy: 'Verify again in a minute, or look at the grants of the application on the server.',
  },
};

const answerTexts: Readonly<Record<string, ReasonText>> = {
  'venafi.result.refused': {
    happened: '{host} refused with result {result}.',
    notHappened: nothingDone,
    remedy: 'Check the id of the user or application; upper and lower case count.',
  },
  'venafi.result.signIn': {
    happened: '{host} does not accept the sign-in: result {result}.',
    notHappened: nothingDone,
    remedy: signInAgain,
  },
  'venafi.result.nothing': {
    happened: '{host} found nothing to revoke: result {result}.',
    notHappened: 'It was not seen that there are no grants.',
    remedy: 'Verify it.',
  },
  'venafi.result.ambiguous': {
    happened: '{host} failed while it worked on it: result {result}.',
    notHappened: maybeDone,
    remedy: verifyFirst,
  },
  'venafi.result.unknown': {
    happened: '{host} answered in a way that means neither yes nor no: {result}.',
    notHappened: maybeDone,
    remedy: verifyFirst,
  },
  'venafi.notJson': {
    happened: '{host} answered with something that is not of this service, such as a sign-in page of the network.',
    notHappened: maybeDone,
    remedy: 'Check address, proxy and network. Verify before trying again.',
  },
  'venafi.tokenRejected': {
    happened: '{host} does not accept the access token: it was revoked, or has expired.',
    notHappened: nothingDone,
    remedy: signInAgain,
  },
  'venafi.tokenRejectedAnd': {
    happened: '{host} does not accept the access token. {cause}',
    notHappened: nothingDone,
    remedy: signInAgain,
  },
  'venafi.storedTokenRejected': {
    happened: 'The server does not accept the stored access token, and there is no refresh token to renew it with.',
    notHappened: nothingDone,
    remedy: signInAgain,
  },
  'venafi.insufficientRights': {
    happened: '{host} says that whoever is signed in may not do this. A new token would change nothing.',
    notHappened: nothingDone,
    remedy: 'Sign in as an OAuth administrator, a grant administrator, or the owner of the application.',
  },
  'venafi.insufficientScope': {
    happened: 'The sign-in has the scope {current}, which is not enough.',
    notHappened: nothingDone,
    remedy: 'Sign in again and ask for {wanted}; the API integration has to allow it.',
  },
  'venafi.unauthorized': {
    happened: '{host} answered 401 without saying whether the token or the role is at fault: {message}',
    notHappened: nothingDone,
    remedy: 'Sign in again. If that does not help, the role does not permit it.',
  },
  'venafi.invalidRequest': {
    happened: '{host} did not understand the request: {message}',
    notHappened: nothingDone,
    remedy: 'Check the id of the user or application; upper and lower case count.',
  },
  'venafi.otherRefusal': { happened: '{host} refused with status {status}: {message}', notHappened: nothingDone },
  'venafi.noSuchMethod': {
    happened: '{host} does not know this method (status {status}).',
    notHappened: nothingDone,
    remedy: 'Check the address. Revoking grants needs version 22.3 or later.',
  },
  'venafi.tooOld': {
    happened: 'The server has version {version}; grants can be revoked from 22.3 on.',
    notHappened: nothingSent,
    remedy: 'Revoke them on the server itself, or update it.',
  },
  'venafi.tooManyRequests': {
    happened: '{host} has had too many requests.',
    notHappened: nothingDone,
    remedy: 'Try again later.',
  },
  'venafi.tooManyRequestsWait': {
    happened: '{host} has had too many requests.',
    notHappened: nothingDone,
    remedy: 'Try again in {seconds} seconds.',
  },
  'venafi.serverError': {
    happened: '{host} failed with status {status}: {message}',
    notHappened: maybeDone,
    remedy: verifyFirst,
  },
  'venafi.unexpectedAnswer': {
    happened: '{host} answered with status {status}, which is no success here: {message}',
    notHappened: maybeDone,
    remedy: verifyFirst,
  },
  'venafi.connectionReset': {
    happened: '{host} ended the connection after the request had left. {cause}',
    notHappened: maybeDone,
    remedy:
      'Verify before trying again. A server that asks for a client certificate only then may need TLS 1.2, or the certificate.',
  },
};

const subjectTexts: Readonly<Record<string, ReasonText>> = {
  'venafi.badIdentity': {
    happened:
      'The id of this identity is neither that of a user (it begins with "local:", "AD+" or "LDAP+") nor that of an application (it begins with "application:").',
    notHappened: nothingSent,
    remedy: 'Correct it in the settings.',
  },
  'venafi.nothingToRevoke': {
    happened: 'There is nothing to revoke: the server lists no grants.',
    notHappened: nothingSent,
    remedy: 'The next run starts at the consent screen.',
  },
  'venafi.roleForGrantee': {
    happened: 'Whoever is signed in has the role {role}, which may revoke its own grants alone.',
    notHappened: nothingSent,
    remedy: 'Sign in as an OAuth administrator or grant administrator.',
  },
  'venafi.roleForApplication': {
    happened: 'Whoever is signed in has the role {role}, and does not own this application.',
    notHappened: nothingSent,
    remedy: 'Sign in as an OAuth administrator, a grant administrator, or the owner of the application.',
  },
  'venafi.identity.unknown': { happened: 'The server knows no such user in the directory that was searched.' },
  'venafi.identity.ambiguous': {
    happened: 'Several have that name.',
    remedy: 'Choose by the exact id: the name alone does not tell them apart.',
  },
  'venafi.identity.group': {
    happened: 'This is a group. Grants belong to users.',
    remedy: 'Choose one of its members.',
  },
  'venafi.identity.malformed': {
    happened: 'This is not the id of a user.',
    remedy: 'Write it as the server does: it begins with "local:", "AD+" or "LDAP+", and ends with the id in braces.',
  },
};

export const reasonTexts: Readonly<Record<string, ReasonText>> = {
  ...effectTexts,
  ...verificationTexts,
  ...answerTexts,
  ...subjectTexts,
  ...vedauthReasonTexts,
};
