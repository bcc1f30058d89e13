/** Calls with whichever of the stored sign-ins is accepted. Reads alone: a dead token is renewed, and asked with again. */
import type { CurrentToken } from '../../auth/vedauthTokens';
import { type Credential, type Reason, reason, type Target } from '../../core/model';
import type { ProviderTarget, StoppedOutcome } from '../../core/provider';
import type { BoundSecret } from '../../core/redact';
import type { AccessTokens } from './accessTokens';
import type { ApiFailure } from './api';

/** A credential, and the token that a read was answered with. */
export interface Caller {
  readonly credential: Credential;
  readonly token: CurrentToken;
}

export type Asked<T> =
  | { readonly kind: 'answered'; readonly caller: Caller; readonly value: T }
  | { readonly kind: 'dead'; readonly reason: Reason }
  | { readonly kind: 'stopped'; readonly outcome: StoppedOutcome; readonly reason: Reason }
  | { readonly kind: 'aborted' };

type Read<T> = (
  token: BoundSecret,
  credential: Credential,
) => Promise<{ readonly kind: 'value'; readonly value: T } | ApiFailure>;

export async function askWith<T>(
  target: Target,
  credential: Credential,
  tokens: AccessTokens,
  read: Read<T>,
  signal: AbortSignal,
): Promise<Asked<T>> {
  let reading = await tokens.current(target, credential, signal);
  for (let renewed = false; ; renewed = true) {
    if (reading.kind === 'aborted') return reading;
    if (reading.kind === 'dead' || reading.kind === 'ended') return { kind: 'dead', reason: reading.reason };
    if (reading.kind === 'failed') return { kind: 'stopped', outcome: 'not-sent', reason: reading.reason };
    const { token } = reading;
    const answer = await read(token.accessToken, credential);
    if (answer.kind === 'value') return { kind: 'answered', caller: { credential, token }, value: answer.value };
    if (answer.kind === 'aborted') return { kind: 'aborted' };
    if (answer.kind !== 'dead-token') return stopped(answer);
    if (renewed) return { kind: 'dead', reason: answer.reason };
    reading = await tokens.renewed(target, credential, token, signal);
  }
}

function stopped<T>(answer: Exclude<ApiFailure, { kind: 'aborted' | 'dead-token' }>): Asked<T> {
  switch (answer.kind) {
    case 'refused':
    case 'unsupported':
      return { kind: 'stopped', outcome: answer.kind, reason: answer.reason };
    case 'nothing':
    case 'unknown':
    case 'not-sent': {
      // Only a read has failed: nothing that has an effect was sent.
      const why = { ...reason('consent.unreadable', {}, [{ kind: 'retry' }]), cause: answer.reason };
      return { kind: 'stopped', outcome: 'not-sent', reason: why };
    }
  }
}

export interface Search<T> {
  readonly found: Asked<T>;
  /** Those that the service no longer accepts. */
  readonly dead: readonly Credential[];
}

/** Tries the newest sign-in first; the next one only when the service no longer accepts it. */
export async function askWithNewest<T>(
  target: ProviderTarget,
  tokens: AccessTokens,
  read: Read<T>,
  signal: AbortSignal,
): Promise<Search<T>> {
  const dead: Credential[] = [];
  let why: Reason | undefined;
  for (const credential of target.credentials.toReversed()) {
    const found = await askWith(target, credential, tokens, read, signal);
    if (found.kind !== 'dead') return { found, dead };
    dead.push(credential);
    why ??= found.reason;
  }
  if (!why) throw new Error('An identity without credentials was read.');
  return { found: { kind: 'dead', reason: why }, dead };
}
