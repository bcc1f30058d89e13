import type { LoggedRequest, RequestControl } from './api';
import { bearerToken, fingerprint, redactHeaders, redactQuery, shownBody } from './redaction';
import { matchesRoute } from './routePattern';

const keptRequests = 5_000;

export interface ArrivedRequest {
  readonly connection: number;
  readonly time: number;
  readonly method: string;
  readonly url: URL;
  readonly headers: Headers;
  readonly body: Buffer;
}

export interface RequestLog extends RequestControl {
  /** Returns how to note, later, what became of the request. */
  arrived(request: ArrivedRequest): (fate: { readonly status?: number; readonly fault?: string }) => void;
  /** Serial number of a connection that was just opened. */
  connected(): number;
}

export function requestLog(): RequestLog {
  let kept: LoggedRequest[] = [];
  let total = 0;
  let nextId = 1;
  let connections = 0;
  return {
    list: (filter = {}) => kept.filter(({ method, path }) => matchesRoute(filter, method, path)),
    count: () => total,
    connections: () => connections,
    clear() {
      kept = [];
      total = 0;
    },
    connected() {
      connections += 1;
      return connections;
    },
    arrived(request) {
      const entry = describe(nextId, request);
      nextId += 1;
      total += 1;
      kept.push(entry);
      // Dropped in blocks, so that a bulk of thousands does not shift the array once for each request.
      if (kept.length >= 2 * keptRequests) kept = kept.slice(-keptRequests);
      return (fate) => {
        const index = kept.findLastIndex(({ id }) => id === entry.id);
        const known = kept[index];
        if (known) kept[index] = { ...known, ...fate };
      };
    },
  };
}

function describe(id: number, { connection, time, method, url, headers, body }: ArrivedRequest): LoggedRequest {
  const token = bearerToken(headers.get('authorization'));
  const text = shownBody(url.pathname, headers.get('content-type'), body.toString('utf8'));
  return {
    id,
    connection,
    time,
    method,
    path: url.pathname,
    query: redactQuery(url.searchParams),
    headers: redactHeaders(headers),
    bodyLength: body.length,
    ...(text === undefined ? {} : { body: text }),
    ...(token ? { tokenFingerprint: fingerprint(token) } : {}),
  };
}
