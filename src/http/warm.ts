/** Connections opened ahead of a request that is expected, at most one per destination. */
import type { Socket } from 'node:net';
import type { Opened } from './connection';
import type { Open } from './pool';

export class WarmConnections {
  readonly #idleMs: number;
  readonly #waiting = new Map<string, WarmConnection>();

  /** @param idleMs how long a connection waits for its request before it is dropped */
  constructor(idleMs: number) {
    this.#idleMs = idleMs;
  }

  /** Opens a connection under `key`, unless one is there or under way. */
  open(key: string, open: Open): void {
    if (this.#waiting.has(key)) return;
    const warm: WarmConnection = new WarmConnection(open, this.#idleMs, () => {
      if (this.#waiting.get(key) === warm) this.#waiting.delete(key);
    });
    this.#waiting.set(key, warm);
  }

  /** The connection waiting under `key`, if it still stands; waits for one that is being opened. It is the caller's then. */
  async take(key: string, signal: AbortSignal): Promise<Socket | undefined> {
    const warm = this.#waiting.get(key);
    this.#waiting.delete(key);
    return warm?.claim(signal);
  }

  /** Drops all that wait. */
  close(): void {
    for (const warm of [...this.#waiting.values()]) warm.drop();
  }
}

class WarmConnection {
  readonly #scope = new AbortController();
  readonly #opened: Promise<Opened>;
  readonly #timer: NodeJS.Timeout;
  readonly #onGone: () => void;
  #socket: Socket | undefined;

  constructor(open: Open, idleMs: number, onGone: () => void) {
    this.#onGone = onGone;
    this.#timer = setTimeout(() => this.drop(), idleMs);
    this.#timer.unref();
    this.#opened = open(this.#scope.signal).then((opened) => {
      if (opened.kind === 'open') this.#watch(opened.socket);
      else onGone();
      return opened;
    });
  }

  async claim(signal: AbortSignal): Promise<Socket | undefined> {
    clearTimeout(this.#timer);
    signal.addEventListener('abort', this.drop, { once: true });
    await this.#opened;
    signal.removeEventListener('abort', this.drop);
    const socket = this.#socket;
    if (!socket) return undefined;
    this.#unwatch(socket);
    if (signal.aborted || !socket.writable || socket.readableEnded || socket.readableLength > 0) {
      socket.destroy();
      return undefined;
    }
    socket.ref();
    return socket;
  }

  readonly drop = (): void => {
    clearTimeout(this.#timer);
    this.#onGone();
    this.#scope.abort();
    this.#socket?.destroy();
  };

  /** A server that speaks or closes before it was asked anything has ended the connection's use. */
  #watch(socket: Socket): void {
    this.#socket = socket;
    socket.on('readable', this.#onReadable).on('end', this.drop).on('close', this.drop);
    socket.unref();
  }

  #unwatch(socket: Socket): void {
    socket.off('readable', this.#onReadable).off('end', this.drop).off('close', this.drop);
  }

  readonly #onReadable = (): void => {
    if ((this.#socket?.readableLength ?? 0) > 0) this.drop();
  };
}
