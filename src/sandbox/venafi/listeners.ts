/** Further origins of the same world: https with a certificate that is good, or wrong in one of the usual ways. */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { SandboxInputError } from '../inputError';
import type { CertificateAndKey, ListenerRequest, VenafiControl, VenafiListener } from './api';
import type { Certificates } from './certificates';

export interface ListenerParts {
  /** Answers a request that came to that listener. */
  serve(message: IncomingMessage, target: ServerResponse, at: VenafiListener): Promise<void>;
  /** A connection was opened; over TLS, once the handshake is done. */
  connected(socket: Socket): void;
  /** Throws when the port is taken. */
  bind(server: Server, port: number): Promise<AddressInfo>;
  stop(server: Server): Promise<void>;
}

export interface VenafiListeners {
  /** What the control plane offers of it. */
  readonly control: Pick<VenafiControl, 'ca' | 'clientCertificate' | 'listen' | 'listeners' | 'closeListener'>;
  /** Throws what `bind` throws. */
  open(request: ListenerRequest): Promise<VenafiListener>;
  closeAll(): Promise<void>;
}

export const serverLimits = { maxHeaderSize: 65_536, keepAliveTimeout: 60_000 } as const;

export function venafiListeners(parts: ListenerParts): VenafiListeners {
  const opened = new Map<number, { readonly listener: VenafiListener; readonly server: Server }>();
  let made: Promise<Certificates> | undefined;
  let closed = false;

  function certificates(): Promise<Certificates> {
    made ??= import('./certificates').then(({ makeCertificates }) => makeCertificates());
    return made;
  }

  async function open(request: ListenerRequest): Promise<VenafiListener> {
    const { port: wanted = 0, certificate = 'good', serves = 'everything', clientCertificate = 'no' } = request;
    const pair = certificate === 'none' ? undefined : await (await certificates()).server(certificate);
    const server = pair ? tlsServer(pair, clientCertificate, (await certificates()).ca) : createServer(serverLimits);
    const { port, address } = await parts.bind(server, wanted);
    const listener: VenafiListener = {
      origin: `${pair ? 'https' : 'http'}://${address.includes(':') ? `[${address}]` : address}:${port}`,
      port,
      certificate,
      serves,
      clientCertificate,
      certificatePem: pair?.cert ?? '',
    };
    server.on(pair ? 'secureConnection' : 'connection', (socket: Socket) => parts.connected(socket));
    server.on('request', (message, target) => {
      parts.serve(message, target, listener).catch(() => message.socket.destroy());
    });
    opened.set(port, { listener, server });
    if (closed) await closeListener(port);
    return listener;
  }

  async function closeListener(port: number): Promise<boolean> {
    const found = opened.get(port);
    opened.delete(port);
    if (found) await parts.stop(found.server);
    return found !== undefined;
  }

  return {
    control: {
      ca: async () => (await certificates()).ca,
      clientCertificate: async (name) => (await certificates()).client(name),
      listen: (request = {}) =>
        open(request).catch((error: unknown) => {
          throw new SandboxInputError(error instanceof Error ? error.message : String(error));
        }),
      listeners: () => [...opened.values()].map(({ listener }) => listener),
      closeListener,
    },
    open,
    async closeAll() {
      closed = true;
      await Promise.all([...opened.keys()].map(closeListener));
    },
  };
}

function tlsServer(pair: CertificateAndKey, clients: VenafiListener['clientCertificate'], ca: string): Server {
  return createTlsServer({
    ...serverLimits,
    ...pair,
    ...(clients === 'no' ? {} : { ca, requestCert: true, rejectUnauthorized: clients === 'demanded' }),
  });
}
