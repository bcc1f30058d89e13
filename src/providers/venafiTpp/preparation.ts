/** What the confirmation of a revocation shows, and the request that is then ready to leave. */
import { type Credential, type Reason, reason } from '../../core/model';
import type {
  AliveCredential,
  GrantSummary,
  Leaving,
  PreparedReset,
  Preview,
  PreviewResult,
  ProviderTarget,
  Reread,
  ResetAnswer,
} from '../../core/provider';
import type { AccessTokens } from './accessTokens';
import { type ApiFailure, revokeGrants, type VenafiApi } from './api';
import { askWith, askWithNewest, type Caller } from './callers';
import {
  type Consent,
  grantRecords,
  hasGrown,
  hintsOf,
  isConsent,
  isEmpty,
  lossesOf,
  othersTouched,
  piecesIn,
  readConsent,
} from './consent';
import { type Preflight, preflight } from './preflight';
import { endsInUuid, type Subject } from './subject';

export async function prepare(
  target: ProviderTarget,
  subject: Subject,
  api: VenafiApi,
  tokens: AccessTokens,
  signal: AbortSignal,
): Promise<PreviewResult> {
  const read = (token: Caller['token']['accessToken'], credential: Credential) =>
    preflight(api, token, credential, subject, signal);
  const { found, dead } = await askWithNewest(target, tokens, read, signal);
  switch (found.kind) {
    case 'aborted':
    case 'stopped':
      return found;
    case 'dead':
      return { kind: 'dead-credential', reason: found.reason };
    case 'answered': {
      const { caller, value } = found;
      if (isEmpty(value.consent)) {
        return { kind: 'already-gone', reason: reason('venafi.nothingToRevoke') };
      }
      const prepared = new Prepared(target, subject, api, tokens, caller, value, dead);
      return { kind: 'ready', preview: prepared.preview, prepared };
    }
  }
}

/** What is known of the credentials; the grants of the subject are not theirs. */
export function summarize(consent: Consent, { credential, token }: Caller, dead: readonly Credential[]): GrantSummary {
  const { expiresAt, refreshUntil } = token;
  const ends = refreshUntil ?? (credential.secrets['refreshToken'] ? undefined : expiresAt);
  return {
    timeBased: [],
    oneTime: [],
    grants: grantRecords(consent),
    credentials: [
      ...dead.map(({ storedAt }) => ({ storedAt, alive: false })),
      {
        storedAt: credential.storedAt,
        alive: true,
        ...(ends === undefined ? {} : { expiresAt: ends }),
        ...(expiresAt === undefined || expiresAt === ends ? {} : { accessTokenExpiresAt: expiresAt }),
      },
    ].sort((one, other) => one.storedAt - other.storedAt),
  };
}

class Prepared implements PreparedReset {
  /** The others are sign-ins of the operator as well: a revocation does not end them. */
  readonly alsoAlive: readonly AliveCredential[] = [];
  /** Whether the sign-in it is sent with ends with it. */
  readonly endsSignIn: boolean;
  #consent: Consent;
  #caller: Caller;
  #sent = false;

  constructor(
    private readonly target: ProviderTarget,
    private readonly subject: Subject,
    private readonly api: VenafiApi,
    private readonly tokens: AccessTokens,
    caller: Caller,
    private readonly before: Preflight,
    readonly dead: readonly Credential[],
  ) {
    this.#consent = before.consent;
    this.#caller = caller;
    this.endsSignIn = before.endsSignIn === 'yes';
  }

  get sentWith(): AliveCredential {
    return { credential: this.#caller.credential, hints: hintsOf(this.#consent, this.endsSignIn) };
  }

  get preview(): Preview {
    return {
      effects: effectsOf(this.subject, this.before.endsSignIn, this.dead),
      losses: lossesOf(this.#consent),
      // The losses list what ends in any case.
      needsPerson: [...othersTouched(this.#consent), ...doubts(this.subject, this.before.endsSignIn)],
      grant: summarize(this.#consent, this.#caller, this.dead),
      pieces: piecesIn(this.#consent),
    };
  }

  async reread(signal: AbortSignal): Promise<Reread> {
    const { api, subject } = this;
    const found = await askWith(
      this.target,
      this.#caller.credential,
      this.tokens,
      async (token) => {
        const consent = await readConsent(api, token, subject, signal);
        return isConsent(consent) ? { kind: 'value', value: consent } : consent;
      },
      signal,
    );
    if (found.kind === 'aborted') return found;
    if (found.kind !== 'answered') return { kind: 'failed', reason: found.reason };
    const before = this.#consent;
    this.#consent = found.value;
    this.#caller = found.caller;
    if (isEmpty(found.value)) return { kind: 'failed', reason: reason('venafi.nothingToRevoke') };
    return hasGrown(before, found.value) ? { kind: 'changed', preview: this.preview } : { kind: 'unchanged' };
  }

  async send(leaving: Leaving, signal: AbortSignal): Promise<ResetAnswer> {
    if (this.#sent) throw new Error('This revocation was sent before.');
    this.#sent = true;
    const { credential, token } = this.#caller;
    const first = await this.#revoke(token.accessToken, leaving, signal);
    return first.kind === 'dead-token' ? this.#again(credential, first.reason, leaving, signal) : asAnswer(first);
  }

  #revoke(token: Caller['token']['accessToken'], leaving: Leaving, signal: AbortSignal) {
    return revokeGrants(this.api, token, this.subject, leaving, signal);
  }

  /**
   * A 401 `invalid_token` proves that nothing was done: one refresh and one more request, if the confirmation is still fresh.
   * Where that is not to be had, the refusal stands.
   */
  async #again(credential: Credential, rejected: Reason, leaving: Leaving, signal: AbortSignal): Promise<ResetAnswer> {
    const { host } = new URL(this.api.addresses.sdkOrigin);
    const refused = (cause?: Reason): ResetAnswer => ({
      kind: 'refused',
      reason: cause ? { ...reason('venafi.tokenRejectedAnd', { host }, rejected.actions), cause } : rejected,
    });
    if (signal.aborted || !leaving.mayLeave()) return refused();
    const renewed = await this.tokens.renewed(this.target, credential, this.#caller.token, signal);
    switch (renewed.kind) {
      case 'aborted':
        return refused();
      case 'dead':
      case 'ended':
      case 'failed':
        return refused(renewed.reason);
      case 'token': {
        const next = await leaving.another(rejected);
        if (!next) return refused();
        this.#caller = { credential, token: renewed.token };
        return asAnswer(await this.#revoke(renewed.token.accessToken, next, signal));
      }
    }
  }
}

function asAnswer(answer: { readonly kind: 'accepted' } | ApiFailure): ResetAnswer {
  switch (answer.kind) {
    case 'dead-token':
      return { kind: 'refused', reason: answer.reason };
    case 'nothing':
      // Whether there is nothing left, only a read can say.
      return { kind: 'unknown', reason: answer.reason };
    default:
      return answer;
  }
}

function effectsOf(
  subject: Subject,
  endsSignIn: Preflight['endsSignIn'],
  dead: readonly Credential[],
): readonly Reason[] {
  const user = subject.kind === 'grantee';
  return [
    reason(user ? 'venafi.effect.grantee' : 'venafi.effect.application'),
    ...doubts(subject, endsSignIn),
    ...(dead.length > 0 ? [reason('venafi.effect.deadSignIns', { count: String(dead.length) })] : []),
  ];
}

/** Whether it hits this tool itself, or perhaps no user at all. */
function doubts(subject: Subject, endsSignIn: Preflight['endsSignIn']): readonly Reason[] {
  const user = subject.kind === 'grantee';
  const maybeSelf = reason(user ? 'venafi.effect.maybeSelf.grantee' : 'venafi.effect.maybeSelf.application');
  return [
    ...(endsSignIn === 'yes' ? [reason('venafi.effect.self')] : []),
    ...(endsSignIn === 'unknown' ? [maybeSelf] : []),
    ...(subject.kind === 'grantee' && !endsInUuid(subject.prefixedUniversal) ? [reason('venafi.effect.noUuid')] : []),
  ];
}
