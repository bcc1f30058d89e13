/** A proxy that knows CONNECT alone and leads everything to one port of this machine. */
import { once } from 'node:events';
import * as http from 'node:http';
import { type AddressInfo, connect, type Socket, Server as TcpServer } from 'node:net';

export interface AskedTunnel {
  readonly target: string;
  readonly headers: http.IncomingHttpHeaders;
}

export class ConnectProxy {
  readonly asked: AskedTunnel[] = [];
  /** What is answered in place of a tunnel, byte by byte. */
  refusal: string | undefined;
  /** The value of `Proxy-Authorization` without which there is no tunnel. */
  wanted: string | undefined;
  readonly #server = http.createServer();
  readonly #sockets = new Set<Socket>();
  #port = 0;

  private constructor(private readonly portOf: (target: string) => number) {
    this.#server.on('connection', (socket: Socket) => this.#keep(socket));
    this.#server.on('connect', (request: http.IncomingMessage, client: Socket) => this.#tunnel(request, client));
  }

  static async open(portOf: (target: string) => number): Promise<ConnectProxy> {
    const proxy = new ConnectProxy(portOf);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    proxy.#port = (proxy.#server.address() as AddressInfo).port;
    return proxy;
  }

  get origin(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** No new connections; tunnels that stand go on. */
  stopListening(): void {
    TcpServer.prototype.close.call(this.#server);
  }

  async close(): Promise<void> {
    const closed = this.#server.listening ? once(this.#server, 'close') : undefined;
    if (closed) this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => this.#sockets.delete(socket));
  }

  #tunnel({ url = '', headers }: http.IncomingMessage, client: Socket): void {
    this.asked.push({ target: url, headers });
    const denied = this.wanted !== undefined && headers['proxy-authorization'] !== this.wanted;
    const refusal = denied
      ? 'HTTP/1.1 407 Proxy Authentication Required\r\nproxy-authenticate: Basic\r\ncontent-length: 0\r\n\r\n'
      : this.refusal;
    if (refusal !== undefined) return void client.end(refusal);
    const upstream = connect(this.portOf(url), '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      upstream.pipe(client).pipe(upstream);
    });
    this.#keep(upstream);
    upstream.on('close', () => client.destroy());
    client.on('close', () => upstream.destroy());
  }
}
