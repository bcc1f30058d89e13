/** The calls of the Data Portability API that archive jobs need, each parsed at once. */
import * as v from 'valibot';
import type { JobCancel, JobReading, JobRequest, JobStart } from '../../core/archiveJobs';
import { isLoopbackHost } from '../../core/endpoint';
import { plainText } from '../../core/foreignText';
import { unansweredReason } from '../../core/httpReason';
import { type Reason, type RemedyAction, reason } from '../../core/model';
import type { HttpBody, HttpResult } from '../../core/ports';
import { BoundSecret, scrub } from '../../core/redact';
import { readPatiently } from '../../http/patientRead';
import { type GoogleApi, isEmptyAnswer } from './api';
import { type ErrorMeaning, explainError, type GoogleError, parseGoogleError, parseJson } from './errors';
import { isJobId, type MethodAddress } from './settings';

type Response = Extract<HttpResult, { kind: 'response' }>;

const jobIdSchema = v.pipe(v.string(), v.check(isJobId));

const startedSchema = v.object({
  archiveJobId: jobIdSchema,
  accessType: v.fallback(v.optional(v.picklist(['ACCESS_TYPE_ONE_TIME', 'ACCESS_TYPE_TIME_BASED'])), undefined),
});

const stateSchema = v.object({
  state: v.picklist(['IN_PROGRESS', 'COMPLETE', 'FAILED', 'CANCELLED']),
  urls: v.optional(v.array(v.string()), []),
});

const states = {
  IN_PROGRESS: 'in-progress',
  COMPLETE: 'complete',
  FAILED: 'failed',
  CANCELLED: 'cancelled',
} as const;

const retryAction: readonly RemedyAction[] = [{ kind: 'retry' }];

/** `portabilityArchive:initiate`. It may use a consent up: sent once, never repeated here. */
export function initiateArchive(
  api: GoogleApi,
  token: BoundSecret,
  { resources, startTime, endTime }: JobRequest,
  signal: AbortSignal,
): Promise<JobStart> {
  const value = {
    resources,
    ...(startTime === undefined ? {} : { startTime: new Date(startTime).toISOString() }),
    ...(endTime === undefined ? {} : { endTime: new Date(endTime).toISOString() }),
  };
  const method = api.addresses.method('portabilityArchive:initiate');
  const uncertain = (cause: Reason): Reason => ({ ...reason('google.job.startUnknown', {}, retryAction), cause });
  return startJob(api, token, method, { kind: 'json', value }, uncertain, () => undefined, signal);
}

/** `archiveJobs.retry`: the same export under a new id. Sent once, never repeated here. */
export function retryArchive(
  api: GoogleApi,
  token: BoundSecret,
  jobId: string,
  signal: AbortSignal,
): Promise<JobStart> {
  const method = api.addresses.jobMethod(jobId, ':retry');
  const uncertain = (cause: Reason): Reason => ({ ...reason('google.job.retryUnknown', {}, retryAction), cause });
  const refusal = (error: GoogleError): Reason | undefined =>
    isPrecondition(error) ? reason('google.job.retryRefused', messageOf(error)) : unknownJob(error, jobId);
  return startJob(api, token, method, { kind: 'json', value: {} }, uncertain, refusal, signal);
}

/** `archiveJobs.cancel`. Sent once, never repeated here. */
export async function cancelArchive(
  api: GoogleApi,
  token: BoundSecret,
  jobId: string,
  signal: AbortSignal,
): Promise<JobCancel> {
  const method = api.addresses.jobMethod(jobId, ':cancel');
  const uncertain = (cause: Reason): JobCancel => ({
    kind: 'unknown',
    reason: { ...reason('google.job.cancelUnknown', {}, retryAction), cause },
  });
  const result = await send(api, token, method, { kind: 'json', value: {} }, signal);
  if (result.kind !== 'response') return unansweredCall(result, method, uncertain);
  if (result.status === 200 && isEmptyAnswer(result.body)) return { kind: 'cancelled' };
  const { error, meaning } = explain(api, method, result);
  if (isPrecondition(error)) {
    return { kind: 'refused', reason: reason('google.job.cancelRefused', messageOf(error)) };
  }
  const noJob = unknownJob(error, jobId);
  if (noJob) return { kind: 'refused', reason: noJob };
  return concludeCall(meaning, uncertain);
}

/** `archiveJobs.getPortabilityArchiveState`: a read, repeated patiently. */
export async function readArchiveState(
  api: GoogleApi,
  token: BoundSecret,
  jobId: string,
  signal: AbortSignal,
): Promise<JobReading> {
  if (!isJobId(jobId)) return { kind: 'no-such-job', reason: badJobId(jobId) };
  const method = api.addresses.jobMethod(jobId, '/portabilityArchiveState');
  const failed = (cause: Reason): JobReading => ({
    kind: 'failed',
    reason: { ...reason('google.job.unread', { job: plainText(jobId, 80) }, retryAction), cause },
  });
  const result = await readPatiently(api, { ...method, method: 'GET', bearer: token, effect: 'read' }, signal);
  if (result.kind === 'aborted') return { kind: 'aborted' };
  if (result.kind !== 'response') return failed(unansweredReason(result, method.url.host, []));
  if (result.status === 200) {
    const parsed = v.safeParse(stateSchema, parseJson(result.body));
    if (parsed.success) {
      const { state, urls } = parsed.output;
      const addresses = sealAddresses(urls, api.addresses.apiOrigin);
      return addresses
        ? { kind: 'state', state: states[state], addresses }
        : failed(reason('google.job.badAddress', { host: method.url.host }));
    }
  }
  const { error, meaning } = explain(api, method, result);
  const noJob = unknownJob(error, jobId);
  if (noJob) return { kind: 'no-such-job', reason: noJob };
  return meaning.kind === 'dead-token'
    ? { kind: 'dead-credential', reason: deadCredential(meaning.reason) }
    : failed(meaning.reason);
}

/** What cannot be the id of a job is never asked for. */
export function badJobId(jobId: string): Reason {
  return reason('google.job.badId', { job: plainText(jobId, 80) || '–' });
}

/** A dead token before or at a call of a job: the journal of resets says nothing about it. */
export function deadCredential(cause: Reason): Reason {
  return { ...reason('google.job.deadCredential', {}, [{ kind: 'sign-in' }, { kind: 'replace-credential' }]), cause };
}

async function startJob(
  api: GoogleApi,
  token: BoundSecret,
  method: MethodAddress,
  body: HttpBody,
  uncertain: (cause: Reason) => Reason,
  refusal: (error: GoogleError) => Reason | undefined,
  signal: AbortSignal,
): Promise<JobStart> {
  const unclear = (cause: Reason): JobStart => ({ kind: 'unknown', reason: uncertain(cause) });
  const result = await send(api, token, method, body, signal);
  if (result.kind !== 'response') return unansweredCall(result, method, unclear);
  if (result.status === 200) {
    const parsed = v.safeParse(startedSchema, parseJson(result.body));
    if (parsed.success) {
      const { archiveJobId: jobId, accessType } = parsed.output;
      return {
        kind: 'started',
        jobId,
        ...(accessType === undefined ? {} : { oneTime: accessType === 'ACCESS_TYPE_ONE_TIME' }),
      };
    }
  }
  const { error, meaning } = explain(api, method, result);
  const known = ofEarlierJobs(error, meaning);
  if (known) return known;
  const refused = refusal(error);
  return refused ? { kind: 'refused', reason: refused } : concludeCall(meaning, unclear);
}

/** Answers that name jobs: of the same export that runs already, or of those that used the consent up. */
function ofEarlierJobs(error: GoogleError, { reason: why }: ErrorMeaning): JobStart | undefined {
  const { metadata } = error;
  switch (why.code) {
    case 'google.jobExists': {
      const jobId = metadata['job_id'] ?? '';
      return isJobId(jobId) ? { kind: 'exists', jobId, reason: why } : undefined;
    }
    case 'google.exhaustedOneTime': {
      const ids = (metadata['previous_job_ids'] ?? '').split(',').map((id) => id.trim());
      return { kind: 'exhausted', jobIds: [...new Set(ids.filter(isJobId))], reason: why };
    }
    default:
      return undefined;
  }
}

function send(
  { transport }: GoogleApi,
  token: BoundSecret,
  method: MethodAddress,
  body: HttpBody,
  signal: AbortSignal,
): Promise<HttpResult> {
  return transport.send({ ...method, method: 'POST', bearer: token, body, effect: 'irreversible' }, signal);
}

/** Of a call that starts or cancels: what both have in common. */
type CallEnding = Extract<
  JobStart & JobCancel,
  { kind: 'refused' | 'dead-credential' | 'not-sent' | 'unknown' | 'aborted' }
>;

function unansweredCall<T extends JobStart | JobCancel>(
  result: Exclude<HttpResult, { kind: 'response' }>,
  { url }: MethodAddress,
  unclear: (cause: Reason) => T,
): T | CallEnding {
  if (result.kind === 'aborted') return result;
  return result.kind === 'not-sent'
    ? { kind: 'not-sent', reason: unansweredReason(result, url.host, retryAction) }
    : unclear(unansweredReason(result, url.host, []));
}

function concludeCall<T extends JobStart | JobCancel>(
  { kind, reason: why }: ErrorMeaning,
  unclear: (cause: Reason) => T,
): T | CallEnding {
  switch (kind) {
    case 'dead-token':
      return { kind: 'dead-credential', reason: deadCredential(why) };
    case 'refused':
      return { kind: 'refused', reason: why };
    case 'unknown':
      return unclear(why);
  }
}

function explain(
  { clock }: GoogleApi,
  { url }: MethodAddress,
  response: Response,
): { readonly error: GoogleError; readonly meaning: ErrorMeaning } {
  const now = clock.now();
  return { error: parseGoogleError(response, now), meaning: explainError(response, url.host, now, 'job') };
}

function isPrecondition({ httpStatus, status, reason: why }: GoogleError): boolean {
  return httpStatus === 400 && status === 'FAILED_PRECONDITION' && why === '';
}

/** A service may echo a token, in whatever field. */
function messageOf({ message }: GoogleError): { readonly message: string } {
  return { message: scrub(message) || '–' };
}

/** Google's own "not found"; a page of somebody else's says nothing about the job. */
function unknownJob({ httpStatus, isEnvelope }: GoogleError, jobId: string): Reason | undefined {
  return httpStatus === 404 && isEnvelope ? reason('google.job.notFound', { job: plainText(jobId, 80) }) : undefined;
}

/**
 * Signed addresses are secrets: each is bound to its own origin. All or none, as the place of an address in the list says
 * which file of the archive it is.
 */
function sealAddresses(urls: readonly string[], apiOrigin: string): readonly BoundSecret[] | undefined {
  const sealed = urls.map((text) => sealAddress(text, apiOrigin)).filter((address) => address !== undefined);
  return sealed.length === urls.length ? sealed : undefined;
}

function sealAddress(text: string, apiOrigin: string): BoundSecret | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  if (url.username !== '' || url.password !== '') return undefined;
  // Only a service on this computer may point to this computer without TLS.
  const plain = url.protocol === 'http:' && isLoopbackHost(url.hostname) && isLoopbackHost(new URL(apiOrigin).hostname);
  return url.protocol === 'https:' || plain ? new BoundSecret(url.href, [url.origin]) : undefined;
}
