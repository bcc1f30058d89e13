/**
 * The way through the editor's own `fetch`, which alone knows the proxies of PAC scripts and of the operating system.
 *
 * It is the second choice: `fetch` follows the settings of the whole process, and does not say whether a request had begun
 * to leave. So a request goes there only when our own connection has provably sent nothing of it, once, and where nothing
 * of what the user has set would be passed over: no proxy, no exception from one, no authority or certificate of the project.
 */

import { detailWords } from '../core/detailWords';
import type { Log, NotSentCause } from '../core/ports';
import { errorCode } from './classify';
import { place } from './connection';
import type { ExchangeEnd } from './exchange';
import { type Fetch, fetchOnce, unsentCause } from './fetchExchange';
import type { Limits } from './limits';
import { ConnectFailure } from './pool';
import type { Sending } from './sending';
import type { Trust } from './trust';

export interface EditorWayPorts {
  /** `undefined` where the editor's `fetch` is not to be used. Asked for each request: others may replace it at any time. */
  readonly fetch: () => Fetch | undefined;
  readonly trust: Pick<Trust, 'isOwn' | 'knowsSystem'>;
  readonly limits: Limits;
  readonly log: Log;
}

/** What a proxy that we do not know of would explain. */
const unreached: ReadonlySet<NotSentCause> = new Set(['dns', 'refused', 'unreachable', 'connect-timeout']);

export class EditorWay {
  /** Origins that could be reached in no other way. */
  readonly #origins = new Set<string>();

  constructor(private readonly ports: EditorWayPorts) {}

  /** Whether requests to the origin go there at once. */
  isUsedFor(origin: string): boolean {
    return this.#origins.has(origin);
  }

  /** Sends by `direct`, and, if that shows that nothing could leave, once more through the editor. */
  async send(sending: Sending, direct: () => Promise<ExchangeEnd>): Promise<ExchangeEnd> {
    const { url } = sending.request;
    const fetch = this.#fetchFor(sending);
    if (fetch && this.#origins.has(url.origin)) return this.#sendBy(fetch, sending);
    const end = await direct();
    const failure = fetch && this.#unsentBecause(end, sending);
    if (!failure) return end;
    this.ports.log.info(`network: no connection to ${failure.detail}; trying the editor's own way`);
    return this.#sendBy(fetch, sending, failure);
  }

  #fetchFor({ request, proxy }: Sending): Fetch | undefined {
    if (proxy.kind !== 'direct' || proxy.because !== 'none-known') return undefined;
    if (this.ports.trust.isOwn(request.url.origin, request.project)) return undefined;
    // It would switch the check off for whatever `fetch` connects to.
    if (process.env['NODE_TLS_REJECT_UNAUTHORIZED'] === '0') return undefined;
    return this.ports.fetch();
  }

  #unsentBecause(end: ExchangeEnd, { sent, deadline }: Sending): Unconnected | undefined {
    if (end.kind !== 'failed' || sent || deadline.endedBy !== undefined) return undefined;
    if (!(end.error instanceof ConnectFailure) || end.error.opened.kind !== 'failed') return undefined;
    const { opened } = end.error;
    // The editor knows the system's authorities, too.
    const untrusted = opened.cause === 'tls-untrusted' && !this.ports.trust.knowsSystem();
    return untrusted || unreached.has(opened.cause) ? opened : undefined;
  }

  async #sendBy(fetch: Fetch, sending: Sending, before?: Unconnected): Promise<ExchangeEnd> {
    const { request, outgoing, deadline } = sending;
    const { origin } = request.url;
    if (!sending.mayStart()) return { kind: 'withdrawn' };
    if (deadline.endedBy !== undefined) return { kind: 'stopped', started: false };
    sending.start('editor');
    const end = await fetchOnce(fetch, request.url, outgoing, { limits: this.ports.limits, deadline });
    if (end.kind !== 'failed') {
      if (end.kind !== 'stopped') this.#remember(origin);
      return end;
    }
    const cause = end.progress === 'none' ? unsentCause(end.error) : undefined;
    const code = errorCode(end.error) ?? cause ?? (end.error instanceof Error ? end.error.name : 'failed');
    const detail = `${before?.detail ?? place(request.url)}: ${detailWords.throughEditor}: ${code}`;
    this.ports.log.info(`network: ${detail}`);
    if (cause === undefined) return end;
    sending.neverLeft();
    this.#origins.delete(origin);
    const why = cause === 'proxy-refused' ? cause : (before?.cause ?? cause);
    return { ...end, error: new ConnectFailure({ kind: 'failed', cause: why, detail }), started: false };
  }

  #remember(origin: string): void {
    if (this.#origins.has(origin)) return;
    this.#origins.add(origin);
    this.ports.log.info(`network: ${origin} is reached through the editor's own way from now on`);
  }
}

type Unconnected = Extract<ConnectFailure['opened'], { kind: 'failed' }>;
