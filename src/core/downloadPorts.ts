/** What the download of an archive needs from outside: the network's side and the disk's. */
import type { BrokenCause, NotSentCause } from './ports';
import type { BoundSecret } from './redact';

// ── Network ──────────────────────────────────────────────────────────────────────────────────────────────────────────

export interface DownloadRequest {
  /** A signed address, bound to its own origin only. It is the whole credential, so it is never shown or logged. */
  readonly address: BoundSecret;
  /** The first byte wanted; 0 asks for the whole file. */
  readonly from: number;
  /** The last byte wanted, inclusive; absent: up to the end. */
  readonly to?: number;
  /** The strong etag of what is there already: another version is then sent whole, with status 200. */
  readonly etag?: string;
}

export type DownloadAnswer =
  | DownloadBody
  /** The signed address is too old, or no longer accepted: a new one has to be asked for. */
  | { readonly kind: 'expired'; readonly status: number }
  /** There is no such file (any more): 404 or 410. */
  | { readonly kind: 'gone'; readonly status: number }
  /** 416. `totalBytes` if the answer says how long the file is. */
  | { readonly kind: 'range-not-satisfiable'; readonly totalBytes?: number }
  /** Any other status. `code` is the error code of the answer's XML, cleaned. */
  | { readonly kind: 'refused'; readonly status: number; readonly code?: string }
  /** Any 3xx. Never followed. `location` is the other origin, if it could be read. */
  | { readonly kind: 'redirect'; readonly status: number; readonly location: string | undefined }
  /** `detail` is safe to show: a host, a port, an error code. */
  | { readonly kind: 'not-sent'; readonly cause: NotSentCause; readonly detail: string }
  | { readonly kind: 'broken'; readonly cause: BrokenCause; readonly detail: string }
  | { readonly kind: 'aborted' };

export interface DownloadBody {
  readonly kind: 'body';
  readonly status: 200 | 206;
  /** Where in the file the first byte of the body belongs; 0 with status 200, whatever was asked for. */
  readonly from: number;
  /** Length of the whole file, if the answer says. */
  readonly totalBytes?: number;
  readonly etag?: string;
  /** Of the whole file, Base64, from `x-goog-hash`. */
  readonly md5?: string;
  readonly crc32c?: string;
  /** The bytes as they come. Has to be read to its end or given up by `return()`; one reader. */
  readonly chunks: BodyChunks;
}

/** Its end is a value: only `complete` says that all announced bytes came. `next` never rejects. */
export interface BodyChunks {
  next(): Promise<IteratorResult<Uint8Array, BodyEnd>>;
  /** Hangs up. */
  return(): Promise<IteratorResult<Uint8Array, BodyEnd>>;
}

export type BodyEnd =
  | { readonly kind: 'complete' }
  | { readonly kind: 'cut'; readonly cause: BrokenCause; readonly detail: string }
  | { readonly kind: 'aborted' };

export interface Downloads {
  /** Asks once. Never rejects: every ending is a value. */
  download(request: DownloadRequest, signal: AbortSignal): Promise<DownloadAnswer>;
}

// ── Disk ─────────────────────────────────────────────────────────────────────────────────────────────────────────────

/** What the service says of one file of an archive. */
export interface PartFacts {
  readonly totalBytes?: number;
  readonly etag?: string;
  /** Base64. */
  readonly md5?: string;
  /** Base64. */
  readonly crc32c?: string;
}

/**
 * `full` and `quota`: no space left, on the disk or for this user. `file-limit`: the disk cannot hold files of that size.
 * `missing`: the folder, or the file begun, is gone.
 */
export type FileProblem = 'full' | 'quota' | 'file-limit' | 'read-only' | 'denied' | 'missing' | 'other';

export interface FileFailure {
  readonly kind: 'failed';
  readonly problem: FileProblem;
  /** The system's code, such as `ENOSPC`. */
  readonly code: string;
  /** What was still to be written, if the length is known. */
  readonly missingBytes?: number;
}

/** The files of one archive in one folder. Nothing here rejects. */
export interface ArchiveFiles {
  /** Free for this user; `undefined` when it cannot be told. */
  freeBytes(): Promise<number | undefined>;
  /** How much of the part an earlier try has left behind that can be gone on from. */
  kept(number: number, of: number, facts: PartFacts): Promise<number>;
  /** Opens the part `number` (from 1), to go on from what was kept if that is of the same version, else to begin anew. */
  open(number: number, of: number, facts: PartFacts): Promise<PartOpening>;
}

export type PartOpening = { readonly kind: 'open'; readonly file: PartFile } | FileFailure;

/** A part that is being written, under a name of its own. Call one method at a time; `close`, `finish` or `discard` is the last. */
export interface PartFile {
  /** How much is there. */
  readonly bytes: number;
  /** Begins anew, with another version. */
  restart(facts: PartFacts): Promise<{ readonly kind: 'restarted' } | FileFailure>;
  append(chunk: Uint8Array): Promise<{ readonly kind: 'written' } | FileFailure>;
  /** Checks length and hash and gives the file its final name. What is wrong is removed. */
  finish(): Promise<PartFinish>;
  /** Keeps what is there for a later try. */
  close(): Promise<void>;
  /** Removes what is there. */
  discard(): Promise<void>;
}

export type PartFinish =
  /** `name` is the file's own, without its folder. */
  | { readonly kind: 'finished'; readonly name: string; readonly bytes: number }
  | { readonly kind: 'wrong-size'; readonly expected: number; readonly actual: number }
  | { readonly kind: 'wrong-hash' }
  | FileFailure;
