import assert from 'node:assert/strict';
import * as net from 'node:net';

/** Somebody else's server on this computer: counts who comes, and keeps what they say. */
export class Stranger {
  readonly #server: net.Server;
  readonly #sockets = new Set<net.Socket>();
  connections = 0;
  heard = '';

  private constructor(answer: string) {
    this.#server = net.createServer((socket) => {
      this.connections++;
      this.#sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('data', (chunk) => {
        this.heard += chunk.toString('latin1');
        if (answer !== '') socket.end(answer);
      });
    });
  }

  /** `answer`: what everybody is told, whatever they say; nothing, if it is empty. */
  static async open(answer = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}'): Promise<Stranger> {
    const stranger = new Stranger(answer);
    await new Promise<void>((listening) => stranger.#server.listen(0, listening));
    return stranger;
  }

  get port(): number {
    const address = this.#server.address();
    assert.ok(address !== null && typeof address === 'object');
    return address.port;
  }

  get origin(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  forget(): void {
    this.connections = 0;
    this.heard = '';
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((closed) => this.#server.close(closed));
  }
}
