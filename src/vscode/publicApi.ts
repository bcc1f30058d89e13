/**
 * What Reconsent offers to other extensions. This file is published as `dist/api.d.ts`: copy it into your extension.
 *
 * ```ts
 * const extension = vscode.extensions.getExtension<ReconsentExports>('reconsent.reconsent');
 * const api = (await extension?.activate())?.getAPI(1);
 * ```
 *
 * No secret is in anything that it returns. Texts are in the user's language.
 */
import type { Event } from 'vscode';

export interface ReconsentExports {
  /** Throws for a version that this build does not have. */
  getAPI(version: 1): ReconsentApi;
}

export interface ReconsentApi {
  /** All configured identities, in the order of the settings. Throws when a part of the extension cannot be loaded. */
  list(): readonly ListedIdentity[];
  /** Fires with each operation that has ended, whatever its outcome; not for those the user cancelled before sending. */
  readonly onDidReset: Event<ResetEvent>;
  /**
   * Asks the user in a modal of Reconsent, which names the caller, and resets the consent if they agree. Resolves with what
   * became of it, a refusal by the user or the service among it: `cancelled` when they declined. At most one question is open
   * at a time; another request meanwhile ends as `not-sent`, as all do in Restricted Mode.
   *
   * Rejects with an `Error` when the arguments are wrong: no such identity, no such extension.
   */
  reset(target: ResetTarget, options: ResetOptions): Promise<ResetResult>;
}

/** Ids of the setting `reconsent.projects`. What {@link ReconsentApi.list} gives is one, too. */
export interface ResetTarget {
  readonly project: string;
  readonly identity: string;
}

export interface ResetOptions {
  /** The id of your extension, `publisher.name`; the question shows its display name and this id. */
  readonly requestedBy: string;
  /** Before the request has left, this cancels it; afterwards it ends the waiting for the result. */
  readonly signal?: AbortSignal;
}

export interface ListedIdentity {
  readonly project: string;
  readonly identity: string;
  readonly provider: string;
  readonly state: ConsentStateKind;
  /** What the tree says of it. */
  readonly description: string;
  readonly lastOutcome?: OutcomeKind;
}

export interface ResetEvent {
  readonly project: string;
  readonly identity: string;
  readonly outcome: OutcomeKind;
  /** Epoch milliseconds. */
  readonly at: number;
}

export interface ResetResult {
  readonly outcome: OutcomeKind;
  /** A stable code of the reason, for instance `request.asking`. */
  readonly reason: string;
  /** What happened, what did not happen, what to do. Words of the service may be among them: show them as plain text. */
  readonly sentences: readonly string[];
  /** Epoch milliseconds. */
  readonly at: number;
}

export type ConsentStateKind =
  | 'not-signed-in'
  /** Signed in, and not read since. */
  | 'stored'
  | 'granted'
  | 'needs-consent'
  /** The service does not accept the credential. */
  | 'dead-credential'
  /** The credential is not sent, for instance because it belongs to another address. */
  | 'unusable-credential'
  /** Reading failed. */
  | 'unread';

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
  /** Nothing left this machine. */
  | 'not-sent'
  /** Sent, and no trustworthy answer. Never repeat it: the user can verify it. */
  | 'unknown'
  /** This endpoint cannot do it. */
  | 'unsupported'
  /** Declined or cancelled; nothing was sent. */
  | 'cancelled';
