/** Plain sockets to a listener: what no polite client would send. */

import type { AddressInfo } from 'node:net';
import { connect, createServer, type Socket } from 'node:net';

export interface RawAnswer {
  /** 0 when the connection ended without an answer. */
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface RawConnection {
  write(bytes: string | Buffer): void;
  /** Everything up to the end of the connection, however it ends. */
  readonly answer: Promise<RawAnswer>;
  destroy(): void;
}

/** Rejects with the system's error when nobody listens. */
export function openRaw(port: number, host = '127.0.0.1'): Promise<RawConnection> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host });
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.removeListener('error', reject);
      resolve({
        write: (bytes) => socket.write(bytes),
        answer: readToEnd(socket),
        destroy: () => socket.destroy(),
      });
    });
  });
}

function readToEnd(socket: Socket): Promise<RawAnswer> {
  const chunks: Buffer[] = [];
  socket.on('error', () => undefined);
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  return new Promise((resolve) => socket.once('close', () => resolve(parse(Buffer.concat(chunks).toString('latin1')))));
}

function parse(text: string): RawAnswer {
  const end = text.indexOf('\r\n\r\n');
  const [start = '', ...lines] = (end < 0 ? text : text.slice(0, end)).split('\r\n');
  const headers = lines
    .map((line) => /^([^:]+): *(.*)$/.exec(line))
    .map((match) => [match?.[1]?.toLowerCase(), match?.[2]]);
  return {
    status: Number(/^HTTP\/1\.1 (\d{3})/.exec(start)?.[1] ?? 0),
    headers: Object.fromEntries(headers),
    body: end < 0 ? '' : text.slice(end + 4),
  };
}

/** One request head, as a browser sends it to that port; `changes` replace or (undefined) leave out headers. */
export async function ask(
  port: number,
  target: string,
  { method = 'GET', host = '127.0.0.1', headers = {} as Record<string, string | undefined> } = {},
): Promise<RawAnswer> {
  const connection = await openRaw(port, host);
  connection.write(requestHead(target, { method, headers: { Host: `127.0.0.1:${port}`, ...headers } }));
  return connection.answer;
}

export function requestHead(
  target: string,
  { method, headers }: { readonly method: string; readonly headers: Readonly<Record<string, string | undefined>> },
): string {
  const lines = Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [`${name}: ${value}`]));
  return `${[`${method} ${target} HTTP/1.1`, ...lines].join('\r\n')}\r\n\r\n`;
}

/** The error code of connecting, or `connected`. */
export async function tryConnect(port: number, host = '127.0.0.1'): Promise<string> {
  try {
    (await openRaw(port, host)).destroy();
    return 'connected';
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'unknown';
  }
}

/** A port that nobody listens on at the moment. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  await new Promise((closed) => server.close(closed));
  return port;
}

/** Something else on that port, until the returned function is called. */
export async function occupy(port: number, host: string): Promise<() => Promise<void>> {
  const server = createServer();
  await new Promise<void>((listening, failed) => {
    server.once('error', failed);
    server.listen(port, host, listening);
  });
  return () => new Promise((closed) => server.close(() => closed()));
}
