/** The steps of a reset at which its window may be killed, and what has to be true of each afterwards. */
import type { Moment } from './window';

export interface Point {
  /** As the table of `npm run test:crash` names it. */
  readonly name: string;
  /** The window itself says that it is there, or the wire does. */
  readonly at: Moment | 'confirming' | 'done' | { readonly wire: 'request' | 'answer' };
  /** Whether the service has got the request. */
  readonly sent: boolean;
  /** What is found in the journal: nothing, an entry whose outcome nobody knows, or a closed one. */
  readonly entry: 'none' | 'unknown' | 'closed';
  /** Whether the dead window has left its lock behind. */
  readonly lock: boolean;
}

export const points: readonly Point[] = [
  { name: 'after the preview', at: 'confirming', sent: false, entry: 'none', lock: false },
  { name: 'after the confirmation', at: 'locking', sent: false, entry: 'none', lock: false },
  { name: 'with the lock', at: 'locked', sent: false, entry: 'none', lock: true },
  { name: 'with the journal entry', at: 'opened', sent: false, entry: 'unknown', lock: true },
  { name: 'as the request leaves', at: 'leaving', sent: false, entry: 'unknown', lock: true },
  { name: 'before the server reads it', at: { wire: 'request' }, sent: false, entry: 'unknown', lock: true },
  { name: 'before the answer', at: { wire: 'answer' }, sent: true, entry: 'unknown', lock: true },
  { name: 'after the answer', at: 'answered', sent: true, entry: 'unknown', lock: true },
  { name: 'during verification', at: 'reading', sent: true, entry: 'unknown', lock: true },
  { name: 'before the entry is closed', at: 'closing', sent: true, entry: 'unknown', lock: true },
  { name: 'after the entry is closed', at: 'closed', sent: true, entry: 'closed', lock: true },
  { name: 'after the lock is released', at: 'released', sent: true, entry: 'closed', lock: false },
  { name: 'after all', at: 'done', sent: true, entry: 'closed', lock: false },
];
