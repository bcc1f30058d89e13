/**
 * Google Data Portability: `authorization:reset` for a user/project pair.
 *
 * The pair is the bearer token: no call names a user or a project. So the token the preview was made with is the only one a
 * reset may be sent with; a newer one could belong to a newer consent, and would wipe it.
 */
import { type Reason, reason, type Target } from '../../core/model';
import type { Clock, Transport, VerificationHints } from '../../core/ports';
import type {
  GrantSummary,
  PreviewResult,
  ProbeResult,
  Provider,
  ProviderTarget,
  ResetAnswer,
  Verification,
} from '../../core/provider';
import { type AccessToken, AccessTokens, type TokenReading } from './accessTokens';
import {
  type AccessTypes,
  type ApiFailure,
  accessTokenEnd,
  checkAccessType,
  type GoogleApi,
  readTokenLife,
  resetAuthorization,
} from './api';
import { credentialForms } from './credentialForms';
import { googleAddresses } from './settings';

/** A 401 is evidence only this long before the access token would have ended anyway. */
const lifetimeMarginMs = 15_000;

/** An `invalid_grant` is evidence of the reset only this long after the consent was seen alive. */
const invalidGrantEvidenceMs = 3_600_000;

export function createGoogleDataPortability(ports: { readonly transport: Transport; readonly clock: Clock }): Provider {
  return new GoogleDataPortability(ports.transport, ports.clock);
}

type Checked =
  | { readonly kind: 'checked'; readonly token: AccessToken; readonly access: AccessTypes }
  | Exclude<TokenReading, { kind: 'token' }>;

class GoogleDataPortability implements Provider {
  readonly id = 'googleDataPortability';
  readonly #tokens: AccessTokens;

  constructor(
    private readonly transport: Transport,
    private readonly clock: Clock,
  ) {
    this.#tokens = new AccessTokens(transport, clock);
  }

  async preview(target: ProviderTarget, signal: AbortSignal): Promise<PreviewResult> {
    const checked = await this.#check(target, signal);
    if (checked.kind !== 'checked') return checked;
    const { token, access } = checked;
    const api = this.#api(target);
    const expiresAt = token.expiresAt ?? (await accessTokenEnd(api, token.secret, signal));
    let sent = false;
    return {
      kind: 'ready',
      preview: {
        effects: [reason('google.effect.pair')],
        losses: [reason('google.loss.archives')],
        grant: grantSummary(target, access, { ...token, expiresAt }),
      },
      prepared: {
        hints: {
          aliveAt: this.clock.now(),
          ...(expiresAt === undefined ? {} : { accessTokenExpiresAt: expiresAt }),
          ...(token.refreshTokenExpiresAt === undefined ? {} : { refreshTokenExpiresAt: token.refreshTokenExpiresAt }),
        },
        send: async (leaving, sendSignal) => {
          if (sent) throw new Error('This reset was sent before.');
          sent = true;
          return asResetAnswer(await resetAuthorization(api, token.secret, leaving, sendSignal));
        },
      },
    };
  }

  async verify(target: ProviderTarget, hints: VerificationHints, signal: AbortSignal): Promise<Verification> {
    return target.credential.form === credentialForms.refreshToken.id
      ? this.#verifyByRefresh(target, hints, signal)
      : this.#verifyByAccessToken(target, hints, signal);
  }

  async probe(target: ProviderTarget, signal: AbortSignal): Promise<ProbeResult> {
    const checked = await this.#check(target, signal);
    switch (checked.kind) {
      case 'checked': {
        const { token, access } = checked;
        const expiresAt = token.expiresAt ?? (await accessTokenEnd(this.#api(target), token.secret, signal));
        return { kind: 'granted', grant: grantSummary(target, access, { ...token, expiresAt }) };
      }
      case 'stopped':
        return { kind: 'failed', reason: checked.reason };
      default:
        return checked;
    }
  }

  forget(target: Target): void {
    this.#tokens.forget(target);
  }

  /** Gets a token and asks `accessType:check` with it. Only reads, so a dead cached token is renewed once. */
  async #check(target: ProviderTarget, signal: AbortSignal): Promise<Checked> {
    const api = this.#api(target);
    let reading = await this.#tokens.get(target, signal);
    if (reading.kind !== 'token') return reading;
    let answer = await checkAccessType(api, reading.token.secret, signal);
    if (answer.kind === 'dead-token' && !reading.token.fresh) {
      reading = await this.#tokens.get(target, signal, true);
      if (reading.kind !== 'token') return reading;
      answer = await checkAccessType(api, reading.token.secret, signal);
    }
    switch (answer.kind) {
      case 'access':
        return { kind: 'checked', token: reading.token, access: answer.access };
      case 'dead-token':
        this.#tokens.forget(target);
        return { kind: 'dead-credential', reason: answer.reason };
      case 'refused':
        return { kind: 'stopped', outcome: 'refused', reason: answer.reason };
      case 'unknown':
      case 'not-sent':
        // Only a read has failed: nothing that has an effect was sent.
        return { kind: 'stopped', outcome: 'not-sent', reason: unreadable(answer.reason) };
      case 'aborted':
        return { kind: 'aborted' };
    }
  }

  /** The refresh token answers `invalid_grant` once the pair is reset. */
  async #verifyByRefresh(target: ProviderTarget, hints: VerificationHints, signal: AbortSignal): Promise<Verification> {
    const { refreshTokenExpiresAt: end, aliveAt } = hints;
    const reading = await this.#tokens.get(target, signal, true);
    switch (reading.kind) {
      case 'token':
        return { kind: 'alive', reason: reason('google.alive.refresh') };
      case 'dead-credential':
        if (typeof end === 'number' && this.clock.now() >= end - lifetimeMarginMs) {
          return { kind: 'not-checkable', reason: reason('google.uncheckable.refreshTokenEnded') };
        }
        // A refresh token also ends by expiry, revocation or crowding out: only soon after it was seen alive is it the reset.
        return typeof aliveAt === 'number' && Math.abs(this.clock.now() - aliveAt) <= invalidGrantEvidenceMs
          ? { kind: 'gone', reason: reason('google.gone.invalidGrant') }
          : { kind: 'not-checkable', reason: reason('google.uncheckable.tooLate') };
      case 'stopped':
        return { kind: 'failed', reason: reading.reason };
      case 'aborted':
        return reading;
    }
  }

  /** A 401 counts only while the token's own lifetime has not run out: afterwards it says nothing. */
  async #verifyByAccessToken(
    target: ProviderTarget,
    hints: VerificationHints,
    signal: AbortSignal,
  ): Promise<Verification> {
    const end = hints['accessTokenExpiresAt'];
    if (typeof end !== 'number') return { kind: 'not-checkable', reason: reason('google.uncheckable.lifetimeUnknown') };
    const secret = target.credential.secrets['accessToken'];
    if (!secret) return { kind: 'not-checkable', reason: reason('google.uncheckable.lifetimeUnknown') };
    const life = await readTokenLife(this.#api(target), secret, signal);
    switch (life.kind) {
      case 'alive':
        return { kind: 'alive', reason: reason('google.alive.check') };
      case 'rejected':
        return this.clock.now() >= end - lifetimeMarginMs
          ? { kind: 'not-checkable', reason: reason('google.uncheckable.accessTokenEnded') }
          : { kind: 'gone', reason: reason('google.gone.rejected') };
      case 'unclear':
        return { kind: 'failed', reason: life.reason };
      case 'aborted':
        return { kind: 'aborted' };
    }
  }

  #api(target: ProviderTarget): GoogleApi {
    return { addresses: googleAddresses(target.project), transport: this.transport, clock: this.clock };
  }
}

/** An access token that is renewed by itself is nobody's concern: only the end of what is stored is told. */
function grantSummary(target: ProviderTarget, access: AccessTypes, token: AccessToken): GrantSummary {
  const end =
    target.credential.form === credentialForms.refreshToken.id ? token.refreshTokenExpiresAt : token.expiresAt;
  return { ...access, ...(end === undefined ? {} : { credentialExpiresAt: end }) };
}

function unreadable(cause: Reason): Reason {
  return { ...reason('consent.unreadable', {}, [{ kind: 'retry' }]), cause };
}

/** A 401 to the reset itself is a refusal: the same token was good a moment ago, and what ended it is not known. */
function asResetAnswer(answer: { readonly kind: 'accepted' } | ApiFailure): ResetAnswer {
  return answer.kind === 'dead-token' ? { kind: 'refused', reason: answer.reason } : answer;
}
