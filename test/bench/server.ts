/**
 * The service that clients are measured against, in a process of its own: Data Portability as far as a reset needs it. It
 * answers at once, or a round trip later, and counts. Speaks TLS with the certificate in `BENCH_CERTIFICATE`, and prints its
 * origin as its first line.
 */

import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

let delayMs = 0;
let connections = 0;
const requests = new Map<string, number>();
let carriers = new WeakSet<object>();
let resetConnections = 0;
/** Access tokens whose consents were reset. */
const ended = new Set<string>();

const resetPath = '/v1/authorization:reset';
const tokenPrefix = 'ya29.';

interface Answer {
  readonly status: number;
  readonly body: object;
}

const ok = (body: object): Answer => ({ status: 200, body });
const unauthenticated: Answer = {
  status: 401,
  body: { error: { code: 401, message: 'Invalid credentials.', status: 'UNAUTHENTICATED' } },
};

function answer(path: string, bearer: string, body: string): Answer {
  switch (path) {
    case resetPath:
      ended.add(bearer);
      return ok({});
    case '/v1/accessType:check':
      return ended.has(bearer) ? unauthenticated : ok({ timeBasedResources: ['myactivity.search'] });
    case '/token': {
      const refreshToken = new URLSearchParams(body).get('refresh_token') ?? '';
      const accessToken = `${tokenPrefix}${refreshToken}`;
      if (ended.has(accessToken))
        return {
          status: 400,
          body: { error: 'invalid_grant', error_description: 'Token has been expired or revoked.' },
        };
      return ok({ access_token: accessToken, expires_in: 3599, token_type: 'Bearer' });
    }
    default:
      return { status: 404, body: {} };
  }
}

async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const sent = await text(request);
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
  const json = ({ status, body }: Answer): void => {
    const written = JSON.stringify(body);
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(written) };
    response.writeHead(status, headers).end(written);
  };
  if (pathname === '/__bench/begin') {
    delayMs = Number(searchParams.get('delay') ?? 0);
    connections = 0;
    requests.clear();
    carriers = new WeakSet();
    resetConnections = 0;
    return json(ok({}));
  }
  if (pathname === '/__bench/counts')
    return json(ok({ connections, resetConnections, requests: Object.fromEntries(requests) }));
  requests.set(pathname, (requests.get(pathname) ?? 0) + 1);
  if (pathname === resetPath && !carriers.has(request.socket)) {
    carriers.add(request.socket);
    resetConnections += 1;
  }
  const { authorization = '' } = request.headers;
  const answered = answer(pathname, authorization.replace('Bearer ', ''), sent);
  if (delayMs === 0) json(answered);
  else setTimeout(json, delayMs, answered);
}

const { cert, key } = JSON.parse(process.env['BENCH_CERTIFICATE'] ?? '{}');
const server: Server = createServer({ cert, key }, (request, response) => void serve(request, response));
server.keepAliveTimeout = 60_000;
server.on('secureConnection', () => {
  connections += 1;
});
server.listen(0, '127.0.0.1', () => console.log(`https://127.0.0.1:${(server.address() as AddressInfo).port}`));
