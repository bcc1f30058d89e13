/** The Google provider before a service that answers from a script. */
import assert from 'node:assert/strict';
import type { TrackedJob } from '../../src/core/archiveJobs';
import { type Credential, type Reason, targetAddress } from '../../src/core/model';
import type { HttpResult } from '../../src/core/ports';
import type { CredentialTarget, PreviewResult, Provider, ProviderTarget, Verification } from '../../src/core/provider';
import { BoundSecret } from '../../src/core/redact';
import { createGoogleDataPortability } from '../../src/providers/googleDataPortability/provider';
import { FakeClock } from './clock';
import { MemoryJobs } from './memoryJobs';
import { noon, project } from './resetStage';
import { type Answer, response, ScriptedTransport } from './scriptedTransport';

export const api = 'https://dataportability.googleapis.com';
const oauth = 'https://oauth2.googleapis.com';
const origins = [api, oauth];
export const never = new AbortController().signal;
const sealed = (value: string) => new BoundSecret(value, origins);

export const byRefresh: Credential = {
  form: 'refreshToken',
  secrets: { refreshToken: sealed('1//refresh'), clientSecret: sealed('client-secret') },
  facts: { clientId: 'client-1' },
  storedAt: noon,
};
export const byAccess: Credential = {
  form: 'accessToken',
  secrets: { accessToken: sealed('ya29.stored') },
  facts: {},
  storedAt: noon,
};

/** A credential of its own: another refresh token, stored so much later. */
export function refreshCredential(
  name: string,
  laterMs: number,
  facts: Readonly<Record<string, string>> = {},
): Credential {
  return {
    ...byRefresh,
    secrets: { refreshToken: sealed(`1//${name}`), clientSecret: sealed('client-secret') },
    facts: { ...byRefresh.facts, ...facts },
    storedAt: noon + laterMs,
  };
}

export function accessCredential(name: string, laterMs: number, boundTo = origins): Credential {
  const accessToken = new BoundSecret(`ya29.${name}`, boundTo);
  return { ...byAccess, secrets: { accessToken }, storedAt: noon + laterMs };
}

const google = project({ provider: 'googleDataPortability', endpoint: api });
const alice = { project: google, identity: { id: 'alice', label: 'alice' } };

export function targetWith(first: Credential, ...more: readonly Credential[]): ProviderTarget {
  return { ...alice, credentials: [first, ...more] };
}

export function credentialTarget(credential: Credential): CredentialTarget {
  return { ...alice, credential };
}

/** A job as it was started here. */
export function trackedJob(jobId: string, changes: Partial<TrackedJob> = {}): TrackedJob {
  return {
    jobId,
    resources: ['maps.reviews'],
    state: 'in-progress',
    trackedAt: noon - 60_000,
    retries: 0,
    parts: [],
    ...changes,
  };
}

export const access = response(200, { oneTimeResources: ['myactivity.maps'], timeBasedResources: ['maps.reviews'] });
export const rejected = response(401, {
  error: {
    code: 401,
    message: 'Request had invalid authentication credentials.',
    status: 'UNAUTHENTICATED',
    details: [{ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'ACCESS_TOKEN_EXPIRED' }],
  },
});
export const invalidGrant = response(400, { error: 'invalid_grant' });
export const unavailable = response(503, { error: { code: 503, status: 'UNAVAILABLE', message: 'Soon.' } });
export const quota = response(429, { error: { code: 429, status: 'RESOURCE_EXHAUSTED', message: 'Slow down.' } });
/** The answer of `portabilityArchiveState`; addresses only where the job is complete. */
export function jobState(state: string, files = 0): Answer {
  const urls = Array.from({ length: files }, (_, index) => `https://storage.example/${index}.zip?signature=planted`);
  return response(200, { name: 'x', state, ...(files > 0 ? { urls } : {}) });
}

export const broken = { kind: 'broken', cause: 'connection-reset', detail: '' } as const;
export const noName = { kind: 'not-sent', cause: 'dns', detail: '' } as const;
export const page = response(200, '<html>sign in to the network</html>');

/** What each address of the service answers; an answer in a list is given once, the last one for good. */
export interface Service {
  readonly '/token'?: readonly Answer[];
  readonly '/tokeninfo'?: readonly Answer[];
  readonly '/v1/accessType:check'?: readonly Answer[];
  readonly '/v1/authorization:reset'?: readonly Answer[];
  readonly '/revoke'?: readonly Answer[];
  /** Calls of archive jobs. */
  readonly [path: `/v1/archiveJobs/${string}` | `/v1/portabilityArchive:${string}`]: readonly Answer[];
}

export class GoogleScene {
  readonly transport: ScriptedTransport;
  wall = noon;
  readonly clock = new FakeClock({
    now: () => this.wall,
    advance: (ms) => {
      this.wall += ms;
    },
  });
  readonly jobs = new MemoryJobs();
  readonly provider: Provider;

  constructor(service: Service) {
    let tokens = 0;
    const all: Readonly<Record<string, readonly Answer[]>> = {
      '/token': [() => response(200, { access_token: `ya29.fresh-${++tokens}`, expires_in: 3599 })],
      '/tokeninfo': [response(200, { expires_in: '1800' })],
      '/v1/accessType:check': [access],
      '/v1/authorization:reset': [response(200)],
      '/revoke': [response(200, {})],
      ...service,
    };
    const lines = new Map(Object.entries(all).map(([path, answers]) => [path, [...answers]]));
    this.transport = new ScriptedTransport((request) => {
      const line = lines.get(new URL(request.url).pathname);
      const answer = line && line.length > 1 ? line.shift() : line?.[0];
      assert.ok(answer, `nobody answers at ${request.url}`);
      return typeof answer === 'function' ? answer(request) : answer;
    });
    this.provider = createGoogleDataPortability({
      transport: this.transport,
      clock: this.clock,
      jobs: this.jobs,
    });
  }

  /** What was asked for, in order, as paths. */
  get paths(): readonly string[] {
    return this.transport.requests.map(({ url }) => new URL(url).pathname);
  }

  async track(...jobs: readonly TrackedJob[]): Promise<void> {
    for (const job of jobs) await this.jobs.update(targetAddress(alice), job.jobId, () => job);
  }

  async tracked(jobId: string): Promise<TrackedJob | undefined> {
    return (await this.jobs.list(targetAddress(alice))).find((job) => job.jobId === jobId);
  }

  preview(way: string, ...credentials: readonly [Credential, ...Credential[]]): Promise<PreviewResult> {
    return this.provider.preview(targetWith(...credentials), way, never);
  }

  async ready(...credentials: readonly [Credential, ...Credential[]]): Promise<ReadyPreview> {
    return this.readyFor('reset', ...credentials);
  }

  async readyFor(way: string, ...credentials: readonly [Credential, ...Credential[]]): Promise<ReadyPreview> {
    const result = await this.preview(way, ...credentials);
    assert.ok(result.kind === 'ready', `${result.kind} instead of ready`);
    return result;
  }
}

export type ReadyPreview = Extract<PreviewResult, { kind: 'ready' }>;

/** Answers differ by the token that asks: the one that is named, or the last. */
export function byToken(answers: Readonly<Record<string, HttpResult>>): Answer {
  return ({ bearer = '', body }) => {
    const [, answer] =
      Object.entries(answers).find(([name]) => bearer.includes(name) || decodeURIComponent(body).includes(name)) ?? [];
    assert.ok(answer, `nobody answers the token of this request`);
    return answer;
  };
}

/** The codes of reasons, with their parameters. */
export const lines = (reasons: readonly Reason[]): readonly string[] =>
  reasons.map(({ code, params }) => [code, ...Object.values(params)].join(' | '));

export const told = (result: PreviewResult | Verification): string =>
  [result.kind, 'outcome' in result ? result.outcome : '', 'reason' in result ? result.reason.code : '']
    .filter(Boolean)
    .join(': ');
