/** One request and its answer on one client. Says how far it came; what that means is for the caller. */
import type Client from 'undici/lib/dispatcher/client.js';
import type { AnswerProgress } from './classify';
import type { Deadline } from './deadline';
import type { Limits } from './limits';

export interface Outgoing {
  readonly method: string;
  readonly path: string;
  /** Alternating names and values. */
  readonly headers: readonly string[];
  readonly body: string | undefined;
}

export type ExchangeEnd =
  | {
      readonly kind: 'answer';
      readonly status: number;
      /** As the server sent it; empty when there is none. */
      readonly statusText: string;
      readonly headers: Client.IncomingHeaders;
      readonly raw: Buffer;
    }
  /** A 3xx; its body is not read. */
  | { readonly kind: 'redirect'; readonly status: number; readonly headers: Client.IncomingHeaders }
  /** The body, or what it says about its length, is over the cap. */
  | { readonly kind: 'too-large' }
  | {
      readonly kind: 'failed';
      readonly error: unknown;
      /** Whether the first byte of the request may have been written. */
      readonly started: boolean;
      readonly progress: AnswerProgress;
    }
  /** The deadline ended it. */
  | { readonly kind: 'stopped'; readonly started: boolean }
  /** {@link ExchangeOptions.mayStart} kept it here: not one byte was written, and the connection is closed. */
  | { readonly kind: 'withdrawn' };

export interface ExchangeOptions {
  readonly limits: Limits;
  /** Ask the server to close the connection afterwards. */
  readonly last: boolean;
  readonly deadline: Deadline;
  /** Asked on the standing connection, right before {@link ExchangeOptions.onStart}; must not throw. */
  readonly mayStart: () => boolean;
  /** Just before the first byte is written. */
  readonly onStart: () => void;
}

/** Ends the exchange from our side; undici destroys the connection with it. */
class Stopped extends Error {}

/** As much of undici's client as an exchange needs. */
type Dispatching = Pick<Client, 'dispatch'>;

/** Sends `outgoing` on `client`, at most once, whatever the client may do. Never rejects. */
export function exchange(client: Dispatching, outgoing: Outgoing, options: ExchangeOptions): Promise<ExchangeEnd> {
  return new Promise((resolve) => new Exchange(client, outgoing, options, resolve));
}

class Exchange implements Client.Handler {
  readonly #options: ExchangeOptions;
  readonly #resolve: (end: ExchangeEnd) => void;
  readonly #chunks: Buffer[] = [];
  readonly #onDeadline = () => this.#stop({ kind: 'stopped', started: this.#started });
  #controller: Client.Controller | undefined;
  #settled = false;
  #started = false;
  #progress: AnswerProgress = 'none';
  #status = 0;
  #statusText = '';
  #headers: Client.IncomingHeaders = {};
  #length = 0;

  constructor(client: Dispatching, outgoing: Outgoing, options: ExchangeOptions, resolve: (end: ExchangeEnd) => void) {
    this.#options = options;
    this.#resolve = resolve;
    if (options.deadline.endedBy !== undefined) {
      this.#end({ kind: 'stopped', started: false });
      return;
    }
    options.deadline.addListener(this.#onDeadline);
    const { method, path, headers, body } = outgoing;
    client.dispatch({ method, path, headers, body: body ?? null, ...(options.last ? { reset: true } : {}) }, this);
  }

  onRequestStart(controller: Client.Controller): void {
    // Aborting here keeps the request unwritten: it was stopped while waiting, or the client wants to send it again.
    if (this.#settled || this.#started) {
      controller.abort(new Stopped());
      return;
    }
    this.#controller = controller;
    if (!this.#options.mayStart()) {
      this.#stop({ kind: 'withdrawn' });
      return;
    }
    if (this.#settled) return; // The question itself was the occasion to stop; the request is aborted already.
    this.#started = true;
    this.#options.onStart();
  }

  onResponseStarted(): void {
    if (this.#progress === 'none') this.#progress = 'head';
  }

  onResponseStart(
    _controller: Client.Controller,
    status: number,
    headers: Client.IncomingHeaders,
    statusText = '',
  ): void {
    if (this.#settled || status < 200) return;
    this.#progress = 'body';
    this.#status = status;
    this.#statusText = statusText;
    this.#headers = headers;
    if (status >= 300 && status < 400) this.#stop({ kind: 'redirect', status, headers });
    else if (Number(headers['content-length']) > this.#options.limits.bodyBytes) this.#stop({ kind: 'too-large' });
  }

  onResponseData(_controller: Client.Controller, chunk: Buffer): void {
    if (this.#settled) return;
    this.#length += chunk.length;
    if (this.#length > this.#options.limits.bodyBytes) this.#stop({ kind: 'too-large' });
    else this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    const raw = this.#chunks.length === 1 ? this.#chunks[0] : Buffer.concat(this.#chunks);
    const [status, statusText, headers] = [this.#status, this.#statusText, this.#headers];
    this.#end({ kind: 'answer', status, statusText, headers, raw: raw ?? Buffer.alloc(0) });
  }

  onResponseError(_controller: Client.Controller | undefined, error: Error): void {
    this.#end({ kind: 'failed', error, started: this.#started, progress: this.#progress });
  }

  #stop(end: ExchangeEnd): void {
    this.#end(end);
    this.#controller?.abort(new Stopped());
  }

  #end(end: ExchangeEnd): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#options.deadline.removeListener(this.#onDeadline);
    this.#resolve(end);
  }
}
