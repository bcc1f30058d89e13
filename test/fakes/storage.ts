/** Strict, recording stand-ins for what is stored: they fail the test when the domain breaks an order it has to keep. */
import assert from 'node:assert/strict';
import type { CredentialMarkers } from '../../src/auth/vaultPorts';
import type { TargetAddress, TargetKey } from '../../src/core/model';
import type { Outcome } from '../../src/core/outcome';
import type {
  CredentialMarker,
  Journal,
  JournalEntry,
  JournalReading,
  JournalStanding,
  LockResult,
  NewJournalEntry,
  SecretStore,
  TargetLocks,
  VerifiedReset,
} from '../../src/core/ports';
import { laterOutcome } from '../../src/storage/journalTable';

export type JournalCall =
  | { readonly kind: 'open'; readonly operationId: string }
  | { readonly kind: 'sent'; readonly operationId: string; readonly at: number }
  | { readonly kind: 'close'; readonly operationId: string; readonly outcome: Outcome }
  | { readonly kind: 'dismiss'; readonly operationId: string };

/**
 * Keeps entries in memory. Throws when an operation is opened twice, or sent, closed or dismissed without being open. One
 * that is unknown or was accepted may be closed again, with the result that the journal on disk would keep.
 */
export class MemoryJournal implements Journal {
  readonly calls: JournalCall[] = [];
  readonly entries = new Map<string, JournalEntry>();
  /** The system's code, when nothing of what stands open can be read. */
  unreadable: string | undefined;
  /** What other, living windows are working on. */
  underWay: readonly JournalEntry[] = [];
  /** Operations that another, dead window left behind: `unfinished()` offers these although they say sending or sent. */
  readonly #leftBehind = new Set<string>();
  #openFailure: Error | undefined;
  #closeFailure: Error | undefined;

  /** The next `open` rejects, as on a full disk; the entry is not written. */
  failNextOpen(error = new Error('The journal cannot be written (ENOSPC)')): void {
    this.#openFailure = error;
  }

  /** The next `close` rejects; the entry stays as it was. */
  failNextClose(error = new Error('The journal cannot be written (ENOSPC)')): void {
    this.#closeFailure = error;
  }

  /** Puts an entry there as a window that was killed would have left it. */
  leaveBehind(entry: JournalEntry): void {
    this.entries.set(entry.operationId, entry);
    this.#leftBehind.add(entry.operationId);
  }

  async prepare(): Promise<void> {}

  async open(entry: NewJournalEntry): Promise<void> {
    assert.ok(!this.entries.has(entry.operationId), `operation ${entry.operationId} was opened twice`);
    const failure = this.#openFailure;
    this.#openFailure = undefined;
    await Promise.resolve();
    if (failure) throw failure;
    this.calls.push({ kind: 'open', operationId: entry.operationId });
    this.entries.set(entry.operationId, { ...entry, stage: 'sending' });
  }

  markSent(operationId: string, at: number): void {
    const entry = this.#known(operationId);
    assert.equal(entry.stage, 'sending', `operation ${operationId} was marked as sent at stage ${entry.stage}`);
    this.calls.push({ kind: 'sent', operationId, at });
    this.entries.set(operationId, { ...entry, stage: 'sent', sentAt: at });
  }

  async close(operationId: string, outcome: Outcome): Promise<void> {
    const entry = this.#known(operationId);
    const before = entry.outcome;
    const open = before === undefined || before.kind === 'unknown' || before.kind === 'accepted';
    assert.ok(open, `operation ${operationId} was closed again after ${before?.kind}`);
    const failure = this.#closeFailure;
    this.#closeFailure = undefined;
    await Promise.resolve();
    if (failure) throw failure;
    this.calls.push({ kind: 'close', operationId, outcome });
    this.entries.set(operationId, {
      ...entry,
      stage: 'closed',
      outcome: before ? laterOutcome(before, outcome) : outcome,
    });
  }

  async dismiss(operationId: string): Promise<void> {
    const entry = this.#known(operationId);
    await Promise.resolve();
    this.calls.push({ kind: 'dismiss', operationId });
    this.entries.set(operationId, { ...entry, dismissed: true });
  }

  async lastVerifiedReset(address: TargetAddress): Promise<VerifiedReset | undefined> {
    let newest: VerifiedReset | undefined;
    for (const { address: of, credentialStoredAt, openedAt, endsAll, outcome } of this.entries.values()) {
      if (!sameAddress(of, address) || outcome?.kind !== 'verified') continue;
      const reset = { credentialStoredAt, openedAt, closedAt: outcome.at, ...(endsAll !== undefined && { endsAll }) };
      const isNewer = !newest || (reset.closedAt - newest.closedAt || reset.openedAt - newest.openedAt) > 0;
      if (isNewer) newest = reset;
    }
    return newest;
  }

  async standing(): Promise<JournalStanding> {
    const { unreadable } = this;
    if (unreadable !== undefined) return { unfinished: [], underWay: [], unreadable };
    const unfinished = [...this.entries.values()].filter(
      (entry) =>
        !entry.dismissed &&
        (entry.outcome?.kind === 'unknown' || (!entry.outcome && this.#leftBehind.has(entry.operationId))),
    );
    return { unfinished, underWay: this.underWay };
  }

  async unfinished(): Promise<readonly JournalEntry[]> {
    return (await this.standing()).unfinished;
  }

  async recent(limit: number): Promise<readonly JournalEntry[]> {
    return [...this.entries.values()].sort((a, b) => b.openedAt - a.openedAt).slice(0, limit);
  }

  async read(limit: number): Promise<JournalReading> {
    return { entries: await this.recent(limit) };
  }

  #known(operationId: string): JournalEntry {
    const entry = this.entries.get(operationId);
    assert.ok(entry, `operation ${operationId} is not in the journal`);
    return entry;
  }
}

/** Locks in memory. Throws when a lock is released twice. */
export class MemoryTargetLocks implements TargetLocks {
  readonly acquired: TargetAddress[] = [];
  /** Another window has taken over whatever is held here. */
  takenOver = false;
  readonly #held = new Map<string, object>();
  readonly #answers = new Map<string, LockResult>();
  #nextAnswer: LockResult | undefined;

  /** The next `acquire` of any target gives this. */
  answerNext(result: LockResult): void {
    this.#nextAnswer = result;
  }

  /** Another window holds the target, until {@link free}. */
  holdElsewhere(address: TargetAddress, heldForMs: number): void {
    this.#answers.set(key(address), { kind: 'held', heldForMs, mayTakeOver: heldForMs >= 5 * 60_000 });
  }

  free(address: TargetAddress): void {
    this.#answers.delete(key(address));
  }

  isHeld(address: TargetAddress): boolean {
    return this.#held.has(key(address));
  }

  /** How many targets are locked right now; 0 at the end of every test of an operation. */
  get heldCount(): number {
    return this.#held.size;
  }

  async prepare(): Promise<void> {}

  async acquire(address: TargetAddress, options?: { readonly takeOver?: boolean }): Promise<LockResult> {
    const name = key(address);
    const elsewhere = this.#answers.get(name);
    const taken = options?.takeOver === true && elsewhere?.kind === 'held' && elsewhere.mayTakeOver;
    const answer = this.#nextAnswer ?? (taken ? undefined : elsewhere);
    this.#nextAnswer = undefined;
    if (answer) return answer;
    // Time stands still here, so a lock of this very window is never old enough to be taken over.
    if (this.#held.has(name)) return { kind: 'held', heldForMs: 0, mayTakeOver: false };
    const holding = {};
    this.#answers.delete(name);
    this.#held.set(name, holding);
    this.acquired.push(address);
    let released = false;
    return {
      kind: 'acquired',
      isOurs: async () => !this.takenOver && this.#held.get(name) === holding,
      release: async () => {
        assert.ok(!released, `the lock of ${name} was released twice`);
        released = true;
        if (this.#held.get(name) === holding) this.#held.delete(name);
      },
    };
  }
}

/** Notes in memory. Throws when one is written under a number that is no whole one. */
export class MemoryMarkerStore implements CredentialMarkers {
  readonly markers = new Map<string, { readonly key: TargetKey; readonly marker: CredentialMarker }>();
  #failure: Error | undefined;

  /** The next `add`, `set` or `delete` rejects and changes nothing. */
  failNextWrite(error = new Error('The note about the sign-in cannot be written (ENOSPC)')): void {
    this.#failure = error;
  }

  async list(key: TargetKey): Promise<readonly CredentialMarker[]> {
    return (await this.all()).get(key) ?? [];
  }

  async add(key: TargetKey, marker: CredentialMarker): Promise<boolean> {
    this.#failIfAsked();
    if (this.markers.has(markerName(key, marker.storedAt))) return false;
    this.#write(key, marker);
    return true;
  }

  async set(key: TargetKey, marker: CredentialMarker): Promise<void> {
    this.#failIfAsked();
    this.#write(key, marker);
  }

  async delete(key: TargetKey, storedAt: number): Promise<void> {
    this.#failIfAsked();
    this.markers.delete(markerName(key, storedAt));
  }

  async all(): Promise<ReadonlyMap<TargetKey, readonly CredentialMarker[]>> {
    const ofAll = new Map<TargetKey, CredentialMarker[]>();
    const oldestFirst = [...this.markers.values()].sort((a, b) => a.marker.storedAt - b.marker.storedAt);
    for (const { key, marker } of oldestFirst) ofAll.set(key, [...(ofAll.get(key) ?? []), marker]);
    return ofAll;
  }

  #write(key: TargetKey, marker: CredentialMarker): void {
    assert.ok(Number.isInteger(marker.storedAt), `a note is named by ${marker.storedAt}`);
    this.markers.set(markerName(key, marker.storedAt), { key, marker: structuredClone(marker) });
  }

  #failIfAsked(): void {
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure) throw failure;
  }
}

function markerName(key: TargetKey, storedAt: number): string {
  return `${key}#${storedAt}`;
}

export type SecretCall = { readonly kind: 'get' | 'store' | 'delete'; readonly key: string };

/** A keyring in memory. Records keys, never values. */
export class MemorySecretStore implements SecretStore {
  readonly calls: SecretCall[] = [];
  readonly values = new Map<string, string>();
  #storeFailure: Error | undefined;
  #hanging = false;

  /** The next `store` rejects and changes nothing. */
  failNextStore(error = new Error('The keyring is locked')): void {
    this.#storeFailure = error;
  }

  /** From now on `get` never resolves, as a keyring that waits for its password. */
  hangReads(): void {
    this.#hanging = true;
  }

  /** What VS Code's SecretStorage does with a value that it cannot decrypt: it deletes it and says nothing. */
  lose(name: string): void {
    this.values.delete(name);
  }

  count(kind: SecretCall['kind']): number {
    return this.calls.filter((call) => call.kind === kind).length;
  }

  get(name: string): Promise<string | undefined> {
    this.calls.push({ kind: 'get', key: name });
    return this.#hanging ? new Promise(() => undefined) : Promise.resolve(this.values.get(name));
  }

  async store(name: string, value: string): Promise<void> {
    this.calls.push({ kind: 'store', key: name });
    const failure = this.#storeFailure;
    this.#storeFailure = undefined;
    if (failure) throw failure;
    this.values.set(name, value);
  }

  async delete(name: string): Promise<void> {
    this.calls.push({ kind: 'delete', key: name });
    this.values.delete(name);
  }
}

function key(address: TargetAddress): string {
  return [address.provider, address.origin, address.target].join('|');
}

function sameAddress(a: TargetAddress, b: TargetAddress): boolean {
  return key(a) === key(b);
}
