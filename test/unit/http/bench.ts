/** What the tests of the transport share: servers on loopback that count, and a transport whose log is kept. */
import { once } from 'node:events';
import * as net from 'node:net';
import type { HttpRequest, HttpResult, Log } from '../../../src/core/ports';
import type { ProxySettings } from '../../../src/http/proxy';
import { createTransport, type TransportOptions, type UndiciTransport } from '../../../src/http/transport';

export interface Listening {
  readonly origin: string;
  readonly port: number;
  /** Connections accepted so far. */
  connections(): number;
  /** Connections open now. */
  open(): number;
  /** Destroys every open connection, leaving the server listening. */
  dropConnections(): void;
}

export const noProxy: ProxySettings = { support: 'on', proxy: '', noProxy: [], env: {} };

/** One test's servers and transports; {@link Bench.close} ends them all. */
export class Bench {
  readonly logged: string[] = [];
  readonly #servers: net.Server[] = [];
  readonly #sockets = new Set<net.Socket>();
  readonly #transports: UndiciTransport[] = [];

  /** Listens with any TCP-based server (`net`, `http`, `tls`, `https`). */
  async listen(server: net.Server, scheme: 'http' | 'https' = 'http'): Promise<Listening> {
    let connections = 0;
    const own = new Set<net.Socket>();
    server.on('connection', (socket: net.Socket) => {
      connections++;
      own.add(socket);
      this.#sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => own.delete(socket));
    });
    server.on('tlsClientError', () => undefined);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    this.#servers.push(server);
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    return {
      origin: `${scheme}://127.0.0.1:${address.port}`,
      port: address.port,
      connections: () => connections,
      open: () => own.size,
      dropConnections: () => {
        for (const socket of own) socket.destroy();
      },
    };
  }

  /** A server that reads one request per connection up to the end of its headers and then does `answer`. */
  raw(answer: (socket: net.Socket, head: string) => void): Promise<Listening> {
    return this.listen(
      net.createServer((socket) => {
        let head = '';
        socket.on('data', (chunk) => {
          head += chunk.toString('latin1');
          if (!head.includes('\r\n\r\n')) return;
          const whole = head;
          head = '';
          answer(socket, whole);
        });
      }),
    );
  }

  transport(options: Partial<TransportOptions> = {}): UndiciTransport {
    const keep = (line: string) => void this.logged.push(line);
    const log: Log = { trace: keep, info: keep, warn: keep, error: keep };
    const transport = createTransport({
      log,
      proxy: () => noProxy,
      trust: { extraCertificates: () => [] },
      ...options,
    });
    this.#transports.push(transport);
    return transport;
  }

  async close(): Promise<void> {
    await Promise.all(this.#transports.map((transport) => transport.close()));
    for (const socket of this.#sockets) socket.destroy();
    await Promise.all(this.#servers.map((server) => new Promise((resolve) => server.close(resolve))));
  }
}

export const neverAborted = new AbortController().signal;

type Wishes = Partial<Omit<HttpRequest, 'url'>>;

export function get(origin: string, path = '/', wishes: Wishes = {}): HttpRequest {
  return { method: 'GET', url: new URL(path, origin), pathTemplate: '/{path}', effect: 'read', ...wishes };
}

export function post(origin: string, path = '/', wishes: Wishes = {}): HttpRequest {
  return {
    method: 'POST',
    url: new URL(path, origin),
    pathTemplate: '/{path}',
    effect: 'irreversible',
    body: { kind: 'json', value: {} },
    ...wishes,
  };
}

/** Sends and counts how often the request was said to leave. */
export async function sendCounting(
  transport: UndiciTransport | { send: UndiciTransport['send'] },
  request: HttpRequest,
  signal: AbortSignal = neverAborted,
): Promise<{ readonly result: HttpResult; readonly sent: number }> {
  let sent = 0;
  const result = await transport.send({ ...request, onSent: () => void sent++ }, signal);
  return { result, sent };
}

/** Waits until `condition` holds, or fails after 5 s. */
export async function until(condition: () => boolean): Promise<void> {
  const deadline = performance.now() + 5000;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error('condition never held');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
