/** English texts of the confirmation, and of what Apple says afterwards. */
import type { ReasonText } from '../../core/provider';
import { verifyFirst } from '../../core/verifyFirst';

const notEnded = 'The authorization was not ended.';
const nothingSent = 'Nothing was sent.';
const notChecked = 'It was not seen that the authorization has ended.';
const byEye = "See whether Apple's first-time sheet comes back, or look at the user's account at account.apple.com.";

export const previewTexts: Readonly<Record<string, ReasonText>> = {
  'identityPlatform.effect.who': {
    happened: 'Firebase user {uid} of the project {project}; a token of {provider}.',
  },
  'identityPlatform.effect.whoAtApple': {
    happened: 'A token of the Apple client {client} of team {team}, straight to Apple. No Firebase user is involved.',
  },
  'identityPlatform.effect.linked': { happened: 'Sign-in providers of this user: {providers}.' },
  'identityPlatform.effect.notLinked': {
    happened: 'This user is not linked to {provider} (linked: {providers}). Make sure that the token is theirs.',
  },
  'identityPlatform.effect.ends': {
    happened:
      "Ends the user's authorization of this app at Apple, with all its tokens on all devices. At the next sign-in Apple shows the first-time sheet again, and sends name and e-mail again.",
  },
  'identityPlatform.effect.accountStays': {
    happened: 'The Firebase account and its sessions stay as they are.',
  },
  'identityPlatform.effect.code': { happened: 'The code is good once. It is never sent a second time from here.' },
  'identityPlatform.effect.codeOld': {
    happened: 'The code was stored {minutes} min ago. Codes of Apple live 5 minutes: it will hardly be taken.',
  },
  'identityPlatform.effect.verified': {
    happened: 'Apple knows the token as alive; afterwards Apple is asked again, with your key.',
  },
  'identityPlatform.effect.appleUnread': {
    happened: 'The outcome will not be verified: Apple could not be asked now. {cause}',
  },
  'identityPlatform.effect.notVerifiedKey': {
    happened: 'The outcome cannot be verified: for that, Apple wants a key (.p8) of your team.',
  },
  'identityPlatform.effect.notVerifiedToken': {
    happened: 'The outcome cannot be verified: Apple tells of refresh tokens only.',
  },

  'identityPlatform.gone': {
    happened: "The user's authorization is gone: Apple no longer accepts the refresh token.",
    remedy: 'The next sign-in with Apple starts at the first-time sheet.',
  },
  'identityPlatform.alive': {
    happened: 'The authorization is still alive: Apple still accepts the refresh token, two minutes later.',
    notHappened: notEnded,
    remedy:
      'Try again. A success of before makes Identity Platform ignore further calls until a new token is made; revoking at Apple itself does not depend on that.',
  },
  'identityPlatform.appleEnded': {
    happened: 'Apple does not accept the refresh token: it was revoked, or is none of this client.',
    notHappened: 'Nothing was revoked. No verified reset with this token is known here, so it may be a wrong token.',
    remedy: 'Let the user sign in with Apple again and store the new token; check the client ID.',
  },
  'identityPlatform.uncheckable.noKey': {
    happened:
      'A success of Identity Platform does not say that this very token has ended, and without a key nobody else tells.',
    notHappened: notChecked,
    remedy: 'Store the credential with an Apple key (.p8) and a refresh token; then every reset can be verified.',
  },
  'identityPlatform.uncheckable.noRefreshToken': {
    happened: 'Apple tells of refresh tokens only; this was another kind of token.',
    notHappened: notChecked,
    remedy: byEye,
  },
  'identityPlatform.uncheckable.notSeenAlive': {
    happened: 'Apple does not accept the refresh token, but it was not seen alive before, so it may be a wrong one.',
    notHappened: notChecked,
    remedy: byEye,
  },
  'identityPlatform.uncheckable.tooLate': {
    happened: 'Apple no longer accepts the refresh token, but so long after the reset this may have another cause.',
    notHappened: notChecked,
    remedy: byEye,
  },

  'identityPlatform.codeSpent': {
    happened: 'This code was sent before, and a code is good once.',
    notHappened: nothingSent,
    remedy: 'Let the user sign in with Apple again and store the new code, or a refresh token.',
  },
  'identityPlatform.codeUnknown': {
    happened: 'There is no trustworthy answer, and a code is good once. {cause}',
    notHappened: 'It is not known whether the authorization has ended. The code is not sent again.',
    remedy: byEye,
  },
  'identityPlatform.codeNotForApple': {
    happened: 'Apple itself revokes access and refresh tokens, no codes.',
    notHappened: nothingSent,
    remedy: 'Store a refresh token, or let Identity Platform exchange the code.',
  },
  'identityPlatform.needsSignIn': {
    happened: 'This credential has no sign-in of the Firebase user, which Identity Platform asks for.',
    notHappened: nothingSent,
    remedy: 'Store a credential with a sign-in, or revoke at Apple itself.',
  },
  'identityPlatform.needsAppleKey': {
    happened: 'To revoke at Apple itself, a key (.p8) of your Apple team is needed.',
    notHappened: nothingSent,
    remedy: 'Store the credential again, with the key, its Key ID, the Team ID and the client ID.',
  },
  'identityPlatform.appleUserDiffers': {
    happened: 'The Apple token is of another Apple user than the one that the Firebase user {uid} is linked to.',
    notHappened: 'Nothing was sent: it would have ended the authorization of somebody else.',
    remedy: 'Store the token and the sign-in of one and the same user.',
  },
  'identityPlatform.userChanged': {
    happened: 'The sign-in is now of another user ({now}) than the one that was confirmed ({uid}).',
    remedy: 'Start again and look at whom it names.',
  },

  'identityPlatform.apple.invalidClient': {
    happened: 'Apple does not accept the key: client {clientId}, team {teamId}, key {keyId}.',
    notHappened: 'Nothing was revoked by this call.',
    remedy:
      'Compare Team ID and Key ID with the developer account; the key must be enabled for Sign in with Apple, and the client be of the same team. Check the clock of this computer.',
  },
  'identityPlatform.apple.badKey': {
    happened: 'The Apple key cannot be read, or is not an elliptic-curve key (P-256).',
    notHappened: nothingSent,
    remedy: 'Store the credential again with the whole text of the .p8 file.',
  },
  'identityPlatform.apple.readFailed': {
    happened: '{host} did not tell whether the token is alive ({error}).',
    notHappened: 'Nothing was revoked: only a read was tried.',
    remedy: 'Try again in a moment.',
  },
  'identityPlatform.apple.refused': {
    happened: '{host} refused to revoke the token ({error}).',
    notHappened: notEnded,
    remedy: 'Check the token and the client ID it was made for.',
  },
  'identityPlatform.apple.unclear': {
    happened: '{host} answered the revocation with something unexpected ({error}).',
    notHappened: 'It is not known whether the authorization has ended.',
    remedy: verifyFirst,
  },
};
