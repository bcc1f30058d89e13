/**
 * Large files by signed address: one `GET`, read as a stream. The address is the whole credential, so there is no bearer,
 * nothing is followed, and of the address only the host is ever logged.
 */
import { setMaxListeners } from 'node:events';
import { performance } from 'node:perf_hooks';
import Client from 'undici/lib/dispatcher/client.js';
import { detailWords } from '../core/detailWords';
import type { BodyChunks, BodyEnd, DownloadAnswer, DownloadRequest, Downloads } from '../core/downloadPorts';
import { plainText } from '../core/foreignText';
import type { HttpRequest, Log } from '../core/ports';
import { scrub } from '../core/redact';
import { brokenCause, errorCode } from './classify';
import { type Opened, place } from './connection';
import { joinHeaders, redirectOrigin } from './incoming';
import type { Limits } from './limits';
import { prepare } from './outgoing';
import { ResponseStream } from './responseStream';
import type { StartTimer } from './timers';

export interface DownloaderOptions {
  readonly log: Log;
  readonly limits: Pick<Limits, 'headerBytes'>;
  readonly userAgent: string | undefined;
  /** Opens a connection of its own, by the proxy and the trust of the moment. */
  readonly open: (url: URL, signal: AbortSignal) => Promise<Opened>;
  /** Milliseconds without a byte. */
  readonly idleMs: number;
  readonly startTimer: StartTimer;
}

/** What the log says instead of path and query. */
const pathTemplate = '/{signed address}';
const bufferBytes = 1_000_000;
/** Of an error's XML; the real ones have some hundred bytes. */
const errorBytes = 16_000;
const errorMs = 10_000;

export class Downloader implements Downloads {
  readonly #options: DownloaderOptions;
  readonly #underWay = new Set<AbortController>();
  #closed = false;

  constructor(options: DownloaderOptions) {
    this.#options = options;
  }

  async download(request: DownloadRequest, signal: AbortSignal): Promise<DownloadAnswer> {
    const startedAt = performance.now();
    if (signal.aborted || this.#closed) return { kind: 'aborted' };
    const sealed = seal(request);
    if (sealed.kind !== 'request') return sealed;
    const { url } = sealed.request;
    const prepared = prepare(sealed.request, this.#options.userAgent);
    const report = (ending: string): void => this.#report(url, ending, startedAt);
    if (prepared.kind === 'not-sent') {
      report(`not-sent ${prepared.cause}`);
      return prepared;
    }
    setMaxListeners(0, signal); // One signal may stop many downloads.
    const scope = new AbortController();
    const stop = (): void => scope.abort();
    signal.addEventListener('abort', stop, { once: true });
    this.#underWay.add(scope);
    const release = (...words: readonly (string | number | undefined)[]): void => {
      signal.removeEventListener('abort', stop);
      this.#underWay.delete(scope);
      report(words.filter((word) => word !== undefined).join(' '));
    };
    const opened = await this.#options.open(url, scope.signal);
    if (opened.kind !== 'open') {
      release(opened.kind === 'stopped' ? 'aborted' : `not-sent ${opened.cause}`);
      return opened.kind === 'stopped' ? { kind: 'aborted' } : { ...opened, kind: 'not-sent' };
    }
    const client = this.#clientOn(url, opened);
    const stream = new ResponseStream({
      place: place(url),
      idleMs: this.#options.idleMs,
      startTimer: this.#options.startTimer,
      bufferBytes,
      onEnd: (end, status) => {
        release(status, endingOf(end, scope.signal.aborted));
        // Not in the middle of undici's own loop.
        queueMicrotask(() => {
          opened.socket.destroy();
          void client.destroy();
        });
      },
    });
    scope.signal.addEventListener('abort', () => stream.abort(), { once: true });
    if (scope.signal.aborted) stream.abort();
    const { method, path, headers } = prepared.outgoing;
    client.dispatch({ method, path, headers, body: null, reset: true }, stream);
    const head = await stream.head;
    switch (head.kind) {
      case 'aborted':
        return { kind: 'aborted' };
      case 'cut':
        return { kind: 'broken', cause: head.end.cause, detail: head.end.detail };
      case 'failed': {
        const detail = `${place(url)}: ${errorCode(head.error) ?? detailWords.connectionFailed}`;
        return head.started
          ? { kind: 'broken', cause: brokenCause(head.error, 'none'), detail }
          : { kind: 'not-sent', cause: 'unreachable', detail };
      }
      case 'head': {
        const answer = await readHead(head.status, head.headers, request, url, stream);
        if (answer.kind !== 'body') stream.abort();
        return answer;
      }
    }
  }

  /** Ends what is under way. */
  close(): void {
    this.#closed = true;
    for (const scope of [...this.#underWay]) scope.abort();
  }

  #clientOn(url: URL, opened: Extract<Opened, { kind: 'open' }>): Client {
    let handedOut = false;
    return new Client(url.origin, {
      connect: (_options, callback) => {
        if (handedOut) return callback(new Error('the one connection is used up'));
        handedOut = true;
        // undici asks in the middle of its own loop and goes on only when the answer comes later.
        queueMicrotask(() => callback(null, opened.socket));
      },
      maxHeaderSize: this.#options.limits.headerBytes,
      headersTimeout: 0,
      bodyTimeout: 0,
    });
  }

  #report(url: URL, ending: string, startedAt: number): void {
    const ms = Math.round(performance.now() - startedAt);
    this.#options.log.trace(scrub(`GET ${url.host}${pathTemplate} ${ending} ${ms} ms`));
  }
}

type Sealed =
  | { readonly kind: 'request'; readonly request: HttpRequest }
  | Extract<DownloadAnswer, { kind: 'not-sent' }>;

/** Opens the signed address for its own origin and says what is asked for. No detail repeats any of it. */
function seal({ address, from, to, etag }: DownloadRequest): Sealed {
  const [origin] = address.boundTo;
  if (origin === undefined || !URL.canParse(origin)) return refuse('an address that belongs to no origin');
  const revealed = address.revealFor(new URL(origin));
  if (revealed.kind !== 'revealed' || !URL.canParse(revealed.value)) return refuse('an address that is none');
  const url = new URL(revealed.value);
  if (!address.boundTo.includes(url.origin)) return refuse(`an address of another origin than ${origin}`);
  const headers: Record<string, string> = {};
  if (from > 0 || to !== undefined) headers['range'] = `bytes=${from}-${to ?? ''}`;
  // A weak etag may not be compared here (RFC 9110 §13.1.5).
  if (from > 0 && etag !== undefined && isStrong(etag)) headers['if-range'] = etag;
  return { kind: 'request', request: { method: 'GET', url, pathTemplate, headers, effect: 'read' } };
}

function refuse(detail: string): Extract<DownloadAnswer, { kind: 'not-sent' }> {
  return { kind: 'not-sent', cause: 'invalid-request', detail };
}

function isStrong(etag: string): boolean {
  return /^"[\x21\x23-\x7e]*"$/.test(etag);
}

async function readHead(
  status: number,
  raw: Client.IncomingHeaders,
  request: DownloadRequest,
  url: URL,
  chunks: BodyChunks,
): Promise<DownloadAnswer> {
  const headers = joinHeaders(raw);
  switch (status) {
    case 200:
    case 206:
      return readBody(status, headers, request, url, chunks);
    case 403:
      return { kind: 'expired', status };
    case 404:
    case 410:
      return { kind: 'gone', status };
    case 416: {
      const [, total] = /^bytes \*\/(\d+)$/.exec(headers['content-range'] ?? '') ?? [];
      return { kind: 'range-not-satisfiable', ...(total === undefined ? {} : { totalBytes: Number(total) }) };
    }
  }
  if (status >= 300 && status < 400) return { kind: 'redirect', status, location: redirectOrigin(raw, url) };
  const code = await errorCodeOf(chunks);
  if (status === 400 && code === 'ExpiredToken') return { kind: 'expired', status };
  return { kind: 'refused', status, ...(code === undefined ? {} : { code }) };
}

function readBody(
  status: 200 | 206,
  headers: Readonly<Record<string, string>>,
  request: DownloadRequest,
  url: URL,
  chunks: BodyChunks,
): DownloadAnswer {
  const malformed = (what: string): DownloadAnswer => {
    return { kind: 'broken', cause: 'malformed', detail: `${place(url)}: ${what}` };
  };
  const coding = headers['content-encoding'] ?? 'identity';
  // Lengths, ranges and hashes would be of something else than the file.
  if (coding.toLowerCase() !== 'identity') return malformed('packed, although that was not asked for');
  if (/^\s*text\/html\b/i.test(headers['content-type'] ?? '')) return malformed(detailWords.pageForFile);
  const length = lengthOf(headers['content-length']);
  const part = status === 206 ? readContentRange(headers['content-range']) : undefined;
  if (status === 206) {
    if (!part || part.first !== request.from) return malformed('another range than was asked for');
    if (length !== undefined && length !== part.last - part.first + 1) return malformed('a length that fits no range');
  }
  const chunked = /\bchunked\b/i.test(headers['transfer-encoding'] ?? '');
  // Its end could not be told from a lost connection.
  if (length === undefined && !chunked) return malformed('no length');
  const totalBytes = part ? part.total : (length ?? lengthOf(headers['x-goog-stored-content-length']));
  const etag = headers['etag'];
  const hash = hashes(headers['x-goog-hash'] ?? '');
  return {
    kind: 'body',
    status,
    from: part?.first ?? 0,
    ...(totalBytes === undefined ? {} : { totalBytes }),
    ...(etag !== undefined && isStrong(etag) ? { etag } : {}),
    ...hash,
    chunks,
  };
}

function lengthOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

function readContentRange(text: string | undefined) {
  const [, first, last, total] = /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15}|\*)$/.exec(text ?? '') ?? [];
  if (first === undefined || last === undefined || Number(last) < Number(first)) return undefined;
  return { first: Number(first), last: Number(last), total: lengthOf(total) };
}

/** `crc32c=n03x6A==, md5=Ojk9c3dhfxgoKVVHYwFbHQ==`, as Cloud Storage says it; composite objects have no MD5. */
function hashes(text: string): { readonly md5?: string; readonly crc32c?: string } {
  const [md5] = /(?<=\bmd5=)[A-Za-z\d+/]{22}==/.exec(text) ?? [];
  const [crc32c] = /(?<=\bcrc32c=)[A-Za-z\d+/]{6}==/.exec(text) ?? [];
  return { ...(md5 === undefined ? {} : { md5 }), ...(crc32c === undefined ? {} : { crc32c }) };
}

/** The `Code` of an error of Cloud Storage's XML API. Only that is taken: its details repeat what was signed. */
async function errorCodeOf(chunks: BodyChunks): Promise<string | undefined> {
  const timer = setTimeout(() => void chunks.return(), errorMs);
  const read: Uint8Array[] = [];
  try {
    for (let bytes = 0; bytes < errorBytes; ) {
      const { done, value } = await chunks.next();
      if (done) break;
      read.push(value);
      bytes += value.length;
    }
  } finally {
    clearTimeout(timer);
  }
  const [, code] = /<Code>([A-Za-z]{1,60})<\/Code>/.exec(Buffer.concat(read).toString('latin1')) ?? [];
  return code === undefined ? undefined : plainText(code, 60);
}

/** What is said after the status. That a reader has seen enough of an answer is nothing to tell. */
function endingOf(end: BodyEnd, stopped: boolean): string | undefined {
  if (end.kind === 'cut') return `broken ${end.cause}`;
  return stopped ? 'aborted' : undefined;
}
