/**
 * Waits on this machine's loopback interface for the one request that brings a browser back from a consent page
 * (RFC 8252 §7.3). Everybody on this machine, and every web page in its browsers, can send requests here: what does not
 * carry the state is answered with a fixed page and changes nothing.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Clock } from '../core/ports';
import { anyPortAddress, readLoopbackAddress } from './loopbackAddress';
import { listenOnAll } from './loopbackListen';
import { type LoopbackPage, renderPage } from './loopbackPages';
import { type ExpectedRedirect, maxAddressLength, type RedirectReading, readRedirect } from './loopbackRequest';

export interface LoopbackOptions extends ExpectedRedirect {
  /** `fixed`: a registered address of a web client, exactly as registered. */
  readonly redirect: { readonly kind: 'any-port' } | { readonly kind: 'fixed'; readonly uri: string };
  readonly timeoutMs: number;
  readonly clock: Clock;
}

export type RedirectResult =
  | Extract<RedirectReading, { kind: 'code' | 'denied' | 'error' }>
  | { readonly kind: 'timed-out' }
  | { readonly kind: 'cancelled' };

export type OpenedLoopback =
  | {
      readonly kind: 'listening';
      /** What the service must send the browser back to. */
      readonly redirectUri: string;
      /** Settles once, and never rejects. */
      readonly result: Promise<RedirectResult>;
      /** Ends at once, with `cancelled` if there is no result yet. Resolves when no connection is left. */
      close(): Promise<void>;
    }
  | { readonly kind: 'port-in-use'; readonly port: number }
  /** `code` is the system's error code. */
  | { readonly kind: 'failed'; readonly code: string }
  /** The fixed address is none that can be listened for. */
  | { readonly kind: 'not-loopback' }
  | { readonly kind: 'cancelled' };

/** After the answer, a browser that asks again is still told that all is well; then the port is given back. */
const lingerMs = 1000;

/** Room for the cookies of everything else that the developer runs on this host: cookies are shared by all its ports. */
const serverOptions = {
  maxHeaderSize: 65_536,
  headersTimeout: 10_000,
  requestTimeout: 10_000,
  connectionsCheckingInterval: 2_000,
};
const maxConnections = 64;

/**
 * Opens the listener. It closes by itself: at time-out and when `signal` is aborted at once, after an answer a second
 * later.
 */
export async function openLoopback(options: LoopbackOptions, signal: AbortSignal): Promise<OpenedLoopback> {
  const fixed = options.redirect.kind === 'fixed' ? readLoopbackAddress(options.redirect.uri) : undefined;
  if (options.redirect.kind === 'fixed' && !fixed) return { kind: 'not-loopback' };
  if (signal.aborted) return { kind: 'cancelled' };
  const { hostname, path, addresses, port } = fixed ?? anyPortAddress;
  const wait = new Wait();
  const receive = (request: IncomingMessage, response: ServerResponse): void => {
    const page = wait.receive(request, { ...options, path, host: `${hostname}:${request.socket.localPort}` });
    const { status, headers, body } = renderPage(page);
    response.writeHead(status, headers).end(body);
  };
  const listening = await listenOnAll(addresses, port, (): Server => {
    const server = createServer(serverOptions, receive);
    server.maxConnections = maxConnections;
    return server;
  });
  if (listening.kind === 'port-in-use') return { kind: 'port-in-use', port };
  if (listening.kind === 'failed') return listening;

  const ended = new AbortController();
  const close = async (result: RedirectResult = { kind: 'cancelled' }): Promise<void> => {
    ended.abort();
    signal.removeEventListener('abort', onAbort);
    const isLast = wait.end();
    await listening.stop();
    if (isLast) wait.settle(result);
  };
  const onAbort = (): void => void close();
  const closeAfter = (ms: number, result?: RedirectResult): void =>
    void options.clock.sleep(ms, ended.signal).then(
      () => close(result),
      () => undefined,
    );
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) {
    await close();
    return { kind: 'cancelled' };
  }
  closeAfter(options.timeoutMs, { kind: 'timed-out' });
  void wait.result.then(() => closeAfter(lingerMs));
  return {
    kind: 'listening',
    redirectUri: fixed?.redirectUri ?? `http://${hostname}:${listening.port}${path}`,
    result: wait.result,
    close: () => close(),
  };
}

interface ExpectedRequest extends ExpectedRedirect {
  readonly path: string;
  /** The `Host` header of the browser that was sent here. Another one is a foreign page's, by a name bent to this machine. */
  readonly host: string;
}

/** The one result that is waited for. */
class Wait {
  readonly result: Promise<RedirectResult>;
  #over = false;
  #settle: (result: RedirectResult) => void = () => undefined;

  constructor() {
    this.result = new Promise((resolve) => {
      this.#settle = resolve;
    });
  }

  settle(result: RedirectResult): void {
    this.#settle(result);
  }

  /** Takes no result any more; says whether there was none yet. */
  end(): boolean {
    const isLast = !this.#over;
    this.#over = true;
    return isLast;
  }

  /** Says which page to answer with. */
  receive(request: IncomingMessage, expected: ExpectedRequest): LoopbackPage {
    const target = request.url ?? '';
    if (target.length > maxAddressLength) return 'too-long';
    const hosts = request.headersDistinct['host'] ?? [];
    if (hosts.length !== 1 || hosts[0] !== expected.host) return 'wrong-host';
    if (request.method !== 'GET') return 'wrong-method';
    const query = target.indexOf('?');
    if ((query < 0 ? target : target.slice(0, query)) !== expected.path) return 'not-found';
    if (this.#over) return 'over';
    const reading = readRedirect(new URLSearchParams(query < 0 ? '' : target.slice(query)), expected);
    if (reading.kind === 'wrong-state') return 'wrong';
    this.#over = true;
    const result = reading.kind === 'malformed' ? ({ kind: 'error', code: 'malformed_redirect' } as const) : reading;
    this.#settle(result);
    return pages[result.kind];
  }
}

const pages = { code: 'received', denied: 'denied', error: 'failed' } as const;
