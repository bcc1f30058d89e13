import { createHash } from 'node:crypto';

/** Where the sequence stands. Part of the world, so that a restored snapshot goes on with the same ids. */
export interface IdSequence {
  readonly seed: number;
  next: number;
}

/**
 * An id that follows from the seed, the position in the sequence and its owner. The owner is mixed in so that a token
 * kept from an earlier run with the same seed can never turn out to be somebody else's in this one.
 */
export function mintId(sequence: IdSequence, kind: string, owner: string): string {
  const position = sequence.next;
  sequence.next += 1;
  return createHash('sha256')
    .update(JSON.stringify([sequence.seed, position, kind, owner]))
    .digest('base64url');
}

/** The same, in the form of a UUID. */
export function mintUuid(sequence: IdSequence, kind: string, owner: string): string {
  const hex = Buffer.from(mintId(sequence, kind, owner), 'base64url').toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `a${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    '-',
  );
}
