/**
 * The device flow (RFC 8628) of `/vedauth/`, through oauth4webapi: no password passes through the editor, and whatever
 * sign-in the server knows works, SAML included. Knows nothing of an editor. A lazy part of the bundle.
 */
import * as oauth from 'oauth4webapi';
import type { HttpResult, Transport } from '../core/ports';
import { BoundSecret } from '../core/redact';
import { asFetch, findTransportFailure } from '../http/fetchAdapter';
import {
  type IssuedTokens,
  noTokenInAnswer,
  readIssuedTokens,
  type SignInPorts,
  type VedauthClient,
  type VedauthFailure,
  type VedauthPorts,
  vedauthUrl,
} from './vedauth';
import { issueOrEnd } from './vedauthAbandoned';
import { parseJson, readVedError } from './vedauthAnswer';

/** What the user is shown. */
export interface DeviceCode {
  readonly userCode: string;
  /** Page where the code is typed in; https, or http of this machine. */
  readonly verificationUri: string;
  /** The same page with the code filled in, where the server offers it. */
  readonly verificationUriComplete: string | undefined;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
}

export type DeviceStart =
  | { readonly kind: 'started'; readonly code: DeviceCode; readonly waiting: DeviceWaiting }
  /** The server sends the user to an address that is no web page over https. */
  | { readonly kind: 'bad-page' }
  | VedauthFailure;

export interface DeviceWaiting {
  /** Polls until the user has answered, the code ends, or `signal` is aborted. To be called once. */
  wait(signal: AbortSignal): Promise<DeviceResult>;
}

export type DeviceResult =
  | { readonly kind: 'issued'; readonly tokens: IssuedTokens }
  | { readonly kind: 'expired' }
  | { readonly kind: 'denied' }
  | { readonly kind: 'aborted' }
  | VedauthFailure;

/** RFC 8628 §3.5: what each poll is apart at least, and what `slow_down` adds. */
const defaultIntervalS = 5;
const slowDownS = 5;
/** A poll that met no answer doubles the interval (RFC 8628 §3.5), up to this. */
const longestIntervalS = 60;
/** A code that the server would keep for longer is given up: nobody comes back to that page any more. */
const longestWaitS = 30 * 60;

/** Asks for a code. */
export async function startDeviceSignIn(
  client: VedauthClient,
  scope: string,
  ports: SignInPorts,
  signal: AbortSignal,
): Promise<DeviceStart> {
  const exchange = new OneExchange(client, ports.transport, signal);
  try {
    const response = await oauth.deviceAuthorizationRequest(
      exchange.server,
      exchange.client,
      oauth.None(),
      { scope },
      exchange.options,
    );
    const answer = await oauth.processDeviceAuthorizationResponse(exchange.server, exchange.client, response);
    const page = webPage(answer.verification_uri);
    if (page === undefined) return { kind: 'bad-page' };
    const { clock } = ports;
    const lifetimeMs = Math.min(answer.expires_in, longestWaitS) * 1000;
    const started: Started = {
      deviceCode: new BoundSecret(answer.device_code, [client.authOrigin]),
      endsAt: clock.monotonic() + lifetimeMs,
      intervalS: Math.max(answer.interval ?? defaultIntervalS, 1),
    };
    return {
      kind: 'started',
      code: {
        userCode: answer.user_code,
        verificationUri: page,
        verificationUriComplete: webPage(answer.verification_uri_complete),
        expiresAt: clock.now() + lifetimeMs,
      },
      waiting: { wait: (waitSignal) => poll(client, started, ports, waitSignal) },
    };
  } catch (error) {
    return exchange.explain(error);
  }
}

interface Started {
  readonly deviceCode: BoundSecret;
  /** On the monotonic clock. */
  readonly endsAt: number;
  readonly intervalS: number;
}

async function poll(
  client: VedauthClient,
  { deviceCode, endsAt, intervalS: first }: Started,
  ports: SignInPorts,
  signal: AbortSignal,
): Promise<DeviceResult> {
  const { clock } = ports;
  for (let intervalS = first; ; ) {
    if (clock.monotonic() + intervalS * 1000 > endsAt) return { kind: 'expired' };
    try {
      await clock.sleep(intervalS * 1000, signal);
    } catch {
      return { kind: 'aborted' };
    }
    // The answer to a poll that has left may bring tokens, whether or not somebody is still waiting.
    const once = (transport: Transport, inner: AbortSignal) =>
      pollOnce(client, deviceCode, { transport, clock }, inner);
    const result = await issueOrEnd<DeviceResult>(client, once, ports, signal, ports.onAbandoned ?? (() => undefined));
    if (result.kind === 'unanswered') {
      if (result.result.kind === 'aborted') return { kind: 'aborted' };
      if (!mayPollAgain(result.result)) return result;
      intervalS = Math.min(intervalS * 2, longestIntervalS);
      continue;
    }
    if (result.kind !== 'refused') return result;
    switch (result.error) {
      case 'authorization_pending':
        continue;
      case 'slow_down':
        intervalS += slowDownS;
        continue;
      case 'expired_token':
        return { kind: 'expired' };
      case 'access_denied':
        return { kind: 'denied' };
      default:
        return result;
    }
  }
}

/** A network that comes back may still bring the answer; an address that cannot be right will not. */
function mayPollAgain(result: Exclude<HttpResult, { kind: 'response' }>): boolean {
  if (result.kind === 'broken') return true;
  const passing = ['dns', 'refused', 'unreachable', 'connect-timeout', 'proxy-unreachable'];
  return result.kind === 'not-sent' && passing.includes(result.cause);
}

async function pollOnce(
  client: VedauthClient,
  deviceCode: BoundSecret,
  { transport, clock }: VedauthPorts,
  signal: AbortSignal,
): Promise<DeviceResult> {
  const exchange = new OneExchange(client, transport, signal);
  const code = deviceCode.revealFor(vedauthUrl(client.authOrigin, ''));
  if (code.kind !== 'revealed') throw new Error('A device code is bound to another origin than its own.');
  try {
    const response = await oauth.deviceCodeGrantRequest(
      exchange.server,
      exchange.client,
      oauth.None(),
      code.value,
      exchange.options,
    );
    const answer = await oauth.processDeviceCodeResponse(exchange.server, exchange.client, response);
    const tokens = readIssuedTokens(answer, client.boundTo, clock.now());
    return tokens ? { kind: 'issued', tokens } : noToken;
  } catch (error) {
    return exchange.explain(error);
  }
}

const noToken: VedauthFailure = { kind: 'refused', status: 200, error: noTokenInAnswer, description: '' };

/**
 * One request of the library through our transport. The library's errors carry whole answers, tokens included: they are
 * never logged or rethrown, and what went wrong is read from our own copy of the answer.
 */
class OneExchange {
  readonly server: oauth.AuthorizationServer;
  readonly client: oauth.Client;
  readonly options: oauth.DeviceAuthorizationRequestOptions;
  #answer: Extract<HttpResult, { kind: 'response' }> | undefined;

  constructor({ authOrigin, clientId, project }: VedauthClient, transport: Transport, signal: AbortSignal) {
    this.server = {
      issuer: authOrigin,
      device_authorization_endpoint: vedauthUrl(authOrigin, 'authorize/device').href,
      token_endpoint: vedauthUrl(authOrigin, 'authorize/token').href,
    };
    this.client = { client_id: clientId };
    const send: Transport['send'] = async (request) => {
      // A device code works once: the answer must not be lost to a second sending.
      const result = await transport.send({ ...request, project, effect: 'irreversible' }, signal);
      if (result.kind === 'response') this.#answer = result;
      return result;
    };
    const fetchOne = (url: string, init: RequestInit): Promise<Response> =>
      asFetch({ send }, { effect: 'read', allowedOrigins: [authOrigin], pathTemplate: new URL(url).pathname })(
        url,
        init,
      );
    this.options = {
      [oauth.customFetch]: (url, { method, headers, body }) =>
        fetchOne(url, { method, headers, ...(body === undefined ? {} : { body: String(body) }) }),
      // The endpoint policy decides about http: it allows this machine alone.
      [oauth.allowInsecureRequests]: true,
    };
  }

  explain(failure: unknown): VedauthFailure {
    const ending = findTransportFailure(failure);
    if (ending) return { kind: 'unanswered', result: ending.result };
    if (!this.#answer) throw new Error('oauth4webapi has failed before it sent anything.');
    const { status, error, description } = readVedError(this.#answer);
    if (status === 200 && parseJson(this.#answer.body) === undefined) {
      return { kind: 'refused', status, error: 'the answer is no JSON', description: '' };
    }
    return { kind: 'refused', status, error: error || `HTTP ${status}`, description };
  }
}

/** An address that may be opened in a browser. */
function webPage(text: string | undefined): string | undefined {
  if (text === undefined || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  const local = ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
  const web = url.protocol === 'https:' || (url.protocol === 'http:' && local);
  return web && url.username === '' && url.password === '' ? url.href : undefined;
}
