/** Where the access token of one credential comes from: the stored one, or a refresh that is kept in memory. */
import { unansweredReason } from '../../core/httpReason';
import { type Project, type Reason, reason, type Target, type TargetKey, targetKey } from '../../core/model';
import type { Clock, Transport } from '../../core/ports';
import type { CredentialTarget, StoppedOutcome } from '../../core/provider';
import type { BoundSecret } from '../../core/redact';
import { notedTime } from './credentialFacts';
import { credentialForms } from './credentialForms';
import type { GoogleAddresses } from './settings';

export interface AccessToken {
  readonly secret: BoundSecret;
  /** Epoch milliseconds; `undefined` when nobody said. */
  readonly expiresAt: number | undefined;
  /** As the refresh said, otherwise as was noted when the credential was stored. */
  readonly refreshTokenExpiresAt: number | undefined;
  /** Whether it was made just now, so that asking again would bring nothing new. */
  readonly fresh: boolean;
}

export type TokenReading =
  | { readonly kind: 'token'; readonly token: AccessToken }
  | { readonly kind: 'dead-credential'; readonly reason: Reason }
  | { readonly kind: 'stopped'; readonly outcome: StoppedOutcome; readonly reason: Reason }
  | { readonly kind: 'aborted' };

/** A cached token with less life than this is not used for a reset: it could end between preview and verification. */
const marginMs = 120_000;

export class AccessTokens {
  /** By identity, then by the time at which the credential was stored, which names it. */
  readonly #cache = new Map<TargetKey, Map<number, AccessToken>>();

  constructor(
    private readonly transport: Transport,
    private readonly clock: Clock,
    private readonly addressesOf: (project: Project) => GoogleAddresses,
  ) {}

  /** The access token of the credential; refreshed when `renew` is asked for or the cached one is about to end. */
  async get(target: CredentialTarget, signal: AbortSignal, renew = false): Promise<TokenReading> {
    const { credential } = target;
    if (credential.form === credentialForms.accessToken.id) {
      const secret = credential.secrets['accessToken'];
      if (!secret) return incomplete;
      return { kind: 'token', token: { secret, expiresAt: undefined, refreshTokenExpiresAt: undefined, fresh: true } };
    }
    const cached = this.#cache.get(targetKey(target))?.get(credential.storedAt);
    const usable = cached !== undefined && (cached.expiresAt ?? 0) - marginMs > this.clock.now();
    if (usable && !renew) return { kind: 'token', token: { ...cached, fresh: false } };
    this.drop(target);
    const reading = await this.#refresh(target, signal);
    if (reading.kind === 'token') this.#keep(target, reading.token);
    return reading;
  }

  /** Drops the token of one credential. */
  drop(target: CredentialTarget): void {
    this.#cache.get(targetKey(target))?.delete(target.credential.storedAt);
  }

  /** Drops the tokens of all credentials of the identity. */
  forget(target: Target): void {
    this.#cache.delete(targetKey(target));
  }

  #keep(target: CredentialTarget, token: AccessToken): void {
    const key = targetKey(target);
    const ofIdentity = this.#cache.get(key) ?? new Map<number, AccessToken>();
    this.#cache.set(key, ofIdentity.set(target.credential.storedAt, token));
  }

  async #refresh(target: CredentialTarget, signal: AbortSignal): Promise<TokenReading> {
    const { secrets, facts } = target.credential;
    const refreshToken = secrets['refreshToken'];
    const clientSecret = secrets['clientSecret'];
    const clientId = facts['clientId'];
    if (!refreshToken || !clientSecret || clientId === undefined) return incomplete;
    const { tokenUrl } = this.addressesOf(target.project);
    const { refreshAccessToken } = await import('../../auth/googleOAuth');
    const result = await refreshAccessToken(
      { tokenUrl, clientId, clientSecret, refreshToken, boundTo: refreshToken.boundTo },
      this.transport,
      this.clock,
      signal,
    );
    const replace = [{ kind: 'replace-credential' }] as const;
    switch (result.kind) {
      case 'refreshed':
        return {
          kind: 'token',
          token: {
            secret: result.accessToken,
            expiresAt: result.accessTokenExpiresAt,
            refreshTokenExpiresAt:
              result.refreshTokenExpiresAt ?? notedTime(target.credential, 'refreshTokenExpiresAt'),
            fresh: true,
          },
        };
      case 'invalid-grant':
        return { kind: 'dead-credential', reason: reason('google.invalidGrant', {}, replace) };
      case 'invalid-client':
        return { kind: 'stopped', outcome: 'refused', reason: reason('google.invalidClient', { clientId }, replace) };
      case 'refused':
        return {
          kind: 'stopped',
          outcome: 'not-sent',
          reason: reason('google.refreshFailed', { host: tokenUrl.host, error: result.error }, [{ kind: 'retry' }]),
        };
      case 'unanswered':
        return result.result.kind === 'aborted'
          ? { kind: 'aborted' }
          : {
              kind: 'stopped',
              outcome: 'not-sent',
              reason: {
                ...reason('google.refreshUnanswered', {}, [{ kind: 'retry' }]),
                cause: unansweredReason(result.result, tokenUrl.host, []),
              },
            };
    }
  }
}

const incomplete: TokenReading = {
  kind: 'stopped',
  outcome: 'not-sent',
  reason: reason('credential.corrupt', {}, [{ kind: 'replace-credential' }]),
};
