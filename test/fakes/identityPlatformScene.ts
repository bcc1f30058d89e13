/** The Identity Platform provider before services that answer from a script; requests are sealed into real bytes. */
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import type { Credential, Project, Reason } from '../../src/core/model';
import { collectReasonTexts, reasonParagraph, untranslated } from '../../src/core/outcomeText';
import type { HttpRequest, HttpResult, Transport } from '../../src/core/ports';
import type { Leaving, PreviewResult, Provider, ProviderTarget, ResetAnswer } from '../../src/core/provider';
import { reasonTexts as coreTexts } from '../../src/core/reasonTexts';
import { BoundSecret } from '../../src/core/redact';
import { withoutEchoes } from '../../src/http/echoes';
import { prepare } from '../../src/http/outgoing';
import { identityPlatform } from '../../src/providers/identityPlatform/description';
import { createIdentityPlatform } from '../../src/providers/identityPlatform/provider';
import { FakeClock } from './clock';
import { project as makeProject, noon } from './resetStage';
import { response } from './scriptedTransport';

export const toolkit = 'https://identitytoolkit.googleapis.com';
export const secureToken = 'https://securetoken.googleapis.com';
export const apple = 'https://appleid.apple.com';
export const local = 'http://127.0.0.1:9099';
export const never = new AbortController().signal;

export const appleSub = '001234.alice.0001';
export const p8 = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  .privateKey.export({ type: 'pkcs8', format: 'pem' })
  .toString();

/** What must be found nowhere but in the request it belongs to. */
export const planted = {
  apiKey: 'AIzaSyPlanted-planted-planted-0001',
  oauthToken: 'ya29.planted-oauth-token',
  refreshToken: 'AMf-planted-refresh-token',
  appleToken: 'r.planted-apple-token',
  password: 'planted "password" 1',
} as const;

export interface WireRequest {
  readonly method: string;
  readonly origin: string;
  readonly path: string;
  readonly pathTemplate: string;
  readonly effect: HttpRequest['effect'];
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** The body as JSON or as a form. */
  readonly fields: Readonly<Record<string, unknown>>;
}

export type WireAnswer = HttpResult | ((request: WireRequest) => HttpResult | Promise<HttpResult>);

/** Which call an address is for. */
const calls = {
  '/v1/token': 'token',
  '/v1/accounts:lookup': 'lookup',
  '/v1/accounts:signInWithPassword': 'password',
  '/v1/accounts:signInWithCustomToken': 'custom',
  '/v2/accounts:revokeToken': 'revoke',
  '/auth/token': 'appleToken',
  '/auth/revoke': 'appleRevoke',
  '/': 'root',
} as const;

export type Call = (typeof calls)[keyof typeof calls];
export type Script = Readonly<Partial<Record<Call, readonly WireAnswer[]>>>;

export function jwt(
  payload: object,
  header: object = { alg: 'RS256', kid: 'k', typ: 'JWT' },
  signature = 'c2ln',
): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part(header)}.${part(payload)}.${signature}`;
}

export interface IdTokenChanges {
  readonly project?: string;
  readonly uid?: string;
  readonly tenant?: string;
  readonly expiresAt?: number;
  readonly unsigned?: boolean;
  readonly sub?: string;
}

export function idToken(changes: IdTokenChanges = {}): string {
  const payload = {
    aud: changes.project ?? 'demo-shop',
    sub: changes.uid ?? 'uid-alice',
    exp: Math.floor((changes.expiresAt ?? noon + 3_600_000) / 1000),
    firebase: {
      identities: { 'apple.com': [changes.sub ?? appleSub] },
      sign_in_provider: 'apple.com',
      ...(changes.tenant === undefined ? {} : { tenant: changes.tenant }),
    },
  };
  return changes.unsigned ? jwt(payload, { alg: 'none', typ: 'JWT' }, '') : jwt(payload);
}

export const exchanged = (text = idToken()): HttpResult =>
  response(200, {
    id_token: text,
    access_token: text,
    refresh_token: planted.refreshToken,
    expires_in: '3600',
    token_type: 'Bearer',
    user_id: 'uid-alice',
    project_id: '12345',
  });

export const account = (...providers: readonly string[]): HttpResult =>
  response(200, {
    users: [
      {
        localId: 'uid-alice',
        email: 'alice.test@example.com',
        providerUserInfo: providers.map((providerId) => ({ providerId })),
      },
    ],
  });

export const appleAlive = (sub = appleSub): HttpResult =>
  response(200, { access_token: 'a.fresh', token_type: 'Bearer', expires_in: 3600, id_token: jwt({ sub }) });
export const appleEnded = response(400, { error: 'invalid_grant' });
export const brokenOff = { kind: 'broken', cause: 'timeout', detail: '' } as const;
export const noName = { kind: 'not-sent', cause: 'dns', detail: '' } as const;

export interface CredentialChanges {
  readonly form?: string;
  /** `null` takes one away. */
  readonly secrets?: Readonly<Record<string, string | null>>;
  readonly facts?: Readonly<Record<string, string>>;
  readonly storedAt?: number;
  readonly origins?: readonly string[];
}

export const withKey: CredentialChanges = {
  secrets: { appleKey: p8 },
  facts: { appleTeamId: 'TEAM123456', appleKeyId: 'KEY1234567', appleClientId: 'com.example.app' },
};
export const nativeCode: CredentialChanges = { facts: { tokenType: 'CODE', clientKind: 'native' } };
export const webCode: CredentialChanges = {
  facts: { tokenType: 'CODE', clientKind: 'web', redirectUri: 'https://app.example.com/callback' },
};

/** A Firebase refresh token, an API key and an Apple refresh token, unless changed. */
export function credentialWith(...all: readonly CredentialChanges[]): Credential {
  const form = all.findLast((one) => one.form !== undefined)?.form ?? 'refreshToken';
  const values: Record<string, string | null> = {
    apiKey: planted.apiKey,
    token: planted.appleToken,
    ...(form === 'refreshToken' ? { refreshToken: planted.refreshToken } : {}),
  };
  for (const { secrets } of all) Object.assign(values, secrets);
  const origins = all.findLast((one) => one.origins)?.origins ?? [toolkit, secureToken, apple];
  const secrets = Object.entries(values).flatMap(([name, value]) =>
    value === null ? [] : [[name, new BoundSecret(value, origins)] as const],
  );
  const storedAt = all.findLast((one) => one.storedAt !== undefined)?.storedAt ?? noon;
  const facts: Record<string, string> = { tokenType: 'REFRESH_TOKEN' };
  for (const one of all) Object.assign(facts, one.facts);
  return { form, secrets: Object.fromEntries(secrets), facts, storedAt };
}

export class IdentityPlatformScene {
  readonly requests: WireRequest[] = [];
  wall = noon;
  readonly clock = new FakeClock({
    now: () => this.wall,
    advance: (ms) => {
      this.wall += ms;
    },
  });
  readonly provider: Provider;
  readonly project: Project;
  readonly #script: Readonly<Record<Call, WireAnswer[]>>;

  constructor(script: Script = {}, options: Record<string, unknown> = {}, endpoint = toolkit) {
    const all: Record<Call, readonly WireAnswer[]> = {
      token: [exchanged()],
      lookup: [account('apple.com', 'password')],
      password: [response(200, { idToken: idToken(), localId: 'uid-alice' })],
      custom: [response(200, { idToken: idToken() })],
      revoke: [response(200, {})],
      appleToken: [appleAlive()],
      appleRevoke: [response(200)],
      root: [response(404, '<html>not found</html>')],
      ...script,
    };
    this.#script = Object.fromEntries(Object.entries(all).map(([call, answers]) => [call, [...answers]])) as never;
    this.project = makeProject({ provider: 'identityPlatform', endpoint, options });
    const transport: Transport = { send: (request, signal) => this.#send(request, signal) };
    this.provider = createIdentityPlatform({ transport, clock: this.clock });
  }

  get calls(): readonly Call[] {
    return this.requests.map(callOf);
  }

  sent(call: Call): readonly WireRequest[] {
    return this.requests.filter((request) => callOf(request) === call);
  }

  target(...credentials: readonly [Credential, ...Credential[]]): ProviderTarget {
    return { project: this.project, identity: { id: 'alice', label: 'alice.test@example.com' }, credentials };
  }

  preview(...credentials: readonly [Credential, ...Credential[]]): Promise<PreviewResult> {
    return this.provider.preview(this.target(...credentials), 'revokeToken', never);
  }

  async ready(way: string, ...credentials: readonly [Credential, ...Credential[]]): Promise<ReadyPreview> {
    const result = await this.provider.preview(this.target(...credentials), way, never);
    assert.ok(result.kind === 'ready', `${told(result)} instead of ready`);
    return result;
  }

  /** Preview, reread and send, as a reset does. */
  async reset(way: string, ...credentials: readonly [Credential, ...Credential[]]): Promise<ResetAnswer> {
    const { prepared } = await this.ready(way, ...credentials);
    const again = await prepared.reread(never);
    assert.equal(again.kind, 'unchanged');
    return prepared.send(freely, never);
  }

  async #send(request: HttpRequest, signal: AbortSignal): Promise<HttpResult> {
    if (signal.aborted) return { kind: 'aborted', sent: false };
    const sealed = prepare(request, undefined);
    if (sealed.kind === 'not-sent') return sealed;
    const wire = wireOf(request, sealed.outgoing);
    const line = this.#script[callOf(wire)];
    if (request.mayLeave?.() === false) return { kind: 'not-sent', cause: 'withdrawn', detail: '' };
    this.requests.push(wire);
    request.onSent?.();
    const answer = line.length > 1 ? line.shift() : line[0];
    assert.ok(answer, `nobody answers at ${wire.path}`);
    const result = typeof answer === 'function' ? await answer(wire) : answer;
    return result.kind === 'response' && result.status >= 400
      ? { ...result, body: withoutEchoes(result.body, sealed.secrets) }
      : result;
  }
}

export type ReadyPreview = Extract<PreviewResult, { kind: 'ready' }>;

export const freely: Leaving = { mayLeave: () => true, onSent: () => {}, another: async () => undefined };

function wireOf(
  request: HttpRequest,
  outgoing: { path: string; headers: readonly string[]; body: string | undefined },
): WireRequest {
  const headers: Record<string, string> = {};
  for (let at = 0; at + 1 < outgoing.headers.length; at += 2) {
    headers[outgoing.headers[at] ?? ''] = outgoing.headers[at + 1] ?? '';
  }
  const body = outgoing.body ?? '';
  const isJson = headers['content-type'] === 'application/json';
  return {
    method: request.method,
    origin: request.url.origin,
    path: outgoing.path,
    pathTemplate: request.pathTemplate,
    effect: request.effect,
    headers,
    body,
    fields: isJson ? (JSON.parse(body) as Record<string, unknown>) : Object.fromEntries(new URLSearchParams(body)),
  };
}

function callOf({ path }: Pick<WireRequest, 'path'>): Call {
  const plain = path.replace(/^\/(identitytoolkit|securetoken|appleid)\.(googleapis|apple)\.com/, '');
  const call = Object.entries(calls).find(([known]) => known === plain)?.[1];
  assert.ok(call, `nobody answers at ${path}`);
  return call;
}

const texts = collectReasonTexts([coreTexts, identityPlatform.reasonTexts]);

/** All sentences of a reason. */
export const paragraph = (why: Reason): string => reasonParagraph(why, texts, untranslated);

/** The code of a reason, and those behind it. */
export function codes(why: Reason): string {
  const own = why.code.replace(/^identityPlatform\./, '');
  return why.cause ? `${own} < ${codes(why.cause)}` : own;
}

export function told(result: { readonly kind: string; readonly outcome?: string; readonly reason?: Reason }): string {
  return [result.kind, result.outcome, result.reason && codes(result.reason)].filter(Boolean).join(': ');
}

/** An error as Identity Toolkit makes it; `info` is its `google.rpc.ErrorInfo`. */
export function toolkitError(
  status: number,
  message: string,
  info?: { readonly reason: string; readonly metadata?: Record<string, string> },
  headers: Readonly<Record<string, string>> = {},
): HttpResult {
  const details = info
    ? [{ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', domain: 'googleapis.com', ...info }]
    : [];
  const errors = [{ message, domain: 'global', reason: 'invalid' }];
  return response(status, { error: { code: status, message, errors, ...(info ? { details } : {}) } }, headers);
}
