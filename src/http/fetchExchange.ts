/** One request and its answer by somebody's `fetch`: the same ending as of an exchange on a connection of our own. */
import type { NotSentCause } from '../core/ports';
import { certificateCause, errorCode, tcpCause } from './classify';
import type { Deadline } from './deadline';
import type { ExchangeEnd, Outgoing } from './exchange';
import type { RawHeaders } from './incoming';
import type { Limits } from './limits';

/** As much of `fetch` as is used. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

export interface FetchOptions {
  readonly limits: Limits;
  readonly deadline: Deadline;
}

/** Sends `outgoing` to the origin of `url`, once, and follows nothing. Never rejects; ends with the deadline, whatever `fetch` does. */
export function fetchOnce(fetch: Fetch, url: URL, outgoing: Outgoing, options: FetchOptions): Promise<ExchangeEnd> {
  const { deadline } = options;
  return new Promise((resolve) => {
    const stop = (): void => resolve({ kind: 'stopped', started: true });
    deadline.addListener(stop);
    void fetchAndRead(fetch, url, outgoing, options).then((end) => {
      deadline.removeListener(stop);
      resolve(end);
    });
  });
}

async function fetchAndRead(
  fetch: Fetch,
  url: URL,
  { method, path, headers, body }: Outgoing,
  { limits, deadline }: FetchOptions,
): Promise<ExchangeEnd> {
  let response: Response;
  try {
    response = await fetch(`${url.origin}${path}`, {
      method,
      headers: pairs(headers),
      body: body ?? null,
      redirect: 'manual',
      credentials: 'omit',
      referrerPolicy: 'no-referrer',
      signal: deadline.signal,
    });
  } catch (error) {
    return { kind: 'failed', error: deepest(error), started: true, progress: 'none' };
  }
  const { status, statusText } = response;
  const received = headersOf(response);
  const refuse = (end: ExchangeEnd): ExchangeEnd => {
    // What is left of it is of no interest, and neither is whether it can be stopped.
    response.body?.cancel().catch(() => undefined);
    return end;
  };
  const redirected = (status >= 300 && status < 400) || response.type === 'opaqueredirect';
  if (redirected) return refuse({ kind: 'redirect', status, headers: received });
  // Somebody on the way has followed a redirect in spite of us: whose answer this is cannot be told.
  if (response.redirected) {
    return refuse({ kind: 'failed', error: new Error('redirected'), started: true, progress: 'none' });
  }
  if (headerBytes(response) > limits.headerBytes) return refuse({ kind: 'too-large' });
  if (Number(response.headers.get('content-length')) > limits.bodyBytes) return refuse({ kind: 'too-large' });
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const chunk of response.body ?? []) {
      length += chunk.length;
      if (length > limits.bodyBytes) return { kind: 'too-large' };
      chunks.push(chunk);
    }
  } catch (error) {
    return { kind: 'failed', error: deepest(error), started: true, progress: 'body' };
  }
  return { kind: 'answer', status, statusText, headers: received, raw: Buffer.concat(chunks) };
}

function pairs(headers: readonly string[]): [string, string][] {
  const all: [string, string][] = [];
  for (let at = 0; at < headers.length; at += 2) all.push([headers[at] ?? '', headers[at + 1] ?? '']);
  return all;
}

/** Without those that describe the body as it came: `fetch` has unpacked it. */
function headersOf(response: Response): RawHeaders {
  const all = [...response.headers].filter(([name]) => name !== 'content-encoding' && name !== 'content-length');
  return Object.fromEntries(all);
}

function headerBytes(response: Response): number {
  return [...response.headers].reduce((sum, [name, value]) => sum + name.length + value.length, 0);
}

/** What lies behind `fetch failed` and `terminated`. */
function deepest(error: unknown): unknown {
  let found = error;
  for (let depth = 0; depth < 5 && found instanceof Error && found.cause !== undefined; depth++) found = found.cause;
  return found;
}

/**
 * Why a `fetch` has sent nothing of its request, when its error proves that: no name, no TCP connection, no TLS connection, or
 * no tunnel. `undefined` for everything else, such as a reset, which may have come before or after the request.
 */
export function unsentCause(error: unknown): NotSentCause | undefined {
  if (errorCode(error) === 'UND_ERR_CONNECT_TIMEOUT') return 'connect-timeout';
  // undici has no code of its own for a CONNECT that was refused.
  const refused = error instanceof Error && /^Proxy response \(\d+\) .*HTTP Tunneling/.test(error.message);
  if (refused) return 'proxy-refused';
  const all = error instanceof AggregateError && error.errors.length > 0 ? error.errors : [error];
  if (all.every((one) => connecting.has(syscallOf(one) ?? ''))) return tcpCause(error);
  return certificateCause(error);
}

const connecting: ReadonlySet<string> = new Set(['getaddrinfo', 'connect']);

function syscallOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('syscall' in error)) return undefined;
  return typeof error.syscall === 'string' ? error.syscall : undefined;
}
