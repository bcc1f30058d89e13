/** What the confirmation shows, and the revocation that is then ready to leave. */
import { type Reason, reason } from '../../core/model';
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
import { revokeToken, type SignedIn, type ToolkitApi } from './api';
import { revokeAtApple } from './apple';
import {
  type CredentialReader,
  chooseSender,
  type DeadReading,
  type Readings,
  type ReadyReading,
} from './credentialReader';
import { codeLifetimeMs } from './idpDiagnosis';
import { signIn } from './signIn';
import { verificationHints } from './verification';
import { ways } from './ways';

/** A fresh ID token is got when the last one has less life left than this. */
const idTokenMarginMs = 120_000;

export interface PreparationPorts {
  readonly reader: CredentialReader;
  /** Codes that were sent from this window, and may be used up. */
  readonly sentCodes: SentCodes;
}

export interface SentCodes {
  has(target: ProviderTarget, storedAt: number): boolean;
  add(target: ProviderTarget, storedAt: number): void;
}

export async function prepareWay(
  target: ProviderTarget,
  way: string,
  { reader, sentCodes }: PreparationPorts,
  signal: AbortSignal,
): Promise<PreviewResult> {
  if (way !== ways.revokeToken.id && way !== ways.appleRevoke.id) {
    throw new Error(`Identity Platform knows no way ${way}.`);
  }
  const readings = await reader.readAll(target, way, signal);
  if (readings.kind === 'aborted') return readings;
  const sender = chooseSender(readings.ready);
  if (!sender) return withoutSender(readings);
  const { credential, form } = sender;
  const isCode = form.token.type === 'CODE';
  if (isCode && sentCodes.has(target, credential.storedAt)) {
    const why = reason('identityPlatform.codeSpent', {}, [{ kind: 'replace-credential' }]);
    return { kind: 'stopped', outcome: 'not-sent', reason: why };
  }
  const api = reader.api(target);
  const preview: Preview = {
    effects: [...whoLines(sender), ...effectLines(sender, reader.clock.now())],
    losses: [],
    grant: summarize(readings.ready, appleDead(readings)),
  };
  const spend = (): void => {
    if (isCode) sentCodes.add(target, credential.storedAt);
  };
  return { kind: 'ready', preview, prepared: new Prepared(sender, readings, api, spend) };
}

function withoutSender({ dead, stopped }: Readings): PreviewResult {
  const [obstacle] = stopped.slice(-1);
  if (obstacle) return { kind: 'stopped', outcome: obstacle.outcome, reason: obstacle.reason };
  return { kind: 'dead-credential', reason: deadReason(dead) };
}

/** Of several dead credentials the newest says why. */
export function deadReason(dead: readonly DeadReading[]): Reason {
  const [newest] = dead.slice(-1);
  if (!newest) throw new Error('An identity without credentials was read.');
  return newest.reason;
}

function whoLines({ owner, form }: ReadyReading): readonly Reason[] {
  const { providerId: provider, appleKey } = form;
  if (!owner) {
    const { clientId, teamId } = appleKey ?? { clientId: '–', teamId: '–' };
    return [reason('identityPlatform.effect.whoAtApple', { client: clientId, team: teamId })];
  }
  const { uid, providers } = owner.account;
  const { project } = owner.signedIn.facts;
  const isLinked = providers.includes(provider);
  return [
    reason('identityPlatform.effect.who', { uid, project, provider }),
    isLinked
      ? reason('identityPlatform.effect.linked', { providers: providers.join(', ') })
      : reason('identityPlatform.effect.notLinked', { provider, providers: providers.join(', ') || '–' }),
  ];
}

function effectLines({ owner, form, life, credential }: ReadyReading, now: number): readonly Reason[] {
  const { token, appleKey } = form;
  const age = Math.max(0, now - credential.storedAt);
  return [
    reason('identityPlatform.effect.ends'),
    ...(owner ? [reason('identityPlatform.effect.accountStays')] : []),
    ...(token.type === 'CODE' ? [reason('identityPlatform.effect.code')] : []),
    ...(token.type === 'CODE' && age >= codeLifetimeMs
      ? [reason('identityPlatform.effect.codeOld', { minutes: String(Math.floor(age / 60_000)) })]
      : []),
    verificationLine(token.type, appleKey !== undefined, life),
  ];
}

function verificationLine(type: string, hasKey: boolean, life: ReadyReading['life']): Reason {
  if (life?.kind === 'alive') return reason('identityPlatform.effect.verified');
  if (life) return { ...reason('identityPlatform.effect.appleUnread'), cause: life.reason };
  return hasKey || type !== 'REFRESH_TOKEN'
    ? reason('identityPlatform.effect.notVerifiedToken')
    : reason('identityPlatform.effect.notVerifiedKey');
}

function appleDead({ dead }: Readings): readonly DeadReading[] {
  return dead.filter(({ by }) => by === 'apple');
}

/** The services do not say what was granted: there are no names to show. */
export function summarize(ready: readonly ReadyReading[], dead: readonly DeadReading[]): GrantSummary {
  const ends = ready.map(endOf).filter((end) => end !== undefined);
  return {
    timeBased: [],
    oneTime: [],
    ...(ends.length === 0 ? {} : { credentialExpiresAt: Math.min(...ends) }),
    credentials: [
      ...ready.map((reading) => {
        const expiresAt = endOf(reading);
        const { storedAt } = reading.credential;
        return { storedAt, alive: true, ...(expiresAt === undefined ? {} : { expiresAt }) };
      }),
      ...dead.map(({ credential: { storedAt } }) => ({ storedAt, alive: false })),
    ].sort((one, other) => one.storedAt - other.storedAt),
  };
}

/** Of what is stored, where that is known: a code's five minutes, or the hour of a pasted ID token. */
function endOf({ credential, form, owner }: ReadyReading): number | undefined {
  const ends = [
    ...(form.token.type === 'CODE' ? [credential.storedAt + codeLifetimeMs] : []),
    ...(form.material?.kind === 'id-token' && owner ? [owner.signedIn.facts.expiresAt] : []),
  ];
  return ends.length === 0 ? undefined : Math.min(...ends);
}

class Prepared implements PreparedReset {
  readonly sentWith: AliveCredential;
  readonly alsoAlive: readonly AliveCredential[];
  readonly dead: PreparedReset['dead'];
  #signedIn: SignedIn | undefined;
  #sent = false;

  constructor(
    private readonly sender: ReadyReading,
    readings: Readings,
    private readonly api: ToolkitApi,
    /** Notes that a code may be used up. */
    private readonly spend: () => void,
  ) {
    this.sentWith = asAlive(sender);
    this.alsoAlive = readings.ready.filter((other) => endsWith(sender, other)).map(asAlive);
    this.dead = appleDead(readings).map(({ credential }) => credential);
    this.#signedIn = sender.owner?.signedIn;
  }

  /** The Apple token stays the one that was previewed; the ID token that goes with it is renewed, and must be the same user's. */
  async reread(signal: AbortSignal): Promise<Reread> {
    const before = this.#signedIn;
    const { form } = this.sender;
    if (!before || !form.material) return { kind: 'unchanged' };
    const isFresh = before.facts.expiresAt - this.api.clock.now() > idTokenMarginMs;
    if (isFresh && form.material.kind !== 'refresh-token') return { kind: 'unchanged' };
    const reading = await signIn(this.api, form, form.material, signal);
    switch (reading.kind) {
      case 'aborted':
        return reading;
      case 'stopped':
        return { kind: 'failed', reason: reading.reason };
      case 'signed-in': {
        const { facts } = reading.signedIn;
        if (facts.uid !== before.facts.uid || facts.project !== before.facts.project) {
          const why = reason('identityPlatform.userChanged', { uid: before.facts.uid, now: facts.uid });
          return { kind: 'failed', reason: why };
        }
        this.#signedIn = reading.signedIn;
        return { kind: 'unchanged' };
      }
    }
  }

  async send(leaving: Leaving, signal: AbortSignal): Promise<ResetAnswer> {
    if (this.#sent) throw new Error('This revocation was sent before.');
    this.#sent = true;
    const { form, owner } = this.sender;
    if (owner && this.#signedIn) {
      const answer = await revokeToken(this.api, form, this.#signedIn, leaving, signal);
      const mayHaveWorked =
        answer.kind === 'accepted' || answer.kind === 'unknown' || (answer.kind === 'aborted' && answer.sent);
      if (mayHaveWorked) this.spend();
      return answer;
    }
    if (!form.appleKey) throw new Error('There is neither a sign-in nor an Apple key to send with.');
    return revokeAtApple(this.api, form.appleKey, form.token, leaving, signal);
  }
}

/** Tokens of one client and one user end together; of others nobody can say. */
function endsWith(sender: ReadyReading, other: ReadyReading): boolean {
  if (other === sender || sender.life?.kind !== 'alive' || other.life?.kind !== 'alive') return false;
  const sameUser = sender.life.subject !== undefined && sender.life.subject === other.life.subject;
  return sameUser && sender.form.appleKey?.clientId === other.form.appleKey?.clientId;
}

function asAlive(reading: ReadyReading): AliveCredential {
  return { credential: reading.credential, hints: verificationHints(reading) };
}
