/** A sandbox on a clock that stands still, with the sample world in it, and short ways to call it. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import type { RunningSandbox } from '../../../src/sandbox/api';
import { frozenClock } from '../../../src/sandbox/clock';
import type { SampleUser } from '../../../src/sandbox/google/api';
import { startSandbox } from '../../../src/sandbox/server';
import type { Choices } from './consentForm';
import { consent } from './consentForm';

export const startTime = Date.parse('2026-06-05T04:00:11.532Z');
export const dayMs = 86_400_000;
export const sampleProject = '123456789012';
export const verifier = 'v'.repeat(43);

export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body as JSON; throws when it is none. */
  json<Shape = Failure>(): Shape;
}

export interface Failure {
  readonly error: {
    readonly code: number;
    readonly message: string;
    readonly status: string;
    readonly details?: ReadonlyArray<{
      readonly '@type': string;
      readonly reason?: string;
      readonly domain?: string;
      readonly metadata?: Record<string, string>;
    }>;
  };
}

export async function answered(response: Response): Promise<Answered> {
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    text,
    json: <Shape>() => JSON.parse(text) as Shape,
  };
}

export class SampleSandbox {
  readonly alice: SampleUser;
  readonly bob: SampleUser;
  readonly running: RunningSandbox;

  private constructor(running: RunningSandbox) {
    this.running = running;
    const [alice, bob] = running.control.seedSample().users;
    assert(alice && bob);
    this.alice = alice;
    this.bob = bob;
  }

  static async start(): Promise<SampleSandbox> {
    return new SampleSandbox(await startSandbox({ clock: frozenClock(startTime) }));
  }

  async api(token: string, path: string, body?: unknown): Promise<Answered> {
    const reads = path.endsWith('State');
    const response = await fetch(`${this.running.origin}/v1/${path}`, {
      method: reads ? 'GET' : 'POST',
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return answered(response);
  }

  initiate(token: string, ...resources: string[]): Promise<Answered> {
    return this.api(token, 'portabilityArchive:initiate', { resources });
  }

  async form(path: string, fields: Record<string, string>): Promise<Answered> {
    return answered(await fetch(this.running.origin + path, { method: 'POST', body: new URLSearchParams(fields) }));
  }

  refresh(user: SampleUser): Promise<Answered> {
    return this.form('/token', { grant_type: 'refresh_token', refresh_token: user.refreshToken, ...this.client(user) });
  }

  client({ clientId, clientSecret }: SampleUser): { client_id: string; client_secret: string } {
    return { client_id: clientId, client_secret: clientSecret };
  }

  /** An authorization address for Bob; `undefined` leaves a parameter out. */
  authorization(changes: Record<string, string | undefined> = {}): URL {
    const address = new URL(this.running.google.oauth2AuthBaseUrl);
    const parameters: Record<string, string | undefined> = {
      response_type: 'code',
      client_id: this.bob.clientId,
      redirect_uri: 'http://127.0.0.1:61234/callback',
      scope: this.bob.scopes.join(' '),
      state: 'state-1',
      access_type: 'offline',
      prompt: 'consent',
      login_hint: this.bob.user,
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
      ...changes,
    };
    for (const [name, value] of Object.entries(parameters))
      if (value !== undefined) address.searchParams.set(name, value);
    return address;
  }

  /** Consents as Bob and exchanges the code. */
  async signIn(choices: Choices = {}, changes: Record<string, string | undefined> = {}): Promise<Tokens> {
    const back = await consent(this.authorization(changes), choices);
    const answer = await this.exchange(back.searchParams.get('code') ?? '');
    assert.equal(answer.status, 200, answer.text);
    return answer.json<Tokens>();
  }

  exchange(code: string, changes: Record<string, string> = {}): Promise<Answered> {
    return this.form('/token', {
      grant_type: 'authorization_code',
      code,
      redirect_uri: 'http://127.0.0.1:61234/callback',
      code_verifier: verifier,
      ...this.client(this.bob),
      ...changes,
    });
  }

  state(user: SampleUser): string {
    return this.running.control.google.consents(user.user, sampleProject).state;
  }
}

export interface Tokens {
  readonly access_token: string;
  readonly refresh_token?: string;
  readonly expires_in: number;
  readonly refresh_token_expires_in?: number;
  readonly scope: string;
  readonly token_type: string;
}
