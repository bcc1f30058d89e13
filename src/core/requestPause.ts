/**
 * Whoever asks for a reset and is declined is not asked about again for a while: a tool that tries once more on its own, or an
 * extension in a loop, would otherwise put one question after the other before the user.
 *
 * One pause for all tools and one for all extensions: which of them asks is what it says of itself.
 */
import type { Clock } from './ports';
import type { Requester } from './requester';

/** After the first refusal; doubled by each that follows. */
export const firstPauseMs = 30_000;
export const longestPauseMs = 30 * 60_000;

interface Declined {
  /** In a row. */
  readonly times: number;
  /** On the monotonic clock. */
  readonly until: number;
}

export class RequestPauses {
  readonly #declined = new Map<Requester['kind'], Declined>();

  constructor(private readonly clock: Pick<Clock, 'monotonic'>) {}

  /** How long requests of this kind are turned away from now on; 0 when they may be asked about. */
  leftMs({ kind }: Requester): number {
    return Math.max(0, (this.#declined.get(kind)?.until ?? 0) - this.clock.monotonic());
  }

  /** The user has answered no, or closed the question. */
  declined({ kind }: Requester): void {
    const before = this.#declined.get(kind);
    const now = this.clock.monotonic();
    // Who was left in peace for as long as the longest pause is not being nagged.
    const inARow = before && now - before.until < longestPauseMs ? before.times : 0;
    const pauseMs = Math.min(firstPauseMs * 2 ** inARow, longestPauseMs);
    this.#declined.set(kind, { times: inARow + 1, until: now + pauseMs });
  }

  /** The user has answered yes: such requests are welcome. */
  agreed({ kind }: Requester): void {
    this.#declined.delete(kind);
  }
}
