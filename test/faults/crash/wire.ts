/** The wire between a window and the sandbox, on which the requests of a reset, or their answers, can be held. */
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** Which request gets no further than where. */
export interface Hold {
  /** What the first line of the request has to match. */
  readonly path: RegExp;
  /** It is not handed to the service, or it is carried out and its answer kept back. */
  readonly at: 'request' | 'answer';
  /** Counts only once such a request has been seen. */
  readonly after?: RegExp;
}

export interface Wire {
  /** What the window takes for the service's origin. */
  readonly origin: string;
  /** Holds the next such request. Resolves when it has come so far; what is kept is thrown away. */
  holdNext(hold: Hold): Promise<void>;
  close(): Promise<void>;
}

interface Waiting extends Hold {
  armed: boolean;
  reached(): void;
}

/** @param port of the sandbox, which knows itself by it: what names one port on the one side names the other on the other */
export async function openWire(port: number): Promise<Wire> {
  const sockets = new Set<Socket>();
  const holds = new Set<Waiting>();
  const server = createServer((near) => {
    const far = connect(port, '127.0.0.1');
    let held: Waiting | undefined;
    const isHeld = (request: string): boolean => {
      for (const hold of holds) {
        if (hold.armed && hold.path.test(request)) {
          held = hold;
          holds.delete(hold);
          break;
        }
        if (hold.after?.test(request)) hold.armed = true;
      }
      if (held?.at === 'request') held.reached();
      return held?.at === 'request';
    };
    const isAnswerHeld = (): boolean => {
      held?.reached();
      return held !== undefined;
    };
    relay(near, far, rename(ownPort(server), port), isHeld);
    relay(far, near, rename(port, ownPort(server)), isAnswerHeld);
    near.on('close', () => far.destroy());
    // The service soon closes a connection on which nothing more comes; the window must not learn of it.
    far.on('close', () => held ?? near.destroy());
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
    }
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
    holdNext: (hold) =>
      new Promise((reached) => {
        holds.add({ ...hold, armed: hold.after === undefined, reached });
      }),
    async close() {
      const closed = new Promise((done) => server.close(done));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

function relay(from: Socket, to: Socket, renamed: (text: string) => string, isHeld: (text: string) => boolean): void {
  from.on('data', (bytes) => {
    // Byte by byte, whatever they are.
    const text = bytes.toString('latin1');
    if (!isHeld(text)) to.write(Buffer.from(renamed(text), 'latin1'));
  });
  from.on('error', () => undefined);
}

function rename(from: number, to: number): (text: string) => string {
  return (text) => text.replaceAll(`127.0.0.1:${from}`, `127.0.0.1:${to}`);
}

function ownPort(server: Server): number {
  return (server.address() as AddressInfo).port;
}
