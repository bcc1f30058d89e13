/** Which proxy, if any, a request goes through. Pure: settings and environment are handed in. */
import { BlockList, isIP } from 'node:net';
import { isLoopbackHost } from '../core/endpoint';
import { BoundSecret } from '../core/redact';

/** The user's values of VS Code's `http.*` settings, and the environment. */
export interface ProxySettings {
  /** `http.proxySupport`. Everything but `off` means: use the proxy that is configured. */
  readonly support: 'off' | 'on' | 'fallback' | 'override';
  /** `http.proxy`; empty when not set. */
  readonly proxy: string;
  /** `http.noProxy`. When not empty it replaces the environment's list, as in VS Code. */
  readonly noProxy: readonly string[];
  /** `http.proxyAuthorization`: the value of the `Proxy-Authorization` header. */
  readonly authorization?: string;
  /** `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`, in either case, are read. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

export type ProxyChoice =
  /** `none-known`: nothing is configured, so there may be one that only the editor knows. `wanted`: it has to be direct. */
  | { readonly kind: 'direct'; readonly because: 'none-known' | 'wanted' }
  | {
      readonly kind: 'proxy';
      /** Without user name and password. */
      readonly url: URL;
      /** Value of `Proxy-Authorization`, bound to the proxy's origin. */
      readonly credentials?: BoundSecret;
    }
  /** A proxy is configured but cannot be used. Going around it would not be what was asked for. */
  | { readonly kind: 'unusable'; readonly detail: string };

/**
 * VS Code's own rules (`@vscode/proxy-agent`): loopback is always direct, then `http.noProxy` or else `NO_PROXY`, then
 * `http.proxy`, then `HTTPS_PROXY`, then `HTTP_PROXY`.
 */
export function chooseProxy(url: URL, settings: ProxySettings): ProxyChoice {
  if (settings.support === 'off' || isLoopbackHost(url.hostname)) return { kind: 'direct', because: 'wanted' };
  const exceptions = settings.noProxy.filter((entry) => entry.trim() !== '');
  const rules = exceptions.length > 0 ? exceptions : (variable(settings.env, 'NO_PROXY') ?? '').split(',');
  if (rules.some((rule) => matchesRule(url, rule))) return { kind: 'direct', because: 'wanted' };
  if (settings.proxy.trim() !== '') return parseProxy(settings.proxy, 'http.proxy', settings.authorization);
  for (const name of ['HTTPS_PROXY', 'HTTP_PROXY']) {
    const value = variable(settings.env, name);
    if (value !== undefined) return parseProxy(value, name, settings.authorization);
  }
  return { kind: 'direct', because: 'none-known' };
}

function variable(env: ProxySettings['env'], name: string): string | undefined {
  for (const spelling of [name.toLowerCase(), name]) {
    const value = env[spelling]?.trim();
    if (value !== undefined && value !== '') return value;
  }
  return undefined;
}

function parseProxy(text: string, source: string, authorization: string | undefined): ProxyChoice {
  const trimmed = text.trim();
  const candidate = /^[a-z][a-z\d+.-]*:\/\//i.test(trimmed) ? trimmed : `http://${trimmed}`;
  if (!URL.canParse(candidate)) return { kind: 'unusable', detail: `${source} is not a URL` };
  const url = new URL(candidate);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    return {
      kind: 'unusable',
      detail: `${source} names a ${url.protocol.slice(0, -1)} proxy; only http and https work`,
    };
  }
  const header = authorization?.trim() || basicHeader(url);
  url.username = '';
  url.password = '';
  return header === undefined
    ? { kind: 'proxy', url }
    : { kind: 'proxy', url, credentials: new BoundSecret(header, [url.origin]) };
}

function basicHeader(url: URL): string | undefined {
  if (url.username === '') return undefined;
  return `Basic ${Buffer.from(`${decode(url.username)}:${decode(url.password)}`).toString('base64')}`;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Rules: `*`, `host` and `.host` and `*.host` (each with all names below it), any of them with `:port`, an address, a network. */
function matchesRule(url: URL, rule: string): boolean {
  const text = rule.trim().toLowerCase();
  if (text === '') return false;
  if (text === '*') return true;
  const host = url.hostname.replace(/^\[|\]$/g, '').toLowerCase();
  if (text.includes('/')) return inNetwork(host, text);
  const { name, port } = splitPort(text);
  if (port !== undefined && port !== effectivePort(url)) return false;
  if (isIP(name) !== 0 || isIP(host) !== 0) return name === host;
  const suffix = name.replace(/^\*?\.?/, '');
  return suffix !== '' && (host === suffix || host.endsWith(`.${suffix}`));
}

function splitPort(text: string): { readonly name: string; readonly port?: string } {
  const bracketed = /^\[([^\]]+)\](?::(\d+))?$/.exec(text);
  const plain = bracketed ?? (isIP(text) === 0 ? /^([^:]*):(\d+)$/.exec(text) : null);
  const name = plain?.[1] ?? text;
  const port = plain?.[2];
  return port === undefined ? { name } : { name, port };
}

function effectivePort(url: URL): string {
  return url.port || (url.protocol === 'https:' ? '443' : '80');
}

function inNetwork(host: string, text: string): boolean {
  const [network = '', bits = ''] = text.split('/');
  const family = isIP(network);
  if (family === 0 || isIP(host) !== family || !/^\d+$/.test(bits) || Number(bits) > (family === 4 ? 32 : 128)) {
    return false;
  }
  const kind = family === 4 ? 'ipv4' : 'ipv6';
  const list = new BlockList();
  list.addSubnet(network, Number(bits), kind);
  return list.check(host, kind);
}
