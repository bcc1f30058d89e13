/**
 * Listens to every HTTP server of this process, the sandbox's and our own for the way back from the browser: whatever is a
 * secret there is one to be searched for, whoever made it. It can also take the answer's place, and repeat the request.
 */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { IncomingMessage, ServerResponse } from 'node:http';

const channel = 'http.server.request.start';

/** Names of fields in forms, JSON and queries whose values are secrets, in lower case. */
const secretFields: ReadonlySet<string> = new Set([
  'access_token',
  'accesstoken',
  'client_secret',
  'clientsecret',
  'code_verifier',
  'customtoken',
  'device_code',
  'id_token',
  'idtoken',
  'password',
  'refresh_token',
  'refreshtoken',
  'token',
  'user_code',
]);
/** Secrets where they stand in a form or a query; in JSON these are names of errors and of the states of jobs. */
const formFields: ReadonlySet<string> = new Set(['code', 'key', 'signature', 'state']);
const secretHeaders = ['authorization', 'proxy-authorization', 'x-goog-api-key', 'x-venafi-api-key'];

export interface TappedRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

export interface Echo {
  readonly status: number;
  readonly reason?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface TapPorts {
  readonly found: (kind: string, value: string) => void;
}

export class WireTap {
  /** What a hostile server answers to this request; `undefined` lets the real answer through. */
  hostile: ((request: TappedRequest) => Echo | undefined) | undefined;
  readonly #listener = (message: unknown): void => {
    const { request, response } = message as { request: IncomingMessage; response: ServerResponse };
    this.#tap(request, response);
  };

  constructor(private readonly ports: TapPorts) {
    subscribe(channel, this.#listener);
  }

  close(): void {
    unsubscribe(channel, this.#listener);
  }

  #tap(request: IncomingMessage, response: ServerResponse): void {
    const sent: Buffer[] = [];
    const push = request.push.bind(request);
    request.push = (chunk: unknown, encoding?: BufferEncoding): boolean => {
      if (Buffer.isBuffer(chunk)) sent.push(chunk);
      if (chunk === null) this.#read(String(request.headers['content-type'] ?? ''), Buffer.concat(sent).toString());
      return push(chunk, encoding);
    };
    for (const name of secretHeaders) {
      const value = request.headers[name];
      if (typeof value === 'string') this.#found(name, value.replace(/^(Bearer|Basic) +/i, ''));
    }
    this.#readForm(new URL(request.url ?? '/', 'http://here').searchParams);
    this.#tapAnswer(request, response, () => Buffer.concat(sent).toString());
  }

  #tapAnswer(request: IncomingMessage, response: ServerResponse, body: () => string): void {
    const own = {
      writeHead: response.writeHead.bind(response),
      write: response.write.bind(response),
      end: response.end.bind(response),
    };
    const answered: Buffer[] = [];
    const keep = (chunk: unknown): void => {
      if (typeof chunk === 'string' || chunk instanceof Uint8Array) answered.push(Buffer.from(chunk));
    };
    const tapped = (): TappedRequest => {
      const { method = '', url = '', headers } = request;
      return { method, url, headers, body: body() };
    };
    // The heads are held back until it is clear whose answer it will be.
    let head: readonly unknown[] | undefined;
    const goOn = (): void => {
      if (head) Reflect.apply(own.writeHead, response, head);
      head = undefined;
    };
    const hostile = this.hostile !== undefined && !request.url?.startsWith('/__sandbox');
    Object.assign(response, {
      writeHead: (...rest: readonly unknown[]): ServerResponse => {
        if (hostile) head = rest;
        else Reflect.apply(own.writeHead, response, rest);
        return response;
      },
      write: (chunk: unknown, ...rest: readonly unknown[]): boolean => {
        keep(chunk);
        return hostile ? true : Reflect.apply(own.write, response, [chunk, ...rest]);
      },
      end: (...rest: readonly unknown[]): ServerResponse => {
        keep(rest[0]);
        this.#read('', Buffer.concat(answered).toString());
        if (!hostile) return Reflect.apply(own.end, response, rest);
        const echo = this.hostile?.(tapped());
        if (!echo) {
          goOn();
          return own.end(Buffer.concat(answered));
        }
        const { status, reason, headers, body: text } = echo;
        own.writeHead(status, reason, { 'content-type': 'application/json', ...headers });
        return own.end(text);
      },
    });
  }

  #read(contentType: string, body: string): void {
    if (body === '') return;
    if (/^[\s\ufeff]*[{[]/.test(body)) {
      try {
        this.#readJson(JSON.parse(body.replace(/^\ufeff/, '')));
      } catch {
        // Cut or broken on purpose.
      }
    } else if (contentType.includes('form')) this.#readForm(new URLSearchParams(body));
  }

  #readForm(form: URLSearchParams): void {
    for (const [name, value] of form) {
      if (formFields.has(name)) this.#found(name, value);
      else this.#field(name, value);
    }
  }

  #readJson(json: unknown): void {
    if (typeof json !== 'object' || json === null) return;
    for (const [name, value] of Object.entries(json)) {
      if (typeof value === 'string') this.#field(name, value);
      // Signed addresses: whoever has one needs nothing else.
      if (typeof value === 'string' && /^https?:\/\/.*[?&]signature=/.test(value)) {
        this.#readForm(new URL(value).searchParams);
        this.#found('signed address', new URL(value).search);
      }
      this.#readJson(value);
    }
  }

  #field(name: string, value: string): void {
    const kind = name.toLowerCase();
    if (secretFields.has(kind)) this.#found(kind, value);
  }

  #found(kind: string, value: string): void {
    // Shorter ones are the faults of a test: empty, cut or made up.
    if (value.length >= 8) this.ports.found(kind, value);
  }
}
