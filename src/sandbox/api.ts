/**
 * The public shapes of the sandbox: what a test, the demo or the editor may ask of it. Everything here is plain data, so
 * that the same call works in-process (`RunningSandbox.control`) and as JSON under `/__sandbox/`.
 * Times are milliseconds since 1970 on the sandbox's own clock unless a name says otherwise.
 *
 * The control plane over HTTP, all under `/__sandbox/`. A body that makes no sense is answered with 400 and
 * `{"error": "why"}`, a request that a foreign web page sends with 403. What has no answer of its own answers `{}`.
 *
 * | method and path                      | body                           | does, and answers                          |
 * | ------------------------------------ | ------------------------------ | ------------------------------------------ |
 * | `POST seed`                          | `SeedRequest`                  | adds users, projects, grants: `SeedResult` |
 * | `POST seed-sample`                   |                                | adds the sample world: `SampleWorld`       |
 * | `POST reset`                         |                                | empties everything but the clock           |
 * | `GET snapshot`                       |                                | the whole world: `SandboxSnapshot`         |
 * | `POST restore`                       | `SandboxSnapshot`              | puts world and clock back                  |
 * | `GET clock`                          |                                | `{now, iso}`                               |
 * | `POST clock/advance`                 | `{ms}`                         | moves the clock forward: `{now, iso}`      |
 * | `POST clock/set`                     | `{time}`                       | moves the clock, also back: `{now, iso}`   |
 * | `GET faults`                         |                                | `ActiveFault[]`                            |
 * | `POST faults`                        | `FaultRule`                    | adds a fault: `{id}`                       |
 * | `DELETE faults`                      |                                | removes all faults                         |
 * | `DELETE faults/{id}`                 |                                | removes one: `{removed}`                   |
 * | `GET requests?method=&path=`         |                                | `{count, connections, requests}`           |
 * | `DELETE requests`                    |                                | empties the log of requests                |
 * | `GET google/consents?user=&project=` |                                | `ConsentReadout`                           |
 * | `GET google/resets`                  |                                | `ResetRecord[]`                            |
 * | `GET google/switches`                |                                | `GoogleSwitches`                           |
 * | `PATCH google/switches`              | some of `GoogleSwitches`       | turns them: `GoogleSwitches`               |
 * | `PATCH google/projects/{number}`     | some of `SeedProject`          | changes a project                          |
 * | `PATCH google/users/{email}`         | `{region}`                     | moves a user to another region             |
 * | `PATCH google/jobs/{id}`             | `{state}`                      | ends a job, or lets it fail                |
 * | `POST google/faults`                 | `{name}`, `GoogleFaultOptions` | adds a fault by its name: `{id}`           |
 *
 * What is under `identityPlatform/` stands in `identityPlatform/controlRoutes.ts`, what is under `venafi/` in `venafi/api.ts`.
 */
import type { GoogleControl, SampleWorld, SeedRequest, SeedResult } from './google/api';
import type { IdentityPlatformAddresses, IdentityPlatformControl } from './identityPlatform/api';
import type { VenafiAddresses, VenafiControl } from './venafi/api';

export interface SandboxOptions {
  /** 0 or absent: any free port. */
  readonly port?: number;
  /** A loopback name or address: `127.0.0.1` (default), `::1` or `localhost`. Everything else is refused. */
  readonly host?: string;
  /** Default: the real time, which the control plane can move. */
  readonly clock?: SandboxClock;
  /** Ids and tokens follow from it: the same seed and the same calls give the same tokens. Default 1. */
  readonly seed?: number;
  /** A second listener for the same world, with a certificate of a private authority. Absent: none; port 0: any. */
  readonly https?: { readonly port?: number };
}

export interface RunningSandbox {
  /** For example `http://127.0.0.1:9400`, without a trailing slash. */
  readonly origin: string;
  readonly google: GoogleAddresses;
  readonly identityPlatform: IdentityPlatformAddresses;
  readonly venafi: VenafiAddresses;
  readonly control: SandboxControl;
  /** Ends every connection and timer. Safe to call twice. */
  close(): Promise<void>;
}

/** What the stand-alone sandbox prints as its one line of JSON. */
export interface SandboxAddresses {
  readonly origin: string;
  readonly google: GoogleAddresses;
  readonly identityPlatform: IdentityPlatformAddresses;
  readonly venafi: VenafiAddresses;
}

/** Full addresses, named like the `endpoints` of google-auth-library where that has a name. */
export interface GoogleAddresses {
  readonly oauth2AuthBaseUrl: string;
  readonly oauth2TokenUrl: string;
  readonly oauth2RevokeUrl: string;
  readonly tokenInfoUrl: string;
  /** Root of the Data Portability API, with a trailing slash: the `rootUrl` of the official client. */
  readonly rootUrl: string;
}

export interface SandboxClock {
  now(): number;
  /** Moves forward by that many milliseconds. Throws RangeError on a negative or non-finite number. */
  advance(ms: number): void;
  /** Moves to that time, also backwards. */
  setTo(time: number): void;
}

export interface SandboxControl {
  readonly clock: SandboxClock;
  readonly faults: FaultControl;
  readonly requests: RequestControl;
  readonly google: GoogleControl;
  readonly identityPlatform: IdentityPlatformControl;
  readonly venafi: VenafiControl;
  /** Adds users, projects and grants, and gives back the tokens of the grants. Throws SandboxInputError on nonsense. */
  seed(request: SeedRequest): SeedResult;
  /** Adds the sample world of the first run; answers the same tokens after a restart with the same seed. */
  seedSample(): SampleWorld;
  /** Empties the world: users, projects, grants, jobs, ledger, faults, request log, switches. The clock stays. */
  reset(): void;
  snapshot(): SandboxSnapshot;
  /** Puts world, switches, ledger of resets and clock back as they were. Faults and the request log are left alone. */
  restore(snapshot: SandboxSnapshot): void;
}

/** Opaque, and plain JSON: keep it and give it back to `restore`. */
export interface SandboxSnapshot {
  readonly format: 'reconsent-sandbox-1';
  readonly time: number;
  readonly world: unknown;
}

/** A faulty answer, or a faulty connection. Where it says "real answer", the request was carried out first. */
export type FaultEffect =
  | {
      readonly kind: 'answer';
      readonly status: number;
      /** Instead of the usual words after the status. */
      readonly reason?: string;
      readonly headers?: Record<string, string>;
      readonly body?: unknown;
    }
  | { readonly kind: 'delay'; readonly ms: number }
  /** The connection is reset (RST) before anything was done. */
  | { readonly kind: 'reset-before' }
  /** Carried out, then the connection is reset without an answer. */
  | { readonly kind: 'reset-after' }
  /** Carried out, then silence until the client gives up. */
  | { readonly kind: 'no-answer' }
  /** Real answer, cut off after that many bytes of body (default: half) and a closed connection. */
  | { readonly kind: 'cut-body'; readonly bytes?: number }
  | { readonly kind: 'redirect'; readonly status: 301 | 302 | 303 | 307 | 308; readonly location: string }
  /** A `Retry-After` of exactly this text, with 503 unless said otherwise. */
  | { readonly kind: 'retry-after'; readonly value: string; readonly status?: number }
  /** Real answer, one byte each `intervalMs` (default 1000). */
  | { readonly kind: 'slow-loris'; readonly intervalMs?: number }
  /** 200 with that many bytes (default 200 MB) of JSON-looking text. */
  | { readonly kind: 'huge-body'; readonly bytes?: number }
  /** 200, gzip-encoded, that inflates to that many bytes (default 200 MB). */
  | { readonly kind: 'gzip-bomb'; readonly bytes?: number }
  /** Real answer, with a Content-Length that is off by `delta` (default +10, then the connection closes). */
  | { readonly kind: 'wrong-content-length'; readonly delta?: number }
  /** Real answer under another media type (default text/plain). */
  | { readonly kind: 'wrong-content-type'; readonly contentType?: string }
  /** Real answer in chunks whose sizes are garbage. */
  | { readonly kind: 'broken-chunks' }
  /** Bytes that are no HTTP at all. */
  | { readonly kind: 'not-http' }
  /** Real answer with that many additional headers (default 10,000). */
  | { readonly kind: 'many-headers'; readonly count?: number }
  /** A web page, as a captive portal or a front end sends it. 200 unless said otherwise. */
  | { readonly kind: 'html'; readonly status?: number }
  /** No body. 200 unless said otherwise. */
  | { readonly kind: 'empty'; readonly status?: number };

export interface FaultRule {
  readonly match: {
    /** Absent: every method. */
    readonly method?: string;
    /**
     * A template such as `/{version}/authorization:reset`, or a prefix that ends in `*`. What stands in square brackets may
     * be missing: `[/securetoken.googleapis.com]/v1/token`. Absent: every path.
     */
    readonly path?: string;
  };
  /** How often it strikes; absent: until removed. */
  readonly times?: number;
  /**
   * Carry the request out before an `answer`, `redirect`, `retry-after`, `html`, `empty`, `huge-body` or `gzip-bomb`
   * that hides it. Default false: nothing happens behind the faulty answer.
   */
  readonly carryOut?: boolean;
  readonly effect: FaultEffect;
}

export interface ActiveFault extends FaultRule {
  readonly id: string;
  readonly struck: number;
}

export interface FaultControl {
  /** The newest rule that matches strikes first. Returns its id. */
  add(rule: FaultRule): string;
  list(): readonly ActiveFault[];
  remove(id: string): boolean;
  clear(): void;
}

/** One request, as it may be shown to anybody: tokens are short fingerprints, secrets are left out. */
export interface LoggedRequest {
  readonly id: number;
  /** Serial number of the connection it came on, from 1. */
  readonly connection: number;
  readonly time: number;
  readonly method: string;
  readonly path: string;
  readonly query: Record<string, string>;
  readonly headers: Record<string, string>;
  readonly bodyLength: number;
  /** Only of bodies that cannot carry a secret. */
  readonly body?: string;
  readonly tokenFingerprint?: string;
  /** Kind of the fault that struck. */
  readonly fault?: string;
  /** Absent: no answer was sent (yet). */
  readonly status?: number;
}

export interface RequestControl {
  /** Oldest first; the newest 5,000 are kept. `path` is a template or prefix as in a fault rule. */
  list(filter?: { readonly method?: string; readonly path?: string }): readonly LoggedRequest[];
  /** Since the start or the last `clear`, also of requests that are no longer kept. */
  count(): number;
  /** Connections opened since the start. */
  connections(): number;
  clear(): void;
}
