/** What signing in to Trust Protection Platform, and staying signed in, can fail of. Placeholders are `{name}`. */
import { unansweredReason } from '../core/httpReason';
import { type Reason, type RemedyAction, reason } from '../core/model';
import type { ReasonText } from '../core/provider';
import type { VedauthFailure } from './vedauth';
import type { DeviceResult, DeviceStart } from './vedauthDevice';

const retry: readonly RemedyAction[] = [{ kind: 'retry' }];

/** Why a refresh has brought no tokens; nothing is lost by it. */
export function refreshFailed(failure: VedauthFailure, authOrigin: string): Reason {
  return { ...reason('venafi.refreshFailed', {}, retry), cause: causeOf(failure, new URL(authOrigin).host) };
}

/** Why the server may still know the sign-in. */
export function signOutFailed(failure: VedauthFailure, authOrigin: string): Reason {
  return { ...reason('venafi.signOutFailed', {}, retry), cause: causeOf(failure, new URL(authOrigin).host) };
}

/** Why a sign-in has brought no tokens; `undefined` when the user has ended it. */
export function signInFailed(
  result: Exclude<DeviceResult | DeviceStart, { kind: 'issued' | 'started' }>,
  authOrigin: string,
): Reason | undefined {
  switch (result.kind) {
    case 'denied':
      return reason('venafi.signInDenied');
    case 'expired':
      return reason('venafi.signInExpired', {}, retry);
    case 'bad-page':
      return reason('venafi.signInBadPage');
    case 'aborted':
      return undefined;
    case 'refused':
    case 'unanswered':
      if (result.kind === 'unanswered' && result.result.kind === 'aborted') return undefined;
      return {
        // Only somebody who was heard can have been wrong about the name or the password.
        ...reason(result.kind === 'refused' ? 'venafi.signInFailed' : 'venafi.signInUnanswered', {}, retry),
        cause: causeOf(result, new URL(authOrigin).host),
      };
  }
}

function causeOf(failure: VedauthFailure, host: string): Reason {
  if (failure.kind === 'refused') {
    const { error, description } = failure;
    return reason('venafi.auth.refused', { host, error, message: description || '–' });
  }
  const { result } = failure;
  return result.kind === 'aborted' ? reason('venafi.auth.stopped', { host }) : unansweredReason(result, host, []);
}

const signInAgain = 'Sign in again.';

export const vedauthReasonTexts: Readonly<Record<string, ReasonText>> = {
  'venafi.auth.refused': { happened: '{host} refused with "{error}": {message}' },
  'venafi.auth.stopped': { happened: 'You stopped waiting for {host}.' },
  'venafi.signInFailed': {
    happened: 'The sign-in failed. {cause}',
    notHappened: 'Nothing was stored.',
    remedy: 'Check user name, password, client ID and scope, and try again.',
  },
  'venafi.signInUnanswered': {
    happened: 'The sign-in failed. {cause}',
    notHappened: 'Nothing was stored.',
    remedy: '{causeRemedy} Try again.',
  },
  'venafi.signInDenied': { happened: 'The sign-in was denied in the browser.', notHappened: 'Nothing was stored.' },
  'venafi.signInExpired': {
    happened: 'Nobody entered the code in time.',
    notHappened: 'Nothing was stored.',
    remedy: 'Start the sign-in again.',
  },
  'venafi.signInBadPage': {
    happened: 'The server names a sign-in page that is no https address.',
    notHappened: 'It was not opened.',
    remedy: 'Let the administrator correct the address of the authorization server.',
  },
  'venafi.signOutFailed': {
    happened: 'The server may still know the sign-in. {cause}',
    notHappened: 'Nothing was forgotten here.',
    remedy: '{causeRemedy} Try again, or let an administrator revoke it.',
  },
  'venafi.refreshFailed': {
    happened: 'The sign-in could not be renewed. {cause}',
    notHappened: 'You are still signed in; nothing was forgotten.',
    remedy: '{causeRemedy} Try again.',
  },
  'venafi.refreshBusy': {
    happened: 'Another window has been renewing the sign-in for some time.',
    notHappened: 'You are still signed in; nothing was forgotten.',
    remedy: 'Try again in a minute.',
  },
  'venafi.invalidGrant': {
    happened:
      'The server no longer accepts the sign-in: it was revoked, has ended, or its refresh token was used elsewhere.',
    remedy: signInAgain,
  },
  'venafi.tokenEnded': {
    happened: 'The access token has ended, and there is no refresh token to renew it with.',
    remedy: signInAgain,
  },
  'venafi.signedOut': {
    happened: 'The sign-in was forgotten, or replaced by another, while it was being renewed.',
    notHappened: 'Nothing was stored.',
    remedy: 'Try again. Sign in if nobody is signed in by now.',
  },
  'venafi.tokensElsewhere': {
    happened:
      'Another window has renewed the sign-in, but the secret storage of this computer does not show the new tokens.',
    notHappened: 'Nothing was sent with the old tokens.',
    remedy: 'Unlock the keyring, and try again in the window that was used last. If that one is closed, sign in again.',
  },
  'venafi.tokensUnreadable': {
    happened: 'The tokens of the sign-in cannot be read: the secret storage or the disk does not answer.',
    notHappened: 'You are still signed in; nothing was forgotten.',
    remedy: 'Unlock the keyring and try again.',
  },
};
