/**
 * Archive downloads by signed address, without a bearer token, answered as the XML API of Cloud Storage does. An address
 * lives 6 hours, an archive 14 days, and neither outlives `authorization:reset`.
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { Hono } from 'hono';
import { archivePart } from './archiveContent';
import { readRange } from './byteRange';
import { crc32c } from './checksums';
import { archiveThere, completedAt } from './jobTimes';
import type { GoogleService } from './service';
import { storageError } from './storageErrors';
import type { Job } from './world';
import { hourMs } from './world';

const prefix = '/__archives';
const addressLifetimeMs = 6 * hourMs;

interface StoredPart {
  readonly body: Buffer;
  readonly etag: string;
  /** As in `x-goog-hash`. */
  readonly hash: string;
}

/** Fresh addresses for every part, or none when there is nothing to download. */
export function archiveUrls(service: GoogleService, job: Job, now: number): string[] {
  if (!archiveThere(job, now)) return [];
  const expires = String(Math.floor((now + addressLifetimeMs) / 1000));
  return job.archive.map((_, index) => {
    const path = `${prefix}/${job.id}/${index + 1}.zip`;
    const query = new URLSearchParams({ expires, signature: sign(service, path, expires) });
    return `${service.origin()}${path}?${query}`;
  });
}

/** Follows from the seed, like every token: an address of a restored snapshot stays valid. */
function sign(service: GoogleService, path: string, expires: string): string {
  return createHmac('sha256', `archive ${service.ids().seed}`).update(`GET\n${path}\n${expires}`).digest('hex');
}

export function mountArchives(app: Hono, service: GoogleService): void {
  const stored = storedParts();
  app.get(`${prefix}/:job/:part{\\d+\\.zip}`, ({ req }) => {
    const url = new URL(req.url);
    const refusal = refuse(service, url);
    if (refusal) return refusal;
    const jobs = service.world().jobs;
    const id = req.param('job');
    const job = Object.hasOwn(jobs, id) ? jobs[id] : undefined;
    const number = Number.parseInt(req.param('part'), 10);
    if (!job || job.archive[number - 1] === undefined || !archiveThere(job, service.clock.now())) {
      return storageError(404, 'NoSuchKey', 'The specified key does not exist.', `No such object: ${url.pathname}`);
    }
    return download(req.raw, job, stored(job, number));
  });
}

/** What Cloud Storage says of the address before it looks for the object. */
function refuse(service: GoogleService, url: URL): Response | undefined {
  const expires = url.searchParams.get('expires') ?? '';
  const signature = url.searchParams.get('signature') ?? '';
  if (expires === '' || signature === '') {
    const details = 'Anonymous caller does not have storage.objects.get access to the object.';
    return storageError(403, 'AccessDenied', 'Access denied.', details);
  }
  const expected = Buffer.from(sign(service, url.pathname, expires));
  const given = Buffer.from(signature);
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
    const message =
      'The request signature we calculated does not match the signature you provided. Check your Google secret key and signing method.';
    return storageError(403, 'SignatureDoesNotMatch', message);
  }
  const end = Number(expires) * 1000;
  if (service.clock.now() < end) return undefined;
  const details = `Request signature expired at: ${new Date(end).toISOString()}`;
  return storageError(service.world().switches.expiredUrlStatus, 'ExpiredToken', 'Invalid argument.', details);
}

function download(request: Request, job: Job, { body, etag, hash }: StoredPart): Response {
  const lastModified = new Date(completedAt(job)).toUTCString();
  const headers = {
    'content-type': 'application/zip',
    'accept-ranges': 'bytes',
    'cache-control': 'private, max-age=0',
    etag,
    'last-modified': lastModified,
    'x-goog-hash': hash,
    'x-goog-generation': String(completedAt(job) * 1000),
    'x-goog-storage-class': 'STANDARD',
    'x-goog-stored-content-encoding': 'identity',
    'x-goog-stored-content-length': String(body.length),
  };
  const range =
    request.method === 'HEAD'
      ? ({ kind: 'whole' } as const)
      : readRange(request.headers, { length: body.length, etag, lastModified });
  if (range.kind === 'unsatisfiable') {
    const message = 'The requested range cannot be satisfied.';
    const refused = storageError(416, 'InvalidRange', message, request.headers.get('range') ?? '');
    refused.headers.set('content-range', `bytes */${body.length}`);
    return refused;
  }
  if (range.kind === 'whole') {
    // Named here for HEAD, which has no body to count.
    const length = { 'content-length': String(body.length) };
    return new Response(new Uint8Array(body), { headers: { ...headers, ...length } });
  }
  const { first, last } = range;
  return new Response(new Uint8Array(body.subarray(first, last + 1)), {
    status: 206,
    headers: { ...headers, 'content-range': `bytes ${first}-${last}/${body.length}` },
  });
}

/** Keeps the part that was last made, so that a large one is not made anew for each range of it. */
function storedParts(): (job: Job, number: number) => StoredPart {
  let newest: { readonly job: Job; readonly number: number; readonly part: StoredPart } | undefined;
  return (job, number) => {
    if (newest?.job !== job || newest.number !== number) {
      const body = archivePart(job, number);
      const md5 = createHash('md5').update(body).digest();
      const crc = Buffer.alloc(4);
      crc.writeUInt32BE(crc32c(body));
      const hash = `crc32c=${crc.toString('base64')}, md5=${md5.toString('base64')}`;
      newest = { job, number, part: { body, etag: `"${md5.toString('hex')}"`, hash } };
    }
    return newest.part;
  };
}
