/** What the confirmation of a reset shows, and the reset that is then ready to leave. */
import type { JobReading, JobStore } from '../../core/archiveJobs';
import { type Reason, reason, targetAddress } from '../../core/model';
import type { Clock } from '../../core/ports';
import type {
  AliveCredential,
  Leaving,
  PreparedReset,
  Preview,
  PreviewResult,
  ProviderTarget,
  Reread,
  ResetAnswer,
} from '../../core/provider';
import { type ApiFailure, type GoogleApi, resetAuthorization } from './api';
import { readArchiveState } from './archiveApi';
import { credentialForms } from './credentialForms';
import {
  type AliveReading,
  type CredentialReader,
  type CredentialReadings,
  chooseSender,
  type DeadReading,
  deadReason,
  type Readings,
} from './credentialReader';
import { summarizeGrants } from './grants';
import { type LossReading, readLosses } from './losses';
import { revokeGrant } from './revocation';
import { verificationHints } from './verification';
import { ways } from './ways';

export interface PreparationPorts {
  readonly reader: CredentialReader;
  readonly jobs: JobStore;
  readonly clock: Clock;
}

export async function prepareWay(
  target: ProviderTarget,
  way: string,
  ports: PreparationPorts,
  signal: AbortSignal,
): Promise<PreviewResult> {
  switch (way) {
    case ways.reset.id: {
      const readings = await ports.reader.checkAll(target, 'consent', true, signal);
      return prepare(target, readings, resetOf, ports, signal);
    }
    case ways.revoke.id: {
      const readings = await ports.reader.witnessAll(target, signal);
      return prepare(target, readings, revocationOf, ports, signal);
    }
    default:
      throw new Error(`Google Data Portability knows no way ${way}.`);
  }
}

/** What one way does with the credential it is sent with. */
interface WayPlan {
  readonly effects: readonly Reason[];
  /** Those of the other living credentials that should end with it. */
  readonly alsoEnds: readonly AliveReading[];
  /** Those of the dead credentials whose grants are over with it. */
  readonly alsoEnded: readonly DeadReading[];
  readonly endsAll: boolean;
  send(leaving: Leaving, signal: AbortSignal): Promise<ResetAnswer>;
}

type MakePlan = (
  sender: AliveReading,
  others: readonly AliveReading[],
  dead: readonly DeadReading[],
  api: GoogleApi,
) => WayPlan;

/** The whole user/project pair ends, whichever of its tokens is sent. */
const resetOf: MakePlan = (sender, others, dead, api) => ({
  effects: [reason('google.effect.pair'), reason('google.effect.unknownJobs')],
  alsoEnds: others,
  alsoEnded: dead,
  endsAll: true,
  send: async (leaving, signal) => asResetAnswer(await resetAuthorization(api, sender.token.secret, leaving, signal)),
});

/** The grant of the sender's client ends. Of what client another token is, is not always known: then it may live on. */
const revocationOf: MakePlan = (sender, others, dead, api) => {
  const isSame = (clientId: string | undefined): boolean => clientId !== undefined && clientId === sender.clientId;
  const alsoEnds = others.filter(({ clientId }) => isSame(clientId));
  const stay = others.length - alsoEnds.length;
  const { credential, token } = sender;
  const stored = credential.form === credentialForms.refreshToken.id ? credential.secrets['refreshToken'] : undefined;
  return {
    effects: [
      reason('google.effect.revoke'),
      reason('google.effect.revokeIsNoReset'),
      reason('google.effect.revokeJobs'),
      ...(stay > 0 ? [reason('google.effect.revokeLeaves', { count: String(stay) })] : []),
    ],
    alsoEnds,
    alsoEnded: dead.filter(({ credential: { facts } }) => isSame(facts['clientId'])),
    endsAll: false,
    send: (leaving, signal) => revokeGrant(api, stored ?? token.secret, leaving, signal),
  };
};

async function prepare(
  target: ProviderTarget,
  readings: CredentialReadings,
  makePlan: MakePlan,
  { reader, ...ports }: PreparationPorts,
  signal: AbortSignal,
): Promise<PreviewResult> {
  if (readings.kind === 'aborted') return readings;
  const { alive, dead } = readings;
  const sender = chooseSender(alive);
  if (!sender) return withoutSender(readings);
  const api = reader.api(target);
  const others = alive.filter((other) => other !== sender);
  const plan = makePlan(sender, others, dead, api);
  // With the very token of the preview, then and later: a renewed one would be another.
  const readJob = (jobId: string, jobSignal: AbortSignal): Promise<JobReading> =>
    readArchiveState(api, sender.token.secret, jobId, jobSignal);
  const read = (readSignal: AbortSignal): Promise<LossReading> =>
    readLosses(targetAddress(target), ports, (jobId) => readJob(jobId, readSignal));
  const first = await read(signal);
  if (first.kind === 'aborted') return first;
  const preview: Preview = {
    effects: [...plan.effects, ...tokenEffects(plan, readings)],
    losses: first.losses,
    grant: summarizeGrants(alive, dead),
  };
  return {
    kind: 'ready',
    preview,
    prepared: new Prepared(
      {
        sentWith: asAlive(sender),
        alsoAlive: plan.alsoEnds.map(asAlive),
        dead: plan.alsoEnded.map(({ credential }) => credential),
      },
      { preview, unread: first.unread },
      read,
      plan,
    ),
  };
}

function withoutSender({ dead, unread }: Readings): PreviewResult {
  const [obstacle] = unread.slice(-1);
  if (obstacle) return { kind: 'stopped', outcome: obstacle.outcome, reason: obstacle.reason };
  return { kind: 'dead-credential', reason: deadReason(dead) };
}

function tokenEffects({ alsoEnds }: WayPlan, { dead, unread }: Readings): readonly Reason[] {
  const ending = 1 + alsoEnds.length;
  return [
    ...(ending > 1 ? [reason('google.effect.tokens', { count: String(ending) })] : []),
    ...(dead.length > 0 ? [reason('google.effect.deadTokens', { count: String(dead.length) })] : []),
    ...(unread.length > 0 ? [reason('google.effect.unreadTokens', { count: String(unread.length) })] : []),
  ];
}

function asAlive(reading: AliveReading): AliveCredential {
  return { credential: reading.credential, hints: verificationHints(reading) };
}

class Prepared implements PreparedReset {
  readonly sentWith: AliveCredential;
  readonly alsoAlive: readonly AliveCredential[];
  readonly dead: PreparedReset['dead'];
  readonly endsAll: boolean;
  #sent = false;

  constructor(
    credentials: Pick<PreparedReset, 'sentWith' | 'alsoAlive' | 'dead'>,
    /** What was told last. */
    private last: { readonly preview: Preview; readonly unread: ReadonlyMap<string, Reason> },
    private readonly read: (signal: AbortSignal) => Promise<LossReading>,
    private readonly plan: WayPlan,
  ) {
    this.sentWith = credentials.sentWith;
    this.alsoAlive = credentials.alsoAlive;
    this.dead = credentials.dead;
    this.endsAll = plan.endsAll;
  }

  async reread(signal: AbortSignal): Promise<Reread> {
    const now = await this.read(signal);
    if (now.kind === 'aborted') return now;
    // A job that could not be read before either was confirmed as a loss.
    const newlyUnread = [...now.unread].find(([jobId]) => !this.last.unread.has(jobId));
    if (newlyUnread) return { kind: 'failed', reason: newlyUnread[1] };
    if (told(now.losses) === told(this.last.preview.losses)) return { kind: 'unchanged' };
    const preview = { ...this.last.preview, losses: now.losses };
    this.last = { preview, unread: now.unread };
    return { kind: 'changed', preview };
  }

  async send(leaving: Leaving, signal: AbortSignal): Promise<ResetAnswer> {
    if (this.#sent) throw new Error('This reset was sent before.');
    this.#sent = true;
    return this.plan.send(leaving, signal);
  }
}

/** Losses as the user reads them; why a job could not be read may differ from time to time. */
function told(losses: readonly Reason[]): string {
  return JSON.stringify(losses.map(({ code, params }) => [code, params]));
}

/** A 401 to the reset itself is a refusal: the same token was good a moment ago, and what ended it is not known. */
function asResetAnswer(answer: { readonly kind: 'accepted' } | ApiFailure): ResetAnswer {
  return answer.kind === 'dead-token' ? { kind: 'refused', reason: answer.reason } : answer;
}
