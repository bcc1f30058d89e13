import type { Reason } from './model';
import { isWithin, type Preview } from './provider';

/**
 * Whether a reset by `now` would do what was confirmed by `then`. Less of what can be told apart is within it: another reset
 * of the same bulk may have ended a part already, as that of an application ends grants of its users.
 */
export function wasConfirmed(now: Preview, then: Preview): boolean {
  if (!now.pieces || !then.pieces) return words(now) === words(then);
  return words(now, true) === words(then, true) && isWithin(now.pieces, then.pieces);
}

/** As one text: what it does, to which credentials, what is lost and what is granted. */
function words({ effects, losses, grant }: Preview, inPieces = false): string {
  const ends = [losses.map(wordsOf), [...grant.timeBased].sort(), [...grant.oneTime].sort(), grant.grants];
  const credentials = grant.credentials.map(({ storedAt, alive }) => [storedAt, alive]);
  return JSON.stringify([effects.map(wordsOf), credentials, inPieces || ends]);
}

function wordsOf({ code, params }: Reason): unknown {
  return [code, params];
}
