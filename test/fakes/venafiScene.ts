/** The Venafi provider before a server that answers each method from a script. */
import assert from 'node:assert/strict';
import type { GenerationNotes, TokenPorts } from '../../src/auth/vedauthTokens';
import { type Credential, type Identity, type Project, targetKey } from '../../src/core/model';
import type {
  CredentialTarget,
  Leaving,
  PreparedReset,
  Preview,
  Provider,
  ProviderTarget,
} from '../../src/core/provider';
import { BoundSecret } from '../../src/core/redact';
import { createVenafiTpp } from '../../src/providers/venafiTpp/provider';
import { FakeClock } from './clock';
import { noon, project } from './resetStage';
import { type Answer, response, ScriptedTransport, type SentRequest } from './scriptedTransport';
import { MemorySecretStore, MemoryTargetLocks } from './storage';

export const host = 'https://tpp.example';
export const never = new AbortController().signal;
export const alice = 'local:{7c3b6a1e-52d4-4f0b-9a6e-0d1c8e5f4b27}';
export const admin = 'local:{a1c5e2f0-0b7d-4e52-9c11-7f3a52d0e901}';
export const application = 'build-pipeline';
const hourMs = 3_600_000;

export const sealed = (value: string, boundTo = [host]) => new BoundSecret(value, boundTo);
export const done = response(200, { Result: 0, Success: true });

export function result(Result: number, more: object = {}): ReturnType<typeof response> {
  return response(200, { Result, Success: Result === 0, ...more });
}

export function grant(name: string, issuedAt: number, more: object = {}): object {
  return {
    Application: name,
    Scope: 'certificate:manage',
    GranteePrefixedUniversal: alice,
    GrantIssuedOnUnixTime: issuedAt / 1000,
    ExpiresUnixTime: (issuedAt + 24 * hourMs) / 1000,
    ...more,
  };
}

export function grants(...list: readonly object[]): Answer {
  return response(200, { Grants: list, Result: 0, Success: true }, { date: new Date(noon).toUTCString() });
}

export const role = (code: number, more: object = {}): Answer => result(0, { Role: { Role: code, ...more } });
export const count = (Count: number): Answer => result(0, { Count });
export const self = (PrefixedUniversal: string): Answer => response(200, { Identities: [{ PrefixedUniversal }] });
export const refusal = (status: number, error: string, description = ''): Answer =>
  response(status, { error, error_description: description });
export const invalidToken = refusal(401, 'invalid_token', 'The access token provided is expired');
export const issued = (name: string, more: object = {}): Answer =>
  response(200, { access_token: `access-${name}`, refresh_token: `refresh-${name}`, expires_in: 7_776_000, ...more });

export class MemoryGenerations implements GenerationNotes {
  readonly notes = new Map<string, number>();
  failing = false;

  async read(name: string): Promise<number> {
    return this.notes.get(name) ?? 0;
  }

  async write(name: string, generation: number): Promise<void> {
    if (this.failing) throw new Error('ENOSPC');
    this.notes.set(name, generation);
  }

  async delete(name: string): Promise<void> {
    this.notes.delete(name);
  }
}

export const signedIn: Credential = {
  form: 'signIn',
  secrets: { accessToken: sealed('access-0'), refreshToken: sealed('refresh-0') },
  facts: { clientId: 'reconsent', accessTokenExpiresAt: String(noon + hourMs), identity: admin },
  storedAt: noon - hourMs,
};
export const pasted: Credential = {
  form: 'accessToken',
  secrets: { accessToken: sealed('access-0') },
  facts: {},
  storedAt: noon - hourMs,
};

type Method =
  | 'RevokeGrants'
  | 'GetGrants'
  | 'GrantCount'
  | 'UserCount'
  | 'GetRole'
  | 'Self'
  | 'Version'
  | 'Browse'
  | 'Validate'
  | 'token';

export class VenafiScene {
  wall = noon;
  readonly clock = new FakeClock({
    now: () => this.wall,
    advance: (ms) => {
      this.wall += ms;
    },
  });
  readonly secrets = new MemorySecretStore();
  readonly generations = new MemoryGenerations();
  readonly locks = new MemoryTargetLocks();
  readonly logLines: string[] = [];
  readonly transport = new ScriptedTransport((request) => this.#answer(request));
  readonly provider: Provider;
  readonly ports: TokenPorts;
  stored = true;
  readonly #scripts: Partial<Record<Method, Answer[]>> = {
    Version: [response(200, { Version: '25.1.0.2204' })],
    GetRole: [role(6)],
    Self: [self(admin)],
    GetGrants: [grants(grant('build-pipeline', noon - 2 * hourMs), grant('cert-dashboard', noon - hourMs))],
    GrantCount: [count(9)],
    UserCount: [count(4)],
    RevokeGrants: [done],
    token: [issued('1')],
  };

  constructor() {
    const write = (line: string): void => void this.logLines.push(line);
    this.ports = {
      transport: this.transport,
      clock: this.clock,
      secrets: this.secrets,
      generations: this.generations,
      locks: this.locks,
      log: { trace: write, info: write, warn: write, error: write },
      isStored: async () => this.stored,
    };
    this.provider = createVenafiTpp({ ...this.ports, ownerKey: targetKey });
  }

  /** The last one repeats. */
  answers(method: Method, ...answers: Answer[]): void {
    this.#scripts[method] = answers;
  }

  #answer(request: SentRequest): ReturnType<Extract<Answer, (...args: never) => unknown>> {
    const method = new URL(request.url).pathname.split('/').at(-1) as Method;
    const script = this.#scripts[method];
    const answer = script && script.length > 1 ? script.shift() : script?.[0];
    assert.ok(answer, `nothing is scripted for ${request.url}`);
    return typeof answer === 'function' ? answer(request) : answer;
  }

  /** What was sent to the method. */
  sent(method: Method): readonly SentRequest[] {
    return this.transport.requests.filter(({ url }) => new URL(url).pathname.endsWith(`/${method}`));
  }
}

export function projectOf(changes: Partial<Project> = {}): Project {
  return project({ provider: 'venafiTpp', endpoint: host, options: { clientId: 'reconsent' }, ...changes });
}

export function targetWith(id: string, first = signedIn, ...more: readonly Credential[]): ProviderTarget {
  const identity: Identity = { id, label: 'somebody' };
  return { project: projectOf(), identity, credentials: [first, ...more] };
}

export function credentialTarget(id: string, credential = signedIn): CredentialTarget {
  return { project: projectOf(), identity: { id, label: 'somebody' }, credential };
}

export async function ready(
  scene: VenafiScene,
  target: ProviderTarget,
): Promise<{ readonly preview: Preview; readonly prepared: PreparedReset }> {
  const previewed = await scene.provider.preview(target, 'revokeGrants', never);
  assert.ok(previewed.kind === 'ready', `${previewed.kind} ${'reason' in previewed ? previewed.reason.code : ''}`);
  return previewed;
}

/** A confirmation that is fresh for so many questions. */
export function leaving(
  freshFor = Number.POSITIVE_INFINITY,
): Leaving & { readonly asked: number; readonly left: number } {
  let asked = 0;
  let left = 0;
  const more: Leaving = {
    mayLeave: () => ++asked <= freshFor,
    onSent: () => void left++,
    another: async () => (asked < freshFor ? more : undefined),
  };
  return {
    ...more,
    get asked() {
      return asked;
    },
    get left() {
      return left;
    },
  };
}
