/**
 * The faults and bad inputs that must be survived. Each is shown by at least one test whose title begins with
 * `fault N: `; where those tests stand says at which level. `README.md` beside this file is the table of both.
 */

export const families = ['settings', 'secrets', 'windows', 'network', 'services', 'signIn', 'editor'] as const;

export type Family = (typeof families)[number];

export interface Fault {
  /** 1, 2, 3 … without a gap. */
  readonly number: number;
  readonly family: Family;
  readonly name: string;
}

const named: Readonly<Record<Family, readonly string[]>> = {
  settings: [
    'endpoint set by a workspace, dotted and nested form, `.code-workspace`, multi-root',
    'undeclared key',
    'URL edited while a token is stored',
    'URL variants: http, userinfo, query, fragment, `/../`, trailing dot, upper case, punycode look-alike, port 99999, CR/LF, `https://tpp.corp.evil.example`, IPv6',
    'CA bundle missing, empty, DER, PKCS#7, leaf only, with a private key, 50 MB, expired',
    'projects setting of wrong types, duplicate ids, 10,000 entries, unknown provider, unknown keys',
  ],
  secrets: [
    'gone while the marker says present',
    'truncated JSON, wrong type, older and newer schema',
    '`store` rejects after a rotation',
    '`get` never resolves',
    'pasted with newline, quotes, zero-width space, 1 MB',
    'every flow at trace level, then all logs, journal, notifications, storage and error stacks searched for each planted secret',
  ],
  windows: [
    'both refresh a single-use token',
    'stale read right after a rotation',
    'sign-out while the other refreshes',
    'the same reset in both: one POST',
    'double click',
    'kill -9 at each step of a reset',
    'sleep of 8 h in flight',
    'clock off by a day',
    'stale lock, unreadable lock, full disk, read-only storage',
  ],
  network: [
    'DNS, refused, unreachable, proxy down',
    'untrusted, wrong name, expired, not yet valid',
    'proxy 407/502/HTML',
    'captive portal: 200 HTML',
    '301/302/303/307/308',
    'reset after the body, no answer, cut body',
    'slow-loris, 200 MB, gzip bomb, 10,000 headers',
    '429 with `3600`, HTTP-date, `-5`, `abc`, none',
    '503 then 200, on a read (retried) and on the POST (`unknown`, verified, *Retry* offered)',
    'wrong Content-Length, broken chunks, not HTTP',
  ],
  services: [
    'every Venafi `Result`, as string, missing, `{}`, `[]`, empty, BOM, HTML',
    '401 `insufficient_rights` (no refresh on the wire) against `invalid_token`',
    '`insufficient_scope`',
    'grantee is oneself',
    'GrantCount 9 → 412 between preview and confirm',
    'Browse returns 0, 2 of one name, a group, 500',
    'grants carrying tokens',
    'each Google and Identity Platform error of the contracts',
    '409/429 families not mistaken for each other',
    'answers that echo our own token',
    'names with `[x](command:…)`, `$(alert)`, RTL override, 10 kB, newlines',
    'server older than 22.3',
    '202 answers',
  ],
  signIn: [
    'loopback: port scan, wrong path, wrong or missing state, `error=` without state, second request, foreign Host, POST, 1 MB URL',
    'browser closed, never finished, device code expired, `slow_down`, `access_denied`',
    "another identity than the project's comes back",
    'partial consent',
    'the page that never redirects',
  ],
  editor: [
    'Restricted Mode',
    'reload mid-reset',
    'extension host killed',
    'journal truncated, future schema, 100,000 entries, edited by hand',
  ],
};

/** In the order of their numbers. */
export const faults: readonly Fault[] = families
  .flatMap((family) => named[family].map((name) => ({ family, name })))
  .map((fault, index) => ({ number: index + 1, ...fault }));
