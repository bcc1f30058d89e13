/**
 * Identity Platform: `accounts:revokeToken` ends a user's Apple token, and with it the authorization of the app at Apple.
 *
 * Its 200 proves nothing about the token, so only Apple's own `auth/token` makes an outcome verified; that takes the
 * developer's key. A code is good once: it is never sent a second time from here.
 */
import { type TargetKey, targetKey } from '../../core/model';
import type { Clock, Transport, VerificationHints } from '../../core/ports';
import type {
  CredentialTarget,
  PreviewResult,
  ProbeResult,
  Provider,
  ProviderTarget,
  Verification,
} from '../../core/provider';
import { CredentialReader } from './credentialReader';
import { deadReason, prepareWay, type SentCodes, summarize } from './preparation';
import { verifyAtApple } from './verification';

export interface IdentityPlatformPorts {
  readonly transport: Transport;
  readonly clock: Clock;
}

export function createIdentityPlatform(ports: IdentityPlatformPorts): Provider {
  return new IdentityPlatform(ports);
}

class IdentityPlatform implements Provider {
  readonly id = 'identityPlatform';
  readonly #reader: CredentialReader;
  readonly #sentCodes = new Map<TargetKey, Set<number>>();

  constructor({ transport, clock }: IdentityPlatformPorts) {
    this.#reader = new CredentialReader(transport, clock);
  }

  preview(target: ProviderTarget, way: string, signal: AbortSignal): Promise<PreviewResult> {
    const sentCodes: SentCodes = {
      has: (one, storedAt) => this.#sentCodes.get(targetKey(one))?.has(storedAt) === true,
      add: (one, storedAt) => {
        const key = targetKey(one);
        this.#sentCodes.set(key, new Set([...(this.#sentCodes.get(key) ?? []), storedAt]));
      },
    };
    return prepareWay(target, way, { reader: this.#reader, sentCodes }, signal);
  }

  verify(target: CredentialTarget, hints: VerificationHints, signal: AbortSignal): Promise<Verification> {
    return verifyAtApple(this.#reader, target, hints, signal);
  }

  async probe(target: ProviderTarget, signal: AbortSignal): Promise<ProbeResult> {
    const readings = await this.#reader.readAll(target, 'any', signal);
    if (readings.kind === 'aborted') return readings;
    const { ready, dead, stopped } = readings;
    // One whose Firebase sign-in alone is over may hold a living Apple token: it is not told as dead beside a living one.
    const ended = dead.filter(({ by }) => by === 'apple');
    if (ready.length > 0) return { kind: 'granted', grant: summarize(ready, ended) };
    const [obstacle] = stopped.slice(-1);
    return obstacle
      ? { kind: 'failed', reason: obstacle.reason }
      : { kind: 'dead-credential', reason: deadReason(dead) };
  }

  /** Nothing is kept of tokens; that a code was sent is kept, as it stays true. */
  forget(): void {}
}
