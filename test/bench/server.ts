/**
 * The service that clients are measured against, in a process of its own: answers a reset at once, or a round trip later, and
 * counts. Speaks TLS with the certificate in `BENCH_CERTIFICATE`, and prints its origin as its first line.
 */
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';

let delayMs = 0;
let connections = 0;
let requests = 0;

const { cert, key } = JSON.parse(process.env['BENCH_CERTIFICATE'] ?? '{}');

const server = createServer({ cert, key }, (request, response) => {
  request.resume();
  request.on('end', () => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const json = (value: object): void => {
      const text = JSON.stringify(value);
      response
        .writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) })
        .end(text);
    };
    if (url.pathname === '/__bench/begin') {
      delayMs = Number(url.searchParams.get('delay') ?? 0);
      connections = 0;
      requests = 0;
      json({});
    } else if (url.pathname === '/__bench/counts') {
      json({ connections, requests });
    } else {
      requests += 1;
      if (delayMs === 0) json({});
      else setTimeout(json, delayMs, {});
    }
  });
});
server.keepAliveTimeout = 60_000;
server.on('secureConnection', () => {
  connections += 1;
});
server.listen(0, '127.0.0.1', () => console.log(`https://127.0.0.1:${(server.address() as AddressInfo).port}`));
