import { createHash } from 'node:crypto';

/** Short, stable and useless as a credential: tells tokens apart in logs and in the ledger. */
export function fingerprint(secret: string): string {
  return createHash('sha256').update(secret).digest('hex').slice(0, 12);
}

const shownHeaders = new Set([
  'accept',
  'accept-encoding',
  'accept-language',
  'connection',
  'content-encoding',
  'content-length',
  'content-type',
  'host',
  'origin',
  'sec-fetch-site',
  'transfer-encoding',
  'user-agent',
  'x-goog-api-client',
]);

const shownParameters = new Set([
  '$.xgafv',
  'access_type',
  'alt',
  'client_id',
  'code_challenge_method',
  'fields',
  'grant_type',
  'include_granted_scopes',
  'login_hint',
  'prettyPrint',
  'prompt',
  'quotaUser',
  'project',
  'redirect_uri',
  'response_type',
  'scope',
  'user',
  'version',
]);

/** Values of headers that are not on the list of harmless ones are replaced by their fingerprint. */
export function redactHeaders(headers: Iterable<readonly [string, string]>): Record<string, string> {
  const shown: Record<string, string> = {};
  for (const [name, value] of headers) shown[name] = shownHeaders.has(name) ? value : `#${fingerprint(value)}`;
  return shown;
}

export function redactQuery(query: URLSearchParams): Record<string, string> {
  const shown: Record<string, string> = {};
  for (const [name, value] of query) shown[name] = shownParameters.has(name) ? value : `#${fingerprint(value)}`;
  return shown;
}

export function bearerToken(authorization: string | null | undefined): string | undefined {
  return /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
}

/**
 * The body, if it cannot hold a secret: short JSON to the Data Portability API, or to the grants and identities of the Venafi
 * Web SDK, with nothing in it that looks like a credential. Forms (token, revoke, consent page) and the control plane never qualify.
 */
export function shownBody(path: string, contentType: string | null, body: string): string | undefined {
  // Identity Toolkit shares `/v1/` with Data Portability, and its bodies are passwords and tokens.
  if (body === '' || body.length > 2_000 || path.includes('/accounts:')) return undefined;
  if (!/^\/(v1(beta)?|vedsdk\/(oauth|identity))\//i.test(path) || !/^application\/json\b/i.test(contentType ?? ''))
    return undefined;
  return /token|secret|bearer|sandbox-|ya29\.|1\/\//i.test(body) ? undefined : body;
}
