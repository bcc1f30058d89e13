/** Reads which credentials of an identity are alive, and what is known of each. Consumes nothing. */
import { type Credential, type Project, type Reason, reason, type Target } from '../../core/model';
import type { Clock, Transport } from '../../core/ports';
import type { CredentialTarget, ProviderTarget, StoppedOutcome } from '../../core/provider';
import type { AccessToken, AccessTokens, TokenReading } from './accessTokens';
import { type AccessTypes, checkAccessType, type GoogleApi, readTokenInfo } from './api';
import { notedResources } from './credentialFacts';
import { credentialForms } from './credentialForms';
import type { Purpose } from './errors';
import { inParallel } from './inParallel';
import { resourceOf } from './scopes';
import type { GoogleAddresses } from './settings';

export interface AliveReading {
  readonly kind: 'alive';
  readonly credential: Credential;
  readonly token: AccessToken;
  /** `undefined` where it was not asked for. */
  readonly access: AccessTypes | undefined;
  /** Resources; `undefined` when nobody said. */
  readonly grants: readonly string[] | undefined;
  /** Of the OAuth client, where it is known. */
  readonly clientId: string | undefined;
  /** Which read has shown that it is alive. */
  readonly witness: 'accessType' | 'refresh' | 'tokenInfo';
  /** Epoch milliseconds. */
  readonly seenAt: number;
}

export interface DeadReading {
  readonly kind: 'dead';
  readonly credential: Credential;
  readonly reason: Reason;
}

/** Whether it is alive could not be read. */
export interface UnreadReading {
  readonly kind: 'unread';
  readonly credential: Credential;
  readonly outcome: StoppedOutcome;
  readonly reason: Reason;
}

export type CredentialReading = AliveReading | DeadReading | UnreadReading;

/** At least one in all; in each list the oldest first. */
export interface Readings {
  readonly kind: 'readings';
  readonly alive: readonly AliveReading[];
  readonly dead: readonly DeadReading[];
  readonly unread: readonly UnreadReading[];
}

export type CredentialReadings = Readings | { readonly kind: 'aborted' };

type OneReading = CredentialReading | { readonly kind: 'aborted' };

export class CredentialReader {
  constructor(
    private readonly transport: Transport,
    private readonly clock: Clock,
    readonly tokens: AccessTokens,
    private readonly addressesOf: (project: Project) => GoogleAddresses,
  ) {}

  api({ project }: Target): GoogleApi {
    return { addresses: this.addressesOf(project), transport: this.transport, clock: this.clock };
  }

  /** By `accessType:check` with each credential; `withEnds` also asks when a stored access token ends. */
  checkAll(
    target: ProviderTarget,
    purpose: Purpose,
    withEnds: boolean,
    signal: AbortSignal,
  ): Promise<CredentialReadings> {
    return this.#readAll(target, async (one) => {
      const reading = await this.#check(one, purpose, signal);
      if (!withEnds || reading.kind !== 'alive' || reading.token.expiresAt !== undefined) return reading;
      const info = await readTokenInfo(this.api(one), reading.token.secret, signal);
      if (info.kind === 'aborted') return info;
      return info.kind === 'info' ? { ...reading, token: { ...reading.token, expiresAt: info.expiresAt } } : reading;
    });
  }

  /** By Google's OAuth endpoints alone: for where the API itself is out of reach or disabled. */
  witnessAll(target: ProviderTarget, signal: AbortSignal): Promise<CredentialReadings> {
    return this.#readAll(target, (one) =>
      one.credential.form === credentialForms.refreshToken.id
        ? this.#witnessByRefresh(one, signal)
        : this.#witnessByTokenInfo(one, signal),
    );
  }

  async #readAll(
    { credentials, ...target }: ProviderTarget,
    read: (target: CredentialTarget) => Promise<OneReading>,
  ): Promise<CredentialReadings> {
    const readings = await inParallel(credentials, (credential) => read({ ...target, credential }));
    if (readings.some(({ kind }) => kind === 'aborted')) return { kind: 'aborted' };
    return {
      kind: 'readings',
      alive: readings.filter((reading) => reading.kind === 'alive'),
      dead: readings.filter((reading) => reading.kind === 'dead'),
      unread: readings.filter((reading) => reading.kind === 'unread'),
    };
  }

  /**
   * Gets a token and asks `accessType:check` with it. Only reads, so a dead token is renewed once. One that was made just now,
   * too: another window's reset may have come in between, and then it is the refresh token that tells.
   */
  async #check(target: CredentialTarget, purpose: Purpose, signal: AbortSignal): Promise<OneReading> {
    const { credential } = target;
    const api = this.api(target);
    let reading = await this.tokens.get(target, signal);
    if (reading.kind !== 'token') return withoutToken(credential, reading);
    let answer = await checkAccessType(api, reading.token.secret, purpose, signal);
    if (answer.kind === 'dead-token' && credential.form === credentialForms.refreshToken.id) {
      reading = await this.tokens.get(target, signal, true);
      if (reading.kind !== 'token') return withoutToken(credential, reading);
      answer = await checkAccessType(api, reading.token.secret, purpose, signal);
    }
    switch (answer.kind) {
      case 'access': {
        const { access } = answer;
        const grants = notedResources(credential) ?? [...new Set([...access.timeBased, ...access.oneTime])];
        return this.#alive(credential, reading.token, 'accessType', { access, grants });
      }
      case 'dead-token':
        this.tokens.drop(target);
        // The token was made just now: what is stored was accepted, and may not be forgotten for this.
        if (credential.form === credentialForms.refreshToken.id) {
          return { kind: 'unread', credential, outcome: 'refused', reason: answer.reason };
        }
        return { kind: 'dead', credential, reason: answer.reason };
      case 'refused':
        return { kind: 'unread', credential, outcome: 'refused', reason: answer.reason };
      case 'unknown':
      case 'not-sent':
        // Only a read has failed: nothing that has an effect was sent.
        return { kind: 'unread', credential, outcome: 'not-sent', reason: unreadable(answer.reason) };
      case 'aborted':
        return { kind: 'aborted' };
    }
  }

  /** A token that was just made from it shows that it is alive; a kept one would not. */
  async #witnessByRefresh(target: CredentialTarget, signal: AbortSignal): Promise<OneReading> {
    const { credential } = target;
    const reading = await this.tokens.get(target, signal, true);
    return reading.kind === 'token'
      ? this.#alive(credential, reading.token, 'refresh', {})
      : withoutToken(credential, reading);
  }

  async #witnessByTokenInfo(target: CredentialTarget, signal: AbortSignal): Promise<OneReading> {
    const { credential } = target;
    const reading = await this.tokens.get(target, signal);
    if (reading.kind !== 'token') return withoutToken(credential, reading);
    const info = await readTokenInfo(this.api(target), reading.token.secret, signal);
    switch (info.kind) {
      case 'info': {
        const grants = info.scopes.map(resourceOf).filter((resource) => resource !== undefined);
        return this.#alive(credential, { ...reading.token, expiresAt: info.expiresAt }, 'tokenInfo', {
          clientId: info.clientId,
          ...(grants.length === 0 ? {} : { grants }),
        });
      }
      case 'rejected':
        return {
          kind: 'dead',
          credential,
          reason: reason('google.tokenRejected', {}, [{ kind: 'replace-credential' }]),
        };
      case 'unclear':
        return { kind: 'unread', credential, outcome: 'not-sent', reason: unreadable(info.reason) };
      case 'aborted':
        return info;
    }
  }

  #alive(
    credential: Credential,
    token: AccessToken,
    witness: AliveReading['witness'],
    known: Partial<Pick<AliveReading, 'access' | 'grants' | 'clientId'>>,
  ): AliveReading {
    return {
      kind: 'alive',
      credential,
      token,
      access: known.access,
      grants: known.grants ?? notedResources(credential),
      clientId: known.clientId ?? credential.facts['clientId'],
      witness,
      seenAt: this.clock.now(),
    };
  }
}

function withoutToken(credential: Credential, reading: Exclude<TokenReading, { kind: 'token' }>): OneReading {
  switch (reading.kind) {
    case 'dead-credential':
      return { kind: 'dead', credential, reason: reading.reason };
    case 'stopped':
      return { kind: 'unread', credential, outcome: reading.outcome, reason: reading.reason };
    case 'aborted':
      return reading;
  }
}

function unreadable(cause: Reason): Reason {
  return { ...reason('consent.unreadable', {}, [{ kind: 'retry' }]), cause };
}

/**
 * The credential to send with: one whose end can be verified at any time goes before one that ends by itself within the
 * hour, then the one with the longest life left, then the newest.
 */
export function chooseSender(alive: readonly AliveReading[]): AliveReading | undefined {
  return inOrderOfTrust(alive)[0];
}

export function inOrderOfTrust(alive: readonly AliveReading[]): readonly AliveReading[] {
  const isRefresh = ({ credential }: AliveReading): number =>
    Number(credential.form === credentialForms.refreshToken.id);
  return [...alive].sort(
    (one, other) =>
      isRefresh(other) - isRefresh(one) ||
      compare(lifeEnd(other), lifeEnd(one)) ||
      other.credential.storedAt - one.credential.storedAt,
  );
}

/** Infinities cannot be subtracted. */
function compare(one: number, other: number): number {
  return one === other ? 0 : one < other ? -1 : 1;
}

/** A refresh token whose end nobody told has none; an access token whose end nobody told cannot be verified. */
function lifeEnd({ credential, token }: AliveReading): number {
  return credential.form === credentialForms.refreshToken.id
    ? (token.refreshTokenExpiresAt ?? Number.POSITIVE_INFINITY)
    : (token.expiresAt ?? 0);
}

/** Of several dead credentials the newest says why. */
export function deadReason(dead: Readings['dead']): Reason {
  const [newest] = dead.slice(-1);
  if (!newest) throw new Error('An identity without credentials was read.');
  return newest.reason;
}
