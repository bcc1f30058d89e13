/**
 * The network as the domain sees it: one request, one ending.
 *
 * undici's client speaks HTTP; the connections under it are opened here, so that it is known for each failure whether the
 * request had begun to leave. Nothing is retried but a read whose reused connection broke before any answer.
 */
import { setMaxListeners } from 'node:events';
import { performance } from 'node:perf_hooks';
import Client from 'undici/lib/dispatcher/client.js';
import type { DownloadAnswer, DownloadRequest, Downloads } from '../core/downloadPorts';
import type { HttpRequest, HttpResult, Log, Transport } from '../core/ports';
import { scrub } from '../core/redact';
import { answer } from './answer';
import { brokenCause, errorCode, isConnectionLoss } from './classify';
import { type Opened, openConnection, place } from './connection';
import { Deadline } from './deadline';
import { Downloader } from './download';
import { EditorWay } from './editorWay';
import { type ExchangeEnd, exchange } from './exchange';
import type { Fetch } from './fetchExchange';
import { decodeBody, redirectOrigin } from './incoming';
import { defaultLimits, type Limits } from './limits';
import { prepare } from './outgoing';
import { ConnectFailure, ConnectionPool } from './pool';
import { chooseProxy, type ProxyChoice, type ProxySettings } from './proxy';
import { type ConnectionUse, Sending } from './sending';
import { nodeTimer, type StartTimer } from './timers';
import { Trust, type TrustSettings } from './trust';
import { WarmConnections } from './warm';

export interface TransportOptions {
  readonly log: Log;
  /** Asked for every request: a changed setting counts from the next one on. */
  readonly proxy: () => ProxySettings;
  readonly trust: TrustSettings;
  readonly limits?: Partial<Limits>;
  /** Value of the `user-agent` header. */
  readonly userAgent?: string;
  /** Milliseconds that a connection opened by {@link UndiciTransport.warm} waits for its request; 60,000 if not given. */
  readonly warmMs?: number;
  /** Milliseconds that a download may be silent; 30,000 if not given. */
  readonly downloadIdleMs?: number;
  /** Of the limits for connecting, for the whole, and for silence; Node's timers if not given. */
  readonly startTimer?: StartTimer;
  /** The editor's own `fetch`, for when nothing can be reached directly; see {@link EditorWay}. None if not given. */
  readonly editorFetch?: () => Fetch | undefined;
}

export interface UndiciTransport extends Transport, Downloads {
  /**
   * Opens a connection for the next irreversible request to `origin` in the name of the project; to be called while the
   * user is still being asked.
   */
  warm(origin: string, project?: string): void;
  /**
   * A transport for one bulk: its irreversible requests reuse connections, but only those that it opened itself. A break
   * of a reused one counts as sent, like any other.
   */
  openBulk(): Bulk;
  /** Ends what is under way and closes all connections, those of bulks included. */
  close(): Promise<void>;
}

export interface Bulk extends Transport {
  close(): Promise<void>;
}

export function createTransport(options: TransportOptions): UndiciTransport {
  return new PooledTransport(options);
}

/** By origin, and project where it matters: the pool and the key of the way it goes. */
type Pools = Map<string, { readonly key: string; readonly pool: ConnectionPool }>;

class PooledTransport implements UndiciTransport {
  readonly #options: TransportOptions;
  readonly #limits: Limits;
  readonly #startTimer: StartTimer;
  readonly #trust: Trust;
  readonly #editor: EditorWay;
  readonly #warm: WarmConnections;
  readonly #downloader: Downloader;
  readonly #underWay = new Set<Deadline>();
  #closed = false;
  readonly #reads: Pools = new Map();
  readonly #bulks = new Set<Pools>();
  readonly #places = new Map<string, string>();

  constructor(options: TransportOptions) {
    this.#options = options;
    this.#limits = { ...defaultLimits, ...options.limits };
    this.#startTimer = options.startTimer ?? nodeTimer;
    this.#trust = new Trust(options.trust);
    this.#warm = new WarmConnections(options.warmMs ?? 60_000);
    const { log, userAgent, downloadIdleMs: idleMs = 30_000, editorFetch: fetch = () => undefined } = options;
    this.#editor = new EditorWay({ fetch, log, trust: this.#trust, limits: this.#limits });
    const open = (url: URL, signal: AbortSignal) => this.#open(url, chooseProxy(url, options.proxy()), signal);
    this.#downloader = new Downloader({
      log,
      userAgent,
      idleMs,
      startTimer: this.#startTimer,
      limits: this.#limits,
      open,
    });
  }

  download(request: DownloadRequest, signal: AbortSignal): Promise<DownloadAnswer> {
    return this.#downloader.download(request, signal);
  }

  send(request: HttpRequest, signal: AbortSignal): Promise<HttpResult> {
    return this.#send(request, signal, request.effect === 'read' ? this.#reads : undefined);
  }

  warm(origin: string, project?: string): void {
    const url = new URL(origin);
    if (this.#closed || this.#editor.isUsedFor(url.origin)) return;
    const proxy = chooseProxy(url, this.#options.proxy());
    this.#warm.open(this.#keyOf(url.origin, proxy, project), (signal) => this.#open(url, proxy, signal, project));
  }

  openBulk(): Bulk {
    const pools: Pools = new Map();
    this.#bulks.add(pools);
    return {
      send: (request, signal) => this.#send(request, signal, request.effect === 'read' ? this.#reads : pools),
      close: async () => {
        this.#bulks.delete(pools);
        await closeAll(pools);
      },
    };
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#warm.close();
    this.#downloader.close();
    for (const deadline of this.#underWay) deadline.stop();
    await Promise.all([this.#reads, ...this.#bulks].map(closeAll));
  }

  async #send(request: HttpRequest, signal: AbortSignal, pools: Pools | undefined): Promise<HttpResult> {
    const startedAt = performance.now();
    if (signal.aborted || this.#closed) return { kind: 'aborted', sent: false };
    const prepared = prepare(request, this.#options.userAgent);
    if (prepared.kind === 'not-sent') {
      this.#report(request, prepared, 'none', startedAt);
      return prepared;
    }
    setMaxListeners(0, signal); // One signal may stop a whole bulk.
    const deadline = new Deadline(signal, this.#limits.totalMs, this.#startTimer);
    this.#underWay.add(deadline);
    const sending = new Sending(
      request,
      prepared,
      chooseProxy(request.url, this.#options.proxy()),
      deadline,
      this.#options.log,
    );
    try {
      const direct = () => (pools ? this.#sendPooled(sending, pools) : this.#sendAlone(sending));
      const end = await this.#editor.send(sending, direct);
      const result = await this.#conclude(sending, end);
      this.#report(request, result, sending.connection, startedAt);
      return result;
    } finally {
      deadline.release();
      this.#underWay.delete(deadline);
    }
  }

  /** On a connection that carries this request and no other. It is never sent again once it has started. */
  async #sendAlone(sending: Sending): Promise<ExchangeEnd> {
    const { proxy, deadline } = sending;
    const { url, project } = sending.request;
    const warm = await this.#warm.take(this.#keyOf(url.origin, proxy, project), deadline.signal);
    if (warm) {
      const end = await this.#exchangeOn({ kind: 'open', socket: warm }, sending, 'warm');
      // A warm connection that died before the first byte proves that nothing left: a fresh one may carry the request.
      if (end.kind !== 'failed' || end.started) return end;
    }
    return this.#exchangeOn(await this.#open(url, proxy, deadline.signal, project), sending, 'fresh');
  }

  async #exchangeOn(opened: Opened, sending: Sending, use: ConnectionUse): Promise<ExchangeEnd> {
    if (opened.kind !== 'open') return unopened(opened);
    let handedOut = false;
    const client = new Client(sending.request.url.origin, {
      connect: (_options, callback) => {
        if (handedOut) return callback(new Error('the one connection is used up'));
        handedOut = true;
        // undici asks in the middle of its own loop and goes on only when the answer comes later.
        queueMicrotask(() => callback(null, opened.socket));
      },
      maxHeaderSize: this.#limits.headerBytes,
      headersTimeout: 0,
      bodyTimeout: 0,
    });
    try {
      return await exchange(client, sending.outgoing, {
        limits: this.#limits,
        last: true,
        deadline: sending.deadline,
        mayStart: () => sending.mayStart(),
        onStart: () => sending.start(use),
      });
    } finally {
      opened.socket.destroy();
      void client.destroy();
    }
  }

  /** On a kept connection if one is idle. A read is sent once more when that connection broke before any answer. */
  async #sendPooled(sending: Sending, pools: Pools): Promise<ExchangeEnd> {
    const pool = this.#poolFor(sending, pools);
    const first = await this.#exchangeIn(pool, sending, 'any');
    const again =
      sending.request.effect === 'read' &&
      sending.connection === 'reused' &&
      first.kind === 'failed' &&
      first.progress === 'none' &&
      isConnectionLoss(first.error) &&
      sending.deadline.endedBy === undefined;
    if (!again) return first;
    const second = await this.#exchangeIn(pool, sending, 'fresh');
    // The first one did leave, so the whole cannot be called unsent.
    return second.kind === 'withdrawn' ? first : second;
  }

  async #exchangeIn(pool: ConnectionPool, sending: Sending, which: 'any' | 'fresh'): Promise<ExchangeEnd> {
    const lease = which === 'any' ? pool.take() : pool.fresh();
    try {
      return await exchange(lease.client, sending.outgoing, {
        limits: this.#limits,
        last: false,
        deadline: sending.deadline,
        mayStart: () => sending.mayStart(),
        onStart: () => sending.start(lease.reused() ? 'reused' : 'fresh'),
      });
    } finally {
      lease.release();
    }
  }

  /**
   * One pool for each origin, and for each project that shows a certificate there. When settings change the way there, the
   * old one ends with its last request.
   */
  #poolFor(sending: Sending, pools: Pools): ConnectionPool {
    const { proxy } = sending;
    const { url, project } = sending.request;
    const { origin } = url;
    const key = this.#keyOf(origin, proxy, project);
    const shows = this.#trust.clientCertificate(origin, project).kind !== 'none';
    const place = shows ? `${origin} ${project}` : origin;
    const known = pools.get(place);
    if (known?.key === key) return known.pool;
    known?.pool.retire();
    const to = new URL(origin); // The pool outlives the request, whose query is nothing to keep.
    const pool = new ConnectionPool(origin, this.#limits, (signal) => this.#open(to, proxy, signal, project));
    pools.set(place, { key, pool });
    return pool;
  }

  /**
   * Requests share connections only if they go to the same origin by the same way, trust the same authorities, and show no
   * client certificate, or that of the same project.
   */
  #keyOf(origin: string, proxy: ProxyChoice, project: string | undefined): string {
    return `${origin} ${proxy.kind === 'proxy' ? proxy.url.href : proxy.kind} ${this.#trust.nameFor(origin, project)}`;
  }

  #open(url: URL, proxy: ProxyChoice, signal: AbortSignal, project?: string): Promise<Opened> {
    const settings = { limits: this.#limits, trust: this.#trust, startTimer: this.#startTimer };
    return openConnection({ origin: new URL(url.origin), proxy, project }, settings, signal);
  }

  /** Says what an ending means, from how far the request had come. */
  async #conclude(sending: Sending, end: ExchangeEnd): Promise<HttpResult> {
    const where = (): string => place(sending.request.url);
    switch (end.kind) {
      case 'answer': {
        const body = await decodeBody(end.raw, end.headers, this.#limits.bodyBytes);
        if (body.kind === 'broken') return { ...body, detail: `${where()}: ${body.detail}` };
        return answer(end, body.text, sending.secrets);
      }
      case 'redirect':
        return {
          kind: 'redirect',
          status: end.status,
          location: redirectOrigin(end.headers, sending.request.url),
        };
      case 'too-large':
        return { kind: 'broken', cause: 'too-large', detail: `${where()}: body` };
      case 'withdrawn':
        return { kind: 'not-sent', cause: 'withdrawn', detail: 'withdrawn before it left' };
      case 'stopped':
        return this.#stopped(sending, where());
      case 'failed':
        return this.#failed(sending, end, where());
    }
  }

  #stopped(sending: Sending, where: string): HttpResult {
    if (sending.deadline.endedBy === 'caller') return { kind: 'aborted', sent: sending.sent };
    const detail = `${where}: no end within ${this.#limits.totalMs} ms`;
    return sending.sent
      ? { kind: 'broken', cause: 'timeout', detail }
      : { kind: 'not-sent', cause: 'connect-timeout', detail };
  }

  #failed(sending: Sending, end: Extract<ExchangeEnd, { kind: 'failed' }>, where: string): HttpResult {
    if (end.error instanceof ConnectFailure && !sending.sent) {
      const { opened } = end.error;
      return opened.kind === 'stopped' ? this.#stopped(sending, where) : { ...opened, kind: 'not-sent' };
    }
    const code = errorCode(end.error) ?? 'failed';
    const detail = `${where}: ${code}`;
    if (sending.sent) return { kind: 'broken', cause: brokenCause(end.error, end.progress), detail };
    // undici's own refusal of the request's parts; our checks should have come first.
    const cause = code === 'UND_ERR_INVALID_ARG' ? 'invalid-request' : 'unreachable';
    return { kind: 'not-sent', cause, detail };
  }

  /** Method, host, path template, ending, time: nothing else of a request is ever logged. */
  #report(request: HttpRequest, result: HttpResult, connection: ConnectionUse, startedAt: number): void {
    const ms = Math.round(performance.now() - startedAt);
    const line = `${this.#placeOf(request)} ${ending(result)} ${ms} ms ${connection}`;
    if (request.effect === 'irreversible') this.#options.log.info(line);
    else this.#options.log.trace(line);
  }

  /** The part of the line that is not of our own words. There are few of them, and each comes often. */
  #placeOf({ method, url, pathTemplate }: HttpRequest): string {
    const plain = `${method} ${url.host}${pathTemplate}`;
    const clean = this.#places.get(plain) ?? scrub(plain);
    this.#places.set(plain, clean);
    return clean;
  }
}

function unopened(opened: Exclude<Opened, { kind: 'open' }>): ExchangeEnd {
  return { kind: 'failed', error: new ConnectFailure(opened), started: false, progress: 'none' };
}

async function closeAll(pools: Pools): Promise<void> {
  await Promise.all([...pools.values()].map(({ pool }) => pool.close()));
  pools.clear();
}

function ending(result: HttpResult): string {
  switch (result.kind) {
    case 'response':
    case 'redirect':
      return String(result.status);
    case 'not-sent':
    case 'broken':
      return `${result.kind} ${result.cause}`;
    case 'aborted':
      return result.sent ? 'aborted after sending' : 'aborted';
  }
}
