/**
 * The service that the extension host talks to, in a process of its own, behind a way as long as it is told: as much of
 * Google's API as a reset needs. Speaks TLS with the certificate in `BENCH_CERTIFICATE`; prints where it is as JSON.
 */
import { createServer as createPlainServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo, Server, Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { Relay } from './relay';
import type { HostCounts, ServerAddresses } from './service';

/** Identities and the number of their consent: `ya29.bench-<consent>` and `1//bench-<consent>` are its tokens. */
const ended = new Set<string>();
let expiresIn = 3600;
let connections = 0;
let resets = 0;
let connectionsOfResets = new Set<Socket>();

const { cert, key } = JSON.parse(process.env['BENCH_CERTIFICATE'] ?? '{}');

interface Answer {
  readonly status: number;
  readonly value: object;
}

const service = createServer({ cert, key }, (request, response) => {
  text(request).then(
    (body) => send(response, answer(request, body)),
    () => response.destroy(),
  );
});
service.keepAliveTimeout = 60_000;
service.on('secureConnection', () => {
  connections += 1;
});

const unauthenticated: Answer = {
  status: 401,
  value: { error: { code: 401, status: 'UNAUTHENTICATED', message: 'The token is not valid.' } },
};

function answer({ url, headers, socket }: IncomingMessage, body: string): Answer {
  const [, bearer = ''] = /^Bearer ya29\.bench-(.+)$/.exec(headers.authorization ?? '') ?? [];
  switch (url) {
    case '/token': {
      const [, consent = ''] = /^1\/\/bench-(.+)$/.exec(new URLSearchParams(body).get('refresh_token') ?? '') ?? [];
      if (consent === '' || ended.has(consent)) return { status: 400, value: { error: 'invalid_grant' } };
      return {
        status: 200,
        value: { access_token: `ya29.bench-${consent}`, expires_in: expiresIn, token_type: 'Bearer' },
      };
    }
    case '/tokeninfo':
      return { status: 200, value: { expires_in: expiresIn, scope: '' } };
    case '/v1/accessType:check':
      if (bearer === '' || ended.has(bearer)) return unauthenticated;
      return { status: 200, value: { timeBasedResources: ['myactivity.search'] } };
    case '/v1/authorization:reset':
      resets += 1;
      connectionsOfResets.add(socket);
      if (bearer === '') return unauthenticated;
      // Peers send the same token over and over.
      if (bearer !== 'forever') ended.add(bearer);
      return { status: 200, value: {} };
    default:
      return { status: 404, value: {} };
  }
}

function send(response: ServerResponse, { status, value }: Answer): void {
  const json = JSON.stringify(value);
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(json) };
  response.writeHead(status, headers).end(json);
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return (server.address() as AddressInfo).port;
}

async function main(): Promise<void> {
  const relay = new Relay(await listen(service));
  const control = createPlainServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
    const counts: HostCounts = { connections, resets, connectionsOfResets: connectionsOfResets.size };
    if (pathname === '/begin') {
      relay.roundTripMs = Number(searchParams.get('roundTripMs') ?? 0);
      expiresIn = Number(searchParams.get('expiresIn') ?? 3600);
      connections = 0;
      resets = 0;
      connectionsOfResets = new Set();
    }
    send(response, { status: 200, value: counts });
  });
  const [port, controlPort] = await Promise.all([relay.listen(), listen(control)]);
  const addresses: ServerAddresses = {
    origin: `https://127.0.0.1:${port}`,
    control: `http://127.0.0.1:${controlPort}`,
  };
  console.log(JSON.stringify(addresses));
}

void main();
