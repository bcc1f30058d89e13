/**
 * A long way to a server on this machine: what either side sends arrives half a round trip later. The kernel shakes hands
 * for TCP at once, so the first bytes of a client are held for the round trip that this would have taken.
 */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { DelayedPipe } from './delayedPipe';

export class Relay {
  roundTripMs = 0;
  readonly #server = createServer((client) => this.#carry(client));

  constructor(private readonly port: number) {}

  /** Resolves with the port that clients connect to. */
  async listen(): Promise<number> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return (this.#server.address() as AddressInfo).port;
  }

  #carry(client: Socket): void {
    const server = connect(this.port, '127.0.0.1');
    for (const socket of [client, server]) socket.setNoDelay(true);
    let shakenHands = false;
    const there = new DelayedPipe(server, () => {
      const handshakeMs = shakenHands ? 0 : this.roundTripMs;
      shakenHands = true;
      return handshakeMs + this.roundTripMs / 2;
    });
    const back = new DelayedPipe(client, () => this.roundTripMs / 2);
    join(client, there, server);
    join(server, back, client);
  }
}

function join(from: Socket, pipe: DelayedPipe, to: Socket): void {
  from.on('data', (chunk: Buffer) => pipe.write(chunk));
  from.on('end', () => pipe.end());
  from.on('error', () => to.destroy());
}
