/**
 * Google Data Portability: `authorization:reset` for a user/project pair, and the archive jobs of the pair.
 *
 * The pair is the bearer token: no call names a user or a project. So the token the preview was made with is the only one a
 * reset may be sent with; a newer one could belong to a newer consent, and would wipe it.
 */
import type { JobStore } from '../../core/archiveJobs';
import type { Target } from '../../core/model';
import type { Clock, Transport, VerificationHints } from '../../core/ports';
import type {
  CredentialTarget,
  PreviewResult,
  ProbeResult,
  Provider,
  ProviderTarget,
  Verification,
} from '../../core/provider';
import { AccessTokens } from './accessTokens';
import { GoogleArchives } from './archives';
import { CredentialReader, deadReason } from './credentialReader';
import { summarizeGrants } from './grants';
import { prepareWay } from './preparation';
import { rememberedAddresses } from './settings';
import { verifyCredential } from './verification';

export interface GooglePorts {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly jobs: JobStore;
}

export function createGoogleDataPortability(ports: GooglePorts): Provider {
  return new GoogleDataPortability(ports);
}

class GoogleDataPortability implements Provider {
  readonly id = 'googleDataPortability';
  readonly archives: GoogleArchives;
  readonly #reader: CredentialReader;

  constructor(private readonly ports: GooglePorts) {
    const { transport, clock } = ports;
    const addressesOf = rememberedAddresses();
    const tokens = new AccessTokens(transport, clock, addressesOf);
    this.#reader = new CredentialReader(transport, clock, tokens, addressesOf);
    this.archives = new GoogleArchives(this.#reader);
  }

  preview(target: ProviderTarget, way: string, signal: AbortSignal): Promise<PreviewResult> {
    const { jobs, clock } = this.ports;
    return prepareWay(target, way, { reader: this.#reader, jobs, clock }, signal);
  }

  verify(target: CredentialTarget, hints: VerificationHints, signal: AbortSignal): Promise<Verification> {
    return verifyCredential(this.#reader, target, hints, () => this.ports.clock.now(), signal);
  }

  async probe(target: ProviderTarget, signal: AbortSignal): Promise<ProbeResult> {
    const readings = await this.#reader.checkAll(target, 'consent', true, signal);
    if (readings.kind === 'aborted') return readings;
    const { alive, dead, unread } = readings;
    if (alive.length > 0) return { kind: 'granted', grant: summarizeGrants(alive, dead) };
    const [obstacle] = unread.slice(-1);
    return obstacle
      ? { kind: 'failed', reason: obstacle.reason }
      : { kind: 'dead-credential', reason: deadReason(dead) };
  }

  forget(target: Target): void {
    this.#reader.tokens.forget(target);
  }
}
