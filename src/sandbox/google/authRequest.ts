/** Reads an authorization request, and decides which of its mistakes never leave the browser. */
import type { DeadEnd } from '../consentPage';
import type { AuthorizationCode, Client, GoogleWorld, Project } from './world';
import { findClient, resourceOf } from './world';

export interface AuthRequest {
  readonly project: Project;
  readonly client: Client;
  readonly redirectUri: string;
  readonly scopes: readonly string[];
  readonly state: string | null;
  readonly challenge: AuthorizationCode['challenge'];
  readonly online: boolean;
  readonly loginHint: string | undefined;
  readonly prompt: ReadonlySet<string>;
}

export type AuthRequestRead =
  | { readonly kind: 'request'; readonly request: AuthRequest }
  | { readonly kind: 'dead-end'; readonly deadEnd: DeadEnd };

const blocked = 'Access blocked';

export function invalidRequest(sentence: string, details?: readonly string[]): DeadEnd {
  return { status: 400, code: 'invalid_request', title: blocked, sentence, ...(details ? { details } : {}) };
}

export function incrementalAuth(scopes: readonly string[]): DeadEnd {
  return {
    ...invalidRequest('Incremental auth is not allowed for the requested scopes', [`scope=${scopes.join(' ')}`]),
    title: 'Incremental auth is not allowed for the requested scopes',
    sentence: 'The account has granted at least one of these scopes already, and that grant still lives.',
  };
}

function mayRedirect(client: Client, redirectUri: string): boolean {
  if (client.redirectUris.includes(redirectUri)) return true;
  if (client.kind === 'web' || !URL.canParse(redirectUri)) return false;
  const { protocol, hostname, username, password, hash } = new URL(redirectUri);
  // A desktop client may come back to any port and path of the loopback interface.
  const loopback = hostname === '127.0.0.1' || hostname === 'localhost' || hostname === '[::1]';
  return protocol === 'http:' && loopback && username === '' && password === '' && hash === '';
}

export function readAuthRequest(world: GoogleWorld, query: URLSearchParams): AuthRequestRead {
  const deadEnd = (mistake: DeadEnd): AuthRequestRead => ({ kind: 'dead-end', deadEnd: mistake });
  const missing = (name: string) => deadEnd(invalidRequest(`Missing required parameter: ${name}`));

  const clientId = query.get('client_id');
  if (!clientId) return missing('client_id');
  const found = findClient(world, clientId);
  if (!found) {
    const sentence = 'The OAuth client was not found.';
    return deadEnd({ status: 401, code: 'invalid_client', title: blocked, sentence });
  }
  const redirectUri = query.get('redirect_uri');
  if (!redirectUri) return missing('redirect_uri');
  if (!mayRedirect(found.client, redirectUri)) {
    return deadEnd({
      status: 400,
      code: 'redirect_uri_mismatch',
      title: 'Access blocked: the request of this app is invalid',
      sentence: 'The redirect address of the request is not one that is registered for the client.',
      details: [`redirect_uri=${redirectUri}`],
    });
  }
  if (query.get('response_type') !== 'code') return missing('response_type');
  const scopes = [...new Set((query.get('scope') ?? '').split(/\s+/).filter((scope) => scope !== ''))];
  if (scopes.length === 0) return missing('scope');
  const portability = scopes.filter((scope) => resourceOf(scope) !== undefined);
  if (portability.length > 0 && portability.length < scopes.length) {
    const sentence = 'Data Portability scopes cannot be requested together with other scopes.';
    return deadEnd(invalidRequest(sentence, [`scope=${scopes.join(' ')}`]));
  }
  if (portability.length > 0 && query.get('include_granted_scopes') === 'true') return deadEnd(incrementalAuth(scopes));
  const challenge = readChallenge(query);
  if (challenge === 'invalid') return deadEnd(invalidRequest('The code challenge of the request is not valid.'));
  return {
    kind: 'request',
    request: {
      ...found,
      redirectUri,
      scopes,
      state: query.get('state'),
      challenge,
      online: query.get('access_type') !== 'offline',
      loginHint: query.get('login_hint') || undefined,
      prompt: new Set((query.get('prompt') ?? '').split(/\s+/)),
    },
  };
}

/** RFC 7636: without a method, the challenge is the verifier itself. */
function readChallenge(query: URLSearchParams): AuthRequest['challenge'] | 'invalid' {
  const value = query.get('code_challenge');
  const method = query.get('code_challenge_method') ?? 'plain';
  if (value === null) return query.has('code_challenge_method') ? 'invalid' : null;
  if (method !== 'S256' && method !== 'plain') return 'invalid';
  return /^[\w.~-]{43,128}$/.test(value) ? { method, value } : 'invalid';
}
