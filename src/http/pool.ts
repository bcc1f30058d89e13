/** Keep-alive connections to one destination. A connection carries one request at a time; calls beyond them open more. */
import { setMaxListeners } from 'node:events';
import Client from 'undici/lib/dispatcher/client.js';
import type { Opened } from './connection';
import type { Limits } from './limits';

/** Carries a failure to connect through undici, which knows errors only. */
export class ConnectFailure extends Error {
  readonly opened: Exclude<Opened, { kind: 'open' }>;

  constructor(opened: Exclude<Opened, { kind: 'open' }>) {
    super('no connection');
    this.opened = opened;
  }
}

/** A client of one connection at a time. It is the caller's from {@link ConnectionPool.take} until {@link Lease.release}. */
export interface Lease {
  readonly client: Client;
  /** Whether the connection has carried a request before. Meaningful when a request starts on it. */
  readonly reused: () => boolean;
  release(): void;
}

export type Open = (signal: AbortSignal) => Promise<Opened>;

export class ConnectionPool {
  readonly #origin: string;
  readonly #limits: Limits;
  readonly #open: Open;
  readonly #closing = new AbortController();
  readonly #clients = new Set<Client>();
  /** The newest at the end, which is taken first: its connection is the least likely to have been closed. */
  readonly #idle: Lease[] = [];
  #retired = false;

  constructor(origin: string, limits: Limits, open: Open) {
    this.#origin = origin;
    this.#limits = limits;
    this.#open = open;
    setMaxListeners(0, this.#closing.signal);
  }

  /** An idle connection if there is one, else a client that will open one. */
  take(): Lease {
    return this.#idle.pop() ?? this.fresh();
  }

  /** A client that opens a connection of its own for its first request. */
  fresh(): Lease {
    let served = 0;
    const client = new Client(this.#origin, {
      connect: (_options, callback) => {
        void this.#open(this.#closing.signal).then((opened) => {
          served = 0;
          if (opened.kind === 'open') callback(null, opened.socket);
          else callback(new ConnectFailure(opened));
        });
      },
      maxHeaderSize: this.#limits.headerBytes,
      headersTimeout: 0,
      bodyTimeout: 0,
      keepAliveTimeout: 30_000,
    });
    this.#clients.add(client);
    const lease: Lease = {
      client,
      reused: () => served++ > 0,
      release: () => {
        if (this.#retired) this.#drop(lease);
        else this.#idle.push(lease);
      },
    };
    client.on('disconnect', () => this.#forget(lease));
    return lease;
  }

  /** Closes what is idle now, and what is in use once its request has ended. */
  retire(): void {
    this.#retired = true;
    for (const lease of this.#idle.splice(0)) this.#drop(lease);
  }

  async close(): Promise<void> {
    this.retire();
    this.#closing.abort();
    await Promise.all([...this.#clients].map((client) => client.destroy()));
    this.#clients.clear();
  }

  /** An idle client whose connection is gone is worth nothing; one in use still has a request to report on. */
  #forget(lease: Lease): void {
    const at = this.#idle.indexOf(lease);
    if (at < 0) return;
    this.#idle.splice(at, 1);
    this.#drop(lease);
  }

  #drop(lease: Lease): void {
    this.#clients.delete(lease.client);
    void lease.client.destroy();
  }
}
