/** Stands between a client and the sandbox, and keeps what went over the wire. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface WireRequest {
  readonly method: string;
  readonly path: string;
  readonly query: Record<string, string>;
  readonly headers: Headers;
  readonly body: string;
  readonly status: number;
}

export interface RecordingProxy {
  readonly origin: string;
  readonly requests: readonly WireRequest[];
  close(): Promise<void>;
}

export async function recordingProxy(target: string): Promise<RecordingProxy> {
  const requests: WireRequest[] = [];
  const server = createServer(async (message, answer) => {
    const chunks: Buffer[] = [];
    for await (const chunk of message as AsyncIterable<Buffer>) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString();
    const { method = '', url = '/' } = message;
    const headers = new Headers();
    for (const [name, value] of Object.entries(message.headers)) {
      if (!['host', 'connection', 'content-length'].includes(name)) headers.set(name, String(value));
    }
    const response = await fetch(target + url, { method, headers, ...(body === '' ? {} : { body }) });
    const { pathname, searchParams } = new URL(url, target);
    const query = Object.fromEntries(searchParams);
    requests.push({ method, path: pathname, query, headers, body, status: response.status });
    answer.writeHead(response.status, { 'content-type': response.headers.get('content-type') ?? 'text/plain' });
    answer.end(Buffer.from(await response.arrayBuffer()));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    requests,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}
