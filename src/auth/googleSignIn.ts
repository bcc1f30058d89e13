/**
 * Signing a test user in: listen, open Google's consent page, wait for the browser, exchange the code for tokens. Knows
 * nothing of an editor. The code is exchanged once, whatever comes back.
 */
import { randomBytes } from 'node:crypto';
import { plainText } from '../core/foreignText';
import { unansweredReason } from '../core/httpReason';
import { type Reason, type RemedyAction, reason } from '../core/model';
import type { Clock, HttpResult, Transport } from '../core/ports';
import type { BoundSecret } from '../core/redact';
import type { Authorization, ExchangeResult } from './googleOAuth';
import { openLoopback, type RedirectResult } from './loopback';
import { suggestedRedirectUri } from './loopbackAddress';
import { parsePastedRedirect } from './loopbackRequest';
import { signInDeadEnds, toConnections } from './signInDeadEnds';

export interface SignInRequest {
  readonly clientId: string;
  readonly clientSecret: BoundSecret;
  readonly clientKind: 'installed' | 'web';
  /** Of a web client: one of its loopback addresses, exactly as registered. */
  readonly redirectUri?: string;
  /** Full scopes, all of Data Portability: Google refuses them together with others. */
  readonly scopes: readonly string[];
  /** Which account the page should offer first. */
  readonly loginHint?: string;
  readonly authUrl: URL;
  readonly tokenUrl: URL;
  /** Origins the tokens will be bound to. */
  readonly boundTo: readonly string[];
  /** How long to wait for the browser; 5 minutes if not given. */
  readonly timeoutMs?: number;
}

export interface SignInPorts {
  readonly transport: Transport;
  readonly clock: Clock;
  /** Opens the consent page in a browser; false when that did not happen. */
  readonly openExternal: (url: string) => Promise<boolean>;
  /**
   * Where the browser may run on another machine: asks the user for the address that the browser was sent to. `check`
   * gives the reason why a text is not it. `undefined` when the user has closed the question: the listener still waits.
   * The signal ends the question when it is no longer needed.
   */
  readonly askPasted?: (
    check: (text: string) => Reason | undefined,
    signal: AbortSignal,
  ) => Promise<string | undefined>;
}

export type SignInResult =
  | {
      readonly kind: 'signed-in';
      readonly accessToken: BoundSecret;
      readonly refreshToken: BoundSecret | undefined;
      /** As the token endpoint says, which alone knows what the user has ticked. */
      readonly grantedScopes: readonly string[];
      /** Asked for, and unticked by the user. */
      readonly missingScopes: readonly string[];
      /** Epoch milliseconds, as below; `undefined` when nobody said. */
      readonly accessTokenExpiresAt: number | undefined;
      /** Google says this for clients in testing status (7 days). */
      readonly refreshTokenExpiresAt: number | undefined;
    }
  /** The request cannot be made as it is. No browser was opened. */
  | { readonly kind: 'not-possible'; readonly reason: Reason }
  /** Nobody can listen for the browser. No browser was opened. */
  | { readonly kind: 'listener-failed'; readonly reason: Reason }
  | { readonly kind: 'not-opened'; readonly reason: Reason }
  /** By the user: with Cancel, or by leaving no scope ticked. */
  | { readonly kind: 'denied'; readonly reason: Reason }
  /** `pages`: those of Google's that never lead back here, one of which the browser may show. */
  | { readonly kind: 'timed-out'; readonly reason: Reason; readonly pages: readonly Reason[] }
  | { readonly kind: 'cancelled'; readonly reason: Reason }
  /** By the service, with an error code on the way back or at the exchange. */
  | { readonly kind: 'refused'; readonly reason: Reason }
  /** No answer to the exchange. */
  | {
      readonly kind: 'unanswered';
      readonly result: Exclude<HttpResult, { kind: 'response' | 'aborted' }>;
      readonly reason: Reason;
    };

const defaultTimeoutMs = 300_000;

/** Characters. Google answers 400 to longer addresses, somewhere below 6 kB; all scopes at once exceed it. */
export const maxAuthUrlLength = 5500;

const portabilityScope = /^https:\/\/www\.googleapis\.com\/auth\/dataportability(?:\.[a-z0-9_]+)+$/;

const retry: RemedyAction = { kind: 'retry' };
const openSettings: RemedyAction = { kind: 'open-settings' };
const replaceCredential: RemedyAction = { kind: 'replace-credential' };

/** Never rejects for anything that the user, the browser, the service or the network does. */
export async function signIn(request: SignInRequest, ports: SignInPorts, signal: AbortSignal): Promise<SignInResult> {
  const obstacle = findObstacle(request);
  if (obstacle) return { kind: 'not-possible', reason: obstacle };
  const expected = { state: randomBytes(32).toString('base64url'), codeFor: [request.tokenUrl.origin] };
  const timeoutMs = request.timeoutMs ?? defaultTimeoutMs;
  const redirect =
    request.clientKind === 'web'
      ? ({ kind: 'fixed', uri: request.redirectUri ?? '' } as const)
      : ({ kind: 'any-port' } as const);
  const listener = await openLoopback({ ...expected, redirect, timeoutMs, clock: ports.clock }, signal);
  switch (listener.kind) {
    case 'not-loopback':
      return {
        kind: 'not-possible',
        reason: reason('signIn.noLoopback', { redirectUri: suggestedRedirectUri }, [openSettings]),
      };
    case 'port-in-use':
      return { kind: 'listener-failed', reason: reason('signIn.portInUse', { port: String(listener.port) }, [retry]) };
    case 'failed':
      return {
        kind: 'listener-failed',
        reason: reason('signIn.listenFailed', { detail: plainText(listener.code, 40) }, [retry]),
      };
    case 'cancelled':
      return cancelled;
  }
  const { redirectUri } = listener;
  try {
    const { prepareAuthorization, exchangeCode } = await import('./googleOAuth');
    const scopes = [...new Set(request.scopes)];
    const authorization = await prepareAuthorization({ ...request, scopes, redirectUri, state: expected.state });
    const { length } = authorization.url;
    if (length > maxAuthUrlLength) {
      const params = { count: String(scopes.length), length: String(length), limit: String(maxAuthUrlLength) };
      return { kind: 'not-possible', reason: reason('signIn.tooManyScopes', params) };
    }
    const back = await waitForBrowser(authorization, listener, { ...expected, redirectUri }, ports, signal);
    switch (back.kind) {
      case 'code': {
        const { codeVerifier } = authorization;
        const exchange = { ...request, code: back.code, codeVerifier, redirectUri };
        return concludeExchange(
          await exchangeCode(exchange, ports.transport, ports.clock, signal),
          { ...request, scopes },
          redirectUri,
        );
      }
      case 'denied':
        return { kind: 'denied', reason: reason('signIn.denied', {}, [retry]) };
      case 'error':
        return { kind: 'refused', reason: reason('signIn.redirectError', { error: back.code }, [retry]) };
      case 'timed-out':
        return {
          kind: 'timed-out',
          reason: reason('signIn.timedOut', { minutes: String(Math.round(timeoutMs / 6_000) / 10) }, [
            retry,
            toConnections,
          ]),
          pages: signInDeadEnds({ clientId: request.clientId, redirectUri }),
        };
      case 'not-opened':
        return { kind: 'not-opened', reason: reason('signIn.notOpened', {}, [retry]) };
      case 'cancelled':
        return cancelled;
    }
  } finally {
    await listener.close();
  }
}

const cancelled: SignInResult = { kind: 'cancelled', reason: reason('signIn.cancelled', {}, [retry]) };

/** What makes the request one that Google refuses, or that would send a secret elsewhere. */
function findObstacle({ scopes, clientSecret, tokenUrl }: SignInRequest): Reason | undefined {
  if (scopes.length === 0) return reason('signIn.noScopes');
  const foreign = scopes.find((scope) => !portabilityScope.test(scope));
  if (foreign !== undefined) return reason('signIn.foreignScope', { scope: plainText(foreign, 100) });
  const revealed = clientSecret.revealFor(tokenUrl);
  if (revealed.kind === 'foreign-origin') {
    return reason('credential.foreignOrigin', { boundTo: revealed.boundTo.join(', ') }, [openSettings]);
  }
  return undefined;
}

interface Listener {
  readonly result: Promise<RedirectResult>;
}

type ExpectedBack = Parameters<typeof parsePastedRedirect>[1];

/** Whichever comes first: the browser here, the address pasted by the user, no browser at all, time-out, cancel. */
async function waitForBrowser(
  authorization: Authorization,
  listener: Listener,
  expected: ExpectedBack,
  ports: SignInPorts,
  signal: AbortSignal,
): Promise<RedirectResult | { readonly kind: 'not-opened' }> {
  if (signal.aborted) return { kind: 'cancelled' };
  const over = new AbortController();
  try {
    return await Promise.race([
      listener.result,
      unopened(ports.openExternal, authorization.url),
      ...(ports.askPasted ? [pasted(ports.askPasted, expected, over.signal)] : []),
    ]);
  } finally {
    over.abort();
  }
}

/** Settles only when no browser was opened: an opened one says nothing until it comes back. */
function unopened(openExternal: SignInPorts['openExternal'], url: string): Promise<{ readonly kind: 'not-opened' }> {
  return new Promise((resolve) => {
    const notOpened = (): void => resolve({ kind: 'not-opened' });
    const opening = async (): Promise<boolean> => openExternal(url);
    opening().then((opened) => {
      if (!opened) notOpened();
    }, notOpened);
  });
}

/** Settles only with an address that belongs to this sign-in. */
function pasted(
  askPasted: NonNullable<SignInPorts['askPasted']>,
  expected: ExpectedBack,
  over: AbortSignal,
): Promise<RedirectResult> {
  const check = (text: string): Reason | undefined => {
    const reading = parsePastedRedirect(text, expected);
    return reading.kind === 'problem' ? reading.reason : undefined;
  };
  return new Promise((resolve) => {
    const asking = async (): Promise<string | undefined> => askPasted(check, over);
    asking().then(
      (text) => {
        const reading = text === undefined ? undefined : parsePastedRedirect(text, expected);
        if (reading && reading.kind !== 'problem') resolve(reading);
      },
      // The question could not be asked, or was ended: the listener still waits.
      () => undefined,
    );
  });
}

function concludeExchange(result: ExchangeResult, request: SignInRequest, redirectUri: string): SignInResult {
  const { clientId, tokenUrl, scopes } = request;
  switch (result.kind) {
    case 'exchanged': {
      // RFC 6749 §5.1: an answer that names no scopes grants those asked for.
      const grantedScopes = result.grantedScopes ?? scopes;
      if (grantedScopes.length === 0) return { kind: 'denied', reason: reason('signIn.nothingGranted', {}, [retry]) };
      const missingScopes = scopes.filter((scope) => !grantedScopes.includes(scope));
      return { ...result, kind: 'signed-in', grantedScopes, missingScopes };
    }
    case 'unanswered':
      if (result.result.kind === 'aborted') {
        return { kind: 'cancelled', reason: reason('signIn.cancelledAfterConsent', {}, [toConnections]) };
      }
      return {
        kind: 'unanswered',
        result: result.result,
        reason: {
          ...reason('signIn.exchangeUnanswered', {}, [toConnections]),
          cause: unansweredReason(result.result, tokenUrl.host, []),
        },
      };
    case 'refused':
      return { kind: 'refused', reason: refusal(result.error, { clientId, redirectUri, host: tokenUrl.host }) };
  }
}

function refusal(
  error: string,
  { clientId, redirectUri, host }: { readonly clientId: string; readonly redirectUri: string; readonly host: string },
): Reason {
  switch (error) {
    case 'invalid_grant':
      return reason('signIn.codeRejected', {}, [toConnections]);
    case 'invalid_client':
    case 'unauthorized_client':
      return reason('signIn.invalidClient', { clientId }, [replaceCredential, toConnections]);
    case 'redirect_uri_mismatch':
      return reason('signIn.redirectUriMismatch', { redirectUri }, [toConnections]);
    default:
      return reason('signIn.exchangeFailed', { host, error }, [toConnections]);
  }
}
