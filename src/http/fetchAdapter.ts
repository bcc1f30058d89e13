/** Our transport in the shape of `fetch`, for libraries that bring their own idea of a request. */
import type { HttpBody, HttpRequest, HttpResult, Transport } from '../core/ports';
import { BoundSecret } from '../core/redact';

export interface FetchOptions {
  /** Only reads, and requests that may be repeated like them, go this way. */
  readonly effect: 'read';
  /** Origins that may be asked at all; everything the library sends is bound to them. */
  readonly allowedOrigins: readonly string[];
  /** What the log shows instead of the path. */
  readonly pathTemplate: string;
}

/** An ending without an answer, thrown because `fetch` knows no other way. The message holds no secret. */
export class TransportFailure extends Error {
  readonly result: Exclude<HttpResult, { kind: 'response' }>;

  constructor(result: Exclude<HttpResult, { kind: 'response' }>) {
    super(describe(result));
    this.name = 'TransportFailure';
    this.result = result;
  }
}

/** The failure inside what a library threw: itself, or along `cause`. */
export function findTransportFailure(error: unknown): TransportFailure | undefined {
  const seen = new Set<unknown>();
  let current = error;
  while (current instanceof Error && !seen.has(current)) {
    if (current instanceof TransportFailure) return current;
    seen.add(current);
    current = current.cause;
  }
  return undefined;
}

/** A `fetch` over `transport`. Rejects with {@link TransportFailure} for every ending that is not an answer. */
export function asFetch(transport: Transport, options: FetchOptions): typeof fetch {
  return async (input, init) => {
    const asked = new Request(input instanceof URL ? input.href : input, methodAndHeaders(init));
    const url = new URL(asked.url);
    if (!options.allowedOrigins.includes(url.origin)) {
      throw new TransportFailure({
        kind: 'not-sent',
        cause: 'foreign-origin',
        detail: `${url.origin}: not one of ${options.allowedOrigins.join(', ')}`,
      });
    }
    const { method } = asked;
    if (method !== 'GET' && method !== 'POST' && method !== 'DELETE') throw unsupported(`method ${method}`);
    const text = await bodyText(init?.body ?? (asked.body ? await asked.text() : undefined));
    const request: HttpRequest = {
      method,
      url,
      pathTemplate: options.pathTemplate,
      effect: options.effect,
      ...headersAndBearer(asked.headers, options.allowedOrigins),
      ...bodyOf(method, text, asked.headers.get('content-type'), options.allowedOrigins),
    };
    const result = await transport.send(request, init?.signal ?? asked.signal);
    if (result.kind !== 'response') throw new TransportFailure(result);
    return toResponse(result);
  };
}

/** The body is read apart: `Request` would turn it into a stream. */
function methodAndHeaders(init: RequestInit | undefined): RequestInit {
  return {
    ...(init?.method === undefined ? {} : { method: init.method }),
    ...(init?.headers === undefined ? {} : { headers: init.headers }),
  };
}

async function bodyText(body: unknown): Promise<string | undefined> {
  if (body === undefined || body === null) return undefined;
  if (typeof body === 'string') return body;
  if (body instanceof URLSearchParams) return body.toString();
  if (body instanceof Uint8Array) return new TextDecoder('utf-8', { fatal: true }).decode(body);
  throw unsupported('a body that is neither text nor a form');
}

function bodyOf(
  method: string,
  text: string | undefined,
  contentType: string | null,
  origins: readonly string[],
): { readonly body?: HttpBody } {
  if (text === undefined) return method === 'POST' ? { body: { kind: 'empty' } } : {};
  return {
    body: {
      kind: 'text',
      contentType: contentType ?? 'application/x-www-form-urlencoded;charset=UTF-8',
      value: new BoundSecret(text, origins),
    },
  };
}

/** The transport sets the framing headers itself, and takes a credential only sealed. */
function headersAndBearer(
  given: Headers,
  origins: readonly string[],
): { readonly headers: Record<string, string>; readonly bearer?: BoundSecret } {
  const headers: Record<string, string> = {};
  let bearer: BoundSecret | undefined;
  for (const [name, value] of given.entries()) {
    if (name === 'authorization') {
      const credential = /^Bearer (\S+)$/i.exec(value)?.[1];
      if (credential === undefined) throw unsupported('an authorization other than Bearer');
      bearer = new BoundSecret(credential, origins);
    } else if (!setByTransport.has(name)) {
      headers[name] = value;
    }
  }
  return bearer ? { headers, bearer } : { headers };
}

const setByTransport = new Set([
  'accept-encoding',
  'connection',
  'content-length',
  'content-type',
  'host',
  'transfer-encoding',
  'user-agent',
]);

function toResponse(result: Extract<HttpResult, { kind: 'response' }>): Response {
  if (result.status < 200 || result.status > 599) {
    throw new TransportFailure({ kind: 'broken', cause: 'malformed', detail: `status ${result.status}` });
  }
  const headers = new Headers();
  for (const [name, value] of Object.entries(result.headers)) {
    // The body is already unpacked and decoded.
    if (name !== 'content-encoding' && name !== 'content-length' && name !== 'transfer-encoding') {
      headers.append(name, value);
    }
  }
  const bodiless = result.status === 204 || result.status === 205;
  return new Response(bodiless ? null : result.body, { status: result.status, headers });
}

function unsupported(what: string): TransportFailure {
  return new TransportFailure({ kind: 'not-sent', cause: 'invalid-request', detail: what });
}

function describe(result: Exclude<HttpResult, { kind: 'response' }>): string {
  switch (result.kind) {
    case 'not-sent':
      return `Not sent (${result.cause}): ${result.detail}`;
    case 'broken':
      return `No trustworthy answer (${result.cause}): ${result.detail}`;
    case 'redirect':
      return `Redirected with status ${result.status}${result.location === undefined ? '' : ` to ${result.location}`}`;
    case 'aborted':
      return result.sent ? 'Aborted after sending' : 'Aborted before sending';
  }
}
