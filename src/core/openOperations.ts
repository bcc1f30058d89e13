/** Operations whose result is not known, of this window and of others: which are shown, and what they hold back. */
import { leftOpen } from './consentDerivation';
import type { ConsentStore } from './consentStore';
import { plainText } from './foreignText';
import { type Reason, reason, type Target, targetAddress, targetKey } from './model';
import { newestOpen, sameAddress } from './openEntries';
import type { Journal, JournalEntry } from './ports';

/** Why nothing is sent before an earlier reset was verified. */
export function earlierUnknown({ identity }: Target): Reason {
  return reason('reset.earlierUnknown', { identity: plainText(identity.label, 120) }, [{ kind: 'verify' }]);
}

export interface OpenOperationsPorts {
  readonly store: ConsentStore;
  readonly journal: Journal;
  byOperator(target: Target): boolean;
}

export class OpenOperations {
  #unreadable: string | undefined;

  constructor(private readonly ports: OpenOperationsPorts) {}

  /** The system's code, when not all of the journal could be read the last time: there may be more than is shown. */
  get unreadable(): string | undefined {
    return this.#unreadable;
  }

  /** The newest open operation of the target. What a verified reset of the same credential has settled is asked no more. */
  async newest(target: Target, unfinished: readonly JournalEntry[]): Promise<JournalEntry | undefined> {
    const address = targetAddress(target);
    const open = unfinished.filter((entry) => sameAddress(entry.address, address));
    if (open.length === 0) return undefined;
    const last = await this.ports.journal.lastVerifiedReset(address);
    return newestOpen(open, last, this.ports.byOperator(target));
  }

  /** Shows the next open operation, if there is one, in place of the one that was settled. */
  async showNext(target: Target): Promise<void> {
    const { unfinished, unreadable } = await this.ports.journal.standing();
    this.#unreadable = unreadable;
    const next = await this.newest(target, unfinished);
    this.ports.store.update(targetKey(target), (current) => {
      if (!next && !current.unfinished) return current;
      const { unfinished: _settled, ...state } = current;
      return next ? { ...state, unfinished: leftOpen(next) } : state;
    });
  }

  /** Sees to it that one is shown if there is any, in whatever window it was begun. */
  async look(target: Target): Promise<void> {
    if (!this.ports.store.get(targetKey(target)).unfinished) await this.showNext(target);
  }

  /**
   * Why an earlier reset, perhaps of another window, has to be verified before one is sent; it is shown by then.
   * `toldUnreadable`: the user knows that there may be one in what cannot be read, and wants it nevertheless.
   */
  async whyVerifyFirst(target: Target, toldUnreadable = false): Promise<Reason | undefined> {
    await this.look(target);
    if (this.ports.store.get(targetKey(target)).unfinished) return earlierUnknown(target);
    if (this.#unreadable === undefined || toldUnreadable) return undefined;
    return reason('journal.unreadable', { code: this.#unreadable }, [{ kind: 'retry' }]);
  }
}
