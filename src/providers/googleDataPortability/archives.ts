/** The archive jobs of an identity: which of its credentials a call is made with, and what the call brings. */
import type {
  ArchiveJobs,
  Exportable,
  ExportableGroup,
  JobCancel,
  JobReading,
  JobRequest,
  JobStart,
} from '../../core/archiveJobs';
import { plainText } from '../../core/foreignText';
import { type Reason, reason } from '../../core/model';
import type { CredentialTarget, ProviderTarget } from '../../core/provider';
import { badJobId, cancelArchive, deadCredential, initiateArchive, readArchiveState, retryArchive } from './archiveApi';
import { credentialForms } from './credentialForms';
import {
  type AliveReading,
  type CredentialReader,
  deadReason,
  inOrderOfTrust,
  type Readings,
} from './credentialReader';
import { isJobId } from './settings';

/** Why no call can be made. */
type NoCall =
  | { readonly kind: 'refused' | 'not-sent' | 'dead-credential'; readonly reason: Reason }
  | { readonly kind: 'aborted'; readonly sent: false };

export class GoogleArchives implements ArchiveJobs {
  constructor(private readonly reader: CredentialReader) {}

  async start(target: ProviderTarget, request: JobRequest, signal: AbortSignal): Promise<JobStart> {
    const readings = await this.#check(target, signal);
    if (readings.kind !== 'readings') return readings;
    const owner = ownerOf(request.resources, readings);
    return owner.kind === 'alive'
      ? initiateArchive(this.reader.api(target), owner.token.secret, request, signal)
      : owner;
  }

  async retry(target: ProviderTarget, jobId: string, signal: AbortSignal): Promise<JobStart> {
    if (!isJobId(jobId)) return { kind: 'refused', reason: badJobId(jobId) };
    const alive = await this.#anyAlive(target, signal);
    return alive.kind === 'alive' ? retryArchive(this.reader.api(target), alive.token.secret, jobId, signal) : alive;
  }

  async cancel(target: ProviderTarget, jobId: string, signal: AbortSignal): Promise<JobCancel> {
    if (!isJobId(jobId)) return { kind: 'refused', reason: badJobId(jobId) };
    const alive = await this.#anyAlive(target, signal);
    return alive.kind === 'alive' ? cancelArchive(this.reader.api(target), alive.token.secret, jobId, signal) : alive;
  }

  /** With the first credential that is alive; which one does not matter, as jobs belong to the whole pair. */
  async read(target: ProviderTarget, jobId: string, signal: AbortSignal): Promise<JobReading> {
    if (!isJobId(jobId)) return { kind: 'no-such-job', reason: badJobId(jobId) };
    const { credentials, ...rest } = target;
    const isRefresh = ({ form }: { readonly form: string }): number => Number(form === credentialForms.refreshToken.id);
    const inOrder = [...credentials].sort(
      (one, other) => isRefresh(other) - isRefresh(one) || other.storedAt - one.storedAt,
    );
    let failed: JobReading | undefined;
    let dead: JobReading | undefined;
    for (const credential of inOrder) {
      const { reading, withoutToken } = await this.#readWith({ ...rest, credential }, jobId, signal);
      if (reading.kind === 'dead-credential') dead ??= reading;
      else if (reading.kind === 'failed' && withoutToken) failed ??= reading;
      else return reading;
    }
    const ending = failed ?? dead;
    if (!ending) throw new Error('An identity without credentials was read.');
    return ending;
  }

  async exportable(target: ProviderTarget, signal: AbortSignal): Promise<Exportable> {
    const readings = await this.#check(target, signal);
    switch (readings.kind) {
      case 'readings':
        return { kind: 'groups', groups: groupsOf(readings) };
      case 'refused':
      case 'not-sent':
        return { kind: 'failed', reason: readings.reason };
      case 'dead-credential':
        return { kind: 'dead-credential', reason: readings.reason };
      case 'aborted':
        return { kind: 'aborted' };
    }
  }

  /** At least one credential is alive, or there is a reason why no call can be made. */
  async #check(target: ProviderTarget, signal: AbortSignal): Promise<Readings | NoCall> {
    const readings = await this.reader.checkAll(target, 'job', false, signal);
    if (readings.kind === 'aborted') return { kind: 'aborted', sent: false };
    if (readings.alive.length > 0) return readings;
    const [obstacle] = readings.unread.slice(-1);
    if (!obstacle) return { kind: 'dead-credential', reason: deadCredential(deadReason(readings.dead)) };
    return obstacle.outcome === 'not-sent'
      ? { kind: 'not-sent', reason: notReady(obstacle.reason) }
      : { kind: 'refused', reason: obstacle.reason };
  }

  async #anyAlive(target: ProviderTarget, signal: AbortSignal): Promise<AliveReading | NoCall> {
    const readings = await this.#check(target, signal);
    if (readings.kind !== 'readings') return readings;
    const [first] = inOrderOfTrust(readings.alive);
    if (!first) throw new Error('No credential is alive.');
    return first;
  }

  async #readWith(
    target: CredentialTarget,
    jobId: string,
    signal: AbortSignal,
  ): Promise<{ readonly reading: JobReading; readonly withoutToken: boolean }> {
    const { tokens } = this.reader;
    for (let renew = false; ; renew = true) {
      const token = await tokens.get(target, signal, renew);
      if (token.kind === 'aborted') return { reading: token, withoutToken: true };
      if (token.kind === 'stopped')
        return { reading: { kind: 'failed', reason: notReady(token.reason) }, withoutToken: true };
      if (token.kind === 'dead-credential') {
        return { reading: { kind: 'dead-credential', reason: deadCredential(token.reason) }, withoutToken: true };
      }
      const reading = await readArchiveState(this.reader.api(target), token.token.secret, jobId, signal);
      // Only a read, so a dead cached token is renewed once.
      if (reading.kind === 'dead-credential' && !token.token.fresh) continue;
      if (reading.kind === 'dead-credential') tokens.drop(target);
      return { reading, withoutToken: false };
    }
  }
}

/** The credential that covers all resources. A single one is always taken: the service knows best what it covers. */
function ownerOf(resources: readonly string[], { alive, unread }: Readings): AliveReading | NoCall {
  const inOrder = inOrderOfTrust(alive);
  const [first, ...more] = inOrder;
  if (first && more.length === 0 && unread.length === 0) return first;
  const covers = (names: readonly string[] | undefined): boolean =>
    names !== undefined && resources.every((resource) => names.includes(resource));
  // What the service says now goes before what was noted at the sign-in.
  const owner =
    inOrder.find(({ access }) => covers(access && [...access.timeBased, ...access.oneTime])) ??
    inOrder.find(({ grants }) => covers(grants));
  if (owner) return owner;
  const [obstacle] = unread.slice(-1);
  if (obstacle) return { kind: 'not-sent', reason: notReady(obstacle.reason) };
  return {
    kind: 'refused',
    reason: reason('google.job.noCredentialFor', { resources: plainText(resources.join(', '), 200) }),
  };
}

/** One for each credential; those that are equal are one. */
function groupsOf({ alive }: Readings): readonly ExportableGroup[] {
  const groups = new Map<string, ExportableGroup>();
  for (const { access } of alive) {
    if (!access || access.timeBased.length + access.oneTime.length === 0) continue;
    const key = JSON.stringify([[...access.timeBased].sort(), [...access.oneTime].sort()]);
    if (!groups.has(key)) groups.set(key, { timeBased: access.timeBased, oneTime: access.oneTime });
  }
  return [...groups.values()];
}

function notReady(cause: Reason): Reason {
  return { ...reason('google.job.notReady', {}, [{ kind: 'retry' }]), cause };
}
