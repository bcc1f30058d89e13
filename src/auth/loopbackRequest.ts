/** What a redirect says about a sign-in, whether a browser brings it or the user pastes it. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { type Reason, reason } from '../core/model';
import { BoundSecret } from '../core/redact';

/** Longer addresses are refused unread. Google's have a few hundred characters. */
export const maxAddressLength = 8192;

export interface ExpectedRedirect {
  readonly state: string;
  /** The only origins that will ever receive the code: that of the token endpoint. */
  readonly codeFor: readonly string[];
}

export type RedirectReading =
  | { readonly kind: 'code'; readonly code: BoundSecret }
  /** The user pressed Cancel on the consent page. */
  | { readonly kind: 'denied' }
  /** Another error code of RFC 6749 §4.1.2.1 or of Google; `unrecognised_error` for what is no code. */
  | { readonly kind: 'error'; readonly code: string }
  /** The state is right, but the rest makes no sense. */
  | { readonly kind: 'malformed' }
  /** Not the answer to our question: an older try, another tab, a port scan. The rest was not looked at. */
  | { readonly kind: 'wrong-state' };

/** The state is compared before anything else is read: without it, `error` and `code` are anybody's. */
export function readRedirect(query: URLSearchParams, expected: ExpectedRedirect): RedirectReading {
  const states = query.getAll('state');
  const [state] = states;
  if (state === undefined || states.length > 1 || !sameText(state, expected.state)) return { kind: 'wrong-state' };
  const codes = query.getAll('code');
  const errors = query.getAll('error');
  const [code] = codes;
  const [error] = errors;
  if (codes.length + errors.length !== 1) return { kind: 'malformed' };
  if (code !== undefined) {
    if (!/^[\x21-\x7e]+$/.test(code)) return { kind: 'malformed' };
    return { kind: 'code', code: new BoundSecret(code, expected.codeFor) };
  }
  if (error === 'access_denied') return { kind: 'denied' };
  return { kind: 'error', code: /^[a-z][a-z_]{1,60}$/.test(error ?? '') ? (error ?? '') : 'unrecognised_error' };
}

/** In constant time; over digests, as the comparison wants equal lengths. */
function sameText(given: string, expected: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}

export type PastedRedirect =
  | Extract<RedirectReading, { kind: 'code' | 'denied' | 'error' }>
  /** The reason never carries any of the text. */
  | { readonly kind: 'problem'; readonly reason: Reason };

/**
 * Reads the address that a user pastes because the browser runs on another machine and the listener cannot hear it: a
 * page that does not load, whose address is the redirect. The same checks as for a request.
 */
export function parsePastedRedirect(
  text: string,
  expected: ExpectedRedirect & { readonly redirectUri: string },
): PastedRedirect {
  if (text.length > maxAddressLength + 64) return { kind: 'problem', reason: reason('signIn.pastedTooLong') };
  const trimmed = text.trim();
  if (trimmed === '') return { kind: 'problem', reason: reason('signIn.pastedNothing') };
  // Browsers leave `http://` out of what they show, and some out of what they copy.
  const address = /^[a-z][a-z0-9+.-]*:\/\//i.test(trimmed) ? trimmed : `http://${trimmed}`;
  if (/\s/.test(trimmed) || !/[/?]/.test(trimmed) || !URL.canParse(address)) {
    return { kind: 'problem', reason: reason('signIn.pastedNoAddress') };
  }
  const url = new URL(address);
  const wanted = new URL(expected.redirectUri);
  if (url.origin !== wanted.origin || url.pathname !== wanted.pathname || url.username !== '' || url.password !== '') {
    const start = wanted.origin + wanted.pathname;
    return { kind: 'problem', reason: reason('signIn.pastedOtherAddress', { start }) };
  }
  const reading = readRedirect(url.searchParams, expected);
  switch (reading.kind) {
    case 'wrong-state':
      return {
        kind: 'problem',
        reason: url.searchParams.has('state') ? reason('signIn.pastedOtherState') : reason('signIn.pastedNoState'),
      };
    case 'malformed':
      return { kind: 'problem', reason: reason('signIn.pastedNoCode') };
    default:
      return reading;
  }
}
