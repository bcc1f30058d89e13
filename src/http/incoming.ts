/** Turns an answer's bytes and headers into text. */
import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate, inflateRaw } from 'node:zlib';
import type { BrokenCause } from '../core/ports';
import { errorCode } from './classify';

export type RawHeaders = Readonly<Record<string, string | string[]>>;

export type Decoded =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'broken'; readonly cause: BrokenCause; readonly detail: string };

const utf8 = new TextDecoder();
const gunzipAsync = promisify(gunzip);
const inflateAsync = promisify(inflate);
const inflateRawAsync = promisify(inflateRaw);
const brotliAsync = promisify(brotliDecompress);

/** Repeated headers joined by `, ` (RFC 9110 §5.3); names are already in lower case. */
export function joinHeaders(headers: RawHeaders): Readonly<Record<string, string>> {
  const joined: Record<string, string> = {};
  for (const name of Object.keys(headers)) {
    const value = headers[name];
    if (value === undefined) continue;
    joined[name] = typeof value === 'string' ? value : value.join(', ');
  }
  return joined;
}

/** The origin a redirect points to, and no more of it: its path and query may carry what the request carried. */
export function redirectOrigin(headers: RawHeaders, base: URL): string | undefined {
  const raw = headers['location'];
  const location = typeof raw === 'string' ? raw : raw?.[0];
  if (location === undefined || !URL.canParse(location, base.href)) return undefined;
  const { origin } = new URL(location, base);
  return origin === 'null' ? undefined : origin;
}

/**
 * Decodes the body as UTF-8 without its byte-order mark, unpacking `gzip`, `deflate` and `br` first. The unpacking stops
 * at `limit` bytes.
 */
export async function decodeBody(raw: Buffer, headers: RawHeaders, limit: number): Promise<Decoded> {
  if (headers['content-encoding'] === undefined) return { kind: 'text', text: utf8.decode(raw) };
  const codings = String(headers['content-encoding'] ?? '')
    .toLowerCase()
    .split(',')
    .map((coding) => coding.trim())
    .filter((coding) => coding !== '' && coding !== 'identity');
  let bytes = raw;
  try {
    // Applied in the order listed, so undone from the last.
    for (const coding of raw.length > 0 ? codings.reverse() : []) bytes = await unpack(bytes, coding, limit);
  } catch (error) {
    return packingProblem(error);
  }
  return { kind: 'text', text: utf8.decode(bytes) };
}

async function unpack(bytes: Buffer, coding: string, limit: number): Promise<Buffer> {
  const options = { maxOutputLength: limit };
  switch (coding) {
    case 'gzip':
    case 'x-gzip':
      return gunzipAsync(bytes, options);
    case 'deflate':
      // RFC 9110 §8.4.1.2 means zlib; some servers send the bare stream. The low nibble of a zlib header is 8.
      return ((bytes[0] ?? 0) & 0x0f) === 8 ? inflateAsync(bytes, options) : inflateRawAsync(bytes, options);
    case 'br':
      return brotliAsync(bytes, options);
    default:
      throw new UnknownCoding();
  }
}

class UnknownCoding extends Error {}

function packingProblem(error: unknown): Decoded {
  if (error instanceof UnknownCoding) return { kind: 'broken', cause: 'malformed', detail: 'unknown content encoding' };
  const code = errorCode(error) ?? 'undecodable';
  if (code === 'ERR_BUFFER_TOO_LARGE') return { kind: 'broken', cause: 'too-large', detail: 'body, unpacked' };
  // zlib's word for "the input ended early".
  return { kind: 'broken', cause: code === 'Z_BUF_ERROR' ? 'cut-body' : 'malformed', detail: code };
}
