/** Servers on the addresses of one loopback name. */
import type { Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

export type ListenResult =
  | { readonly kind: 'listening'; readonly port: number; stop(): Promise<void> }
  | { readonly kind: 'port-in-use' }
  /** `code` is the system's error code, for instance `EACCES`. */
  | { readonly kind: 'failed'; readonly code: string };

/** Address families that a machine may do without. */
const missingFamily = new Set(['EADDRNOTAVAIL', 'EAFNOSUPPORT']);

/**
 * Listens on all `addresses` with one server each. An address that this machine does not have is left out as long as
 * another one is there; one that is taken fails the whole, as the browser could go to whoever took it.
 */
export async function listenOnAll(
  addresses: readonly string[],
  port: number,
  createServer: () => Server,
): Promise<ListenResult> {
  const servers: Server[] = [];
  const sockets = new Set<Socket>();
  let missing = 'EADDRNOTAVAIL';
  for (const address of addresses) {
    const server = createServer();
    server.on('connection', (socket) => {
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
    });
    const code = await listen(server, address, port);
    if (code === undefined) {
      servers.push(server);
    } else if (missingFamily.has(code)) {
      missing = code;
    } else {
      await stopAll(servers, sockets);
      return code === 'EADDRINUSE' ? { kind: 'port-in-use' } : { kind: 'failed', code };
    }
  }
  const [first] = servers;
  if (!first) return { kind: 'failed', code: missing };
  return {
    kind: 'listening',
    port: (first.address() as AddressInfo).port,
    stop: () => stopAll(servers, sockets),
  };
}

/** The error code, or nothing when the server listens. */
function listen(server: Server, host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'unknown'));
    server.listen({ host, port, exclusive: true }, () => {
      // A later failure to accept a connection must not end the process.
      server.on('error', () => undefined);
      resolve(undefined);
    });
  });
}

async function stopAll(servers: readonly Server[], sockets: ReadonlySet<Socket>): Promise<void> {
  const closed = servers.map((server) => new Promise((resolve) => server.close(resolve)));
  // An answer that was handed over is still written out; it is small, so nobody can hold the socket open with it.
  for (const socket of sockets) socket.destroySoon();
  await Promise.all(closed);
}
