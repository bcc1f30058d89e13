/** What the domain needs from outside, as small interfaces. */
import type { TargetAddress, TargetKey } from './model';
import type { Outcome } from './outcome';
import type { BoundSecret } from './redact';

export interface Clock {
  /** Wall clock, epoch milliseconds. */
  now(): number;
  /** Milliseconds that never jump; for time-outs and for the age of a confirmation. */
  monotonic(): number;
  /** Resolves after `ms`; rejects with the signal's reason when aborted. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

export interface Random {
  /** A new, unguessable id of URL-safe characters. */
  id(): string;
}

export interface Log {
  trace(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

/** Key-value store for secrets; VS Code's SecretStorage has this shape. */
export interface SecretStore {
  get(key: string): Promise<string | undefined>;
  store(key: string, value: string): Promise<void>;
  delete(key: string): Promise<void>;
}

/**
 * Non-secret notes that a secret exists, kept apart from it: SecretStorage deletes what it cannot decrypt and then says
 * `undefined`, so "the keyring lost it" and "signed out" could not be told apart without them.
 */
export interface MarkerStore {
  /** The markers of one identity, oldest first. */
  list(key: TargetKey): Promise<readonly CredentialMarker[]>;
  /** Writes the marker of one credential; `storedAt` names it. */
  set(key: TargetKey, marker: CredentialMarker): Promise<void>;
  delete(key: TargetKey, storedAt: number): Promise<void>;
  /** All markers by identity, oldest first, for the tree's first paint. */
  all(): Promise<ReadonlyMap<TargetKey, readonly CredentialMarker[]>>;
}

/** One for each credential: two windows that add and end credentials never overwrite each other's notes. */
export interface CredentialMarker {
  readonly form: string;
  /** Epoch milliseconds; never the same for two credentials of one identity, so it names the credential. */
  readonly storedAt: number;
  readonly origins: readonly string[];
  /** What it was granted, for asking for the same again; absent when nobody said. */
  readonly grants?: readonly string[];
  /**
   * Why the credential is no longer there: the user forgot it (its consent may be alive), a verified reset ended it, it could
   * not be read and was put aside, or the service no longer accepted it while a newer one was there.
   */
  readonly ended?: { readonly by: 'forget' | 'reset' | 'damage' | 'dead'; readonly at: number };
}

// ── Locks ────────────────────────────────────────────────────────────────────────────────────────────────────────────

export interface TargetLocks {
  /** Takes the lock of a target across windows. `takeOver` replaces a live owner; only by the user's explicit wish. */
  acquire(address: TargetAddress, options?: { readonly takeOver?: boolean }): Promise<LockResult>;
  /** Makes what only the first lock of a window needs. Rejects when it cannot: so will {@link acquire}, and say it. */
  prepare(): Promise<void>;
}

export type LockResult =
  | {
      readonly kind: 'acquired';
      /** Whether nobody has taken it over since, as the disk says it. `false` when that cannot be read. */
      isOurs(): Promise<boolean>;
      release(): Promise<void>;
    }
  /** Another window (or this one) holds it. `heldForMs` is its age; after 5 minutes taking over may be offered. */
  | { readonly kind: 'held'; readonly heldForMs: number; readonly mayTakeOver: boolean }
  /** The lock file can be neither read nor made. */
  | { readonly kind: 'unavailable'; readonly detail: string };

// ── Journal ──────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Non-secret facts that a later verification needs, for instance when the access token runs out. */
export type VerificationHints = Readonly<Record<string, string | number>>;

export type ConfirmedBy = 'modal' | 'task-allowance';

/** One operation that was about to be sent. Holds no secret and no part of one. */
export interface JournalEntry {
  readonly operationId: string;
  readonly address: TargetAddress;
  readonly projectLabel: string;
  readonly identityLabel: string;
  readonly confirmedBy: ConfirmedBy;
  /** The tool or extension that asked for it, as `requesterId` names it; absent when the user did. */
  readonly requestedBy?: string;
  /** Epoch milliseconds, as all times here. */
  readonly confirmedAt: number;
  readonly credentialStoredAt: number;
  /** The provider's way that was taken; absent in entries of the first one. */
  readonly way?: string;
  /** As {@link VerifiedReset.endsAll}, once it is seen to have worked. */
  readonly endsAll?: boolean;
  readonly hints: VerificationHints;
  readonly openedAt: number;
  readonly stage: 'sending' | 'sent' | 'closed';
  readonly sentAt?: number;
  readonly outcome?: Outcome;
  readonly dismissed?: boolean;
}

export type NewJournalEntry = Omit<JournalEntry, 'stage' | 'sentAt' | 'outcome' | 'dismissed'>;

/** A reset that was seen to have worked, and the credential it was sent with: it says nothing about any other. */
export interface VerifiedReset {
  readonly credentialStoredAt: number;
  /** Epoch milliseconds. */
  readonly openedAt: number;
  /** Epoch milliseconds; when it was verified. */
  readonly closedAt: number;
  /** It has ended the consents of all credentials that were stored before, and not of the one alone that it was sent with. */
  readonly endsAll?: boolean;
}

export interface Journal {
  /** Makes what only the first entry of a window needs. Rejects when it cannot: so will {@link open}. */
  prepare(): Promise<void>;
  /** Writes the entry at stage `sending` and waits until it is on disk. Rejects when it cannot: then nothing may be sent. */
  open(entry: NewJournalEntry): Promise<void>;
  /** Notes that the request left. Never rejects: the entry already says `sending`. */
  markSent(operationId: string, at: number): void;
  /** Closes the entry and waits until that is on disk. `unknown` keeps it open for *Verify* and *Dismiss*. */
  close(operationId: string, outcome: Outcome): Promise<void>;
  /** The user has seen an unfinished entry and does not want it verified. */
  dismiss(operationId: string): Promise<void>;
  /** The newest reset of the target that is known to have worked. */
  lastVerifiedReset(address: TargetAddress): Promise<VerifiedReset | undefined>;
  /** What stands open on this machine. Never rejects. */
  standing(): Promise<JournalStanding>;
  /** {@link JournalStanding.unfinished}, as far as it can be read. */
  unfinished(): Promise<readonly JournalEntry[]>;
  /** The newest entries of this machine, newest first, as far as they can be read. */
  recent(limit: number): Promise<readonly JournalEntry[]>;
  /** As {@link recent}, for whoever shows it: nothing read is not nothing recorded. */
  read(limit: number): Promise<JournalReading>;
}

export interface JournalStanding {
  /** Entries whose result is not known and that no living window is working on. */
  readonly unfinished: readonly JournalEntry[];
  /** Entries that other, living windows are working on. */
  readonly underWay: readonly JournalEntry[];
  /** As in {@link JournalReading}: there may be more of both. */
  readonly unreadable?: string;
}

export interface JournalReading {
  readonly entries: readonly JournalEntry[];
  /** Set when all of the journal or some of it could not be read: the system's code, such as `EACCES`. */
  readonly unreadable?: string;
}

// ── Transport ────────────────────────────────────────────────────────────────────────────────────────────────────────

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly url: URL;
  /** What the log may show instead of the URL, for instance `/v1/archiveJobs/{id}`. */
  readonly pathTemplate: string;
  /** Headers without secrets; names in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as `authorization: Bearer …`, if the URL's origin is one the secret is bound to. */
  readonly bearer?: BoundSecret;
  /** Headers whose values are secrets, such as `x-goog-api-key`; names in lower case. Each goes to its own origins only. */
  readonly secretHeaders?: Readonly<Record<string, BoundSecret>>;
  readonly body?: HttpBody;
  /**
   * Id of the project in whose name it is sent: a server that asks for a client certificate is shown the project's own. A
   * connection with one is never shared with another project.
   */
  readonly project?: string;
  /** `irreversible` requests use a connection opened for them and are never sent again by the transport. */
  readonly effect: 'read' | 'irreversible';
  /**
   * Asked once, on the standing connection, right before the first byte: `false` keeps the request here, and it ends as
   * `not-sent` with the cause `withdrawn`.
   */
  readonly mayLeave?: () => boolean;
  /** Called once, when the request starts to leave this machine. */
  readonly onSent?: () => void;
}

export type HttpBody =
  | { readonly kind: 'json'; readonly value: unknown }
  /** A JSON object with secrets among its values. */
  | { readonly kind: 'json-fields'; readonly fields: Readonly<Record<string, JsonField>> }
  /** Sends `content-length: 0` and no body. */
  | { readonly kind: 'empty' }
  | { readonly kind: 'form'; readonly fields: Readonly<Record<string, string | BoundSecret>> }
  /** Ready-made text; sealed, as a body made by a library may hold secrets that cannot be told apart. */
  | { readonly kind: 'text'; readonly contentType: string; readonly value: BoundSecret };

export type JsonField = string | number | boolean | readonly string[] | BoundSecret;

/** Why nothing left this machine. */
export type NotSentCause =
  | 'dns'
  | 'refused'
  | 'unreachable'
  | 'connect-timeout'
  | 'tls-untrusted'
  | 'tls-name-mismatch'
  | 'tls-expired'
  | 'tls-not-yet-valid'
  | 'tls-other'
  /** The server wants a client certificate, and the project has none. */
  | 'client-certificate-missing'
  /** The server has ended the connection that it would have been, or was, shown the project's client certificate on. */
  | 'client-certificate-refused'
  /** What the project names as its client certificate cannot be shown. */
  | 'client-certificate-unusable'
  | 'proxy-unreachable'
  | 'proxy-refused'
  | 'foreign-origin'
  | 'invalid-request'
  | 'withdrawn';

/** Why there is no trustworthy answer although the request left. */
export type BrokenCause =
  | 'connection-reset'
  /** The server asked for a client certificate, or did not accept the one it was shown, after the request had left. */
  | 'client-certificate'
  | 'timeout'
  | 'cut-body'
  | 'too-large'
  | 'malformed';

export type HttpResult =
  | {
      readonly kind: 'response';
      readonly status: number;
      /** The words behind the status, plain and at most 300 characters: some servers say only there what is wrong. */
      readonly statusText?: string;
      /** Lower-case names; repeated headers joined by `, `. */
      readonly headers: Readonly<Record<string, string>>;
      /** Decoded text, at most 1 MB. */
      readonly body: string;
    }
  /** Any 3xx. Redirects are never followed. `location` is the other origin, if it could be read. */
  | { readonly kind: 'redirect'; readonly status: number; readonly location: string | undefined }
  /** `detail` is safe to show: a host, a port, an error code. */
  | { readonly kind: 'not-sent'; readonly cause: NotSentCause; readonly detail: string }
  | { readonly kind: 'broken'; readonly cause: BrokenCause; readonly detail: string }
  | { readonly kind: 'aborted'; readonly sent: boolean };

export interface Transport {
  /** Sends once. Never rejects: every ending is a value. */
  send(request: HttpRequest, signal: AbortSignal): Promise<HttpResult>;
}
