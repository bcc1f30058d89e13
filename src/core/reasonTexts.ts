/** English texts of the reasons that belong to no provider. Placeholders are `{name}`. */
import type { ReasonText } from './provider';
import { verifyFirst } from './verifyFirst';

const nothingSent = 'Nothing was sent.';
const maybeReset = 'It is not known whether the reset was carried out.';

export const reasonTexts: Readonly<Record<string, ReasonText>> = {
  'reset.already': {
    happened: 'Already reset: the consent was seen to be gone at {when}.',
    notHappened: nothingSent,
    remedy: 'The next run starts at the consent screen. After a new consent, store its token here.',
  },
  'reset.othersAlive': {
    happened:
      'The consent of the token it was sent with is gone, but {count} more of this identity still work: they belong to another project or user, or the service has not ended them yet.',
    remedy: 'Check the consent in a few minutes, and reset it again if it is still alive.',
  },
  'reset.acceptedNotCheckable': {
    happened: 'The service accepted the reset, but it cannot be verified. {cause}',
    notHappened: 'It was not seen that the consent is gone.',
    remedy: 'See by hand whether the consent screen comes back. {causeRemedy}',
  },
  'reset.acceptedUnchecked': {
    happened: 'The service accepted the reset.',
    notHappened: 'It has not been checked that the consent is gone.',
    remedy: 'Verify it.',
  },
  'reset.crashed': {
    happened: 'The reset broke off because of a defect in Reconsent.',
    notHappened: maybeReset,
    remedy: 'See the log, and verify before trying again.',
  },
  'reset.crashedBefore': {
    happened: 'The reset broke off because of a defect in Reconsent.',
    notHappened: nothingSent,
    remedy: 'See the log, and try again.',
  },
  'reset.interrupted': {
    happened: 'The editor ended while this reset was under way.',
    notHappened: maybeReset,
    remedy: 'Verify it, or dismiss it. It is never sent again by itself.',
  },
  'cancelled.nothingSent': { happened: 'Cancelled.', notHappened: nothingSent },
  'cancelled.afterSend': {
    happened: 'You stopped waiting after the request had left.',
    notHappened: maybeReset,
    remedy: verifyFirst,
  },
  'cancelled.verification': {
    happened: 'You stopped the verification.',
    notHappened: maybeReset,
    remedy: 'Verify again at any time.',
  },
  'confirmation.expired': {
    happened: 'More than a minute has passed since you confirmed.',
    notHappened: nothingSent,
    remedy: 'Start the reset again: the user may have consented anew in between.',
  },
  'reset.earlierUnknown': {
    happened: 'Another reset of {identity} has meanwhile ended without a known outcome.',
    notHappened: 'This one was not sent: it could end a consent that was given since.',
    remedy: 'Run "Verify Last Reset", or "Dismiss Unknown Outcome" if you know it by other means.',
  },
  'bulk.busy': {
    happened: 'Something else is under way with this identity.',
    notHappened: nothingSent,
    remedy: 'Wait until it is done, and reset it then.',
  },
  'bulk.changed': {
    happened: 'What a reset would do has changed since you confirmed.',
    notHappened: nothingSent,
    remedy: 'Reset it again and look at what the question says by then.',
  },
  'bulk.expired': {
    happened: 'More than {minutes} minutes have passed since you confirmed.',
    notHappened: nothingSent,
    remedy: 'Reset what is left: the users may have consented anew in between.',
  },
  'bulk.slept': {
    happened: 'The computer slept, or its clock was set, while several consents were being reset.',
    notHappened: nothingSent,
    remedy: 'Reset what is left: the users may have consented anew in between.',
  },
  'bulk.paused': {
    happened: 'The service is being asked too often.',
    notHappened: nothingSent,
    remedy: 'Try again in a minute.',
  },
  'bulk.quotaTooLong': {
    happened: 'The service takes nothing before {until}, and a confirmation is not good for that long.',
    notHappened: nothingSent,
    remedy: 'Reset what is left after that.',
  },
  'target.changed': {
    happened: 'The project was changed in the settings while the reset was being confirmed.',
    notHappened: nothingSent,
    remedy: 'Start the reset again and look at what it names.',
  },
  'credential.missing': {
    happened: 'No credential of this identity is stored on this computer.',
    notHappened: nothingSent,
    remedy: 'Store one with "Set Credential…".',
  },
  'credential.lost': {
    happened: 'The credential stored at {since} is gone from the secret storage of this computer.',
    notHappened: nothingSent,
    remedy: 'The keyring may be locked or was reset. Unlock it, or store the credential again.',
  },
  'credential.foreignOrigin': {
    happened: 'This sign-in belongs to {boundTo}, but the project now points somewhere else.',
    notHappened: 'Nothing was sent, and the credential was not shown to the new address.',
    remedy: 'Put the endpoint back, or store a credential for the new one.',
  },
  'credential.corrupt': {
    happened: 'The stored credential cannot be read. It was put aside, not deleted.',
    notHappened: nothingSent,
    remedy: 'Store the credential again.',
  },
  'credential.newer': {
    happened: 'The credential was stored by a later version of Reconsent.',
    notHappened: 'Nothing was sent, and the credential was left as it is.',
    remedy: 'Update Reconsent, or store the credential again.',
  },
  'credential.unreadable': {
    happened: 'The secret storage of this computer does not answer.',
    notHappened: nothingSent,
    remedy: 'Unlock the keyring and try again.',
  },
  'credential.changed': {
    happened: 'The credential was changed while the reset was being confirmed.',
    notHappened: nothingSent,
    remedy: 'Start the reset again: a new credential may belong to a new consent.',
  },
  'lock.held': {
    happened: 'This identity is being reset in another window (for {seconds} s).',
    notHappened: nothingSent,
    remedy: 'Wait for it to end.',
  },
  'lock.unavailable': {
    happened: 'The lock that keeps two windows apart cannot be taken: {detail}',
    notHappened: nothingSent,
    remedy: "Check free space and permissions of the editor's storage folder.",
  },
  'journal.unwritable': {
    happened: 'The journal cannot be written.',
    notHappened: 'Nothing was sent: without a journal entry, a crash could not be told from success.',
    remedy: "Check free space and permissions of the editor's storage folder.",
  },
  'journal.unreadable': {
    happened: 'The journal cannot be read ({code}), so an earlier reset may have ended without a known outcome.',
    notHappened: 'This one was not sent: it could end a consent that was given since.',
    remedy:
      'Make the journal\'s files in the editor\'s storage folder readable; the log names them. Or use "Reset Consent", which asks you first.',
  },
  'reset.sentElsewhere': {
    happened:
      'Another window began to send a reset of this identity {seconds} s ago, and has not said yet how it ended.',
    notHappened: 'This one was not sent: it could end a consent that was given since.',
    remedy: 'Wait for the other window. If it hangs, close it, and run "Verify Last Reset" here.',
  },
  'lock.lost': {
    happened: 'Another window has taken over while this reset was being prepared.',
    notHappened: nothingSent,
    remedy: 'See in the other window what became of it.',
  },
  'consent.unreadable': {
    happened: 'The state of the consent could not be read. {cause}',
    notHappened: 'Nothing was reset: only reads were tried.',
    remedy: '{causeRemedy} Try again in a moment.',
  },
  'verify.failed': {
    happened: 'The verification could not be made. {cause}',
    notHappened: maybeReset,
    remedy: 'Verify again in a moment.',
  },
  'verify.crashed': {
    happened: 'The verification broke off because of a defect in Reconsent.',
    notHappened: maybeReset,
    remedy: 'See the log, and verify again.',
  },
  'verify.noEntry': {
    happened: 'The journal no longer holds this reset.',
    notHappened: 'The reset was not verified.',
    remedy: 'See by hand whether the consent screen comes back, then dismiss the entry.',
  },
  'jobs.unsupported': {
    happened: 'This service exports no archives.',
    notHappened: nothingSent,
  },
  'consent.rereadFailed': {
    happened: 'What a reset would lose could not be read once more before sending. {cause}',
    notHappened: nothingSent,
    remedy: 'Try again.',
  },
  'consent.readDefect': {
    happened: 'The state of the consent could not be read because of a defect in Reconsent.',
    notHappened: 'Nothing was reset.',
    remedy: 'See the log, and try again.',
  },
  'verify.targetChanged': {
    happened: 'The project now points to another address than the reset went to.',
    notHappened: 'The reset was not verified, and nothing was sent.',
    remedy: 'Put the endpoint back to verify, or dismiss the entry.',
  },
  'verify.noCredential': {
    happened: 'The credential of that reset is no longer stored, or was replaced by a newer one.',
    notHappened: 'The reset was not verified: a newer credential says nothing about the old consent.',
    remedy: 'See by hand whether the consent screen comes back, then dismiss the entry.',
  },

  'http.dns': {
    happened: 'The host {host} was not found ({detail}).',
    notHappened: nothingSent,
    remedy: 'Check the network and the endpoint.',
  },
  'http.refused': {
    happened: '{host} refused the connection ({detail}).',
    notHappened: nothingSent,
    remedy: 'Is the service running? Check the endpoint.',
  },
  'http.unreachable': {
    happened: '{host} cannot be reached ({detail}).',
    notHappened: nothingSent,
    remedy: 'Check the network or VPN.',
  },
  'http.connect-timeout': {
    happened: '{host} did not take the connection in time ({detail}).',
    notHappened: nothingSent,
    remedy: 'Check the network or VPN and try again.',
  },
  'http.tls-untrusted': {
    happened: 'The certificate of {host} is not trusted by this computer.',
    notHappened: nothingSent,
    remedy:
      "Add the issuing authority to the system's trusted certificates or, for Venafi TPP, to the project's caBundle.",
  },
  'http.tls-name-mismatch': {
    happened: 'The certificate of {host} was made for another name.',
    notHappened: nothingSent,
    remedy: 'Check the endpoint: it has to be the name in the certificate.',
  },
  'http.tls-expired': {
    happened: 'The certificate of {host} has expired.',
    notHappened: nothingSent,
    remedy: "Renew it, or check this computer's clock.",
  },
  'http.tls-not-yet-valid': {
    happened: 'The certificate of {host} is not valid yet.',
    notHappened: nothingSent,
    remedy: "Check this computer's clock.",
  },
  'http.tls-other': {
    happened: 'No secure connection to {host} could be made ({detail}).',
    notHappened: nothingSent,
    remedy:
      'Check the endpoint and the network. A Venafi server may want a client certificate: see clientCertificate in the project.',
  },
  'http.client-certificate-missing': {
    happened: '{host} asked for a client certificate, and the project has none ({detail}).',
    notHappened: nothingSent,
    remedy: 'Name its PEM files in the project: clientCertificate and clientKey.',
  },
  'http.client-certificate-refused': {
    happened:
      '{host} ended the connection while it was being secured with the client certificate of the project ({detail}).',
    notHappened: nothingSent,
    remedy: 'Check with the administrator which certificate the server accepts, and whether it was revoked.',
  },
  'http.client-certificate-unusable': {
    happened: 'The client certificate of the project cannot be used for {host}: {detail}.',
    notHappened: nothingSent,
    remedy: 'Correct clientCertificate and clientKey in the project; the log says more.',
  },
  'http.proxy-unreachable': {
    happened: 'The proxy cannot be reached ({detail}).',
    notHappened: nothingSent,
    remedy: 'Check "http.proxy" and the proxy variables of the environment.',
  },
  'http.proxy-refused': {
    happened: 'The proxy refused the connection to {host} ({detail}).',
    notHappened: nothingSent,
    remedy: 'Check what the proxy allows and whether it wants a sign-in.',
  },
  'http.foreign-origin': {
    happened: 'The credential was not given for {host}.',
    notHappened: 'Nothing was sent, and the credential was not shown.',
    remedy: 'Store a credential for this address.',
  },
  'http.invalid-request': {
    happened: 'The request could not be made ({detail}).',
    notHappened: nothingSent,
    remedy: 'Check the stored credential and the endpoint for stray characters.',
  },
  'http.withdrawn': {
    happened: 'The request was held back right before it left.',
    notHappened: nothingSent,
    remedy: 'Start the reset again.',
  },
  'http.connection-reset': {
    happened: '{host} closed the connection without an answer.',
    notHappened: maybeReset,
    remedy: verifyFirst,
  },
  'http.client-certificate': {
    happened: '{host} ended the connection over the client certificate ({detail}), after the request had left.',
    notHappened: maybeReset,
    remedy: verifyFirst,
  },
  'http.timeout': { happened: '{host} did not answer in time.', notHappened: maybeReset, remedy: verifyFirst },
  'http.cut-body': { happened: 'The answer of {host} broke off.', notHappened: maybeReset, remedy: verifyFirst },
  'http.too-large': {
    happened: 'The answer of {host} is far larger than an answer of this service can be.',
    notHappened: maybeReset,
    remedy: verifyFirst,
  },
  'http.malformed': {
    happened: '{host} answered with something that is not HTTP.',
    notHappened: maybeReset,
    remedy: verifyFirst,
  },
  'http.redirect': {
    happened: '{host} wants to send the request on to {location} (status {status}). Redirects are never followed.',
    notHappened: 'It is not known whether the reset was carried out; nothing was sent to the other address.',
    remedy: 'It may be a sign-in page of the network. Check the endpoint, then verify.',
  },
};
