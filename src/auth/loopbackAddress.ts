/** Which redirect addresses lead back to this machine, and how to listen for them. Pure. */

export interface LoopbackAddress {
  /** Exactly as registered: Google compares the text, `http://localhost:8080` and `http://localhost:8080/` are two. */
  readonly redirectUri: string;
  /** Addresses to listen on. A browser may try either for `localhost`. */
  readonly addresses: readonly string[];
  /** As in `URL.hostname`. */
  readonly hostname: string;
  readonly port: number;
  readonly path: string;
}

const listenOn: ReadonlyMap<string, readonly string[]> = new Map([
  ['127.0.0.1', ['127.0.0.1']],
  ['[::1]', ['::1']],
  ['localhost', ['127.0.0.1', '::1']],
]);

/** What a client without a loopback address of its own is told to register. */
export const suggestedRedirectUri = 'http://127.0.0.1:18791/';

/**
 * Reads a registered redirect address: http, a loopback host, a port of its own, no user, query or fragment.
 * `undefined` for every other one: nobody could listen for it here.
 */
export function readLoopbackAddress(redirectUri: string): LoopbackAddress | undefined {
  if (redirectUri.length > 500 || !/^http:\/\/[\x21-\x7e]+$/i.test(redirectUri) || /[?#@\\]/.test(redirectUri)) return;
  if (!URL.canParse(redirectUri)) return;
  const { hostname, port, pathname } = new URL(redirectUri);
  const addresses = listenOn.get(hostname);
  // Port 80 counts as none; it could seldom be listened on.
  if (!addresses || port === '' || port === '0') return;
  return { redirectUri, addresses, hostname, port: Number(port), path: pathname };
}

/** A desktop client may come back to any port and path of the loopback interface (RFC 8252 §7.3). */
export const anyPortAddress: Omit<LoopbackAddress, 'redirectUri'> = {
  addresses: ['127.0.0.1'],
  hostname: '127.0.0.1',
  port: 0,
  path: '/callback',
};
