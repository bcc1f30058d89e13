/** The identities of the server, asked for with whichever of the operator's sign-ins is accepted. Only reads. */
import { VedauthTokens } from '../../auth/vedauthTokens';
import type { ProviderTarget } from '../../core/provider';
import type { BoundSecret } from '../../core/redact';
import { AccessTokens } from '../../providers/venafiTpp/accessTokens';
import { askWithNewest } from '../../providers/venafiTpp/callers';
import {
  type BrowseResult,
  browseIdentities,
  type NameResult,
  validateIdentity,
} from '../../providers/venafiTpp/identities';
import { apiOf, type VenafiPorts } from '../../providers/venafiTpp/provider';

type Ended = Extract<BrowseResult, { kind: 'failed' | 'aborted' }>;
type Settled<T> = Exclude<T, { kind: 'dead-token' }> | Ended;

export class Directory {
  readonly #tokens: AccessTokens;

  constructor(
    private readonly target: ProviderTarget,
    private readonly ports: VenafiPorts,
  ) {
    this.#tokens = new AccessTokens(new VedauthTokens(ports), (one) => ports.ownerKey(one));
  }

  /** Those whose names contain the text; a dead sign-in counts as a failure, and says so. */
  browse(text: string, limit: number, signal: AbortSignal): Promise<Settled<BrowseResult>> {
    const api = apiOf(this.target, this.ports);
    return this.#ask((token) => browseIdentities(api, token, text, limit, signal), signal);
  }

  validate(prefixedUniversal: string, signal: AbortSignal): Promise<Settled<NameResult>> {
    const api = apiOf(this.target, this.ports);
    return this.#ask((token) => validateIdentity(api, token, prefixedUniversal, signal), signal);
  }

  async #ask<T extends BrowseResult | NameResult>(
    call: (token: BoundSecret) => Promise<T>,
    signal: AbortSignal,
  ): Promise<Settled<T>> {
    const read = async (token: BoundSecret) => {
      const result = await call(token);
      if (result.kind === 'dead-token') return { kind: 'dead-token', reason: result.reason } as const;
      return { kind: 'value', value: result as Settled<T> } as const;
    };
    const { found } = await askWithNewest(this.target, this.#tokens, read, signal);
    switch (found.kind) {
      case 'answered':
        return found.value;
      case 'aborted':
        return found;
      case 'dead':
      case 'stopped':
        return { kind: 'failed', reason: found.reason };
    }
  }
}
