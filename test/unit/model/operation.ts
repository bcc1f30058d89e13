/** What is known from outside of one operation, from the click to its outcome, for holding it against the ledger. */
import type { Outcome } from '../../../src/core/outcome';
import type { Request } from './service';

export type Gate =
  | 'preview'
  | 'question'
  | 'lock'
  | 'reread'
  | 'before the entry'
  | 'behind the entry'
  | 'connection'
  | 'answer'
  | 'verification'
  | 'before the end'
  | 'behind the end';

export class Operation {
  /** Where it stands and waits. */
  gate: Gate | undefined;
  operationId: string | undefined;
  /** The generation of the credentials that the preview was made with. */
  generation: string | undefined;
  confirmed: { readonly wall: number; readonly monotonic: number; readonly told: boolean } | undefined;
  /** The command at which the last reading before sending had ended. */
  rereadAt = 0;
  request: Request | undefined;
  /** Reads that said "gone", since the request left. */
  goneReads = 0;
  /** Whether the last read said "alive". */
  lastReadAlive = false;
  outcome: Outcome | undefined;

  constructor(readonly kind: 'reset' | 'verification') {}
}

/** An operation that has an entry on disk, as the journal should tell it. */
export interface Entry {
  readonly operationId: string;
  readonly credentialStoredAt: number;
  /** Whose it is. */
  readonly window: string;
  request: Request | undefined;
  /** Whether an end is on disk, be it `unknown`. */
  ended: boolean;
  /** Whether nothing is left to do about it. */
  settled: boolean;
}
