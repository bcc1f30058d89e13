/** A sandbox on a clock that stands still, with the sample of Identity Platform in it, and short ways to call it. */
import assert from 'node:assert/strict';
import { decodeJwt, importPKCS8, type JWTPayload, SignJWT } from 'jose';
import type { RunningSandbox } from '../../../../src/sandbox/api';
import { frozenClock } from '../../../../src/sandbox/clock';
import type { IdentityPlatformControl } from '../../../../src/sandbox/identityPlatform/api';
import type {
  IdentityPlatformSample,
  IdentityPlatformSampleUser,
} from '../../../../src/sandbox/identityPlatform/seedApi';
import { startSandbox } from '../../../../src/sandbox/server';
import { type Answered, answered, startTime } from '../sampleSandbox';

export interface AccountFailure {
  readonly error: {
    readonly code: number;
    readonly message: string;
    readonly status?: string;
    readonly errors?: readonly { readonly reason: string }[];
    readonly details?: readonly { readonly reason?: string; readonly metadata?: Record<string, string> }[];
  };
}

export interface IdClaims extends JWTPayload {
  readonly auth_time: number;
  readonly firebase: {
    readonly identities: Record<string, string[]>;
    readonly sign_in_provider: string;
    readonly tenant?: string;
  };
}

export class IdentitySandbox {
  readonly running: RunningSandbox;
  readonly sample: IdentityPlatformSample;
  readonly carol: IdentityPlatformSampleUser;
  readonly dave: IdentityPlatformSampleUser;

  private constructor(running: RunningSandbox) {
    this.running = running;
    this.sample = running.control.identityPlatform.seedSample();
    const [carol, dave] = this.sample.users;
    assert(carol && dave);
    this.carol = carol;
    this.dave = dave;
  }

  static async start(): Promise<IdentitySandbox> {
    return new IdentitySandbox(await startSandbox({ clock: frozenClock(startTime) }));
  }

  get control(): IdentityPlatformControl {
    return this.running.control.identityPlatform;
  }

  /** Posts JSON with the sample's key, unless a header says otherwise; `{}` as headers sends neither key nor bearer. */
  async post(path: string, body: unknown, headers?: Record<string, string>): Promise<Answered> {
    const response = await fetch(this.running.origin + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(headers ?? { 'x-goog-api-key': this.sample.apiKey }) },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
    return answered(response);
  }

  account(method: string, body: unknown, headers?: Record<string, string>): Promise<Answered> {
    return this.post(`/v1/accounts:${method}`, body, headers);
  }

  /** Revokes Carol's access token; `undefined` leaves a field out. */
  async revoke(changes: Record<string, unknown> = {}, headers?: Record<string, string>): Promise<Answered> {
    const body = {
      providerId: 'apple.com',
      tokenType: 'ACCESS_TOKEN',
      token: this.carol.apple.accessToken,
      ...('idToken' in changes ? {} : { idToken: await this.idToken() }),
      ...changes,
    };
    return this.post('/v2/accounts:revokeToken', body, headers);
  }

  async idToken(user: { readonly uid: string; readonly tenantId?: string } = this.carol): Promise<string> {
    const { uid, tenantId } = user;
    return (await this.control.signIn({ uid, ...(tenantId ? { tenantId } : {}) })).idToken;
  }

  async form(path: string, fields: Record<string, string>): Promise<Answered> {
    return answered(await fetch(this.running.origin + path, { method: 'POST', body: new URLSearchParams(fields) }));
  }

  refresh(refreshToken: string, key = this.sample.apiKey): Promise<Answered> {
    return this.form(`/v1/token?key=${key}`, { grant_type: 'refresh_token', refresh_token: refreshToken });
  }

  /** The client secret of the sample's team; changes replace claims and header fields. */
  async clientSecret(
    clientId: string,
    changes: { kid?: string; iss?: string; sub?: string; aud?: string; lifetime?: number; pem?: string } = {},
  ): Promise<string> {
    const { teamId, keyId, privateKey } = this.sample.apple;
    const now = Math.floor(this.running.control.clock.now() / 1000);
    return new SignJWT({})
      .setProtectedHeader({ alg: 'ES256', kid: changes.kid ?? keyId })
      .setIssuer(changes.iss ?? teamId)
      .setSubject(changes.sub ?? clientId)
      .setAudience(changes.aud ?? 'https://appleid.apple.com')
      .setIssuedAt(now)
      .setExpirationTime(now + (changes.lifetime ?? 300))
      .sign(await importPKCS8(changes.pem ?? privateKey, 'ES256'));
  }

  async apple(path: string, fields: Record<string, string>, clientId = this.sample.apple.bundleId): Promise<Answered> {
    const secret = { client_id: clientId, client_secret: await this.clientSecret(clientId) };
    return this.form(`/appleid.apple.com${path}`, { ...secret, ...fields });
  }

  /** What Apple's own endpoint says of Carol's refresh token. */
  async appleTakes(refreshToken = this.carol.apple.refreshToken): Promise<boolean> {
    const fields = { grant_type: 'refresh_token', refresh_token: refreshToken };
    const { status, text } = await this.apple('/auth/token', fields);
    if (status !== 200) assert.match(text, /"error":"invalid_grant"/);
    return status === 200;
  }

  effects(): readonly string[] {
    return this.control.revocations().map(({ effect }) => effect);
  }
}

export function claimsOf(idToken: unknown): IdClaims {
  return decodeJwt<IdClaims>(String(idToken));
}

/** `[status, code]` of an answer in the envelope of Identity Toolkit. */
export function told(answer: Answered): [number, string] {
  return [answer.status, answer.json<AccountFailure>().error.message];
}

/** The reason in the details of an answer of the front end. */
export function reason(answer: Answered): [number, string | undefined] {
  return [answer.status, answer.json<AccountFailure>().error.details?.[0]?.reason];
}
