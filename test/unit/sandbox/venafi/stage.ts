/** A sandbox on a clock that stands still, with the Venafi sample in it, and short ways to call it. */
import assert from 'node:assert/strict';
import type { RunningSandbox } from '../../../../src/sandbox/api';
import { frozenClock } from '../../../../src/sandbox/clock';
import { startSandbox } from '../../../../src/sandbox/server';
import type { SeededVenafiGrant, VenafiControl, VenafiSample } from '../../../../src/sandbox/venafi/api';

export const startTime = Date.parse('2026-06-05T04:00:11.000Z');
export const dayMs = 86_400_000;

export interface Answer {
  readonly status: number;
  readonly reason: string;
  readonly headers: Headers;
  readonly text: string;
  json<Shape = Record<string, unknown>>(): Shape;
}

export async function answered(response: Response): Promise<Answer> {
  const text = await response.text();
  const { status, statusText: reason, headers } = response;
  return { status, reason, headers, text, json: <Shape>() => JSON.parse(text) as Shape };
}

export interface TokenBody {
  readonly access_token: string;
  readonly refresh_token: string;
  readonly expires: number;
  readonly expires_in: number;
  readonly refresh_until: number;
  readonly identity: string;
  readonly scope: string;
  readonly token_type: string;
}

export interface DeviceBody {
  readonly device_code: string;
  readonly user_code: string;
  readonly verification_uri: string;
  readonly verification_uri_complete: string;
  readonly interval: number;
  readonly expires_in: number;
}

export class VenafiStage {
  readonly running: RunningSandbox;
  readonly control: VenafiControl;
  readonly sample: VenafiSample;

  private constructor(running: RunningSandbox) {
    this.running = running;
    this.control = running.control.venafi;
    this.sample = this.control.seedSample();
  }

  static async start(): Promise<VenafiStage> {
    return new VenafiStage(await startSandbox({ clock: frozenClock(startTime) }));
  }

  /** Prefixed universal of one of the sample's users. */
  id(name: string): string {
    const user = this.sample.users.find((candidate) => candidate.name === name);
    assert(user, name);
    return user.prefixedUniversal;
  }

  /** Tokens of a new grant for the application that administers. */
  grant(grantee: string, scope?: string): SeededVenafiGrant {
    const { grants } = this.control.seed({
      grants: [{ grantee, application: this.sample.clientId, ...(scope === undefined ? {} : { scope }) }],
    });
    assert(grants[0]);
    return grants[0];
  }

  get admin(): string {
    return this.sample.administrator.accessToken;
  }

  async sdk(token: string | undefined, path: string, body?: unknown): Promise<Answer> {
    const headers = {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    };
    const text = body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) };
    const method = body === undefined ? 'GET' : 'POST';
    return answered(await fetch(`${this.running.venafi.webSdk}${path}`, { method, headers, ...text }));
  }

  revoke(body: unknown, token = this.admin): Promise<Answer> {
    return this.sdk(token, 'oauth/RevokeGrants', body);
  }

  async auth(path: string, fields: Record<string, string>, as: 'form' | 'json' = 'form'): Promise<Answer> {
    const response = await fetch(`${this.running.venafi.auth}${path}`, {
      method: 'POST',
      ...(as === 'form'
        ? { body: new URLSearchParams(fields) }
        : { body: JSON.stringify(fields), headers: { 'content-type': 'application/json' } }),
    });
    return answered(response);
  }

  async authGet(path: string, token?: string): Promise<Answer> {
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
    return answered(await fetch(`${this.running.venafi.auth}${path}`, { headers }));
  }

  refresh(refreshToken: string, clientId = this.sample.clientId): Promise<Answer> {
    return this.auth('authorize/token', { client_id: clientId, refresh_token: refreshToken }, 'json');
  }

  async startDevice(scope = this.sample.scope): Promise<DeviceBody> {
    const answer = await this.auth('authorize/device', { client_id: this.sample.clientId, scope });
    assert.equal(answer.status, 200, answer.text);
    return answer.json<DeviceBody>();
  }

  poll(device: DeviceBody, clientId = this.sample.clientId): Promise<Answer> {
    return this.auth('authorize/token', {
      client_id: clientId,
      device_code: device.device_code,
      grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
    });
  }

  /** Grants as the sandbox knows them. */
  count(filter: { grantee?: string; application?: string } = {}): number {
    return this.control.grants(filter).length;
  }

  requests(path: string): number {
    return this.running.control.requests.list({ path }).length;
  }
}

/** Fields of an answer that shall be `{error, error_description}`. */
export function errorOf(answer: Answer): string {
  const body = answer.json<{ error?: string; error_description?: string }>();
  assert.ok(body.error_description, answer.text);
  return `${answer.status} ${body.error}`;
}
