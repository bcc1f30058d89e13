/** A server before the sandbox, on a port of its own: counts what arrives, hands it on, and goes wrong as it is told to. */
import { once } from 'node:events';
import * as http from 'node:http';
import * as https from 'node:https';
import { type AddressInfo, type Socket, Server as TcpServer } from 'node:net';
import type { TestAuthority } from '../../unit/http/certificates';

/** What an accident does with the connection, in place of an answer. `carryOut` has the sandbox do what was asked for. */
export type Accident = (socket: Socket, carryOut: () => Promise<unknown>) => void | Promise<void>;

export interface ArrivedRequest {
  readonly method: string;
  readonly path: string;
}

export interface GateOptions {
  /** Speaks TLS, with a certificate of this authority. */
  readonly authority?: TestAuthority;
  /** The host in {@link Gate.origin}; it must lead to 127.0.0.1, or to a proxy that leads there. */
  readonly host?: string;
}

interface Answer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Buffer;
}

export class Gate {
  readonly arrived: ArrivedRequest[] = [];
  readonly #sandbox: URL;
  readonly #server: http.Server;
  readonly #sockets = new Set<Socket>();
  readonly #accidents: { readonly path: RegExp; readonly accident: Accident; left: number }[] = [];
  readonly #agent = new http.Agent({ keepAlive: true });
  #port = 0;

  private constructor(
    sandbox: string,
    private readonly scheme: 'http' | 'https',
    private readonly host: string,
    server: http.Server,
  ) {
    this.#sandbox = new URL(sandbox);
    this.#server = server;
    server.on('request', (request, response) => void this.#serve(request, response));
    server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => this.#sockets.delete(socket));
    });
    server.on('tlsClientError', () => undefined);
  }

  static async open(sandbox: string, options: GateOptions = {}): Promise<Gate> {
    const { authority, host = '127.0.0.1' } = options;
    const server = authority
      ? https.createServer(await authority.issue(host === '127.0.0.1' ? {} : { name: host }))
      : http.createServer();
    const gate = new Gate(sandbox, authority ? 'https' : 'http', host, server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    gate.#port = (server.address() as AddressInfo).port;
    return gate;
  }

  get origin(): string {
    return `${this.scheme}://${this.host}:${this.#port}`;
  }

  get port(): number {
    return this.#port;
  }

  /** The requests whose path matches, since the start. */
  count(path: RegExp): number {
    return this.arrived.filter((one) => path.test(one.path)).length;
  }

  /** From now on, so many requests to the path meet an accident. */
  strike(path: RegExp, accident: Accident, times = Number.POSITIVE_INFINITY): void {
    this.#accidents.push({ path, accident, left: times });
  }

  repair(): void {
    this.#accidents.length = 0;
  }

  /** What new connections are shown from now on; those that stand go on. */
  showCertificate(certificate: { readonly cert: string; readonly key: string }): void {
    if (!(this.#server instanceof https.Server)) throw new Error('The gate speaks no TLS.');
    this.#server.setSecureContext(certificate);
  }

  dropConnections(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Nobody takes new connections any more; those that stand go on. */
  stopListening(): void {
    // The HTTP server's own way to close would end the connections that wait for a request.
    TcpServer.prototype.close.call(this.#server);
  }

  async close(): Promise<void> {
    const closed = this.#server.listening ? once(this.#server, 'close') : undefined;
    if (closed) this.#server.close();
    this.dropConnections();
    this.#agent.destroy();
    await closed;
  }

  async #serve(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const path = new URL(request.url ?? '/', this.#sandbox).pathname;
    const { method = 'GET' } = request;
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    this.arrived.push({ method, path });
    const forward = () => this.#forward(request, Buffer.concat(chunks));
    const struck = this.#accidents.findLast((one) => one.path.test(path) && one.left > 0);
    if (struck) {
      struck.left -= 1;
      await struck.accident(request.socket, forward);
      return;
    }
    const { status, headers, body } = await forward();
    response.writeHead(status, headers).end(body);
  }

  #forward({ method, url, headers }: http.IncomingMessage, body: Buffer): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const { hostname, port, host } = this.#sandbox;
      const options = { hostname, port, method, path: url, headers: { ...headers, host }, agent: this.#agent };
      const onward = http.request(options, (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('end', () =>
          resolve({ status: answer.statusCode ?? 500, headers: answer.headers, body: Buffer.concat(chunks) }),
        );
      });
      onward.on('error', reject);
      onward.end(body);
    });
  }
}
