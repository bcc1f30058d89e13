/**
 * The one module of undici that is loaded, with the part of its interface that is used.
 *
 * The package's entry is never imported: it sets the process-wide dispatcher, which every extension shares.
 */
declare module 'undici/lib/dispatcher/client.js' {
  import type { EventEmitter } from 'node:events';
  import type { Socket } from 'node:net';

  namespace Client {
    interface Options {
      /** Hands out the connection; called again whenever the client wants a new one. */
      readonly connect: (options: object, callback: (error: Error | null, socket?: Socket) => void) => void;
      /** Bytes; more ends with `UND_ERR_HEADERS_OVERFLOW`. */
      readonly maxHeaderSize: number;
      /** Milliseconds; 0 is none. */
      readonly headersTimeout: number;
      /** Milliseconds; 0 is none. */
      readonly bodyTimeout: number;
      /** Milliseconds an idle connection is kept when the server does not say. */
      readonly keepAliveTimeout?: number;
    }

    interface Controller {
      abort(reason: Error): void;
    }

    /** What a handler is really given. */
    interface PausableController extends Controller {
      /** Reads no more of the answer until `resume`. */
      pause(): void;
      resume(): void;
    }

    interface Handler {
      /** Just before the first byte is written, on an established connection. Aborting here keeps it unwritten. */
      onRequestStart(controller: Controller): void;
      /** At the first byte of an answer. */
      onResponseStarted?(): void;
      /** The connection was handed over, after any answer to `CONNECT`. */
      onRequestUpgrade?(controller: Controller, status: number, headers: IncomingHeaders, socket: Socket): void;
      onResponseStart?(controller: Controller, status: number, headers: IncomingHeaders, statusText?: string): void;
      onResponseData?(controller: Controller, chunk: Buffer): void;
      onResponseEnd?(controller: Controller): void;
      /** `controller` is missing when the request never started. */
      onResponseError(controller: Controller | undefined, error: Error): void;
    }

    type IncomingHeaders = Readonly<Record<string, string | string[]>>;

    interface DispatchOptions {
      readonly path: string;
      readonly method: string;
      /** Alternating names and values. */
      readonly headers: readonly string[];
      readonly body?: string | Buffer | null;
      /** Ask the server to close the connection after the answer. */
      readonly reset?: boolean;
    }
  }

  class Client extends EventEmitter {
    constructor(origin: URL | string, options: Client.Options);
    dispatch(options: Client.DispatchOptions, handler: Client.Handler): boolean;
    destroy(): Promise<void>;
  }

  export = Client;
}
