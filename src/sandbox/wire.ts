/** From node:http to fetch objects and back, and the faults that only a socket can show. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { createGzip } from 'node:zlib';
import type { FaultRule } from './api';
import { isCarriedOut } from './faults';

export const maxBodyBytes = 1_048_576;

/** The whole body, or undefined when it is longer than the cap. */
export async function readRequestBody(message: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of message as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > maxBodyBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

export function toRequest(message: IncomingMessage, url: URL, body: Buffer): Request {
  const headers = new Headers();
  for (const [name, values] of Object.entries(message.headersDistinct)) {
    for (const value of values ?? []) headers.append(name, value);
  }
  const method = message.method ?? 'GET';
  const carriesBody = method !== 'GET' && method !== 'HEAD';
  return new Request(url, { method, headers, ...(carriesBody ? { body: new Uint8Array(body) } : {}) });
}

interface Answer {
  readonly status: number;
  readonly reason?: string | undefined;
  readonly headers: Record<string, string>;
  readonly body: Buffer;
}

async function flatten(response: Response): Promise<Answer> {
  return {
    status: response.status,
    reason: response.statusText,
    headers: Object.fromEntries(response.headers),
    body: Buffer.from(await response.arrayBuffer()),
  };
}

function send(target: ServerResponse, { status, reason, headers, body }: Answer): void {
  // The answer to HEAD has no body, and the length of the one that GET would have.
  const length = target.req.method === 'HEAD' ? headers['content-length'] : undefined;
  if (reason) target.statusMessage = reason;
  target.writeHead(status, { ...headers, 'content-length': length ?? body.length });
  target.end(body);
}

export async function sendResponse(target: ServerResponse, response: Response): Promise<void> {
  send(target, await flatten(response));
}

/** What became of the request, for the log: a status only when one was sent. */
export interface Fate {
  readonly fault: string;
  readonly status?: number;
}

/** Answers wrongly on purpose. `carryOut` runs the real request; it is called at most once. */
export async function sendFault(
  target: ServerResponse,
  rule: FaultRule,
  carryOut: () => Promise<Response>,
  stopped: AbortSignal,
): Promise<Fate> {
  const { effect } = rule;
  const fault = effect.kind;
  if (effect.kind === 'delay') await pause(effect.ms, undefined, { signal: stopped });
  const real = isCarriedOut(rule) ? await flatten(await carryOut()) : undefined;
  const planned = plannedAnswer(rule);
  if (planned) {
    send(target, planned);
    return { fault, status: planned.status };
  }
  if (effect.kind === 'huge-body' || effect.kind === 'gzip-bomb') {
    await sendFlood(target, effect.bytes ?? defaultFloodBytes, effect.kind === 'gzip-bomb');
    return { fault, status: 200 };
  }
  const socket = target.socket;
  if (effect.kind === 'reset-before' || effect.kind === 'reset-after') {
    socket?.resetAndDestroy();
    return { fault };
  }
  if (effect.kind === 'not-http') {
    socket?.end('SSH-2.0-sandbox\r\n');
    return { fault };
  }
  if (effect.kind === 'no-answer' || !real) return { fault };
  const { status, headers, body } = real;
  switch (effect.kind) {
    case 'cut-body': {
      target.writeHead(status, { ...headers, 'content-length': Math.max(body.length, 1) });
      const part = body.subarray(0, effect.bytes ?? Math.floor(body.length / 2));
      target.flushHeaders();
      target.write(part, () => socket?.destroySoon());
      break;
    }
    case 'wrong-content-length':
      target.strictContentLength = false;
      target.writeHead(status, {
        ...headers,
        'content-length': body.length + (effect.delta ?? 10),
        connection: 'close',
      });
      target.end(body, () => socket?.destroySoon());
      break;
    case 'broken-chunks':
      socket?.end(
        `HTTP/1.1 ${status} OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n${body.toString('utf8')}\r\n0\r\n\r\n`,
      );
      break;
    case 'wrong-content-type':
      send(target, { status, body, headers: { ...headers, 'content-type': effect.contentType ?? 'text/plain' } });
      break;
    case 'many-headers': {
      const extra = Array.from({ length: effect.count ?? 10_000 }, (_, index) => [`x-sandbox-${index}`, 'x']);
      send(target, { status, body, headers: { ...headers, ...Object.fromEntries(extra) } });
      break;
    }
    case 'slow-loris':
      target.writeHead(status, { ...headers, 'content-length': body.length });
      await drip(target, body, effect.intervalMs ?? 1_000, stopped);
      break;
    case 'delay':
      send(target, real);
      break;
  }
  return { fault, status };
}

async function drip(target: ServerResponse, body: Buffer, intervalMs: number, stopped: AbortSignal): Promise<void> {
  for (const byte of body) {
    if (target.destroyed) return;
    target.write(Buffer.of(byte));
    await pause(intervalMs, undefined, { signal: stopped });
  }
  target.end();
}

/** The answers that do not depend on the real one. */
function plannedAnswer({ effect }: FaultRule): Answer | undefined {
  switch (effect.kind) {
    case 'answer': {
      const text = typeof effect.body === 'string' ? effect.body : JSON.stringify(effect.body ?? {});
      const type = typeof effect.body === 'string' ? 'text/plain; charset=UTF-8' : 'application/json; charset=UTF-8';
      return {
        status: effect.status,
        reason: effect.reason,
        headers: { 'content-type': type, ...lowerCased(effect.headers) },
        body: Buffer.from(text),
      };
    }
    case 'redirect':
      return { status: effect.status, headers: { location: effect.location }, body: Buffer.alloc(0) };
    case 'retry-after':
      return { status: effect.status ?? 503, headers: { 'retry-after': effect.value }, body: Buffer.alloc(0) };
    case 'html': {
      const page =
        '<!DOCTYPE html>\n<html lang="en"><title>Sign in to the network</title><h1>Sign in to the network</h1>\n';
      return { status: effect.status ?? 200, headers: { 'content-type': 'text/html' }, body: Buffer.from(page) };
    }
    case 'empty':
      return { status: effect.status ?? 200, headers: {}, body: Buffer.alloc(0) };
    default:
      return undefined;
  }
}

function lowerCased(headers: Record<string, string> = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

const defaultFloodBytes = 200_000_000;
const floodChunk = Buffer.alloc(65_536, 'a');

/** A JSON string of so many bytes, made while it is sent: a client that stops at its cap costs neither side memory. */
function* flood(bytes: number): Generator<Buffer> {
  yield Buffer.from('"');
  for (let left = bytes - 2; left > 0; left -= floodChunk.length) yield floodChunk.subarray(0, left);
  yield Buffer.from('"');
}

async function sendFlood(target: ServerResponse, bytes: number, compressed: boolean): Promise<void> {
  target.writeHead(200, {
    'content-type': 'application/json',
    ...(compressed ? { 'content-encoding': 'gzip' } : { 'content-length': Math.max(bytes, 2) }),
  });
  const source = Readable.from(flood(bytes));
  // The client is expected to hang up: a broken pipe is the point of it.
  await (compressed ? pipeline(source, createGzip(), target) : pipeline(source, target)).catch(() => undefined);
}
