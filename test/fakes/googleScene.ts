/** The Google provider before a service that answers from a script. */
import assert from 'node:assert/strict';
import type { Credential } from '../../src/core/model';
import type { PreviewResult, ProviderTarget, Verification } from '../../src/core/provider';
import { BoundSecret } from '../../src/core/redact';
import { createGoogleDataPortability } from '../../src/providers/googleDataPortability/provider';
import { FakeClock } from './clock';
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
  generation: 1,
};
export const byAccess: Credential = {
  form: 'accessToken',
  secrets: { accessToken: sealed('ya29.stored') },
  facts: {},
  storedAt: noon,
  generation: 1,
};

export function targetWith(credential: Credential): ProviderTarget {
  const google = project({ provider: 'googleDataPortability', endpoint: api });
  return { project: google, identity: { id: 'alice', label: 'alice' }, credential };
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
export const broken = { kind: 'broken', cause: 'connection-reset', detail: '' } as const;
export const noName = { kind: 'not-sent', cause: 'dns', detail: '' } as const;
export const page = response(200, '<html>sign in to the network</html>');

/** What each address of the service answers; an answer in a list is given once, the last one for good. */
export interface Service {
  readonly '/token'?: readonly Answer[];
  readonly '/tokeninfo'?: readonly Answer[];
  readonly '/v1/accessType:check'?: readonly Answer[];
  readonly '/v1/authorization:reset'?: readonly Answer[];
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
  readonly provider;

  constructor(service: Service) {
    let tokens = 0;
    const all: Required<Service> = {
      '/token': [() => response(200, { access_token: `ya29.fresh-${++tokens}`, expires_in: 3599 })],
      '/tokeninfo': [response(200, { expires_in: '1800' })],
      '/v1/accessType:check': [access],
      '/v1/authorization:reset': [response(200)],
      ...service,
    };
    const lines = new Map(Object.entries(all).map(([path, answers]) => [path, [...answers]]));
    this.transport = new ScriptedTransport((request) => {
      const line = lines.get(new URL(request.url).pathname);
      const answer = line && line.length > 1 ? line.shift() : line?.[0];
      assert.ok(answer, `nobody answers at ${request.url}`);
      return typeof answer === 'function' ? answer(request) : answer;
    });
    this.provider = createGoogleDataPortability({ transport: this.transport, clock: this.clock });
  }

  /** What was asked for, in order, as paths. */
  get paths(): readonly string[] {
    return this.transport.requests.map(({ url }) => new URL(url).pathname);
  }

  async ready(credential: Credential): Promise<Extract<PreviewResult, { kind: 'ready' }>> {
    const result = await this.provider.preview(targetWith(credential), never);
    assert.ok(result.kind === 'ready', `${result.kind} instead of ready`);
    return result;
  }
}

export const told = (result: PreviewResult | Verification): string =>
  [result.kind, 'outcome' in result ? result.outcome : '', 'reason' in result ? result.reason.code : '']
    .filter(Boolean)
    .join(': ');
