/** `Range` and `If-Range` (RFC 9110, 13.1.5 and 14): what part of a body a request asks for. */

export type RangeRead =
  | { readonly kind: 'whole' }
  /** Both ends inclusive. */
  | { readonly kind: 'part'; readonly first: number; readonly last: number }
  | { readonly kind: 'unsatisfiable' };

export interface Representation {
  readonly length: number;
  /** Strong, with its quotes. */
  readonly etag: string;
  /** As an HTTP date. */
  readonly lastModified: string;
}

/** Several ranges in one request, other units and nonsense are ignored, as the standard allows. */
export function readRange(headers: Headers, { length, etag, lastModified }: Representation): RangeRead {
  const [, from, to] = /^bytes=(\d*)-(\d*)$/.exec(headers.get('range')?.trim() ?? '') ?? [];
  if (from === undefined || to === undefined || from + to === '') return { kind: 'whole' };
  const condition = headers.get('if-range');
  if (condition !== null && condition !== etag && condition !== lastModified) return { kind: 'whole' };
  if (from === '') {
    const wanted = Math.min(Number(to), length);
    return wanted === 0 ? { kind: 'unsatisfiable' } : { kind: 'part', first: length - wanted, last: length - 1 };
  }
  const first = Number(from);
  const last = to === '' ? length - 1 : Math.min(Number(to), length - 1);
  if (to !== '' && Number(to) < first) return { kind: 'whole' };
  return first >= length ? { kind: 'unsatisfiable' } : { kind: 'part', first, last };
}
