/** The `CONNECT` of an HTTP proxy (RFC 9110 §9.3.6). */
import type { Socket } from 'node:net';
import Client from 'undici/lib/dispatcher/client.js';
import { detailWords } from '../core/detailWords';
import { errorCode } from './classify';
import type { Limits } from './limits';
import type { ProxyChoice } from './proxy';

export type Tunnel =
  | { readonly kind: 'open'; readonly socket: Socket }
  | { readonly kind: 'refused'; readonly detail: string }
  | { readonly kind: 'stopped' };

/**
 * Asks the proxy at the other end of `carrier` for a tunnel to `target`. The proxy's credentials go to the proxy alone,
 * and nothing of the request goes to it.
 */
export function openTunnel(
  carrier: Socket,
  target: URL,
  proxy: Extract<ProxyChoice, { kind: 'proxy' }>,
  limits: Limits,
  signal: AbortSignal,
): Promise<Tunnel> {
  const authority = `${target.hostname}:${target.port || '443'}`;
  const credentials = proxy.credentials?.revealFor(proxy.url);
  const client = new Client(proxy.url.origin, {
    connect: (_options, callback) => setImmediate(callback, null, carrier),
    maxHeaderSize: limits.headerBytes,
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  return new Promise((resolve) => {
    const finish = (tunnel: Tunnel) => {
      signal.removeEventListener('abort', stop);
      if (tunnel.kind !== 'open') carrier.destroy();
      void client.destroy();
      resolve(tunnel);
    };
    const stop = () => finish({ kind: 'stopped' });
    signal.addEventListener('abort', stop, { once: true });
    client.dispatch(
      {
        method: 'CONNECT',
        path: authority,
        headers: [
          'host',
          authority,
          ...(credentials?.kind === 'revealed' ? ['proxy-authorization', credentials.value] : []),
        ],
      },
      {
        onRequestStart: () => undefined,
        onRequestUpgrade: (_controller, status, headers, socket) => {
          const detail = refusal(status, headers, socket);
          finish(detail === undefined ? { kind: 'open', socket } : { kind: 'refused', detail });
        },
        onResponseError: (_controller, error) =>
          finish({ kind: 'refused', detail: errorCode(error) ?? detailWords.noTunnel }),
      },
    );
  });
}

/** A page in answer to `CONNECT`, or bytes before ours, are a portal speaking and not a tunnel. */
function refusal(status: number, headers: Client.IncomingHeaders, socket: Socket): string | undefined {
  if (status < 200 || status > 299) return `status ${status}`;
  const type = headers['content-type'];
  if (type !== undefined || socket.readableLength > 0) return detailWords.pageForTunnel;
  return undefined;
}
