/**
 * Venafi Trust Protection Platform: `OAuth/RevokeGrants` for a user or for an application.
 *
 * Whoever is signed in is the operator, not the user whose grants end: the sign-in outlives what is revoked with it, unless
 * it is the operator's own.
 */
import { type TokenPorts, VedauthTokens } from '../../auth/vedauthTokens';
import { type Reason, reason, type Target, type TargetKey } from '../../core/model';
import type { VerificationHints } from '../../core/ports';
import type {
  CredentialTarget,
  PreviewResult,
  ProbeResult,
  Provider,
  ProviderTarget,
  Verification,
} from '../../core/provider';
import { AccessTokens } from './accessTokens';
import type { VenafiApi } from './api';
import { askWith, askWithNewest } from './callers';
import { isConsent, isEmpty, readConsent } from './consent';
import { prepare, summarize } from './preparation';
import { parseOptions, venafiAddresses } from './settings';
import { type Subject, subjectOf } from './subject';
import { isOwnEnd, judge, ownEnd } from './verification';
import { ways } from './ways';

export interface VenafiPorts extends TokenPorts {
  /** Under which key the credentials of a target are stored. */
  ownerKey(target: Target): TargetKey;
}

export function createVenafiTpp(ports: VenafiPorts): Provider {
  return new VenafiTpp(ports);
}

class VenafiTpp implements Provider {
  readonly id = 'venafiTpp';
  readonly #tokens: AccessTokens;

  constructor(private readonly ports: VenafiPorts) {
    this.#tokens = new AccessTokens(new VedauthTokens(ports), (target) => ports.ownerKey(target));
  }

  async preview(target: ProviderTarget, way: string, signal: AbortSignal): Promise<PreviewResult> {
    if (way !== ways.revokeGrants.id) throw new Error(`Venafi TPP knows no way ${way}.`);
    const subject = subjectOf(target.identity);
    if (!subject) return { kind: 'stopped', outcome: 'not-sent', reason: badIdentity() };
    return prepare(target, subject, apiOf(target, this.ports), this.#tokens, signal);
  }

  async verify(target: CredentialTarget, hints: VerificationHints, signal: AbortSignal): Promise<Verification> {
    const subject = subjectOf(target.identity);
    if (!subject) return { kind: 'not-checkable', reason: badIdentity() };
    if (isOwnEnd(hints)) return ownEnd;
    const api = apiOf(target, this.ports);
    const found = await askWith(target, target.credential, this.#tokens, readerOf(api, subject, signal), signal);
    switch (found.kind) {
      case 'answered':
        return judge(found.value, hints, this.ports.clock.now());
      case 'dead':
      case 'stopped':
        return { kind: 'failed', reason: found.reason };
      case 'aborted':
        return found;
    }
  }

  async probe(target: ProviderTarget, signal: AbortSignal): Promise<ProbeResult> {
    const subject = subjectOf(target.identity);
    if (!subject) return { kind: 'failed', reason: badIdentity() };
    const api = apiOf(target, this.ports);
    const { found, dead } = await askWithNewest(target, this.#tokens, readerOf(api, subject, signal), signal);
    switch (found.kind) {
      case 'answered':
        if (isEmpty(found.value)) return { kind: 'not-granted' };
        return { kind: 'granted', grant: summarize(found.value, found.caller, dead) };
      case 'dead':
        return { kind: 'dead-credential', reason: found.reason };
      case 'stopped':
        return { kind: 'failed', reason: found.reason };
      case 'aborted':
        return found;
    }
  }

  forget(target: Target): void {
    this.#tokens.forget(target);
  }
}

/** Access to the Web SDK of a project, for the provider and for whoever looks for identities. */
export function apiOf(
  { project }: Pick<Target, 'project'>,
  { transport, clock }: Pick<TokenPorts, 'transport' | 'clock'>,
): VenafiApi {
  const { scope } = parseOptions(project);
  return { addresses: venafiAddresses(project), project: project.id, transport, clock, scope };
}

function readerOf(api: VenafiApi, subject: Subject, signal: AbortSignal) {
  return async (token: Parameters<typeof readConsent>[1]) => {
    const consent = await readConsent(api, token, subject, signal);
    return isConsent(consent) ? ({ kind: 'value', value: consent } as const) : consent;
  };
}

function badIdentity(): Reason {
  return reason('venafi.badIdentity', {}, [{ kind: 'open-settings' }]);
}
