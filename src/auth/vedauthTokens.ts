/**
 * Access tokens that are renewed with refresh tokens that work once, for several windows that share one sign-in.
 *
 * lock → re-read → still expired? → refresh → store → release. What is stored may be read late: the secret storage of the
 * editor answers from a cache for a moment, and a refresh token that is sent a second time may end the whole grant. So the
 * generation stands on disk as well, written before the secret is; a secret that is older than it says is waited for, and
 * never used.
 */
import type { Reason, TargetKey } from '../core/model';
import { reason } from '../core/model';
import type { Clock, LockResult, Log, SecretStore, TargetLocks, Transport } from '../core/ports';
import { BoundSecret } from '../core/redact';
import { aborted, unlessAborted } from '../core/unlessAborted';
import { Keyring } from './keyring';
import { type IssuedTokens, refreshTokens, type VedauthClient } from './vedauth';
import { refreshFailed } from './vedauthReasons';
import { ownerName, parseTokenRecord, type TokenOwner, type TokenRecord, tokenSecretName } from './vedauthRecord';

/** Numbers on disk, which every window reads as they are: how often the tokens of a sign-in were refreshed. */
export interface GenerationNotes {
  /** 0 when there is none. */
  read(name: string): Promise<number>;
  write(name: string, generation: number): Promise<void>;
  delete(name: string): Promise<void>;
}

export interface TokenPorts {
  readonly secrets: SecretStore;
  readonly generations: GenerationNotes;
  readonly locks: TargetLocks;
  readonly transport: Transport;
  readonly clock: Clock;
  readonly log: Log;
  /** Whether the credential is still stored, as every window sees it: nothing is kept of one that was forgotten. */
  isStored(owner: TokenOwner): Promise<boolean>;
}

/** The credential as it was stored: what the first refresh begins with. */
export interface SignIn {
  readonly owner: TokenOwner;
  readonly client: VedauthClient;
  readonly accessToken: BoundSecret | undefined;
  readonly accessTokenExpiresAt: number | undefined;
  readonly refreshToken: BoundSecret;
  readonly refreshUntil: number | undefined;
}

export interface CurrentToken {
  readonly accessToken: BoundSecret;
  /** Epoch milliseconds; `undefined` when nobody said. */
  readonly expiresAt: number | undefined;
  readonly refreshUntil: number | undefined;
  /** 0 for the one that the credential was stored with. */
  readonly generation: number;
}

export type TokenReading =
  | { readonly kind: 'token'; readonly token: CurrentToken }
  /** The service no longer accepts the newest refresh token, or there is none and the access token has ended. */
  | { readonly kind: 'dead'; readonly reason: Reason }
  /** The credential was forgotten meanwhile. */
  | { readonly kind: 'ended'; readonly reason: Reason }
  /** It may work later; nothing is lost. */
  | { readonly kind: 'failed'; readonly reason: Reason }
  | { readonly kind: 'aborted' };

/** A token with less life than this is renewed: it could end between preview and verification. */
const marginMs = 120_000;
/** A dead window's lock goes stale after 30 s, and a refresh takes as long at most. */
const lockPatienceMs = 45_000;
const lockPauseMs = 150;
/** How long the secret storage may go on answering from before a rotation. */
const staleReads = 25;
const stalePauseMs = 200;

/** The tokens that a window knows of. Strings, as they have to be stored again. */
type Known = Omit<TokenRecord, 'schema' | 'owner' | 'storedAt' | 'generation' | 'accessToken'> & {
  readonly generation: number;
  readonly accessToken: string | undefined;
};

type Loaded = { readonly kind: 'known'; readonly known: Known } | Exclude<TokenReading, { kind: 'token' }>;

export class VedauthTokens {
  readonly #keyring: Keyring;
  /** The newest of each sign-in; those that could not be stored are here alone. */
  readonly #memory = new Map<string, { readonly record: TokenRecord; readonly stored: boolean }>();

  constructor(private readonly ports: TokenPorts) {
    this.#keyring = new Keyring(ports.secrets, ports.clock);
  }

  /** A token that lives for a while yet; renewed if it does not. */
  current(signIn: SignIn, signal: AbortSignal): Promise<TokenReading> {
    return this.#obtain(signIn, (known) => this.#livesOn(known), signal);
  }

  /** Another token than the one that the service has just rejected: somebody else's newer one, or a renewed one. */
  renewed(signIn: SignIn, rejected: CurrentToken, signal: AbortSignal): Promise<TokenReading> {
    return this.#obtain(signIn, (known) => known.generation > rejected.generation && this.#livesOn(known), signal);
  }

  /** Drops what is kept in memory, except what is stored nowhere else. */
  dropMemory(key: TargetKey): void {
    for (const [name, { record, stored }] of this.#memory) {
      if (record.owner === key && stored) this.#memory.delete(name);
    }
  }

  /** Deletes all tokens that came after the stored credential; part of forgetting it. Rejects when that fails. */
  async forget(owner: TokenOwner): Promise<void> {
    this.#memory.delete(ownerName(owner));
    await this.#keyring.delete(tokenSecretName(owner));
    await this.ports.generations.delete(ownerName(owner));
  }

  async #obtain(signIn: SignIn, good: (known: Known) => boolean, signal: AbortSignal): Promise<TokenReading> {
    const first = await this.#load(signIn, signal);
    if (first.kind === 'known' && good(first.known)) return asReading(signIn, first.known);
    if (first.kind !== 'known' && first.kind !== 'failed') return first;
    const lock = await this.#lock(signIn.owner, signal);
    if (lock.kind !== 'acquired') return lock;
    try {
      const again = await this.#load(signIn, signal, true);
      if (again.kind !== 'known') return again;
      if (good(again.known)) return asReading(signIn, again.known);
      return await this.#refresh(signIn, again.known, signal);
    } finally {
      await lock.release();
    }
  }

  /** With the lock held. */
  async #refresh(signIn: SignIn, known: Known, signal: AbortSignal): Promise<TokenReading> {
    const { owner, client } = signIn;
    if (known.refreshToken === undefined) return { kind: 'dead', reason: reason('venafi.tokenEnded', {}, signInAgain) };
    const stored = await this.#isStored(owner);
    if (stored === undefined) return unreadable;
    if (!stored) return ended;
    if (signal.aborted) return { kind: 'aborted' };
    const used = new BoundSecret(known.refreshToken, client.boundTo);
    // Whoever gives up does not stop it: an answer that nobody takes would be a sign-in that is lost.
    const untilAnswered = new AbortController().signal;
    const result = await refreshTokens(client, used, this.ports, untilAnswered);
    switch (result.kind) {
      case 'issued': {
        const kept = await this.#keep(signIn, known, result.tokens);
        return signal.aborted ? { kind: 'aborted' } : kept;
      }
      case 'invalid-grant': {
        // Only the newest token tells that the sign-in is over: somebody may have taken over the lock, and been faster.
        const now = await this.#load(signIn, signal, true);
        if (now.kind === 'known' && now.known.generation > known.generation) return asReading(signIn, now.known);
        if (now.kind === 'aborted' || now.kind === 'failed') return now;
        return { kind: 'dead', reason: reason('venafi.invalidGrant', {}, signInAgain) };
      }
      case 'unanswered':
      case 'refused':
        if (result.kind === 'unanswered' && result.result.kind === 'aborted') return { kind: 'aborted' };
        return { kind: 'failed', reason: refreshFailed(result, client.authOrigin) };
    }
  }

  /** The old token is spent: whatever fails from here on, the new ones must not be lost, and nobody may use the old one. */
  async #keep(signIn: SignIn, before: Known, tokens: IssuedTokens): Promise<TokenReading> {
    const { owner, client } = signIn;
    const url = new URL(client.authOrigin);
    const open = (secret: BoundSecret): string => {
      const revealed = secret.revealFor(url);
      if (revealed.kind !== 'revealed') throw new Error('A token is bound to another origin than its own.');
      return revealed.value;
    };
    const refreshUntil = tokens.refreshUntil ?? before.refreshUntil;
    const record: TokenRecord = {
      schema: 1,
      owner: owner.key,
      storedAt: owner.storedAt,
      generation: before.generation + 1,
      origins: [...client.boundTo],
      accessToken: open(tokens.accessToken),
      ...(tokens.refreshToken === undefined ? {} : { refreshToken: open(tokens.refreshToken) }),
      ...(tokens.accessTokenExpiresAt === undefined ? {} : { accessTokenExpiresAt: tokens.accessTokenExpiresAt }),
      ...(refreshUntil === undefined ? {} : { refreshUntil }),
    };
    this.#memory.set(ownerName(owner), { record, stored: false });
    try {
      await this.ports.generations.write(ownerName(owner), record.generation);
    } catch {
      this.ports.log.warn(`The generation of the sign-in of ${owner.key} could not be noted.`);
    }
    await this.#store(owner, record);
    // Whoever forgot the credential meanwhile may have been too early to find these.
    if ((await this.#isStored(owner)) === false) {
      await this.forget(owner).catch(() => this.ports.log.warn(`Tokens of ${owner.key} could not be removed.`));
      return ended;
    }
    return asReading(signIn, record);
  }

  async #store(owner: TokenOwner, record: TokenRecord): Promise<void> {
    try {
      await this.#keyring.store(tokenSecretName(owner), JSON.stringify(record));
      this.#memory.set(ownerName(owner), { record, stored: true });
    } catch {
      this.ports.log.error(`The secret storage did not take the new tokens of ${owner.key}; this window keeps them.`);
    }
  }

  /**
   * The newest tokens; those of a rotation that the secret storage does not show yet are waited for. `fresh`: not from
   * memory alone, because something is about to rest on it.
   */
  async #load(signIn: SignIn, signal: AbortSignal, fresh = false): Promise<Loaded> {
    const { owner } = signIn;
    for (let attempt = 0; ; attempt++) {
      const found = await this.#look(signIn, signal, fresh);
      if (found !== 'stale') return found;
      if (attempt === staleReads)
        return { kind: 'failed', reason: reason('venafi.tokensElsewhere', {}, signInOrRetry) };
      try {
        await this.ports.clock.sleep(stalePauseMs, signal);
      } catch {
        return { kind: 'aborted' };
      }
      // Forgotten while it was waited for.
      if ((await this.#isStored(owner)) === false) return ended;
    }
  }

  async #look(signIn: SignIn, signal: AbortSignal, fresh: boolean): Promise<Loaded | 'stale'> {
    const { owner } = signIn;
    const kept = this.#memory.get(ownerName(owner));
    let noted: number;
    let record: TokenRecord | undefined;
    try {
      noted = await this.ports.generations.read(ownerName(owner));
      const enough = kept !== undefined && kept.record.generation >= noted;
      // What could not be stored is offered again, so that other windows get it.
      if (enough && !kept.stored) await this.#store(owner, kept.record);
      if (enough && !(fresh && kept.stored)) return { kind: 'known', known: kept.record };
      const text = await unlessAborted(this.#keyring.get(tokenSecretName(owner)), signal);
      if (text === aborted) return { kind: 'aborted' };
      record = text === undefined ? undefined : parseTokenRecord(text, owner);
    } catch {
      return unreadable;
    }
    const newest = record && record.generation >= (kept?.record.generation ?? 0) ? record : kept?.record;
    if (newest && newest.generation >= noted) {
      if (newest === record) this.#memory.set(ownerName(owner), { record, stored: true });
      return { kind: 'known', known: newest };
    }
    return noted === 0 ? { kind: 'known', known: firstTokens(signIn) } : 'stale';
  }

  /** `undefined` when nobody can say. */
  async #isStored(owner: TokenOwner): Promise<boolean | undefined> {
    try {
      return await this.ports.isStored(owner);
    } catch {
      return undefined;
    }
  }

  /** Resolves when this window is the one that may refresh. */
  async #lock(
    owner: TokenOwner,
    signal: AbortSignal,
  ): Promise<Extract<LockResult, { kind: 'acquired' }> | Extract<TokenReading, { kind: 'failed' | 'aborted' }>> {
    const { locks, clock } = this.ports;
    const address = { provider: 'venafiTpp', origin: 'refresh', target: ownerName(owner) as TargetKey };
    const until = clock.monotonic() + lockPatienceMs;
    for (;;) {
      const taken = await locks.acquire(address);
      if (taken.kind === 'acquired') return taken;
      if (taken.kind === 'unavailable') {
        return { kind: 'failed', reason: reason('lock.unavailable', { detail: taken.detail }, [{ kind: 'retry' }]) };
      }
      if (clock.monotonic() >= until) {
        return { kind: 'failed', reason: reason('venafi.refreshBusy', {}, [{ kind: 'retry' }]) };
      }
      try {
        await clock.sleep(lockPauseMs, signal);
      } catch {
        return { kind: 'aborted' };
      }
    }
  }

  #livesOn({ accessToken, accessTokenExpiresAt: end }: Known): boolean {
    return accessToken !== undefined && (end === undefined || end - marginMs > this.ports.clock.now());
  }
}

const signInAgain = [{ kind: 'replace-credential' }] as const;
const signInOrRetry = [{ kind: 'retry' }, { kind: 'replace-credential' }] as const;
const unreadable = { kind: 'failed', reason: reason('venafi.tokensUnreadable', {}, [{ kind: 'retry' }]) } as const;
const ended = { kind: 'ended', reason: reason('venafi.signedOut', {}, signInOrRetry) } as const;

function firstTokens({ client, ...signIn }: SignIn): Known {
  const url = new URL(client.authOrigin);
  const open = (secret: BoundSecret | undefined): string | undefined => {
    const revealed = secret?.revealFor(url);
    return revealed?.kind === 'revealed' ? revealed.value : undefined;
  };
  const refreshToken = open(signIn.refreshToken);
  return {
    generation: 0,
    origins: [...client.boundTo],
    accessToken: open(signIn.accessToken),
    ...(refreshToken === undefined ? {} : { refreshToken }),
    ...(signIn.accessTokenExpiresAt === undefined ? {} : { accessTokenExpiresAt: signIn.accessTokenExpiresAt }),
    ...(signIn.refreshUntil === undefined ? {} : { refreshUntil: signIn.refreshUntil }),
  };
}

function asReading({ client }: SignIn, known: Known): TokenReading {
  const { accessToken, accessTokenExpiresAt: expiresAt, refreshUntil, generation } = known;
  if (accessToken === undefined) throw new Error('Tokens without an access token were taken for good.');
  // Bound to what the credential is bound to now, whatever the record says: the project may have moved since.
  const boundTo = client.boundTo.filter((origin) => known.origins.includes(origin));
  return {
    kind: 'token',
    token: { accessToken: new BoundSecret(accessToken, boundTo), expiresAt, refreshUntil, generation },
  };
}
