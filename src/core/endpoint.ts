/**
 * Endpoint policy: which addresses a project may name, and which of them may receive its secrets. Pure.
 *
 * Source of the rules: secrets are bound to an origin; https only, http for loopback alone.
 */
import { hasInvisibleCharacters } from './foreignText';

export type EndpointProblem =
  | 'not-a-url'
  | 'not-https'
  | 'has-userinfo'
  | 'has-query'
  | 'has-fragment'
  | 'has-path'
  | 'has-control-characters'
  | 'has-trailing-dot';

export type ParsedEndpoint =
  | { readonly kind: 'endpoint'; readonly origin: string }
  | { readonly kind: 'problem'; readonly problem: EndpointProblem };

/** Whether a host name (as in `URL.hostname`) is this machine itself. Names other than `localhost` are never trusted to be. */
export function isLoopbackHost(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(hostname);
}

/**
 * Reads an endpoint setting: an origin such as `https://dataportability.googleapis.com` or `http://127.0.0.1:9400`.
 * Everything that a careless comparison could read differently from the network stack is refused, not repaired.
 */
export function parseEndpoint(text: string): ParsedEndpoint {
  // The URL parser drops some of these silently.
  if (/[ \\]/.test(text) || hasInvisibleCharacters(text)) return problem('has-control-characters');
  if (!URL.canParse(text)) return problem('not-a-url');
  const url = new URL(text);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return problem('not-https');
  // The parser also takes `https:host` and `https:/host`, which do not read like an address.
  if (!/^https?:\/\/[^/]/i.test(text)) return problem('not-a-url');
  if (url.username !== '' || url.password !== '' || text.includes('@')) return problem('has-userinfo');
  if (url.search !== '' || text.includes('?')) return problem('has-query');
  if (url.hash !== '' || text.includes('#')) return problem('has-fragment');
  if (url.pathname !== '/' || /^[a-z]+:\/\/[^/]*\/./i.test(text)) return problem('has-path');
  if (url.hostname.endsWith('.')) return problem('has-trailing-dot');
  if (url.protocol === 'http:' && !isLoopbackHost(url.hostname)) return problem('not-https');
  return { kind: 'endpoint', origin: url.origin };
}

function problem(which: EndpointProblem): ParsedEndpoint {
  return { kind: 'problem', problem: which };
}

/** Whether a credential given for `boundTo` may be used by a project whose requests go to `wanted`: every origin must be known. */
export function sameOrigins(boundTo: readonly string[], wanted: readonly string[]): boolean {
  return wanted.every((origin) => boundTo.includes(origin));
}
