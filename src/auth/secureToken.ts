/**
 * Where an ID token of Identity Platform comes from: the token service's refresh exchange, a password, a custom token. Each
 * is one request; what an error answer means is the caller's to say.
 */
import * as v from 'valibot';
import type { HttpBody, HttpRequest, HttpResult, Transport } from '../core/ports';
import { BoundSecret } from '../core/redact';

/** How the project identifies itself: an API key and the headers of its restriction, or an OAuth bearer. */
export type CallerIdentity = Pick<HttpRequest, 'headers' | 'secretHeaders' | 'bearer'>;

/** An address, and what the log may show of it. */
export interface SignInAddress {
  readonly url: URL;
  readonly pathTemplate: string;
}

export type SignInRequest =
  | { readonly kind: 'refresh-token'; readonly refreshToken: BoundSecret }
  | { readonly kind: 'password'; readonly email: string; readonly password: BoundSecret; readonly tenantId?: string }
  | { readonly kind: 'custom-token'; readonly token: BoundSecret; readonly tenantId?: string };

export type SignInResult =
  /** The ID token in plain, for a local look, and sealed for `boundTo`. */
  | { readonly kind: 'signed-in'; readonly idToken: BoundSecret; readonly plainIdToken: string }
  /** The account wants a second factor, which cannot be given from here. */
  | { readonly kind: 'second-factor' }
  /** An answer without an ID token: an error, or somebody else's page. */
  | { readonly kind: 'response'; readonly response: Extract<HttpResult, { kind: 'response' }> }
  | { readonly kind: 'unanswered'; readonly result: Exclude<HttpResult, { kind: 'response' }> };

const token = v.pipe(v.string(), v.nonEmpty());
const exchangedSchema = v.object({ id_token: token });
const signedInSchema = v.object({ idToken: token });
const pendingSchema = v.object({ mfaPendingCredential: token });

/**
 * Gets a fresh ID token. A refresh token is kept by the service and can be exchanged any number of times, so this is a read:
 * it changes nothing that anybody would have to confirm.
 *
 * @param address of `/v1/token` for a refresh token, of the method `accounts:signInWith…` for the others
 * @param boundTo origins that may receive the ID token
 */
export async function obtainIdToken(
  request: SignInRequest,
  address: SignInAddress,
  caller: CallerIdentity,
  boundTo: readonly string[],
  transport: Transport,
  signal: AbortSignal,
): Promise<SignInResult> {
  const result = await transport.send(
    { ...caller, ...address, method: 'POST', body: bodyOf(request), effect: 'read' },
    signal,
  );
  if (result.kind !== 'response') return { kind: 'unanswered', result };
  const answer = result.status === 200 ? parseJson(result.body) : undefined;
  const plain = request.kind === 'refresh-token' ? exchangedToken(answer) : signedInToken(answer);
  if (plain !== undefined) {
    return { kind: 'signed-in', idToken: new BoundSecret(plain, boundTo), plainIdToken: plain };
  }
  return v.is(pendingSchema, answer) ? { kind: 'second-factor' } : { kind: 'response', response: result };
}

/** The token service wants a form in snake_case, Identity Toolkit JSON in camelCase. */
function bodyOf(request: SignInRequest): HttpBody {
  switch (request.kind) {
    case 'refresh-token':
      return { kind: 'form', fields: { grant_type: 'refresh_token', refresh_token: request.refreshToken } };
    case 'password': {
      const { email, password } = request;
      return { kind: 'json-fields', fields: { email, password, returnSecureToken: true, ...tenantOf(request) } };
    }
    case 'custom-token':
      return { kind: 'json-fields', fields: { token: request.token, returnSecureToken: true, ...tenantOf(request) } };
  }
}

function tenantOf({ tenantId }: { readonly tenantId?: string }): { readonly tenantId?: string } {
  return tenantId === undefined ? {} : { tenantId };
}

function exchangedToken(answer: unknown): string | undefined {
  const parsed = v.safeParse(exchangedSchema, answer);
  return parsed.success ? parsed.output.id_token : undefined;
}

function signedInToken(answer: unknown): string | undefined {
  const parsed = v.safeParse(signedInSchema, answer);
  return parsed.success ? parsed.output.idToken : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
