/** One answer read as a stream: as fast as its reader, for as long as it takes, but never longer silent than allowed. */
import type Client from 'undici/lib/dispatcher/client.js';
import type { BodyChunks, BodyEnd } from '../core/downloadPorts';
import { brokenCause, errorCode } from './classify';
import type { StartTimer, Timer } from './timers';

export type StreamHead =
  | { readonly kind: 'head'; readonly status: number; readonly headers: Client.IncomingHeaders }
  | { readonly kind: 'failed'; readonly error: unknown; readonly started: boolean }
  | { readonly kind: 'cut'; readonly end: Extract<BodyEnd, { kind: 'cut' }> }
  | { readonly kind: 'aborted' };

export interface StreamOptions {
  /** `host:port`, for details. */
  readonly place: string;
  /** Milliseconds without a byte, while bytes are being waited for. */
  readonly idleMs: number;
  readonly startTimer: StartTimer;
  /** Bytes that wait for the reader; with more, the server has to wait as well. */
  readonly bufferBytes: number;
  /** Once, when everything has come or nothing more will. */
  readonly onEnd: (end: BodyEnd, status: number | undefined) => void;
}

/** Ends the exchange from our side; undici destroys the connection with it. */
class HungUp extends Error {}

export class ResponseStream implements Client.Handler, BodyChunks {
  /** Settles with the answer's head, or with why there is none. */
  readonly head: Promise<StreamHead>;
  readonly #options: StreamOptions;
  readonly #idle: Timer;
  readonly #queue: Buffer[] = [];
  #settleHead: (head: StreamHead) => void = () => undefined;
  #headKnown = false;
  #status: number | undefined;
  #queued = 0;
  #paused = false;
  #controller: Client.PausableController | undefined;
  #end: BodyEnd | undefined;
  #wake: (() => void) | undefined;

  constructor(options: StreamOptions) {
    this.#options = options;
    this.head = new Promise((resolve) => {
      this.#settleHead = (head) => {
        this.#headKnown = true;
        resolve(head);
      };
    });
    this.#idle = options.startTimer(options.idleMs, () => this.#silent());
  }

  async next(): Promise<IteratorResult<Uint8Array, BodyEnd>> {
    for (;;) {
      const chunk = this.#queue.shift();
      if (chunk) {
        this.#queued -= chunk.length;
        this.#goOn();
        return { done: false, value: chunk };
      }
      if (this.#end) return { done: true, value: this.#end };
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  async return(): Promise<IteratorResult<Uint8Array, BodyEnd>> {
    this.abort();
    return { done: true, value: this.#end ?? { kind: 'aborted' } };
  }

  /** Hangs up; what waits for the reader is dropped. */
  abort(): void {
    // Nobody may take what was read of it for all of it.
    if (this.#end && this.#queue.length > 0) this.#end = { kind: 'aborted' };
    this.#queue.length = 0;
    this.#queued = 0;
    this.#finish({ kind: 'aborted' }, { kind: 'aborted' }, 'hang-up');
  }

  onRequestStart(controller: Client.PausableController): void {
    // Aborting here keeps the request unwritten: it was given up while waiting, or the client wants to send it again.
    if (this.#end || this.#controller) {
      controller.abort(new HungUp());
      return;
    }
    this.#controller = controller;
    this.#idle.restart();
  }

  onResponseStart(_controller: Client.Controller, status: number, headers: Client.IncomingHeaders): void {
    if (this.#end || status < 200) return;
    this.#idle.restart();
    this.#status = status;
    this.#settleHead({ kind: 'head', status, headers });
  }

  onResponseData(controller: Client.PausableController, chunk: Buffer): void {
    if (this.#end) return;
    this.#idle.restart();
    this.#queue.push(chunk);
    this.#queued += chunk.length;
    if (this.#queued >= this.#options.bufferBytes) {
      this.#paused = true;
      controller.pause();
    }
    this.#wakeReader();
  }

  onResponseEnd(): void {
    const end = { kind: 'complete' } as const;
    this.#finish(end, { kind: 'failed', error: undefined, started: true });
  }

  onResponseError(_controller: Client.Controller | undefined, error: Error): void {
    const { place } = this.#options;
    const started = this.#controller !== undefined;
    const cause = brokenCause(error, this.#headKnown ? 'body' : 'none');
    const detail = `${place}: ${errorCode(error) ?? 'failed'}`;
    this.#finish({ kind: 'cut', cause, detail }, { kind: 'failed', error, started });
  }

  #goOn(): void {
    if (this.#end || !this.#paused || this.#queued >= this.#options.bufferBytes / 2) return;
    this.#paused = false;
    this.#idle.restart();
    this.#controller?.resume();
  }

  #silent(): void {
    // It is the reader who takes long; the time starts anew when the answer goes on.
    if (this.#paused) return;
    const { place, idleMs } = this.#options;
    const end = { kind: 'cut', cause: 'timeout', detail: `${place}: silent for ${idleMs} ms` } as const;
    this.#finish(end, { kind: 'cut', end }, 'hang-up');
  }

  #finish(end: BodyEnd, noHead: StreamHead, hangUp?: 'hang-up'): void {
    if (this.#end) return;
    this.#end = end;
    this.#idle.stop();
    // Before anybody closes the socket: undici takes a close for the end of a body that has no length.
    if (hangUp) this.#controller?.abort(new HungUp());
    if (!this.#headKnown) this.#settleHead(noHead);
    this.#options.onEnd(end, this.#status);
    this.#wakeReader();
  }

  #wakeReader(): void {
    this.#wake?.();
    this.#wake = undefined;
  }
}
