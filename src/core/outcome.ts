/** What became of an operation. Never "success" from a bare 200. */
import type { Reason } from './model';

export type OutcomeKind =
  /** Reset, and checked by an independent read. */
  | 'verified'
  /** The service said yes; it cannot be checked. */
  | 'accepted'
  /** It was gone before; nothing was sent. */
  | 'already-reset'
  /** Checked after sending: still alive. */
  | 'not-reset'
  /** The service said no; nothing was done. */
  | 'refused'
  /** Provably nothing left this machine. */
  | 'not-sent'
  /** Sent, and no trustworthy answer. */
  | 'unknown'
  /** This endpoint cannot do it. */
  | 'unsupported'
  | 'cancelled';

export interface Outcome {
  readonly kind: OutcomeKind;
  readonly reason: Reason;
  /** Epoch milliseconds. */
  readonly at: number;
  /** Present when a journal entry was written, so that the operation can be verified or dismissed later. */
  readonly operationId?: string;
}

/** Outcomes after which the consent is known to be gone. */
export function isGone(kind: OutcomeKind): boolean {
  return kind === 'verified' || kind === 'already-reset';
}

/** Outcomes that ask the user to look: the tree's badge and the status bar's warning count these. */
export function needsAttention(kind: OutcomeKind): boolean {
  return kind === 'not-reset' || kind === 'refused' || kind === 'unknown' || kind === 'unsupported';
}
