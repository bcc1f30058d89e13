/** The wire between a window and the sandbox, on which the one request of a reset, or its answer, can be held. */

import type { AddressInfo } from 'node:net';
import { connect, createServer, type Server, type Socket } from 'node:net';

export interface Wire {
  /** What the window takes for the service's origin. */
  readonly origin: string;
  /**
   * The next request whose first line matches gets no further than `at`: it is not handed to the service, or carried
   * out and its answer kept back. Resolves when it has come so far; what is kept is thrown away.
   */
  holdNext(path: RegExp, at: 'request' | 'answer'): Promise<void>;
  close(): Promise<void>;
}

interface Hold {
  readonly path: RegExp;
  readonly at: 'request' | 'answer';
  reached(): void;
}

/** @param port of the sandbox, which knows itself by it: what names one port on the one side names the other on the other */
export async function openWire(port: number): Promise<Wire> {
  const sockets = new Set<Socket>();
  let hold: Hold | undefined;
  const server = createServer((near) => {
    const far = connect(port, '127.0.0.1');
    let held: Hold | undefined;
    const pass = (from: Socket, to: Socket, renamed: (bytes: Buffer) => Buffer, holds: (bytes: Buffer) => boolean) => {
      sockets.add(from);
      from.on('data', (bytes) => {
        if (!holds(bytes)) to.write(renamed(bytes));
      });
      from.on('error', () => undefined);
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
    };
    const rename = (from: number, to: number) => (bytes: Buffer) =>
      Buffer.from(bytes.toString('latin1').replaceAll(`127.0.0.1:${from}`, `127.0.0.1:${to}`), 'latin1');
    pass(near, far, rename(ownPort(server), port), (bytes) => {
      if (hold?.path.test(bytes.toString('latin1'))) {
        held = hold;
        hold = undefined;
      }
      if (held?.at === 'request') held.reached();
      return held?.at === 'request';
    });
    pass(far, near, rename(port, ownPort(server)), () => {
      held?.reached();
      return held !== undefined;
    });
  });
  // As many digits as the sandbox's port has: renaming must not change the length of what is sent.
  for (let attempt = 0; ; attempt++) {
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    if (String(ownPort(server)).length === String(port).length) break;
    if (attempt === 20) throw new Error('no port of that length is free');
    await new Promise((closed) => server.close(closed));
  }
  return {
    origin: `http://127.0.0.1:${ownPort(server)}`,
    holdNext: (path, at) =>
      new Promise((reached) => {
        hold = { path, at, reached };
      }),
    async close() {
      const closed = new Promise((done) => server.close(done));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

function ownPort(server: Server): number {
  return (server.address() as AddressInfo).port;
}
